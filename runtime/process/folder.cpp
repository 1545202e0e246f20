// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/process/folder.hpp"

#include "runtime/process/unique_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace tutti::process {

int sync_folder(const std::string& path) {
  unique_fd fd{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!fd)
    return errno;
  return ::fsync(fd.get()) == 0 || errno == EINVAL ? 0 : errno;
}

int make_folder(const std::string& path) {
  std::error_code failure;
  std::filesystem::path folder{path};
  if (std::filesystem::is_directory(folder, failure))
    return 0;
  auto above = folder.parent_path();
  if (folder.has_parent_path() && above != folder)
    if (auto failed = make_folder(above.string()))
      return failed;
  if (::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST)
    return errno;
  return sync_folder(above.string());
}

} // namespace tutti::process
