// SPDX-License-Identifier: BSD-3-Clause
// Artifacts by content: STATE/artifacts/ab/cdef… holds the file whose SHA-256
// is abcdef…. A file is written under another name, synced and renamed, and its
// folder synced, before anybody hears of it (semantics §30). The user's files
// are copied, never linked: they could be changed in place. A file that is
// found again is marked as used now, under a lock of the folder, so that `tutti
// clean` leaves it to the run whose journal does not name it yet.
#pragma once

#include "messages/storage.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tutti::artifacts {

/// May be used on one thread at a time; every function blocks on the disk.
class store {
public:
  /// `directory` is absolute and made with the first artifact.
  explicit store(std::string directory) : directory_(std::move(directory)) {
  }

  [[nodiscard]] artifacts_captured capture(const capture_artifacts& x) const;
  [[nodiscard]] artifacts_placed place(const place_artifacts& x) const;

private:
  struct outcome {
    std::string mistake;
    bool no_space = false;
  };
  /// A file of the store that is not on disk for certain yet.
  struct fresh_file {
    std::string name; ///< in the store's folder, until all are synced
    std::string digest;
  };
  struct taken_files {
    std::vector<fresh_file> fresh;
    std::set<std::string> found; ///< the folders of what was there already
  };

  [[nodiscard]] outcome take_in(int from, artifact& x,
                                taken_files& taken) const;
  [[nodiscard]] outcome settle(taken_files& taken) const;
  [[nodiscard]] outcome put_out(int directory, const artifact& x) const;
  [[nodiscard]] int save_other(int folder, const std::string& name) const;
  [[nodiscard]] bool has(const std::string& digest, std::uint64_t size) const;
  [[nodiscard]] bool use(int folder, const artifact& x) const;
  [[nodiscard]] std::string path_of(const std::string& digest) const;
  [[nodiscard]] std::string folder_of(const std::string& digest) const;

  std::string directory_;
};

} // namespace tutti::artifacts
