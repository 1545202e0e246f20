// SPDX-License-Identifier: BSD-3-Clause
// Facts of a run whose program was gone, by hand (semantics §31).
#pragma once

#include "tests/support/handoff_facts.hpp"

namespace tutti::test {

inline fact resumed(duration at, std::uint32_t session) {
  auto x = make_fact(fact_kind::run_resumed, at);
  x.version = session;
  return x;
}

/// An attempt that tutti did not see end, or that a stop has cut off.
inline fact cut(duration at, std::uint32_t task, std::uint32_t agent,
                std::uint32_t attempt = 1,
                std::string why = "tutti was gone before it had ended") {
  auto x =
      finished(at, task, agent, task_state::ready, fact::no_exit_code, attempt);
  x.end = attempt_end::stopped;
  attempt_details details;
  details.message = std::move(why);
  x.details = std::make_shared<const attempt_details>(std::move(details));
  return x;
}

inline fact replaced(duration at, std::uint32_t session, std::uint32_t revision,
                     std::string text) {
  auto x = make_fact(fact_kind::plan_replaced, at);
  x.attempt = session;
  x.version = revision;
  x.extra = extra_text(std::move(text));
  return x;
}

/// What a task came to under an earlier plan.
inline fact kept(duration at, std::uint32_t task, std::uint32_t agent,
                 task_state state = task_state::succeeded,
                 std::uint32_t attempt = 1) {
  auto x = finished(at, task, agent, state, 0, attempt);
  x.kind = fact_kind::result_kept;
  return x;
}

} // namespace tutti::test
