// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/fact.hpp"

#include <cstdint>
#include <memory>

namespace tutti {

/// What one task produced, given to another that needs it. The sender has gone
/// on long ago. (from, to, version) names it; receivers drop what they have
/// seen (rule 3).
struct handoff {
  task_id from;
  task_id to;
  std::uint32_t version = 1;
  task_state status = task_state::succeeded; ///< how `from` ended
  /// Shared by all receivers on a node; null: it put out nothing.
  std::shared_ptr<const attempt_details> details;

  [[nodiscard]] const tutti::outputs& outputs() const {
    static const tutti::outputs nothing;
    return details ? details->outputs : nothing;
  }
};

/// The receiver has it, for the first time.
struct handoff_accepted {
  task_id from;
  task_id to;
  std::uint32_t version = 1;
};

} // namespace tutti
