// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/artifacts/store.hpp"

#include "runtime/artifacts/digest.hpp"
#include "runtime/artifacts/glob.hpp"
#include "runtime/artifacts/walk.hpp"
#include "runtime/process/files.hpp"
#include "runtime/process/unique_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

namespace tutti::artifacts {

namespace {

using process::system_text;
using process::unique_fd;

constexpr std::size_t file_bytes_max = std::size_t{1} << 20;
constexpr mode_t executable_bits = S_IXUSR | S_IXGRP | S_IXOTH;

unique_fd open_directory(const std::string& path) {
  return unique_fd{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
}

/// A new name is on disk once its folder is synced.
int sync_directory(const std::string& path) {
  auto fd = open_directory(path);
  return fd && ::fsync(fd.get()) == 0 ? 0 : errno;
}

/// Makes a folder, with what is above it, and syncs where it made one.
int make_directory(const std::string& path) {
  std::error_code failure;
  std::filesystem::path folder{path};
  if (std::filesystem::is_directory(folder, failure))
    return 0;
  if (folder.has_parent_path() && folder.parent_path() != folder)
    if (auto failed = make_directory(folder.parent_path().string()))
      return failed;
  if (::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST)
    return errno;
  return sync_directory(folder.parent_path().string());
}

/// Removes a temporary file unless it was renamed away.
class temporary_file {
public:
  temporary_file(int directory, std::string name, mode_t mode)
    : directory_(directory), name_(std::move(name)),
      fd_(::openat(directory, name_.c_str(),
                   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)),
      made_(fd_.get() >= 0) {
  }
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;
  ~temporary_file() {
    if (made_)
      ::unlinkat(directory_, name_.c_str(), 0);
  }

  [[nodiscard]] int fd() const {
    return fd_.get();
  }
  int rename_to(int directory, const std::string& name) {
    if (::renameat(directory_, name_.c_str(), directory, name.c_str()) != 0)
      return errno;
    made_ = false;
    return 0;
  }

private:
  int directory_;
  std::string name_;
  unique_fd fd_;
  bool made_;
};

std::string temporary_name() {
  static int count = 0;
  return fmt::format(".tutti-{}-{}", ::getpid(), ++count);
}

bool is_digest(const std::string& x) {
  return x.size() == 64
      && x.find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    auto lead = static_cast<unsigned char>(text[i]);
    std::size_t size = lead < 0x80     ? 1
                     : lead >> 5 == 6  ? 2
                     : lead >> 4 == 14 ? 3
                     : lead >> 3 == 30 ? 4
                                       : 0;
    if (size == 0 || i + size > text.size())
      return false;
    for (std::size_t k = 1; k < size; ++k)
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0u) != 0x80u)
        return false;
    i += size;
  }
  return true;
}

} // namespace

std::string store::path_of(const std::string& digest) const {
  return fmt::format("{}/{}/{}", directory_, digest.substr(0, 2),
                     digest.substr(2));
}

// -- capture ------------------------------------------------------------------

artifacts_captured store::capture(const capture_artifacts& x) const {
  artifacts_captured result;
  result.id = x.id;
  found_files found;
  for (const auto& pattern : x.patterns)
    find_files(x.directory, pattern, x.missing_ok, found);
  result.mistake = std::move(found.mistake);
  auto directory =
      found.paths.empty() ? unique_fd{} : open_directory(x.directory);
  for (const auto& path : found.paths) {
    if (!result.mistake.empty())
      return result;
    artifact made;
    made.path = path;
    auto file = open_below(directory.get(), path);
    auto done = !is_utf8(path) ? outcome{"its name is no UTF-8"}
              : file           ? take_in(file.get(), made)
                               : outcome{system_text(errno)};
    if (!done.mistake.empty())
      result.mistake = fmt::format("artifact '{}': {}", path, done.mistake);
    result.no_space = done.no_space;
    result.artifacts.push_back(std::move(made));
  }
  for (const auto& path : x.files) {
    if (!result.mistake.empty())
      return result;
    auto text = process::read_file(path, file_bytes_max);
    if (text.error_number != 0)
      result.mistake = fmt::format("cannot read '{}': {}", path, text.why());
    else if (text.truncated)
      result.mistake = fmt::format("'{}' is larger than 1 MiB", path);
    result.texts.push_back(std::move(text.content));
  }
  return result;
}

store::outcome store::take_in(int from, artifact& x) const {
  auto failed = [](int number) {
    return outcome{system_text(number), process::no_space(number)};
  };
  struct stat status {};
  if (::fstat(from, &status) != 0)
    return failed(errno);
  if (auto number = make_directory(directory_))
    return failed(number);
  auto folder = open_directory(directory_);
  if (!folder)
    return failed(errno);
  temporary_file file{folder.get(), temporary_name(), 0400};
  if (file.fd() < 0)
    return failed(errno);
  auto copy = copy_and_digest(from, file.fd());
  if (copy.error_number != 0)
    return failed(copy.error_number);
  x.digest = copy.digest;
  x.size_bytes = copy.size_bytes;
  x.executable = (status.st_mode & S_IXUSR) != 0;
  auto target = path_of(x.digest);
  struct stat known {};
  if (::lstat(target.c_str(), &known) == 0 && S_ISREG(known.st_mode)
      && static_cast<std::uint64_t>(known.st_size) == x.size_bytes)
    return {}; // the same content, synced before
  if (::fsync(file.fd()) != 0)
    return failed(errno);
  auto parent = std::filesystem::path{target}.parent_path().string();
  auto number = make_directory(parent);
  if (number == 0)
    number = file.rename_to(AT_FDCWD, target);
  if (number == 0)
    number = sync_directory(parent);
  return number == 0 ? outcome{} : failed(number);
}

// -- place --------------------------------------------------------------------

namespace {

/// Opens the folder that a path lies in, making what is not there. No symbolic
/// link is followed.
unique_fd open_parent(int directory, std::string_view path) {
  unique_fd here{::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  while (here) {
    auto slash = path.find('/');
    if (slash == std::string_view::npos)
      return here;
    std::string name{path.substr(0, slash)};
    path.remove_prefix(slash + 1);
    if (::mkdirat(here.get(), name.c_str(), 0777) != 0 && errno != EEXIST)
      return {};
    here.reset(::openat(here.get(), name.c_str(),
                        O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  }
  return here;
}

/// Whether what lies there is already what is to be put there.
bool is_same(int folder, const std::string& name, const artifact& x) {
  auto fd = open_below(folder, name);
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0
      || static_cast<std::uint64_t>(status.st_size) != x.size_bytes
      || ((status.st_mode & S_IXUSR) != 0) != x.executable)
    return false;
  auto content = copy_and_digest(fd.get(), -1);
  return content.error_number == 0 && content.digest == x.digest;
}

} // namespace

artifacts_placed store::place(const place_artifacts& x) const {
  artifacts_placed result;
  result.id = x.id;
  auto directory = open_directory(x.directory);
  if (!directory) {
    result.mistake = fmt::format("the working directory '{}' cannot be used: "
                                 "{}",
                                 x.directory, system_text(errno));
    return result;
  }
  for (const auto& file : x.artifacts) {
    auto done = put_out(directory.get(), file);
    if (done.mistake.empty())
      continue;
    result.mistake = fmt::format("cannot put artifact '{}' into '{}': {}",
                                 file.path, x.directory, done.mistake);
    result.no_space = done.no_space;
    break;
  }
  return result;
}

store::outcome store::put_out(int directory, const artifact& x) const {
  auto failed = [](int number) {
    return outcome{system_text(number), process::no_space(number)};
  };
  if (auto mistake = check_path(x.path); !mistake.empty())
    return {mistake};
  if (!is_digest(x.digest))
    return {"its digest is none"};
  auto folder = open_parent(directory, x.path);
  if (!folder)
    return failed(errno);
  auto name = std::filesystem::path{x.path}.filename().string();
  if (is_same(folder.get(), name, x))
    return {};
  struct stat there {};
  if (::fstatat(folder.get(), name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0
      && !S_ISREG(there.st_mode))
    return {"something else than a regular file has its name"};
  unique_fd from{
      ::open(path_of(x.digest).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
  if (!from)
    return {fmt::format("the store does not have it: {}", system_text(errno))};
  mode_t mode = 0666;
  if (x.executable)
    mode |= executable_bits;
  temporary_file file{folder.get(), temporary_name(), mode};
  if (file.fd() < 0)
    return failed(errno);
  auto copy = copy_and_digest(from.get(), file.fd());
  if (copy.error_number != 0)
    return failed(copy.error_number);
  if (copy.digest != x.digest)
    return {fmt::format("the store's copy is damaged: {}", path_of(x.digest))};
  auto number = file.rename_to(folder.get(), name);
  return number == 0 ? outcome{} : failed(number);
}

} // namespace tutti::artifacts
