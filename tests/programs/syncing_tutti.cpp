// SPDX-License-Identifier: BSD-3-Clause
// tutti that tells of what it syncs, a path a line, into the file that
// SYNC_LOG names.
#include "runtime/cli/program.hpp"

#include <array>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

void tell(int fd) {
  const char* file = std::getenv("SYNC_LOG");
  if (file == nullptr)
    return;
  std::array<char, 4096> path{};
  auto link = "/proc/self/fd/" + std::to_string(fd);
  auto size = ::readlink(link.c_str(), path.data(), path.size());
  auto line = std::string(path.data(), size < 0 ? 0 : size) + '\n';
  int log = ::open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log < 0 || ::write(log, line.data(), line.size()) < 0)
    std::abort();
  ::close(log);
}

} // namespace

// In the place of those of the C library.

extern "C" int fsync(int fd) {
  tell(fd);
  return static_cast<int>(::syscall(SYS_fsync, fd));
}

extern "C" int fdatasync(int fd) {
  tell(fd);
  return static_cast<int>(::syscall(SYS_fdatasync, fd));
}

int main(int argc, char** argv) {
  return tutti::cli::program(argc, argv, {});
}
