// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/state_directory.hpp"

#include "runtime/control/run_lock.hpp"
#include "runtime/journal/run_list.hpp"
#include "runtime/process/folder.hpp"

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <optional>
#include <random>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

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

/// Makes the folders of a run and fills in where they are.
std::optional<error> furnish(const fs::path& root, const fs::path& path,
                             run_directory& x) {
  std::error_code failure;
  fs::create_directories(path / "io", failure);
  if (failure)
    return unusable(root, failure);
  // An existing folder may still be one that we cannot write to.
  if (::access(path.c_str(), W_OK | X_OK) != 0)
    return unusable(root, {errno, std::generic_category()});
  x.path = path.string();
  x.logs = (path / "logs").string();
  x.io = (path / "io").string();
  x.journal = journal::journal_path(x.path);
  x.payloads = (path / "payloads").string();
  x.artifacts = (root / "artifacts").string();
  return std::nullopt;
}

void tidy_dead_runs(const fs::path& root) {
  for (const auto& x : control::remove_dead_runs(root.string()))
    fmt::print(stderr, "tutti: {}\n", x);
}

} // namespace

expected<run_directory> make_run_directory(const std::string& state_directory,
                                           journal::durability how) {
  bool durable = how != journal::durability::off;
  std::error_code failure;
  auto root = fs::absolute(state_directory, failure);
  if (failure)
    return unusable(state_directory, failure);
  bool fresh = !fs::exists(root, failure);
  run_directory result;
  fs::path path;
  if (durable) {
    if (auto number = process::make_folder((root / "runs").string()))
      return unusable(root, {number, std::generic_category()});
  } else if (!fs::create_directories(root / "runs", failure) && failure) {
    return unusable(root, failure);
  }
  tidy_dead_runs(root);
  do { // somebody else's run may have taken the name
    result.run_id = new_run_id();
    path = root / "runs" / result.run_id;
  } while (!fs::create_directory(path, failure) && !failure);
  if (failure)
    return unusable(root, failure);
  if (durable)
    if (auto number = process::sync_folder((root / "runs").string()))
      return unusable(root, {number, std::generic_category()});
  // Before there is anything in it that could be taken for a dead run's.
  result.held =
      std::make_shared<process::unique_fd>(control::hold_run(path.string()));
  if (auto wrong = furnish(root, path, result))
    return *wrong;
  if (fresh)
    std::ofstream(root / ".gitignore") << "*\n";
  return result;
}

expected<run_directory> open_run_directory(const std::string& state_directory,
                                           const std::string& run_id) {
  std::error_code failure;
  auto root = fs::absolute(state_directory, failure);
  auto path = root / "runs" / run_id;
  run_directory result;
  result.run_id = run_id;
  auto held = control::try_to_hold_run(path.string());
  if (!fs::exists(path, failure))
    return error{exit_code::nothing_to_run,
                 fmt::format("run {} was removed just now: there is nothing to "
                             "go on with",
                             run_id)};
  if (!held)
    return error{exit_code::journal,
                 fmt::format("run {} is live: 'tutti attach {}' shows it, and "
                             "'tutti status' tells of it",
                             run_id, run_id)};
  result.held = std::make_shared<process::unique_fd>(std::move(*held));
  tidy_dead_runs(root); // of others
  if (auto text = control::remove_dead_run(path.string()); !text.empty())
    fmt::print(stderr, "tutti: {}\n", text);
  if (auto wrong = furnish(root, path, result))
    return *wrong;
  return result;
}

expected<run_directory> make_node_directory(const std::string& state_directory,
                                            const std::string& name) {
  auto path = fs::path{state_directory} / "nodes" / name;
  run_directory result;
  result.run_id = fmt::format("node-{}-{:08x}", name, std::random_device{}());
  if (auto number = process::make_folder(path.string()))
    return unusable(state_directory, {number, std::generic_category()});
  auto held = control::try_to_hold_run(path.string());
  if (!held)
    return error{exit_code::environment,
                 fmt::format("a node named {} is at work with the state "
                             "directory '{}': choose another --name, or "
                             "another --state-dir",
                             name, state_directory)};
  result.held = std::make_shared<process::unique_fd>(std::move(*held));
  // Its supervisor may not be done with these files.
  if (auto text = control::remove_dead_run(path.string(), "node");
      !text.empty())
    fmt::print(stderr, "tutti: {}\n", text);
  if (auto wrong = furnish(state_directory, path, result))
    return *wrong;
  result.artifacts = (path / "artifacts").string();
  std::error_code failure;
  fs::remove_all(result.logs, failure);
  if (auto wrong = make_log_directory(result))
    return *wrong;
  return result;
}

std::string lost_directory::look() {
  struct stat held {};
  struct stat now {};
  bool gone = ::stat(files_.journal.c_str(), &now) != 0
           && (errno == ENOENT || errno == ENOTDIR);
  // Another folder may have its name.
  if (!gone && files_.held && *files_.held
      && ::fstat(files_.held->get(), &held) == 0
      && ::stat(files_.path.c_str(), &now) == 0)
    gone = held.st_ino != now.st_ino || held.st_dev != now.st_dev;
  if (!gone || std::exchange(told_, true))
    return {};
  return fmt::format("the run's folder '{}' was removed while the run goes on: "
                     "its journal and its logs are lost, and it cannot be "
                     "resumed; what runs goes on",
                     files_.path);
}

std::optional<error> make_log_directory(const run_directory& x) {
  std::error_code failure;
  fs::create_directories(x.logs, failure);
  return failure ? std::optional{unusable(x.logs, failure)} : std::nullopt;
}

void tidy_run_directory(const run_directory& x) {
  std::error_code ignored;
  control::remove_live_files(x.path);
  fs::remove(x.logs, ignored); // only where it is empty
  fs::remove(x.path, ignored);
}

} // namespace tutti::session
