// SPDX-License-Identifier: BSD-3-Clause
// Facts about gates, versions, streams, requests, waits, people and services
// into state.
#include "actors/orchestrator/engine/engine.hpp"
#include "actors/orchestrator/engine/task_machine.hpp"
#include "messages/assert.hpp"

#include <algorithm>

namespace tutti::engine {

std::uint32_t engine::gate_index(std::uint32_t gate) const {
  return static_cast<std::uint32_t>(graph_.special_gate(gate)
                                    - graph_.special_gates.data());
}

std::uint32_t engine::stream_index(std::uint32_t task) const {
  return static_cast<std::uint32_t>(graph_.stream(task)
                                    - graph_.streams.data());
}

// -- gates --------------------------------------------------------------------

void engine::fold_gate(const fact& f) {
  auto& g = others_[f.subject];
  switch (f.kind) {
  case fact_kind::gate_opened:
    g.state = gate_state::open;
    return resolve_gate(f.subject);
  case fact_kind::gate_closed:
    g.state = gate_state::closed;
    return resolve_gate(f.subject);
  case fact_kind::gate_rejected:
    g.state = gate_state::rejected;
    ++counts_.rejected;
    return resolve_gate(f.subject);
  case fact_kind::approval_asked: {
    auto& a = approvals_[gate_index(f.subject)];
    const auto& rework = graph_.special_gate(f.subject)->rework;
    bool rounds_over = rework.present && f.version > rework.max_rounds
                    && rework.on_exhausted == exhausted_action::human;
    // Asked again while it is asked: now a person decides.
    a.human_decides = g.state == gate_state::asked || rounds_over;
    g.state = gate_state::asked;
    a.review = f.version;
    a.asked_at = f.at;
    a.approved_by.clear();
    a.person.reset();
    return resolve_gate(f.subject);
  }
  case fact_kind::verdict_given: {
    auto& a = approvals_[gate_index(f.subject)];
    a.comment = f.extra->text;
    if (f.extra->verdict == verdict::approved && f.agent != agent_id::none)
      a.approved_by.push_back(f.extra->who);
    else if (f.extra->verdict == verdict::approved)
      a.person = f.extra->who;
    const auto& rework = graph_.special_gate(f.subject)->rework;
    if (f.extra->verdict == verdict::changes_requested
        && a.review >= rework.max_rounds
        && rework.on_exhausted == exhausted_action::human)
      a.human_decides = true;
    return;
  }
  case fact_kind::rework_requested:
    approvals_[gate_index(f.subject)].round = f.version;
    for (auto t : f.extra->tasks) {
      auto& feedback = rare_[t.value].feedback;
      // Reworks merge until there is a new result: it hears of all (§18).
      bool merges = !is_terminal(tasks_[t.value].state) && !feedback.empty();
      feedback = merges ? feedback + '\n' + f.extra->text : f.extra->text;
      if (f.cause != task_id::none)
        ++approvals_[gate_index(f.subject)].rounds_of_trigger[t.value];
    }
    return;
  case fact_kind::gate_reset: {
    bool met_some = g.state == gate_state::open || g.state == gate_state::asked;
    g.state = gate_state::waiting;
    g.unmet = false;
    g.cause = task_id::none;
    if (graph_.special_gate(f.subject) != nullptr) {
      auto& a = approvals_[gate_index(f.subject)];
      a.approved_by.clear();
      a.person.reset();
    }
    if (met_some)
      unsettle(graph_.gate_node(f.subject));
    refresh_edges(graph_.gate_node(f.subject));
    recheck_.push_back(graph_.gate_node(f.subject));
    gates_.push_back(f.subject);
    return;
  }
  default:
    TUTTI_ASSERT(false);
  }
}

// -- versions -----------------------------------------------------------------

/// With rework, the moment of a change decides what is made again (§18).
void engine::note_result(std::uint32_t task) {
  std::shared_ptr<const attempt_details> result;
  if (tasks_[task].state == task_state::succeeded)
    result = details_of(task);
  auto [i, fresh] = results_.try_emplace(task, result);
  auto same = [](const attempt_details* a, const attempt_details* b) {
    static const attempt_details nothing;
    const auto& x = a != nullptr ? *a : nothing;
    const auto& y = b != nullptr ? *b : nothing;
    return x.outputs == y.outputs && x.artifacts == y.artifacts
        && x.contracts == y.contracts;
  };
  bool equal = !fresh && tasks_[task].state == task_state::succeeded
            && changed_at_[task] != 0 && same(i->second.get(), result.get());
  i->second = result;
  if (!equal)
    changed_at_[task] = ++changes_;
}

/// A task that had ended is to be done again.
void engine::reopen(std::uint32_t task) {
  auto& t = tasks_[task];
  const auto& policy = graph_.policy_of(task);
  ++counts_.unfinished;
  if (is_failure(t.state) && !policy.allow_failure)
    --counts_.failed;
  if (t.state == task_state::cancelled
      && graph_.tasks[task].kind != task_kind::review)
    --counts_.cancelled;
  if (t.overdue && t.state == task_state::timed_out)
    --counts_.overdue;
  t.failures = 0;
  t.doomed = false;
  t.doomed_by_left_out = false;
  t.cause = task_id::none;
  t.overdue = false;
  t.cancelled = false;
  t.later_missed = false;
}

void engine::fold_version(const fact& f) {
  auto x = f.subject;
  since_[x] = f.at;
  auto& t = tasks_[x];
  if (f.kind == fact_kind::version_doubted) {
    t.doubted = true;
    ++counts_.doubted;
    doubted_.push_back(x);
    return unsettle(x);
  }
  if (t.doubted) {
    t.doubted = false;
    --counts_.doubted;
    std::erase(doubted_, x);
  }
  if (f.kind == fact_kind::version_kept) {
    doubts_moved_ = true;
    if (is_terminal(t.state))
      resolve_end(x);
    else
      parked_.push_back(x);
    return;
  }
  if (f.version != t.version) // nobody waits for what an old version asked
    t.later -= static_cast<std::uint32_t>(
        std::count_if(requests_.begin(), requests_.end(), [&](const auto& r) {
          return r.work.from.value == x && r.version == t.version && r.awaited
              && !is_terminal(r.state);
        }));
  t.version = f.version;
  if (is_terminal(t.state)) {
    unsettle(x);
    reopen(x);
    if (f.phase == work_phase::integrate) {
      reintegrate(t.state);
      return parked_.push_back(x);
    }
    new_version(t.state);
  } else {
    if (t.may_integrate && !t.assigned)
      dequeue(x);
    if (t.state == task_state::waiting_to_integrate)
      lose_node(t.state);
    else if (t.state == task_state::ready)
      dequeue(x);
    if (t.backing_off) {
      t.backing_off = false;
      --counts_.backing_off;
    }
    unrelease(t.state);
  }
  t.may_integrate = false;
  t.begun_version = false;
  t.asked = false;
  refresh_edges(x);
  recheck_.push_back(x);
  if (t.doomed)
    doomed_.push_back(x);
  if (t.pending == 0)
    released_.push_back(x);
  if (graph_.tasks[x].loose)
    touched_streams_.push_back(stream_index(x));
}

// -- after-each and requests --------------------------------------------------

void engine::fold_stream(const fact& f) {
  auto index = stream_index(f.subject);
  auto& s = streams_[index];
  touched_streams_.push_back(index);
  switch (f.kind) {
  case fact_kind::trigger_queued: {
    work_item item;
    item.from = task_id{f.cause};
    item.version = f.version;
    item.status = f.state;
    // Versions of one trigger coalesce; the latest is never dropped (§13).
    for (auto& x : s.queue)
      if (x.work.from == item.from) {
        x.work = item;
        return;
      }
    s.queue.push_back({item, f.at});
    return;
  }
  case fact_kind::task_assigned:
    s.taken = f.extra->items;
    std::erase_if(s.queue, [&](const stream_record::item& x) {
      return std::find(s.taken.begin(), s.taken.end(), x.work) != s.taken.end();
    });
    for (const auto& x : s.taken)
      if (x.request > 0)
        requests_[x.request - 1].state = task_state::running;
    s.aged = false;
    s.batch_armed = false;
    return;
  case fact_kind::attempt_revoked:
    // Back to where they were: at the head, in their order.
    for (auto i = s.taken.rbegin(); i != s.taken.rend(); ++i) {
      s.queue.insert(s.queue.begin(), {*i, f.at});
      if (i->request > 0)
        requests_[i->request - 1].state = task_state::waiting;
    }
    s.taken.clear();
    return;
  case fact_kind::attempt_finished:
    for (const auto& x : s.taken) {
      if (x.request > 0)
        continue;
      auto i =
          std::find_if(s.results.begin(), s.results.end(), [&](const auto& y) {
            return y.first == x.from.value;
          });
      if (i == s.results.end())
        i = s.results.insert(i, {x.from.value, false});
      i->second = f.end != attempt_end::success;
    }
    s.taken.clear();
    return;
  case fact_kind::stream_ended: {
    auto& t = tasks_[f.subject];
    if (f.state == task_state::failed || f.state == task_state::succeeded) {
      // It ends between two runs: through the states it would pass.
      if (t.state == task_state::ready)
        dequeue(f.subject);
      else
        release(t.state);
      begin(t.state);
      finish(t.state, f.state);
    } else {
      end_unstarted(t.state, f.state);
    }
    return fold_end(f.subject, f.state);
  }
  default:
    TUTTI_ASSERT(false);
  }
}

void engine::fold_request(const fact& f) {
  if (f.kind == fact_kind::answer_accepted)
    return;
  if (f.kind == fact_kind::request_made) {
    request_record r;
    r.work.from = task_id{f.cause};
    r.work.request = f.subject;
    r.work.text = f.extra->text;
    r.work.note = f.extra->note;
    r.server = graph_.request_tasks[f.agent];
    r.version = f.version;
    r.awaited = f.extra->awaited;
    TUTTI_ASSERT(f.subject == requests_.size() + 1);
    auto index = stream_index(r.server);
    streams_[index].queue.push_back({r.work, f.at});
    touched_streams_.push_back(index);
    request_keys_[f.extra->who] = f.subject;
    ++rare_[f.cause].open_requests;
    if (r.awaited) {
      ++tasks_[f.cause].later;
      tasks_[f.cause].asked = true;
    }
    requests_.push_back(std::move(r));
    return;
  }
  auto& r = requests_[f.subject - 1];
  bool open = !is_terminal(r.state);
  if (open)
    --rare_[r.work.from.value].open_requests;
  r.state =
      f.kind == fact_kind::request_cancelled ? task_state::cancelled : f.state;
  r.details = f.details;
  auto index = stream_index(r.server);
  std::erase_if(streams_[index].queue, [&](const stream_record::item& x) {
    return x.work.request == f.subject;
  });
  std::erase_if(streams_[index].taken, [&](const work_item& x) {
    return x.request == f.subject;
  });
  touched_streams_.push_back(index);
  auto& t = tasks_[r.work.from.value];
  if (!open || !r.awaited || t.version != r.version)
    return;
  --t.later;
  t.arrived = true;
  parked_.push_back(r.work.from.value);
}

// -- waits, people, services --------------------------------------------------

void engine::fold_wait(const fact& f) {
  since_[f.subject] = f.at;
  auto& t = tasks_[f.subject];
  switch (f.kind) {
  case fact_kind::attempt_waits:
    t.waits = true;
    free_capacity(f.subject, false);
    return;
  case fact_kind::wait_over:
    t.wants_slot = true;
    resuming_.push_back(f.subject);
    may_assign_ = true;
    return;
  default:
    t.waits = false;
    t.wants_slot = false;
    std::erase(resuming_, f.subject);
    take_capacity(f.subject);
  }
}

void engine::fold_people(const fact& f) {
  auto& t = tasks_[f.subject];
  if (f.kind == fact_kind::task_paused) {
    t.paused = true;
    ++counts_.paused;
    if (!t.assigned && (t.state == task_state::ready || t.may_integrate))
      dequeue(f.subject);
    return;
  }
  if (f.kind == fact_kind::task_resumed) {
    t.paused = false;
    --counts_.paused;
    return enqueue(f.subject);
  }
  since_[f.subject] = f.at;
  unsettle(f.subject);
  bool later = f.phase == work_phase::integrate;
  reopen(f.subject);
  if (later) {
    reintegrate(t.state);
    return parked_.push_back(f.subject);
  }
  new_version(t.state);
  t.begun_version = false;
  refresh_edges(f.subject);
  recheck_.push_back(f.subject);
  if (t.pending == 0)
    released_.push_back(f.subject);
  if (graph_.tasks[f.subject].loose)
    touched_streams_.push_back(stream_index(f.subject));
}

void engine::fold_service(const fact& f) {
  auto& s = others_[graph_.gate_count + f.subject];
  if (s.service == service_state::starting)
    --counts_.starting;
  s.service = f.service;
  if (s.service == service_state::starting)
    ++counts_.starting;
  if (s.service == service_state::ready || s.service == service_state::failed)
    resolve_service(f.subject);
}

} // namespace tutti::engine
