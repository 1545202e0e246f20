// SPDX-License-Identifier: BSD-3-Clause
// What a viewer asks of the model, and the prediction of the rest.
#include "runtime/report/run_model.hpp"

#include <algorithm>
#include <tuple>

namespace tutti::report {

namespace {

std::vector<task_id> as_tasks(const std::vector<std::uint32_t>& xs) {
  std::vector<task_id> result;
  result.reserve(xs.size());
  for (auto x : xs)
    result.emplace_back(x);
  return result;
}

duration scale(duration x, double factor) {
  return std::chrono::duration_cast<duration>(
      std::chrono::duration<double, std::nano>(x) * factor);
}

} // namespace

// -- counts -------------------------------------------------------------------

std::size_t run_model::terminal_count() const {
  std::size_t result = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i)
    if (is_terminal(static_cast<task_state>(i)))
      result += counts_[i];
  return result;
}

std::size_t run_model::failure_count() const {
  return count(task_state::failed) + count(task_state::timed_out)
       + count(task_state::error);
}

std::size_t run_model::in_progress_count() const {
  return in_progress_.size(0);
}

std::size_t run_model::pending_count() const {
  return pending_.size(0);
}

duration run_model::task_busy(std::size_t i, duration now) const {
  const auto& t = tasks_[i];
  return t.busy_now ? t.busy + std::max(now - t.attempt_started_at, duration{0})
                    : t.busy;
}

duration run_model::agent_busy(std::size_t i, duration now) const {
  auto result = agents_[i].busy;
  for (auto x = running_.front(i); x != index_lists::none; x = running_.next(x))
    result += std::max(now - tasks_[x].attempt_started_at, duration{0});
  return result;
}

// -- windows on lists ---------------------------------------------------------

std::vector<task_id> run_model::in_progress(std::size_t limit) const {
  return as_tasks(in_progress_.first(0, limit));
}

std::vector<task_id> run_model::running_of(std::size_t agent,
                                           std::size_t limit) const {
  return as_tasks(running_.first(agent, limit));
}

std::vector<wait> run_model::pending(std::size_t limit) const {
  std::vector<wait> result;
  for (auto x : pending_.first(0, limit))
    result.push_back(wait_of({node_kind::task, x}));
  return result;
}

std::vector<wait> run_model::waiting_gates(std::size_t limit) const {
  std::vector<wait> result;
  for (std::uint32_t i = 0; i < gates_.size() && result.size() < limit; ++i)
    if (gates_[i].state == gate_state::waiting)
      result.push_back(wait_of({node_kind::gate, i}));
  return result;
}

std::optional<task_id> run_model::next_of(std::size_t agent) const {
  for (std::size_t i = 0; i < 3; ++i) {
    auto x = queues_.front(3 * agent + i);
    if (x != index_lists::none)
      return task_id{x};
  }
  return std::nullopt;
}

std::vector<task_id> run_model::completed(std::size_t limit) const {
  auto n = static_cast<std::ptrdiff_t>(std::min(limit, completed_.size()));
  return {completed_.rbegin(), completed_.rbegin() + n};
}

wait run_model::wait_of(node_ref x, std::size_t limit) const {
  wait result;
  result.waiter = x;
  auto node = graph_.node(x);
  result.since = nodes_[node].last_met;
  if (x.kind == node_kind::task) {
    result.agent = tasks_[x.index].agent;
    if (tasks_[x.index].state != task_state::waiting)
      return result;
  }
  result.on_count = nodes_[node].unmet;
  // The two nodes that stand for many count as those.
  for (auto y : {graph_.barrier(), graph_.everything()}) {
    auto edges = graph_.predecessors(node);
    if (!nodes_[y].settled && x.kind == node_kind::task
        && std::binary_search(edges.begin(), edges.end(), y))
      result.on_count += nodes_[y].unmet - 1;
  }
  // Active needs first: they are what somebody works on.
  collect(node, true, limit, result);
  collect(node, false, limit, result);
  return result;
}

void run_model::collect(node_index x, bool active, std::size_t limit,
                        wait& to) const {
  // A gate may need every task; a viewer does not look at all of them.
  constexpr std::size_t edges_max = 4096;
  if (active && nodes_[x].hot == 0)
    return;
  auto edges = graph_.predecessors(x);
  for (auto y : edges.first(std::min(edges.size(), edges_max))) {
    if (to.on.size() >= limit)
      return;
    if (nodes_[y].settled)
      continue;
    if (y == graph_.barrier())
      collect(y, active, limit, to);
    else if (y != graph_.everything())
      add_awaited(y, active, to);
  }
  for (auto y : graph_.start_predecessors(x))
    if (!nodes_[y].start_settled && to.on.size() < limit)
      add_awaited(y, active, to);
}

void run_model::add_awaited(node_index x, bool active, wait& to) const {
  if (nodes_[x].active != active)
    return;
  awaited y;
  y.active = active;
  y.of.index = graph_.plan_index(x);
  switch (graph_.kind(x)) {
  case graph_node::gate:
    y.of.kind = node_kind::gate;
    break;
  case graph_node::phase:
    y.of.kind = node_kind::phase;
    break;
  default:
    y.of.kind = node_kind::task;
    y.agent = tasks_[x].agent;
    break;
  }
  to.on.push_back(y);
}

// -- prediction ---------------------------------------------------------------

run_model::load run_model::load_of(const tutti::task& x) {
  return x.has_estimate ? load{x.estimate.mode, 0} : load{duration{0}, 1};
}

void run_model::prepare_estimates() {
  agent_rest_.resize(agents_.size());
  auto add = [](load& to, const load& x) {
    to.known += x.known;
    to.unknown += x.unknown;
  };
  for (const auto& x : plan_->tasks) {
    add(total_, load_of(x));
    if (x.agents.size() == 1 && x.agents.front().value < agent_rest_.size())
      add(agent_rest_[x.agents.front().value], load_of(x));
  }
  rest_ = total_;
  auto by_known = [](const load& x, const load& y) {
    return std::tie(x.known, x.unknown) < std::tie(y.known, y.unknown);
  };
  auto by_unknown = [](const load& x, const load& y) {
    return std::tie(x.unknown, x.known) < std::tie(y.unknown, y.known);
  };
  auto rank = [&](std::vector<load>& ranks, auto less) {
    ranks.resize(graph_.size());
    const auto& order = graph_.order();
    for (auto i = order.rbegin(); i != order.rend(); ++i) {
      load after;
      for (auto x : graph_.successors(*i))
        after = std::max(after, ranks[x], less);
      if (graph_.kind(*i) == graph_node::task)
        add(after, load_of(plan_->tasks[*i]));
      for (auto x : graph_.start_successors(*i))
        after = std::max(after, ranks[x], less);
      ranks[*i] = after;
    }
  };
  rank(rank_known_, by_known);
  rank(rank_unknown_, by_unknown);
}

std::optional<run_model::measure> run_model::measured() const {
  measure result;
  if (estimated_ > duration{0} && measured_ > duration{0})
    result.pace = std::chrono::duration<double>(measured_)
                / std::chrono::duration<double>(estimated_);
  if (ran_ > 0)
    result.guess = measured_in_all_ / ran_;
  else if (rest_.unknown > 0)
    return std::nullopt;
  return result;
}

// Before anything has ended all tasks without an estimate count alike.
run_model::measure run_model::measured_or_default() const {
  auto result = measured().value_or(measure{});
  if (result.guess <= duration{0})
    result.guess = tutti::estimate{}.mode;
  return result;
}

duration run_model::time_of(const load& x, const measure& by) {
  return scale(x.known, by.pace) + x.unknown * by.guess;
}

duration run_model::chain_time(node_index x, const measure& by) const {
  return std::max(time_of(rank_known_[x], by), time_of(rank_unknown_[x], by));
}

double run_model::progress(duration now) const {
  if (tasks_.empty() || terminal_count() == tasks_.size())
    return 1.0;
  auto by = measured_or_default();
  auto total = time_of(total_, by);
  if (total <= duration{0})
    return static_cast<double>(terminal_count())
         / static_cast<double>(tasks_.size());
  auto done = total - time_of(rest_, by);
  // A running task counts by its time so far, but never as nearly over.
  for (auto x = in_progress_.front(0); x != index_lists::none;
       x = in_progress_.next(x)) {
    auto whole = time_of(load_of(plan_->tasks[x]), by);
    done += std::clamp(now - tasks_[x].attempt_started_at, duration{0},
                       whole * 9 / 10);
  }
  return std::chrono::duration<double>(done)
       / std::chrono::duration<double>(total);
}

// The largest of what bounds the rest from below: the longest chain that is in
// progress or ready, each agent's own work, and all work over all slots.
std::optional<duration> run_model::remaining(duration now) const {
  constexpr std::size_t ready_max = 64; // of an agent; enough for an estimate
  auto by = measured();
  if (!by || ended_)
    return std::nullopt;
  duration longest{0};
  duration spent_in_all{0};
  std::vector<duration> spent(agents_.size());
  for (auto x = in_progress_.front(0); x != index_lists::none;
       x = in_progress_.next(x)) {
    auto whole = time_of(load_of(plan_->tasks[x]), *by);
    auto time =
        std::clamp(now - tasks_[x].attempt_started_at, duration{0}, whole);
    longest = std::max(longest, chain_time(x, *by) - time);
    spent_in_all += time;
    if (queue_of(x) < spent.size())
      spent[queue_of(x)] += time;
  }
  for (std::size_t i = 0; i <= agents_.size(); ++i)
    for (auto x : queues_.first(3 * i, ready_max))
      longest = std::max(longest, chain_time(x, *by));
  for (std::size_t i = 0; i < agents_.size(); ++i)
    longest = std::max(longest, (time_of(agent_rest_[i], *by) - spent[i])
                                    / agents_[i].slots);
  if (slots_ > 0)
    longest = std::max(longest, (time_of(rest_, *by) - spent_in_all)
                                    / static_cast<std::int64_t>(slots_));
  return longest;
}

} // namespace tutti::report
