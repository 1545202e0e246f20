// SPDX-License-Identifier: BSD-3-Clause
// Facts of handoffs in full by hand, and a team that has all of it.
#pragma once

#include "tests/support/run_script.hpp"

namespace tutti::test {

inline std::shared_ptr<const fact_extra> extra_text(std::string text) {
  fact_extra x;
  x.text = std::move(text);
  return std::make_shared<const fact_extra>(std::move(x));
}

/// The attempt ends its run phase; the task waits to integrate.
inline fact parked(duration at, std::uint32_t task, std::uint32_t agent,
                   std::uint32_t attempt = 1) {
  return finished(at, task, agent, task_state::waiting_to_integrate, 0,
                  attempt);
}

inline fact integrate_ready(duration at, std::uint32_t task) {
  return make_fact(fact_kind::integrate_ready, at, task);
}

inline fact integrates(duration at, std::uint32_t task, std::uint32_t agent,
                       std::uint32_t attempt = 2) {
  auto x = started(at, task, agent, attempt);
  x.phase = work_phase::integrate;
  return x;
}

inline fact integrated(duration at, std::uint32_t task, std::uint32_t agent,
                       std::uint32_t attempt = 2) {
  auto x = finished(at, task, agent, task_state::succeeded, 0, attempt);
  x.phase = work_phase::integrate;
  return x;
}

inline fact handoff_fact(fact_kind kind, duration at, std::uint32_t from,
                         std::uint32_t to, std::uint32_t version = 1) {
  auto x = make_fact(kind, at, to);
  x.cause = from;
  x.version = version;
  return x;
}

inline fact asked(duration at, std::uint32_t gate, std::uint32_t round = 1) {
  auto x = make_fact(fact_kind::approval_asked, at, gate);
  x.version = round;
  return x;
}

inline fact verdict_of(duration at, std::uint32_t gate, verdict what,
                       std::string who, std::string comment = {},
                       std::vector<task_id> tasks = {}) {
  auto x = make_fact(fact_kind::verdict_given, at, gate);
  fact_extra e;
  e.verdict = what;
  e.who = std::move(who);
  e.uid = 1000;
  e.text = std::move(comment);
  e.tasks = std::move(tasks);
  x.extra = std::make_shared<const fact_extra>(std::move(e));
  return x;
}

inline fact version_fact(fact_kind kind, duration at, std::uint32_t task,
                         std::uint32_t version,
                         std::uint32_t cause = task_id::none,
                         work_phase phase = work_phase::run) {
  auto x = make_fact(kind, at, task);
  x.version = version;
  x.cause = cause;
  x.phase = phase;
  return x;
}

inline fact request_fact(duration at, std::uint32_t number, std::uint32_t from,
                         std::uint32_t to, std::string text,
                         bool awaited = true) {
  auto x = make_fact(fact_kind::request_made, at, number);
  x.cause = from;
  x.agent = to;
  x.attempt = 1;
  fact_extra e;
  e.text = std::move(text);
  e.awaited = awaited;
  x.extra = std::make_shared<const fact_extra>(std::move(e));
  return x;
}

inline fact assigned(duration at, std::uint32_t task, std::uint32_t agent,
                     std::vector<work_item> items = {},
                     std::uint32_t attempt = 1) {
  auto x = make_fact(fact_kind::task_assigned, at, task);
  x.agent = agent;
  x.attempt = attempt;
  if (!items.empty()) {
    fact_extra e;
    e.items = std::move(items);
    x.extra = std::make_shared<const fact_extra>(std::move(e));
  }
  return x;
}

inline fact service_fact(duration at, std::uint32_t service, service_state to,
                         std::string text = {}) {
  auto x = make_fact(fact_kind::service_changed, at, service);
  x.service = to;
  if (!text.empty())
    x.extra = extra_text(std::move(text));
  return x;
}

/// page (sam) needs crud (morgan) later; tests (quinn) runs after each of both;
/// deploy asks a person and riley, and may send crud back; db is a service.
struct handoff_team : plan_sketch {
  std::uint32_t morgan = agent("morgan");
  std::uint32_t sam = agent("sam");
  std::uint32_t quinn = agent("quinn");
  std::uint32_t riley = agent("riley");
  std::uint32_t casey = agent("casey");
  std::uint32_t crud = task("crud", {morgan});
  std::uint32_t page = task("page", {sam});
  std::uint32_t layouts = task("layouts", {sam});
  std::uint32_t tests = task("tests", {quinn});
  std::uint32_t review = task("review/deploy", {riley}, {page});
  std::uint32_t answers = task("requests/morgan", {morgan});
  std::uint32_t release = task("release", {casey});
  std::uint32_t deploy = gate("deploy", {page, crud}, {release});

  handoff_team() {
    value.tasks[page].needs_later = {{{node_kind::task, crud}, {}}};
    value.tasks[page].integrate.present = true;
    value.tasks[tests].kind = task_kind::after_each;
    value.tasks[tests].after_each = {task_id{crud}, task_id{page}};
    value.tasks[review].kind = task_kind::review;
    value.tasks[review].review_of = gate_id{deploy};
    value.tasks[answers].kind = task_kind::requests;
    value.agents[morgan].requests = {true, task_id{answers}};
    auto& g = value.gates[deploy];
    g.approval.present = g.approval.human = true;
    g.approval.agents = {agent_id{riley}};
    g.approval.reviews = {task_id{review}};
    g.approval.min = 2;
    g.approval.message = literal_expression("Release it?");
    g.rework.present = true;
    g.rework.to = {task_id{crud}};
    service db;
    db.name = "db";
    value.services.push_back(db);
    value.tasks[crud].needs.push_back({{node_kind::service, 0}, {}});
  }
};

} // namespace tutti::test
