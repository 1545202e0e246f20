// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/scenario_script.hpp"

#include <algorithm>
#include <string>

namespace tutti::play {

namespace {

const config::scripted_attempt& nth(const config::scripted_work& x,
                                    std::uint32_t n) {
  return x.attempts[std::min<std::size_t>(n, x.attempts.size()) - 1];
}

void add_output(outputs& to, std::string name, std::string text) {
  auto at = std::find_if(to.begin(), to.end(), [&name](const output& x) {
    return x.name >= name;
  });
  if (at == to.end() || at->name != name)
    to.insert(at, {std::move(name), make_text(std::move(text))});
}

void add_verdict(const plan& p, const config::scripted_attempt* says,
                 outputs& to) {
  auto what = says == nullptr ? verdict::approved : says->verdict;
  add_output(to, "verdict", std::string{to_string(what)});
  if (says == nullptr)
    return;
  if (!says->feedback.empty())
    add_output(to, "feedback", says->feedback);
  std::string names;
  for (auto t : says->to)
    names += (names.empty() ? "" : " ") + p.tasks[t.value].name;
  if (!names.empty())
    add_output(to, "to", names);
}

} // namespace

scenario_script::scenario_script(const config::scenario& story,
                                 script_events events)
  : story_(story), events_(std::move(events)),
    of_tasks_(story.work->tasks.size()), of_gates_(story.work->gates.size()),
    percents_(story.work->tasks.size()), runs_(story.work->tasks.size(), 0) {
  for (const auto& x : story.works)
    (x.of == node_kind::task ? of_tasks_ : of_gates_)[x.index] = &x;
  for (const auto& x : story.timeline)
    if (x.at.kind == config::moment_kind::percent)
      percents_[x.at.subject].push_back(x.at.percent);
  for (auto& xs : percents_) {
    std::sort(xs.begin(), xs.end());
    xs.erase(std::unique(xs.begin(), xs.end()), xs.end());
  }
}

const config::scripted_attempt*
scenario_script::round_of(gate_id gate, std::uint32_t round) const {
  const auto* x = of_gates_[gate.value];
  return x == nullptr ? nullptr : &nth(*x, round);
}

/// An integrate phase is as the run phase before it says.
const config::scripted_attempt* scenario_script::find(const attempt_work& x) {
  auto& runs = runs_[x.task.value];
  runs += x.phase == work_phase::run;
  const auto& t = story_.work->tasks[x.task.value];
  const auto* work = of_tasks_[x.task.value];
  if (t.kind == task_kind::review && work == nullptr)
    return round_of(t.review_of, x.details->round);
  auto n = t.kind == task_kind::review ? x.details->round : std::max(runs, 1u);
  return work == nullptr ? nullptr : &nth(*work, n);
}

played_attempt scenario_script::plain(const attempt_work& x) const {
  const auto& t = story_.work->tasks[x.task.value];
  played_attempt result;
  result.takes = x.phase == work_phase::integrate ? t.integrate.estimate.mode
                                                  : t.estimate.mode;
  return result;
}

played_attempt scenario_script::attempt(agent_id agent, const attempt_work& x) {
  events_.begins(agent, x);
  const auto& p = *story_.work;
  auto result = plain(x);
  const auto* says = find(x);
  bool runs = x.phase == work_phase::run;
  if (runs)
    result.percents = percents_[x.task.value];
  if (says != nullptr) {
    const auto& takes = runs ? says->takes : says->integrate;
    result.takes = takes.value_or(result.takes);
    result.outputs = says->outputs;
    result.note = runs ? says->note : std::string{};
    result.progress = says->progress;
    if (runs) {
      result.fails = says->fails;
      result.exit_code = says->exit_code;
      result.message = says->failure;
      for (const auto& y : says->asks)
        result.asks.push_back(
            {y.at, p.agents[y.agent.value].name, y.texts, y.awaited});
    }
  }
  if (p.tasks[x.task.value].kind == task_kind::review && !result.fails)
    add_verdict(p, says, result.outputs);
  return result;
}

} // namespace tutti::play
