// SPDX-License-Identifier: BSD-3-Clause
// How much is done and how long the rest will take.
#include "runtime/report/run_model.hpp"

#include <algorithm>
#include <tuple>

namespace tutti::report {

namespace {

duration scale(duration x, double factor) {
  return std::chrono::duration_cast<duration>(
      std::chrono::duration<double, std::nano>(x) * factor);
}

} // namespace

run_model::load run_model::load_of(const tutti::task& x, std::uint32_t level) {
  auto late = x.integrate.present && x.integrate.has_estimate
                ? x.integrate.estimate.mode
                : duration{0};
  if (level == 0 || x.kind == task_kind::requests)
    return {};
  if (level == 1)
    return {late, 0};
  return x.has_estimate ? load{x.estimate.mode + late, 0} : load{late, 1};
}

// As the other one, of a task's plan entry only where that says more.
run_model::load run_model::load_of(std::uint32_t task,
                                   std::uint32_t level) const {
  const auto& x = traits_[task];
  if (x.has_estimate || x.integrates)
    return load_of(plan_->tasks[task], level);
  return {duration{0}, level == 2 && x.kind != task_kind::requests ? 1 : 0};
}

void run_model::set_load(std::uint32_t task, std::uint32_t level) {
  auto& t = tasks_[task];
  if (t.load_level == level)
    return;
  const auto& x = traits_[task];
  auto before = load_of(task, t.load_level);
  auto after = load_of(task, level);
  t.load_level = level;
  auto change = [&](load& to) {
    to.known += after.known - before.known;
    to.unknown += after.unknown - before.unknown;
  };
  change(rest_);
  if (x.queue < agent_rest_.size())
    change(agent_rest_[x.queue]);
}

void run_model::prepare_estimates() {
  agent_rest_.resize(agents_.size());
  auto add = [](load& to, const load& x) {
    to.known += x.known;
    to.unknown += x.unknown;
  };
  for (std::uint32_t i = 0; i < traits_.size(); ++i) {
    auto own = load_of(i, 2);
    add(total_, own);
    if (traits_[i].queue < agent_rest_.size())
      add(agent_rest_[traits_[i].queue], own);
  }
  rest_ = total_;
  auto by_known = [](const load& x, const load& y) {
    return std::tie(x.known, x.unknown) < std::tie(y.known, y.unknown);
  };
  auto by_unknown = [](const load& x, const load& y) {
    return std::tie(x.unknown, x.known) < std::tie(y.unknown, y.known);
  };
  // From each start and each end on; a rank is that of the start.
  auto rank = [&](std::vector<load>& ranks, auto less) {
    ranks.resize(graph_.size());
    std::vector<load> ends(graph_.size());
    const auto& events = graph_.events();
    for (auto i = events.rbegin(); i != events.rend(); ++i) {
      auto x = i->node;
      auto is_task = graph_.kind(x) == graph_node::task;
      load after;
      for (auto y :
           i->is_end ? graph_.successors(x) : graph_.start_successors(x))
        after = std::max(after, ranks[y], less);
      if (i->is_end) {
        for (auto y : graph_.later_successors(x)) {
          auto late = ends[y];
          add(late, load_of(y, 1));
          after = std::max(after, late, less);
        }
        ends[x] = after;
        continue;
      }
      auto own = ends[x];
      if (is_task)
        add(own, load_of(x, 2));
      ranks[x] = std::max(own, after, less);
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
  if (tasks_.empty() || terminal_count() == task_count())
    return 1.0;
  auto by = measured_or_default();
  auto total = time_of(total_, by);
  if (total <= duration{0})
    return static_cast<double>(terminal_count())
         / static_cast<double>(task_count());
  auto done = total - time_of(rest_, by);
  // A running task counts by its time so far, but never as nearly over.
  for (auto x = in_progress_.front(0); x != index_lists::none;
       x = in_progress_.next(x)) {
    auto whole = time_of(load_of(plan_->tasks[x], tasks_[x].load_level), by);
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
  // Nobody knows how long a person takes.
  if (in_progress_count() == 0
      && (!asked_gates().empty() || !paused(1).empty()))
    return std::nullopt;
  duration longest{0};
  duration spent_in_all{0};
  std::vector<duration> spent(agents_.size());
  for (auto x = in_progress_.front(0); x != index_lists::none;
       x = in_progress_.next(x)) {
    auto whole = time_of(load_of(plan_->tasks[x], tasks_[x].load_level), *by);
    auto time =
        std::clamp(now - tasks_[x].attempt_started_at, duration{0}, whole);
    auto before = time_of(load_of(plan_->tasks[x]), *by) - whole; // its run
    longest = std::max(longest, chain_time(x, *by) - before - time);
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
