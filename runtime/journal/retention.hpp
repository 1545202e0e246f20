// SPDX-License-Identifier: BSD-3-Clause
// Which runs of a state directory may go, and what goes with them.
#pragma once

#include "messages/fact.hpp"
#include "runtime/journal/run_list.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace tutti::journal {

/// What a run has in the store of artifacts.
struct artifact_use {
  std::vector<std::string> digests; ///< that its journal names
  /// Results that lie beside the journal; they may name more.
  std::vector<payload_ref> payloads;
  /// It may have more than these: it lives, or its journal does not say.
  bool more = false;
};

[[nodiscard]] artifact_use artifacts_of(const run_entry& x);

/// Since when a run may have used artifacts, in nanoseconds since 1970: when it
/// began, by its journal or its id; 0: that is not known.
[[nodiscard]] std::int64_t used_since(const run_entry& x);

/// When something last happened in a run, by its journal or its folder.
[[nodiscard]] std::int64_t last_change(const run_entry& x);

struct retention {
  std::optional<std::int64_t> age_max_ns;
  /// Of all runs, and what they have in the store, together.
  std::optional<std::uint64_t> size_max;
  /// The newest so many stay; given alone, all others go.
  std::optional<std::size_t> keep;
  /// Runs that can go on, and unreadable ones, may go, too.
  bool unfinished = false;
};

/// A run, with what is needed to judge it.
struct judged_run {
  run_entry run;
  artifact_use use;
  std::int64_t last_ns = 0;
};

/// Of the store, by digest.
using artifact_sizes = std::unordered_map<std::string, std::uint64_t>;

/// The indexes of those that go, oldest first. `runs` are the newest first.
/// Pure.
[[nodiscard]] std::vector<std::size_t>
runs_to_remove(const std::vector<judged_run>& runs, const artifact_sizes& store,
               const retention& how, std::int64_t now_ns);

} // namespace tutti::journal
