// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/report_text.hpp"

#include "messages/node.hpp"
#include "runtime/report/blame_text.hpp"
#include "runtime/report/format.hpp"
#include "runtime/report/text_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

namespace tutti::report {

namespace {

constexpr std::size_t bar_max = 24;

std::string bar(duration part, duration whole, std::size_t width,
                bool unicode) {
  using seconds = std::chrono::duration<double>;
  auto share = whole > duration{0} ? seconds(part) / seconds(whole) : 0.0;
  auto full = std::min(width, static_cast<std::size_t>(
                                  share * static_cast<double>(width) + 0.5));
  std::string result;
  for (std::size_t i = 0; i < width; ++i)
    result +=
        i < full ? (unicode ? "\u2588" : "#") : (unicode ? "\u2591" : ".");
  return result;
}

void add_agents(std::string& out, const run_report& x,
                const text_options& options) {
  auto rows = x.agents;
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return a.busy > b.busy;
  });
  auto shown = std::min(rows.size(), options.agents_max);
  std::size_t names = 5;
  for (std::size_t i = 0; i < shown; ++i)
    names = std::max(names, rows[i].name.size());
  auto columns = options.columns;
  // Name and use always; the rest as far as the width allows.
  names = std::min(names, columns >= 60 ? std::size_t{20} : columns - 7);
  auto room = columns - names - 7;
  auto with_busy = room >= 9;
  auto with_idle = room >= 18;
  auto with_tasks = room >= 25;
  auto bars = room >= 25 + 8 ? std::min(room - 25 - 2, bar_max) : 0;
  auto add = [&](std::string_view name, std::string_view tasks,
                 std::string_view busy, std::string_view idle,
                 std::string_view used) {
    out += fmt::format("{:<{}}", name.substr(0, names), names);
    if (with_tasks)
      out += fmt::format(" {:>6}", tasks);
    if (with_busy)
      out += fmt::format(" {:>8}", busy);
    if (with_idle)
      out += fmt::format(" {:>8}", idle);
    out += fmt::format(" {:>5}", used);
  };
  add("agent", "tasks", "busy", "idle", "used");
  out += '\n';
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& a = rows[i];
    auto whole = a.busy + a.idle;
    add(a.name, std::to_string(a.tasks), format_duration(a.busy),
        format_duration(a.idle), percent(a.busy, whole));
    if (bars > 0)
      out += "  " + bar(a.busy, whole, bars, options.unicode);
    out += '\n';
  }
  if (shown < rows.size())
    out += fmt::format("and {} more\n", rows.size() - shown);
}

void add_handoffs(std::string& out, const run_report& x, std::size_t columns) {
  if (x.handoffs.empty())
    return;
  std::vector<duration> latencies;
  for (const auto& y : x.handoffs)
    if (y.took)
      latencies.push_back(*y.took);
  std::string note;
  if (!latencies.empty()) {
    std::sort(latencies.begin(), latencies.end());
    note = fmt::format("received after {} at the median, {} at most",
                       format_duration(latencies[latencies.size() / 2]),
                       format_duration(latencies.back()));
  }
  if (latencies.size() < x.handoffs.size())
    note += fmt::format("{}{} not received", note.empty() ? "" : "; ",
                        x.handoffs.size() - latencies.size());
  add_figure(out, columns, "handoffs", std::to_string(x.handoffs.size()), note);
}

/// What people and agents decided, and what it took.
void add_verdicts(std::string& out, const run_report& x, std::size_t columns) {
  constexpr std::size_t verdicts_max = 20;
  if (x.verdicts.empty() && x.people == duration{0})
    return;
  add_figure(out, columns, "verdicts", std::to_string(x.verdicts.size()),
             x.people > duration{0} ? fmt::format("people were waited for {}",
                                                  format_duration(x.people))
                                    : std::string("by agents"));
  auto shown = std::min(x.verdicts.size(), verdicts_max);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& y = x.verdicts[i];
    auto line = fmt::format("{} {}: {} by {}", y.gate,
                            y.round > 1 ? fmt::format("(round {})", y.round)
                                        : std::string{},
                            to_string(y.verdict), y.who);
    if (y.round <= 1)
      line.erase(y.gate.size(), 1);
    if (y.uid)
      line += fmt::format(" (uid {})", *y.uid);
    line += fmt::format(" at {}", format_duration(y.at));
    if (!y.comment.empty())
      line += ": " + one_line(y.comment);
    add_wrapped(out, columns, line);
  }
  if (shown < x.verdicts.size())
    out += fmt::format("  and {} more\n", x.verdicts.size() - shown);
}

void add_requests(std::string& out, const run_report& x, std::size_t columns) {
  auto total = x.requests.size() + x.refused_count;
  if (total == 0)
    return;
  std::string note;
  auto add = [&note](std::size_t n, std::string_view what) {
    if (n > 0)
      note += fmt::format("{}{}: {}", note.empty() ? "" : ", ", what, n);
  };
  for (std::string_view status : {"answered", "failed", "cancelled", "open"})
    add(static_cast<std::size_t>(std::count_if(x.requests.begin(),
                                               x.requests.end(),
                                               [&](const auto& y) {
                                                 return y.status == status;
                                               })),
        status);
  add(x.refused_count, "refused");
  std::vector<duration> times;
  for (const auto& y : x.requests)
    if (y.waited && y.status != "cancelled")
      times.push_back(*y.waited);
  if (!times.empty()) {
    std::sort(times.begin(), times.end());
    note += fmt::format("; after {} at the median, {} at most",
                        format_duration(times[times.size() / 2]),
                        format_duration(times.back()));
  }
  add_figure(out, columns, "requests", std::to_string(total), note);
}

/// What was sent back, and what had to be done again for it.
void add_rework(std::string& out, const run_report& x, std::size_t columns) {
  if (x.reworks.empty() && x.versions.empty())
    return;
  auto kept =
      std::count_if(x.versions.begin(), x.versions.end(), [](const auto& y) {
        return y.kept;
      });
  auto made = static_cast<std::ptrdiff_t>(x.versions.size()) - kept;
  auto note = fmt::format("{}, done again: {}",
                          x.reworks.size() == 1 ? "round" : "rounds", made);
  if (kept > 0)
    note += fmt::format(", kept (made of what came out equal): {}", kept);
  add_figure(out, columns, "rework", std::to_string(x.reworks.size()), note);
}

void add_services(std::string& out, const run_report& x, std::size_t columns) {
  if (x.services.empty())
    return;
  std::size_t restarts = 0;
  std::string gone;
  for (const auto& y : x.services) {
    restarts += y.restarts;
    if (y.status == service_state::failed)
      gone += fmt::format("; {} failed{}{}", y.name,
                          y.reason.empty() ? "" : ": ", one_line(y.reason));
  }
  auto note = fmt::format("restarts: {}", restarts);
  add_figure(out, columns, "services", std::to_string(x.services.size()),
             note + gone);
}

/// Where the work was done, and what was lost with a node: all of it, since it
/// is why things ran twice.
void add_nodes(std::string& out, const run_report& x, std::size_t columns) {
  constexpr std::size_t lines_max = 40;
  if (!x.nodes.is_spread)
    return;
  std::size_t work = 0;
  for (const auto& y : x.nodes.losses)
    work += y.work.size();
  auto note = fmt::format("lost: {}", x.nodes.losses.size());
  if (work > 0)
    note += fmt::format(", with them {} {}; ran beside what did it instead: {}",
                        work, work == 1 ? "piece of work" : "pieces of work",
                        x.nodes.overlaps());
  auto joined = std::count_if(x.nodes.nodes.begin(), x.nodes.nodes.end(),
                              [](const node_row& y) {
                                return y.name != local_node;
                              });
  add_figure(out, columns, "nodes", std::to_string(joined), note);
  std::size_t shown = 0;
  std::size_t total = 0;
  auto add = [&](const std::string& text, std::size_t indent) {
    if (++total <= lines_max) {
      add_wrapped(out, columns, one_line(text), indent);
      ++shown;
    }
  };
  for (const auto& y : x.nodes.losses) {
    add(loss_text(y), 2);
    for (const auto& z : y.work)
      add(lost_text(y, z), 4);
  }
  for (const auto& y : move_lines(x.nodes))
    add(y, 2);
  for (const auto& y : x.nodes.unplaced)
    add(y, 2);
  if (shown < total)
    out += fmt::format("  and {} more\n", total - shown);
}

std::string times_text(std::size_t n) {
  return n == 1 ? "once" : n == 2 ? "twice" : fmt::format("{} times", n);
}

/// What was there already, what had to be done again, and how long nobody was
/// there to do it.
void add_sessions(std::string& out, const run_report& x, std::size_t columns) {
  auto kept = fmt::format("{} {} kept", x.sessions.back().kept,
                          x.sessions.back().kept == 1 ? "task" : "tasks");
  if (x.sessions.size() == 1)
    return;
  std::set<std::string_view> again;
  for (const auto& y : x.sessions)
    again.insert(y.again.begin(), y.again.end());
  auto total = x.sessions.back().number;
  auto note = fmt::format("resumed {}: {}, {} ran again", times_text(total - 1),
                          kept, again.size());
  if (x.down > duration{0})
    note += fmt::format(", down for {}", format_duration(x.down));
  if (x.revision > 1)
    note += fmt::format("; revision {} of the plan", x.revision);
  add_figure(out, columns, "sessions", std::to_string(total), note);
}

/// How the work compares with one after another; nothing of how fast the team
/// was where there was no team to speak of, or where people held it up.
std::string speedup_note(const run_report& x) {
  std::string note = "one after another";
  std::size_t attempts = 0;
  for (const auto& y : x.tasks)
    attempts += y.attempts;
  if (!x.speedup || x.status == run_status::stopped || attempts < 2)
    return note;
  if (*x.speedup >= 1.05)
    return note
         + fmt::format("; the team was {:.1f} times as fast", *x.speedup);
  if (x.people > duration{0})
    return note
         + fmt::format("; people were waited for {}",
                       format_duration(x.people));
  return note + "; working at once won no time";
}

/// What needs-later has won, or lost; the two figures it is the difference of.
void add_later(std::string& out, const run_report& x, std::size_t columns) {
  if (!x.later)
    return;
  auto saved = x.later->saved();
  bool lost = saved < duration{0};
  add_figure(out, columns, "needs-later",
             (lost ? "-" : "") + format_duration(lost ? -saved : saved),
             fmt::format("{}: {} instead of {}, replayed with the measured "
                         "times",
                         lost ? "longer than with plain needs"
                              : "saved against plain needs",
                         format_duration(x.later->as_planned),
                         format_duration(x.later->with_needs)));
}

} // namespace

std::string to_text(const run_report& x, const text_options& wanted) {
  auto options = wanted;
  options.columns = std::max<std::size_t>(options.columns, 20);
  auto columns = options.columns;
  // How fast a team was says nothing where it was stopped half way.
  auto is_whole = x.ended && x.status != run_status::stopped;
  std::string out;
  add_figure(out, columns, "makespan", format_duration(x.makespan), "");
  add_sessions(out, x, columns);
  add_figure(out, columns, "sequential", format_duration(x.sequential),
             speedup_note(x));
  add_figure(out, columns, "lower bound", format_duration(x.bounds.value),
             x.explanation);
  if (x.efficiency && is_whole && x.bounds.value > duration{0})
    add_figure(out, columns, "efficiency",
               fmt::format("{:.0f} %", 100 * *x.efficiency),
               "lower bound / makespan");
  add_blame_figures(out, x, columns);
  add_handoffs(out, x, columns);
  add_later(out, x, columns);
  add_requests(out, x, columns);
  add_rework(out, x, columns);
  add_services(out, x, columns);
  add_nodes(out, x, columns);
  add_verdicts(out, x, columns);
  if (!x.agents.empty()) {
    out += '\n';
    add_agents(out, x, options);
  }
  if (options.whole)
    add_blame(out, x, columns);
  return out;
}

} // namespace tutti::report
