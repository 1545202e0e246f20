// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::process {

/// The files that TUTTI_INPUT names. To make one and to remove it is much more
/// work than to write over it, so those of attempts that are over, of which
/// nobody is left, serve later ones. They bear numbers.
class input_files {
public:
  /// So long one waits for a later attempt before it is removed.
  static constexpr auto kept_time = std::chrono::milliseconds(100);
  static constexpr std::string_view ending = ".in.json";

  /// Fills in `path`. Returns an error number; 0: the file is there.
  [[nodiscard]] int make(const std::string& folder, std::string_view content,
                         std::string& path);

  /// Nobody will look at this one any more.
  void give_back(std::string path);

  /// Removes those that wait for a later attempt.
  void remove_spare();
  [[nodiscard]] bool has_spare() const {
    return !spare_.empty();
  }

private:
  std::vector<std::string> spare_; ///< paths
  std::uint64_t last_ = 0;         ///< number
};

} // namespace tutti::process
