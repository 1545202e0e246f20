// SPDX-License-Identifier: BSD-3-Clause
// The store of artifacts as a whole: what lies in it, and what nobody needs.
#pragma once

#include "messages/fact.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace tutti::artifacts {

/// Bytes on disk of every file of a store, by digest.
[[nodiscard]] std::unordered_map<std::string, std::uint64_t>
stored_sizes(const std::string& directory);

/// Whether the store has a file that is as large as the artifact.
[[nodiscard]] bool is_stored(const std::string& directory, const artifact& x);

/// Reads a file of the store to its end. Empty: it is what it was; else one
/// sentence.
[[nodiscard]] std::string check_stored(const std::string& directory,
                                       const std::string& digest);

struct sweep_options {
  std::string directory;                  ///< of the store
  std::unordered_set<std::string> needed; ///< digests
  /// What was taken in, or found again, at or after this time stays as well;
  /// since 1970.
  std::int64_t unused_since_ns = 0;
  bool dry_run = false; ///< only says what would go
};

struct swept {
  std::size_t files = 0;
  std::uint64_t bytes = 0;
  std::vector<std::string> troubles; ///< what could not be removed, and why
};

/// Removes all other files. While it looks at a file no run finds it again: see
/// `store`. A file system without locks is a trouble, and nothing goes.
[[nodiscard]] swept sweep(const sweep_options& x);

/// Removes files until no more than `bytes_max` are left, those first that were
/// not used for longest. As `sweep`, but for a store that no run needs.
swept trim(const std::string& directory, std::uint64_t bytes_max);

} // namespace tutti::artifacts
