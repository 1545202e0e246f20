// SPDX-License-Identifier: BSD-3-Clause
// clang-format off
// The states of one task (semantics §3) and the only ways between them.
//
//   waiting --release--> ready --begin--> running --park--> waiting_to_integrate
//           <-unrelease-       <--again--    |         <-integrate_again- |
//                                            |          -begin_integrate->|
//                                            |                      integrating
//   any of the last three --finish--> succeeded, failed, timed_out, error, cancelled
//   waiting, ready --end_unstarted--> skipped, left_out, cancelled, timed_out, error
//
//   transition       from                               to
//   release          waiting                            ready
//   unrelease        ready                              waiting (new version)
//   begin            ready                              running
//   again            running                            ready (retry, crash, stop)
//   park             running                            waiting_to_integrate
//   begin_integrate  waiting_to_integrate               integrating
//   integrate_again  integrating                        waiting_to_integrate
//   lose_node        waiting_to_integrate               ready
//   queue_next       running                            waiting (after-each)
//   finish           running, waiting_to_integrate,     succeeded, failed, timed_out,
//                    integrating                        error, cancelled
//   end_unstarted    waiting, ready                     skipped, left_out, cancelled,
//                                                       timed_out, error
//   new_version      terminal                           waiting
//   reintegrate      terminal                           waiting_to_integrate (only
//                                                       what it needs later changed)
//
// Every other edge is refused. `cancelling` is no state but a flag of a running
// phase: task_record::is_ending.
//
// Invariants (checked by invariants.cpp after every step of every test):
//   I1  what is counted is there: unfinished, live and assigned tasks (rule 6)
//   I2  a task is ready or further, a gate open, only when its edges are met (rule 1)
//   I3  only tasks that are ready, running, waiting to integrate or integrating
//       are assigned; running and integrating tasks have an attempt
//   I4  slots, jobs and tokens in use are what the assigned tasks hold
//   I5  no runnable task is left unassigned (rule 2)
//   I6  an edge is counted once: pending = edges that are not met
// clang-format on
#pragma once

#include "messages/fact.hpp"

namespace tutti::engine {

/// Whether §3 has an edge between two states; for tests and assertions.
[[nodiscard]] bool has_edge(task_state from, task_state to);

/// Each moves `x` along its edge, or aborts where there is none.
void release(task_state& x);
void unrelease(task_state& x);
void begin(task_state& x);
void again(task_state& x);
void park(task_state& x);
void begin_integrate(task_state& x);
void integrate_again(task_state& x);
void lose_node(task_state& x);
void queue_next(task_state& x);
void finish(task_state& x, task_state to);
void end_unstarted(task_state& x, task_state to);
void new_version(task_state& x);
void reintegrate(task_state& x);

} // namespace tutti::engine
