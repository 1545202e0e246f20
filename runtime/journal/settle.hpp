// SPDX-License-Identifier: BSD-3-Clause
// What of a run's results still stands under a plan that was changed (semantics
// §31). Pure.
#pragma once

#include "messages/fact.hpp"
#include "messages/plan.hpp"
#include "runtime/journal/plan_parts.hpp"

#include <string>
#include <vector>

namespace tutti::journal {

struct settled_results {
  std::vector<fact> kept;          ///< `result_kept`, producers first
  std::vector<gate_id> open_gates; ///< that stay open
  /// Lines for a person: what is kept, what runs again and why.
  std::string text;
};

/// `facts`: of the last revision, as far as `p` knows their names.
[[nodiscard]] settled_results settle(const plan& p,
                                     const std::vector<fact>& facts,
                                     const plan_changes& changes);

} // namespace tutti::journal
