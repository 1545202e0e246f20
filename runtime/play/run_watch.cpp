// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/run_watch.hpp"

#include "messages/node.hpp"

#include <algorithm>

namespace tutti::play {

namespace {

using config::moment_kind;

} // namespace

run_watch::run_watch(std::shared_ptr<const plan> work,
                     const engine::graph_options& graph,
                     std::vector<std::string> nodes)
  : plan_(std::move(work)), graph_(graph),
    state_(engine::compile(*plan_, graph)), attempts_(plan_->tasks.size(), 0),
    nodes_(std::move(nodes)), places_(plan_->agents.size()),
    placings_(plan_->agents.size(), 0), ran_on_(plan_->tasks.size()),
    agents_(plan_->agents.size()), tasks_of_(plan_->agents.size()),
    standings_(plan_->tasks.size()), unfinished_(plan_->agents.size(), 0),
    ready_(plan_->agents.size(), 0) {
  for (std::uint32_t i = 0; i < plan_->tasks.size(); ++i) {
    for (auto a : plan_->tasks[i].agents)
      tasks_of_[a.value].push_back(i);
    settle_standing(i);
  }
}

// -- facts --------------------------------------------------------------------

void run_watch::on(const fact& x) {
  bool of_task = subject_of(x.kind) == subject_kind::task;
  auto before = of_task ? state_.task(x.subject).state : task_state::waiting;
  state_.fold(x);
  facts_.push_back(x);
  if (of_task) {
    note_end(x, before);
    settle_standing(x.subject);
  }
  switch (x.kind) {
  case fact_kind::attempt_started:
  case fact_kind::attempt_finished:
    return note_attempt(x);
  case fact_kind::node_joined:
  case fact_kind::node_lost:
  case fact_kind::node_gone:
  case fact_kind::agent_placed:
  case fact_kind::agent_unplaced:
    return note_node(x);
  case fact_kind::approval_asked:
    return note(x, moment_kind::asked);
  case fact_kind::gate_opened:
    return note(x, moment_kind::open);
  case fact_kind::handoff_sent: {
    auto& h = handoffs_[{x.cause, x.subject}];
    if (h.version != x.version)
      h = {x.version, false, false, false, h.uses};
    return;
  }
  case fact_kind::handoff_accepted: {
    auto& h = handoffs_[{x.cause, x.subject}];
    h.arrived = h.arrived || h.version == x.version;
    return;
  }
  case fact_kind::result_late:
    ++late_;
    return;
  case fact_kind::request_made:
    ++open_requests_;
    return;
  case fact_kind::request_cancelled:
    --open_requests_;
    return;
  case fact_kind::request_answered:
    ++answered_;
    if (--open_requests_ == 0)
      note(x, moment_kind::answered);
    return;
  default:
    return;
  }
}

void run_watch::note_node(const fact& x) {
  if (x.kind == fact_kind::agent_placed) {
    places_[x.agent] = x.extra->who;
    ++placings_[x.agent];
    return;
  }
  if (x.kind == fact_kind::agent_unplaced)
    return places_[x.agent].clear();
  auto at = std::find(nodes_.begin(), nodes_.end(), x.extra->who);
  if (at == nodes_.end())
    return;
  auto kind = x.kind == fact_kind::node_joined ? moment_kind::joined
            : x.kind == fact_kind::node_lost   ? moment_kind::lost
                                               : moment_kind::gone;
  happenings_.push_back(
      {x.at, kind, static_cast<std::uint32_t>(at - nodes_.begin()), 0, 0});
}

/// What has passed stays: moments, and how agents spent their time.
void run_watch::rewind(std::size_t count) {
  auto facts = std::move(facts_);
  auto happenings = std::move(happenings_);
  auto agents = std::move(agents_);
  auto last = last_;
  *this = run_watch{plan_, graph_, std::move(nodes_)};
  for (std::size_t i = 0; i < count; ++i)
    on(facts[i]);
  happenings_ = std::move(happenings);
  agents_ = std::move(agents);
  last_ = last;
}

void run_watch::note(const fact& x, moment_kind kind) {
  happenings_.push_back({x.at, kind, x.subject, x.attempt, 0});
}

void run_watch::note_end(const fact& x, task_state before) {
  auto after = state_.task(x.subject).state;
  if (x.kind == fact_kind::attempt_finished && x.end == attempt_end::success)
    note(x, x.phase == work_phase::run ? moment_kind::ran
                                       : moment_kind::integrated);
  if (after == before || !is_terminal(after))
    return;
  switch (after) {
  case task_state::succeeded:
    return note(x, moment_kind::done);
  case task_state::failed:
  case task_state::error:
    return note(x, moment_kind::failed);
  case task_state::timed_out:
    return note(x, moment_kind::timed_out);
  case task_state::cancelled:
    return note(x, moment_kind::cancelled);
  case task_state::skipped:
    return note(x, moment_kind::skipped);
  default:
    return;
  }
}

void run_watch::note_attempt(const fact& x) {
  bool begins = x.kind == fact_kind::attempt_started;
  if (begins) {
    ++attempts_[x.subject];
    ran_on_[x.subject].push_back(places_[x.agent].empty() ? local_node
                                                          : places_[x.agent]);
    if (x.phase == work_phase::run)
      note(x, moment_kind::started);
    if (plan_->tasks[x.subject].kind == task_kind::requests)
      ++batches_;
  }
  if (plan_->tasks[x.subject].kind == task_kind::after_each)
    return note_run_for_triggers(x, begins);
  // Each arrival is integrated once, where each is by itself (§10).
  bool each = plan_->tasks[x.subject].integrate_each;
  for_handoffs_of(x.subject, x.phase, [&](watched_handoff& h) {
    if (begins)
      h.taken = !each || !h.used;
    else
      end_use(h, x.end == attempt_end::success);
  });
}

/// Whoever took it has ended.
void run_watch::end_use(watched_handoff& h, bool success) {
  if (h.taken && success && !h.used) {
    h.used = true;
    ++h.uses;
  }
  h.taken = h.taken && success;
}

/// A run of an after-each task uses what its triggers handed on, no other.
void run_watch::note_run_for_triggers(const fact& x, bool begins) {
  if (begins) {
    for (const auto& item : state_.stream(x.subject)->taken)
      handoffs_[{item.from.value, x.subject}].taken = true;
    return;
  }
  for (auto e : state_.plan_graph().into(x.subject))
    if (auto i = handoffs_.find({e.target(), x.subject}); i != handoffs_.end())
      end_use(i->second, x.end == attempt_end::success);
}

/// Those that have arrived for this phase of a task. Where nothing is there to
/// integrate, what is needed later belongs to the run phase.
template <class Use>
void run_watch::for_handoffs_of(std::uint32_t task, work_phase phase, Use use) {
  bool integrates = plan_->tasks[task].integrate.present;
  for (auto e : state_.plan_graph().into(task)) {
    if (!e.carries_data())
      continue;
    auto i = handoffs_.find({e.target(), task});
    if (i == handoffs_.end() || !i->second.arrived)
      continue;
    bool later = integrates && e.kind() == engine::edge_kind::later;
    if (later == (phase == work_phase::integrate))
      use(i->second);
  }
}

// -- agents -------------------------------------------------------------------

run_watch::counted run_watch::standing_of(std::uint32_t task) const {
  const auto& t = state_.task(task);
  if (plan_->tasks[task].kind == task_kind::requests || is_terminal(t.state))
    return {};
  bool integrates = t.state == task_state::waiting_to_integrate;
  bool is_ready =
      t.state == task_state::ready || (integrates && t.may_integrate);
  // It integrates where it ran (§2).
  bool has_run = integrates || t.state == task_state::running
              || t.state == task_state::integrating;
  return {is_ready && !t.paused && !t.backing_off ? standing::ready
                                                  : standing::unfinished,
          has_run ? t.agent : agent_id::none};
}

void run_watch::settle_standing(std::uint32_t task) {
  auto after = standing_of(task);
  if (standings_[task] == after)
    return;
  count(task, standings_[task], false);
  count(task, after, true);
  standings_[task] = after;
}

void run_watch::count(std::uint32_t task, const counted& x, bool begins) {
  if (x.is == standing::finished)
    return;
  auto add = [begins](std::uint32_t& to) {
    begins ? ++to : --to;
  };
  for (auto a : plan_->tasks[task].agents)
    if (x.owner == agent_id::none || x.owner == a.value) {
      add(unfinished_[a.value]);
      if (x.is == standing::ready)
        add(ready_[a.value]);
    }
}

void run_watch::pass_of(agent_id x, duration span, bool runs, bool is_up) {
  auto& a = agents_[x.value];
  const auto& slots = state_.agent(x.value);
  if (slots.used == 0 || !runs)
    a.idle += span;
  bool nothing_to_do = unfinished_[x.value] > 0 && ready_[x.value] == 0;
  if (is_up && slots.left() > 0 && nothing_to_do && slots.used == 0)
    a.waited += span;
}

std::vector<task_id> run_watch::working(agent_id x) const {
  std::vector<task_id> result;
  for (auto i : tasks_of_[x.value]) {
    const auto& t = state_.task(i);
    bool works =
        t.state == task_state::running || t.state == task_state::integrating;
    if (works && !t.waits && t.agent == x.value)
      result.emplace_back(i);
  }
  return result;
}

std::vector<task_id> run_watch::ready(agent_id x) const {
  std::vector<task_id> result;
  for (auto i : tasks_of_[x.value]) {
    const auto& is = standings_[i];
    if (is.is == standing::ready
        && (is.owner == agent_id::none || is.owner == x.value) && has_tokens(i))
      result.emplace_back(i);
  }
  return result;
}

/// What lacks a token of a pool is no work that could be done.
bool run_watch::has_tokens(std::uint32_t task) const {
  return state_.task(task).assigned
      || state_.has_tokens(state_.plan_graph().class_of(task));
}

bool run_watch::has_free_slot(agent_id x) const {
  return state_.agent(x.value).left() > 0;
}

// -- handoffs and requests ----------------------------------------------------

watched_handoff run_watch::handoff(task_id from, task_id to) const {
  auto i = handoffs_.find({from.value, to.value});
  return i == handoffs_.end() ? watched_handoff{} : i->second;
}

std::uint32_t run_watch::inbox(agent_id x) const {
  std::uint32_t result = 0;
  const auto& p = *plan_;
  for (const auto& [key, h] : handoffs_) {
    const auto& t = state_.task(key.second);
    result += h.arrived && !h.taken && !h.used && t.agent == x.value
           && !is_terminal(t.state);
  }
  if (const auto& r = p.agents[x.value].requests; r.present)
    result +=
        static_cast<std::uint32_t>(state_.stream(r.task.value)->queue.size());
  return result;
}

std::optional<fact> run_watch::end() const {
  if (facts_.empty() || facts_.back().kind != fact_kind::run_ended)
    return std::nullopt;
  return facts_.back();
}

} // namespace tutti::play
