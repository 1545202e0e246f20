// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/process/input_files.hpp"

#include "runtime/process/files.hpp"
#include "runtime/process/unique_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace tutti::process {

namespace {

constexpr std::size_t spare_max = 64;
constexpr mode_t plain_file = S_IFREG | 0600;

/// Writes over a file of an earlier attempt. False: a task has put something
/// else in its place, or has given it a second name.
bool write_over(const std::string& path, std::string_view content,
                int& error_number) {
  unique_fd fd{
      ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0 || status.st_mode != plain_file
      || status.st_nlink != 1)
    return false;
  error_number = write_at(fd.get(), 0, content);
  auto size = static_cast<off_t>(content.size());
  // Not emptied first: ext4 takes that for a file that is replaced, and writes
  // it to the disk at once.
  if (error_number == 0 && status.st_size > size
      && ::ftruncate(fd.get(), size) != 0)
    error_number = errno;
  return true;
}

} // namespace

int input_files::make(const std::string& folder, std::string_view content,
                      std::string& path) {
  int error_number = 0;
  while (!spare_.empty()) {
    path = std::move(spare_.back());
    spare_.pop_back();
    bool whole = write_over(path, content, error_number);
    if (whole && error_number == 0)
      return 0;
    ::unlink(path.c_str());
    if (whole)
      return error_number;
  }
  path = (folder + "/" + std::to_string(++last_)).append(ending);
  return write_file(path, content);
}

void input_files::give_back(std::string path) {
  if (spare_.size() < spare_max)
    spare_.push_back(std::move(path));
  else
    ::unlink(path.c_str());
}

void input_files::remove_spare() {
  for (const auto& x : spare_)
    ::unlink(x.c_str());
  spare_.clear();
}

} // namespace tutti::process
