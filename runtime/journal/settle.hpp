// SPDX-License-Identifier: BSD-3-Clause
// What a plan that was changed makes of what has happened (semantics §31). A
// change is a rework: what was changed is done again, and what follows on it is
// in question until it is known whether that came out another. Pure.
#pragma once

#include "actors/orchestrator/engine/engine.hpp"
#include "messages/fact.hpp"
#include "messages/plan.hpp"
#include "runtime/journal/plan_parts.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tutti::journal {

struct settled_run {
  /// All that the run has to go by from now on: what has happened of what the
  /// plan still has, what is to be done again, and `plan_replaced`. Empty: the
  /// run had not begun.
  std::vector<fact> facts;
  /// Lines for a person: what is kept, what runs again and why.
  std::string text;
  /// No failure is left for which others were cancelled (§9): they are to be
  /// tried again.
  bool retry_cancelled = false;
};

struct settle_options {
  std::uint32_t revision = 2; ///< of the plan
  /// What failed or was cancelled will be tried again.
  bool retry_failed = false;
};

/// `facts`: of the last revision, names that `p` does not have left out.
/// `state`: an engine of `p` that tells versions apart, and has seen nothing;
/// the facts of the result are folded into it.
[[nodiscard]] settled_run settle(const plan& p, engine::engine& state,
                                 const std::vector<fact>& facts,
                                 const plan_changes& changes,
                                 const settle_options& how);

} // namespace tutti::journal
