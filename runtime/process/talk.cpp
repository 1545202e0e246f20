// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/process/talk.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace tutti::process {

bool talk::open(unique_fd& its_input, unique_fd& its_output) {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return false;
  its_input.reset(ends[0]);
  input.reset(ends[1]);
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return false;
  output.reset(ends[0]);
  its_output.reset(ends[1]);
  return ::fcntl(input.get(), F_SETFL, O_NONBLOCK) == 0
      && ::fcntl(output.get(), F_SETFL, O_NONBLOCK) == 0;
}

bool talk::add_input(std::string_view data, bool close) {
  if (!input || close_) {
    untold_ += data.size();
    return true;
  }
  if (data.size() > input_bytes_max - (pending_.size() - written_))
    return false;
  // Moved to the front only when that is worth it.
  if (written_ > pending_.size() / 2) {
    pending_.erase(0, written_);
    written_ = 0;
  }
  pending_.append(data);
  close_ = close;
  return true;
}

bool talk::write_input() {
  bool deaf = false;
  while (input && written_ < pending_.size()) {
    auto got = ::write(input.get(), pending_.data() + written_,
                       pending_.size() - written_);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0 && errno == EAGAIN)
      return true;
    if (got < 0) {
      deaf = true;
      input.reset();
    } else {
      written_ += static_cast<std::size_t>(got);
      untold_ += static_cast<std::size_t>(got);
    }
  }
  untold_ += pending_.size() - written_;
  pending_ = {};
  written_ = 0;
  if (close_)
    input.reset();
  return !deaf;
}

bool talk::input_waits() const {
  return input && written_ < pending_.size();
}

std::uint64_t talk::take_written() {
  constexpr std::uint64_t little = std::uint64_t{64} << 10;
  return input_waits() && untold_ < little ? 0 : std::exchange(untold_, 0);
}

std::string talk::add_output(std::string_view data) {
  auto searched = part_.size();
  part_.append(data);
  auto end = part_.rfind('\n');
  if (end != std::string::npos && end >= searched)
    return passed_on(end + 1);
  return part_.size() < line_bytes_max ? std::string{}
                                       : passed_on(part_.size());
}

std::string talk::last_output() {
  return passed_on(part_.size());
}

std::string talk::passed_on(std::size_t bytes) {
  auto result = part_.substr(0, bytes);
  part_.erase(0, bytes);
  untaken_ += bytes;
  return result;
}

bool talk::has_window() const {
  return untaken_ < window_bytes;
}

void talk::taken(std::uint64_t bytes) {
  untaken_ -= std::min(untaken_, bytes);
}

} // namespace tutti::process
