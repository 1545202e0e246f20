// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/comparison.hpp"

#include "runtime/report/report.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace tutti::report {

namespace {

std::optional<duration> work_of(const task_row& x) {
  return x.attempts > 0 ? std::optional{x.run + x.integrate} : std::nullopt;
}

std::vector<task_change> task_changes(const run_report& now,
                                      const run_report& before) {
  std::unordered_map<std::string_view, const task_row*> known;
  for (const auto& x : before.tasks)
    known.emplace(x.name, &x);
  std::vector<task_change> result;
  for (const auto& x : now.tasks) {
    auto i = known.find(x.name);
    task_change y{x.name, {}, work_of(x)};
    if (i != known.end()) {
      y.before = work_of(*i->second);
      known.erase(i);
    }
    if (y.before != y.now)
      result.push_back(std::move(y));
  }
  for (const auto& x : before.tasks)
    if (known.contains(x.name) && work_of(x))
      result.push_back({x.name, work_of(x), {}});
  std::stable_sort(result.begin(), result.end(),
                   [](const auto& x, const auto& y) {
                     return x.growth() > y.growth();
                   });
  return result;
}

std::vector<wait_change> wait_changes(const run_report& now,
                                      const run_report& before) {
  std::map<std::pair<std::string, std::string>, wait_change> all;
  auto of = [&](const wait_row& x) -> wait_change& {
    auto& y = all[{x.waiter, x.on}];
    y.waiter = x.waiter;
    y.on = x.on;
    return y;
  };
  for (const auto& x : before.blame.agent_waits)
    of(x).before = x.time;
  for (const auto& x : now.blame.agent_waits)
    of(x).now = x.time;
  std::vector<wait_change> result;
  for (auto& [key, x] : all)
    if (x.before != x.now)
      result.push_back(std::move(x));
  std::stable_sort(result.begin(), result.end(),
                   [](const auto& x, const auto& y) {
                     return x.now - x.before > y.now - y.before;
                   });
  return result;
}

/// What each agent began, in that order.
using orders = std::map<std::string_view, std::vector<const task_row*>>;

orders orders_of(const run_report& x) {
  orders result;
  for (const auto& y : x.tasks)
    if (y.started && !y.agent.empty())
      result[y.agent].push_back(&y);
  for (auto& [agent, tasks] : result)
    std::stable_sort(tasks.begin(), tasks.end(), [](auto* a, auto* b) {
      return a->started < b->started;
    });
  return result;
}

/// Which of some different numbers have to move for the rest to be in order:
/// all but a longest run that is.
std::vector<bool> moved(const std::vector<std::uint32_t>& xs) {
  std::vector<std::uint32_t> ends; // index of the last, by length
  std::vector<std::uint32_t> previous(xs.size());
  for (std::uint32_t i = 0; i < xs.size(); ++i) {
    auto at = std::lower_bound(ends.begin(), ends.end(), xs[i],
                               [&](std::uint32_t k, std::uint32_t x) {
                                 return xs[k] < x;
                               });
    previous[i] = at == ends.begin() ? i : *std::prev(at);
    if (at == ends.end())
      ends.push_back(i);
    else
      *at = i;
  }
  std::vector<bool> result(xs.size(), true);
  if (ends.empty())
    return result;
  auto i = ends.back();
  for (auto n = ends.size(); n > 0; --n) {
    result[i] = false;
    i = previous[i];
  }
  return result;
}

void add_order(std::string_view agent, const std::vector<const task_row*>& now,
               const std::vector<const task_row*>& before, comparison& to) {
  std::unordered_map<std::string_view, std::uint32_t> common;
  for (const auto* x : now)
    common.emplace(x->name, 0);
  std::uint32_t place = 0;
  for (const auto* x : before)
    if (auto i = common.find(x->name); i != common.end())
      i->second = ++place;
  std::vector<std::uint32_t> places;
  std::vector<const task_row*> tasks;
  for (const auto* x : now)
    if (auto at = common[x->name]; at > 0) {
      places.push_back(at);
      tasks.push_back(x);
    }
  auto has_moved = moved(places);
  for (std::uint32_t i = 0; i < places.size(); ++i)
    if (has_moved[i])
      to.order.push_back(
          {std::string(agent), tasks[i]->name, places[i], i + 1});
}

} // namespace

comparison compare(const run_report& now, const run_report& before) {
  comparison result;
  result.run_id = before.run_id;
  result.makespan = before.makespan;
  result.tasks = task_changes(now, before);
  result.waits = wait_changes(now, before);
  auto then = orders_of(before);
  for (const auto& [agent, tasks] : orders_of(now))
    if (auto i = then.find(agent); i != then.end())
      add_order(agent, tasks, i->second, result);
  return result;
}

} // namespace tutti::report
