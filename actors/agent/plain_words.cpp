// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/plain_words.hpp"

#include <algorithm>
#include <array>

namespace tutti {

namespace {

bool is_plain(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
      || (c >= '0' && c <= '9'))
    return true;
  return std::string_view{"%+,-./:=@_"}.find(c) != std::string_view::npos;
}

/// POSIX reserved words and built-in utilities that have no file of their own,
/// or whose built-in form acts on the shell; sorted.
constexpr std::array shell_words = {
    ".",       ":",        "alias",  "bg",     "break", "case",    "cd",
    "command", "continue", "do",     "done",   "elif",  "else",    "esac",
    "eval",    "exec",     "exit",   "export", "fc",    "fg",      "fi",
    "for",     "getopts",  "hash",   "if",     "jobs",  "let",     "local",
    "read",    "readonly", "return", "set",    "shift", "source",  "then",
    "times",   "trap",     "type",   "ulimit", "umask", "unalias", "unset",
    "until",   "wait",     "while",
};

bool is_shell_word(std::string_view word) {
  return std::find(shell_words.begin(), shell_words.end(), word)
      != shell_words.end();
}

} // namespace

std::optional<std::vector<std::string>> plain_words(std::string_view script) {
  std::vector<std::string> words;
  bool inside = false;
  auto last = script.find_last_not_of(" \t\n");
  script = script.substr(0, last == std::string_view::npos ? 0 : last + 1);
  for (char c : script) {
    if (c == ' ' || c == '\t') {
      inside = false;
    } else if (is_plain(c)) {
      if (!inside)
        words.emplace_back();
      inside = true;
      words.back() += c;
    } else {
      return std::nullopt;
    }
  }
  if (words.empty() || is_shell_word(words[0])
      || words[0].find('=') != std::string::npos)
    return std::nullopt;
  return words;
}

} // namespace tutti
