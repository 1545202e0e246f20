// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/control/run_lock.hpp"

#include "runtime/process/sweep.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

namespace tutti::control {

namespace {

namespace fs = std::filesystem;
using process::unique_fd;

/// How often one looks before a folder is taken for held.
constexpr int looks = 5;

unique_fd open_folder(const std::string& path) {
  return unique_fd{
      ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
}

bool has_live_files(const fs::path& run) {
  std::error_code ignored;
  return fs::exists(run / "io", ignored)
      || fs::exists(run / "control", ignored);
}

std::string sweep_text(std::string_view kind, const std::string& name,
                       const process::swept& x) {
  if (x.ended + x.left == 0)
    return {};
  auto text = fmt::format("{} {} was killed and had left processes behind: {} "
                          "ended",
                          kind, name, x.ended);
  if (x.left > 0)
    text += fmt::format(", {} cannot be ended", x.left);
  return text;
}

} // namespace

unique_fd hold_run(const std::string& run_path) {
  auto result = open_folder(run_path);
  // Whoever looks whether it lives holds it for a moment, too.
  while (result && ::flock(result.get(), LOCK_EX) != 0 && errno == EINTR) {
    // A signal came in between.
  }
  return result;
}

run_holder holder_of(const std::string& run_path) {
  auto folder = open_folder(run_path);
  if (!folder)
    return run_holder::unknown;
  for (int i = 0; i < looks; ++i) {
    if (::flock(folder.get(), LOCK_SH | LOCK_NB) == 0)
      return run_holder::nobody;
    if (errno != EWOULDBLOCK && errno != EINTR)
      return run_holder::unknown;
    // Somebody may be removing what a killed run has left.
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return run_holder::somebody;
}

bool is_alive(std::int32_t pid) {
  return ::kill(pid, 0) == 0 || errno == EPERM;
}

std::optional<unique_fd> try_to_hold_run(const std::string& run_path) {
  constexpr auto patience = std::chrono::milliseconds(500);
  constexpr auto pause = std::chrono::milliseconds(10);
  auto result = open_folder(run_path);
  if (!result)
    return result;
  auto until = std::chrono::steady_clock::now() + patience;
  while (::flock(result.get(), LOCK_EX | LOCK_NB) != 0) {
    bool held = errno == EWOULDBLOCK || errno == EINTR;
    if (!held)
      return result; // the file system knows no locks
    if (std::chrono::steady_clock::now() > until)
      return std::nullopt;
    std::this_thread::sleep_for(pause);
  }
  return result;
}

std::string remove_dead_run(const std::string& run_path,
                            std::string_view kind) {
  auto found = process::sweep_run(run_path + "/io");
  if (found.left == 0)
    remove_live_files(run_path);
  return sweep_text(kind, fs::path{run_path}.filename(), found);
}

std::vector<std::string> remove_dead_runs(const std::string& state_directory) {
  std::vector<std::string> result;
  std::error_code failure;
  for (const auto& entry :
       fs::directory_iterator{fs::path{state_directory} / "runs", failure}) {
    // One that is just being made has neither, so nobody disturbs it.
    if (!has_live_files(entry.path()))
      continue;
    auto path = entry.path().string();
    auto held = open_folder(path);
    if (!held || ::flock(held.get(), LOCK_EX | LOCK_NB) != 0)
      continue;
    if (auto text = remove_dead_run(path); !text.empty())
      result.push_back(std::move(text));
  }
  return result;
}

void remove_live_files(const std::string& run_path) {
  std::error_code ignored;
  ::unlink((run_path + "/control").c_str());
  fs::remove_all(run_path + "/io", ignored);
}

} // namespace tutti::control
