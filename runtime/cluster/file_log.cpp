// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/file_log.hpp"

#include "runtime/journal/coming_log.hpp"
#include "runtime/process/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace tutti::cluster {

namespace {

namespace fs = std::filesystem;
using artifacts::failed;
using artifacts::outcome;
using process::unique_fd;

constexpr std::string_view ending = ".log";
constexpr std::size_t name_bytes_max = 240; ///< a mark adds to it

/// A regular file; never blocks, follows no link at its end.
unique_fd open_log(const std::string& path, int flags) {
  unique_fd result{
      ::open(path.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644)};
  struct stat status {};
  if (result
      && (::fstat(result.get(), &status) != 0 || !S_ISREG(status.st_mode))) {
    errno = EINVAL;
    return {};
  }
  return result;
}

} // namespace

bool is_log_name(std::string_view x) {
  return x.size() > ending.size() && x.size() <= name_bytes_max
      && x.ends_with(ending) && x.front() != '.'
      && std::none_of(x.begin(), x.end(), [](char c) {
           return c == '/' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
         });
}

std::string log_name(const std::string& path) {
  auto result = path.substr(path.rfind('/') + 1);
  return is_log_name(result) ? result : std::string{};
}

void read_log_piece(const std::string& folder, std::uint32_t size_bytes,
                    chunk& x) {
  if (folder.empty() || !is_log_name(x.what.name)) {
    x.mistake = "there is no such log";
    x.no_such = true;
    return;
  }
  auto file = open_log(folder + "/" + x.what.name, O_RDONLY);
  int number = file ? 0 : errno;
  x.no_such = number == ENOENT || number == ELOOP || number == EINVAL;
  if (number == 0)
    number = process::read_at(file.get(), x.offset, size_bytes, x.bytes);
  if (number != 0)
    x.mistake = process::system_text(number);
}

arrived_log begin_log(const std::string& folder, const std::string& name) {
  auto path = folder + "/" + name;
  auto mark = journal::coming_mark(path);
  struct stat status {};
  bool is_there = ::lstat(path.c_str(), &status) == 0;
  auto size =
      is_there ? static_cast<std::uint64_t>(status.st_size) : std::uint64_t{0};
  if (is_there && !S_ISREG(status.st_mode))
    return {0, false, {"something else has its name", false}};
  std::error_code ignored;
  if (is_there && !fs::exists(mark, ignored))
    return {size, false, {}};
  unique_fd made{
      ::open(mark.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600)};
  return {size, true, made ? outcome{} : failed(errno)};
}

outcome append_log(const std::string& folder, const std::string& name,
                   std::uint64_t offset, std::string_view bytes) {
  auto file = open_log(folder + "/" + name, O_WRONLY | O_CREAT);
  if (!file)
    return failed(errno);
  auto number = process::write_at(file.get(), offset, bytes);
  return number == 0 ? outcome{} : failed(number);
}

void end_log(const std::string& folder, const std::string& name) {
  ::unlink(journal::coming_mark(folder + "/" + name).c_str());
}

std::vector<log_size> logs_in(const std::string& folder) {
  std::vector<log_size> result;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator{folder, failure}) {
    std::error_code ignored;
    auto name = entry.path().filename().string();
    if (is_log_name(name) && entry.is_regular_file(ignored))
      result.push_back({std::move(name), entry.file_size(ignored)});
  }
  std::sort(result.begin(), result.end(), [](const auto& x, const auto& y) {
    return x.name < y.name;
  });
  return result;
}

std::uint64_t size_of_log(const std::string& folder, const std::string& name) {
  struct stat status {};
  return ::lstat((folder + "/" + name).c_str(), &status) == 0
              && S_ISREG(status.st_mode)
           ? static_cast<std::uint64_t>(status.st_size)
           : std::uint64_t{0};
}

} // namespace tutti::cluster
