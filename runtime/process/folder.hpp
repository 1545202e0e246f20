// SPDX-License-Identifier: BSD-3-Clause
// Folders whose entries are on disk for certain.
#pragma once

#include <string>

namespace tutti::process {

/// What was made in, renamed into or removed from this folder survives a power
/// loss then. Returns 0 or the error number; a file system that does not sync
/// folders has no error.
[[nodiscard]] int sync_folder(const std::string& path);

/// Makes a folder, with what is above it, and syncs where it made one. Returns
/// 0, also where it is there already, or the error number.
[[nodiscard]] int make_folder(const std::string& path);

} // namespace tutti::process
