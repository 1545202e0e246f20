// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/process/files.hpp"

#include "runtime/process/unique_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace tutti::process {

bool no_space(int error_number) {
  return error_number == ENOSPC || error_number == EDQUOT;
}

std::string system_text(int error_number) {
  return std::generic_category().message(error_number);
}

std::string file_text::why() const {
  return system_text(error_number);
}

file_text read_file(const std::string& path, std::size_t bytes_max) {
  file_text result;
  unique_fd fd{
      ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) {
    result.error_number = errno;
    return result;
  }
  if (S_ISDIR(status.st_mode)) {
    result.error_number = EISDIR;
    return result;
  }
  if (!S_ISREG(status.st_mode)) {
    result.error_number = EINVAL;
    return result;
  }
  constexpr std::size_t step = 4096;
  while (true) {
    auto room = std::min(step, bytes_max + 1 - result.content.size());
    auto size = result.content.size();
    result.content.resize(size + room);
    auto got = ::read(fd.get(), result.content.data() + size, room);
    result.content.resize(size + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      result.error_number = errno;
    if (got <= 0)
      return result;
    if (result.content.size() > bytes_max) {
      result.content.resize(bytes_max);
      result.truncated = true;
      return result;
    }
  }
}

int write_all(int fd, std::string_view content, std::size_t& written) {
  written = 0;
  while (written < content.size()) {
    auto got = ::write(fd, content.data() + written, content.size() - written);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return errno;
    written += static_cast<std::size_t>(got);
  }
  return 0;
}

int write_file(const std::string& path, std::string_view content) {
  unique_fd fd{
      ::open(path.c_str(),
             O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
             0600)};
  if (!fd)
    return errno;
  std::size_t written = 0;
  auto failed = write_all(fd.get(), content, written);
  if (failed != 0)
    ::unlink(path.c_str());
  return failed;
}

int read_at(int fd, std::uint64_t offset, std::size_t bytes_max,
            std::string& content) {
  content.resize(bytes_max);
  std::size_t size = 0;
  int failed = 0;
  while (size < bytes_max) {
    auto got = ::pread(fd, content.data() + size, bytes_max - size,
                       static_cast<off_t>(offset + size));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      failed = errno;
    if (got <= 0)
      break;
    size += static_cast<std::size_t>(got);
  }
  content.resize(size);
  return failed;
}

int write_at(int fd, std::uint64_t offset, std::string_view content) {
  while (!content.empty()) {
    auto put = ::pwrite(fd, content.data(), content.size(),
                        static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR)
      continue;
    if (put < 0)
      return errno;
    offset += static_cast<std::uint64_t>(put);
    content.remove_prefix(static_cast<std::size_t>(put));
  }
  return 0;
}

} // namespace tutti::process
