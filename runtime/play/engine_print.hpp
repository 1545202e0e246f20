// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/orchestrator/engine/engine.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <string>

namespace tutti::play {

/// The comparable state of an engine, for rule 8.
inline std::string fingerprint(const engine::engine& e) {
  std::string result;
  const auto& g = e.plan_graph();
  for (std::uint32_t i = 0; i < g.task_count; ++i) {
    const auto& t = e.task(i);
    result += fmt::format("t{} {} p{} a{} by{} f{} {}{}{}{} {}\n", i,
                          to_string(t.state), t.pending, t.attempt, t.agent,
                          t.failures, int{t.assigned}, int{t.is_ending},
                          int{t.backing_off}, int{t.ever_started}, t.cause);
  }
  for (std::uint32_t i = 0; i < g.gate_count; ++i)
    result += fmt::format("g{} {}\n", i, to_string(e.gate(i).state));
  for (std::uint32_t i = 0; i < g.slots.size(); ++i)
    result += fmt::format("a{} {}/{}\n", i, e.agent(i).used, e.agent(i).total);
  for (const auto& n : e.places().nodes())
    result += fmt::format("n{} {} {}/{} {}\n", n.name, int(n.state),
                          n.slots.used, n.slots.total, int{n.haunted});
  for (std::uint32_t i = 0; i < g.agent_labels.size(); ++i)
    result += fmt::format("w{} {} {}\n", i, e.places().place_of(i).node,
                          e.places().place_of(i).placing);
  for (std::uint32_t i = 0; i < g.pools.size(); ++i)
    result += fmt::format("p{} {}\n", i, e.pool(i).used);
  for (std::uint32_t i = 0; i < g.task_count; ++i) {
    const auto& t = e.task(i);
    result += fmt::format("m{} l{} v{} {}{}{}{}{}{}{}\n", i, t.later, t.version,
                          int{t.doubted}, int{t.may_integrate}, int{t.waits},
                          int{t.paused}, int{t.later_missed}, int{t.arrived},
                          int{t.begun_version});
    if (const auto* s = e.stream(i))
      result += fmt::format("s{} {} {} {}\n", i, s->queue.size(),
                            s->taken.size(), s->open_triggers);
  }
  for (const auto& r : e.requests()) // a text is forgotten once it is answered
    result += fmt::format("r {} {}\n",
                          is_terminal(r.state) ? std::string{} : r.work.text,
                          to_string(r.state));
  result += fmt::format("{} {} {}\n", e.counts().doubted, e.counts().rejected,
                        e.counts().overdue);
  result += fmt::format("{} {} {} over {} late {}\n", e.counts().unfinished,
                        e.counts().live, e.counts().assigned, e.over(),
                        e.counts().late);
  return result;
}

} // namespace tutti::play
