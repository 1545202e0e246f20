// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/artifacts/sweep.hpp"

#include "runtime/artifacts/digest.hpp"
#include "runtime/artifacts/store_files.hpp"
#include "runtime/process/files.hpp"
#include "runtime/process/unique_fd.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <tuple>

namespace tutti::artifacts {

namespace {

namespace fs = std::filesystem;
using process::unique_fd;

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::size_t prefix_digits = 2;

/// Calls `found` for each file of the store, with its digest, or none for one
/// that was being written.
template <class Found>
void each_file(const std::string& directory, Found found) {
  std::error_code failure;
  for (const auto& top : fs::directory_iterator{directory, failure}) {
    auto name = top.path().filename().string();
    if (name.starts_with(".tutti-")) {
      found(top.path().string(), std::string{});
      continue;
    }
    std::error_code inside;
    if (name.size() == prefix_digits && !top.is_symlink(inside))
      for (const auto& entry : fs::directory_iterator{top.path(), inside})
        found(entry.path().string(), name + entry.path().filename().string());
  }
}

std::uint64_t disk_bytes(const struct stat& x) {
  return static_cast<std::uint64_t>(x.st_blocks) * 512;
}

std::int64_t used_ns(const struct stat& x) {
  return x.st_mtim.tv_sec * second_ns + x.st_mtim.tv_nsec;
}

/// Who holds it alone: nobody finds a file again meanwhile.
bool lock_alone(const unique_fd& folder) {
  while (::flock(folder.get(), LOCK_EX) != 0)
    if (errno != EINTR)
      return false;
  return true;
}

} // namespace

bool is_stored(const std::string& directory, const artifact& x) {
  struct stat there {};
  return ::lstat(path_of(directory, x.digest).c_str(), &there) == 0
      && S_ISREG(there.st_mode)
      && static_cast<std::uint64_t>(there.st_size) == x.size_bytes;
}

std::string check_stored(const std::string& directory,
                         const std::string& digest) {
  auto path = path_of(directory, digest);
  unique_fd file{::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
  struct stat there {};
  if (!file || ::fstat(file.get(), &there) != 0)
    return fmt::format("artifact '{}': {}", path, process::system_text(errno));
  auto content = copy_and_digest(file.get(), -1,
                                 static_cast<std::uint64_t>(there.st_size));
  if (content.error_number != 0)
    return fmt::format("artifact '{}': {}", path,
                       process::system_text(content.error_number));
  return content.digest == digest
           ? std::string{}
           : fmt::format("artifact '{}' is not as it was kept", path);
}

std::unordered_map<std::string, std::uint64_t>
stored_sizes(const std::string& directory) {
  std::unordered_map<std::string, std::uint64_t> result;
  each_file(directory, [&](const std::string& path, const std::string& digest) {
    struct stat info {};
    if (!digest.empty() && ::lstat(path.c_str(), &info) == 0)
      result[digest] = disk_bytes(info);
  });
  return result;
}

swept sweep(const sweep_options& x) {
  swept result;
  unique_fd folder{
      ::open(x.directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!folder)
    return result;
  each_file(
      x.directory, [&](const std::string& path, const std::string& digest) {
        if (!digest.empty() && x.needed.contains(digest))
          return;
        if (!lock_alone(folder)) {
          if (result.troubles.empty())
            result.troubles.push_back(
                fmt::format("artifacts in '{}' stay: its file system knows no "
                            "locks, and a run may need them",
                            x.directory));
          return;
        }
        struct stat info {};
        bool unused = ::lstat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode)
                   && used_ns(info) < x.unused_since_ns;
        int why = 0;
        if (unused && !x.dry_run && ::unlink(path.c_str()) != 0)
          why = errno;
        ::flock(folder.get(), LOCK_UN);
        if (why != 0)
          result.troubles.push_back(fmt::format("cannot remove '{}': {}", path,
                                                process::system_text(why)));
        else if (unused) {
          ++result.files;
          result.bytes += disk_bytes(info);
        }
      });
  return result;
}

swept trim(const std::string& directory, std::uint64_t bytes_max) {
  struct kept_file {
    std::int64_t used_ns = 0;
    std::string path;
    std::uint64_t bytes = 0;
  };
  std::vector<kept_file> all;
  std::uint64_t total = 0;
  each_file(directory, [&](const std::string& path, const std::string&) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode))
      return;
    all.push_back({used_ns(info), path, disk_bytes(info)});
    total += disk_bytes(info);
  });
  std::sort(all.begin(), all.end(), [](const auto& x, const auto& y) {
    return std::tie(x.used_ns, x.path) < std::tie(y.used_ns, y.path);
  });
  swept result;
  for (const auto& x : all) {
    if (total <= bytes_max)
      break;
    if (::unlink(x.path.c_str()) != 0) {
      result.troubles.push_back(fmt::format("cannot remove '{}': {}", x.path,
                                            process::system_text(errno)));
      continue;
    }
    total -= x.bytes;
    ++result.files;
    result.bytes += x.bytes;
  }
  return result;
}

} // namespace tutti::artifacts
