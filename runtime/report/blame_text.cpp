// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/blame_text.hpp"

#include "runtime/report/format.hpp"
#include "runtime/report/text_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace tutti::report {

namespace {

constexpr std::size_t hops_max = 60;
constexpr std::size_t tasks_max = 20;
constexpr std::size_t waits_max = 20;
constexpr std::size_t changes_max = 10;
constexpr std::size_t wide = 72; ///< tables fit

void add_head(std::string& out, std::size_t columns, std::string_view text) {
  out += '\n';
  add_wrapped(out, columns, text, 0);
}

void add_more(std::string& out, std::size_t total, std::size_t shown) {
  if (total > shown)
    out += fmt::format("  and {} more\n", total - shown);
}

/// The first and the last few of the names on the path.
std::string path_names(const blame_rows& x) {
  constexpr std::size_t names_max = 5;
  std::vector<std::string_view> names;
  for (const auto& y : x.path)
    if (y.kind == "work" && (names.empty() || names.back() != y.of))
      names.push_back(y.of);
  std::string result;
  for (std::size_t i = 0; i < names.size(); ++i) {
    bool cut = names.size() > names_max && i >= 3 && i + 2 < names.size();
    if (cut && i > 3)
      continue;
    result += fmt::format("{}{}", i == 0 ? "" : " > ",
                          cut ? std::string_view{"..."} : names[i]);
  }
  return result;
}

std::string_view words_of(wait_kind x) {
  switch (x) {
  case wait_kind::gate:
    return "approvals";
  case wait_kind::handoff:
    return "handoffs";
  case wait_kind::node:
    return "for want of a node";
  case wait_kind::retry:
    return "before retries";
  case wait_kind::batch:
    return "gathering batches";
  case wait_kind::service:
    return "services";
  case wait_kind::inside:
    return "inside tasks";
  case wait_kind::down:
    return "tutti was not there";
  default:
    return to_string(x);
  }
}

/// The waits on the path, the longest first: "approvals 3.0s, handoffs 2ms".
std::string waits_text(const blame_rows& x) {
  std::vector<wait_kind> kinds;
  for (std::size_t i = 0; i < wait_kind_count; ++i)
    if (x.waits[i] > duration{0})
      kinds.push_back(static_cast<wait_kind>(i));
  std::stable_sort(kinds.begin(), kinds.end(), [&](auto a, auto b) {
    return x.waited(a) > x.waited(b);
  });
  std::string result;
  for (auto kind : kinds)
    result += fmt::format("{}{} {}", result.empty() ? "" : ", ", words_of(kind),
                          format_duration(x.waited(kind)));
  return result;
}

std::string pair_text(const wait_row& x) {
  return fmt::format("{} for {}{}", x.waiter, x.on.empty() ? "people" : x.on,
                     x.most.empty() ? std::string{}
                                    : fmt::format(" ({})", x.most));
}

/// Those with somebody else.
std::vector<const wait_row*> pairs_of(const blame_rows& x) {
  std::vector<const wait_row*> result;
  for (const auto& y : x.agent_waits)
    if (y.on != y.waiter)
      result.push_back(&y);
  return result;
}

void add_path(std::string& out, const run_report& x, std::size_t columns) {
  const auto told = x.blame.told();
  const auto& path = told.rows;
  add_head(out, columns, fmt::format("PATH {}", path.size()));
  if (columns >= wide && !path.empty())
    out += fmt::format("{:>8} {:>8}  {}\n", "from", "took", "what");
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path.size() > hops_max && i == hops_max / 2) {
      auto left_out = path.size() - hops_max;
      out += fmt::format("  {} more\n", left_out);
      i += left_out;
    }
    const auto& y = *path[i];
    auto what =
        y.kind == "work"
            ? fmt::format("{} ({}){}: {}", y.of, y.agent,
                          y.phase == work_phase::integrate ? " integrates" : "",
                          y.text)
            : fmt::format("- {}: {}", y.kind, y.text);
    if (columns >= wide) {
      auto lines = wrap(what, columns - 19);
      for (std::size_t k = 0; k < lines.size(); ++k)
        out += k == 0
                 ? fmt::format("{:>8} {:>8}  {}\n", format_duration(y.from),
                               format_duration(y.length()), lines[k])
                 : fmt::format("{:>21}{}\n", "", lines[k]);
    } else {
      out += fmt::format("  {} +{}\n", format_duration(y.from),
                         format_duration(y.length()));
      add_wrapped(out, columns, what, 4);
    }
  }
  if (told.left_out > 0)
    add_wrapped(out, columns,
                fmt::format("and {} between ends and starts, {} in all",
                            told.left_out == 1
                                ? std::string{"a moment"}
                                : fmt::format("{} moments", told.left_out),
                            format_duration(told.left_out_time)));
}

void add_ideal(std::string& out, const run_report& x, std::size_t columns) {
  const auto& b = x.blame;
  add_head(out, columns, "IDEAL");
  std::string names;
  std::size_t shown = std::min<std::size_t>(b.ideal_path.size(), 20);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& y = b.ideal_path[i];
    names += fmt::format("{}{}{}{} {}", i == 0 ? "" : " > ",
                         y.is_gate ? "gate " : "", y.name,
                         y.phase == work_phase::integrate ? " integrates" : "",
                         format_duration(y.length));
  }
  if (shown < b.ideal_path.size())
    names += fmt::format(" and {} more", b.ideal_path.size() - shown);
  add_wrapped(out, columns,
              fmt::format("{} with agents for everything at once{}{}",
                          format_duration(b.ideal), names.empty() ? "" : ": ",
                          names));
  if (x.makespan <= b.ideal)
    return add_wrapped(out, columns, "the run took no longer than that");
  std::string parts;
  if (auto busy = b.contention(); busy > duration{0})
    parts = fmt::format("agents worked on other things first {}",
                        format_duration(busy));
  if (auto waits = waits_text(b); !waits.empty())
    parts += (parts.empty() ? "" : ", ") + waits;
  add_wrapped(out, columns,
              fmt::format("the run took {} longer{}{}",
                          format_duration(x.makespan - b.ideal),
                          parts.empty() ? "" : "; on its path: ", parts));
}

void add_waits(std::string& out, const run_report& x, std::size_t columns) {
  auto pairs = pairs_of(x.blame);
  if (pairs.empty())
    return;
  add_head(out, columns, "WHO WAITED FOR WHOM, IDLE");
  auto shown = std::min(pairs.size(), waits_max);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& y = *pairs[i];
    add_wrapped(
        out, columns,
        fmt::format("{} {} for {}{}", y.waiter, format_duration(y.time),
                    y.on.empty() ? "people" : y.on,
                    y.most.empty()
                        ? std::string{}
                        : fmt::format(", {} of it for {}",
                                      format_duration(y.most_time), y.most)));
  }
  add_more(out, pairs.size(), shown);
}

std::string head_of(slot_use x) {
  return x == slot_use::no_work ? "no work" : std::string(to_string(x));
}

void add_idle(std::string& out, const run_report& x, std::size_t columns) {
  const auto& rows = x.blame.idle;
  if (rows.empty())
    return;
  std::vector<slot_use> uses;
  for (std::size_t i = 0; i < slot_use_count; ++i) {
    auto use = static_cast<slot_use>(i);
    if (std::any_of(rows.begin(), rows.end(), [&](const auto& y) {
          return y.time[use] > duration{0};
        }))
      uses.push_back(use);
  }
  add_head(out, columns, "SLOTS, ALL THEIR TIME");
  constexpr std::size_t agents_max = 30;
  auto shown = std::min(rows.size(), agents_max);
  auto names = std::min<std::size_t>(20, columns / 3);
  bool table = names + 6 + 9 * uses.size() <= columns;
  if (table) {
    out += fmt::format("{:<{}} {:>5}", "agent", names, "slots");
    for (auto use : uses)
      out += fmt::format(" {:>8}", head_of(use));
    out += '\n';
  }
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& y = rows[i];
    if (table) {
      out += fmt::format("{:<{}} {:>5}", y.agent.substr(0, names), names,
                         y.time.slots);
      for (auto use : uses)
        out += fmt::format(" {:>8}", format_duration(y.time[use]));
      out += '\n';
      continue;
    }
    std::string text = y.agent + ":";
    for (auto use : uses)
      if (y.time[use] > duration{0})
        text += fmt::format("{} {} {}", text.back() == ':' ? "" : ",",
                            head_of(use), format_duration(y.time[use]));
    add_wrapped(out, columns, text);
  }
  add_more(out, rows.size(), shown);
}

std::string time_or_dash(std::optional<duration> x) {
  return x ? format_duration(*x) : "-";
}

void add_tasks(std::string& out, const run_report& x, std::size_t columns) {
  std::vector<const task_row*> rows;
  for (const auto& y : x.tasks)
    if (y.attempts > 0)
      rows.push_back(&y);
  if (rows.empty())
    return;
  std::stable_sort(rows.begin(), rows.end(), [](auto* a, auto* b) {
    return std::pair(a->on_path, a->run + a->integrate)
         > std::pair(b->on_path, b->run + b->integrate);
  });
  add_head(out, columns, "TASKS, THOSE ON THE PATH FIRST");
  auto names =
      std::min<std::size_t>(24, columns >= 40 ? columns / 3 : columns - 9);
  using cell = std::pair<const char*, std::string (*)(const task_row&)>;
  std::vector<cell> cells{{"on path", [](const task_row& y) {
                             return format_duration(y.on_path);
                           }}};
  if (columns >= 40)
    cells.insert(cells.begin(), {"run", [](const task_row& y) {
                                   return format_duration(y.run);
                                 }});
  if (columns >= 78) {
    cells.insert(cells.begin(), {{"started",
                                  [](const task_row& y) {
                                    return time_or_dash(y.started);
                                  }},
                                 {"queue", [](const task_row& y) {
                                    return format_duration(y.queue);
                                  }}});
    cells.insert(cells.begin() + 3, {{"integr.",
                                      [](const task_row& y) {
                                        return format_duration(y.integrate);
                                      }},
                                     {"slack", [](const task_row& y) {
                                        return time_or_dash(y.slack);
                                      }}});
  }
  if (columns >= 105) {
    cells.insert(cells.begin(), {{"ready", [](const task_row& y) {
                                    return time_or_dash(y.ready);
                                  }}});
    cells.insert(cells.begin() + 2, {{"finished",
                                      [](const task_row& y) {
                                        return time_or_dash(y.finished);
                                      }},
                                     {"inside", [](const task_row& y) {
                                        return format_duration(y.waited_inside);
                                      }}});
  }
  out += fmt::format("{:<{}}", "task", names);
  for (const auto& c : cells)
    out += fmt::format(" {:>8}", c.first);
  out += '\n';
  auto shown = std::min(rows.size(), tasks_max);
  for (std::size_t i = 0; i < shown; ++i) {
    out += fmt::format("{:<{}}", rows[i]->name.substr(0, names), names);
    for (const auto& c : cells)
      out += fmt::format(" {:>8}", c.second(*rows[i]));
    out += '\n';
  }
  add_more(out, rows.size(), shown);
}

std::string change_text(duration before, duration now) {
  bool more = now >= before;
  return fmt::format("{} instead of {} ({}{})", format_duration(now),
                     format_duration(before), more ? "+" : "-",
                     format_duration(more ? now - before : before - now));
}

void add_against(std::string& out, const run_report& x, std::size_t columns) {
  if (!x.against)
    return;
  const auto& c = *x.against;
  add_head(out, columns, "AGAINST " + c.run_id);
  add_wrapped(out, columns, "makespan " + change_text(c.makespan, x.makespan));
  std::size_t shown = 0;
  for (const auto& y : c.tasks)
    if (y.growth() > duration{0} && shown++ < changes_max)
      add_wrapped(
          out, columns,
          fmt::format("{} took {}", y.name, change_text(*y.before, *y.now)));
  shown = 0;
  for (const auto& y : c.tasks)
    if (y.before.has_value() != y.now.has_value() && shown++ < changes_max)
      add_wrapped(out, columns,
                  fmt::format("{} ran {} only", y.name,
                              y.now ? "this time" : "that time"));
  shown = 0;
  for (const auto& y : c.waits)
    if (y.now > y.before && shown++ < changes_max)
      add_wrapped(out, columns,
                  fmt::format("{} waited for {} {}", y.waiter,
                              y.on.empty() ? "people" : y.on,
                              change_text(y.before, y.now)));
  shown = 0;
  for (const auto& y : c.order)
    if (shown++ < changes_max)
      add_wrapped(out, columns,
                  fmt::format("{} did {} as number {} instead of {}", y.agent,
                              y.task, y.now, y.before));
  add_more(out, c.order.size(), std::min(c.order.size(), changes_max));
}

void add_honesty(std::string& out, const run_report& x, std::size_t columns) {
  add_head(out, columns, "WHAT THIS RESTS ON");
  for (const auto& line : honesty_lines(x))
    add_wrapped(out, columns, line);
}

} // namespace

void add_blame_figures(std::string& out, const run_report& x,
                       std::size_t columns) {
  const auto& b = x.blame;
  if (b.work > duration{0}) {
    auto waits = waits_text(b);
    add_figure(out, columns, "path", format_duration(b.work),
               fmt::format("of work led to the end: {}{}{}", path_names(b),
                           waits.empty() ? "" : "; besides it ", waits));
  }
  auto pairs = pairs_of(b);
  std::string note;
  for (std::size_t i = 0; i < std::min<std::size_t>(pairs.size(), 3); ++i)
    note += i == 0 ? pair_text(*pairs[0])
                   : fmt::format(", {} {}", pair_text(*pairs[i]),
                                 format_duration(pairs[i]->time));
  if (!pairs.empty())
    add_figure(out, columns, "waits", format_duration(pairs[0]->time), note);
  if (b.alarms)
    add_figure(out, columns, "alarm",
               format_duration(b.waited(wait_kind::orchestrator)),
               "went by on the path that no work, handoff, person or rule "
               "explains");
}

std::vector<std::string> honesty_lines(const run_report& x) {
  const auto& h = x.honesty;
  std::vector<std::string> result;
  result.emplace_back(
      h.is_virtual ? "the virtual clock of a simulation, started at 0"
                   : "the monotonic clock of the program that ran it; between "
                     "sessions the clock on the wall");
  auto add = [&](bool holds, std::string text) {
    if (holds)
      result.push_back(std::move(text));
  };
  add(x.is_live && !x.ended, "the run goes on: all is as of its latest fact");
  add(h.estimated_share > 0,
      fmt::format("{:.0f} % of the work by estimates, the rest measured",
                  100 * h.estimated_share));
  add(h.unseen > 0,
      fmt::format("attempts whose end nobody saw: {}; of them {} is known",
                  h.unseen, format_duration(h.unseen_time)));
  add(x.late_count > 0,
      fmt::format("late results that were ignored: {}", x.late_count));
  add(h.dropped_bytes > 0,
      fmt::format("output beyond the caps of logs: {} bytes", h.dropped_bytes));
  add(h.truncated, "the journal ends in the middle of a write, on which "
                   "nothing rested yet");
  result.insert(result.end(), h.notes.begin(), h.notes.end());
  add(!x.blame.is_whole, "the path could not be followed to the start: please "
                         "report that as a fault");
  return result;
}

void add_blame(std::string& out, const run_report& x, std::size_t columns) {
  add_path(out, x, columns);
  add_ideal(out, x, columns);
  add_waits(out, x, columns);
  add_idle(out, x, columns);
  add_tasks(out, x, columns);
  add_against(out, x, columns);
  add_honesty(out, x, columns);
}

} // namespace tutti::report
