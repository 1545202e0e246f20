// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/artifacts/glob.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace tutti::artifacts {

namespace {

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> result;
  while (true) {
    auto end = text.find('/');
    result.push_back(text.substr(0, end));
    if (end == std::string_view::npos)
      return result;
    text.remove_prefix(end + 1);
  }
}

std::size_t character_size(std::string_view text) {
  std::size_t size = 1;
  while (size < text.size()
         && (static_cast<unsigned char>(text[size]) & 0xc0u) == 0x80u)
    ++size;
  return size;
}

/// What one element of a part takes from a name; 0 where it does not match.
struct step {
  std::size_t of_part = 1;
  std::size_t of_name = 0;
};

/// `part` starts with '['; a set without an end is a plain bracket.
step match_set(std::string_view part, char c) {
  bool negated = part.size() > 1 && (part[1] == '!' || part[1] == '^');
  std::size_t i = negated ? 2 : 1;
  auto end = part.find(']', i + 1);
  if (end == std::string_view::npos)
    return {1, c == '[' ? std::size_t{1} : std::size_t{0}};
  auto byte = [](char x) {
    return static_cast<unsigned char>(x);
  };
  bool inside = false;
  while (i < end) {
    auto low = byte(part[i]);
    auto high = low;
    if (i + 2 < end && part[i + 1] == '-') {
      high = byte(part[i + 2]);
      i += 2;
    }
    inside = inside || (low <= byte(c) && byte(c) <= high);
    ++i;
  }
  return {end + 1, inside != negated ? std::size_t{1} : std::size_t{0}};
}

step match_one(std::string_view part, std::string_view name) {
  if (part[0] == '?')
    return {1, character_size(name)};
  if (part[0] == '[')
    return match_set(part, name[0]);
  std::size_t skipped = part[0] == '\\' && part.size() > 1 ? 1 : 0;
  return {skipped + 1,
          part[skipped] == name[0] ? std::size_t{1} : std::size_t{0}};
}

} // namespace

glob parse_glob(std::string_view pattern) {
  glob result;
  if (pattern.empty())
    result.mistake = "an artifact's path is empty";
  else if (pattern.front() == '/')
    result.mistake =
        fmt::format("the artifact '{}' is an absolute path: name it relative "
                    "to the working directory",
                    pattern);
  else if (pattern.find('\0') != std::string_view::npos)
    result.mistake = "an artifact's path holds a zero byte";
  if (!result.mistake.empty())
    return result;
  for (auto part : split(pattern)) {
    if (part == "..")
      result.mistake = fmt::format("the artifact '{}' lies outside of the "
                                   "working directory",
                                   pattern);
    bool again =
        part == "**" && !result.parts.empty() && result.parts.back() == "**";
    if (!part.empty() && part != "." && !again)
      result.parts.emplace_back(part);
  }
  if (pattern.back() == '/' && result.mistake.empty())
    result.parts.emplace_back("**"); // a folder: all that is in it
  if (result.parts.empty() && result.mistake.empty())
    result.mistake = fmt::format("the artifact '{}' names no file", pattern);
  return result;
}

bool is_literal(std::string_view part) {
  return part.find_first_of("*?[\\") == std::string_view::npos;
}

bool matches(std::string_view part, std::string_view name) {
  if (!name.empty() && name[0] == '.'
      && (part.empty() || (part[0] != '.' && !part.starts_with("\\."))))
    return false;
  // After a mismatch the last star takes one character more.
  constexpr auto none = std::string_view::npos;
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = none;
  std::size_t star_name = 0;
  while (n < name.size()) {
    if (p < part.size() && part[p] == '*') {
      star = ++p;
      star_name = n;
      continue;
    }
    auto taken =
        p < part.size() ? match_one(part.substr(p), name.substr(n)) : step{};
    if (taken.of_name > 0) {
      p += taken.of_part;
      n += taken.of_name;
    } else if (star != none) {
      p = star;
      n = ++star_name;
    } else {
      return false;
    }
  }
  return part.find_first_not_of('*', p) == none;
}

std::string check_path(std::string_view path) {
  if (path.empty() || path.front() == '/'
      || path.find('\0') != std::string_view::npos)
    return fmt::format("'{}' is no relative path", path);
  for (auto part : split(path))
    if (part.empty() || part == "." || part == "..")
      return fmt::format("'{}' may lead out of the working directory", path);
  return {};
}

} // namespace tutti::artifacts
