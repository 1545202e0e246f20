// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/artifacts/arriving_file.hpp"

#include "messages/assert.hpp"
#include "runtime/process/files.hpp"
#include "runtime/process/folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace tutti::artifacts {

namespace {

constexpr std::size_t buffer_bytes = std::size_t{256} << 10;

/// Whether the file that is open is still the one with this name.
bool is_named(int folder, const std::string& name, int file) {
  struct stat open {};
  struct stat named {};
  return ::fstat(file, &open) == 0
      && ::fstatat(folder, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0
      && open.st_ino == named.st_ino && open.st_dev == named.st_dev;
}

} // namespace

arriving_file::arriving_file(std::string directory, artifact what)
  : directory_(std::move(directory)), what_(std::move(what)),
    sum_(std::make_unique<digest>()) {
}

outcome arriving_file::open_named(const std::string& name, int flags) {
  name_ = name;
  file_.reset(::openat(
      folder_.get(), name.c_str(),
      flags | O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
  return file_ ? outcome{} : failed(errno);
}

outcome arriving_file::open() {
  TUTTI_ASSERT(is_digest(what_.digest));
  if (auto number = process::make_folder(directory_))
    return failed(number);
  folder_ = open_directory(directory_);
  if (!folder_)
    return failed(errno);
  auto done = open_named(".tutti-in-" + what_.digest, 0);
  // Another run may be fetching the same, or be done with it just now: then
  // this one goes its own way.
  if (done.mistake.empty()
      && (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0
          || !is_named(folder_.get(), name_, file_.get())))
    done = open_named(temporary_name(), O_EXCL);
  return done.mistake.empty() ? read_earlier() : done;
}

outcome arriving_file::read_earlier() {
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0)
    return failed(errno);
  if (!S_ISREG(status.st_mode))
    return {"'" + name_ + "' is in the way"};
  if (static_cast<std::uint64_t>(status.st_size) > what_.size_bytes)
    return ::ftruncate(file_.get(), 0) == 0 ? outcome{} : failed(errno);
  std::string piece;
  do {
    if (auto number = process::read_at(file_.get(), size_, buffer_bytes, piece))
      return failed(number);
    sum_->add(piece.data(), piece.size());
    size_ += piece.size();
  } while (!piece.empty());
  return {};
}

outcome arriving_file::append(std::string_view bytes) {
  TUTTI_ASSERT(bytes.size() <= what_.size_bytes - size_);
  auto end = size_ + bytes.size();
  // Zeros become a hole: what was sparse stays so.
  bool zeros = bytes.find_first_not_of('\0') == std::string_view::npos;
  int number = 0;
  if (zeros && ::ftruncate(file_.get(), static_cast<off_t>(end)) != 0)
    number = errno;
  else if (!zeros)
    number = process::write_at(file_.get(), size_, bytes);
  if (number != 0)
    return failed(number);
  sum_->add(bytes.data(), bytes.size());
  size_ = end;
  return {};
}

bool arriving_file::check() {
  TUTTI_ASSERT(is_whole());
  if (sum_->finish() == what_.digest && ::fchmod(file_.get(), 0400) == 0)
    return true;
  begin_anew();
  return false;
}

void arriving_file::begin_anew() {
  // Where it cannot be made shorter its end is wrong as well, and found so.
  if (::ftruncate(file_.get(), 0) != 0)
    remove();
  sum_ = std::make_unique<digest>();
  size_ = 0;
}

void arriving_file::remove() {
  if (file_ && is_named(folder_.get(), name_, file_.get()))
    ::unlinkat(folder_.get(), name_.c_str(), 0);
}

} // namespace tutti::artifacts
