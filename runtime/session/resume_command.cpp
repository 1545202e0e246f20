// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/resume_command.hpp"

#include <fmt/format.h>

#include <string_view>

namespace tutti::session {

std::string shell_word(std::string_view x) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyz"
                                     "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "0123456789-_./@:+,=%";
  if (!x.empty() && x.find_first_not_of(plain) == std::string_view::npos)
    return std::string(x);
  std::string result = "'";
  for (auto c : x)
    result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + '\'';
}

namespace {

std::string from(const std::string& directory, const std::string& path) {
  auto prefix = directory.ends_with('/') ? directory : directory + '/';
  bool inside = !directory.empty() && path.size() > prefix.size()
             && path.starts_with(prefix);
  return shell_word(inside ? path.substr(prefix.size()) : path);
}

} // namespace

std::string resume_command(const std::string& plan,
                           const std::string& state_directory,
                           const std::string& directory,
                           const std::string& run_id) {
  auto state = state_directory.empty()
                 ? std::string{}
                 : " --state-dir " + from(directory, state_directory);
  return fmt::format("tutti run {}{} --resume={}", from(directory, plan), state,
                     run_id);
}

} // namespace tutti::session
