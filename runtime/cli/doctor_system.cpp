// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/doctor.hpp"
#include "runtime/control/socket_directory.hpp"
#include "runtime/process/files.hpp"
#include "runtime/process/unique_fd.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

namespace tutti::cli {

namespace {

using process::system_text;

constexpr auto newer_kernel = "use Linux 5.3 or later, or a sandbox that "
                              "allows it";

void check_proc(health_checks& into) {
  auto self = process::read_file("/proc/self/stat", 4096);
  if (self.error_number == 0 && !self.content.empty())
    return into.push_back(
        {"proc", check_status::ok, "processes can be seen in /proc", {}});
  into.push_back({"proc", check_status::fail,
                  "/proc cannot be read: " + self.why(),
                  "mount it: tutti finds the processes of tasks there"});
}

void check_pidfd(health_checks& into) {
  process::unique_fd fd{
      static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0))};
  if (fd)
    return into.push_back(
        {"pidfd", check_status::ok, "a process can be held on to", {}});
  into.push_back({"pidfd", check_status::fail,
                  "processes cannot be held on to: " + system_text(errno),
                  newer_kernel});
}

void check_subreaper(health_checks& into) {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
    return into.push_back({"subreaper",
                           check_status::ok,
                           "the orphans of tasks can be taken in",
                           {}});
  }
  into.push_back(
      {"subreaper", check_status::fail,
       "the orphans of tasks cannot be taken in: " + system_text(errno),
       newer_kernel});
}

void check_sockets(health_checks& into) {
  constexpr auto remedy = "set XDG_RUNTIME_DIR, or TMPDIR, to a short folder "
                          "of this user alone; without, a run goes on but "
                          "nobody can speak to it";
  auto folder = control::make_socket_directory(control::socket_directories());
  if (!folder)
    return into.push_back(
        {"sockets", check_status::fail, folder.error().detail, remedy});
  auto longest = control::control_path(*folder, "20261122-201500-1a2b");
  if (longest.size() >= sizeof(sockaddr_un::sun_path))
    return into.push_back({"sockets", check_status::fail,
                           fmt::format("the path of '{}' is too long for "
                                       "sockets",
                                       *folder),
                           remedy});
  into.push_back({"sockets",
                  check_status::ok,
                  fmt::format("'{}' is this user's alone", *folder),
                  {}});
}

std::string limit_text(rlim_t x) {
  return x == RLIM_INFINITY ? std::string{"no limit"} : fmt::format("{}", x);
}

void check_limit(health_checks& into, const char* name,
                 decltype(RLIMIT_NOFILE) which, rlim_t few,
                 std::string_view what, const char* remedy) {
  struct rlimit x {};
  ::getrlimit(which, &x);
  bool is_low = x.rlim_cur != RLIM_INFINITY && x.rlim_cur < few;
  into.push_back({name, is_low ? check_status::warn : check_status::ok,
                  fmt::format("{}: {}", what, limit_text(x.rlim_cur)),
                  is_low ? remedy : std::string{}});
}

void check_terminal(health_checks& into) {
  auto can = display::detect(STDOUT_FILENO, {});
  if (!can.tty)
    return into.push_back({"terminal",
                           check_status::ok,
                           "standard output is none: runs show lines",
                           {}});
  auto size = display::make_fd_output(STDOUT_FILENO)->size();
  auto text = fmt::format("{} columns, {} rows, {}, {}", size.columns,
                          size.rows, can.color ? "colours" : "no colours",
                          can.unicode ? "UTF-8" : "ASCII only");
  bool narrow = can.animate && (size.columns < 40 || size.rows < 10);
  into.push_back({"terminal", narrow ? check_status::warn : check_status::ok,
                  std::move(text),
                  narrow ? "make it larger, or say --plain" : std::string{}});
}

} // namespace

void check_system(health_checks& into) {
  check_proc(into);
  check_pidfd(into);
  check_subreaper(into);
  check_sockets(into);
  check_limit(into, "open-files", RLIMIT_NOFILE, 1024, "open files",
              "raise it (ulimit -n): each running task needs a few");
  check_limit(into, "processes", RLIMIT_NPROC, 512, "processes and threads",
              "raise it (ulimit -u): each running task needs some");
  check_terminal(into);
}

} // namespace tutti::cli
