// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/report.hpp"

#include "messages/error.hpp"
#include "runtime/report/blame.hpp"
#include "runtime/report/format.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tutti::report {

namespace {

std::string agent_name(const plan& p, agent_id x) {
  return x.value < p.agents.size() ? p.agents[x.value].name : std::string{};
}

void note_session(const run_model& m, std::size_t index, task_row& row) {
  auto number = m.sessions()[index].number;
  if (row.sessions.empty() || row.sessions.back() != number)
    row.sessions.push_back(number);
}

void note_node(const run_model& m, std::uint32_t node, task_row& row) {
  const auto& name = m.nodes().name(node);
  if (std::find(row.nodes.begin(), row.nodes.end(), name) == row.nodes.end())
    row.nodes.push_back(name);
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
    row.version = t.version;
    row.runs = p.tasks[i].kind == task_kind::after_each ? t.runs : 0;
    row.integrate = t.integrate_busy;
    row.run = m.task_busy(i, m.now()) - t.integrate_busy;
    row.waited_later = m.waited_later(i, m.now());
    row.waited_inside = m.waited_inside(i, m.now());
    row.ready = t.ready_at;
    row.started = t.started_at;
    row.finished = t.finished_at;
    if (t.exit_code != fact::no_exit_code)
      row.exit_code = t.exit_code;
    row.details = t.details;
    row.kept = m.is_kept(i);
    result.push_back(std::move(row));
  }
  for (const auto& x : m.intervals()) {
    note_session(m, x.session, result[x.task.value]);
    note_node(m, x.node, result[x.task.value]);
  }
  for (std::size_t i = 0; i < result.size(); ++i)
    if (m.task(i).busy_now) {
      note_session(m, m.sessions().size() - 1, result[i]);
      note_node(m, m.task(i).node, result[i]);
    }
  return result;
}

std::vector<agent_row> agent_rows(const run_model& m, duration up) {
  const auto& p = m.plan();
  std::vector<agent_row> result;
  for (std::size_t i = 0; i < p.agents.size(); ++i) {
    const auto& a = m.agent(i);
    auto busy = m.agent_busy(i, m.now());
    auto idle = std::max(up * a.slots - busy, duration{0});
    result.push_back({p.agents[i].name, a.slots, a.tasks, busy, idle});
  }
  return result;
}

std::vector<std::string> names_of(const plan& p,
                                  const std::vector<task_id>& xs) {
  std::vector<std::string> result;
  for (auto x : xs)
    result.push_back(p.tasks[x.value].name);
  return result;
}

duration sum_of(const std::vector<people_wait>& xs) {
  duration result{0};
  for (const auto& x : xs)
    result += x.until - x.from;
  return result;
}

void add_gates(const run_model& m, run_report& r) {
  const auto& p = m.plan();
  for (std::size_t i = 0; i < p.gates.size(); ++i) {
    const auto& g = m.gate(i);
    auto asked_for = g.asked_for;
    if (g.state == gate_state::asked && g.asked_at)
      asked_for += m.up_time(*g.asked_at, m.now());
    r.gates.push_back({p.gates[i].name, g.state, g.opened_at, g.closed_at,
                       g.reason, g.rounds, g.opened_version, g.first_asked_at,
                       asked_for, sum_of(m.waits_for_people(i))});
    for (const auto& x : g.verdicts)
      r.verdicts.push_back({p.gates[i].name, x.round, x.verdict, x.who,
                            x.by_person ? std::optional{x.uid} : std::nullopt,
                            x.at, x.comment,
                            x.verdict == verdict::changes_requested
                                ? names_of(p, x.tasks)
                                : std::vector<std::string>{}});
  }
  std::stable_sort(r.verdicts.begin(), r.verdicts.end(),
                   [](const auto& x, const auto& y) {
                     return x.at < y.at;
                   });
}

// The time in which at least one person was waited for.
duration people_time(const run_model& m) {
  std::vector<people_wait> all;
  for (std::size_t i = 0; i < m.plan().gates.size(); ++i)
    for (const auto& x : m.waits_for_people(i))
      all.push_back(x);
  std::sort(all.begin(), all.end(), [](const auto& x, const auto& y) {
    return x.from < y.from;
  });
  duration result{0};
  duration until{0};
  for (const auto& x : all) {
    result += std::max(x.until - std::max(x.from, until), duration{0});
    until = std::max(until, x.until);
  }
  return result;
}

std::string_view status_of(const request_record& x) {
  switch (x.state) {
  case request_state::open:
    return "open";
  case request_state::answered:
    return x.result == task_state::succeeded ? "answered" : "failed";
  case request_state::cancelled:
    return "cancelled";
  }
  return "unknown";
}

std::optional<duration> up_between(const run_model& m,
                                   std::optional<duration> from,
                                   std::optional<duration> until) {
  return from && until ? std::optional{m.up_time(*from, *until)} : std::nullopt;
}

void add_requests(const run_model& m, run_report& r) {
  const auto& p = m.plan();
  for (const auto& x : m.requests())
    if (x.number != 0)
      r.requests.push_back(
          {x.number, p.tasks[x.from.value].name, agent_name(p, x.to), x.text,
           status_of(x), x.awaited, x.batch_size, x.made_at, x.taken_at,
           x.answered_at, up_between(m, x.made_at, x.answered_at)});
  for (const auto& x : m.refusals())
    r.refused.push_back({p.tasks[x.from.value].name, x.to, x.why, x.at});
  r.refused_count = m.refusal_count();
}

void add_versions(const run_model& m, run_report& r) {
  const auto& p = m.plan();
  for (const auto& x : m.reworks())
    r.reworks.push_back(
        {p.gates[x.gate.value].name, x.round, names_of(p, x.tasks), x.text,
         x.cause.valid() ? p.tasks[x.cause.value].name : std::string{}, x.at});
  for (const auto& x : m.versions())
    if (p.tasks[x.task.value].kind != task_kind::requests)
      r.versions.push_back(
          {p.tasks[x.task.value].name, x.version, x.kept, x.phase, x.at});
  for (const auto& x : m.stale())
    r.stale.push_back({p.tasks[x.task.value].name,
                       p.tasks[x.producer.value].name, x.has, x.latest});
  for (const auto& x : m.late())
    r.late.push_back({p.tasks[x.task.value].name, x.attempt, x.end, x.at});
  r.late_count = m.late_results();
}

void add_services(const run_model& m, run_report& r) {
  const auto& p = m.plan();
  for (std::size_t i = 0; i < p.services.size(); ++i) {
    const auto& s = m.service(i);
    r.services.push_back({p.services[i].name, s.state, s.restarts, s.started_at,
                          s.ready_at, s.starting, s.text});
  }
}

void add_sessions(const run_model& m, run_report& r) {
  for (const auto& x : m.sessions())
    r.sessions.push_back({x.number, x.from, x.until, x.status, x.kept,
                          names_of(m.plan(), x.again), duration{0}});
  for (const auto& x : m.intervals())
    if (x.is_last
        && (x.end == attempt_end::stopped || x.end == attempt_end::no_space))
      r.sessions[x.session].cut += x.attempt_busy;
  r.revision = m.revision();
  r.replaced = m.replaced_text();
  r.kept_count = m.kept_count();
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
    return fmt::format("human-bound: {} of it people took to decide, most at "
                       "gate {}",
                       work, p.gates[b.index].name);
  }
  return {};
}

// A node had gone on with it, and so did the next session.
bool is_taken_over(const slice_table& slices, const slice& x) {
  const auto& own = slices.of_task(x.task.value);
  return !x.is_last
      && std::any_of(own.begin(), own.end(), [&](std::uint32_t i) {
           return slices[i].attempt == x.attempt
               && slices[i].session == x.session + 1;
         });
}

void add_blame(const run_model& m, const report_options& options,
               run_report& r) {
  const slice_table slices{m};
  const causes why{m, slices, options.jobs};
  auto blame = make_blame(m, slices, why);
  for (std::size_t i = 0; i < r.tasks.size(); ++i) {
    r.tasks[i].queue = blame.tasks[i].queue;
    r.tasks[i].slack = blame.tasks[i].slack;
    r.tasks[i].on_path = blame.tasks[i].on_path;
  }
  r.blame = rows_of(m, slices, blame, account(m, slices, why));
  r.honesty = options.honesty;
  // Closed where the session was: what came after it nobody knows.
  for (const auto& x : slices.all()) {
    if (x.is_running || x.session + 1 >= m.sessions().size()
        || x.end != m.sessions()[x.session].until
        || m.sessions()[x.session].status || is_taken_over(slices, x))
      continue;
    ++r.honesty.unseen;
    r.honesty.unseen_time += x.length();
  }
  for (const auto& x : r.tasks)
    r.honesty.dropped_bytes += x.details ? x.details->dropped_bytes : 0;
}

} // namespace

run_report make_report(const run_model& m, const report_options& options) {
  const auto& p = m.plan();
  run_report r;
  r.run_id = options.run_id;
  r.plan = p.name;
  r.ended = m.ended();
  r.status = m.status();
  // A run that was lost is a fault of the program (semantics §27).
  r.exit_code = r.ended ? m.exit_code() : static_cast<int>(exit_code::internal);
  r.makespan = m.now();
  r.down = m.down();
  r.up = r.makespan - r.down;
  for (std::size_t i = 0; i < p.tasks.size(); ++i)
    r.sequential += m.task_busy(i, r.makespan);
  r.bounds = compute_bounds(m, options.jobs);
  if (r.up > duration{0}) {
    std::chrono::duration<double> whole = r.up;
    r.speedup = std::chrono::duration<double>(r.sequential) / whole;
    r.efficiency = std::chrono::duration<double>(r.bounds.value) / whole;
  }
  r.explanation = explain(m, r.bounds);
  r.later = saved_by_later(m, {options.jobs, options.local_slots});
  r.tasks = task_rows(m);
  r.agents = agent_rows(m, r.up);
  for (const auto& x : m.handoffs())
    r.handoffs.push_back(
        {std::string(name_of(p, x.from)), p.tasks[x.to.value].name, x.version,
         x.sent_at, x.received_at, up_between(m, x.sent_at, x.received_at)});
  add_gates(m, r);
  add_requests(m, r);
  add_versions(m, r);
  add_services(m, r);
  add_sessions(m, r);
  r.people = people_time(m);
  r.is_live = options.is_live;
  r.nodes = node_rows_of(m);
  add_blame(m, options, r);
  return r;
}

} // namespace tutti::report
