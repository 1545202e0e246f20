// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/node_process.hpp"

#include "runtime/process/files.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

namespace tutti::stress {

namespace {

using process::unique_fd;

constexpr int glance_ms = 100;

struct pipe_ends {
  unique_fd reads;
  unique_fd writes;
};

expected<pipe_ends> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return error{exit_code::environment,
                 "no pipe can be made: " + process::system_text(errno)};
  return pipe_ends{unique_fd{ends[0]}, unique_fd{ends[1]}};
}

/// It has its own process group, so that a Ctrl-C is its conductor's alone.
int spawn(const std::vector<std::string>& args, int input, int output,
          pid_t& pid) {
  std::vector<char*> argv;
  for (const auto& x : args)
    argv.push_back(const_cast<char*>(x.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  posix_spawnattr_t how;
  ::posix_spawnattr_init(&how);
  sigset_t none;
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&how, &none);
  ::posix_spawnattr_setpgroup(&how, 0);
  ::posix_spawnattr_setflags(&how,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  auto failed =
      ::posix_spawn(&pid, "/proc/self/exe", &files, &how, argv.data(), environ);
  ::posix_spawnattr_destroy(&how);
  ::posix_spawn_file_actions_destroy(&files);
  return failed;
}

std::string text_of(int status) {
  if (WIFSIGNALED(status))
    return fmt::format("killed by signal {}", WTERMSIG(status));
  if (WEXITSTATUS(status) == 0)
    return {};
  return fmt::format("ended with exit code {}", WEXITSTATUS(status));
}

} // namespace

expected<node_process> node_process::start(const std::vector<std::string>& args,
                                           const std::string& input) {
  auto in = make_pipe();
  if (!in)
    return in.error();
  auto out = make_pipe();
  if (!out)
    return out.error();
  pid_t pid = 0;
  if (auto failed = spawn(args, in->reads.get(), out->writes.get(), pid);
      failed != 0)
    return error{exit_code::environment,
                 "a node cannot be started: " + process::system_text(failed)};
  node_process result{pid, std::move(out->reads)};
  auto text = fmt::format("{}\n{}", ::getpid(), input);
  if (::write(in->writes.get(), text.data(), text.size())
      != static_cast<ssize_t>(text.size()))
    return error{exit_code::environment, "a node cannot be told what it is: "
                                             + process::system_text(errno)};
  return result;
}

node_process::node_process(node_process&& x) noexcept
  : pid_(std::exchange(x.pid_, 0)), output_(std::move(x.output_)) {
}

node_process::~node_process() {
  end(std::chrono::milliseconds{0});
}

std::string node_process::read_line(const std::function<bool()>& goes_on) {
  std::string result;
  while (goes_on()) {
    pollfd one{output_.get(), POLLIN, 0};
    if (::poll(&one, 1, glance_ms) <= 0)
      continue;
    char c = 0;
    if (::read(output_.get(), &c, 1) != 1)
      return {};
    if (c == '\n')
      return result;
    result += c;
  }
  return {};
}

std::string node_process::end(std::chrono::milliseconds most) {
  auto pid = std::exchange(pid_, 0);
  if (pid == 0)
    return {};
  unique_fd its_end{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
  pollfd one{its_end.get(), POLLIN, 0};
  if (!its_end || ::poll(&one, 1, static_cast<int>(most.count())) != 1)
    ::kill(pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0)
    if (errno != EINTR)
      return {};
  return text_of(status);
}

std::string read_node_input() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::string text;
  std::array<char, 4096> part{};
  for (;;) {
    auto n = ::read(STDIN_FILENO, part.data(), part.size());
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      break;
    text.append(part.data(), static_cast<std::size_t>(n));
  }
  auto end = text.find('\n');
  // Who started it may have died before it asked to be told of that.
  if (end == std::string::npos
      || text.substr(0, end) != std::to_string(::getppid()))
    ::_exit(0);
  return text.substr(end + 1);
}

} // namespace tutti::stress
