// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/coming_log.hpp"

#include <filesystem>
#include <system_error>

namespace tutti::journal {

std::string coming_mark(const std::string& log) {
  std::filesystem::path path{log};
  return (path.parent_path() / ("." + path.filename().string() + ".coming"))
      .string();
}

bool is_log_coming(const std::string& log) {
  std::error_code ignored;
  return !log.empty() && std::filesystem::exists(coming_mark(log), ignored);
}

} // namespace tutti::journal
