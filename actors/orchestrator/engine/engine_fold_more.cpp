// SPDX-License-Identifier: BSD-3-Clause
// Facts about gates, versions, streams, requests, waits, people and services
// into state.
#include "actors/orchestrator/engine/engine.hpp"
#include "actors/orchestrator/engine/task_machine.hpp"
#include "messages/assert.hpp"
#include "messages/mutant.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
    return update_out(graph_.gate_node(f.subject));
  case fact_kind::gate_closed:
    g.state = gate_state::closed;
    g.cause = cause_of(f);
    return update_out(graph_.gate_node(f.subject));
  case fact_kind::gate_rejected:
    g.state = gate_state::rejected;
    ++counts_.rejected;
    return update_out(graph_.gate_node(f.subject));
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
    return update_out(graph_.gate_node(f.subject));
  }
  case fact_kind::verdict_given: {
    auto& a = approvals_[gate_index(f.subject)];
    a.comment = f.extra->text;
    if (f.extra->verdict == verdict::approved && f.agent != agent_id::none)
      a.approved_by.insert(a.approved_by.end(),
                           TUTTI_MUTANT(approver_counts_twice) ? 2 : 1,
                           f.extra->who);
    else if (f.extra->verdict == verdict::approved)
      a.person = f.extra->who;
    const auto& rework = graph_.special_gate(f.subject)->rework;
    if (f.extra->verdict == verdict::changes_requested
        && a.review >= rework.max_rounds
        && rework.on_exhausted == exhausted_action::human) {
      // A new question: who has approved before may say so again.
      a.human_decides = true;
      a.approved_by.clear();
      a.person.reset();
    }
    return;
  }
  case fact_kind::rework_requested:
    approvals_[gate_index(f.subject)].round = f.version;
    for (auto t : f.extra->tasks) {
      note_feedback(t.value, f.extra->text);
      if (f.cause != task_id::none)
        ++approvals_[gate_index(f.subject)].rounds_of_trigger[t.value];
    }
    return;
  case fact_kind::gate_reset:
    counts_.rejected -= g.state == gate_state::rejected;
    g.state = gate_state::waiting;
    g.unmet = false;
    g.cause = task_id::none;
    if (graph_.special_gate(f.subject) != nullptr) {
      auto& a = approvals_[gate_index(f.subject)];
      a.approved_by.clear();
      a.person.reset();
    }
    update_in(graph_.gate_node(f.subject));
    update_out(graph_.gate_node(f.subject));
    gates_.push_back(f.subject);
    return;
  default:
    TUTTI_ASSERT(false);
  }
}

// -- versions -----------------------------------------------------------------

/// With rework, the moment of a change decides what is made again (§18).
void engine::note_result(std::uint32_t task) {
  result_record result{tasks_[task].state, details_of(task)};
  auto& last = results_[task];
  bool equal = last.state == result.state
            && same_content(last.details.get(), result.details.get());
  last = std::move(result);
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
      && (graph_.tasks[task].kind != task_kind::review
          || rare_[task].cancelled_review))
    --counts_.cancelled;
  if (t.overdue && t.state == task_state::timed_out)
    --counts_.overdue;
  clock_starts_.erase(task);
  t.failures = 0;
  t.cause = task_id::none;
  t.overdue = false;
  t.cancelled = false;
  t.later_missed = false;
}

/// Reworks of what has not ended yet merge: it hears of all of them (§18).
void engine::note_feedback(std::uint32_t task, const std::string& text) {
  const auto& t = tasks_[task];
  auto& rare = rare_[task];
  auto version = t.version + is_terminal(t.state);
  bool merges = rare.feedback_for == version && !rare.feedback.empty();
  rare.feedback = merges ? rare.feedback + '\n' + text : text;
  rare.feedback_for = version;
}

void engine::undoubt(std::uint32_t task) {
  counts_.doubted -= tasks_[task].doubted;
  tasks_[task].doubted = false;
}

void engine::fold_version(const fact& f) {
  auto x = f.subject;
  since_[x] = f.at;
  if (f.kind == fact_kind::version_doubted)
    return fold_doubt(x);
  undoubt(x);
  if (f.kind == fact_kind::version_started)
    return restart(x, f.version, f.phase);
  parked_.push_back(x);
  update_out(x);
}

/// Until it is settled it looks at its edges anew, and integrates nothing.
void engine::fold_doubt(std::uint32_t task) {
  auto& t = tasks_[task];
  if (t.may_integrate && !t.assigned)
    dequeue(task);
  t.may_integrate = false;
  t.doubted = true;
  ++counts_.doubted;
  unsure_.push_back(task);
  update_in(task);
  update_out(task);
}

/// A task is to be done again, from its start or only what it integrates.
void engine::restart(std::uint32_t task, std::uint32_t version,
                     work_phase phase) {
  auto& t = tasks_[task];
  t.renewed = t.renewed || t.begun_version || is_terminal(t.state);
  if (version != t.version)
    forget_requests(task);
  t.version = version;
  bool later = phase == work_phase::integrate;
  if (is_terminal(t.state)) {
    reopen(task);
    later ? reintegrate(t.state) : new_version(t.state);
  } else {
    if (t.state == task_state::ready || (t.may_integrate && !t.assigned))
      dequeue(task);
    if (t.state == task_state::waiting_to_integrate)
      lose_node(t.state);
    if (t.backing_off) {
      t.backing_off = false;
      --counts_.backing_off;
    }
    unrelease(t.state);
  }
  t.may_integrate = false;
  t.may_miss = false;
  if (!later) {
    t.begun_version = false;
    t.ran = false;
    keep_details(task, nullptr);
  }
  update_in(task);
  update_out(task);
  if (later)
    return parked_.push_back(task);
  if (t.pending == 0)
    released_.push_back(task);
  if (graph_.tasks[task].loose)
    touched_streams_.push_back(stream_index(task));
}

/// Nobody waits for what an old version asked.
void engine::forget_requests(std::uint32_t task) {
  auto& t = tasks_[task];
  t.later -= static_cast<std::uint32_t>(
      std::count_if(requests_.begin(), requests_.end(), [&](const auto& r) {
        return r.work.from.value == task && r.version == t.version && r.awaited
            && !is_terminal(r.state);
      }));
  t.asked = false;
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

namespace {

std::uint64_t bytes_of(const work_item& x) {
  return x.text.size() + x.note.size();
}

/// What `engine::key_of` made a key of: the name of what is used, and the
/// number of its use.
std::pair<std::string, std::uint32_t> used_by(const std::string& key) {
  std::vector<std::string_view> parts; // task, version, server, use, phase
  std::string_view rest = key;
  for (int i = 0; i < 5; ++i) {
    auto end = rest.find('/');
    if (end == std::string_view::npos)
      return {};
    parts.push_back(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  std::uint32_t n = 0;
  std::from_chars(parts[3].data(), parts[3].data() + parts[3].size(), n);
  return {std::string{parts[2]} + '/' + std::string{rest}, n};
}

} // namespace

void engine::fold_request(const fact& f) {
  if (f.kind == fact_kind::answer_accepted) {
    auto& r = requests_[f.subject - 1];
    r.accepted = true;
    // Nobody needs it any more; who asks again brings it. After a resume the
    // answer is announced once more, and to whom else works on its task.
    const auto& agents = graph_.class_of(r.work.from.value).agents;
    bool pinned = agents.size() == 1 && !placement_.is_chosen(agents[0].value);
    if (out_ != nullptr && pinned)
      r.work.text = {};
    return;
  }
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
    auto& rare = rare_[f.cause];
    ++rare.open_requests;
    rare.open_bytes += bytes_of(r.work);
    // An attempt that is taken over goes on counting.
    auto [name, n] = used_by(f.extra->who);
    auto& used = rare.uses[name];
    used = std::max(used, n);
    if (r.awaited) {
      ++tasks_[f.cause].later;
      tasks_[f.cause].asked = true;
    }
    requests_.push_back(std::move(r));
    return;
  }
  auto& r = requests_[f.subject - 1];
  bool open = !is_terminal(r.state);
  if (open) {
    auto& rare = rare_[r.work.from.value];
    --rare.open_requests;
    rare.open_bytes -= bytes_of(r.work);
    r.work.note = {};
  }
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
    if (TUTTI_MUTANT(wait_keeps_slot))
      return;
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
  undoubt(f.subject);
  restart(f.subject, f.version, f.phase);
}

void engine::fold_service(const fact& f) {
  auto& s = others_[graph_.gate_count + f.subject];
  if (s.service == service_state::starting)
    --counts_.starting;
  s.service = f.service;
  if (s.service == service_state::starting)
    ++counts_.starting;
  update_out(graph_.service_node(f.subject));
}

} // namespace tutti::engine
