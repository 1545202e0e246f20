// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/detach.hpp"

#include "runtime/cli/output.hpp"
#include "runtime/process/files.hpp"
#include "runtime/process/unique_fd.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <utility>

namespace tutti::cli {

namespace {

using process::unique_fd;

/// All that the background says; at its end, or none where it was killed.
std::string read_all(int fd) {
  std::string result;
  std::array<char, 4096> buffer{};
  for (;;) {
    auto got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return result;
    result.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

int exit_code_of(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// The run's id is what it says once it is sure to begin.
int tell(pid_t child, int from_background) {
  auto id = read_all(from_background);
  if (id.empty())
    return exit_code_of(child); // it has said why
  return print_data(fmt::format("run {} goes on in the background\n"
                                "  tutti attach {}          shows it\n"
                                "  tutti status --run {}    tells how far it "
                                "is\n",
                                id, id, id));
}

} // namespace

expected<detached> detach() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return error{
        exit_code::environment,
        fmt::format("cannot make a pipe: {}", process::system_text(errno))};
  unique_fd reads{ends[0]};
  unique_fd writes{ends[1]};
  auto child = ::fork();
  if (child < 0)
    return error{exit_code::environment,
                 fmt::format("cannot fork: {}", process::system_text(errno))};
  detached result;
  if (child > 0) {
    writes.reset();
    result.exit_code = tell(child, reads.get());
    return result;
  }
  ::setsid();
  if (int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC); null >= 0) {
    ::dup2(null, STDIN_FILENO);
    ::close(null);
  }
  result.child = std::make_unique<background>(writes.release());
  return result;
}

void background::write_to_log(const session::run_directory& files) {
  auto path = files.path + "/output.log";
  unique_fd log{
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)};
  if (log) {
    ::dup2(log.get(), STDOUT_FILENO);
    ::dup2(log.get(), STDERR_FILENO);
  }
}

void background::end(const std::string& run_id) const {
  std::size_t written = 0;
  (void)process::write_all(to_foreground_, run_id, written);
  ::close(to_foreground_);
}

} // namespace tutti::cli
