// SPDX-License-Identifier: BSD-3-Clause
// The conversation with the journal: what has happened is to be durable before
// what it releases leaves (semantics §30).
#pragma once

#include "messages/fact.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tutti {

/// The facts of some engine steps, to be made durable together or not at all.
/// Facts are numbered from 1 over the whole journal, without a gap.
struct append_facts {
  std::uint64_t last = 0; ///< number of the last of them
  fact_list facts;
};

/// All facts up to this number are durable; the latest word counts.
struct facts_durable {
  std::uint64_t last = 0;
};

/// The journal cannot be written. It goes on trying and keeps what it was
/// given; `facts_durable` says that it could again.
struct journal_stuck {
  std::string why; ///< one sentence that names the file and the reason
  std::int32_t exit_code = 0; ///< what a run that gives up ends with: 6 or 8
};

} // namespace tutti
