// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/artifacts/payload_file.hpp"

#include "messages/inspect/inspect.hpp"
#include "runtime/process/files.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

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

int read_at(int fd, std::vector<char>& bytes, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    auto got = ::pread(fd, bytes.data() + done, bytes.size() - done,
                       static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return got < 0 ? errno : EIO;
    done += static_cast<std::size_t>(got);
  }
  return 0;
}

} // namespace

payload_kept payload_file::keep(const keep_payload& x) {
  if (!fd_)
    fd_.reset(::open(directory_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  auto failed = [&](int number) {
    return payload_kept{x.id,
                        fmt::format("cannot keep a handoff in '{}': {}",
                                    directory_, process::system_text(number))};
  };
  if (!fd_)
    return failed(errno);
  auto details = x.details ? *x.details : attempt_details{};
  std::vector<char> bytes;
  caf::binary_serializer sink{nullptr, bytes};
  if (sink(details))
    return failed(EINVAL);
  if (auto number = write_at(fd_.get(), bytes, end_))
    return failed(number);
  places_[x.id] = {end_, bytes.size()};
  end_ += bytes.size();
  return {x.id, {}};
}

payload_loaded payload_file::load(const load_payload& x) const {
  auto failed = [&](int number) {
    return payload_loaded{x.id, nullptr,
                          fmt::format("cannot read a handoff back from '{}': "
                                      "{}",
                                      directory_,
                                      process::system_text(number))};
  };
  auto i = places_.find(x.id);
  if (i == places_.end())
    return failed(ENOENT);
  std::vector<char> bytes(i->second.size);
  if (auto number = read_at(fd_.get(), bytes, i->second.offset))
    return failed(number);
  attempt_details details;
  caf::binary_deserializer source{nullptr, bytes};
  if (source(details))
    return failed(EILSEQ);
  return {
      x.id, std::make_shared<const attempt_details>(std::move(details)), {}};
}

} // namespace tutti::artifacts
