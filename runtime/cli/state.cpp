// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/state.hpp"

#include <chrono>
#include <filesystem>
#include <system_error>

namespace tutti::cli {

std::string state_directory_of(const std::string& option) {
  std::error_code ignored;
  auto path =
      std::filesystem::absolute(option.empty() ? ".tutti" : option, ignored)
          .lexically_normal()
          .string();
  while (path.size() > 1 && path.ends_with('/'))
    path.pop_back();
  return path;
}

std::int64_t now_ns() {
  return std::chrono::nanoseconds{
      std::chrono::system_clock::now().time_since_epoch()}
      .count();
}

} // namespace tutti::cli
