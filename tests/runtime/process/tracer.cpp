// SPDX-License-Identifier: BSD-3-Clause
#include "tests/runtime/process/tracer.hpp"

#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <utility>

namespace tutti::process {

namespace {

/// Tells whether it could, and traces until it is killed.
[[noreturn]] void trace(pid_t victim, tracer::hold how, int answer) {
  bool done = ::ptrace(PTRACE_SEIZE, victim, nullptr, nullptr) == 0;
  if (done && how == tracer::hold::at_once)
    done = ::ptrace(PTRACE_INTERRUPT, victim, nullptr, nullptr) == 0
        && ::waitpid(victim, nullptr, __WALL) == victim;
  (void)!::write(answer, done ? "y" : "n", 1);
  while (true)
    ::pause();
}

} // namespace

tracer::tracer(pid_t victim, hold how) {
  int ends[2] = {-1, -1};
  if (::pipe(ends) != 0)
    throw std::runtime_error("no pipe");
  unique_fd answer{ends[0]};
  unique_fd their_end{ends[1]};
  pid_ = ::fork();
  if (pid_ == 0)
    trace(victim, how, their_end.get());
  their_end.reset();
  char said = 'n';
  holds_ = ::read(answer.get(), &said, 1) == 1 && said == 'y';
}

tracer::~tracer() {
  let_go();
}

void tracer::let_go() {
  auto pid = std::exchange(pid_, -1);
  if (pid < 0)
    return;
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
}

} // namespace tutti::process
