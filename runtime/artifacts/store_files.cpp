// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/artifacts/store_files.hpp"

#include "runtime/process/files.hpp"
#include "runtime/process/folder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <utility>

namespace tutti::artifacts {

using process::unique_fd;

outcome failed(int error_number) {
  return {process::system_text(error_number), process::no_space(error_number)};
}

bool is_digest(const std::string& x) {
  return x.size() == 64
      && x.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::string folder_of(const std::string& directory, const std::string& digest) {
  return fmt::format("{}/{}", directory, digest.substr(0, 2));
}

std::string path_of(const std::string& directory, const std::string& digest) {
  return fmt::format("{}/{}", folder_of(directory, digest),
                     digest.substr(std::min<std::size_t>(2, digest.size())));
}

unique_fd open_directory(const std::string& path) {
  return unique_fd{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
}

std::string temporary_name() {
  static std::atomic<int> count = 0;
  return fmt::format(".tutti-{}-{}", ::getpid(), ++count);
}

temporary_file::temporary_file(int directory, std::string name, mode_t mode)
  : directory_(directory), name_(std::move(name)),
    fd_(::openat(directory, name_.c_str(),
                 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)),
    made_(fd_.get() >= 0) {
}

temporary_file::~temporary_file() {
  if (made_)
    ::unlinkat(directory_, name_.c_str(), 0);
}

int temporary_file::rename_to(int directory, const std::string& name) {
  if (::renameat(directory_, name_.c_str(), directory, name.c_str()) != 0)
    return errno;
  made_ = false;
  return 0;
}

/// Many files are synced at one go. What was found may have been renamed by one
/// that was killed right after that.
outcome settle(const std::string& directory, taken_files taken) {
  constexpr std::size_t few = 8;
  if (taken.fresh.empty() && taken.found.empty())
    return {};
  auto folder = open_directory(directory);
  int number = folder ? 0 : errno;
  if (number == 0 && taken.fresh.size() > few)
    number = ::syncfs(folder.get()) == 0 ? 0 : errno;
  auto parents = std::move(taken.found);
  for (const auto& x : taken.fresh) {
    unique_fd fd;
    if (number == 0 && taken.fresh.size() <= few) {
      fd.reset(::openat(folder.get(), x.name.c_str(), O_RDONLY | O_CLOEXEC));
      number = fd && ::fsync(fd.get()) == 0 ? 0 : errno;
    }
    auto target = path_of(directory, x.digest);
    auto parent = folder_of(directory, x.digest);
    if (number == 0)
      number = process::make_folder(parent);
    if (number == 0
        && ::renameat(folder.get(), x.name.c_str(), AT_FDCWD, target.c_str())
               != 0)
      number = errno;
    if (number != 0)
      ::unlinkat(folder.get(), x.name.c_str(), 0);
    parents.insert(std::move(parent));
  }
  parents.insert(directory); // they are entries of it
  for (const auto& x : parents)
    if (number == 0)
      number = process::sync_folder(x);
  return number == 0 ? outcome{} : failed(number);
}

} // namespace tutti::artifacts
