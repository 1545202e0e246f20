// SPDX-License-Identifier: BSD-3-Clause
// Time in which work could not be given to anybody for want of a node
// (semantics §32, §33).
#include "runtime/report/causes.hpp"

#include <algorithm>

namespace tutti::report {

void causes::gather_nodes() {
  const auto& book = model_.nodes();
  without_node_.resize(model_.plan().agents.size());
  std::vector<duration> since(without_node_.size(), duration{0});
  // Before this machine takes part the run waits for others to join.
  auto begun = book.nodes()[node_book::local].joined;
  for (std::uint32_t a = 0; a < since.size(); ++a)
    if (!book.is_chosen(agent_id{a}) && begun > duration{0})
      without_node_[a].push_back({duration{0}, begun});
  for (const auto& x : book.places()) {
    auto a = x.agent.value;
    without_node_[a].push_back({since[a], x.from});
    since[a] = x.until.value_or(duration::max());
  }
  for (std::uint32_t a = 0; a < since.size(); ++a)
    if (book.is_chosen(agent_id{a}) && since[a] < model_.now())
      without_node_[a].push_back({since[a], model_.now()});
  for (const auto& x : book.lost()) {
    const auto& loss = book.losses()[x.loss];
    if (x.what != lost_work::result
        && model_.plan().tasks[x.task.value].exclusive)
      lingering_[x.task.value].push_back(
          {loss.at, loss.over.value_or(model_.now())});
  }
}

/// What went by with nothing that anyone could name, and with the wait for
/// another attempt, was for want of a node where there was none.
void causes::name_node_time(const slice& x, step_back& back) const {
  auto lacking = without_node_[x.agent.value];
  if (auto i = lingering_.find(x.task.value); i != lingering_.end())
    lacking.insert(lacking.end(), i->second.begin(), i->second.end());
  if (lacking.empty())
    return;
  // They may touch or overlap; the latest first, as the pieces are.
  std::sort(lacking.begin(), lacking.end(), [](const auto& a, const auto& b) {
    return a.until > b.until;
  });
  std::vector<waited> all;
  auto add = [&](wait_kind kind, duration from, duration until) {
    if (from < until)
      all.push_back({kind, from, until});
  };
  for (const auto& y : back.between) {
    auto until = y.until;
    if (y.kind == wait_kind::orchestrator || y.kind == wait_kind::retry)
      for (const auto& z : lacking) {
        auto from = std::clamp(z.from, y.from, until);
        auto to = std::clamp(z.until, from, until);
        if (from == to)
          continue;
        add(y.kind, to, until);
        add(wait_kind::node, from, to);
        until = from;
      }
    add(y.kind, y.from, until);
  }
  back.between = std::move(all);
}

} // namespace tutti::report
