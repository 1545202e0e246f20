// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/storage.hpp"
#include "runtime/process/unique_fd.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>

namespace tutti::artifacts {

/// What agents were given and do not need yet, in one file without a name that
/// is gone with the run (semantics §21).
class payload_file {
public:
  /// The file is made in `directory`, absolute, with the first payload.
  explicit payload_file(std::string directory)
    : directory_(std::move(directory)) {
  }

  [[nodiscard]] payload_kept keep(const keep_payload& x);
  [[nodiscard]] payload_loaded load(const load_payload& x) const;

private:
  struct place {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
  };

  std::string directory_;
  process::unique_fd fd_;
  std::uint64_t end_ = 0;
  std::unordered_map<std::uint64_t, place> places_;
};

} // namespace tutti::artifacts
