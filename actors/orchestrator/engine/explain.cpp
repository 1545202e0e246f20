// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/engine/explain.hpp"

#include <algorithm>

namespace tutti::engine {

namespace {

/// How many things of one kind a sentence names.
constexpr std::size_t named_max = 4;

std::string quoted(std::string_view name) {
  return "'" + std::string{name} + "'";
}

/// "12 s", "3 min", "2 h": how long ago.
std::string span_text(duration x) {
  auto seconds = std::max<std::int64_t>(
      0, std::chrono::duration_cast<std::chrono::seconds>(x).count());
  if (seconds < 120)
    return std::to_string(seconds) + " s";
  if (seconds < 7200)
    return std::to_string(seconds / 60) + " min";
  return std::to_string(seconds / 3600) + " h";
}

/// "a", "a and b", "a, b and 3 more".
std::string listed(const std::vector<std::string>& xs) {
  std::string result;
  auto shown = std::min(xs.size(), named_max);
  for (std::size_t i = 0; i < shown; ++i) {
    bool last = i + 1 == xs.size();
    result += i == 0 ? "" : last ? " and " : ", ";
    result += xs[i];
  }
  if (xs.size() > shown)
    result += " and " + std::to_string(xs.size() - shown) + " more";
  return result;
}

class explainer {
public:
  explainer(const plan& p, const engine& e, duration now)
    : plan_(p), engine_(e), graph_(e.plan_graph()), now_(now) {
  }

  std::string task(std::uint32_t x) const {
    const auto& t = engine_.task(x);
    auto text = "Task " + quoted(plan_.tasks[x].name) + " is " + state_text(x)
              + " (for " + ago(x) + "). ";
    if (is_terminal(t.state))
      return text + why_ended(x);
    if (t.paused && t.state != task_state::running
        && t.state != task_state::integrating)
      return text + "It is paused: 'tutti resume " + plan_.tasks[x].name
           + "' lets it go on.";
    switch (t.state) {
    case task_state::waiting:
      return text + why_waiting(x);
    case task_state::ready:
      return text + why_not_begun(x);
    case task_state::waiting_to_integrate:
      return text + why_not_integrating(x);
    default:
      return text + how_it_runs(x);
    }
  }

  std::string gate(std::uint32_t x) const {
    auto state = engine_.gate(x).state;
    auto text = "Gate " + quoted(plan_.gates[x].name) + " is "
              + std::string{to_string(state)} + ". ";
    if (state == gate_state::waiting)
      return text + "It opens once " + unmet_of(graph_.gate_node(x))
           + (plan_.gates[x].approval.present ? ", and it is approved." : ".");
    if (state == gate_state::asked)
      return text + "It waits for the approval of " + approvers(x) + ".";
    if (state == gate_state::open)
      return text + "It holds nothing back.";
    const auto* a = engine_.approval(x);
    auto cause = engine_.gate(x).cause;
    if (state == gate_state::closed && cause != task_id::none)
      text += "What it needs cannot come any more: " + node_text(cause) + ". ";
    else if (a != nullptr && !a->comment.empty())
      text += "Comment: " + a->comment + ". ";
    return text + "What it blocks is skipped.";
  }

  std::string service(std::uint32_t x) const {
    auto state = engine_.service(x).service;
    auto text = "Service " + quoted(plan_.services[x].name) + " is "
              + std::string{to_string(state)} + ".";
    if (state == service_state::waiting)
      text += " It starts once " + unmet_of(graph_.service_node(x)) + ".";
    return text;
  }

private:
  [[nodiscard]] std::string ago(std::uint32_t task) const {
    return span_text(now_ - engine_.since(task));
  }

  [[nodiscard]] std::string agent_of(std::uint32_t task) const {
    auto a = engine_.task(task).agent;
    if (a != task_id::none)
      return quoted(plan_.agents[a].name);
    std::vector<std::string> names;
    for (auto x : plan_.tasks[task].agents)
      names.push_back(quoted(plan_.agents[x.value].name));
    return "one of " + listed(names);
  }

  [[nodiscard]] std::string state_text(std::uint32_t task) const {
    const auto& t = engine_.task(task);
    std::string text{to_string(t.state)};
    if (t.doubted)
      text += ", but what it was made of is being made again";
    return text;
  }

  /// "'crud' (running at 'morgan' for 12 s)".
  [[nodiscard]] std::string node_text(node_index x) const {
    if (graph_.is_task(x)) {
      const auto& t = engine_.task(x);
      auto text = quoted(plan_.tasks[x].name) + " (" + state_text(x);
      if (t.state == task_state::running || t.state == task_state::integrating)
        text += " at " + agent_of(x);
      return text + " for " + ago(x) + ")";
    }
    if (graph_.is_gate(x)) {
      auto i = x - graph_.task_count;
      return "gate " + quoted(plan_.gates[i].name) + " ("
           + std::string{to_string(engine_.gate(i).state)} + ")";
    }
    if (graph_.is_service(x)) {
      auto i = x - graph_.task_count - graph_.gate_count;
      return "service " + quoted(plan_.services[i].name) + " ("
           + std::string{to_string(engine_.service(i).service)} + ")";
    }
    auto phase = graph_.phase_of_group(x);
    std::string name = phase == phase_id::none
                         ? "all other tasks"
                         : "phase " + quoted(plan_.phases[phase].name);
    std::vector<std::string> open;
    for (auto m : graph_.into(x))
      if (!is_terminal(engine_.task(m.target()).state))
        open.push_back(quoted(plan_.tasks[m.target()].name));
    return name + " (" + std::to_string(open.size())
         + " of its tasks have not "
           "ended"
         + (open.empty() ? "" : ": " + listed(open)) + ")";
  }

  [[nodiscard]] static std::string_view verb(edge_kind kind) {
    switch (kind) {
    case edge_kind::succeeded:
      return " has succeeded";
    case edge_kind::failed:
      return " has failed";
    case edge_kind::started:
      return " has started";
    case edge_kind::asked:
      return " asks for approval";
    default:
      return " has ended";
    }
  }

  [[nodiscard]] std::vector<std::string> unmet_edges(node_index x,
                                                     bool later) const {
    std::vector<std::string> result;
    for (auto e : graph_.into(x)) {
      auto from = e.target();
      bool wanted =
          later ? e.kind() == edge_kind::later : is_start_edge(e.kind());
      if (!wanted || is_edge_met(from, x, e.kind()))
        continue;
      bool opens = graph_.is_gate(from) && e.kind() == edge_kind::succeeded;
      bool ready = graph_.is_service(from);
      result.push_back(node_text(from)
                       + std::string{opens   ? " has opened"
                                     : ready ? " is ready"
                                             : verb(e.kind())});
    }
    return result;
  }

  [[nodiscard]] bool is_edge_met(node_index from, node_index to,
                                 edge_kind kind) const {
    for (auto i = graph_.out_begin[from]; i < graph_.out_begin[from + 1]; ++i)
      if (graph_.out[i].target() == to && graph_.out[i].kind() == kind)
        return engine_.edge_met(i);
    return true;
  }

  [[nodiscard]] std::string unmet_of(node_index x) const {
    auto unmet = unmet_edges(x, false);
    return unmet.empty() ? "the run lets it" : listed(unmet);
  }

  [[nodiscard]] std::string approvers(std::uint32_t gate) const {
    std::vector<std::string> names;
    const auto& a = plan_.gates[gate].approval;
    if (a.human)
      names.push_back("a person ('tutti approve " + plan_.gates[gate].name
                      + "')");
    for (auto t : a.reviews)
      names.push_back(
          quoted(plan_.agents[plan_.tasks[t.value].agents[0].value].name)
          + " (task " + node_text(t.value) + ")");
    return listed(names);
  }

  [[nodiscard]] std::string why_waiting(std::uint32_t x) const {
    const auto* s = engine_.stream(x);
    auto unmet = unmet_edges(x, false);
    if (!unmet.empty())
      return "It starts once " + listed(unmet) + ".";
    if (s != nullptr && plan_.tasks[x].kind == task_kind::requests)
      return "It answers requests, and nobody has asked anything yet.";
    if (s != nullptr)
      return s->queue.empty()
               ? "It runs after each new result of its triggers, of which "
                     + std::to_string(s->open_triggers) + " are to come."
               : "It gathers what comes together: "
                     + std::to_string(s->queue.size()) + " so far.";
    return "Nothing holds it back but the stop of the run.";
  }

  [[nodiscard]] std::string busy_with(std::uint32_t agent) const {
    std::vector<std::string> names;
    for (std::uint32_t i = 0; i < graph_.task_count; ++i) {
      const auto& t = engine_.task(i);
      bool busy =
          (t.state == task_state::running || t.state == task_state::integrating)
          && !t.waits;
      if (busy && t.agent == agent)
        names.push_back(node_text(i));
    }
    auto name = quoted(plan_.agents[agent].name);
    return names.empty()
             ? "its agent " + name + " is about to begin it"
             : "its agent " + name + " is busy with " + listed(names);
  }

  [[nodiscard]] std::string why_not_begun(std::uint32_t x) const {
    const auto& t = engine_.task(x);
    if (t.backing_off)
      return "Its attempt " + std::to_string(t.attempt)
           + " failed, and the time before the next one is not over.";
    if (engine_.stopping() && !engine_.may_start(x))
      return "The run is stopping: it is kept for a resumed one.";
    if (t.assigned)
      return "It is in the queue: " + busy_with(t.agent) + ".";
    for (auto n : graph_.class_of(x).pools) {
      const auto& pool = engine_.pool(n.pool.value);
      if (pool.left() < n.count)
        return "It needs " + std::to_string(n.count) + " of pool "
             + quoted(plan_.pools[n.pool.value].name) + ", of which "
             + std::to_string(pool.left()) + " of " + std::to_string(pool.total)
             + " are free.";
    }
    if (engine_.jobs().left() == 0)
      return "As many attempts run at once as --jobs allows.";
    std::vector<std::string> busy;
    for (auto a : graph_.class_of(x).agents)
      busy.push_back(busy_with(a.value));
    return "It starts as soon as there is a free slot: " + listed(busy) + ".";
  }

  [[nodiscard]] std::string why_not_integrating(std::uint32_t x) const {
    const auto& t = engine_.task(x);
    if (t.may_integrate)
      return "All that it needs later is there. " + why_not_begun(x);
    auto open = unmet_edges(x, true);
    std::uint32_t number = 0;
    for (const auto& r : engine_.requests()) {
      ++number;
      if (r.work.from.value == x && r.awaited && !is_terminal(r.state))
        open.push_back("request/" + std::to_string(number) + " (" + r.work.text
                       + ") to " + agent_of(r.server) + " has been answered");
    }
    return "Its run phase is done; it goes on once " + listed(open)
         + ". Its slot is free for other work meanwhile.";
  }

  [[nodiscard]] std::string how_it_runs(std::uint32_t x) const {
    const auto& t = engine_.task(x);
    auto text = agent_of(x) + " works on attempt " + std::to_string(t.attempt);
    if (t.waits)
      text += t.wants_slot ? "; what it waited for inside is there, and it "
                             "waits for a free slot"
                           : "; it waits inside for what it is to be given, "
                             "and its slot is free meanwhile";
    if (t.is_ending)
      text += "; it was told to end";
    return text + ".";
  }

  [[nodiscard]] std::string why_ended(std::uint32_t x) const {
    const auto& t = engine_.task(x);
    if (t.later_missed)
      return "What it needs later did not come: "
           + node_text(engine_.later_cause(x)) + ".";
    if (t.cause != task_id::none)
      return std::string{t.state == task_state::left_out
                             ? "It was left out with what it needs: "
                             : "What it needs cannot come any more: "}
           + node_text(t.cause) + ".";
    auto details = engine_.details_of(x);
    if (t.state == task_state::left_out)
      return "Its 'if' was false, or it was not wanted.";
    if (t.attempt > 0)
      return "It took " + std::to_string(t.attempt)
           + (t.attempt == 1 ? " attempt." : " attempts.");
    return "It never started.";
  }

  const plan& plan_;
  const engine& engine_;
  const graph& graph_;
  duration now_;
};

} // namespace

std::string explain(const plan& p, const engine& e, node_ref subject,
                    duration now) {
  explainer x{p, e, now};
  switch (subject.kind) {
  case node_kind::task:
    return x.task(subject.index);
  case node_kind::gate:
    return x.gate(subject.index);
  case node_kind::service:
    return x.service(subject.index);
  case node_kind::phase:
    break;
  }
  std::string text = "Phase '" + p.phases[subject.index].name + "':";
  for (auto t : p.phases[subject.index].tasks)
    text += "\n  " + x.task(t.value);
  return text;
}

} // namespace tutti::engine
