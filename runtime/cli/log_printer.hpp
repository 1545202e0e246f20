// SPDX-License-Identifier: BSD-3-Clause
// Prints a log while it grows.
#pragma once

#include "runtime/process/unique_fd.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tutti::cli {

/// Makes what tasks wrote harmless where it goes to a terminal; a pipe or a
/// file gets every byte as it is.
class log_filter {
public:
  explicit log_filter(bool terminal) : terminal_(terminal) {
  }

  /// What may be printed now; on a terminal the last line waits for its end.
  [[nodiscard]] std::string take(std::string_view bytes);
  /// What still waits: nothing more comes.
  [[nodiscard]] std::string rest();

private:
  bool terminal_;
  std::string line_;
};

/// Copies a file to standard output, and what it grows by.
class log_printer {
public:
  explicit log_printer(bool terminal) : filter_(terminal) {
  }

  /// Goes on with this file from its start; what is unfinished of the one
  /// before is printed. Returns 0 or the exit code, as `print_data`.
  [[nodiscard]] int begin(const std::string& path);
  /// Prints what has come since; a file that is not there yet has nothing.
  [[nodiscard]] int more();
  /// The end of the last line.
  [[nodiscard]] int finish();

  [[nodiscard]] const std::string& path() const {
    return path_;
  }
  /// Of this file.
  [[nodiscard]] std::uint64_t printed_bytes() const {
    return offset_;
  }

private:
  std::string path_;
  process::unique_fd file_;
  std::uint64_t offset_ = 0;
  log_filter filter_;
};

} // namespace tutti::cli
