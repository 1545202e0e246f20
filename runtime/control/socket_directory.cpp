// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/control/socket_directory.hpp"

#include "runtime/control/local_socket.hpp"
#include "runtime/process/files.hpp"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace tutti::control {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view control_ending = ".control";
constexpr std::string_view live_ending = ".live";

error unusable(const std::string& folder, const std::string& why) {
  return {exit_code::environment,
          fmt::format("the folder for sockets '{}' {}", folder, why)};
}

} // namespace

std::vector<std::string> socket_directories(environment_lookup env) {
  std::vector<std::string> result;
  const auto* runtime = env("XDG_RUNTIME_DIR");
  // The specification has relative paths ignored; one that is not there is
  // left over from another session.
  if (runtime != nullptr && runtime[0] == '/' && ::access(runtime, F_OK) == 0)
    result.push_back(std::string{runtime} + "/tutti");
  const auto* temporary = env("TMPDIR");
  if (temporary == nullptr || temporary[0] != '/')
    temporary = "/tmp";
  result.push_back(fmt::format("{}/tutti-{}", temporary, ::getuid()));
  return result;
}

std::vector<std::string> socket_directories() {
  return socket_directories([](const char* name) -> const char* {
    return std::getenv(name);
  });
}

std::string distrust(const std::string& folder) {
  struct stat info {};
  if (::lstat(folder.c_str(), &info) != 0)
    return "cannot be used: " + process::system_text(errno);
  if (!S_ISDIR(info.st_mode))
    return "is no folder; remove it";
  if (info.st_uid != ::getuid())
    return fmt::format("belongs to another user ({}); remove it, or set "
                       "XDG_RUNTIME_DIR or TMPDIR to a folder of yours",
                       info.st_uid);
  if ((info.st_mode & 077) != 0)
    return fmt::format("is open to other users (mode {:04o}); say 'chmod 700 "
                       "{}'",
                       info.st_mode & 07777, folder);
  return {};
}

expected<std::string>
make_socket_directory(const std::vector<std::string>& folders) {
  error last = unusable("", "has no place");
  for (const auto& folder : folders) {
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
      last = unusable(folder, "cannot be made: " + process::system_text(errno));
      continue;
    }
    if (auto why = distrust(folder); !why.empty())
      return unusable(folder, why);
    return folder;
  }
  return last;
}

std::string control_path(std::string_view folder, std::string_view run_id) {
  return fmt::format("{}/{}{}", folder, run_id, control_ending);
}

std::string live_path(std::string_view folder, std::string_view run_id) {
  return fmt::format("{}/{}{}", folder, run_id, live_ending);
}

void remove_sockets(const std::vector<std::string>& folders,
                    const std::string& run_id) {
  for (const auto& folder : folders) {
    ::unlink(control_path(folder, run_id).c_str());
    ::unlink(live_path(folder, run_id).c_str());
  }
}

namespace {

/// A node has no control socket: that of its tasks is all that a killed one
/// leaves.
void remove_dead_live_sockets(const std::string& folder) {
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator{folder, failure}) {
    auto path = entry.path().string();
    if (!path.ends_with(live_ending))
      continue;
    auto beside = path.substr(0, path.size() - live_ending.size());
    if (::access((beside + std::string{control_ending}).c_str(), F_OK) != 0
        && probe(path) == presence::dead)
      ::unlink(path.c_str());
  }
}

} // namespace

std::vector<found_socket>
live_sockets(const std::vector<std::string>& folders) {
  std::vector<found_socket> result;
  for (const auto& folder : folders) {
    if (!distrust(folder).empty())
      continue;
    std::error_code failure;
    for (const auto& entry : fs::directory_iterator{folder, failure}) {
      auto name = entry.path().filename().string();
      if (!name.ends_with(control_ending))
        continue;
      auto run_id = name.substr(0, name.size() - control_ending.size());
      switch (probe(entry.path().string())) {
      case presence::live:
        result.push_back({std::move(run_id), entry.path().string()});
        break;
      case presence::dead:
        remove_sockets({folder}, run_id);
        break;
      case presence::unknown:
        break;
      }
    }
    remove_dead_live_sockets(folder);
  }
  std::sort(result.begin(), result.end(), [](const auto& x, const auto& y) {
    return x.run_id < y.run_id;
  });
  return result;
}

} // namespace tutti::control
