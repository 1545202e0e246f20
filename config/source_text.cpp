// SPDX-License-Identifier: BSD-3-Clause
#include "config/source_text.hpp"

#include "config/huge_pages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>

namespace tutti::config {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// The length of the UTF-8 sequence at the start of `x`, or 0.
std::size_t sequence_length(std::string_view x) {
  auto lead = static_cast<unsigned char>(x[0]);
  std::size_t length = lead < 0x80 ? 1
                     : lead < 0xC2 ? 0
                     : lead < 0xE0 ? 2
                     : lead < 0xF0 ? 3
                     : lead < 0xF5 ? 4
                                   : 0;
  if (length == 0 || length > x.size())
    return 0;
  for (std::size_t i = 1; i < length; ++i)
    if (!is_continuation(x[i]))
      return 0;
  auto second = length > 1 ? static_cast<unsigned char>(x[1]) : 0;
  bool overlong =
      (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  bool surrogate = lead == 0xED && second >= 0xA0;
  bool too_high = lead == 0xF4 && second >= 0x90;
  return overlong || surrogate || too_high ? 0 : length;
}

error bad_plan(std::string detail) {
  return {exit_code::bad_plan, std::move(detail)};
}

error too_large(const std::string& path) {
  return bad_plan(fmt::format("plan '{}' is larger than {} MiB, the largest "
                              "that is read",
                              path, source_bytes_max >> 20));
}

struct close_file {
  void operator()(std::FILE* x) const {
    std::fclose(x);
  }
};

/// Reads until the end or one byte over the limit.
expected<std::string> read_all(const std::string& path,
                               std::size_t likely_size) {
  auto failed = [&] {
    return bad_plan(fmt::format("plan '{}' cannot be read: {}", path,
                                std::strerror(errno)));
  };
  std::unique_ptr<std::FILE, close_file> file{std::fopen(path.c_str(), "rb")};
  if (!file)
    return failed();
  std::string result;
  result.reserve(likely_size);
  prefer_huge_pages(result.data(), likely_size);
  std::array<char, 1 << 16> block;
  while (auto n = std::fread(block.data(), 1, block.size(), file.get())) {
    if (result.size() + n > source_bytes_max)
      return too_large(path);
    result.append(block.data(), n);
  }
  if (std::ferror(file.get()) != 0)
    return failed();
  return result;
}

std::optional<error> unusable(const std::string& path, std::string& text) {
  std::error_code ignored;
  auto status = fs::status(path, ignored);
  if (status.type() == fs::file_type::not_found)
    return bad_plan(fmt::format("plan '{}' does not exist", path));
  if (fs::is_directory(status))
    return bad_plan(fmt::format("plan '{}' is a directory", path));
  std::size_t likely_size = 0;
  if (fs::is_regular_file(status)) {
    auto size = fs::file_size(path, ignored);
    if (!ignored && size > source_bytes_max)
      return too_large(path);
    if (!ignored)
      likely_size = size;
  }
  auto content = read_all(path, likely_size);
  if (!content)
    return content.error();
  text = std::move(*content);
  return {};
}

} // namespace

text_position source_text::position(std::size_t offset) const {
  text_position result;
  auto end =
      text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size()));
  for (auto i = text.begin(); i != end;) {
    i = std::find(i, end, '\n');
    if (i == end)
      break;
    ++i;
    ++result.line;
    result.line_start = static_cast<std::size_t>(i - text.begin());
  }
  auto start = text.begin() + static_cast<std::ptrdiff_t>(result.line_start);
  result.column +=
      static_cast<std::uint32_t>(std::count_if(start, end, [](char c) {
        return !is_continuation(c);
      }));
  return result;
}

std::string_view source_text::line_at(std::size_t line_start) const {
  auto rest = std::string_view{text}.substr(std::min(line_start, text.size()));
  auto line = rest.substr(0, rest.find('\n'));
  if (line.ends_with('\r'))
    line.remove_suffix(1);
  return line;
}

std::size_t find_non_text(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    // Eight plain bytes at once: almost all of every plan.
    std::uint64_t word = 0;
    while (i + sizeof word <= text.size()) {
      std::memcpy(&word, text.data() + i, sizeof word);
      auto zero = (word - 0x0101010101010101U) & ~word & 0x8080808080808080U;
      if ((word & 0x8080808080808080U) != 0 || zero != 0)
        break;
      i += sizeof word;
    }
    if (i == text.size())
      break;
    auto length = text[i] == '\0' ? 0 : sequence_length(text.substr(i));
    if (length == 0)
      return i;
    i += length;
  }
  return std::string_view::npos;
}

expected<source_text> read_source(const std::string& path) {
  source_text result;
  if (auto problem = unusable(path, result.text))
    return *problem;
  if (result.text.starts_with(byte_order_mark))
    result.text.erase(0, byte_order_mark.size());
  if (result.text.find_first_not_of(" \t\r\n") == std::string::npos)
    return bad_plan(fmt::format("plan '{}' is empty", path));
  auto bad = find_non_text(result.text);
  if (bad != std::string::npos)
    return bad_plan(
        result.text[bad] == '\0'
            ? fmt::format("plan '{}' is a binary file, not text", path)
            : fmt::format("plan '{}' is not text in UTF-8: see line {}", path,
                          result.position(bad).line));
  std::error_code failure;
  auto whole = fs::absolute(path, failure).lexically_normal();
  if (failure)
    return bad_plan(fmt::format("plan '{}' has no absolute path: {}", path,
                                failure.message()));
  result.name = path;
  result.directory = whole.parent_path().string();
  return result;
}

} // namespace tutti::config
