// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/artifacts/store.hpp"

#include "runtime/artifacts/digest.hpp"
#include "runtime/artifacts/glob.hpp"
#include "runtime/artifacts/walk.hpp"
#include "runtime/process/files.hpp"
#include "runtime/process/folder.hpp"
#include "runtime/process/unique_fd.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <set>
#include <utility>

namespace tutti::artifacts {

namespace {

using process::system_text;
using process::unique_fd;

constexpr std::size_t file_bytes_max = std::size_t{1} << 20;
constexpr mode_t executable_bits = S_IXUSR | S_IXGRP | S_IXOTH;

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

std::string why_unreadable(int number) {
  if (number == EACCES)
    return "it cannot be read: give this user the right to (chmod u+r)";
  if (number == ENOENT || number == EINVAL || number == ELOOP
      || number == ENOTDIR)
    return "it was replaced while artifacts were taken in: the task has to be "
           "done with its files when it ends";
  return system_text(number);
}

/// Whether two looks at a file saw the same.
bool is_unchanged(const struct stat& x, const struct stat& y) {
  return x.st_size == y.st_size && x.st_mtim.tv_sec == y.st_mtim.tv_sec
      && x.st_mtim.tv_nsec == y.st_mtim.tv_nsec;
}

} // namespace

// -- capture ------------------------------------------------------------------

bool store::has(const std::string& digest, std::uint64_t size) const {
  struct stat known {};
  return ::lstat(path_of(directory_, digest).c_str(), &known) == 0
      && S_ISREG(known.st_mode)
      && static_cast<std::uint64_t>(known.st_size) == size;
}

/// Whether it is there and was marked as used; one that cannot be marked, of
/// another user, is written anew.
bool store::use(int folder, const artifact& x) const {
  while (::flock(folder, LOCK_SH) != 0 && errno == EINTR) {
    // A signal came in between.
  }
  bool found = has(x.digest, x.size_bytes)
            && ::utimensat(AT_FDCWD, path_of(directory_, x.digest).c_str(),
                           nullptr, AT_SYMLINK_NOFOLLOW)
                   == 0;
  ::flock(folder, LOCK_UN);
  return found;
}

artifacts_captured store::capture(const capture_artifacts& x) const {
  artifacts_captured result;
  result.id = x.id;
  found_files found;
  for (const auto& pattern : x.patterns)
    find_files(x.directory, pattern, x.missing_ok, found);
  result.mistake = std::move(found.mistake);
  auto directory =
      found.paths.empty() ? unique_fd{} : open_directory(x.directory);
  taken_files taken;
  for (const auto& path : found.paths) {
    if (!result.mistake.empty())
      break;
    artifact made;
    made.path = path;
    auto file = open_below(directory.get(), path);
    auto done = !is_utf8(path) ? outcome{"its name is no UTF-8: rename it"}
              : file           ? take_in(file.get(), made, taken)
                               : outcome{why_unreadable(errno)};
    if (!done.mistake.empty())
      result.mistake = fmt::format("artifact '{}': {}", path, done.mistake);
    result.no_space = done.no_space;
    result.artifacts.push_back(std::move(made));
  }
  if (auto done = settle(directory_, std::move(taken));
      !done.mistake.empty() && result.mistake.empty()) {
    result.mistake = fmt::format("artifacts cannot be kept in '{}': {}",
                                 directory_, done.mistake);
    result.no_space = done.no_space;
  }
  for (const auto& path : x.files) {
    if (!result.mistake.empty())
      return result;
    auto text = process::read_file(path, file_bytes_max);
    if (text.error_number != 0)
      result.mistake =
          fmt::format("cannot read '{}', a file of a contract that "
                      "this task defines and has to write: {}",
                      path, text.why());
    else if (text.truncated)
      result.mistake = fmt::format("'{}' is larger than 1 MiB", path);
    result.texts.push_back(std::move(text.content));
  }
  return result;
}

outcome store::take_in(int from, artifact& x, taken_files& taken) const {
  struct stat before {};
  if (::fstat(from, &before) != 0)
    return failed(errno);
  if (auto number = process::make_folder(directory_))
    return failed(number);
  auto folder = open_directory(directory_);
  if (!folder)
    return failed(errno);
  auto name = temporary_name();
  temporary_file file{folder.get(), name, 0400};
  if (file.fd() < 0)
    return failed(errno);
  auto copy = copy_and_digest(from, file.fd(),
                              static_cast<std::uint64_t>(before.st_size));
  if (copy.error_number != 0)
    return failed(copy.error_number);
  struct stat after {};
  if (::fstat(from, &after) != 0)
    return failed(errno);
  if (!is_unchanged(before, after))
    return {
        "it changed while it was taken in: the task has to be done with its "
        "files, and with what writes to them, when it ends"};
  x.digest = copy.digest;
  x.size_bytes = copy.size_bytes;
  x.executable = (before.st_mode & S_IXUSR) != 0;
  if (use(folder.get(), x)) {
    taken.found.insert(folder_of(directory_, x.digest));
  } else {
    file.keep();
    taken.fresh.push_back({std::move(name), x.digest});
  }
  return {};
}

// -- pieces -------------------------------------------------------------------

store::lacking_files store::lacking(const std::vector<artifact>& xs) const {
  lacking_files result;
  std::set<std::string> seen;
  taken_files taken;
  auto folder = open_directory(directory_);
  for (const auto& x : xs) {
    if (!is_digest(x.digest)) {
      result.done = {fmt::format("the digest of '{}' is none", x.path)};
      return result;
    }
    if (!seen.insert(x.digest).second)
      continue;
    if (folder && use(folder.get(), x))
      taken.found.insert(folder_of(directory_, x.digest));
    else
      result.missing.push_back(x);
  }
  result.done = settle(directory_, std::move(taken));
  return result;
}

stored_piece store::read(const std::string& digest, std::uint64_t offset,
                         std::uint32_t size_bytes) const {
  stored_piece result;
  if (!is_digest(digest))
    return {{}, "that is no digest", true, false};
  unique_fd file{::open(path_of(directory_, digest).c_str(),
                        O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
  struct stat status {};
  if (!file)
    return {{}, system_text(errno), errno == ENOENT, false};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))
    return {{}, "it is no regular file", true, false};
  auto number = process::read_at(file.get(), offset, size_bytes, result.bytes);
  if (number != 0)
    result.mistake = system_text(number);
  result.at_end = offset + result.bytes.size()
               >= static_cast<std::uint64_t>(status.st_size);
  return result;
}

bool store::remove_damaged(const std::string& digest) const {
  if (!is_digest(digest))
    return false;
  auto path = path_of(directory_, digest);
  unique_fd file{
      ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
  if (!file)
    return false;
  struct stat status {};
  if (::fstat(file.get(), &status) != 0)
    return false;
  auto content = copy_and_digest(file.get(), -1,
                                 static_cast<std::uint64_t>(status.st_size));
  return content.error_number == 0 && content.digest != digest
      && ::unlink(path.c_str()) == 0;
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
  auto content = copy_and_digest(fd.get(), -1, x.size_bytes);
  return content.error_number == 0 && content.digest == x.digest;
}

} // namespace

artifacts_placed store::place(const place_artifacts& x) const {
  std::optional<artifact> lost;
  return place(x, lost);
}

artifacts_placed store::place(const place_artifacts& x,
                              std::optional<artifact>& lost) const {
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
    auto done = put_out(directory.get(), file, lost);
    if (done.mistake.empty())
      continue;
    result.mistake = fmt::format("cannot put artifact '{}' into '{}': {}",
                                 file.path, x.directory, done.mistake);
    result.no_space = done.no_space;
    break;
  }
  return result;
}

outcome store::put_out(int directory, const artifact& x,
                       std::optional<artifact>& lost) const {
  if (auto mistake = check_path(x.path); !mistake.empty())
    return {mistake};
  if (!is_digest(x.digest))
    return {"its digest is none"};
  auto folder = open_parent(directory, x.path);
  if (!folder && (errno == ENOTDIR || errno == ELOOP))
    return {"a part of its path there is no folder (symbolic links are not "
            "followed): move what is in the way"};
  if (!folder)
    return failed(errno);
  auto name = std::filesystem::path{x.path}.filename().string();
  if (is_same(folder.get(), name, x))
    return {};
  struct stat there {};
  if (::fstatat(folder.get(), name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0
      && !S_ISREG(there.st_mode))
    return {"something else than a regular file has its name there: move what "
            "is in the way"};
  unique_fd from{::open(path_of(directory_, x.digest).c_str(),
                        O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
  if (!from) {
    lost = x;
    return {fmt::format("the store does not have it any more ({}): run what "
                        "made it again",
                        system_text(errno))};
  }
  mode_t mode = 0666;
  if (x.executable)
    mode |= executable_bits;
  temporary_file file{folder.get(), temporary_name(), mode};
  if (file.fd() < 0)
    return failed(errno);
  auto copy = copy_and_digest(from.get(), file.fd(), x.size_bytes);
  if (copy.error_number != 0)
    return failed(copy.error_number);
  if (copy.digest != x.digest) {
    lost = x;
    ::unlink(
        path_of(directory_, x.digest).c_str()); // so that it can be made again
    return {"the store's copy was damaged and is removed: run what made it "
            "again"};
  }
  auto number = save_other(folder.get(), name);
  if (number == 0)
    number = file.rename_to(folder.get(), name);
  return number == 0 ? outcome{} : failed(number);
}

/// What has the name already, and no artifact's content, was made by somebody:
/// it is kept under another name.
int store::save_other(int folder, const std::string& name) const {
  auto there = open_below(folder, name);
  struct stat status {};
  if (!there || ::fstat(there.get(), &status) != 0)
    return errno == ENOENT ? 0 : errno;
  auto size = static_cast<std::uint64_t>(status.st_size);
  auto content = copy_and_digest(there.get(), -1, size);
  if (content.error_number != 0)
    return content.error_number;
  if (has(content.digest, content.size_bytes))
    return 0;
  auto saved = name + ".before-tutti";
  return ::renameat(folder, name.c_str(), folder, saved.c_str()) == 0 ? 0
                                                                      : errno;
}

} // namespace tutti::artifacts
