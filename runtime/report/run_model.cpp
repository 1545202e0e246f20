// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/run_model.hpp"

#include <algorithm>
#include <utility>

namespace tutti::report {

namespace {

// Of what may repeat without end a reader sees the first ones.
constexpr std::size_t listed_max = 100;

} // namespace

run_model::run_model(const tutti::plan& p, std::vector<std::uint32_t> slots)
  : plan_(&p), graph_(p), tasks_(p.tasks.size()), gates_(p.gates.size()),
    agents_(p.agents.size()), phases_(p.phases.size()),
    services_(p.services.size()), contracts_(p.contracts.size()),
    states_(graph_.size()), in_progress_(p.tasks.size(), 1),
    pending_(p.tasks.size(), 2), running_(p.tasks.size(), p.agents.size()),
    queues_(p.tasks.size(), 3 * (p.agents.size() + 1)),
    inside_(p.tasks.size(), 1), nodes_(p) {
  for (std::size_t i = 0; i < agents_.size(); ++i) {
    agents_[i].slots = i < slots.size() ? slots[i] : p.agents[i].slots;
    agents_[i].slots = std::max(agents_[i].slots, 1u);
    slots_ += agents_[i].slots;
  }
  for (std::size_t i = 0; i < phases_.size(); ++i)
    phases_[i].total = static_cast<std::uint32_t>(p.phases[i].tasks.size());
  prepare_traits();
  for (std::uint32_t i = 0; i < tasks_.size(); ++i)
    count_state(i, task_state::waiting, true);
  prepare_nodes();
  prepare_estimates();
}

void run_model::prepare_traits() {
  traits_.reserve(tasks_.size());
  for (const auto& x : plan_->tasks) {
    auto& t = traits_.emplace_back();
    t.kind = x.kind;
    t.has_estimate = x.has_estimate;
    t.integrates = x.integrate.present;
    if (x.agents.size() == 1)
      tasks_[traits_.size() - 1].agent = x.agents.front();
    bool pinned =
        x.agents.size() == 1 && x.agents.front().value < agents_.size();
    t.queue = pinned ? x.agents.front().value
                     : static_cast<std::uint32_t>(agents_.size());
  }
}

void run_model::prepare_nodes() {
  for (node_index i = 0; i < states_.size(); ++i) {
    states_[i].unmet = static_cast<std::uint32_t>(
        graph_.predecessors(i).size() + graph_.start_predecessors(i).size());
    states_[i].later_unmet =
        static_cast<std::uint32_t>(graph_.later_predecessors(i).size());
  }
  for (std::uint32_t i = 0; i < tasks_.size(); ++i) {
    count_blocked(i, false);
    if (traits_[i].kind == task_kind::after_each)
      streams_.push_back(i);
    refresh_pending(i);
  }
  // Empty phases hold from the start; nothing will ever settle them.
  for (std::size_t i = 0; i < phases_.size(); ++i)
    if (phases_[i].total == 0)
      settle(graph_.phase(i), duration{0});
}

// -- changes ------------------------------------------------------------------

void run_model::apply(const fact& x) {
  auto before = std::exchange(now_, std::max(now_, x.at));
  nodes_.apply(x);
  if (x.kind == fact_kind::run_resumed)
    return resume(x, before);
  sessions_.back().until = now_;
  switch (x.kind) {
  case fact_kind::run_started:
    break;
  case fact_kind::plan_replaced:
    return replace_plan(x);
  case fact_kind::result_late:
    ++late_results_;
    if (late_.size() < listed_max)
      late_.push_back({task_id{x.subject}, x.attempt, x.end, x.at});
    break;
  case fact_kind::stop_requested:
    stopping_ = true;
    break;
  case fact_kind::run_ended:
    ended_ = true;
    sessions_.back().status = x.status;
    status_ = x.status;
    exit_code_ = x.exit_code;
    break;
  case fact_kind::service_changed:
    change_service(x);
    break;
  case fact_kind::node_joined:
  case fact_kind::node_lost:
  case fact_kind::node_gone:
  case fact_kind::node_draining:
  case fact_kind::agent_placed:
  case fact_kind::agent_unplaced:
    break;
  case fact_kind::task_assigned:
  case fact_kind::attempt_started:
  case fact_kind::attempt_finished:
  case fact_kind::attempt_ending:
  case fact_kind::attempt_revoked:
  case fact_kind::attempt_waits:
  case fact_kind::wait_over:
  case fact_kind::attempt_goes_on:
    apply_attempt(x);
    break;
  case fact_kind::gate_opened:
  case fact_kind::gate_closed:
  case fact_kind::approval_asked:
  case fact_kind::verdict_given:
  case fact_kind::gate_rejected:
  case fact_kind::gate_reset:
  case fact_kind::rework_requested:
    apply_gate(x);
    break;
  case fact_kind::handoff_sent:
  case fact_kind::handoff_accepted:
  case fact_kind::request_made:
  case fact_kind::request_answered:
  case fact_kind::request_cancelled:
  case fact_kind::request_refused:
  case fact_kind::answer_accepted:
    apply_request(x);
    break;
  default:
    apply_task(x);
    break;
  }
}

void run_model::apply_task(const fact& x) {
  auto& t = tasks_[x.subject];
  switch (x.kind) {
  case fact_kind::task_ready:
    t.in_backoff = false;
    t.queued_at = x.at;
    return enter(x.subject, task_state::ready, x.at);
  case fact_kind::task_skipped:
    return end_without_attempt(x, task_state::skipped);
  case fact_kind::task_left_out:
    return end_without_attempt(x, task_state::left_out);
  case fact_kind::task_cancelled:
    return end_without_attempt(x, task_state::cancelled);
  case fact_kind::task_timed_out:
    return end_without_attempt(x, task_state::timed_out);
  case fact_kind::task_errored:
    return end_without_attempt(x, task_state::error);
  case fact_kind::later_failed:
  case fact_kind::stream_ended:
    return end_without_attempt(x, x.state);
  case fact_kind::integrate_ready:
    if (is_terminal(x.state)) // it has nothing to integrate: it is done
      return end_without_attempt(x, x.state);
    t.later_ready = true;
    t.in_backoff = false;
    t.queued_at = x.at;
    return place(x.subject, t.state);
  case fact_kind::version_started:
    return start_version(x);
  case fact_kind::version_doubted:
    t.doubted = true;
    return unsettle(x.subject);
  case fact_kind::version_kept:
    t.doubted = false;
    t.version = std::max(t.version, x.version);
    versions_.push_back({task_id{x.subject}, x.version, true, work_phase::run,
                         task_id{x.cause}, x.at});
    return is_terminal(t.state) ? settle(x.subject, x.at) : void();
  case fact_kind::trigger_queued:
    return queue_trigger(x);
  case fact_kind::task_paused:
    t.paused = true;
    paused_.insert(x.subject);
    return note_pause(x, false);
  case fact_kind::task_resumed:
    t.paused = false;
    paused_.erase(x.subject);
    return note_pause(x, true);
  case fact_kind::deadline_over:
    t.overdue = true;
    return;
  case fact_kind::run_lost:
    return lose_run(x);
  case fact_kind::task_retried:
    t.cause = task_id::none;
    t.doubted = false;
    t.version = std::max(t.version, x.version);
    t.overdue = t.again = false;
    return enter(x.subject,
                 x.state == task_state::ready
                         || x.state == task_state::waiting_to_integrate
                     ? x.state
                     : task_state::waiting,
                 x.at);
  default:
    return;
  }
}

void run_model::apply_attempt(const fact& x) {
  auto& t = tasks_[x.subject];
  switch (x.kind) {
  case fact_kind::task_assigned:
    return assign(x);
  case fact_kind::attempt_started:
    return start_attempt(x);
  case fact_kind::attempt_finished:
    return finish_attempt(x);
  case fact_kind::attempt_ending:
    t.ending = true;
    return;
  case fact_kind::attempt_revoked:
    t.ending = false;
    if (plan_->tasks[x.subject].agents.size() != 1 && t.attempts == 0)
      t.agent = {};
    return give_back(x.subject);
  case fact_kind::attempt_waits:
    return pause_inside(x);
  case fact_kind::wait_over:
    t.wants_slot = true;
    if (!inside_waits_.empty())
      for (auto i = inside_waits_.rbegin(); i != inside_waits_.rend(); ++i)
        if (i->task.value == x.subject) {
          i->over_at = x.at;
          break;
        }
    return;
  case fact_kind::attempt_goes_on:
    return go_on_inside(x);
  default:
    return;
  }
}

void run_model::apply(const task_progress& x) {
  if (x.task.value >= tasks_.size())
    return;
  auto& t = tasks_[x.task.value];
  if (x.attempt > t.attempts) { // facts take longer: its start is still to come
    early_progress_[x.task.value] = x;
    return;
  }
  if (!t.attempt_open || (x.attempt != 0 && x.attempt < t.attempts))
    return;
  if (!x.line.empty())
    t.progress = x.line;
  if (x.percent >= 0)
    t.percent = std::min(x.percent, 100);
}

// -- attempts -----------------------------------------------------------------

void run_model::assign(const fact& x) {
  auto& t = tasks_[x.subject];
  t.agent = agent_id{x.agent};
  t.in_backoff = false;
  t.version = std::max(t.version, x.version);
  if (x.extra)
    t.taken = x.extra;
  if (!x.extra || x.extra->items.empty())
    return;
  std::erase_if(t.backlog, [&](const work_item& mine) {
    return std::any_of(x.extra->items.begin(), x.extra->items.end(),
                       [&](const work_item& y) {
                         return y.request == 0 && y.from == mine.from;
                       });
  });
  take_requests(x);
}

void run_model::start_attempt(const fact& x) {
  auto& t = tasks_[x.subject];
  // A second start without an end between must not count the time twice.
  stop_clock(x.subject, x.at);
  close_attempt(x.subject, attempt_end::system_error);
  t.agent = agent_id{x.agent};
  if (auto at = nodes_.place_of(t.agent); at != node_book::nowhere)
    t.node = at;
  count_try(x.subject, x.phase);
  t.attempts = std::max(t.attempts, x.attempt);
  t.ending = false;
  t.lost = false;
  t.in_backoff = false;
  t.attempt_open = true;
  t.percent = -1;
  t.attempt_busy = duration{0};
  if (!t.started_at)
    t.started_at = x.at;
  start_clock(x.subject, x.at, t.queued_at.value_or(x.at));
  enter(x.subject,
        x.phase == work_phase::run ? task_state::running
                                   : task_state::integrating,
        x.at);
  settle_start(x.subject, x.at);
  if (!early_progress_.empty())
    if (auto early = early_progress_.extract(x.subject))
      apply(early.mapped());
}

void run_model::finish_attempt(const fact& x) {
  auto& t = tasks_[x.subject];
  if (t.attempt_open) {
    stop_clock(x.subject, x.at);
    end_wait_inside(x.subject, x.at);
    close_attempt(x.subject, x.end);
  } else { // it could not even be started
    t.lost = false;
    count_try(x.subject, x.phase);
    t.attempts = std::max(t.attempts, x.attempt);
    t.attempt_busy = duration{0};
    if (x.agent < agents_.size())
      t.agent = agent_id{x.agent};
  }
  t.ending = false;
  t.end = x.end;
  t.exit_code = x.exit_code;
  t.details = x.details;
  t.cause_kind = x.cause_kind;
  t.cause = x.cause;
  bool is_cut = is_cut_off(x.end);
  t.in_backoff =
      !is_terminal(x.state) && x.end != attempt_end::success && !is_cut;
  t.tries_again =
      x.end != attempt_end::success && x.state != task_state::waiting;
  t.again = is_cut && !is_terminal(x.state);
  if (t.again) { // to do it again is no retry, and no part of its work
    --t.tries;
    t.busy_before += t.attempt_busy;
  }
  if (t.lost && is_terminal(x.state))
    std::erase(sessions_.back().again, task_id{x.subject});
  note_run(x);
  if (x.end == attempt_end::success
      && x.state == task_state::waiting_to_integrate)
    t.later_ready = false;
  if (x.state == task_state::ready)
    t.queued_at = x.at;
  // It is tried with the new, or not made again: nothing is in question.
  if (x.state == task_state::ready || x.state == task_state::cancelled)
    t.doubted = false;
  note_accepted(x);
  note_contracts(x);
  enter(x.subject, x.state, x.at);
}

void run_model::count_try(std::uint32_t task, work_phase phase) {
  auto& t = tasks_[task];
  ++t.attempts;
  t.integrates += phase == work_phase::integrate;
  t.phase = phase;
  if (!std::exchange(t.tries_again, false)) {
    t.tries = 0;
    ++t.runs;
  }
  ++t.tries;
}

// What came of a run of an after-each task, for each trigger that it was for.
void run_model::note_run(const fact& x) {
  const auto& t = tasks_[x.subject];
  if (traits_[x.subject].kind != task_kind::after_each || !t.taken
      || x.state == task_state::ready)
    return;
  for (const auto& y : t.taken->items) {
    if (x.end == attempt_end::success)
      failed_runs_.erase({x.subject, y.from.value});
    else
      failed_runs_.insert_or_assign(
          {x.subject, y.from.value},
          failed_run{y.from, x.end, x.exit_code, x.details});
  }
}

void run_model::note_pause(const fact& x, bool ended) {
  if (!ended)
    pauses_.push_back({task_id{x.subject}, x.at, {}});
  for (auto i = pauses_.rbegin(); ended && i != pauses_.rend(); ++i)
    if (i->task.value == x.subject) {
      i->until = x.at;
      return;
    }
}

void run_model::start_clock(std::uint32_t task, duration at, duration wanted) {
  auto& t = tasks_[task];
  t.busy_now = true;
  t.attempt_started_at = at;
  t.attempt_wanted_at = std::min(wanted, at);
  if (t.agent.value < agents_.size()) {
    ++agents_[t.agent.value].running;
    running_.move_to(t.agent.value, task);
  }
}

void run_model::stop_clock(std::uint32_t task, duration at) {
  auto& t = tasks_[task];
  if (!t.busy_now)
    return;
  t.busy_now = false;
  auto time = std::max(at - t.attempt_started_at, duration{0});
  t.busy += time;
  t.attempt_busy += time;
  if (t.phase == work_phase::integrate)
    t.integrate_busy += time;
  if (intervals_.empty())
    intervals_.reserve(tasks_.size());
  intervals_.push_back({task_id{task}, t.agent, t.attempts, t.version,
                        t.attempt_started_at, at, t.attempt_wanted_at,
                        t.attempt_busy, t.phase, false, attempt_end::success,
                        static_cast<std::uint32_t>(sessions_.size() - 1),
                        t.node, t.taken});
  if (t.agent.value < agents_.size()) {
    --agents_[t.agent.value].running;
    agents_[t.agent.value].busy += time;
    running_.erase(task);
  }
}

// The stretch that has just been stopped was the last one of its attempt, or
// the attempt ends while it waits inside.
void run_model::close_attempt(std::uint32_t task, attempt_end end) {
  auto& t = tasks_[task];
  if (!std::exchange(t.attempt_open, false))
    return;
  t.progress.clear();
  t.percent = -1;
  for (auto i = intervals_.rbegin(); i != intervals_.rend(); ++i)
    if (i->task.value == task) {
      i->is_last = true;
      i->end = end;
      return;
    }
}

void run_model::pause_inside(const fact& x) {
  auto& t = tasks_[x.subject];
  if (!t.attempt_open || t.waits_since)
    return;
  stop_clock(x.subject, x.at);
  t.waits_since = x.at;
  t.wants_slot = false;
  inside_.move_to(0, x.subject);
  inside_waits_.push_back({task_id{x.subject}, t.attempts, x.at, {}, {}});
}

void run_model::go_on_inside(const fact& x) {
  auto& t = tasks_[x.subject];
  if (!t.attempt_open || !t.waits_since)
    return;
  end_wait_inside(x.subject, x.at);
  std::optional<duration> over;
  for (auto i = inside_waits_.rbegin(); i != inside_waits_.rend(); ++i)
    if (i->task.value == x.subject) {
      over = i->over_at;
      break;
    }
  start_clock(x.subject, x.at, over.value_or(x.at));
}

void run_model::end_wait_inside(std::uint32_t task, duration at) {
  auto& t = tasks_[task];
  if (!t.waits_since)
    return;
  t.waited_inside += up_time(*t.waits_since, at);
  t.waits_since.reset();
  t.wants_slot = false;
  inside_.erase(task);
  for (auto i = inside_waits_.rbegin(); i != inside_waits_.rend(); ++i)
    if (i->task.value == task) {
      i->until = at;
      break;
    }
}

void run_model::end_without_attempt(const fact& x, task_state next) {
  auto& t = tasks_[x.subject];
  stop_clock(x.subject, x.at);
  end_wait_inside(x.subject, x.at);
  close_attempt(x.subject, attempt_end::cancelled);
  t.ending = false;
  t.in_backoff = false;
  t.cause_kind = x.cause_kind;
  t.cause = x.cause;
  enter(x.subject, next, x.at);
}

} // namespace tutti::report
