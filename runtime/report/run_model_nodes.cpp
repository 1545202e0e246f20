// SPDX-License-Identifier: BSD-3-Clause
// Work on several machines (semantics §32, §33): where attempts are, what they
// lack of a node, and what goes with one.
#include "runtime/report/run_model.hpp"

#include <algorithm>

namespace tutti::report {

// -- facts --------------------------------------------------------------------

// What its run phase left behind is gone with its node, so it runs again.
void run_model::lose_run(const fact& x) {
  auto& t = tasks_[x.subject];
  t.later_ready = false;
  t.in_backoff = false;
  t.again = true;
  t.doubted = false;
  t.queued_at = x.at;
  enter(x.subject, task_state::ready, x.at);
}

bool run_model::goes_on_elsewhere(std::uint32_t task) const {
  const auto& t = tasks_[task];
  return t.node != node_book::local && nodes_.place_of(t.agent) == t.node
      && nodes_.nodes()[t.node].state == node_state::awaited;
}

// -- queries ------------------------------------------------------------------

std::uint32_t run_model::running_on(std::uint32_t node) const {
  std::uint32_t result = 0;
  for (std::size_t i = 0; i < agents_.size(); ++i)
    if (nodes_.place_of(agent_id{i}) == node)
      result += agents_[i].running;
  return result;
}

std::vector<agent_id> run_model::unplaced() const {
  std::vector<agent_id> result;
  auto shared = next_of(agents_.size()); // what several could do
  for (std::size_t i = 0; i < agents_.size(); ++i) {
    agent_id x{i};
    if (nodes_.place_of(x) != node_book::nowhere)
      continue;
    bool has_work = next_of(i).has_value();
    if (!has_work && shared) {
      const auto& who = plan_->tasks[shared->value].agents;
      has_work = std::find(who.begin(), who.end(), x) != who.end();
    }
    if (has_work)
      result.push_back(x);
  }
  return result;
}

// What it lacks of a node: that its earlier attempt is over, a place for who
// could do it, or a slot there. False: nothing of these.
bool run_model::add_node(std::uint32_t task, wait& to) const {
  const auto& who = plan_->tasks[task].agents;
  if (std::none_of(who.begin(), who.end(), [&](agent_id y) {
        return nodes_.is_chosen(y);
      }))
    return false;
  awaited x;
  x.of = {node_kind::task, task_id::none};
  x.agent = who.front();
  if (auto at = nodes_.lingering_on(task_id{task}); at != node_book::nowhere) {
    x.why = wait_for::gone;
    x.number = at;
  } else if (std::all_of(who.begin(), who.end(), [&](agent_id y) {
               return nodes_.place_of(y) == node_book::nowhere;
             })) {
    x.why = wait_for::place;
  } else {
    auto place = nodes_.place_of(x.agent);
    if (who.size() != 1 || !nodes_.is_chosen(x.agent))
      return false;
    const auto& node = nodes_.nodes()[place];
    if (agents_[x.agent.value].running >= agents_[x.agent.value].slots
        || node.slots == 0 || running_on(place) < node.slots)
      return false;
    x.why = wait_for::node;
    x.number = place;
  }
  to.on.push_back(x);
  ++to.on_count;
  return true;
}

} // namespace tutti::report
