// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/engine/placement.hpp"

#include "messages/node.hpp"

#include <algorithm>

namespace tutti::engine {

std::vector<std::string> split_labels(std::string_view text) {
  std::vector<std::string> result;
  while (!text.empty()) {
    auto end = std::min(text.find(','), text.size());
    if (end > 0)
      result.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

std::string join_labels(const std::vector<std::string>& xs) {
  std::string result;
  for (const auto& x : xs)
    result += (result.empty() ? "" : ",") + x;
  return result;
}

placement::placement(const graph& g)
  : labels_(g.agent_labels), agent_slots_(g.slots),
    local_slots_(g.implicit_slots), places_(labels_.size()),
    ended_(is_used() ? g.task_count : 0) {
}

const std::string& placement::node_name_of(std::uint32_t agent) const {
  static const std::string none;
  auto at = place_of(agent).node;
  return at == nowhere ? none : nodes_[at].name;
}

std::uint32_t placement::find(std::string_view name) const {
  auto i = std::find_if(nodes_.begin(), nodes_.end(), [name](const auto& x) {
    return x.name == name;
  });
  return i == nodes_.end() ? nowhere
                           : static_cast<std::uint32_t>(i - nodes_.begin());
}

bool placement::is_there(std::uint32_t agent) const {
  if (!is_chosen(agent))
    return true;
  auto at = places_[agent].node;
  return at != nowhere
      && (nodes_[at].state == node_state::up
          || nodes_[at].state == node_state::draining);
}

bool placement::has_slot(std::uint32_t agent) const {
  if (!is_chosen(agent))
    return true;
  if (!is_there(agent))
    return false;
  const auto& slots = nodes_[places_[agent].node].slots;
  return slots.total == 0 || slots.left() > 0;
}

bool placement::fits(const node_entry& n, std::uint32_t agent) const {
  const auto& wanted = labels_[agent];
  return std::includes(n.labels.begin(), n.labels.end(), wanted.begin(),
                       wanted.end());
}

std::vector<std::int64_t> placement::room() const {
  std::vector<std::int64_t> result(nodes_.size());
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    result[i] =
        nodes_[i].slots.total == 0 ? local_slots_ : nodes_[i].slots.total;
  for (std::size_t a = 0; a < places_.size(); ++a)
    if (places_[a].node != nowhere)
      result[places_[a].node] -= agent_slots_[a];
  return result;
}

std::uint32_t placement::best_node_for(std::uint32_t agent) const {
  auto left = room();
  auto best = nowhere;
  for (std::uint32_t i = 0; i < nodes_.size(); ++i)
    if (nodes_[i].state == node_state::up && fits(nodes_[i], agent)
        && (best == nowhere || left[i] > left[best]))
      best = i;
  return best;
}

bool placement::is_better(std::uint32_t agent, std::uint32_t node) const {
  auto at = place_of(agent).node;
  if (!is_chosen(agent) || at == nowhere || !fits(nodes_[node], agent))
    return false;
  auto left = room();
  return left[node] - agent_slots_[agent] > left[at];
}

bool placement::could_be_placed(std::uint32_t agent) const {
  return std::any_of(nodes_.begin(), nodes_.end(), [&](const auto& n) {
    return fits(n, agent);
  });
}

std::vector<std::string> placement::missing_labels(std::uint32_t agent) const {
  std::vector<std::string> result;
  for (const auto& label : labels_[agent])
    if (std::none_of(nodes_.begin(), nodes_.end(), [&](const auto& n) {
          return n.state == node_state::up
              && std::binary_search(n.labels.begin(), n.labels.end(), label);
        }))
      result.push_back(label);
  return result.empty() ? labels_[agent] : result;
}

void placement::take_slot(std::uint32_t agent) {
  if (auto at = place_of(agent).node; at != nowhere)
    ++nodes_[at].slots.used;
}

void placement::free_slot(std::uint32_t agent) {
  if (auto at = place_of(agent).node; at != nowhere)
    --nodes_[at].slots.used;
}

void placement::join(const fact& f) {
  auto at = find(f.extra->who);
  if (at == nowhere) {
    at = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
  }
  auto& n = nodes_[at];
  n.name = f.extra->who;
  n.labels = split_labels(f.extra->text);
  n.slots.total = f.version;
  n.state = node_state::up;
  n.haunted = false;
}

void placement::fold(const fact& f) {
  if (f.kind == fact_kind::node_joined)
    return join(f);
  if (f.kind == fact_kind::agent_unplaced) {
    places_[f.agent].node = nowhere;
    return;
  }
  auto& n = nodes_[find(f.extra->who)];
  switch (f.kind) {
  case fact_kind::node_lost:
    n.state = node_state::lost;
    n.haunted = true;
    ++n.losses;
    break;
  case fact_kind::node_gone:
    n.state = node_state::lost;
    n.haunted = false;
    break;
  case fact_kind::node_draining:
    n.state = node_state::draining;
    break;
  case fact_kind::agent_placed:
    places_[f.agent] = {find(f.extra->who), f.version};
    break;
  default:
    break;
  }
}

void placement::fold_end(const fact& f) {
  if (!is_used())
    return;
  if (f.kind == fact_kind::result_late)
    lost_.erase({f.subject, f.attempt});
  else if (f.end == attempt_end::node_lost)
    lost_.insert({f.subject, f.attempt});
  else
    ended_[f.subject] = f.attempt;
}

bool placement::takes_late(std::uint32_t task, std::uint32_t attempt,
                           std::uint32_t last) const {
  if (lost_.contains({task, attempt}))
    return true;
  // A node may have begun what the journal knew nothing of as tutti was killed.
  return is_used() && attempt >= last && ended_[task] != attempt;
}

void placement::fold_resumed() {
  for (auto& n : nodes_)
    if (n.name != local_node && n.state != node_state::lost)
      n.state = node_state::awaited;
}

} // namespace tutti::engine
