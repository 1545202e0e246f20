// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/lints/lints.hpp"

#include "config/duration_text.hpp"
#include "runtime/lints/estimated_times.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>

namespace tutti::lints {

namespace {

using config::diagnostic;
using config::duration_text;

/// Whoever has fewer tasks than that is no queue that could be shared out.
constexpr std::uint32_t tasks_min = 3;

/// The agent with the largest bound, and the largest bound of all others.
struct contest {
  std::size_t agent = 0;
  duration next{0};
};

contest find_largest(const std::vector<load>& loads, duration others) {
  contest result{0, others};
  for (std::size_t i = 1; i < loads.size(); ++i)
    if (loads[i].bound > loads[result.agent].bound)
      result.agent = i;
  for (std::size_t i = 0; i < loads.size(); ++i)
    if (i != result.agent)
      result.next = std::max(result.next, loads[i].bound);
  return result;
}

/// Its own tasks, the longest first.
std::vector<std::pair<duration, task_id>>
tasks_of(const plan& p, const estimated_times& times, std::size_t agent) {
  std::vector<std::pair<duration, task_id>> result;
  for (std::size_t i = 0; i < p.tasks.size(); ++i) {
    const auto& t = p.tasks[i];
    if (t.agents.size() == 1 && t.agents[0].value == agent
        && times.work(task_id{i}) > duration{0})
      result.emplace_back(times.work(task_id{i}), task_id{i});
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const auto& x, const auto& y) {
                     return x.first > y.first;
                   });
  return result;
}

/// Guesses are no reason to move anybody's work.
bool is_estimated(const plan& p,
                  const std::vector<std::pair<duration, task_id>>& own,
                  duration work) {
  duration known{0};
  for (auto [length, t] : own)
    if (p.tasks[t.value].has_estimate)
      known += length;
  return known * 2 >= work;
}

std::string slot_hint(std::uint32_t slots, duration relieved, duration bound) {
  return relieved < bound ? fmt::format("slots: {} would make it {}", slots,
                                        duration_text(relieved))
                          : std::string{};
}

std::string share_hint(const plan& p,
                       const std::vector<std::pair<duration, task_id>>& own,
                       std::size_t agent) {
  constexpr std::size_t shown_max = 3;
  std::string names;
  std::size_t shown = 0;
  for (auto [length, t] : own) {
    if (p.tasks[t.value].kind != task_kind::work || shown++ == shown_max)
      break;
    names += fmt::format("{}'{}' ({})", names.empty() ? "" : ", ",
                         p.tasks[t.value].name, duration_text(length));
  }
  return names.empty()
           ? std::string{}
           : fmt::format("others could take some of it, as {}: agent: {{ "
                         "any-of: [{}, …] }}",
                         names, p.agents[agent].name);
}

/// A task that runs once for each of many, where one run could take several.
std::string batch_hint(const plan& p,
                       const std::vector<std::pair<duration, task_id>>& own,
                       duration work) {
  for (auto [length, t] : own) {
    const auto& x = p.tasks[t.value];
    if (x.kind == task_kind::after_each && x.batch.max == 1
        && length * 2 >= work)
      return fmt::format("'{}' runs {} times; with batch: true it takes all "
                         "that has queued at once",
                         x.name, x.after_each.size());
  }
  return {};
}

/// Those that say something, a line each.
std::string joined(std::initializer_list<std::string> lines) {
  std::string result;
  for (const auto& x : lines)
    if (!x.empty())
      result += (result.empty() ? "" : "\n") + x;
  return result;
}

void lint_bottleneck(const plan& p, const config::source_map& map,
                     std::vector<diagnostic>& out) {
  const estimated_times times{p};
  auto loads = agent_loads(p, times);
  auto working = std::count_if(loads.begin(), loads.end(), [](const load& x) {
    return x.tasks > 0;
  });
  if (working < 2)
    return;
  auto [agent, next] =
      find_largest(loads, std::max(times.longest(), shared_bound(p, times)));
  const auto& most = loads[agent];
  if (next <= duration{0} || most.bound - next <= next / 2
      || most.tasks < tasks_min)
    return;
  auto own = tasks_of(p, times, agent);
  if (!is_estimated(p, own, most.work))
    return;
  auto slots = p.agents[agent].slots;
  auto around = most.bound - most.work / slots;
  // No slot shortens what one task takes, all its runs together.
  auto relieved = around + std::max(most.work / (slots + 1), own[0].first);
  out.push_back(
      {config::severity::warning, map.agents[agent],
       fmt::format("'{}' alone takes {} for its {} tasks; without that the "
                   "plan could end after {}",
                   p.agents[agent].name, duration_text(most.bound), most.tasks,
                   duration_text(next)),
       joined({batch_hint(p, own, most.work),
               slot_hint(slots + 1, std::max(relieved, next), most.bound),
               share_hint(p, own, agent)}),
       config::lint::bottleneck});
}

} // namespace

std::vector<diagnostic> run(const plan& p, const config::source_map& map) {
  std::vector<diagnostic> result;
  lint_bottleneck(p, map, result);
  return result;
}

void complete(config::load_result& x) {
  if (!x.value)
    return;
  auto add = [&](std::vector<diagnostic> more) {
    x.diagnostics.insert(x.diagnostics.end(), more.begin(), more.end());
    config::sort_by_place(x.diagnostics);
  };
  add(run(*x.value, x.map));
  config::silence(x.diagnostics, x.allowed);
  add(config::unused_allowances(x.allowed));
}

} // namespace tutti::lints
