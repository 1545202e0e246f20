// SPDX-License-Identifier: BSD-3-Clause
// What a random play was and what happened in it, for who looks for a mistake.
#pragma once

#include "tests/support/engine_world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace tutti::test {

inline std::string trace_of(const engine_world& world) {
  std::string result;
  for (const auto& f : world.facts)
    result += fmt::format("{} {} {} {} v{} {}\n", to_string(f.kind), f.subject,
                          f.attempt, f.agent, f.version,
                          f.extra ? f.extra->who : std::string{});
  return result;
}

/// Whether a task had come to its end by any of the facts.
inline bool has_ended(const std::vector<fact>& facts, std::uint32_t task) {
  return std::any_of(facts.begin(), facts.end(), [task](const fact& f) {
    switch (f.kind) {
    case fact_kind::task_skipped:
    case fact_kind::task_left_out:
    case fact_kind::task_cancelled:
    case fact_kind::task_timed_out:
    case fact_kind::task_errored:
      return f.subject == task;
    case fact_kind::attempt_finished:
    case fact_kind::later_failed:
    case fact_kind::stream_ended:
    case fact_kind::integrate_ready:
      return f.subject == task && is_terminal(f.state);
    default:
      return false;
    }
  });
}

/// The tasks and gates of a plan with their states.
inline std::string describe(const plan& p, const engine_world& world) {
  std::string result;
  for (std::size_t i = 0; i < p.tasks.size(); ++i) {
    const auto& t = p.tasks[i];
    result += fmt::format(
        "{} {} kind {}{}{}{} state {}:", i, t.name, int(t.kind),
        t.integrate.present ? " int" : "", t.integrate_each ? " each" : "",
        t.allow_failure ? " allowed" : "", to_string(world.state(i)));
    for (const auto& n : t.needs)
      result += fmt::format(" {}={}", name_of(p, n.of), to_string(n.condition));
    for (const auto& n : t.needs_later)
      result += fmt::format(" later={}", name_of(p, n.of));
    for (auto x : t.after_each)
      result += fmt::format(" each={}", x.value);
    for (const auto& x : t.after)
      result += fmt::format(" after={}", name_of(p, x));
    result += "\n";
  }
  for (std::size_t i = 0; i < p.gates.size(); ++i) {
    const auto& g = p.gates[i];
    result +=
        fmt::format("gate {} {} {} approval {} human {} min {} rework {} "
                    "rounds {} exhausted {}:",
                    i, g.name, to_string(world.gate(i)), g.approval.present,
                    g.approval.human, g.approval.min, g.rework.present,
                    g.rework.max_rounds, int(g.rework.on_exhausted));
    for (const auto& n : g.needs)
      result += fmt::format(" {}={}", name_of(p, n.of), to_string(n.condition));
    result += "\n";
  }
  return result;
}

} // namespace tutti::test
