// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/control.hpp"

#include "actors/orchestrator/engine/explain.hpp"

#include <fmt/format.h>

#include <vector>

namespace tutti {

namespace {

using step_function = std::function<std::string(const engine::event&)>;

control_result give_verdict(const plan& p, const control_call& x,
                            const step_function& step) {
  if (x.subject.kind != node_kind::gate)
    return {false, fmt::format("'{}' is no gate", name_of(p, x.subject))};
  const auto& gate = p.gates[x.subject.index].name;
  engine::verdict_arrives e;
  e.gate = gate_id{x.subject.index};
  e.verdict = x.verdict;
  e.who = x.who;
  e.uid = x.uid;
  e.from_run = x.from_run;
  e.text = x.text;
  e.to = x.tasks;
  auto refusal = step(e);
  if (!refusal.empty())
    return {false, fmt::format("gate '{}': {}", gate, refusal)};
  return {true, fmt::format("gate '{}': {} by {}", gate, to_string(x.verdict),
                            x.who)};
}

engine::event event_for(control_kind kind, task_id task) {
  switch (kind) {
  case control_kind::cancel:
    return engine::cancel_requested{task};
  case control_kind::retry:
    return engine::retry_requested{task};
  case control_kind::pause:
    return engine::pause_requested{task};
  default:
    return engine::resume_requested{task};
  }
}

std::string_view word_for(control_kind kind) {
  switch (kind) {
  case control_kind::cancel:
    return "cancelled";
  case control_kind::retry:
    return "to be tried again";
  case control_kind::pause:
    return "paused: it is not started until it is resumed";
  default:
    return "resumed";
  }
}

} // namespace

control_result run_control(const plan& p, const engine::engine& e,
                           const control_call& x, const step_function& step) {
  if (e.over())
    return {false, "the run has ended"};
  if (x.kind == control_kind::give_verdict)
    return give_verdict(p, x, step);
  if (x.kind == control_kind::drain_node) {
    auto refusal = step(engine::drain_requested{x.text});
    if (!refusal.empty())
      return {false, refusal};
    return {true, fmt::format("node '{}': it gets no new work, and leaves once "
                              "it has none",
                              x.text)};
  }
  std::vector<task_id> tasks;
  if (x.subject.kind == node_kind::task)
    tasks = {task_id{x.subject.index}};
  else if (x.subject.kind == node_kind::phase)
    tasks = p.phases[x.subject.index].tasks;
  else
    return {false, fmt::format("'{}' is no task", name_of(p, x.subject))};
  std::size_t done = 0;
  std::string refusal;
  for (auto t : tasks) {
    auto why = step(event_for(x.kind, t));
    if (why.empty())
      ++done;
    else
      refusal = fmt::format("task '{}': {}", p.tasks[t.value].name, why);
  }
  if (done == 0)
    return {false, refusal.empty() ? "there is nothing to do" : refusal};
  auto name = name_of(p, x.subject);
  if (x.subject.kind == node_kind::task)
    return {true, fmt::format("task '{}': {}", name, word_for(x.kind))};
  return {true, fmt::format("{} of {} tasks of '{}': {}", done, tasks.size(),
                            name, word_for(x.kind))};
}

std::string explain_now(const plan& p, const engine::engine& e,
                        node_ref subject, duration now) {
  return engine::explain(p, e, subject, now);
}

} // namespace tutti
