// SPDX-License-Identifier: BSD-3-Clause
// Rework (semantics §17, §18). What is sent back gets a new version at once.
// What stands between it and the gate and has begun is only doubted: once all
// that it was made of is settled again it is made anew if that has changed, and
// kept if it came out equal. What has not begun waits for its edges.
#include "actors/orchestrator/engine/engine.hpp"

#include <algorithm>
#include <string_view>

namespace tutti::engine {

namespace {

/// What a failed attempt says to who is to mend it: its own word, or where to
/// look.
std::string why_it_failed(const fact& f) {
  const auto* said =
      f.details ? find_output(f.details->outputs, "feedback") : nullptr;
  if (said != nullptr)
    return said->text;
  if (f.details && !f.details->message.empty())
    return f.details->message;
  auto text = f.exit_code == fact::no_exit_code
                ? "it ended with " + std::string{to_string(f.end)}
                : "exit code " + std::to_string(f.exit_code);
  return f.details && !f.details->log.empty() ? text + ", see " + f.details->log
                                              : text;
}

std::string listed(const std::vector<std::string>& names,
                   std::string_view between) {
  std::string result;
  for (const auto& x : names) {
    if (!result.empty())
      result += between;
    result += x;
  }
  return result;
}

} // namespace

std::string engine::why_no_rework(std::uint32_t gate,
                                  const std::vector<task_id>& to) const {
  const auto& rework = graph_.special_gate(gate)->rework;
  if (!rework.present)
    return "the gate has no 'rework': approve or reject it";
  const auto& names = graph_.special_gate(gate)->rework_names;
  if (to.empty() && rework.to.size() > 1)
    return "say which task is to be done again: --to "
         + listed(names, " or --to ");
  for (auto x : to)
    if (!std::binary_search(rework.to.begin(), rework.to.end(), x))
      return "the gate's 'rework' does not send that task back, only "
           + listed(names, " and ");
  return {};
}

/// Whether what a gate blocks has begun.
bool engine::has_released(std::uint32_t gate) const {
  auto out = graph_.out_of(graph_.gate_node(gate));
  return std::any_of(out.begin(), out.end(), [this](edge e) {
    auto to = e.target();
    if (graph_.is_gate(to))
      return others_[to - graph_.task_count].state != gate_state::waiting;
    return graph_.is_task(to) && e.kind() != edge_kind::asked
        && tasks_[to].begun_version;
  });
}

/// All that follows on some nodes, and they themselves; not beyond `end`.
std::vector<bool> engine::ahead_of(std::vector<node_index> open,
                                   node_index end) const {
  std::vector<bool> result(graph_.node_count(), false);
  for (auto x : open)
    result[x] = true;
  while (!open.empty()) {
    auto x = open.back();
    open.pop_back();
    if (x == end)
      continue;
    for (auto e : graph_.out_of(x))
      if (!result[e.target()]) {
        result[e.target()] = true;
        open.push_back(e.target());
      }
  }
  return result;
}

/// The nodes on a path from what is sent back to the gate. Work behind an
/// approval gate on the way that has released some is never done again.
std::vector<bool> engine::path_to(std::uint32_t gate,
                                  const std::vector<task_id>& from) const {
  auto end = graph_.gate_node(gate);
  std::vector<node_index> open;
  for (auto x : from)
    open.push_back(x.value);
  auto ahead = ahead_of(open, end);
  open.clear();
  for (const auto& x : graph_.special_gates)
    if (x.approval && ahead[graph_.gate_node(x.gate)] && x.gate != gate
        && others_[x.gate].state == gate_state::open && has_released(x.gate))
      open.push_back(graph_.gate_node(x.gate));
  if (!open.empty()) {
    auto behind = ahead_of(open, end);
    for (std::size_t i = 0; i < ahead.size(); ++i)
      ahead[i] = ahead[i] && !behind[i];
  }
  std::vector<bool> result(graph_.node_count(), false);
  result[end] = true;
  open = {end};
  while (!open.empty()) {
    auto x = open.back();
    open.pop_back();
    for (auto e : graph_.into(x))
      if (ahead[e.target()] && !result[e.target()]) {
        result[e.target()] = true;
        open.push_back(e.target());
      }
  }
  for (auto x : from)
    result[x.value] = true;
  return result;
}

void engine::start_rework(std::uint32_t gate, std::vector<task_id> to,
                          std::string feedback, std::uint32_t after_each) {
  std::sort(to.begin(), to.end());
  auto path = path_to(gate, to);
  fact f;
  f.kind = fact_kind::rework_requested;
  f.subject = gate;
  f.version = approvals_[gate_index(gate)].round + 1;
  f.cause = after_each;
  fact_extra extra;
  extra.verdict = verdict::changes_requested;
  extra.tasks = to;
  extra.text = std::move(feedback);
  f.extra = std::make_shared<const fact_extra>(std::move(extra));
  emit(f);
  for (std::uint32_t i = 0; i < graph_.gate_count; ++i) {
    auto state = others_[i].state;
    if (path[graph_.gate_node(i)]
        && (state == gate_state::asked || state == gate_state::open)
        && (i == gate || !has_released(i)))
      emit(fact_kind::gate_reset, i);
  }
  for (std::uint32_t i = 0; i < graph_.task_count; ++i) {
    const auto& t = tasks_[i];
    // Who has not begun waits for the new version by its edges.
    bool begun = t.state != task_state::waiting && t.state != task_state::ready;
    if (!path[i] || !begun || t.doubted || t.state == task_state::cancelled
        || is_left_out_by_plan(i)
        || std::binary_search(to.begin(), to.end(), task_id{i}))
      continue;
    if (!graph_.tasks[i].loose)
      emit(fact_kind::version_doubted, i);
    else if (is_terminal(t.state))
      start_version(i, t.version + 1, work_phase::run);
  }
  // Reworks of a task that has not ended yet merge with what it does.
  for (auto x : to)
    if (is_terminal(tasks_[x.value].state))
      start_version(x.value, tasks_[x.value].version + 1, work_phase::run);
}

/// By `--skip`.
bool engine::is_left_out_by_plan(std::uint32_t task) const {
  return std::find(graph_.skipped.begin(), graph_.skipped.end(), task)
      != graph_.skipped.end();
}

void engine::start_version(std::uint32_t task, std::uint32_t version,
                           work_phase phase) {
  fact f;
  f.kind = fact_kind::version_started;
  f.subject = task;
  f.version = version;
  f.phase = phase;
  emit(f);
}

/// Whether what an edge brings may yet become another. Services only come and
/// go; a start stays a start.
bool engine::may_change(edge in) const {
  auto from = in.target();
  if (in.kind() == edge_kind::started || graph_.is_service(from))
    return false;
  if (graph_.is_group(from))
    return others_[from - graph_.task_count].pending > 0;
  return verdict_on(from, in.kind(), true) == edge_verdict::open;
}

/// Once all that a doubted task was made of stands again, it is kept, or made
/// again in part or as a whole: as a whole also while what it needs later is
/// on its way.
void engine::settle_doubt(std::uint32_t task) {
  const auto& t = tasks_[task];
  if (!t.doubted)
    return;
  if (t.assigned)
    return take_back(task); // a phase that runs finishes first
  bool later_open = false;
  for (auto e : graph_.into(task)) {
    if (!may_change(e))
      continue;
    if (e.kind() != edge_kind::later)
      return;
    later_open = true;
  }
  auto changed = changes_of(task);
  if (changed.run || (changed.later && !t.begun_version))
    return start_version(task, t.version + 1, work_phase::run);
  if (later_open)
    return;
  bool integrates =
      graph_.policy_of(task).integrates || t.later_missed || t.later > 0;
  if (changed.later && t.ran && integrates && is_terminal(t.state))
    return start_version(task, t.version + 1, work_phase::integrate);
  emit(fact_kind::version_kept, task);
}

/// What has become another since the task took it.
engine::changes engine::changes_of(std::uint32_t task) const {
  changes result;
  // Without rework (a retry made it doubted) no record is kept: it is redone.
  result.run = !graph_.has_rework;
  auto look = [&](edge_kind kind, std::uint32_t producer) {
    if (result.run || kind == edge_kind::started || kind == edge_kind::ended)
      return;
    if (kind == edge_kind::later)
      result.later =
          result.later || changed_at_[producer] > integrate_took_[task];
    else
      result.run = changed_at_[producer] > run_took_[task];
  };
  for (auto e : graph_.into(task)) {
    auto from = e.target();
    if (graph_.is_task(from))
      look(e.kind(), from);
    else if (graph_.is_group(from))
      for (auto m : graph_.into(from))
        look(e.kind(), m.target());
    else if (graph_.is_gate(from))
      result.run =
          result.run || verdict_on(from, e.kind(), true) == edge_verdict::unmet;
  }
  return result;
}

/// A failed after-each result sends its trigger back, where a gate that it
/// leads to may (§17).
void engine::rework_after_failure(std::uint32_t task,
                                  const std::vector<work_item>& taken,
                                  const fact& f) {
  for (const auto& gate : graph_.special_gates) {
    if (!gate.rework.present || others_[gate.gate].state != gate_state::waiting)
      continue;
    const auto& to = gate.rework.to;
    const auto& a = approvals_[gate_index(gate.gate)];
    std::vector<task_id> back;
    for (const auto& x : taken) {
      auto i = std::lower_bound(to.begin(), to.end(), x.from);
      if (i == to.end() || *i != x.from)
        continue;
      auto rounds = a.rounds_of_trigger.find(x.from.value);
      auto past = rounds == a.rounds_of_trigger.end() ? 0 : rounds->second;
      bool leads_there = path_to(gate.gate, {x.from})[task];
      if (leads_there && past < gate.rework.max_rounds)
        back.push_back(x.from);
    }
    if (back.empty())
      continue;
    return start_rework(gate.gate, std::move(back), why_it_failed(f), task);
  }
}

} // namespace tutti::engine
