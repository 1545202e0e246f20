// SPDX-License-Identifier: BSD-3-Clause
// Artifacts by content: STATE/artifacts/ab/cdef… holds the file whose SHA-256
// is abcdef…. A file is written under another name, synced and renamed, and its
// folder synced, before anybody hears of it (semantics §30). The user's files
// are copied, never linked: they could be changed in place. A file that is
// found again is marked as used now, under a lock of the folder, so that `tutti
// clean` leaves it to the run whose journal does not name it yet.
#pragma once

#include "messages/storage.hpp"
#include "runtime/artifacts/store_files.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tutti::artifacts {

/// A part of a file.
struct stored_piece {
  std::string bytes;   ///< fewer than asked for at the end
  std::string mistake; ///< one clause; empty: it was read
  bool no_such = false;
  bool at_end = false; ///< nothing lies behind it
};

/// Every function blocks on the disk.
class store {
public:
  /// `directory` is absolute and made with the first artifact.
  explicit store(std::string directory) : directory_(std::move(directory)) {
  }

  [[nodiscard]] artifacts_captured capture(const capture_artifacts& x) const;
  [[nodiscard]] artifacts_placed place(const place_artifacts& x) const;
  /// The same; `lost` is set where the mistake is that the store does not have
  /// this one, or had a damaged copy, which is removed.
  [[nodiscard]] artifacts_placed place(const place_artifacts& x,
                                       std::optional<artifact>& lost) const;

  struct lacking_files {
    std::vector<artifact> missing; ///< each content once
    outcome done;
  };
  /// What of these it does not have. The others are on disk for certain, and
  /// used now.
  [[nodiscard]] lacking_files lacking(const std::vector<artifact>& xs) const;

  [[nodiscard]] stored_piece read(const std::string& digest,
                                  std::uint64_t offset,
                                  std::uint32_t size_bytes) const;

  /// Reads a whole file, and removes it where it is not what it was; says
  /// whether it did.
  [[nodiscard]] bool remove_damaged(const std::string& digest) const;

private:
  [[nodiscard]] outcome take_in(int from, artifact& x,
                                taken_files& taken) const;
  [[nodiscard]] outcome put_out(int directory, const artifact& x,
                                std::optional<artifact>& lost) const;
  [[nodiscard]] int save_other(int folder, const std::string& name) const;
  [[nodiscard]] bool has(const std::string& digest, std::uint64_t size) const;
  [[nodiscard]] bool use(int folder, const artifact& x) const;

  std::string directory_;
};

} // namespace tutti::artifacts
