// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/run_book.hpp"

#include "messages/expression.hpp"

#include <algorithm>
#include <utility>

namespace tutti::play {

run_book::run_book(const plan& work)
  : plan_(work), tasks_(work.tasks.size()), gates_(work.gates.size()),
    ready_services_(work.services.size(), false), blockers_(work.tasks.size()),
    histories_(work.tasks.size()), gate_histories_(work.gates.size()) {
  has_rework_ = std::any_of(work.gates.begin(), work.gates.end(),
                            [](const tutti::gate& g) {
                              return g.rework.present;
                            });
  find_blockers();
}

// -- the plan -----------------------------------------------------------------

std::vector<std::uint32_t> run_book::tasks_of(node_ref x) const {
  if (x.kind == node_kind::task)
    return {x.index};
  std::vector<std::uint32_t> result;
  if (x.kind == node_kind::phase)
    for (auto t : plan_.phases[x.index].tasks)
      result.push_back(t.value);
  return result;
}

/// §8, §15: `blocks: all` means every task except what such a gate needs,
/// directly or not, and reviews; `finally` tasks are blocked by none.
void run_book::find_blockers() {
  std::vector<node_ref> open;
  std::set<std::pair<node_kind, std::uint32_t>> before_all;
  for (std::uint32_t i = 0; i < gates_.size(); ++i)
    if (plan_.gates[i].blocks_all)
      open.push_back({node_kind::gate, i});
  auto add = [&open](const auto& xs) {
    for (const auto& n : xs)
      open.push_back(n.of);
  };
  while (!open.empty()) {
    auto x = open.back();
    open.pop_back();
    if (!before_all.insert({x.kind, x.index}).second)
      continue;
    if (x.kind == node_kind::gate) {
      add(plan_.gates[x.index].needs);
    } else if (x.kind == node_kind::service) {
      add(plan_.services[x.index].needs);
    } else if (x.kind == node_kind::phase) {
      for (auto t : plan_.phases[x.index].tasks)
        open.push_back({node_kind::task, t.value});
    } else {
      const auto& t = plan_.tasks[x.index];
      add(t.needs);
      add(t.needs_later);
      open.insert(open.end(), t.after.begin(), t.after.end());
      for (auto trigger : t.after_each)
        open.push_back({node_kind::task, trigger.value});
      for (std::uint32_t g = 0; g < gates_.size(); ++g)
        for (const auto& b : plan_.gates[g].blocks)
          for (auto blocked : tasks_of(b))
            if (blocked == x.index)
              open.push_back({node_kind::gate, g});
    }
  }
  for (std::uint32_t g = 0; g < gates_.size(); ++g) {
    for (const auto& b : plan_.gates[g].blocks)
      for (auto t : tasks_of(b))
        if (!plan_.tasks[t].is_finally)
          blockers_[t].push_back(g);
    for (std::uint32_t t = 0; plan_.gates[g].blocks_all && t < tasks_.size();
         ++t) {
      const auto& x = plan_.tasks[t];
      bool is_free = x.is_finally || x.kind == task_kind::review
                  || x.kind == task_kind::requests
                  || before_all.contains({node_kind::task, t});
      if (!is_free)
        blockers_[t].push_back(g);
    }
  }
}

// -- what holds ---------------------------------------------------------------

bool run_book::task_holds(std::uint32_t i, need_condition c,
                          bool of_task) const {
  const auto& t = tasks_[i];
  if (c == need_condition::started)
    return t.ever_started;
  if (!t.settled())
    return false;
  if (c == need_condition::completed)
    return true;
  if (c == need_condition::failed)
    return is_failure(t.state);
  if (t.state == task_state::left_out)
    return !of_task;
  return t.state == task_state::succeeded || plan_.tasks[i].allow_failure;
}

bool run_book::holds(const need& x, bool of_task) const {
  switch (x.of.kind) {
  case node_kind::task:
    return task_holds(x.of.index, x.condition, of_task);
  case node_kind::gate: {
    auto state = gates_[x.of.index].state;
    bool open = state == gate_state::open;
    bool shut = state == gate_state::closed || state == gate_state::rejected;
    return x.condition == need_condition::succeeded ? open
         : x.condition == need_condition::failed    ? shut
                                                    : open || shut;
  }
  case node_kind::service:
    return ready_services_[x.of.index];
  case node_kind::phase:
    break;
  }
  auto members = tasks_of(x.of);
  auto holds_one = [&](std::uint32_t t) {
    return task_holds(t, x.condition, false);
  };
  if (x.condition == need_condition::succeeded
      || x.condition == need_condition::completed)
    return std::all_of(members.begin(), members.end(), holds_one);
  return std::any_of(members.begin(), members.end(), holds_one);
}

bool run_book::came_well(std::uint32_t task) const {
  return task_holds(task, need_condition::succeeded, false);
}

bool run_book::condition_holds(std::uint32_t task) const {
  const auto& x = plan_.tasks[task].condition;
  auto outputs = [this](task_id t, std::string_view name) -> const value* {
    const auto& d = tasks_[t.value].details;
    return d ? find_output(d->outputs, name) : nullptr;
  };
  return x.empty() || is_true(evaluate(x, outputs));
}

// -- facts --------------------------------------------------------------------

void run_book::on(const fact& x) {
  note_history(x);
  switch (subject_of(x.kind)) {
  case subject_kind::task:
    return on_task(x);
  case subject_kind::gate:
    return on_gate(x);
  case subject_kind::request:
    return on_request(x);
  case subject_kind::service:
    ready_services_[x.subject] = x.service == service_state::ready;
    return;
  case subject_kind::none:
    break;
  }
  if (x.kind == fact_kind::run_resumed)
    return on_resumed();
  stopping_ = stopping_ || x.kind == fact_kind::stop_requested;
  over_ = over_ || x.kind == fact_kind::run_ended;
}

void run_book::on_resumed() {
  stopping_ = false;
  over_ = false;
}

void run_book::end(std::uint32_t task, task_state how) {
  auto& t = tasks_[task];
  t.state = how;
  t.ended = std::max(t.ended, t.version);
  t.paused = false;
  if (how == task_state::cancelled)
    t.doubted = false;
}

/// Again, from its start or only what it integrates.
void run_book::start_over(const fact& x) {
  auto& t = tasks_[x.subject];
  bool ended = is_terminal(t.state);
  if (x.version != t.version) {
    t.open_requests = 0;
    t.asked = false;
  }
  t.version = x.version;
  t.doubted = false;
  bool whole = x.phase == work_phase::run;
  t.state = whole ? task_state::waiting : task_state::waiting_to_integrate;
  if (ended) {
    t.failures = 0;
    t.cancelled = t.overdue = false;
  }
  if (whole) {
    t.begun = t.ran = false;
    t.details = nullptr;
  }
}

void run_book::on_task(const fact& x) {
  auto& t = tasks_[x.subject];
  switch (x.kind) {
  case fact_kind::task_ready:
    if (t.state == task_state::waiting)
      t.state = task_state::ready;
    return;
  case fact_kind::task_assigned:
    t.assigned = true;
    t.ending = t.waits = false;
    t.attempt = x.attempt;
    t.agent = x.agent;
    t.phase = x.phase;
    t.items = x.extra ? x.extra->items : std::vector<work_item>{};
    return;
  case fact_kind::attempt_started:
    t.state = x.phase == work_phase::run ? task_state::running
                                         : task_state::integrating;
    t.ever_started = t.begun = true;
    return;
  case fact_kind::attempt_finished:
    return on_finished(x);
  case fact_kind::attempt_ending:
    if (!t.works() && !t.ending)
      t.asked_back = x.at;
    t.ending = true;
    t.cancelled = t.cancelled || x.end == attempt_end::cancelled;
    return;
  case fact_kind::attempt_revoked:
    t.assigned = t.ending = false;
    // On a node that is lost it may have begun.
    if (x.end != attempt_end::node_lost)
      t.attempt = x.attempt - 1;
    return;
  case fact_kind::run_lost: // its result is on a lost node
    t.state = task_state::ready;
    t.ran = t.doubted = false;
    return;
  case fact_kind::attempt_waits:
    t.waits = true;
    return;
  case fact_kind::attempt_goes_on:
    t.waits = false;
    return;
  case fact_kind::task_skipped:
    return end(x.subject, task_state::skipped);
  case fact_kind::task_left_out:
    return end(x.subject, task_state::left_out);
  case fact_kind::task_cancelled:
    return end(x.subject, task_state::cancelled);
  case fact_kind::task_timed_out:
    return end(x.subject, task_state::timed_out);
  case fact_kind::task_errored:
    return end(x.subject, task_state::error);
  case fact_kind::integrate_ready:
  case fact_kind::later_failed:
  case fact_kind::stream_ended:
    if (is_terminal(x.state))
      end(x.subject, x.state);
    return;
  case fact_kind::version_started:
    return start_over(x);
  case fact_kind::task_retried:
    t.retried = true;
    return start_over(x);
  case fact_kind::version_doubted:
    t.doubted = true;
    return;
  case fact_kind::version_kept:
    t.doubted = false;
    return;
  case fact_kind::deadline_over:
    t.overdue = true;
    return;
  case fact_kind::task_paused:
    t.paused = true;
    return;
  case fact_kind::task_resumed:
    t.paused = false;
    return;
  default:
    return;
  }
}

void run_book::on_finished(const fact& x) {
  auto& t = tasks_[x.subject];
  bool well = x.end == attempt_end::success;
  bool review = plan_.tasks[x.subject].kind == task_kind::review;
  bool silent = review && x.end == attempt_end::failure && x.exit_code == 0;
  t.assigned = t.waits = t.ending = false;
  t.no_verdicts = silent ? t.no_verdicts + 1 : well ? 0 : t.no_verdicts;
  t.crashes = x.end == attempt_end::system_error ? t.crashes + 1 : 0;
  t.failures += (x.end == attempt_end::failure && !silent)
             || x.end == attempt_end::timed_out;
  if (well) {
    t.details = x.details;
    t.ran = true;
  }
  for (const auto& item : t.items)
    if (item.request == 0 && (well || x.state == task_state::waiting))
      t.ran_after[item.from.value] = item.version;
  if (x.state == task_state::waiting)
    t.failures = 0; // the next one is another piece of work
  if (x.state == task_state::ready) {
    t.doubted = false;
    if (x.end == attempt_end::node_lost)
      t.ran = false; // what its run phase left there is lost, too (§2)
  }
  if (is_terminal(x.state)) {
    if (!well && x.phase == work_phase::run)
      t.details = x.details;
    return end(x.subject, x.state);
  }
  t.state = x.state;
}

void run_book::on_gate(const fact& x) {
  auto& g = gates_[x.subject];
  auto forget = [&g] {
    g.approved.clear();
    g.by_person = false;
  };
  switch (x.kind) {
  case fact_kind::gate_opened:
    g.state = gate_state::open;
    return;
  case fact_kind::gate_closed:
    g.state = gate_state::closed;
    return;
  case fact_kind::gate_rejected:
    g.state = gate_state::rejected;
    return;
  case fact_kind::gate_reset:
    g.state = gate_state::waiting;
    g.person_decides = false;
    return forget();
  case fact_kind::approval_asked: {
    const auto& r = plan_.gates[x.subject].rework;
    g.person_decides = g.state == gate_state::asked
                    || (r.present && x.version > r.max_rounds
                        && r.on_exhausted == exhausted_action::human);
    g.state = gate_state::asked;
    g.review = x.version;
    g.asked_at = x.at;
    g.exhausted = false;
    return forget();
  }
  case fact_kind::verdict_given:
    if (x.extra->verdict == verdict::approved && x.agent != agent_id::none)
      g.approved.insert(x.extra->who);
    else if (x.extra->verdict == verdict::approved)
      g.by_person = true;
    if (x.extra->verdict != verdict::changes_requested)
      return;
    g.exhausted = g.review >= plan_.gates[x.subject].rework.max_rounds;
    if (g.exhausted
        && plan_.gates[x.subject].rework.on_exhausted
               == exhausted_action::human) {
      g.person_decides = true;
      forget();
    }
    return;
  default:
    return;
  }
}

void run_book::on_request(const fact& x) {
  auto& r = requests_[x.subject];
  if (x.kind == fact_kind::request_made) {
    r = {task_state::waiting, x.cause, x.version, x.extra->awaited};
    auto& t = tasks_[r.from];
    t.open_requests += r.awaited;
    t.asked = t.asked || r.awaited;
    return;
  }
  if (x.kind == fact_kind::answer_accepted)
    return;
  bool open = !is_terminal(r.state);
  r.state =
      x.kind == fact_kind::request_cancelled ? task_state::cancelled : x.state;
  auto& t = tasks_[r.from];
  if (open && r.awaited && t.version == r.version)
    --t.open_requests;
}

// -- for the oracle -----------------------------------------------------------

void run_book::note_history(const fact& x) {
  switch (x.kind) {
  case fact_kind::attempt_finished: {
    auto& h = histories_[x.subject];
    bool well = x.end == attempt_end::success;
    if (x.end == attempt_end::stopped || x.end == attempt_end::node_lost)
      return; // lost with tutti, or its node: it is made again
    h.last = x.end;
    h.failures += !well && x.end != attempt_end::system_error;
    // Crashes are counted by themselves (§22): the last one ends it.
    if (x.end == attempt_end::system_error && x.state == task_state::error)
      h.failures = plan_.tasks[x.subject].retries.max + std::size_t{1};
    h.integrated += well && x.phase == work_phase::integrate;
    for (const auto& item : tasks_[x.subject].items)
      if (item.request == 0)
        h.runs[item.from.value] = well;
    return;
  }
  case fact_kind::request_made:
    histories_[x.cause].asked = histories_[x.cause].asked || x.extra->awaited;
    return;
  case fact_kind::task_left_out:
    histories_[x.subject].condition = condition_holds(x.subject);
    return;
  case fact_kind::approval_asked:
    gate_histories_[x.subject].asked = true;
    return;
  case fact_kind::verdict_given: {
    auto& h = gate_histories_[x.subject];
    h.rejected = h.rejected || x.extra->verdict == verdict::rejected;
    if (x.extra->verdict == verdict::approved && x.agent == agent_id::none)
      h.by_person = true;
    else if (x.extra->verdict == verdict::approved)
      h.approved.insert(x.extra->who);
    return;
  }
  case fact_kind::gate_opened:
  case fact_kind::gate_closed:
  case fact_kind::gate_rejected:
    gate_histories_[x.subject].end =
        x.kind == fact_kind::gate_opened   ? gate_state::open
        : x.kind == fact_kind::gate_closed ? gate_state::closed
                                           : gate_state::rejected;
    return;
  default:
    return;
  }
}

std::vector<task_history> run_book::task_histories() const {
  auto result = histories_;
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i].end = tasks_[i].state;
    result[i].started = tasks_[i].ever_started;
  }
  return result;
}

} // namespace tutti::play
