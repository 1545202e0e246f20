// SPDX-License-Identifier: BSD-3-Clause
// Teams by hand: what semantics §10–§23 add to a plan, in as few words as a
// test wants. Every task has an agent of its own, named as it, unless it is
// given to another.
#pragma once

#include "tests/support/engine_world.hpp"
#include "tests/support/plan_builder.hpp"

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace tutti::test {

class team_builder : public plan_builder {
public:
  using indices = std::vector<std::uint32_t>;

  /// A task of a new agent of the same name.
  std::uint32_t lane(std::string name, indices needs = {}) {
    auto a = agent(name);
    return of_agent(a.value, std::move(name), std::move(needs));
  }

  /// Another task of the agent of a task that is there.
  std::uint32_t beside(std::uint32_t other, std::string name,
                       indices needs = {}) {
    return of_agent((*this)[other].agents[0].value, std::move(name),
                    std::move(needs));
  }

  /// `needs-later` with something to do when it has arrived.
  void integrate(std::uint32_t task, indices from) {
    needs_later(task, std::move(from));
    (*this)[task].integrate.present = true;
  }

  /// `needs-later` that only delays the end.
  void needs_later(std::uint32_t task, indices from) {
    for (auto x : from)
      (*this)[task].needs_later.push_back(on_task(x));
  }

  std::uint32_t after_each(std::string name, indices triggers) {
    auto t = lane(std::move(name));
    (*this)[t].kind = task_kind::after_each;
    for (auto x : triggers)
      (*this)[t].after_each.push_back(task_id{x});
    return t;
  }

  /// The agent of a task answers requests; the task that does so.
  std::uint32_t answers(std::uint32_t task) {
    auto a = (*this)[task].agents[0];
    auto t = beside(task, "requests/" + get().agents[a.value].name);
    (*this)[t].kind = task_kind::requests;
    get().agents[a.value].requests = {true, task_id{t}};
    return t;
  }

  approval_spec& approval(std::uint32_t gate) {
    auto& x = get().gates[gate].approval;
    x.present = true;
    return x;
  }

  /// A person must approve the gate.
  void ask_person(std::uint32_t gate) {
    approval(gate).human = true;
  }

  /// An agent of its own reviews the gate; its task.
  std::uint32_t ask_agent(std::uint32_t gate, std::string who) {
    auto t = lane(std::move(who));
    auto& x = (*this)[t];
    x.kind = task_kind::review;
    x.review_of = gate_id{gate};
    auto& a = approval(gate);
    a.agents.push_back(x.agents[0]);
    a.reviews.push_back(task_id{t});
    return t;
  }

  rework_spec& rework(std::uint32_t gate, std::vector<std::uint32_t> to,
                      std::uint32_t rounds = 3) {
    auto& x = get().gates[gate].rework;
    x.present = true;
    for (auto t : to)
      x.to.push_back(task_id{t});
    x.max_rounds = rounds;
    return x;
  }

  std::uint32_t service(std::string name) {
    tutti::service s;
    s.name = std::move(name);
    get().services.push_back(std::move(s));
    return static_cast<std::uint32_t>(get().services.size() - 1);
  }

private:
  std::uint32_t of_agent(std::uint32_t agent, std::string name, indices needs) {
    auto t = task(std::move(name), std::move(needs));
    (*this)[t].agents = {agent_id{agent}};
    return t;
  }
};

inline need on_service(std::uint32_t i) {
  return {{node_kind::service, i}, need_condition::succeeded};
}

inline outputs told(std::string name, std::string text) {
  return {{std::move(name), make_text(std::move(text))}};
}

/// What a reviewing agent puts out.
inline outputs review_says(std::string verdict, std::string to = {},
                           std::string feedback = {}) {
  outputs result;
  if (!feedback.empty())
    result.push_back({"feedback", make_text(std::move(feedback))});
  if (!to.empty())
    result.push_back({"to", make_text(std::move(to))});
  result.push_back({"verdict", make_text(std::move(verdict))});
  return result;
}

/// A world in which each agent begins at once what it is given.
class team_world : public engine_world {
public:
  explicit team_world(const plan& p, engine::graph_options options = {})
    : engine_world(p, options) {
    begin_run();
    begin_all();
  }

  /// Each of these attempts ends well.
  void done(std::initializer_list<std::uint32_t> tasks) {
    for (auto t : tasks)
      done(t);
  }
  void done(std::uint32_t task, outputs results = {}) {
    ends(task, attempt_end::success, std::move(results));
  }
  void fails(std::uint32_t task, outputs results = {}) {
    ends(task, attempt_end::failure, std::move(results));
  }
  void ends(std::uint32_t task, attempt_end how, outputs results = {}) {
    end(task, how, std::move(results));
    settle();
  }
  /// An attempt that runs ends as this says.
  void end_with(const engine::attempt_ends& e) {
    running.erase({e.task.value, e.attempt});
    step(e);
    settle();
  }

  /// A person says what becomes of a gate; why not, where it is refused.
  std::string person(verdict what, std::uint32_t gate,
                     std::vector<std::uint32_t> to = {},
                     std::string text = {}) {
    engine::verdict_arrives e;
    e.gate = gate_id{gate};
    e.verdict = what;
    e.who = "ada";
    e.uid = 1000;
    e.text = std::move(text);
    for (auto t : to)
      e.to.push_back(task_id{t});
    return event(e);
  }
  std::string approve(std::uint32_t gate) {
    return person(verdict::approved, gate);
  }
  std::string request_changes(std::uint32_t gate,
                              std::vector<std::uint32_t> to = {},
                              std::string text = {}) {
    return person(verdict::changes_requested, gate, std::move(to),
                  std::move(text));
  }

  /// Any event; why it is refused, or nothing.
  std::string event(const engine::event& e) {
    step(e);
    auto refusal = out.refusal;
    settle();
    return refusal;
  }

  /// The current attempt of a running task.
  [[nodiscard]] std::uint32_t attempt(std::uint32_t task) const {
    return get().task(task).attempt;
  }
  [[nodiscard]] std::uint32_t version(std::uint32_t task) const {
    return get().task(task).version;
  }
  /// How often a handoff has left for a task.
  [[nodiscard]] std::size_t handoffs(std::uint32_t from,
                                     std::uint32_t to) const {
    return delivered.count({from, to});
  }
  /// How many attempts of a task have begun that phase.
  [[nodiscard]] std::size_t begun(std::uint32_t task,
                                  work_phase phase = work_phase::run) const {
    return static_cast<std::size_t>(
        std::count_if(facts.begin(), facts.end(), [&](const fact& f) {
          return f.kind == fact_kind::attempt_started && f.subject == task
              && f.phase == phase;
        }));
  }
  /// The exit code of the run that has ended so.
  [[nodiscard]] std::int32_t exit_code() const {
    const auto* end = last(fact_kind::run_ended);
    BOOST_REQUIRE_MESSAGE(end != nullptr, "the run must have ended");
    return end->exit_code;
  }
  /// A timer that is due by then fires; then it is so late.
  void wait_until(duration at) {
    while (!timers.empty() && timers.begin()->first <= at)
      fire_next_timer();
    now = at;
    settle();
  }

private:
  void settle() {
    give_back_all();
    begin_all();
  }
};

} // namespace tutti::test
