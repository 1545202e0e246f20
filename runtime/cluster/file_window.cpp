// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/file_window.hpp"

#include "messages/cluster.hpp"

#include <algorithm>
#include <utility>

namespace tutti::cluster {

std::optional<file_window::piece> file_window::next() const {
  if (asked_ == size_)
    return std::nullopt;
  auto size = std::min<std::uint64_t>(size_ - asked_, chunk_bytes_max);
  return piece{asked_, static_cast<std::uint32_t>(size)};
}

file_window::fit file_window::arrived(std::uint64_t offset,
                                      std::size_t size_bytes) {
  if (offset < arrived_ || arrived_ == size_)
    return fit::other;
  if (offset > arrived_) {
    // A link keeps the order, so what is between is lost: asked for again once,
    // as others that had left before will come as well.
    if (!std::exchange(gap_seen_, true))
      ask_again();
    return fit::other;
  }
  if (size_bytes == 0 || size_bytes > chunk_bytes_max
      || size_bytes > size_ - arrived_)
    return fit::bad;
  gap_seen_ = false;
  arrived_ += size_bytes;
  asked_ = std::max(asked_, arrived_);
  return fit::next;
}

} // namespace tutti::cluster
