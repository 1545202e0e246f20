// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/program_path.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace tutti::cli {

void expose_program() {
  std::error_code failure;
  auto self = std::filesystem::read_symlink("/proc/self/exe", failure);
  if (failure)
    return;
  ::setenv("TUTTI_BINARY", self.c_str(), 1);
  // Where there is no PATH, the default of the system is better than ours.
  if (const auto* path = std::getenv("PATH"))
    ::setenv("PATH",
             (std::string{path} + ":" + self.parent_path().string()).c_str(),
             1);
}

} // namespace tutti::cli
