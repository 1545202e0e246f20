// SPDX-License-Identifier: BSD-3-Clause
// Where the output of one attempt goes: its log, and the line that the board
// shows.
#pragma once

#include "runtime/process/unique_fd.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tutti::process {

/// A log file that exists from the first byte on and ends growing at its
/// limit. A disk that takes no more costs output, never the attempt.
class capped_log {
public:
  capped_log(std::string path, std::uint64_t bytes_max);

  /// Raw bytes, unchanged. What is over the limit or cannot be written is
  /// counted and dropped.
  void append(std::string_view bytes);

  /// Adds the line that says what was dropped and closes the file.
  void finish();

  /// Empty: nothing was written.
  [[nodiscard]] std::string path() const;
  [[nodiscard]] std::uint64_t dropped_bytes() const;
  /// The first thing that failed, as a sentence; empty: nothing.
  [[nodiscard]] const std::string& failure() const;

private:
  void failed(int error_number);

  std::string path_;
  std::uint64_t bytes_max_;
  std::uint64_t size_ = 0;
  std::uint64_t dropped_ = 0;
  bool made_ = false;
  std::string failure_;
  unique_fd file_;
};

/// Finds the last complete, not empty line of a stream. A carriage return ends
/// a line too, so that a progress bar is seen as it moves. Holds no more than
/// two lines of `line_bytes_max` bytes, however long the lines are.
class last_line {
public:
  static constexpr std::size_t line_bytes_max = 4096;

  void append(std::string_view bytes);

  /// What is left counts as a line; the stream is over.
  void end();

  /// The last line, raw, if there is one that was not taken yet.
  [[nodiscard]] std::optional<std::string> take();
  [[nodiscard]] bool ready() const;

private:
  void complete();

  std::string line_;
  std::string part_; ///< of the line that has no end yet
  bool ready_ = false;
};

} // namespace tutti::process
