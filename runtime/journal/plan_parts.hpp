// SPDX-License-Identifier: BSD-3-Clause
// What of a plan decides about results, by part and aspect, as digests: a
// resumed run sees what was changed since, and what that invalidates
// (semantics §31). Names count, places and order do not; nor does what only
// says when, where and how often something is tried (timeouts, retries,
// estimates, nodes).
#pragma once

#include "messages/plan.hpp"
#include "runtime/journal/journal_info.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tutti::journal {

/// Of each task and gate, in the order of `names_of`, aspects sorted. Reads the
/// env files that the plan names: their content counts.
[[nodiscard]] std::vector<part_entry> parts_of(const plan& p);

/// One part of a plan that is not what it was in the journal.
struct part_change {
  name_kind kind = name_kind::task;
  std::uint32_t index = 0;          ///< in the plan
  std::vector<std::string> aspects; ///< "command", "needs", …; empty: it is new
};

struct plan_changes {
  std::vector<part_change> changed; ///< in plan order
  std::vector<std::string> removed; ///< names that the plan has no more
  /// Names, or what they stand for, are others: the facts of the journal do not
  /// fit this plan as they are.
  bool names_differ = false;

  [[nodiscard]] bool any() const {
    return !changed.empty() || !removed.empty() || names_differ;
  }
};

[[nodiscard]] plan_changes changes_since(const journal_info& journal,
                                         const plan& p,
                                         const std::vector<part_entry>& parts);

} // namespace tutti::journal
