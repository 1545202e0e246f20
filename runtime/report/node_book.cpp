// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/node_book.hpp"

#include "messages/node.hpp"

#include <algorithm>
#include <utility>

namespace tutti::report {

namespace {

/// "gpu,linux" as labels, sorted.
std::vector<std::string> labels_of(std::string_view text) {
  std::vector<std::string> result;
  while (!text.empty()) {
    auto end = std::min(text.find(','), text.size());
    if (end > 0)
      result.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::sort(result.begin(), result.end());
  return result;
}

bool is_up(const node_record& x) {
  return x.state == node_state::up;
}

} // namespace

std::string_view to_string(node_state x) {
  switch (x) {
  case node_state::up:
    return "up";
  case node_state::draining:
    return "draining";
  case node_state::lost:
    return "lost";
  case node_state::awaited:
    return "awaited";
  case node_state::gone:
    return "gone";
  }
  return "unknown";
}

node_book::node_book(const tutti::plan& p)
  : plan_(&p), nodes_(1), place_by_agent_(p.agents.size(), nowhere) {
  nodes_[local].name = local_node;
}

// -- queries ------------------------------------------------------------------

bool node_book::is_chosen(agent_id x) const {
  return is_used_ && x.value < plan_->agents.size()
      && !plan_->agents[x.value].runs_on.empty();
}

std::uint32_t node_book::place_of(agent_id x) const {
  if (!is_chosen(x))
    return local;
  auto at = place_by_agent_[x.value];
  return at == nowhere ? nowhere : places_[at].node;
}

bool node_book::fits(const node_record& n, agent_id x) const {
  const auto& wanted = plan_->agents[x.value].runs_on;
  return std::includes(n.labels.begin(), n.labels.end(), wanted.begin(),
                       wanted.end());
}

bool node_book::fits_some(agent_id x) const {
  return std::any_of(nodes_.begin(), nodes_.end(), [&](const auto& n) {
    return is_up(n) && fits(n, x);
  });
}

std::vector<std::string> node_book::missing_labels(agent_id x) const {
  const auto& wanted = plan_->agents[x.value].runs_on;
  std::vector<std::string> result;
  for (const auto& label : wanted)
    if (std::none_of(nodes_.begin(), nodes_.end(), [&](const auto& n) {
          return is_up(n)
              && std::binary_search(n.labels.begin(), n.labels.end(), label);
        }))
      result.push_back(label);
  return result.empty() ? wanted : result;
}

std::uint32_t node_book::lingering_on(task_id x) const {
  auto at = current_.empty() ? nowhere : current_[x.value].last_lost;
  if (!plan_->tasks[x.value].exclusive || at == nowhere)
    return nowhere;
  const auto& loss = losses_[lost_[at].loss];
  return loss.over || lost_[at].what == lost_work::result ? nowhere : loss.node;
}

std::optional<overlap> node_book::overlap_of(const lost_work& x,
                                             duration now) const {
  if (x.what == lost_work::result || !x.next_started)
    return {};
  overlap result;
  auto over = losses_[x.loss].over;
  result.is_exact = x.ended && (!over || *x.ended <= *over);
  auto until = result.is_exact ? *x.ended : over.value_or(now);
  result.length = until - *x.next_started;
  return result.length > duration{0} ? std::optional{result} : std::nullopt;
}

// -- facts --------------------------------------------------------------------

void node_book::apply(const fact& x) {
  switch (x.kind) {
  case fact_kind::node_joined:
  case fact_kind::node_lost:
  case fact_kind::node_gone:
  case fact_kind::node_draining:
  case fact_kind::agent_placed:
  case fact_kind::agent_unplaced:
    use();
    return apply_node(x);
  case fact_kind::run_resumed:
    for (std::size_t i = 1; i < nodes_.size(); ++i)
      if (is_there(nodes_[i].state)) {
        nodes_[i].state = node_state::awaited;
        nodes_[i].since = x.at;
      }
    return;
  default:
    if (is_used_)
      apply_attempt(x);
  }
}

/// Before the first fact about a node none of its agents has been given work.
void node_book::use() {
  is_used_ = true;
  current_.resize(plan_->tasks.size());
}

std::uint32_t node_book::find(const fact& x) const {
  if (!x.extra)
    return nowhere;
  auto at = std::find_if(nodes_.begin(), nodes_.end(), [&](const auto& n) {
    return n.name == x.extra->who;
  });
  return at == nodes_.end() ? nowhere
                            : static_cast<std::uint32_t>(at - nodes_.begin());
}

void node_book::apply_node(const fact& x) {
  if (x.kind == fact_kind::agent_unplaced)
    return leave(x);
  if (x.kind == fact_kind::node_joined)
    return join(x);
  auto at = find(x);
  if (at == nowhere)
    return;
  auto& n = nodes_[at];
  switch (x.kind) {
  case fact_kind::node_lost:
    return lose_node(x);
  case fact_kind::node_gone:
    if (is_there(n.state)) {
      n.why =
          n.state == node_state::draining ? "it was drained" : "it has left";
      n.state = node_state::gone;
      n.since = x.at;
    }
    n.lingers = false;
    return end_losses(at, x.at);
  case fact_kind::node_draining:
    n.state = node_state::draining;
    n.since = x.at;
    return;
  case fact_kind::agent_placed:
    if (x.agent >= place_by_agent_.size())
      return;
    place_by_agent_[x.agent] = static_cast<std::uint32_t>(places_.size());
    places_.push_back({agent_id{x.agent}, at, x.version, x.at, {}, {}});
    return;
  default:
    return;
  }
}

void node_book::join(const fact& x) {
  if (!x.extra)
    return;
  auto at = find(x);
  if (at == nowhere) {
    at = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
    nodes_[at].name = x.extra->who;
  }
  auto& n = nodes_[at];
  if (n.joined == duration{0})
    n.joined = x.at;
  n.labels = labels_of(x.extra->text);
  n.slots = x.version;
  n.state = node_state::up;
  n.since = x.at;
  n.lingers = false;
  n.why.clear();
  end_losses(at, x.at);
}

void node_book::lose_node(const fact& x) {
  auto at = find(x);
  auto& n = nodes_[at];
  n.state = node_state::lost;
  n.since = x.at;
  n.lingers = true;
  n.why = x.extra->text;
  ++n.losses;
  losses_.push_back({at, x.at, n.why, {}});
}

void node_book::end_losses(std::uint32_t node, duration at) {
  for (auto& x : losses_)
    if (x.node == node && !x.over)
      x.over = at;
}

void node_book::leave(const fact& x) {
  if (x.agent >= place_by_agent_.size())
    return;
  auto at = std::exchange(place_by_agent_[x.agent], nowhere);
  if (at == nowhere)
    return;
  places_[at].until = x.at;
  if (x.extra)
    places_[at].why = x.extra->text;
}

// -- attempts -----------------------------------------------------------------

void node_book::apply_attempt(const fact& x) {
  if (subject_of(x.kind) != subject_kind::task || x.subject >= current_.size())
    return;
  auto& now = current_[x.subject];
  switch (x.kind) {
  case fact_kind::task_assigned:
    now.number = x.attempt;
    now.version = x.version;
    now.phase = x.phase;
    now.started.reset();
    return note_next(x);
  case fact_kind::attempt_started:
    now.number = x.attempt;
    now.phase = x.phase;
    now.started = x.at;
    return note_next(x);
  case fact_kind::attempt_finished:
    return x.end == attempt_end::node_lost ? lose(x, lost_work::attempt)
                                           : void();
  case fact_kind::attempt_revoked:
    return x.end == attempt_end::node_lost ? lose(x, lost_work::queued)
                                           : void();
  case fact_kind::run_lost:
    return lose(x, lost_work::result);
  case fact_kind::result_late:
    return note_late(x);
  default:
    return;
  }
}

/// The loss that a fact is a part of. Where its node was not lost it has come
/// back without what it had.
std::uint32_t node_book::loss_at(std::uint32_t node, const fact& x) {
  for (auto i = losses_.size(); i > 0; --i)
    if (losses_[i - 1].node == node) {
      if (losses_[i - 1].at == x.at || nodes_[node].state == node_state::lost)
        return static_cast<std::uint32_t>(i - 1);
      break;
    }
  losses_.push_back({node, x.at, "it came back without what it had", x.at});
  return static_cast<std::uint32_t>(losses_.size() - 1);
}

void node_book::lose(const fact& x, lost_work::kind what) {
  auto node = place_of(agent_id{x.agent});
  if (node == nowhere || node == local)
    return; // an agent that the plan has no more
  auto& now = current_[x.subject];
  lost_work made;
  made.task = task_id{x.subject};
  made.agent = agent_id{x.agent};
  made.what = what;
  made.phase = now.phase;
  made.number = what == lost_work::result ? now.number : x.attempt;
  made.version = now.version;
  made.loss = loss_at(node, x);
  if (what == lost_work::attempt)
    made.started = now.started;
  now.last_lost = static_cast<std::uint32_t>(lost_.size());
  now.undone.push_back(now.last_lost);
  lost_.push_back(made);
}

/// What was lost is done by this attempt instead, unless that is lost before it
/// begins.
void node_book::note_next(const fact& x) {
  auto& undone = current_[x.subject].undone;
  for (auto at : undone) {
    auto& lost = lost_[at];
    if (x.attempt <= lost.number)
      continue;
    lost.next = x.attempt;
    lost.next_agent = agent_id{x.agent};
    lost.next_node = place_of(agent_id{x.agent});
    if (x.kind == fact_kind::attempt_started)
      lost.next_started = x.at;
  }
  std::erase_if(undone, [this](auto at) {
    return lost_[at].next_started.has_value();
  });
}

void node_book::note_late(const fact& x) {
  for (auto i = lost_.rbegin(); i != lost_.rend(); ++i)
    if (i->task.value == x.subject && i->number == x.attempt
        && i->what != lost_work::result && !i->ended) {
      i->ended = x.at;
      i->end = x.end;
      return;
    }
}

} // namespace tutti::report
