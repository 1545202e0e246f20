// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/control/local_socket.hpp"

#include "runtime/process/files.hpp"

#include <fmt/format.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>

namespace tutti::control {

namespace {

using process::unique_fd;

constexpr int backlog = 128;

error failure(const char* verb, const std::string& path, int why) {
  return {exit_code::environment,
          fmt::format("cannot {} the socket '{}': {}", verb, path,
                      process::system_text(why))};
}

/// None where the path is too long for a socket.
std::optional<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un result{};
  result.sun_family = AF_UNIX;
  if (path.size() >= sizeof result.sun_path)
    return std::nullopt;
  std::memcpy(result.sun_path, path.data(), path.size());
  return result;
}

error too_long(const std::string& path) {
  return {exit_code::environment,
          fmt::format("the path '{}' is longer than a socket's may be ({} "
                      "bytes); set XDG_RUNTIME_DIR or TMPDIR to a shorter one",
                      path, sizeof(sockaddr_un::sun_path) - 1)};
}

const sockaddr* generic(const sockaddr_un& x) {
  return reinterpret_cast<const sockaddr*>(&x);
}

} // namespace

std::optional<pid_t> parent_of(pid_t pid) {
  auto text = process::read_file(fmt::format("/proc/{}/stat", pid), 4096);
  // The second field is a name in parentheses that may hold anything.
  auto end = text.content.rfind(") ");
  int parent = 0;
  if (text.error_number != 0 || end == std::string::npos
      || std::sscanf(text.content.c_str() + end, ") %*c %d", &parent) != 1)
    return std::nullopt;
  return parent;
}

expected<peer> peer_of(int fd) {
  ucred who{};
  socklen_t size = sizeof who;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0)
    return error{exit_code::environment,
                 "cannot tell who asks: " + process::system_text(errno)};
  return peer{who.pid, who.uid};
}

bool descends_from(pid_t pid, const std::vector<pid_t>& roots,
                   const parent_lookup& parent) {
  // Longer than any chain of processes; parents may change while one looks.
  constexpr int steps_max = 100'000;
  for (int i = 0; i < steps_max; ++i) {
    if (std::find(roots.begin(), roots.end(), pid) != roots.end())
      return true;
    // 1 is the first here. 0 stands for whoever is outside of what we can see:
    // `docker exec` and `nsenter` start children of such.
    if (pid == 1 || pid == 0)
      return false;
    auto above = parent(pid);
    if (!above)
      return true;
    pid = *above;
  }
  return true;
}

expected<process::unique_fd> listen_on(const std::string& path) {
  // Whoever finds a socket that nobody listens on takes it for a dead run's, so
  // it gets its name last.
  auto draft = path + "~";
  auto address = address_of(draft);
  if (!address)
    return too_long(path);
  unique_fd fd{
      ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!fd)
    return failure("make", path, errno);
  ::unlink(draft.c_str());
  if (::bind(fd.get(), generic(*address), sizeof *address) != 0)
    return failure("make", path, errno);
  if (::chmod(draft.c_str(), 0600) != 0 || ::listen(fd.get(), backlog) != 0
      || ::rename(draft.c_str(), path.c_str()) != 0) {
    auto why = errno;
    ::unlink(draft.c_str());
    return failure("make", path, why);
  }
  return fd;
}

expected<process::unique_fd> connect_to(const std::string& path) {
  auto address = address_of(path);
  if (!address)
    return too_long(path);
  unique_fd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  // Bounds what a full backlog makes one wait.
  timeval patience{5, 0};
  if (!fd
      || ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &patience,
                      sizeof patience)
             != 0
      || ::connect(fd.get(), generic(*address), sizeof *address) != 0)
    return errno == ENOENT || errno == ECONNREFUSED
             ? error{exit_code::environment,
                     fmt::format("the run has ended: nobody answers at '{}'",
                                 path)}
             : failure("reach", path, errno);
  return fd;
}

presence probe(const std::string& path) {
  auto address = address_of(path);
  unique_fd fd{
      ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!address || !fd)
    return presence::unknown;
  if (::connect(fd.get(), generic(*address), sizeof *address) == 0
      || errno == EAGAIN) // its backlog is full: it is busy, not dead
    return presence::live;
  return errno == ECONNREFUSED ? presence::dead : presence::unknown;
}

} // namespace tutti::control
