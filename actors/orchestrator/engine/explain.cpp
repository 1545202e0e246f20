// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/engine/explain.hpp"

#include "actors/orchestrator/engine/explain_place.hpp"
#include "actors/orchestrator/engine/explain_words.hpp"
#include "actors/orchestrator/engine/retry_policy.hpp"

#include <algorithm>

namespace tutti::engine {

namespace {

bool is_at_work(task_state x) {
  return x == task_state::running || x == task_state::integrating;
}

class explainer {
public:
  explainer(const plan& p, const engine& e, duration now)
    : plan_(p), engine_(e), graph_(e.plan_graph()), now_(now) {
  }

  [[nodiscard]] std::string task(std::uint32_t x) const {
    const auto& t = engine_.task(x);
    auto text = "Task " + name_of_task(x) + " "
              + state_clause(t.state, now_ - engine_.since(x)) + ". ";
    bool held = t.paused && !is_terminal(t.state) && !is_at_work(t.state);
    bool only_held = held && t.pending == 0 && t.state == task_state::ready;
    if (!only_held)
      text += why(x);
    if (t.doubted)
      text += " What it was made of is being made again, so its result is in "
              "question"
            + remade_for(x) + ".";
    if (held)
      text += std::string{only_held ? "It is paused: " : " It is paused, too: "}
            + "'tutti resume " + plan_.tasks[x].name + "' lets it go on.";
    return text;
  }

  [[nodiscard]] std::string gate(std::uint32_t x) const {
    auto state = engine_.gate(x).state;
    auto text = "Gate " + quoted(plan_.gates[x].name) + " is "
              + std::string{to_string(state)};
    if (state == gate_state::asked)
      return text + " (for " + span_text(asked_since(x)) + "). It waits for "
           + approvers(x) + "." + message_of(x) + without_verdict(x);
    text += ". ";
    if (state == gate_state::waiting)
      return text + "It opens once " + unmet_of(graph_.gate_node(x))
           + (plan_.gates[x].approval.present ? ", and it is approved." : ".");
    if (state == gate_state::open)
      return text + "It holds nothing back.";
    return text + why_shut(x) + "What it blocks is skipped.";
  }

  [[nodiscard]] std::string service(std::uint32_t x) const {
    auto state = engine_.service(x).service;
    auto text = "Service " + quoted(plan_.services[x].name)
              + (state == service_state::failed ? " has " : " is ")
              + std::string{to_string(state)} + ".";
    if (state == service_state::waiting)
      text += " It starts once " + unmet_of(graph_.service_node(x)) + ".";
    if (state == service_state::starting)
      text += " Who needs it starts once it is ready.";
    if (state == service_state::failed)
      text += " Who needs it and had not started ends in an error.";
    return text;
  }

private:
  // -- names --------------------------------------------------------------

  [[nodiscard]] std::string name_of_task(std::uint32_t x) const {
    return quoted(plan_.tasks[x].name);
  }

  [[nodiscard]] std::string agent_of(std::uint32_t task) const {
    auto a = engine_.task(task).agent;
    if (a != task_id::none)
      return quoted(plan_.agents[a].name);
    std::vector<std::string> names;
    for (auto x : plan_.tasks[task].agents)
      names.push_back(quoted(plan_.agents[x.value].name));
    return listed(names, "or");
  }

  /// "'crud' (running at 'morgan' for 12 s)"
  [[nodiscard]] std::string task_text(std::uint32_t x) const {
    const auto& t = engine_.task(x);
    auto note = state_note(t.state, now_ - engine_.since(x));
    if (is_at_work(t.state))
      note.insert(note.find(" for "), " at " + agent_of(x));
    if (t.doubted)
      note += ", in question";
    if (t.paused && !is_at_work(t.state) && !is_terminal(t.state))
      note += ", paused";
    return name_of_task(x) + " (" + note + ")";
  }

  [[nodiscard]] std::string group_text(node_index x) const {
    auto phase = graph_.phase_of_group(x);
    auto name = phase == phase_id::none
                  ? std::string{"all other tasks"}
                  : "phase " + quoted(plan_.phases[phase].name);
    std::vector<std::string> open;
    auto members = graph_.into(x);
    for (auto m : members)
      if (!is_terminal(engine_.task(m.target()).state))
        open.push_back(task_text(m.target()));
    if (open.empty())
      return name;
    return name + " (" + std::to_string(open.size()) + " of its "
         + counted(members.size(), "task")
         + (open.size() == 1 ? " has" : " have") + " not ended: " + listed(open)
         + ")";
  }

  [[nodiscard]] std::string node_text(node_index x) const {
    if (graph_.is_task(x))
      return task_text(x);
    if (graph_.is_group(x))
      return group_text(x);
    if (graph_.is_gate(x)) {
      auto i = x - graph_.task_count;
      return "gate " + quoted(plan_.gates[i].name) + " ("
           + std::string{to_string(engine_.gate(i).state)} + ")";
    }
    auto i = x - graph_.task_count - graph_.gate_count;
    return "service " + quoted(plan_.services[i].name) + " ("
         + std::string{to_string(engine_.service(i).service)} + ")";
  }

  // -- edges --------------------------------------------------------------

  /// "'crud' (running …) has succeeded", and of a gate what it waits for.
  [[nodiscard]] std::string edge_text(edge e) const {
    auto from = e.target();
    if (graph_.is_service(from))
      return node_text(from) + " is ready";
    if (!graph_.is_gate(from))
      return node_text(from) + std::string{verb(e.kind())};
    auto i = from - graph_.task_count;
    auto text = "gate " + quoted(plan_.gates[i].name)
              + (e.kind() == edge_kind::succeeded ? " has opened"
                 : e.kind() == edge_kind::asked   ? " asks for approval"
                                                  : " is decided");
    if (engine_.gate(i).state == gate_state::asked)
      return text + ", which for " + span_text(asked_since(i))
           + " has waited for " + approvers(i);
    return text + ", which waits until " + unmet_of(from);
  }

  template <class Wanted>
  [[nodiscard]] std::vector<std::string> unmet(node_index x,
                                               Wanted wanted) const {
    std::vector<std::string> result;
    for (auto e : graph_.into(x))
      if (wanted(e.kind()) && !is_edge_met(e.target(), x, e.kind()))
        result.push_back(edge_text(e));
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
    auto open = unmet(x, is_start_edge);
    return open.empty() ? "the run lets it" : listed(open);
  }

  /// What it needs later and the answers that have not come.
  [[nodiscard]] std::vector<std::string> to_come(std::uint32_t x) const {
    auto result = unmet(x, [](edge_kind k) {
      return k == edge_kind::later;
    });
    std::uint32_t number = 0;
    for (const auto& r : engine_.requests()) {
      ++number;
      if (r.work.from.value == x && r.awaited && !is_terminal(r.state)
          && r.version == engine_.task(x).version)
        result.push_back(agent_of(r.server) + " has answered request/"
                         + std::to_string(number) + " (" + r.work.text + ")");
    }
    return result;
  }

  /// ": it waits until …", of a task in question.
  [[nodiscard]] std::string remade_for(std::uint32_t x) const {
    std::vector<std::string> open;
    for (auto e : graph_.into(x))
      if (graph_.is_task(e.target()) && e.kind() != edge_kind::started
          && (!is_terminal(engine_.task(e.target()).state)
              || engine_.task(e.target()).doubted))
        open.push_back(task_text(e.target()));
    return open.empty() ? "" : " until " + listed(open) + " has come out";
  }

  // -- approvals ----------------------------------------------------------

  [[nodiscard]] duration asked_since(std::uint32_t gate) const {
    return now_ - engine_.approval(gate)->asked_at;
  }

  /// Who has not said anything yet, and how many of them it takes.
  [[nodiscard]] std::string approvers(std::uint32_t gate) const {
    const auto& asked = *engine_.approval(gate);
    const auto& by = plan_.gates[gate].approval;
    std::vector<std::string> names;
    if (asked.human_decides || (by.human && !asked.person))
      names.push_back("a person ('tutti approve " + plan_.gates[gate].name
                      + "')");
    for (auto t : by.reviews)
      if (!asked.human_decides && !is_terminal(engine_.task(t.value).state))
        names.push_back(agent_of(t.value) + " in " + task_text(t.value));
    auto needed = by.min - std::min<std::size_t>(by.min, asked.approvals());
    if (asked.human_decides || needed >= names.size())
      return "the approval of " + listed(names);
    return counted(needed, "approval") + " of " + listed(names, "or");
  }

  [[nodiscard]] std::string message_of(std::uint32_t gate) const {
    expression_scope scope;
    scope.output = [this](task_id x, std::string_view name) -> const value* {
      auto details = engine_.details_of(x.value);
      return details ? find_output(details->outputs, name) : nullptr;
    };
    scope.variable = [&](std::string_view name) {
      return name == "round" ? std::to_string(engine_.approval(gate)->round)
                             : std::string{};
    };
    auto text = render(plan_.gates[gate].approval.message, scope);
    return text.empty() ? "" : " The question: " + text;
  }

  [[nodiscard]] std::string without_verdict(std::uint32_t gate) const {
    const auto& by = plan_.gates[gate].approval;
    const auto& asked = *engine_.approval(gate);
    if (by.timeout <= duration::zero() || asked.human_decides)
      return "";
    auto in = " in " + span_text(asked.asked_at + by.timeout - now_) + ".";
    std::string text = " Without a verdict ";
    return text
         + (by.on_timeout == exhausted_action::approve ? "it opens"
            : by.on_timeout == exhausted_action::human ? "a person is asked"
                                                       : "it is rejected")
         + in;
  }

  [[nodiscard]] std::string why_shut(std::uint32_t gate) const {
    const auto* a = engine_.approval(gate);
    auto cause = engine_.gate(gate).cause;
    bool rejected = engine_.gate(gate).state == gate_state::rejected;
    if (!rejected && cause != task_id::none)
      return "What it needs cannot come any more: " + chain(cause) + ". ";
    if (rejected && a != nullptr && !a->comment.empty())
      return "The last comment: " + a->comment + ". ";
    return "";
  }

  // -- why ----------------------------------------------------------------

  [[nodiscard]] std::string why(std::uint32_t x) const {
    const auto& t = engine_.task(x);
    if (is_terminal(t.state))
      return why_ended(x);
    switch (t.state) {
    case task_state::waiting:
      return why_waiting(x);
    case task_state::ready:
      return why_not_begun(x);
    case task_state::waiting_to_integrate:
      return why_not_integrating(x);
    default:
      return how_it_runs(x);
    }
  }

  [[nodiscard]] std::string why_waiting(std::uint32_t x) const {
    auto open = unmet(x, is_start_edge);
    if (!open.empty())
      return "It starts once " + listed(open) + ".";
    const auto* s = engine_.stream(x);
    if (s == nullptr)
      return engine_.stopping()
               ? "Nothing holds it back but the stop of the run."
               : "The run has not begun: it waits for nodes, and 'tutti "
                 "status' says for which.";
    if (!s->queue.empty())
      return "It gathers what comes together, "
           + std::to_string(s->queue.size()) + " so far, and starts in "
           + span_text(s->queue.front().since + plan_.tasks[x].batch.wait
                       - now_)
           + " at the latest.";
    if (plan_.tasks[x].kind == task_kind::requests)
      return "It answers requests, and nobody has asked anything.";
    std::vector<std::string> triggers;
    for (auto t : plan_.tasks[x].after_each)
      if (!is_terminal(engine_.task(t.value).state))
        triggers.push_back(task_text(t.value));
    return "It runs again after the next result of " + listed(triggers, "or")
         + ".";
  }

  [[nodiscard]] std::string why_not_begun(std::uint32_t x) const {
    const auto& t = engine_.task(x);
    if (t.backing_off)
      return "Its attempt " + std::to_string(t.attempt)
           + " failed; the next one starts in "
           + span_text(engine_.since(x)
                       + wait_after(graph_.policy_of(x).retries, x, t.failures)
                       - now_)
           + ".";
    if (engine_.stopping() && !engine_.may_start(x))
      return "The run is stopping, so it does not start any more.";
    if (t.assigned)
      return "It is in the queue: " + busy_with(t.agent) + behind(x) + ".";
    if (auto text = haunted_text(engine_, x); !text.empty())
      return text;
    for (auto n : graph_.class_of(x).pools) {
      const auto& pool = engine_.pool(n.pool.value);
      if (pool.left() < n.count)
        return "It needs " + std::to_string(n.count) + " of pool "
             + quoted(plan_.pools[n.pool.value].name) + ", of which "
             + std::to_string(pool.left()) + " of " + std::to_string(pool.total)
             + " are free: the rest is in use by "
             + listed(workers([&](std::uint32_t i) {
                 return uses(i, n.pool);
               }))
             + ".";
    }
    if (engine_.jobs().left() == 0)
      return "--jobs allows " + counted(engine_.jobs().total, "attempt")
           + " at once: it waits for the end of "
           + listed(workers([](std::uint32_t) {
                      return true;
                    }),
                    "or")
           + ".";
    std::vector<std::string> busy;
    for (auto a : graph_.class_of(x).agents)
      busy.push_back(busy_with(a.value));
    return "It starts as soon as there is a free slot: " + listed(busy) + ".";
  }

  [[nodiscard]] bool uses(std::uint32_t task, pool_id pool) const {
    const auto& pools = graph_.class_of(task).pools;
    return std::any_of(pools.begin(), pools.end(), [&](pool_need n) {
      return n.pool == pool;
    });
  }

  /// Who is at work, and holds a slot.
  template <class Which>
  [[nodiscard]] std::vector<std::string> workers(Which which) const {
    std::vector<std::string> result;
    for (std::uint32_t i = 0; i < graph_.task_count; ++i) {
      const auto& t = engine_.task(i);
      if (is_at_work(t.state) && !t.waits && which(i))
        result.push_back(task_text(i));
    }
    return result;
  }

  [[nodiscard]] std::string busy_with(std::uint32_t agent) const {
    auto name = quoted(plan_.agents[agent].name);
    if (auto clause = place_clause(engine_, agent); !clause.empty())
      return name + " " + clause;
    if (engine_.agent(agent).total == 0)
      return name + " has no slot left: what could not be ended holds it";
    auto busy = workers([&](std::uint32_t i) {
      return engine_.task(i).agent == agent;
    });
    return busy.empty() ? name + " is about to take up the next task"
                        : name + " is busy with " + listed(busy);
  }

  /// What its agent takes before it.
  [[nodiscard]] std::string behind(std::uint32_t x) const {
    auto rank = [this](std::uint32_t i) {
      return graph_.rank_of_unit(engine_.unit_of(i));
    };
    std::vector<std::string> before;
    for (std::uint32_t i = 0; i < graph_.task_count; ++i) {
      const auto& t = engine_.task(i);
      if (t.assigned && !is_at_work(t.state) && t.agent == engine_.task(x).agent
          && rank(i) < rank(x))
        before.push_back(name_of_task(i));
    }
    if (before.empty())
      return "";
    return ", and " + listed(before) + (before.size() == 1 ? " goes" : " go")
         + " before it";
  }

  [[nodiscard]] std::string why_not_integrating(std::uint32_t x) const {
    if (engine_.task(x).may_integrate)
      return "All that it needs later is there. " + why_not_begun(x);
    auto open = to_come(x);
    if (open.empty())
      return "Its run phase is done.";
    return "Its run phase is done; it goes on once " + listed(open) + ". "
         + agent_of(x) + " is free for other work meanwhile.";
  }

  [[nodiscard]] std::string how_it_runs(std::uint32_t x) const {
    const auto& t = engine_.task(x);
    auto text = agent_of(x) + " works on attempt " + std::to_string(t.attempt);
    if (t.waits && t.wants_slot)
      text += "; what it waited for inside is there, and it goes on as soon as "
              "there is a free slot: "
            + busy_with(t.agent);
    else if (t.waits)
      text += ", which waits inside until " + listed(to_come(x))
            + "; its slot is free meanwhile";
    if (t.is_ending)
      text += "; it was told to end";
    return text + ".";
  }

  [[nodiscard]] std::string why_ended(std::uint32_t x) const {
    const auto& t = engine_.task(x);
    auto again =
        is_failure(t.state) || t.state == task_state::cancelled
            ? " 'tutti retry " + plan_.tasks[x].name + "' tries it again."
            : std::string{};
    if (t.later_missed)
      return "What it needs later did not come: "
           + chain(engine_.later_cause(x)) + ".";
    if (t.cause != task_id::none)
      return std::string{t.state == task_state::left_out
                             ? "What it needs was left out, too: "
                             : "What it needs cannot come any more: "}
           + chain(t.cause) + ".";
    if (t.state == task_state::left_out)
      return "Its 'if' was false, or it was not wanted.";
    if (t.attempt > 0)
      return "It took " + counted(t.attempt, "attempt") + "." + again;
    return "It never started." + again;
  }

  /// A cause and what that goes back to: "'y' (skipped 3 s ago) because of …".
  [[nodiscard]] std::string chain(node_index x) const {
    auto text = node_text(x);
    for (std::size_t steps = 0; steps < graph_.node_count(); ++steps) {
      auto next = cause_of(x);
      if (next == task_id::none)
        break;
      text += " because of " + node_text(next);
      x = next;
    }
    return text;
  }

  [[nodiscard]] node_index cause_of(node_index x) const {
    if (graph_.is_task(x)) {
      const auto& t = engine_.task(x);
      return t.later_missed ? engine_.later_cause(x) : t.cause;
    }
    if (graph_.is_gate(x))
      return engine_.gate(x - graph_.task_count).cause;
    return task_id::none;
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
