// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/report.hpp"

#include "runtime/report/format.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tutti::report {

namespace {

std::string agent_name(const plan& p, agent_id x) {
  return x.value < p.agents.size() ? p.agents[x.value].name : std::string{};
}

std::vector<task_row> task_rows(const run_model& m) {
  const auto& p = m.plan();
  std::vector<task_row> result;
  result.reserve(p.tasks.size());
  for (std::size_t i = 0; i < p.tasks.size(); ++i) {
    const auto& t = m.task(i);
    task_row row;
    row.name = p.tasks[i].name;
    row.agent = agent_name(p, t.agent);
    row.status = t.state;
    row.attempts = t.attempts;
    row.ready = t.ready_at;
    row.started = t.started_at;
    row.finished = t.finished_at;
    if (t.exit_code != fact::no_exit_code)
      row.exit_code = t.exit_code;
    row.details = t.details;
    result.push_back(std::move(row));
  }
  return result;
}

std::vector<agent_row> agent_rows(const run_model& m, duration makespan) {
  const auto& p = m.plan();
  std::vector<agent_row> result;
  for (std::size_t i = 0; i < p.agents.size(); ++i) {
    const auto& a = m.agent(i);
    auto busy = m.agent_busy(i, makespan);
    auto idle = std::max(makespan * a.slots - busy, duration{0});
    result.push_back({p.agents[i].name, a.slots, a.tasks, busy, idle});
  }
  return result;
}

// The first and the last names of the chain, as many as a line holds.
std::string chain_names(const plan& p, const std::vector<task_id>& chain) {
  constexpr std::size_t names_max = 4;
  std::string result;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    auto is_cut =
        chain.size() > names_max && i >= names_max - 1 && i + 1 < chain.size();
    if (is_cut && i > names_max - 1)
      continue;
    result += i == 0 ? "" : " > ";
    result += is_cut ? "..." : p.tasks[chain[i].value].name;
  }
  return result;
}

// What others had to do before and after the work that binds.
std::string around(const bound& x) {
  auto before = x.before > duration{0};
  auto after = x.after > duration{0};
  std::string result;
  if (before)
    result += fmt::format("{} could not start before {}", after ? "," : " and",
                          format_duration(x.before));
  if (after)
    result += fmt::format(", and {} had to follow", format_duration(x.after));
  return result;
}

std::string explain(const run_model& m, const lower_bounds& x) {
  const auto& p = m.plan();
  const auto& b = x[x.tight];
  auto work = format_duration(b.work);
  if (x.value == duration{0})
    return "no work was measured";
  switch (x.tight) {
  case bound_kind::chain:
    return fmt::format("chain-bound: {} took {}{}", chain_names(p, x.chain),
                       format_duration(b.value),
                       x.chain.size() > 1 ? " one after another" : "");
  case bound_kind::agent:
    return fmt::format(
        "agent-bound: {} had {} of work{}{}", p.agents[b.index].name, work,
        b.capacity > 1 ? fmt::format(" for {} slots", b.capacity) : "",
        around(b));
  case bound_kind::pool:
    return fmt::format("pool-bound: pool {} had {} of work for {} {}{}",
                       p.pools[b.index].name, work, b.capacity,
                       b.capacity == 1 ? "token" : "tokens", around(b));
  case bound_kind::area:
    return fmt::format("area-bound: there was {} of work for {} {}", work,
                       b.capacity, b.capacity == 1 ? "slot" : "slots");
  case bound_kind::human:
    return "human-bound: people had to be waited for";
  }
  return {};
}

} // namespace

run_report make_report(const run_model& m, const report_options& options) {
  const auto& p = m.plan();
  run_report r;
  r.run_id = options.run_id;
  r.plan = p.name;
  r.status = m.status();
  r.exit_code = m.exit_code();
  r.makespan = m.now();
  for (std::size_t i = 0; i < p.tasks.size(); ++i)
    r.sequential += m.task_busy(i, r.makespan);
  r.bounds = compute_bounds(m, options.jobs);
  if (r.makespan > duration{0}) {
    std::chrono::duration<double> whole = r.makespan;
    r.speedup = std::chrono::duration<double>(r.sequential) / whole;
    r.efficiency = std::chrono::duration<double>(r.bounds.value) / whole;
  }
  r.explanation = explain(m, r.bounds);
  r.later = saved_by_later(m, {options.jobs, options.local_slots});
  r.tasks = task_rows(m);
  r.agents = agent_rows(m, r.makespan);
  for (const auto& x : m.handoffs())
    r.handoffs.push_back({std::string(name_of(p, x.from)),
                          p.tasks[x.to.value].name, x.sent_at, x.received_at});
  for (std::size_t i = 0; i < p.gates.size(); ++i)
    r.gates.push_back({p.gates[i].name, m.gate(i).state, m.gate(i).opened_at});
  return r;
}

} // namespace tutti::report
