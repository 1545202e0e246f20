// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/frame_reader.hpp"

#include <algorithm>
#include <utility>

namespace tutti::cluster {

std::array<char, frame_head_bytes> frame_head(std::uint32_t size) {
  return {static_cast<char>(size >> 24), static_cast<char>(size >> 16),
          static_cast<char>(size >> 8), static_cast<char>(size)};
}

/// Whether it is complete, and not too long.
bool frame_reader::take_head(std::string_view& bytes) {
  while (head_size_ < frame_head_bytes) {
    if (bytes.empty())
      return false;
    head_[head_size_++] = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    if (head_size_ < frame_head_bytes)
      continue;
    size_ = 0;
    for (auto x : head_)
      size_ = size_ << 8 | x;
    if (size_ > bytes_max_)
      too_long_ = size_;
  }
  return too_long_ == 0;
}

bool frame_reader::next(std::string_view& bytes, std::string& frame) {
  if (!take_head(bytes))
    return false;
  auto n = std::min<std::size_t>(size_ - content_.size(), bytes.size());
  content_.append(bytes.substr(0, n));
  bytes.remove_prefix(n);
  if (content_.size() < size_)
    return false;
  frame = std::exchange(content_, {});
  head_size_ = 0;
  return true;
}

} // namespace tutti::cluster
