// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/certificate_files.hpp"

#include "runtime/process/files.hpp"
#include "runtime/process/folder.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

namespace tutti::cluster {

namespace {

namespace fs = std::filesystem;
using process::system_text;
using process::unique_fd;

/// Of a certificate or key as text; ours have less than 1 KiB.
constexpr std::size_t file_bytes_max = std::size_t{64} << 10;

error unusable(std::string_view what, const std::string& path,
               const std::string& why) {
  return {exit_code::environment, fmt::format("{} '{}' {}", what, path, why)};
}

error unusable_folder(const std::string& path, const std::string& why) {
  return unusable("the folder of certificates", path, why);
}

std::string failed(std::string_view what, int number) {
  return fmt::format("cannot be {}: {}", what, system_text(number));
}

/// Why a file or folder is not for its owner alone; empty: it is.
std::string distrust(const struct stat& info, const std::string& path,
                     const char* right_mode) {
  if (info.st_uid != ::geteuid() && info.st_uid != 0)
    return fmt::format("belongs to another user ({}); make it your own",
                       info.st_uid);
  if ((info.st_mode & 077) != 0)
    return fmt::format("is open to other users (mode {:04o}); say 'chmod {} "
                       "{}'",
                       info.st_mode & 07777, right_mode, path);
  return {};
}

/// Keys are nothing for git: what is made for them says so.
void keep_from_git(const std::string& folder) {
  static_cast<void>(process::write_file(folder + "/.gitignore", "*\n"));
}

expected<std::string> read_text(const std::string& path) {
  auto file = process::read_file(path, file_bytes_max);
  if (file.error_number != 0)
    return unusable("the file", path, failed("read", file.error_number));
  if (file.truncated)
    return unusable("the file", path, "is too large for a certificate or key");
  return file.content;
}

} // namespace

std::string certificate_path(const std::string& directory,
                             const std::string& name) {
  return directory + "/" + name + ".crt";
}

std::string key_path(const std::string& directory, const std::string& name) {
  return directory + "/" + name + ".key";
}

bool is_there(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

expected<unique_fd> hold(const std::string& directory, hold_kind how) {
  unique_fd fd{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!fd && errno == ENOENT)
    return unusable_folder(
        directory, "is not there: 'tutti certs init' makes it on the "
                   "orchestrator's machine, and 'tutti certs issue NAME --out "
                   "DIR' makes one for another; a node on the machine of the "
                   "run takes those of the run, with the --certs that the run "
                   "says as it begins");
  if (!fd && errno == ENOTDIR)
    return unusable_folder(directory, "is no folder; name another");
  struct stat info {};
  if (!fd || ::fstat(fd.get(), &info) != 0)
    return unusable_folder(directory, failed("used", errno));
  auto why = distrust(info, directory, "700");
  if (how == hold_kind::writing && !why.empty())
    return unusable_folder(directory, why);
  int wish = how == hold_kind::writing ? LOCK_EX : LOCK_SH;
  while (::flock(fd.get(), wish) != 0) {
    // A file system that has no locks has no neighbours either.
    if (errno != EINTR)
      break;
  }
  return fd;
}

expected<unique_fd> make_and_hold(const std::string& directory) {
  std::error_code failure;
  auto parent = fs::absolute(directory, failure).parent_path().string();
  if (failure)
    return unusable_folder(directory, failed("used", failure.value()));
  bool fresh = !is_there(parent);
  if (int number = process::make_folder(parent))
    return unusable_folder(directory, failed("made", number));
  if (fresh)
    keep_from_git(parent);
  if (::mkdir(directory.c_str(), 0700) == 0)
    keep_from_git(directory);
  else if (errno != EEXIST)
    return unusable_folder(directory, failed("made", errno));
  return hold(directory, hold_kind::writing);
}

expected<std::string> read_part(const std::string& path) {
  return read_text(path);
}

expected<std::string> read_secret(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0)
    return unusable("the key", path, failed("read", errno));
  if (auto why = distrust(info, path, "600"); !why.empty())
    return unusable("the key", path, why);
  return read_text(path);
}

std::optional<error> write_new(const std::string& path,
                               std::string_view content, ::mode_t mode) {
  // Who writes holds the folder: one draft at a time.
  auto draft = path + ".draft";
  ::unlink(draft.c_str());
  unique_fd fd{
      ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)};
  if (!fd)
    return unusable("the file", path, failed("written", errno));
  std::size_t written = 0;
  int number = process::write_all(fd.get(), content, written);
  if (number == 0 && ::fsync(fd.get()) != 0)
    number = errno;
  if (number == 0 && ::rename(draft.c_str(), path.c_str()) != 0)
    number = errno;
  if (number == 0)
    number = process::sync_folder(fs::path{path}.parent_path().string());
  if (number == 0)
    return {};
  ::unlink(draft.c_str());
  return unusable("the file", path, failed("written", number));
}

} // namespace tutti::cluster
