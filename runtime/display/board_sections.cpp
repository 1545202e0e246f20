// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/display/board_sections.hpp"

#include "runtime/display/text_width.hpp"
#include "runtime/report/format.hpp"
#include "runtime/report/node_text.hpp"
#include "runtime/report/wait_text.hpp"
#include "runtime/report/work_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace tutti::display {

namespace {

using report::agent_name;
using report::format_duration;
using report::format_elapsed;

constexpr std::size_t completed_max = 5;
constexpr std::size_t time_width = 7;
constexpr std::size_t names_max = 2;

// Nobody was waited for while tutti was not there.
std::string elapsed_since(const board_view& v, duration x) {
  return format_elapsed(v.model.up_time(x, v.now));
}

// The columns of agents and tasks, as wide as these need.
struct columns {
  std::size_t agents = 1;
  std::size_t tasks = 1;

  columns(const board_view& v, const std::vector<task_id>& xs) {
    for (auto x : xs) {
      agents = std::max(agents, width_of(agent_of(v, x)));
      tasks = std::max(tasks, width_of(v.model.plan().tasks[x.value].name));
    }
    agents = std::min(agents, v.columns / 4);
    tasks = std::min(tasks, v.columns * 2 / 5);
  }

  static std::string agent_of(const board_view& v, task_id x) {
    return agent_name(v.model.plan(), v.model.task(x.value).agent);
  }

  void add(styled_line& to, const board_view& v, task_id x) const {
    to.add(fit(agent_of(v, x), agents, v.on.can.unicode), style::cyan)
        .add("  ")
        .add(fit(v.model.plan().tasks[x.value].name, tasks, v.on.can.unicode));
  }
};

// -- in progress --------------------------------------------------------------

styled_line running_line(const board_view& v, task_id x, const columns& at) {
  const auto& t = v.model.task(x.value);
  auto busy = t.attempt_busy
            + (t.busy_now ? v.now - t.attempt_started_at : duration{0});
  styled_line line("  ");
  at.add(line, v, x);
  line.add(fmt::format(" {:>{}}", format_elapsed(busy), time_width));
  if (auto node = report::node_of(v.model, x.value); !node.empty())
    line.add("  " + node, style::dim);
  if (t.ending)
    line.add("  ending", style::yellow);
  else if (t.state == task_state::integrating)
    line.add("  integrating", style::cyan);
  if (auto what = attempt_text(v.model, x.value); !what.empty())
    line.add("  ").add(what, t.tries > 1 ? style::yellow : style::cyan);
  if (auto n = t.backlog.size(); n > 0)
    line.add(fmt::format("  {} queued", n), style::dim);
  if (t.waits_since) {
    auto inside = v.model.wait_of({node_kind::task, x.value});
    return line.add(fmt::format("  waits {} for {}",
                                elapsed_since(v, *t.waits_since),
                                awaited_text(v.model, inside, names_max)),
                    style::yellow);
  }
  if (t.percent >= 0)
    line.add(fmt::format("  {}%", t.percent));
  if (!t.progress.empty())
    line.add("  ").add(t.progress, style::dim);
  return line;
}

// -- waiting ------------------------------------------------------------------

styled_line idle_line(const board_view& v, agent_id agent, task_id next,
                      std::size_t agents) {
  const auto& m = v.model;
  styled_line line("  ");
  line.add(fit(agent_name(m.plan(), agent), agents, v.on.can.unicode),
           style::dim)
      .add("  next: ", style::dim)
      .add(m.plan().tasks[next.value].name);
  auto state = m.task(next.value).state;
  if (m.task(next.value).paused)
    return line.add(" is paused", style::yellow);
  auto x = m.wait_of({node_kind::task, next.value});
  if (state == task_state::waiting_to_integrate)
    return line.add(" ", style::dim).add(integrate_text(m, x, names_max));
  bool lacks_node =
      !x.on.empty() && x.on.front().why >= report::wait_for::place;
  if (state == task_state::ready && !lacks_node)
    return line.add(" is ready", style::dim);
  return line.add(" waits for ", style::dim).add(awaited_text(m, x, names_max));
}

styled_line pending_line(const board_view& v, const report::wait& x) {
  const auto& m = v.model;
  const auto& name = m.plan().tasks[x.waiter.index].name;
  auto is_named = x.agent.valid() && !m.plan().agents[x.agent.value].implicit;
  styled_line line("  ");
  line.add(is_named
               ? fmt::format("{} ({})", name, agent_name(m.plan(), x.agent))
               : name,
           style::yellow);
  auto time = fmt::format(", {}", elapsed_since(v, x.since));
  if (m.task(x.waiter.index).state != task_state::waiting_to_integrate)
    return line.add(" waits for ").add(awaited_text(m, x, names_max)).add(time);
  line.add(" ").add(integrate_text(m, x, names_max)).add(time);
  // A slot that is waited for names what it is busy with.
  auto other = meanwhile_text(m, x.agent, names_max);
  if (!other.empty() && !x.on.empty()
      && x.on.front().why != report::wait_for::slot)
    line.add(
        fmt::format("; {} works on {}", agent_name(m.plan(), x.agent), other),
        style::dim);
  return line;
}

styled_line gate_line(const board_view& v, const report::wait& x) {
  const auto& m = v.model;
  auto blocked = m.gate(x.waiter.index).blocked;
  styled_line line("  ");
  return line
      .add(fmt::format("gate {}", m.plan().gates[x.waiter.index].name),
           style::yellow)
      .add(" waits for ")
      .add(awaited_text(m, x, names_max))
      .add(fmt::format(", {}", elapsed_since(v, x.since)))
      .add(fmt::format("; {} {} for it", blocked,
                       blocked == 1 ? "task waits" : "tasks wait"),
           style::dim);
}

// -- approvals ----------------------------------------------------------------

// The whole command, or as much of it as fits and still works.
std::string shown_command(const board_view& v, std::uint32_t gate) {
  auto whole = approve_command(v.model, gate, v.on.run_id);
  return width_of(whole) + 4 <= v.columns ? whole
                                          : approve_command(v.model, gate, {});
}

std::string approved_by(const report::run_model& m, std::uint32_t gate) {
  const auto& g = m.gate(gate);
  std::vector<std::string> names;
  for (const auto& x : g.verdicts)
    if (x.round == g.rounds && x.verdict == verdict::approved)
      names.push_back(x.who);
  return names.empty() ? std::string{}
                       : fmt::format(", approved by {}",
                                     report::names_text(names, names.size()));
}

void add_asked(const board_view& v, std::uint32_t gate, section& to) {
  const auto& m = v.model;
  const auto& g = m.gate(gate);
  auto message = approval_message(m, gate);
  styled_line line("  ");
  line.add(m.plan().gates[gate].name, style::yellow)
      .add(fmt::format(" asks {}, {}", approvers_text(m, gate),
                       elapsed_since(v, g.asked_at.value_or(v.now))));
  if (g.rounds > 1)
    line.add(fmt::format(", round {}", g.rounds));
  line.add(approved_by(m, gate), style::green);
  if (!message.empty())
    line.add(": ").add(message);
  to.lines.push_back(std::move(line));
  if (!asks_person(m, gate))
    return;
  to.lines.push_back(
      styled_line("    ").add(shown_command(v, gate), style::bold));
  // Where there is a choice, the keyboard cannot make it.
  if (m.plan().gates[gate].rework.to.size() > 1)
    to.lines.push_back(styled_line("    ").add(
        changes_command(m, gate, v.on.run_id), style::bold));
}

// Contracts that a rework has changed so far (semantics §12).
std::string redefined_since(const report::run_model& m, duration at) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < m.plan().contracts.size(); ++i)
    if (m.contract(i).redefined > 0 && m.contract(i).at >= at)
      names.push_back(m.plan().contracts[i].name);
  return names.empty() ? std::string{}
                       : fmt::format("; contract {} redefined",
                                     report::names_text(names, names.size()));
}

void add_rework(const board_view& v, const report::rework_record& x,
                section& to) {
  const auto& m = v.model;
  styled_line line("  ");
  line.add(m.plan().gates[x.gate.value].name, style::yellow)
      .add(fmt::format(" round {}: {} {} done again, {}", x.round,
                       report::names_text(m.plan(), x.tasks, names_max),
                       x.tasks.size() == 1 ? "is" : "are",
                       elapsed_since(v, x.at)))
      .add(redefined_since(m, x.at));
  if (!x.text.empty())
    line.add(": ").add(x.text, style::dim);
  to.lines.push_back(std::move(line));
}

std::string request_words(const board_view& v,
                          const std::vector<std::uint32_t>& numbers) {
  std::vector<std::string> texts;
  for (auto n : numbers) {
    if (texts.size() == names_max + 1)
      break;
    texts.push_back(v.model.requests()[n - 1].text);
  }
  return report::names_text(texts, numbers.size());
}

styled_line request_line(const board_view& v,
                         const std::vector<std::uint32_t>& numbers) {
  const auto& m = v.model;
  const auto& r = m.requests()[numbers.front() - 1];
  styled_line line("  ");
  line.add(fmt::format("{} asks {}", m.plan().tasks[r.from.value].name,
                       agent_name(m.plan(), r.to)),
           style::yellow)
      .add(fmt::format(", {}", elapsed_since(v, r.made_at)));
  if (r.taken)
    line.add(r.batch_size > 1
                 ? fmt::format(", worked on, {} together", r.batch_size)
                 : std::string(", worked on"),
             style::cyan);
  if (!r.awaited)
    line.add(", without waiting", style::dim);
  return line.add(": ").add(request_words(v, numbers));
}

} // namespace

section approvals(const board_view& v) {
  const auto& m = v.model;
  section result{"APPROVAL", {}, 0, 0, 2, false, 0};
  for (auto x : m.asked_gates()) {
    ++result.total;
    if (result.lines.size() < v.rows)
      add_asked(v, x.value, result);
  }
  // Of each gate that is not asked again yet the latest rework.
  std::vector<bool> seen(m.plan().gates.size());
  const auto& all = m.reworks();
  for (auto i = all.rbegin(); i != all.rend(); ++i) {
    if (seen[i->gate.value])
      continue;
    seen[i->gate.value] = true;
    if (!report::goes_on(m, *i))
      continue;
    ++result.total;
    if (result.lines.size() < v.rows)
      add_rework(v, *i, result);
  }
  result.wanted = result.lines.size();
  return result;
}

section in_progress(const board_view& v) {
  section result{"IN PROGRESS", {}, v.model.in_progress_count(), 0, 1,
                 false,         0};
  auto running = v.model.in_progress(v.rows);
  columns at(v, running);
  for (auto x : running)
    result.lines.push_back(running_line(v, x, at));
  result.wanted = result.total;
  return result;
}

section idle(const board_view& v) {
  const auto& m = v.model;
  section result{"IDLE", {}, 0, 0, 1, false, 0};
  std::vector<std::pair<agent_id, task_id>> shown;
  std::size_t agents = 1;
  for (std::size_t i = 0; i < m.plan().agents.size(); ++i) {
    if (m.agent(i).running > 0)
      continue;
    auto next = m.next_of(i);
    if (!next)
      continue;
    ++result.total;
    if (shown.size() == v.rows)
      continue;
    shown.emplace_back(i, *next);
    agents = std::max(agents, width_of(m.plan().agents[i].name));
  }
  agents = std::min(agents, v.columns / 4);
  for (const auto& x : shown)
    result.lines.push_back(idle_line(v, x.first, x.second, agents));
  result.wanted = result.total;
  return result;
}

section handoff_pending(const board_view& v) {
  const auto& m = v.model;
  auto gates = m.waiting_gates(m.plan().gates.size());
  std::erase_if(gates, [&](const auto& x) {
    return m.gate(x.waiter.index).blocked == 0;
  });
  section result{"HANDOFF PENDING", {}, 0, 0, 1, false, 0};
  result.total = result.wanted = m.pending_count() + gates.size();
  for (const auto& x : m.pending(v.rows))
    result.lines.push_back(pending_line(v, x));
  for (const auto& x : gates)
    if (result.lines.size() < v.rows)
      result.lines.push_back(gate_line(v, x));
  return result;
}

section open_requests(const board_view& v) {
  constexpr std::size_t looked_at = 256; // enough to fill any screen's rows
  const auto& m = v.model;
  section result{"REQUESTS", {}, m.open_request_count(), 0, 1, true, 0};
  std::vector<std::uint32_t> group;
  auto add = [&] {
    if (!group.empty() && result.lines.size() < v.rows)
      result.lines.push_back(request_line(v, group));
    group.clear();
  };
  // What is the same for several requests in a row is one line.
  for (auto n : m.open_requests(looked_at)) {
    const auto& x = m.requests()[n - 1];
    if (!group.empty()) {
      const auto& y = m.requests()[group.front() - 1];
      if (x.from != y.from || x.to != y.to || x.taken != y.taken
          || x.batch != y.batch || x.awaited != y.awaited)
        add();
    }
    group.push_back(n);
  }
  add();
  result.wanted = result.lines.size();
  return result;
}

section services(const board_view& v) {
  const auto& m = v.model;
  section result{"SERVICES", {}, m.plan().services.size(), 0, 1, false, 0};
  result.wanted = result.total;
  // Those that cannot be used come first.
  for (auto usable : {false, true})
    for (std::size_t i = 0; i < result.total; ++i) {
      const auto& s = m.service(i);
      if ((s.state == service_state::ready) != usable
          || result.lines.size() == v.rows)
        continue;
      auto is_bad = s.state == service_state::failed;
      styled_line line("  ");
      line.add(m.plan().services[i].name)
          .add(fmt::format(" {}", to_string(s.state)), usable   ? style::green
                                                       : is_bad ? style::red
                                                                : style::yellow)
          .add(fmt::format(", {}", elapsed_since(v, s.since)));
      if (s.restarts > 0)
        line.add(fmt::format(", restarted {}",
                             s.restarts == 1
                                 ? std::string("once")
                                 : fmt::format("{} times", s.restarts)),
                 style::yellow);
      if (!s.text.empty())
        line.add(": ").add(s.text, style::dim);
      result.lines.push_back(std::move(line));
    }
  return result;
}

section completed(const board_view& v) {
  section result{"COMPLETED", {}, v.model.terminal_count(), 0, 1, true, 0};
  auto latest = v.model.completed(std::min(v.rows, completed_max));
  result.wanted = latest.size();
  columns at(v, latest);
  for (auto x : latest) {
    const auto& t = v.model.task(x.value);
    auto is_good = t.state == task_state::succeeded;
    styled_line line("  ");
    if (v.on.can.unicode)
      line.add(is_good ? "\u2713 " : "\u2717 ",
               is_good ? style::green : style::red);
    at.add(line, v, x);
    line.add(fmt::format(" {:>{}}", format_duration(t.busy), time_width));
    if (!is_good)
      line.add("  ").add(to_string(t.state), style::red);
    if (t.version > 1 && v.model.plan().tasks[x.value].kind == task_kind::work)
      line.add(fmt::format("  version {}", t.version), style::dim);
    if (v.model.is_kept(x.value))
      line.add("  kept", style::dim);
    result.lines.push_back(std::move(line));
  }
  return result;
}

} // namespace tutti::display
