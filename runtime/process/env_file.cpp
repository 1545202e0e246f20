// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/process/env_file.hpp"

#include "runtime/process/files.hpp"

#include <cstddef>
#include <optional>
#include <utility>

namespace tutti::process {

namespace {

constexpr std::size_t env_file_bytes_max = std::size_t{1} << 20;
constexpr std::string_view blanks = " \t\r";

std::string_view trimmed(std::string_view x) {
  auto first = x.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  return x.substr(first, x.find_last_not_of(blanks) - first + 1);
}

bool is_key(std::string_view x) {
  auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  if (x.empty() || !letter(x[0]))
    return false;
  for (auto c : x)
    if (!letter(c) && !(c >= '0' && c <= '9') && c != '.' && c != '-')
      return false;
  return true;
}

std::string unescaped(char c) {
  switch (c) {
  case 'n':
    return "\n";
  case 'r':
    return "\r";
  case 't':
    return "\t";
  case '"':
  case '\\':
  case '$':
    return {c};
  default:
    return {'\\', c};
  }
}

/// None: the quote has no end, or something other than a comment follows it.
std::optional<std::string> quoted_value(std::string_view in) {
  auto quote = in[0];
  std::string out;
  std::size_t i = 1;
  for (; i < in.size() && in[i] != quote; ++i) {
    if (quote == '"' && in[i] == '\\' && i + 1 < in.size())
      out += unescaped(in[++i]);
    else
      out += in[i];
  }
  if (i >= in.size())
    return std::nullopt;
  auto rest = trimmed(in.substr(i + 1));
  if (!rest.empty() && rest[0] != '#')
    return std::nullopt;
  return out;
}

std::optional<std::string> value(std::string_view in) {
  auto text = trimmed(in);
  if (!text.empty() && (text[0] == '\'' || text[0] == '"'))
    return quoted_value(text);
  for (std::size_t i = 0; i < in.size(); ++i)
    if (in[i] == '#' && i > 0 && (in[i - 1] == ' ' || in[i - 1] == '\t'))
      return std::string{trimmed(in.substr(0, i))};
  return std::string{text};
}

std::string_view without_export(std::string_view line) {
  constexpr std::string_view word = "export";
  if (!line.starts_with(word) || line.size() == word.size()
      || blanks.find(line[word.size()]) == std::string_view::npos)
    return line;
  return trimmed(line.substr(word.size()));
}

} // namespace

expected<std::vector<std::string>> parse_env_file(std::string_view text,
                                                  const std::string& path) {
  std::vector<std::string> result;
  auto fail = [&path](std::size_t line, const char* why) {
    return error{exit_code::environment,
                 path + ":" + std::to_string(line) + ": " + why};
  };
  if (text.starts_with("\xef\xbb\xbf"))
    text.remove_prefix(3);
  for (std::size_t number = 1; !text.empty(); ++number) {
    auto end = text.find('\n');
    auto line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line[0] == '#')
      continue;
    if (line.find('\0') != std::string_view::npos)
      return fail(number, "the line has a null byte");
    line = without_export(line);
    auto equals = line.find('=');
    auto key = trimmed(line.substr(0, equals));
    if (equals == std::string_view::npos || !is_key(key))
      return fail(number, "the line is not KEY=VALUE");
    auto content = value(line.substr(equals + 1));
    if (!content)
      return fail(number, "the quoted value has no end on its line");
    result.push_back(std::string{key} + "=" + *content);
  }
  return result;
}

expected<std::vector<std::string>> read_env_file(const std::string& path) {
  auto text = read_file(path, env_file_bytes_max);
  if (text.error_number != 0)
    return error{exit_code::environment,
                 "cannot read the env-file " + path + ": " + text.why()};
  if (text.truncated)
    return error{exit_code::environment,
                 "the env-file " + path + " is larger than 1 MiB"};
  return parse_env_file(text.content, path);
}

} // namespace tutti::process
