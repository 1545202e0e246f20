// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/process/sweep.hpp"

#include "runtime/process/files.hpp"
#include "runtime/process/process_table.hpp"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <optional>
#include <set>
#include <sstream>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

namespace tutti::process {

namespace {

constexpr std::size_t record_bytes_max = 4096;

/// Where process numbers mean the same: this boot, this namespace. Empty: that
/// cannot be told.
std::string place() {
  auto boot = read_file("/proc/sys/kernel/random/boot_id", 64).content;
  char space[64];
  auto size = ::readlink("/proc/self/ns/pid", space, sizeof space);
  auto end = boot.find('\n');
  if (end == std::string::npos || size <= 0)
    return {};
  return boot.substr(0, end) + "/"
       + std::string(space, static_cast<std::size_t>(size));
}

std::string record_path(const std::string& io_directory) {
  return io_directory + "/supervisor";
}

struct run_record {
  run_mark mark;
  process_info supervisor; ///< pid and start time
};

/// None: there is none, or it is of another boot.
std::optional<run_record> read_record(const std::string& io_directory) {
  auto file = read_file(record_path(io_directory), record_bytes_max);
  std::istringstream text{file.content};
  std::string where;
  std::string mark_text;
  process_info supervisor;
  text >> where >> mark_text >> supervisor.pid >> supervisor.start_time;
  auto mark = run_mark::parse(mark_text);
  if (!text || !mark || where != place())
    return std::nullopt;
  return run_record{*mark, supervisor};
}

/// This process, all that it descends from, and all that descends from it.
std::unordered_set<pid_t> family(const process_table& table) {
  std::unordered_set<pid_t> result;
  // Bounded by the set: a moment's mixture may hold a cycle.
  for (pid_t pid = ::getpid(); pid > 0 && result.insert(pid).second;)
    pid = table.parent(pid);
  for (const auto& x : table.descendants({::getpid()}))
    result.insert(x.pid);
  return result;
}

std::vector<process_info> processes_of(const run_record& run) {
  auto table = process_table::snapshot();
  auto spared = family(table);
  std::vector<process_info> result;
  std::vector<pid_t> roots;
  auto add = [&](const process_info& x) {
    if (!x.zombie && spared.insert(x.pid).second)
      result.push_back(x);
  };
  for (const auto& x : table.all()) {
    // What is older than the run's supervisor cannot be the run's.
    if (spared.contains(x.pid) || x.start_time < run.supervisor.start_time)
      continue;
    if (x.same_as(run.supervisor) || run.mark.attempt_of(x.pid)) {
      roots.push_back(x.pid);
      add(x);
    }
  }
  for (const auto& x : table.descendants(roots))
    add(x);
  return result;
}

} // namespace

int write_run_record(const std::string& io_directory, const run_mark& mark) {
  auto self = read_process(::getpid());
  std::ostringstream text;
  text << place() << ' ' << mark.text() << ' ' << ::getpid() << ' '
       << (self ? self->start_time : 0) << '\n';
  return write_file(record_path(io_directory), text.str());
}

void remove_run_record(const std::string& io_directory) {
  ::unlink(record_path(io_directory).c_str());
}

swept sweep_run(const std::string& io_directory, duration bound) {
  constexpr auto pause = std::chrono::milliseconds(2);
  constexpr int empty_passes_needed = 2; // one may have missed a birth
  auto run = read_record(io_directory);
  if (!run)
    return {};
  auto until = std::chrono::steady_clock::now() + bound;
  std::set<std::pair<pid_t, std::uint64_t>> seen;
  int empty_passes = 0;
  while (empty_passes < empty_passes_needed) {
    auto found = processes_of(*run);
    if (found.empty()) {
      ++empty_passes;
      continue;
    }
    empty_passes = 0;
    for (const auto& x : found) {
      signal_process(x, SIGKILL);
      seen.emplace(x.pid, x.start_time);
    }
    if (std::chrono::steady_clock::now() > until)
      return {seen.size() - found.size(), found.size()};
    std::this_thread::sleep_for(pause);
  }
  return {seen.size(), 0};
}

} // namespace tutti::process
