// SPDX-License-Identifier: BSD-3-Clause
#include "config/lint.hpp"

#include "config/duration_text.hpp"
#include "config/wait_words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tutti::config {

namespace {

bool reads(const expression& x, task_id of) {
  return std::any_of(x.nodes.begin(), x.nodes.end(),
                     [of](const expression_node& n) {
                       return n.op == expression_op::output_of && n.task == of;
                     });
}

bool reads(const command_line& x, task_id of) {
  return std::any_of(x.argv.begin(), x.argv.end(), [of](const auto& part) {
    return reads(part, of);
  });
}

/// What the author of a plan estimates, not what tutti makes.
bool is_estimated(const task& x) {
  return x.kind == task_kind::work || x.kind == task_kind::after_each;
}

/// Below that a plan is small, and an estimate of some of it no omission.
constexpr std::size_t some_tasks_min = 4;
/// From there on a plan without any estimate is a large one.
constexpr std::size_t large_plan_min = 25;

bool wants_estimates(const plan& p, std::size_t all, std::size_t missing) {
  if (missing == 0 || all < some_tasks_min)
    return false;
  if (missing < all)
    return true;
  auto named =
      std::count_if(p.agents.begin(), p.agents.end(), [](const agent& x) {
        return !x.implicit;
      });
  return all >= large_plan_min && named > 1;
}

void lint_missing(loader_context& c) {
  const auto& p = c.result;
  std::vector<std::string_view> names;
  std::size_t all = 0;
  span first = span::none();
  for (std::size_t i = 0; i < p.tasks.size(); ++i) {
    // Nobody waits for what comes last.
    if (!is_estimated(p.tasks[i]) || p.tasks[i].is_finally)
      continue;
    ++all;
    if (p.tasks[i].has_estimate)
      continue;
    if (names.empty())
      first = c.map.tasks[i];
    names.push_back(p.tasks[i].name);
  }
  if (!wants_estimates(p, all, names.size()))
    return;
  auto which =
      names.size() == all
          ? fmt::format("none of the {} tasks has an 'estimate'", all)
          : fmt::format("{} of the {} tasks {} no 'estimate': {}", names.size(),
                        all, names.size() == 1 ? "has" : "have",
                        quoted_names(names));
  c.found.warning(first, lint::missing_estimates, which + "; each counts as 1m",
                  "a rough one is better than none: estimate: 10m, at the "
                  "task, or for many in 'defaults' or a phase");
}

/// Where the task, or what it inherits from, says something of its time.
span place_of_time(const loader_context& c, std::uint32_t t,
                   std::string_view limit) {
  auto body = c.task_sources[t].body;
  for (auto key : {limit, std::string_view{"estimate"}})
    if (auto x = c.tree.find(body, key); x != no_node)
      return c.place_of(x);
  return c.map.tasks[t];
}

void lint_timeouts(loader_context& c) {
  const auto& p = c.result;
  for (std::uint32_t i = 0; i < p.tasks.size(); ++i) {
    const auto& t = p.tasks[i];
    if (!t.has_estimate || !is_estimated(t))
      continue;
    // An after-each task is done only with the last of what it follows.
    bool late = t.timeout != duration{0} && t.estimate.mode > t.timeout;
    bool over = t.deadline != duration{0} && t.estimate.mode > t.deadline;
    if (!late && !over)
      continue;
    std::string_view key = late ? "timeout" : "deadline";
    auto limit = late ? t.timeout : t.deadline;
    c.found.warning(
        place_of_time(c, i, key), lint::short_timeout,
        fmt::format("'{}' is estimated to take {}, and its '{}' ends it after "
                    "{}",
                    t.name, duration_text(t.estimate.mode), key,
                    duration_text(limit)),
        fmt::format("give it time, as {}: {}, or estimate less", key,
                    duration_text(t.estimate.mode * 2)));
  }
}

} // namespace

void run_lints(loader_context& c) {
  const wait_graph waits{c.result};
  lint_graph g{waits};
  lint_contradictions(c, g);
  lint_forgotten(c, g);
  lint_contracts(c, g);
  lint_idle_needs(c);
  lint_serial(c, g);
  lint_estimates(c);
  lint_requests(c);
}

void lint_estimates(loader_context& c) {
  lint_missing(c);
  lint_timeouts(c);
}

void lint_requests(loader_context& c) {
  const auto& p = c.result;
  for (std::uint32_t i = 0; i < c.agent_bodies.size(); ++i) {
    const auto& a = p.agents[i];
    if (!a.requests.present || p.tasks[a.requests.task.value].batch.max != 1)
      continue;
    auto requests = c.tree.find(c.agent_bodies[i], "requests");
    auto batch = c.tree.find(requests, "batch");
    c.found.warning(
        c.place_of(c.tree.find(batch, "max")), lint::unbatched_requests,
        fmt::format("'{}' answers one request at a time, however many have "
                    "queued",
                    a.name),
        "leave 'max' out: all that have queued when it gets free are then "
        "answered together");
  }
}

span place_of_need(const loader_context& c, std::uint32_t task, node_ref of) {
  const auto& p = c.result;
  std::vector<std::string_view> names{name_of(p, of)};
  if (of.kind == node_kind::task)
    if (auto id = p.tasks[of.index].provides; id.valid())
      names.push_back(p.contracts[id.value].name);
  std::vector<node_id> bodies{c.task_sources[task].body};
  for (auto at = c.task_sources[task].holder; at.valid();
       at = c.phase_parents[at.value])
    bodies.push_back(c.phase_bodies[at.value]);
  for (auto body : bodies)
    if (body != no_node)
      for (auto name : names)
        if (auto where = place_in(c, body, "needs", name))
          return *where;
  return c.map.tasks[task];
}

bool reads_outputs(const task& x, task_id of) {
  auto any = [of](const std::vector<expression>& all) {
    return std::any_of(all.begin(), all.end(), [of](const expression& y) {
      return reads(y, of);
    });
  };
  return reads(x.run, of) || reads(x.integrate.run, of)
      || reads(x.integrate.prompt, of) || reads(x.prompt, of)
      || reads(x.note, of) || reads(x.condition, of)
      || reads(x.working_directory, of) || any(x.artifacts)
      || std::any_of(x.env.begin(), x.env.end(), [of](const env_entry& y) {
           return reads(y.text, of);
         });
}

std::string quoted_names(std::span<const std::string_view> names) {
  constexpr std::size_t shown_max = 4;
  auto shown = names.size() > shown_max ? shown_max - 1 : names.size();
  std::string result;
  for (std::size_t i = 0; i < shown; ++i) {
    bool last = i + 1 == names.size();
    result += i == 0 ? "" : last ? " and " : ", ";
    result += fmt::format("'{}'", names[i]);
  }
  if (shown < names.size())
    result += fmt::format(" and {} more", names.size() - shown);
  return result;
}

} // namespace tutti::config
