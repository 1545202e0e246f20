// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/state_directory.hpp"

#include "runtime/control/run_lock.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <random>
#include <system_error>
#include <unistd.h>

namespace tutti::session {

namespace {

namespace fs = std::filesystem;

std::string new_run_id() {
  auto now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  auto tail = std::random_device{}() & 0xffffu;
  return fmt::format("{:04}{:02}{:02}-{:02}{:02}{:02}-{:04x}",
                     parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min, parts.tm_sec, tail);
}

error unusable(const fs::path& path, const std::error_code& why) {
  return {exit_code::environment,
          fmt::format("the state directory '{}' cannot be used: {}; choose "
                      "another with --state-dir",
                      path.string(), why.message())};
}

} // namespace

expected<run_directory> make_run_directory(const std::string& state_directory) {
  std::error_code failure;
  auto root = fs::absolute(state_directory, failure);
  if (failure)
    return unusable(state_directory, failure);
  bool fresh = !fs::exists(root, failure);
  run_directory result;
  fs::path path;
  fs::create_directories(root / "runs", failure);
  if (failure)
    return unusable(root, failure);
  for (const auto& x : control::remove_dead_runs(root.string()))
    fmt::print(stderr, "tutti: {}\n", x);
  do { // somebody else's run may have taken the name
    result.run_id = new_run_id();
    path = root / "runs" / result.run_id;
  } while (!fs::create_directory(path, failure) && !failure);
  if (failure)
    return unusable(root, failure);
  // Before there is anything in it that could be taken for a dead run's.
  result.held =
      std::make_shared<process::unique_fd>(control::hold_run(path.string()));
  for (const auto& x : {path / "logs", path / "io"}) {
    fs::create_directories(x, failure);
    if (failure)
      return unusable(root, failure);
  }
  if (fresh)
    std::ofstream(root / ".gitignore") << "*\n";
  // An existing folder may still be one that we cannot write to.
  if (::access(path.c_str(), W_OK | X_OK) != 0)
    return unusable(root, {errno, std::generic_category()});
  result.path = path.string();
  result.logs = (path / "logs").string();
  result.io = (path / "io").string();
  result.artifacts = (root / "artifacts").string();
  return result;
}

void tidy_run_directory(const run_directory& x) {
  std::error_code ignored;
  control::remove_live_files(x.path);
  fs::remove(x.logs, ignored); // only where it is empty
  fs::remove(x.path, ignored);
}

} // namespace tutti::session
