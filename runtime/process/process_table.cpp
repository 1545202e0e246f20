// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/process/process_table.hpp"

#include "runtime/process/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstddef>
#include <memory>

namespace tutti::process {

namespace {

constexpr std::size_t stat_bytes_max = 4096;
/// More than Linux lets an environment grow under its default limits.
constexpr std::size_t environment_bytes_max = std::size_t{8} << 20;

/// The next number of a list that blanks divide; 0 at the end.
std::uint64_t next_number(std::string_view& text) {
  auto first = text.find_first_not_of(' ');
  text.remove_prefix(first == std::string_view::npos ? text.size() : first);
  std::uint64_t result = 0;
  auto end = std::from_chars(text.data(), text.data() + text.size(), result);
  text.remove_prefix(static_cast<std::size_t>(end.ptr - text.data()));
  auto blank = text.find(' '); // a negative number is skipped as 0
  text.remove_prefix(blank == std::string_view::npos ? text.size() : blank);
  return result;
}

bool by_parent(const process_info& x, const process_info& y) {
  return x.parent < y.parent;
}

} // namespace

std::optional<process_info> read_process(pid_t pid) {
  auto file =
      read_file("/proc/" + std::to_string(pid) + "/stat", stat_bytes_max);
  std::string_view text{file.content};
  // The name is in parentheses and may itself contain some.
  auto name_end = text.rfind(')');
  if (file.error_number != 0 || name_end == std::string_view::npos
      || text.size() < name_end + 4)
    return std::nullopt;
  process_info result;
  result.pid = pid;
  auto state = text[name_end + 2];
  result.zombie = state == 'Z' || state == 'X';
  result.stopped = state == 'T';
  text.remove_prefix(name_end + 3);
  result.parent = static_cast<pid_t>(next_number(text));
  result.group = static_cast<pid_t>(next_number(text));
  result.session = static_cast<pid_t>(next_number(text));
  // proc(5): the session is field 6, the start time field 22.
  for (int field = 7; field < 22; ++field)
    next_number(text);
  result.start_time = next_number(text);
  return result;
}

process_table process_table::snapshot() {
  process_table result;
  std::unique_ptr<DIR, int (*)(DIR*)> directory{::opendir("/proc"),
                                                &::closedir};
  if (!directory)
    return result;
  while (const auto* entry = ::readdir(directory.get())) {
    std::string_view name{entry->d_name};
    pid_t pid = 0;
    auto end = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (end.ptr != name.data() + name.size() || pid <= 0)
      continue;
    if (auto info = read_process(pid))
      result.all_.push_back(*info);
  }
  std::sort(result.all_.begin(), result.all_.end(), by_parent);
  return result;
}

std::vector<process_info> process_table::children(pid_t parent) const {
  process_info key;
  key.parent = parent;
  auto [first, last] =
      std::equal_range(all_.begin(), all_.end(), key, by_parent);
  return {first, last};
}

std::vector<process_info>
process_table::descendants(const std::vector<pid_t>& roots) const {
  std::vector<process_info> result;
  for (auto root : roots)
    for (const auto& child : children(root))
      result.push_back(child);
  // The table is a moment's mixture; a cycle in it must not trap the walk.
  for (std::size_t i = 0; i < result.size() && result.size() <= all_.size();
       ++i)
    for (const auto& child : children(result[i].pid))
      result.push_back(child);
  return result;
}

pid_t process_table::parent(pid_t pid) const {
  auto found = std::find_if(all_.begin(), all_.end(), [pid](const auto& x) {
    return x.pid == pid;
  });
  return found == all_.end() ? 0 : found->parent;
}

bool process_table::has_group(pid_t group) const {
  return std::any_of(all_.begin(), all_.end(), [group](const auto& x) {
    return x.group == group && !x.zombie;
  });
}

child_list::child_list() {
  auto path = "/proc/self/task/" + std::to_string(::getpid()) + "/children";
  children_.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

std::vector<pid_t> child_list::pids() const {
  std::vector<pid_t> result;
  if (!children_) {
    for (const auto& child : process_table::snapshot().children(::getpid()))
      result.push_back(child.pid);
    return result;
  }
  char buffer[4096];
  constexpr ssize_t longest = 16; // of one number; what is whole is told whole
  std::string text;
  ssize_t got = sizeof buffer;
  while (got > ssize_t{sizeof buffer} - longest) {
    got = ::pread(children_.get(), buffer, sizeof buffer,
                  static_cast<off_t>(text.size()));
    if (got > 0)
      text.append(buffer, static_cast<std::size_t>(got));
  }
  std::string_view rest{text};
  while (auto pid = next_number(rest))
    result.push_back(static_cast<pid_t>(pid));
  return result;
}

std::string environment_of(pid_t pid, std::string_view name) {
  auto file = read_file("/proc/" + std::to_string(pid) + "/environ",
                        environment_bytes_max);
  std::string_view text{file.content};
  while (!text.empty()) {
    auto entry = text.substr(0, text.find('\0'));
    if (entry.size() > name.size() && entry.starts_with(name)
        && entry[name.size()] == '=')
      return std::string{entry.substr(name.size() + 1)};
    text.remove_prefix(std::min(text.size(), entry.size() + 1));
  }
  return {};
}

void signal_process(const process_info& target, int signal) {
  unique_fd fd{static_cast<int>(::syscall(SYS_pidfd_open, target.pid, 0))};
  if (!fd && errno == ESRCH)
    return;
  // The descriptor holds on to one process; if that is the right one now, it
  // stays the right one.
  auto now = read_process(target.pid);
  if (!now || !now->same_as(target))
    return;
  if (fd)
    ::syscall(SYS_pidfd_send_signal, fd.get(), signal, nullptr, 0);
  else
    ::kill(target.pid, signal);
}

} // namespace tutti::process
