// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/program.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tutti::test {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

[[noreturn]] void give_up(const char* what) {
  throw std::runtime_error(std::string{what} + ": " + std::strerror(errno));
}

std::vector<std::string>
environment_of(const std::vector<std::string>& changes) {
  std::map<std::string, std::string> all;
  for (char** entry = ::environ; *entry != nullptr; ++entry) {
    std::string text = *entry;
    auto at = text.find('=');
    all[text.substr(0, at)] = text.substr(at + 1);
  }
  for (const auto* name : {"CI", "GITHUB_ACTIONS", "NO_COLOR", "FORCE_COLOR",
                           "CLICOLOR_FORCE", "COLUMNS", "LINES", "LD_PRELOAD"})
    all.erase(name);
  all["TERM"] = "xterm-256color";
  all["LC_ALL"] = "C.UTF-8";
  for (const auto& change : changes) {
    auto at = change.find('=');
    if (at == std::string::npos)
      all.erase(change);
    else
      all[change.substr(0, at)] = change.substr(at + 1);
  }
  std::vector<std::string> result;
  for (const auto& [name, value] : all)
    result.push_back(name + "=" + value);
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (auto& text : texts)
    result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

winsize window(terminal_size size) {
  winsize result{};
  result.ws_col = static_cast<unsigned short>(size.columns);
  result.ws_row = static_cast<unsigned short>(size.rows);
  return result;
}

/// In the child: the last steps before the program takes over.
[[noreturn]] void become(const program_options& options,
                         std::vector<char*>& argv, std::vector<char*>& env) {
  // Signals that the test program ignores would be ignored by it too.
  for (int signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT})
    ::signal(signal, SIG_DFL);
  if (!options.directory.empty() && ::chdir(options.directory.c_str()) != 0)
    ::_exit(125);
  ::execve(argv[0], argv.data(), env.data());
  ::_exit(125);
}

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    give_up("pipe");
  return ends;
}

std::string binary_path(const program_options& options) {
  if (!options.path.empty())
    return options.path;
  const char* path = std::getenv("TUTTI_BINARY");
  if (path == nullptr)
    throw std::runtime_error("TUTTI_BINARY must name the program under test");
  return path;
}

} // namespace

program::program(const program_options& options)
  : deadline_(steady_clock::now() + options.deadline) {
  start_child(options);
  // The C library of Debian 12 declares pidfd_open without C linkage.
  exit_fd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  if (exit_fd_ < 0)
    give_up("pidfd_open");
}

void program::start_child(const program_options& options) {
  auto args = options.args;
  args.insert(args.begin(), binary_path(options));
  auto env = environment_of(options.env);
  auto argv = pointers(args);
  auto envp = pointers(env);
  if (options.terminal) {
    auto size = window(*options.terminal);
    pid_ = ::forkpty(&out_fd_, nullptr, nullptr, &size);
    if (pid_ == 0)
      become(options, argv, envp);
    if (pid_ < 0)
      give_up("forkpty");
    ::fcntl(out_fd_, F_SETFD, FD_CLOEXEC);
    return;
  }
  auto out = make_pipe();
  auto err = make_pipe();
  pid_ = ::fork();
  if (pid_ == 0) {
    if (options.broken_stdout)
      ::close(out[0]);
    int target = options.stdout_file.empty()
                   ? out[1]
                   : ::open(options.stdout_file.c_str(), O_WRONLY);
    ::dup2(::open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
    ::dup2(target, 1);
    ::dup2(err[1], 2);
    become(options, argv, envp);
  }
  if (pid_ < 0)
    give_up("fork");
  ::close(out[1]);
  ::close(err[1]);
  out_fd_ = out[0];
  err_fd_ = err[0];
  if (options.broken_stdout)
    ::close(std::exchange(out_fd_, -1));
}

program::~program() {
  if (!ended_) {
    ::kill(pid_, SIGKILL);
    reap();
  }
  for (int fd : {exit_fd_, out_fd_, err_fd_})
    if (fd >= 0)
      ::close(fd);
}

void program::send_signal(int signal) {
  if (!ended_)
    ::kill(pid_, signal);
}

void program::type(std::string_view bytes) {
  if (::write(out_fd_, bytes.data(), bytes.size()) < 0)
    give_up("write to the terminal");
}

void program::resize(terminal_size size) {
  auto x = window(size);
  if (::ioctl(out_fd_, TIOCSWINSZ, &x) != 0)
    give_up("TIOCSWINSZ");
}

bool program::read_until(std::string_view text) {
  return read_until([this, text] {
    return out_.find(text) != std::string::npos
        || err_.find(text) != std::string::npos;
  });
}

bool program::read_until(const std::function<bool()>& condition) {
  while (!condition())
    if (!read_some())
      return condition();
  return true;
}

program_result program::wait() {
  while (read_some()) {
  }
  if (!ended_) {
    ::kill(pid_, SIGKILL);
    reap();
  }
  return {status_, timed_out_, out_, err_};
}

bool program::read_some() {
  if (ended_ || timed_out_)
    return false;
  auto left =
      std::chrono::duration_cast<milliseconds>(deadline_ - steady_clock::now());
  std::array<pollfd, 3> fds = {pollfd{exit_fd_, POLLIN, 0},
                               pollfd{out_fd_, POLLIN, 0},
                               pollfd{err_fd_, POLLIN, 0}};
  int n = left.count() <= 0
            ? 0
            : ::poll(fds.data(), fds.size(), static_cast<int>(left.count()));
  if (n < 0 && errno == EINTR)
    return true;
  timed_out_ = n == 0;
  if (n <= 0)
    return false;
  if (fds[1].revents != 0)
    read_from(out_fd_, out_);
  if (fds[2].revents != 0)
    read_from(err_fd_, err_);
  if (fds[0].revents != 0) {
    reap();
    drain();
  }
  return true;
}

bool program::read_from(int& fd, std::string& into) {
  std::array<char, 65536> buffer;
  auto n = ::read(fd, buffer.data(), buffer.size());
  if (n > 0) {
    into.append(buffer.data(), static_cast<std::size_t>(n));
    return true;
  }
  // A terminal whose other side is closed says EIO.
  if (n == 0 || errno != EINTR)
    ::close(std::exchange(fd, -1));
  return false;
}

/// What it wrote before it ended is still to be read; what others that hold the
/// pipe will write is not waited for.
void program::drain() {
  for (auto* fd : {&out_fd_, &err_fd_}) {
    auto& into = fd == &out_fd_ ? out_ : err_;
    while (*fd >= 0) {
      pollfd ready{*fd, POLLIN, 0};
      if (::poll(&ready, 1, 0) <= 0 || !read_from(*fd, into))
        break;
    }
  }
}

void program::reap() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  ended_ = true;
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

program_result run_program(const program_options& options) {
  return program{options}.wait();
}

bool eventually(const std::function<bool()>& condition) {
  auto deadline = steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (steady_clock::now() > deadline)
      return false;
    ::poll(nullptr, 0, 5);
  }
  return true;
}

std::vector<int> processes_with(std::string_view text) {
  std::vector<int> result;
  std::error_code ignored;
  for (const auto& entry :
       std::filesystem::directory_iterator{"/proc", ignored}) {
    auto name = entry.path().filename().string();
    int pid = 0;
    auto [end, code] =
        std::from_chars(name.data(), name.data() + name.size(), pid);
    if (code != std::errc{} || end != name.data() + name.size())
      continue;
    // A zombie's environment is empty, so its tag cannot be read: it counts
    // as gone here, and as a leak in the tests of the supervisor.
    std::ifstream file{entry.path() / "environ", std::ios::binary};
    std::string environment{std::istreambuf_iterator<char>{file}, {}};
    if (environment.find(text) != std::string::npos)
      result.push_back(pid);
  }
  return result;
}

std::size_t descriptor_count(int pid) {
  std::filesystem::directory_iterator files{"/proc/" + std::to_string(pid)
                                            + "/fd"};
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

} // namespace tutti::test
