// SPDX-License-Identifier: BSD-3-Clause
// Artifacts by content: STATE/artifacts/ab/cdef… holds the file whose SHA-256
// is abcdef…. A file is written under another name, synced and renamed, and its
// folder synced, before anybody hears of it (semantics §30). The user's files
// are copied, never linked: they could be changed in place.
#pragma once

#include "messages/storage.hpp"

#include <string>
#include <utility>

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
  [[nodiscard]] outcome take_in(int from, artifact& x) const;
  [[nodiscard]] outcome put_out(int directory, const artifact& x) const;
  [[nodiscard]] std::string path_of(const std::string& digest) const;

  std::string directory_;
};

} // namespace tutti::artifacts
