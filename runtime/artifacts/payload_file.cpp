// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/artifacts/payload_file.hpp"

#include "messages/inspect/inspect.hpp"
#include "runtime/artifacts/digest.hpp"
#include "runtime/process/files.hpp"
#include "runtime/process/folder.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <memory>
#include <vector>

namespace tutti::artifacts {

namespace {

int write_at(int fd, const std::vector<char>& bytes, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    auto got = ::pwrite(fd, bytes.data() + done, bytes.size() - done,
                        static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return errno;
    done += static_cast<std::size_t>(got);
  }
  return 0;
}

/// Behind the last byte there is.
constexpr int too_short = -1;

int read_at(int fd, std::vector<char>& bytes, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    auto got = ::pread(fd, bytes.data() + done, bytes.size() - done,
                       static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return got < 0 ? errno : too_short;
    done += static_cast<std::size_t>(got);
  }
  return 0;
}

/// Of what counts where results are compared.
std::array<std::uint64_t, 2> digest_of(attempt_details& x) {
  std::vector<char> bytes;
  caf::binary_serializer sink{nullptr, bytes};
  (void)sink(x.outputs, x.artifacts, x.contracts);
  digest sum;
  sum.add(bytes.data(), bytes.size());
  return sum.finish_short();
}

} // namespace

/// The file is opened by whoever needs it first: a resumed run may read before
/// it keeps anything.
int payload_file::open(int how) const {
  std::lock_guard lock{mutex_};
  if (fd_)
    return 0;
  auto flags = O_CLOEXEC | O_NOFOLLOW | how;
  fd_.reset(::open(path_.c_str(), O_RDWR | flags, 0600));
  bool reads_only = how == 0 && (errno == EROFS || errno == EACCES);
  if (!fd_ && reads_only)
    fd_.reset(::open(path_.c_str(), O_RDONLY | flags));
  return fd_ ? 0 : errno;
}

payload_kept payload_file::keep(const keep_payload& x) {
  auto failed = [&](int number) {
    return payload_kept{x.id,
                        {},
                        fmt::format("cannot keep a handoff in '{}': {}", path_,
                                    process::system_text(number))};
  };
  if (auto number = open(O_CREAT))
    return failed(number);
  if (end_ == 0) {
    auto end = ::lseek(fd_.get(), 0, SEEK_END); // behind what is kept already
    if (end < 0)
      return failed(errno);
    // A new file is there for certain only once its folder is.
    if (syncs_)
      if (auto number = process::sync_folder(path_.substr(0, path_.rfind('/'))))
        return failed(number);
    end_ = static_cast<std::uint64_t>(end);
  }
  auto details = x.details ? *x.details : attempt_details{};
  std::vector<char> bytes;
  caf::binary_serializer sink{nullptr, bytes};
  if (sink(details))
    return failed(EINVAL);
  if (auto number = write_at(fd_.get(), bytes, end_))
    return failed(number);
  if (syncs_ && ::fdatasync(fd_.get()) != 0)
    return failed(errno);
  payload_ref made{end_, bytes.size(), digest_of(details)};
  end_ += bytes.size();
  return {x.id, made, {}};
}

payload_loaded payload_file::load(const load_payload& x) const {
  auto failed = [&](int number) {
    return payload_loaded{
        x.id, nullptr,
        fmt::format("cannot read a handoff back from '{}': "
                    "{}",
                    path_,
                    number == too_short ? "it is shorter than the journal says"
                                        : process::system_text(number))};
  };
  if (auto number = open(0))
    return failed(number);
  // A damaged size is not asked for as memory.
  struct stat there {};
  if (::fstat(fd_.get(), &there) != 0)
    return failed(errno);
  auto size = static_cast<std::uint64_t>(there.st_size);
  if (x.payload.offset > size || x.payload.size_bytes > size - x.payload.offset)
    return failed(too_short);
  std::vector<char> bytes(x.payload.size_bytes);
  if (auto number = read_at(fd_.get(), bytes, x.payload.offset))
    return failed(number);
  attempt_details details;
  caf::binary_deserializer source{nullptr, bytes};
  if (source(details) || digest_of(details) != x.payload.digest)
    return {x.id, nullptr,
            fmt::format("a handoff in '{}' is not as it was kept: its disk, or "
                        "somebody, has changed it; retry the task that made it",
                        path_)};
  return {
      x.id, std::make_shared<const attempt_details>(std::move(details)), {}};
}

} // namespace tutti::artifacts
