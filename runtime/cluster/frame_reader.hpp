// SPDX-License-Identifier: BSD-3-Clause
// Frames on the wire: four bytes that say how long it is, the most significant
// one first, then so many bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tutti::cluster {

/// Of a frame's head.
inline constexpr std::size_t frame_head_bytes = 4;

/// What goes before the content of a frame.
[[nodiscard]] std::array<char, frame_head_bytes> frame_head(std::uint32_t size);

/// Takes frames out of a stream of bytes. Its memory grows with the bytes that
/// have arrived, never with those that were announced.
class frame_reader {
public:
  explicit frame_reader(std::size_t bytes_max) : bytes_max_(bytes_max) {
  }

  /// From the next head on.
  void limit(std::size_t bytes_max) {
    bytes_max_ = bytes_max;
  }

  /// Uses up the front of `bytes`. True: `frame` is the next one; ask again.
  /// False: there is none yet, or `too_long`.
  [[nodiscard]] bool next(std::string_view& bytes, std::string& frame);

  /// The size of a frame above the limit, with which reading is over; else 0.
  [[nodiscard]] std::uint32_t too_long() const {
    return too_long_;
  }
  /// Whether a frame has begun and not ended.
  [[nodiscard]] bool within_frame() const {
    return head_size_ > 0;
  }

private:
  [[nodiscard]] bool take_head(std::string_view& bytes);

  std::size_t bytes_max_;
  std::array<unsigned char, frame_head_bytes> head_{};
  std::size_t head_size_ = 0; ///< so much of it has arrived
  std::uint32_t size_ = 0;    ///< what a complete head says
  std::string content_;
  std::uint32_t too_long_ = 0;
};

} // namespace tutti::cluster
