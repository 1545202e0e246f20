// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/node_rows.hpp"

#include "runtime/report/format.hpp"
#include "runtime/report/node_text.hpp"
#include "runtime/report/run_model.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tutti::report {

namespace {

std::string agent_name(const plan& p, agent_id x) {
  return x.value < p.agents.size() ? p.agents[x.value].name : std::string{};
}

std::vector<node_row> nodes_of(const run_model& m) {
  std::vector<node_row> result;
  for (const auto& x : m.nodes().nodes())
    result.push_back({x.name, x.labels, x.slots, x.state, x.why, x.joined,
                      x.since, x.losses, 0, duration{0}, duration{0}});
  for (const auto& x : m.intervals()) {
    auto& row = result[x.node];
    row.attempts += x.is_last;
    row.busy += x.finished - x.started;
    if (x.is_last && x.end == attempt_end::node_lost)
      row.lost += x.attempt_busy;
  }
  for (std::size_t i = 0; i < m.plan().tasks.size(); ++i) {
    const auto& t = m.task(i);
    result[t.node].attempts += t.attempt_open;
    if (t.busy_now)
      result[t.node].busy +=
          std::max(m.now() - t.attempt_started_at, duration{0});
  }
  return result;
}

lost_row row_of(const run_model& m, const lost_work& x) {
  const auto& p = m.plan();
  lost_row row;
  row.task = p.tasks[x.task.value].name;
  row.agent = agent_name(p, x.agent);
  row.what = x.what;
  row.phase = x.phase;
  row.attempt = x.number;
  row.version = x.version;
  row.exclusive = p.tasks[x.task.value].exclusive;
  row.started = x.started;
  row.ended = x.ended;
  row.end = x.end;
  row.next = x.next;
  row.next_started = x.next_started;
  if (x.next != 0) {
    row.next_agent = agent_name(p, x.next_agent);
    if (x.next_node != node_book::nowhere)
      row.next_node = m.nodes().name(x.next_node);
  }
  row.both = m.nodes().overlap_of(x, m.now());
  return row;
}

std::vector<move_row> moves_of(const run_model& m) {
  const auto& all = m.nodes().places();
  std::vector<move_row> result;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& x = all[i];
    if (!x.until)
      continue;
    move_row row{agent_name(m.plan(), x.agent),
                 m.nodes().name(x.node),
                 *x.until,
                 x.why,
                 {},
                 {}};
    for (std::size_t k = i + 1; k < all.size(); ++k)
      if (all[k].agent == x.agent) {
        row.to = m.nodes().name(all[k].node);
        row.placed = all[k].from;
        break;
      }
    result.push_back(std::move(row));
  }
  return result;
}

/// "attempt 2, begun at 3.1s,"; what it was where it was no attempt.
std::string work_text(const lost_row& x) {
  switch (x.what) {
  case lost_work::queued:
    return fmt::format("attempt {}, not begun as far as is known", x.attempt);
  case lost_work::result:
    return "what its run phase had made";
  case lost_work::attempt:
    break;
  }
  return fmt::format("attempt {}{}{}", x.attempt,
                     x.phase == work_phase::integrate ? ", integrating" : "",
                     x.started ? ", begun at " + format_duration(*x.started)
                               : std::string{});
}

std::string next_text(const lost_row& x) {
  if (x.next == 0)
    return "not done again yet";
  auto text = fmt::format("done by attempt {}{}{}", x.next,
                          x.next_node.empty() ? "" : " on " + x.next_node,
                          x.next_agent == x.agent ? std::string{}
                                                  : ", by " + x.next_agent);
  return x.next_started ? fmt::format("{}, begun at {}", text,
                                      format_duration(*x.next_started))
                        : fmt::format("{}, not begun", text);
}

/// How long both ran; until when is known of the first of them.
std::string both_text(const loss_row& loss, const lost_row& x) {
  if (x.what == lost_work::result)
    return {};
  std::string late =
      x.ended ? fmt::format("; its late result ({}) came at {} and was ignored",
                            to_string(x.end), format_duration(*x.ended))
              : std::string{};
  if (!x.next_started)
    return late;
  if (!x.both)
    return "; the two did not run at the same time" + late;
  if (x.both->is_exact)
    return fmt::format("; both ran for {}", format_duration(x.both->length))
         + late;
  auto until = loss.over ? fmt::format("until {}, when nothing of {} could be "
                                       "alive any more",
                                       format_duration(*loss.over), loss.node)
                         : fmt::format("{} may still be at it", loss.node);
  return fmt::format("; both ran for at most {}: {}",
                     format_duration(x.both->length), until)
       + late;
}

} // namespace

std::size_t node_rows::overlaps() const {
  std::size_t result = 0;
  for (const auto& x : losses)
    result += static_cast<std::size_t>(
        std::count_if(x.work.begin(), x.work.end(), [](const lost_row& y) {
          return y.both.has_value();
        }));
  return result;
}

node_rows node_rows_of(const run_model& m) {
  node_rows result;
  result.is_spread = m.nodes().is_spread();
  result.nodes = nodes_of(m);
  for (const auto& x : m.nodes().losses())
    result.losses.push_back({m.nodes().name(x.node), x.at, x.why, x.over, {}});
  for (const auto& x : m.nodes().lost())
    result.losses[x.loss].work.push_back(row_of(m, x));
  result.moves = moves_of(m);
  for (auto x : m.unplaced())
    result.unplaced.push_back(fmt::format(
        "{} has no node: {}", agent_name(m.plan(), x), unplaced_text(m, x)));
  return result;
}

std::string loss_text(const loss_row& x) {
  return fmt::format("{} at {}: {}{}", x.node, format_duration(x.at), x.why,
                     x.work.empty() ? "; it had no work" : "");
}

std::string lost_text(const loss_row& loss, const lost_row& x) {
  return fmt::format("{} ({}): {}; {}{}", x.task, x.agent, work_text(x),
                     next_text(x), both_text(loss, x));
}

std::vector<std::string> move_lines(const node_rows& x) {
  std::vector<std::string> result;
  for (const auto& y : x.moves)
    result.push_back(fmt::format(
        "{} left {} at {}: {}; {}", y.agent, y.from, format_duration(y.left),
        y.why,
        y.placed
            ? fmt::format("on {} since {}", y.to, format_duration(*y.placed))
            : std::string("on no node since")));
  return result;
}

} // namespace tutti::report
