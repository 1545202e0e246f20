// SPDX-License-Identifier: BSD-3-Clause
// Small whole files, without streams.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tutti::process {

/// "No space left on device", as the system says it.
[[nodiscard]] std::string system_text(int error_number);

/// Whether an error number says that the disk, or the user's share, is full.
[[nodiscard]] bool no_space(int error_number);

struct file_text {
  int error_number = 0; ///< 0: it was read
  std::string content;
  bool truncated = false; ///< the file is larger than asked for

  [[nodiscard]] std::string why() const;
};

/// Reads at most `bytes_max` bytes of a regular file (or one of /proc); never
/// blocks on a FIFO. A final symbolic link is followed.
[[nodiscard]] file_text read_file(const std::string& path,
                                  std::size_t bytes_max);

/// Creates or replaces the file (mode 0600). Returns 0 or the error number;
/// then the file is removed.
[[nodiscard]] int write_file(const std::string& path, std::string_view content);

/// Writes all of it. Returns 0 or the error number of the write that failed;
/// `written` then says how far it came.
[[nodiscard]] int write_all(int fd, std::string_view content,
                            std::size_t& written);

/// Reads at most `bytes_max` bytes from an offset on; fewer at the end. Returns
/// 0 or the error number.
[[nodiscard]] int read_at(int fd, std::uint64_t offset, std::size_t bytes_max,
                          std::string& content);

/// Writes all of it from an offset on. Returns 0 or the error number.
[[nodiscard]] int write_at(int fd, std::uint64_t offset,
                           std::string_view content);

} // namespace tutti::process
