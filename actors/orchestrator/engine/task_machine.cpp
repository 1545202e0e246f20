// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/engine/task_machine.hpp"

#include "messages/assert.hpp"

namespace tutti::engine {

namespace {

using enum task_state;

void move(task_state& x, task_state from, task_state to) {
  TUTTI_ASSERT(x == from);
  x = to;
}

bool ends_a_phase(task_state to) {
  return to == succeeded || to == failed || to == timed_out || to == error
      || to == cancelled;
}

bool ends_unstarted(task_state to) {
  return to == skipped || to == left_out || to == cancelled || to == timed_out
      || to == error;
}

} // namespace

bool has_edge(task_state from, task_state to) {
  switch (from) {
  case waiting:
    return to == ready || ends_unstarted(to);
  case ready:
    return to == waiting || to == running || ends_unstarted(to);
  case running:
    return to == ready || to == waiting || to == waiting_to_integrate
        || ends_a_phase(to);
  case waiting_to_integrate:
    return to == integrating || to == ready || ends_a_phase(to);
  case integrating:
    return to == waiting_to_integrate || ends_a_phase(to);
  default:
    return to == waiting || to == waiting_to_integrate;
  }
}

void release(task_state& x) {
  move(x, waiting, ready);
}

void unrelease(task_state& x) {
  move(x, ready, waiting);
}

void begin(task_state& x) {
  move(x, ready, running);
}

void again(task_state& x) {
  move(x, running, ready);
}

void park(task_state& x) {
  move(x, running, waiting_to_integrate);
}

void begin_integrate(task_state& x) {
  move(x, waiting_to_integrate, integrating);
}

void integrate_again(task_state& x) {
  move(x, integrating, waiting_to_integrate);
}

void lose_node(task_state& x) {
  move(x, waiting_to_integrate, ready);
}

void queue_next(task_state& x) {
  move(x, running, waiting);
}

void finish(task_state& x, task_state to) {
  TUTTI_ASSERT((x == running || x == waiting_to_integrate || x == integrating)
               && ends_a_phase(to));
  x = to;
}

void end_unstarted(task_state& x, task_state to) {
  TUTTI_ASSERT((x == waiting || x == ready) && ends_unstarted(to));
  x = to;
}

void reintegrate(task_state& x) {
  TUTTI_ASSERT(is_terminal(x));
  x = waiting_to_integrate;
}

void new_version(task_state& x) {
  TUTTI_ASSERT(is_terminal(x));
  x = waiting;
}

} // namespace tutti::engine
