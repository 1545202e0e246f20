// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/storage.hpp"
#include "runtime/process/unique_fd.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace tutti::artifacts {

/// Results too large to travel, in one file without a name that is gone with
/// the run (semantics §21).
class payload_file {
public:
  /// The file is made in `directory`, absolute, with the first payload.
  explicit payload_file(std::string directory)
    : directory_(std::move(directory)) {
  }

  /// On one thread at a time.
  [[nodiscard]] payload_kept keep(const keep_payload& x);
  /// On any thread, for what was kept before.
  [[nodiscard]] payload_loaded load(const load_payload& x) const;

private:
  [[nodiscard]] int open();

  std::string directory_;
  process::unique_fd fd_;
  std::uint64_t end_ = 0;
};

} // namespace tutti::artifacts
