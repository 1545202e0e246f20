// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/process/unique_fd.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace tutti::artifacts {

/// More files than that belong into an archive.
inline constexpr std::size_t files_max = 10000;

struct found_files {
  std::set<std::string> paths; ///< regular files, relative to the directory
  std::string mistake;         ///< the first; one sentence; empty: none
};

/// The files below a directory that match a pattern. No symbolic link is ever
/// followed; one that matches, like a device or a FIFO, is a mistake. A pattern
/// that matches nothing is one unless `missing_ok`.
void find_files(const std::string& directory, const std::string& pattern,
                bool missing_ok, found_files& result);

/// Opens a regular file below a directory, following no symbolic link. None:
/// errno says why; EINVAL: it is no regular file.
[[nodiscard]] process::unique_fd open_below(int directory,
                                            const std::string& path);

} // namespace tutti::artifacts
