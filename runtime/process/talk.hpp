// SPDX-License-Identifier: BSD-3-Clause
// What the supervisor keeps of a process that is talked with.
#pragma once

#include "runtime/process/unique_fd.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tutti::process {

/// The pipes of an interactive process. Passive, as the attempt it is part of.
class talk {
public:
  /// A longer line of output comes in pieces.
  static constexpr std::size_t line_bytes_max = std::size_t{1} << 20;
  /// While so much output has not been worked off, no more is read.
  static constexpr std::size_t window_bytes = std::size_t{1} << 20;
  /// A process that leaves so much of its input unread is ended.
  static constexpr std::size_t input_bytes_max = std::size_t{64} << 20;

  unique_fd input;  ///< its standard input; none: closed
  unique_fd output; ///< its standard output; none: at its end, or given up
  bool input_watched = false;
  bool output_watched = false;
  /// Why it cannot be talked with any more, though it was not hung up on;
  /// empty: it can.
  std::string lost;

  /// Makes the pipes and gives out the ends that the process gets. False: it
  /// cannot, and `errno` says why.
  [[nodiscard]] bool open(unique_fd& its_input, unique_fd& its_output);

  /// False: that is more than `input_bytes_max`, and nothing was taken.
  [[nodiscard]] bool add_input(std::string_view data, bool close);

  /// Writes what the pipe takes. False: the process has closed its end.
  bool write_input();
  /// Nothing more will be said to it.
  [[nodiscard]] bool hung_up() const {
    return close_;
  }
  [[nodiscard]] bool input_waits() const;
  /// How much of it was written, or let go, since this was last asked; 0 while
  /// that is little and more waits.
  [[nodiscard]] std::uint64_t take_written();

  /// What of it and of earlier output may be passed on: whole lines.
  [[nodiscard]] std::string add_output(std::string_view data);
  /// The rest, at the end.
  [[nodiscard]] std::string last_output();

  /// Whether more may be read.
  [[nodiscard]] bool has_window() const;
  void taken(std::uint64_t bytes);

private:
  [[nodiscard]] std::string passed_on(std::size_t bytes);

  std::string pending_;
  std::size_t written_ = 0;  ///< of `pending_`
  std::uint64_t untold_ = 0; ///< written, or let go
  bool close_ = false;       ///< once all is written
  std::string part_;         ///< of the line that has no end yet
  std::uint64_t untaken_ = 0;
};

} // namespace tutti::process
