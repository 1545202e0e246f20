// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/counterfactual.hpp"

#include "runtime/simulation/changes.hpp"
#include "runtime/simulation/simulator.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

namespace tutti::report {

namespace {

using attempt_key = std::pair<std::uint32_t, std::uint32_t>; // task, attempt

/// What was cut off and made again counts once.
std::set<attempt_key> cut_attempts(const run_model& m) {
  std::set<attempt_key> result;
  for (const auto& x : m.intervals())
    if (x.is_last && is_cut_off(x.end))
      result.insert({x.task.value, x.attempt});
  return result;
}

estimate exactly(duration x) {
  return {x, x, x};
}

/// What a play takes from the run: how long its tasks took and how they ended.
void measure_tasks(const run_model& m, simulation::script& into) {
  const auto& p = m.plan();
  std::vector<duration> run(p.tasks.size(), duration{0});
  std::vector<duration> integrate(p.tasks.size(), duration{0});
  std::vector<std::uint32_t> runs(p.tasks.size(), 0);
  auto cut = cut_attempts(m);
  for (const auto& x : m.intervals()) {
    if (cut.contains({x.task.value, x.attempt}))
      continue;
    auto& phase = x.phase == work_phase::run ? run : integrate;
    phase[x.task.value] += x.finished - x.started;
    runs[x.task.value] += x.is_last && x.phase == work_phase::run;
  }
  for (std::size_t i = 0; i < p.tasks.size(); ++i) {
    const auto& t = m.task(i);
    bool stream = p.tasks[i].kind == task_kind::after_each
               || p.tasks[i].kind == task_kind::requests;
    auto times = std::max(1u, stream ? runs[i] : t.version);
    bool guess = t.attempts == 0 && p.tasks[i].has_estimate;
    into.work.push_back(
        {exactly(guess ? p.tasks[i].estimate.mode : run[i] / times),
         exactly(integrate[i] / times)});
    into.fails.push_back(t.state != task_state::succeeded && t.attempts > 0);
    into.results.push_back(t.details);
  }
}

/// People decide as fast as they did, services start as fast as they did.
void measure_others(const run_model& m, simulation::script& into) {
  for (std::size_t i = 0; i < m.plan().gates.size(); ++i) {
    const auto& g = m.gate(i);
    into.people.push_back(exactly(g.asked_for / std::max(1u, g.rounds)));
    into.rejects.push_back(g.state == gate_state::rejected);
  }
  for (std::size_t i = 0; i < m.plan().services.size(); ++i) {
    const auto& s = m.service(i);
    into.never_ready.push_back(!s.ready_at);
    into.starting.push_back(s.ready_at && s.started_at
                                ? m.up_time(*s.started_at, *s.ready_at)
                                : duration{0});
  }
}

simulation::script measure(const run_model& m) {
  simulation::script result;
  measure_tasks(m, result);
  measure_others(m, result);
  return result;
}

/// When the last attempt ends; none where something is left waiting.
std::optional<duration> play(const plan& p, const simulation::script& s,
                             const engine::graph_options& options) {
  simulation::simulator simulator{engine::compile(p, options), s};
  auto result = simulator.play();
  return result.complete ? std::optional{result.last_work} : std::nullopt;
}

} // namespace

std::optional<time_saved> saved_by_later(const run_model& m,
                                         const replay_options& options) {
  const auto& p = m.plan();
  bool any = std::any_of(p.tasks.begin(), p.tasks.end(), [](const task& t) {
    return !t.needs_later.empty();
  });
  bool ended = m.ended()
            && (m.status() == run_status::succeeded
                || m.status() == run_status::failed);
  // Under an earlier plan it is not known how long the tasks took.
  if (!any || !ended || m.revision() > 1
      || simulation::later_could_close_a_circle(p))
    return std::nullopt;
  engine::graph_options graph;
  graph.jobs = options.jobs.value_or(engine::graph_options::no_jobs_limit);
  graph.implicit_slots = options.local_slots;
  auto planned = p;
  simulation::remove_clocks(planned);
  auto times = measure(m);
  auto hard = planned;
  auto hard_times = times;
  simulation::turn_later_into_needs(hard, hard_times);
  auto a = play(planned, times, graph);
  auto b = play(hard, hard_times, graph);
  if (!a || !b)
    return std::nullopt;
  return time_saved{*a, *b};
}

} // namespace tutti::report
