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

error too_large(const std::string& subject) {
  return bad_plan(fmt::format("{} is larger than {} MiB, the largest that is "
                              "read",
                              subject, source_bytes_max >> 20));
}

struct close_file {
  void operator()(std::FILE* x) const {
    std::fclose(x);
  }
};

/// A file, and what errors call it: "plan 'a.yaml'".
struct named_file {
  const std::string& path;
  std::string subject;
};

/// Reads until the end or one byte over the limit.
expected<std::string> read_all(const named_file& x, std::size_t likely_size) {
  auto failed = [&] {
    return bad_plan(
        fmt::format("{} cannot be read: {}", x.subject, std::strerror(errno)));
  };
  std::unique_ptr<std::FILE, close_file> file{std::fopen(x.path.c_str(), "rb")};
  if (!file)
    return failed();
  std::string result;
  result.reserve(likely_size);
  prefer_huge_pages(result.data(), likely_size);
  std::array<char, 1 << 16> block;
  while (auto n = std::fread(block.data(), 1, block.size(), file.get())) {
    if (result.size() + n > source_bytes_max)
      return too_large(x.subject);
    result.append(block.data(), n);
  }
  if (std::ferror(file.get()) != 0)
    return failed();
  return result;
}

expected<std::string> read_file(const named_file& x) {
  std::error_code ignored;
  auto status = fs::status(x.path, ignored);
  if (status.type() == fs::file_type::not_found)
    return bad_plan(fmt::format("{} does not exist", x.subject));
  if (fs::is_directory(status))
    return bad_plan(fmt::format("{} is a directory", x.subject));
  std::size_t likely_size = 0;
  if (fs::is_regular_file(status)) {
    auto size = fs::file_size(x.path, ignored);
    if (!ignored && size > source_bytes_max)
      return too_large(x.subject);
    if (!ignored)
      likely_size = size;
  }
  return read_all(x, likely_size);
}

/// The file as text, or why it is none.
expected<std::string> read_text_file(const named_file& x) {
  auto result = read_file(x);
  if (!result)
    return result;
  auto& text = *result;
  if (text.starts_with(byte_order_mark))
    text.erase(0, byte_order_mark.size());
  if (text.find_first_not_of(" \t\r\n") == std::string::npos)
    return bad_plan(fmt::format("{} is empty", x.subject));
  auto bad = find_non_text(text);
  if (bad == std::string::npos)
    return result;
  if (text[bad] == '\0')
    return bad_plan(fmt::format("{} is a binary file, not text", x.subject));
  auto line = std::count(text.begin(),
                         text.begin() + static_cast<std::ptrdiff_t>(bad), '\n');
  return bad_plan(
      fmt::format("{} is not text in UTF-8: see line {}", x.subject, line + 1));
}

} // namespace

void source_text::append(included_file file, std::string_view content) {
  text += '\n'; // so that the last line of the file before has an end
  file.begin = static_cast<std::uint32_t>(text.size());
  text += content;
  included.push_back(std::move(file));
}

std::size_t source_text::file_at(std::size_t offset) const {
  auto after = std::upper_bound(included.begin(), included.end(), offset,
                                [](std::size_t x, const included_file& y) {
                                  return x < y.begin;
                                });
  return static_cast<std::size_t>(after - included.begin());
}

const std::string& source_text::name_at(std::size_t offset) const {
  auto file = offset < text.size() || included.empty() ? file_at(offset) : 0;
  return file == 0 ? name : included[file - 1].name;
}

text_position source_text::position(std::size_t offset) const {
  text_position result;
  auto file = file_at(offset);
  result.line_start = file == 0 ? 0 : included[file - 1].begin;
  auto end =
      text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size()));
  auto begin = text.begin() + static_cast<std::ptrdiff_t>(result.line_start);
  for (auto i = begin; i != end;) {
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

expected<std::string> read_included(const std::string& path,
                                    const std::string& shown) {
  std::error_code ignored;
  auto status = fs::status(path, ignored);
  auto subject = fmt::format("'{}'", shown);
  // A plan may come from a pipe; what it includes would not come twice.
  if (fs::exists(status) && !fs::is_directory(status)
      && !fs::is_regular_file(status))
    return bad_plan(fmt::format("{} is no regular file", subject));
  return read_text_file({path, std::move(subject)});
}

expected<source_text> read_source(const std::string& path) {
  auto text = read_text_file({path, fmt::format("plan '{}'", path)});
  if (!text)
    return text.error();
  source_text result;
  result.text = std::move(*text);
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
