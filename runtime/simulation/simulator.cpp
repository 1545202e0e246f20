// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/simulation/simulator.hpp"

#include <algorithm>
#include <utility>

namespace tutti::simulation {

namespace {

/// No agent can have this name, so people's verdicts are never taken for its.
constexpr const char* some_person = "a person";

/// Draws of people and of tasks do not meet.
constexpr std::uint64_t people_stream = std::uint64_t{1} << 40;

bool is_said(const std::vector<bool>& xs, std::uint32_t i) {
  return i < xs.size() && xs[i];
}

} // namespace

simulator::simulator(engine::graph g, const script& s)
  : script_(s), engine_(std::move(g)) {
  const auto& graph = engine_.plan_graph();
  workers_.resize(graph.slots.size());
  for (std::size_t i = 0; i < workers_.size(); ++i)
    workers_[i].free_slots = graph.slots[i];
  has_approvals_ = std::any_of(graph.special_gates.begin(),
                               graph.special_gates.end(), [](const auto& x) {
                                 return x.approval.has_value();
                               });
}

outcome simulator::play(const fact_sink& facts) {
  facts_ = facts ? &facts : nullptr;
  step(engine::run_begins{});
  begin_work();
  while (!engine_.over() && !due_.empty()) {
    auto next = due_.pop();
    if (!due_.empty() && due_.top().kind() == due_kind::attempt_ends)
      look_ahead(due_.top().subject);
    now_ = std::max(now_, next.at);
    handle(next);
    begin_work();
  }
  result_.end = now_;
  result_.complete = engine_.over() && engine_.counts().unfinished == 0;
  return result_;
}

duration simulator::time_of(const estimate& x, std::uint64_t stream,
                            std::uint64_t index) const {
  if (!script_.seed || x.min == x.max)
    return x.mode;
  return triangular(x, drawn(*script_.seed, stream, index));
}

/// What is to be looked at soon is fetched meanwhile: of a large plan nothing
/// is in the processor's caches.
void simulator::look_ahead(std::uint32_t task) const {
  const auto& graph = engine_.plan_graph();
  __builtin_prefetch(&engine_.task(task), 1);
  __builtin_prefetch(&graph.tasks[task]);
  __builtin_prefetch(&graph.out_begin[task]);
  __builtin_prefetch(&script_.work[task]);
}

// -- what is due --------------------------------------------------------------

void simulator::add_due(duration at, due_kind kind, std::uint32_t subject,
                        std::uint32_t attempt, engine::timer_kind timer) {
  auto kinds =
      static_cast<std::uint64_t>(kind) | static_cast<std::uint64_t>(timer) << 3;
  due_.push({at, ++order_ << 8 | kinds, subject, attempt});
}

void simulator::handle(const due_event& x) {
  switch (x.kind()) {
  case due_kind::attempt_ends:
    return finish(x.subject, x.attempt);
  case due_kind::given_back:
    return step(engine::attempt_given_back{task_id{x.subject}, x.attempt});
  case due_kind::people_decide: {
    engine::verdict_arrives e;
    e.gate = gate_id{x.subject};
    e.who = some_person;
    e.verdict = is_said(script_.rejects, x.subject) ? verdict::rejected
                                                    : verdict::approved;
    return step(e);
  }
  case due_kind::service_ready: {
    engine::service_changes e;
    e.service = service_id{x.subject};
    e.state = is_said(script_.never_ready, x.subject) ? service_state::failed
                                                      : service_state::ready;
    return step(e);
  }
  case due_kind::timer:
    return step(engine::timer_fires{x.timer(), x.subject, x.attempt});
  }
}

// -- the engine ---------------------------------------------------------------

void simulator::step(const engine::event& e) {
  engine_.decide(now_, e, decided_);
  if (has_approvals_)
    for (const auto& f : decided_.facts)
      if (f.kind == fact_kind::approval_asked)
        ask_people(f.subject, f.version);
  for (const auto& c : decided_.commands)
    obey(c);
  if (facts_ != nullptr) {
    tell(*facts_);
    accept_handoffs();
  }
}

/// As the orchestrator has it: that handoffs leave is a fact of the step.
void simulator::tell(const fact_sink& facts) {
  const auto& all = decided_.facts;
  bool ends = !all.empty() && all.back().kind == fact_kind::run_ended;
  auto last = all.end() - (ends ? 1 : 0);
  std::for_each(all.begin(), last, facts);
  for (const auto& c : decided_.commands) {
    if (c.kind != engine::command_kind::deliver)
      continue;
    fact f;
    f.kind = fact_kind::handoff_sent;
    f.subject = c.task;
    f.cause = c.other;
    f.version = engine_.task(c.other).version;
    f.at = now_;
    facts(f);
    sent_.push_back({task_id{c.other}, task_id{c.task}, f.version});
  }
  std::for_each(last, all.end(), facts);
}

void simulator::accept_handoffs() {
  auto sent = std::exchange(sent_, {});
  for (const auto& x : sent)
    if (!engine_.over())
      step(x);
}

void simulator::obey(const engine::command& c) {
  switch (c.kind) {
  case engine::command_kind::assign: {
    workers_[c.agent].queue.push({c.other, c.task, c.attempt});
    woken_.push_back(c.agent);
    return;
  }
  case engine::command_kind::revoke:
    return take_back(c);
  case engine::command_kind::end_attempt:
    return add_due(now_, due_kind::attempt_ends, c.task, c.attempt);
  case engine::command_kind::start_service:
    return start_service(c.other);
  case engine::command_kind::arm_timer:
    return add_due(c.at, due_kind::timer, c.task, c.attempt, c.timer);
  default:
    return;
  }
}

/// Only what has not begun comes back.
void simulator::take_back(const engine::command& c) {
  bool was_there = workers_[c.agent].queue.remove([&c](const queued& x) {
    return x.task == c.task && x.attempt == c.attempt;
  });
  if (was_there)
    add_due(now_, due_kind::given_back, c.task, c.attempt);
}

void simulator::start_service(std::uint32_t service) {
  auto span = service < script_.starting.size() ? script_.starting[service]
                                                : duration{0};
  add_due(now_ + span, due_kind::service_ready, service, 0);
}

void simulator::ask_people(std::uint32_t gate, std::uint32_t review) {
  const auto* special = engine_.plan_graph().special_gate(gate);
  if (special == nullptr || !special->approval->human)
    return;
  auto span = time_of(script_.people[gate], people_stream + gate, review);
  add_due(now_ + span, due_kind::people_decide, gate, review);
}

// -- agents -------------------------------------------------------------------

void simulator::begin_work() {
  for (std::size_t i = 0; i < woken_.size(); ++i)
    begin_next(woken_[i]);
  woken_.clear();
}

void simulator::begin_next(std::uint32_t agent) {
  while (workers_[agent].free_slots > 0 && !workers_[agent].queue.empty()) {
    auto& w = workers_[agent];
    auto next = w.queue.pop();
    if (!w.queue.empty())
      look_ahead(w.queue.top().task);
    --w.free_slots;
    bool integrate =
        engine_.task(next.task).state == task_state::waiting_to_integrate;
    step(engine::attempt_begins{task_id{next.task}, next.attempt});
    const auto& times = script_.work[next.task];
    auto stream = std::uint64_t{next.task} * 2 + (integrate ? 1 : 0);
    auto span =
        time_of(integrate ? times.integrate : times.run, stream, next.attempt);
    add_due(now_ + span, due_kind::attempt_ends, next.task, next.attempt);
  }
}

void simulator::finish(std::uint32_t task, std::uint32_t attempt) {
  const auto& t = engine_.task(task);
  bool runs =
      t.state == task_state::running || t.state == task_state::integrating;
  if (!runs || t.attempt != attempt)
    return; // it was told to end before
  auto agent = t.agent;
  ++workers_[agent].free_slots;
  woken_.push_back(agent);
  result_.last_work = now_;
  bool failed = is_said(script_.fails, task);
  engine::attempt_ends e;
  e.task = task_id{task};
  e.attempt = attempt;
  e.end = failed ? attempt_end::failure : attempt_end::success;
  e.exit_code = failed ? 1 : 0;
  if (task < script_.results.size())
    e.details = script_.results[task];
  step(e);
}

} // namespace tutti::simulation
