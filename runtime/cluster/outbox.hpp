// SPDX-License-Identifier: BSD-3-Clause
// What was sent over a connection and has not left: any thread puts frames in,
// the transport's thread takes bytes out.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <string>

namespace tutti::cluster {

class outbox {
public:
  /// True: the transport's thread is not at work on it and is to be woken.
  [[nodiscard]] bool push(std::string frame);

  /// Takes no more frames; what is there stays.
  void close();

  /// Appends frames with their heads to `into` (which is empty), about `most`
  /// bytes: many small ones at once, or a part of a large one. Nothing: `push`
  /// wakes again.
  void take(std::size_t most, std::string& into);

  /// So many of the bytes that were taken have left.
  void left(std::size_t bytes);

  /// Taken or not, heads included.
  [[nodiscard]] std::size_t unsent_bytes() const;

private:
  mutable std::mutex mutex_;
  std::deque<std::string> frames_;
  std::size_t offset_ = 0; ///< so much of the first has been taken,
  bool begun_ = false;     ///< and its head
  bool awake_ = false;
  bool closed_ = false;
  std::size_t unsent_ = 0;
};

} // namespace tutti::cluster
