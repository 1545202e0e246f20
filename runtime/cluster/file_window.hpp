// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace tutti::cluster {

/// Which pieces of a file to ask for. They are taken in order; where one was
/// lost, all from it on are asked for again.
///
///   written ≤ arrived ≤ asked ≤ size
class file_window {
public:
  struct piece {
    std::uint64_t offset = 0;
    std::uint32_t size_bytes = 0;
  };
  enum class fit : std::uint8_t {
    next,  ///< to be written behind what came before
    other, ///< it came already, or one before it did not
    bad,   ///< no honest peer sends this
  };

  /// What comes before `from` is there already.
  file_window(std::uint64_t size, std::uint64_t from)
    : size_(size), written_(from), arrived_(from), asked_(from) {
  }

  /// What would be asked for next; none: all is under way.
  [[nodiscard]] std::optional<piece> next() const;
  /// That was asked for.
  void asked(const piece& x) {
    asked_ = x.offset + x.size_bytes;
  }
  [[nodiscard]] fit arrived(std::uint64_t offset, std::size_t size_bytes);
  /// So much of what has arrived is on disk.
  void written(std::size_t size_bytes) {
    written_ += size_bytes;
  }
  /// What has not arrived is lost.
  void ask_again() {
    asked_ = arrived_;
  }

  /// Asked for, and not written yet.
  [[nodiscard]] std::uint64_t under_way_bytes() const {
    return asked_ - written_;
  }
  [[nodiscard]] bool awaits_some() const {
    return asked_ > arrived_;
  }
  [[nodiscard]] bool is_whole() const {
    return written_ == size_;
  }

private:
  std::uint64_t size_;
  std::uint64_t written_;
  std::uint64_t arrived_;
  std::uint64_t asked_;
  bool gap_seen_ = false; ///< since something arrived last
};

} // namespace tutti::cluster
