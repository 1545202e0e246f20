// SPDX-License-Identifier: BSD-3-Clause
// When what the orchestrator has decided is told: facts to the journal and to
// viewers, orders to agents.
#pragma once

#include "actors/orchestrator/orchestrator.hpp"

namespace tutti {

/// Where the journal is given up, viewers hear of what has happened all the
/// same; but of no end, which is another one now.
void tell_undurable(orchestrator_pointer self, const fact_list& told);

/// What has happened goes to the journal and to viewers, who hear of it once it
/// is durable, or at once where nothing waits for the journal.
void send_facts(orchestrator_pointer self);

/// The same, and then orders go to agents.
void send_gathered(orchestrator_pointer self);

/// After each message: where another one waits, what follows from it goes with
/// this. Else work that only one agent could do now may be done at its desk,
/// for a moment, and what that leads to is decided, too. Facts may gather for
/// longer, see `orchestrator_options::gathers`.
void end_turn(orchestrator_pointer self);

} // namespace tutti
