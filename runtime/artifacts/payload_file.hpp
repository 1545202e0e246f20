// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/storage.hpp"
#include "runtime/process/unique_fd.hpp"

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

namespace tutti::artifacts {

/// Results too large to travel, in one file that a resumed run goes on with
/// (semantics §21, §30).
class payload_file {
public:
  /// `path` is absolute; the file is made with the first payload. With `syncs`
  /// a payload is on disk before it counts as kept.
  explicit payload_file(std::string path, bool syncs = true)
    : path_(std::move(path)), syncs_(syncs) {
  }

  /// On one thread at a time.
  [[nodiscard]] payload_kept keep(const keep_payload& x);
  /// On any thread, for what was kept before.
  [[nodiscard]] payload_loaded load(const load_payload& x) const;

private:
  [[nodiscard]] int open(int how) const;

  std::string path_;
  bool syncs_ = true;
  mutable std::mutex mutex_; ///< of `fd_`
  mutable process::unique_fd fd_;
  std::uint64_t end_ = 0;
};

} // namespace tutti::artifacts
