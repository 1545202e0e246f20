// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/output.hpp"

#include "runtime/display/terminal.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tutti::cli {

namespace {

/// Writes all of a text; 0 or the errno.
int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    auto n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno != EINTR)
      return errno;
    if (n > 0)
      text.remove_prefix(static_cast<std::size_t>(n));
  }
  return 0;
}

error unwritable(const std::string& name, int why) {
  return {exit_code::environment,
          fmt::format("cannot write {}: {}", name, std::strerror(why))};
}

int cannot_write(const std::string& name, int why) {
  return fail(unwritable(name, why));
}

/// Writes a text to a file that exists or can be opened in place.
int write_in_place(const std::string& path, std::string_view text, int flags) {
  int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, 0666);
  if (fd < 0)
    return errno;
  int why = write_all(fd, text);
  if (::close(fd) != 0 && why == 0)
    why = errno;
  return why;
}

} // namespace

int fail(const error& x) {
  note(x.detail);
  return static_cast<int>(x.code);
}

void note(std::string_view text) {
  print_message(fmt::format("tutti: {}\n", text));
}

void print_message(std::string_view text) {
  // There is nobody left to tell that standard error cannot be written.
  static_cast<void>(write_all(STDERR_FILENO, text));
}

int print_data(std::string_view text) {
  int why = write_all(STDOUT_FILENO, text);
  return why == 0 ? 0 : cannot_write("to standard output", why);
}

int write_data(const std::string& path, std::string_view text) {
  if (path == "-")
    return print_data(text);
  struct stat info {};
  auto name = fmt::format("'{}'", path);
  if (::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
    int why = write_in_place(path, text, 0);
    return why == 0 ? 0 : cannot_write(name, why);
  }
  auto draft = fmt::format("{}.{}.tmp", path, ::getpid());
  int why = write_in_place(draft, text, O_CREAT | O_EXCL);
  if (why == 0 && ::rename(draft.c_str(), path.c_str()) != 0)
    why = errno;
  if (why == 0)
    return 0;
  ::unlink(draft.c_str());
  return cannot_write(name, why);
}

std::optional<error> cannot_write_data(const std::string& path) {
  if (path.empty() || path == "-")
    return {};
  auto name = fmt::format("'{}'", path);
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode))
    return unwritable(name, EISDIR);
  auto folder = std::filesystem::path{path}.parent_path().string();
  if (::access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) != 0)
    return unwritable(name, errno);
  return {};
}

bool message_color(bool no_color) {
  return display::detect(STDERR_FILENO, {.no_color = no_color}).color;
}

bool data_color(bool no_color) {
  return display::detect(STDOUT_FILENO, {.no_color = no_color}).color;
}

void open_standard_descriptors() {
  for (int fd = 0; fd < 3; ++fd)
    if (::fcntl(fd, F_GETFD) == -1 && errno == EBADF)
      static_cast<void>(::open("/dev/null", O_RDWR));
}

} // namespace tutti::cli
