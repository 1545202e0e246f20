// SPDX-License-Identifier: BSD-3-Clause
// Whether a run has ended: the one rule for all who ask.
#pragma once

#include "messages/fact.hpp"
#include "runtime/journal/database.hpp"

#include <cstdint>
#include <optional>

namespace tutti::journal {

/// How a run ended.
struct run_end {
  run_status status = run_status::succeeded;
  std::int32_t exit_code = 0;
};

/// Of an open journal: what `run_ended` says in its last session. An end counts
/// until another session begins, whatever that comes to, or another plan. None:
/// the run has not ended, or `failed` (which keeps the first) says why that
/// cannot be read.
[[nodiscard]] std::optional<run_end> end_of(database& db,
                                            std::optional<failure>& failed);

} // namespace tutti::journal
