// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/process/supervise.hpp"

#include "messages/error.hpp"
#include "runtime/process/environment.hpp"
#include "runtime/process/loop.hpp"
#include "runtime/process/mark.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <new>
#include <optional>
#include <string>
#include <utility>

namespace tutti::process {

namespace {

/// The forked process keeps standard error and the socket, and nothing else of
/// its parent's.
void leave_parent_behind(int socket) {
  ::setsid();
  // Not a name that `pkill tutti` would meet: it must outlive tutti.
  ::prctl(PR_SET_NAME, "task-supervisor");
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  // A child of this process reads nothing: its descriptor 0 is inherited.
  auto null = ::open("/dev/null", O_RDWR);
  ::dup2(null, 0);
  ::dup2(null, 1);
  auto number = static_cast<unsigned>(socket);
  if (number > 3)
    ::close_range(3, number - 1, 0);
  ::close_range(number + 1, ~0U, 0);
  if (::chdir("/") != 0)
    ::_exit(static_cast<int>(exit_code::internal));
}

/// Signals are blocked, and none is ignored, so that a process which is started
/// has only to unblock them; only deaths are of interest, not stops.
unique_fd signals_of_deaths() {
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal)
    ::sigaction(signal, &action, nullptr);
  action.sa_flags = SA_NOCLDSTOP;
  ::sigaction(SIGCHLD, &action, nullptr);
  sigset_t deaths;
  ::sigemptyset(&deaths);
  ::sigaddset(&deaths, SIGCHLD);
  return unique_fd{::signalfd(-1, &deaths, SFD_CLOEXEC | SFD_NONBLOCK)};
}

} // namespace

void supervise(unique_fd socket) {
  // Without memory or descriptors this process can only go; tutti then
  // inherits and ends the children. Its socket is closed by nothing but its
  // exit, so that tutti sees the exit, and what it says.
  std::optional<loop> life;
  try {
    leave_parent_behind(socket.get());
    const auto* outer = std::getenv(std::string{process_variable}.c_str());
    life.emplace(std::move(socket), signals_of_deaths(), own_environment(),
                 outer != nullptr ? outer : "");
    life->run();
  } catch (const std::bad_alloc&) {
    ::_exit(out_of_memory);
  } catch (...) {
    ::_exit(static_cast<int>(exit_code::internal));
  }
  ::_exit(0);
}

} // namespace tutti::process
