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

inline fact replaced(duration at, std::uint32_t revision, std::string text,
                     const std::vector<std::uint32_t>& again = {}) {
  auto x = make_fact(fact_kind::plan_replaced, at);
  x.version = revision;
  fact_extra extra;
  extra.text = std::move(text);
  for (auto t : again)
    extra.tasks.emplace_back(t);
  x.extra = std::make_shared<const fact_extra>(std::move(extra));
  return x;
}

} // namespace tutti::test
