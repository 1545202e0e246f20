// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/display/board_frame.hpp"

#include "runtime/display/events.hpp"
#include "runtime/display/styled_line.hpp"
#include "runtime/display/text_width.hpp"
#include "runtime/report/format.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tutti::display {

namespace {

using report::format_duration;
using report::format_elapsed;
using report::run_model;

constexpr std::size_t completed_max = 5;
constexpr std::size_t time_width = 7;

struct section {
  std::string_view title;
  std::vector<styled_line> lines; ///< as many as the screen could hold
  std::size_t total = 0;          ///< what the title says
  std::size_t wanted = 0;         ///< rows that it would fill
  bool is_cut_quietly = false;    ///< the rest needs no "and N more"
  std::size_t rows = 0;           ///< given to it, without the title
};

class frame {
public:
  frame(const run_model& m, duration now, screen_size size, const traits& can)
    : model_(m), plan_(m.plan()), now_(now), can_(can),
      columns_(static_cast<std::size_t>(std::max(size.columns - 1, 1))),
      rows_(static_cast<std::size_t>(std::max(size.rows - 1, 1))) {
  }

  std::vector<std::string> build() {
    lines_.push_back(header());
    if (rows_ >= 8)
      add_phases();
    section sections[] = {in_progress(), idle(), pending(), completed()};
    // Who is idle can be told from the rest; it yields where rows are few.
    section* by_rank[] = {&sections[0], &sections[2], &sections[3],
                          &sections[1]};
    share_rows(by_rank);
    for (const auto& x : sections)
      add(x);
    std::vector<std::string> result;
    for (const auto& x : lines_)
      result.push_back(x.render(can_, columns_));
    return result;
  }

private:
  // -- header and phases ------------------------------------------------------

  std::string bar(double share, std::size_t width) const {
    auto full = static_cast<std::size_t>(share * static_cast<double>(width));
    std::string result;
    for (std::size_t i = 0; i < width; ++i)
      result += i < full ? (can_.unicode ? "\u2588" : "#")
                         : (can_.unicode ? "\u2591" : ".");
    return result;
  }

  styled_line header() const {
    auto share = model_.progress(now_);
    styled_line line;
    if (columns_ >= 45)
      line.add(truncate(neutral(plan_.name, can_), columns_ / 3, can_.unicode),
               style::bold)
          .add("  ");
    line.add(fmt::format("{}/{}", model_.terminal_count(), plan_.tasks.size()),
             style::bold);
    if (auto n = model_.failure_count(); n > 0)
      line.add(fmt::format("  {} failed", n), style::red);
    if (model_.stopping())
      line.add("  stopping", style::yellow);
    line.add("  " + format_elapsed(now_));
    if (columns_ >= 70)
      line.add("  ").add(bar(share, 20), style::green);
    line.add(fmt::format("  {}%", static_cast<int>(100 * share)));
    if (auto rest = model_.remaining(now_); rest && !model_.stopping())
      line.add(fmt::format("  ~{} left", format_elapsed(*rest)), style::dim);
    return line;
  }

  // One line for each phase that is in no other where there is room, else those
  // that are not done on a shared line.
  void add_phases() {
    const auto& xs = plan_.phases;
    std::size_t outermost = 0;
    std::size_t names = 0;
    for (const auto& x : xs)
      if (is_outermost(x)) {
        ++outermost;
        names = std::max(names, width_of(x.name));
      }
    if (outermost == 0)
      return;
    auto one_each = outermost <= rows_ / 4;
    names = std::min(names, columns_ / 3);
    styled_line shared("  ");
    std::size_t used = 2;
    std::size_t unseen = 0;
    for (std::size_t i = 0; i < xs.size(); ++i) {
      if (!is_outermost(xs[i]))
        continue;
      const auto& x = model_.phase(i);
      auto count = fmt::format("{}/{}", x.done, x.total);
      if (one_each) {
        lines_.push_back(phase_line(xs[i].name, names, x, count));
        continue;
      }
      auto text = fmt::format("{} {}  ", xs[i].name, count);
      if (x.done == x.total)
        continue;
      if (used + text.size() + 12 > columns_) {
        ++unseen;
        continue;
      }
      used += text.size();
      shared.add(text, x.failed > 0 ? style::red : style::plain);
    }
    if (unseen > 0)
      shared.add(fmt::format("and {} more", unseen), style::dim);
    if (!one_each && (used > 2 || unseen > 0))
      lines_.push_back(std::move(shared));
  }

  // What a matrix makes of a task in a phase is a phase within it.
  bool is_outermost(const phase& x) const {
    return x.tasks.empty()
        || &plan_.phases[plan_.tasks[x.tasks[0].value].phase.value] == &x;
  }

  styled_line phase_line(std::string_view name, std::size_t width,
                         const report::phase_record& x,
                         std::string_view count) const {
    auto share = x.total == 0
                   ? 1.0
                   : static_cast<double>(x.done) / static_cast<double>(x.total);
    styled_line line("  ");
    line.add(fit(name, width, can_.unicode));
    if (columns_ >= 50)
      line.add("  ").add(bar(share, 12),
                         x.failed > 0 ? style::red : style::green);
    line.add(fmt::format("  {:>5}", count));
    if (x.failed > 0)
      line.add(fmt::format("  {} failed", x.failed), style::red);
    return line;
  }

  // -- sections ---------------------------------------------------------------

  section in_progress() const {
    section result{"IN PROGRESS", {}, model_.in_progress_count(), 0, false, 0};
    auto running = model_.in_progress(rows_);
    std::size_t agents = 1;
    std::size_t tasks = 1;
    for (auto x : running) {
      agents = std::max(agents, width_of(agent_of(x)));
      tasks = std::max(tasks, width_of(plan_.tasks[x.value].name));
    }
    agents = std::min(agents, columns_ / 4);
    tasks = std::min(tasks, columns_ * 2 / 5);
    for (auto x : running)
      result.lines.push_back(running_line(x, agents, tasks));
    result.wanted = result.total;
    return result;
  }

  // Agents that have work ahead and none now.
  section idle() const {
    section result{"IDLE", {}, 0, 0, false, 0};
    std::vector<std::pair<agent_id, task_id>> shown;
    std::size_t agents = 1;
    for (std::size_t i = 0; i < plan_.agents.size(); ++i) {
      if (model_.agent(i).running > 0)
        continue;
      auto next = model_.next_of(i);
      if (!next)
        continue;
      ++result.total;
      if (shown.size() == rows_)
        continue;
      shown.emplace_back(i, *next);
      agents = std::max(agents, width_of(plan_.agents[i].name));
    }
    agents = std::min(agents, columns_ / 4);
    for (const auto& x : shown)
      result.lines.push_back(idle_line(x.first, x.second, agents));
    result.wanted = result.total;
    return result;
  }

  styled_line running_line(task_id x, std::size_t agents,
                           std::size_t tasks) const {
    const auto& t = model_.task(x.value);
    auto time = format_elapsed(now_ - t.attempt_started_at);
    styled_line line("  ");
    line.add(fit(agent_of(x), agents, can_.unicode), style::cyan)
        .add("  ")
        .add(fit(plan_.tasks[x.value].name, tasks, can_.unicode))
        .add(fmt::format(" {:>{}}", time, time_width));
    if (t.ending)
      line.add("  ending", style::yellow);
    else if (t.state == task_state::integrating)
      line.add("  integrating", style::cyan);
    if (t.attempts > 1)
      line.add(fmt::format("  attempt {}", t.attempts), style::yellow);
    if (!t.progress.empty())
      line.add("  ").add(t.progress, style::dim);
    return line;
  }

  styled_line idle_line(agent_id agent, task_id next,
                        std::size_t agents) const {
    styled_line line("  ");
    line.add(fit(agent_name(plan_, agent), agents, can_.unicode), style::dim)
        .add("  next: ", style::dim)
        .add(plan_.tasks[next.value].name);
    if (model_.task(next.value).state == task_state::ready)
      return line.add(" is ready", style::dim);
    auto x = model_.wait_of({node_kind::task, next.value});
    return line.add(" waits for ", style::dim).add(awaited_text(model_, x, 2));
  }

  std::string agent_of(task_id x) const {
    return agent_name(plan_, model_.task(x.value).agent);
  }

  section pending() const {
    auto tasks = model_.pending(rows_);
    auto gates = model_.waiting_gates(plan_.gates.size());
    std::erase_if(gates, [this](const auto& x) {
      return model_.gate(x.waiter.index).blocked == 0;
    });
    section result{"HANDOFF PENDING", {}, 0, 0, false, 0};
    result.total = result.wanted = model_.pending_count() + gates.size();
    for (const auto& x : tasks) {
      const auto& name = plan_.tasks[x.waiter.index].name;
      auto is_named = x.agent.valid() && !plan_.agents[x.agent.value].implicit;
      result.lines.push_back(wait_line(
          is_named ? fmt::format("{} ({})", name, agent_name(plan_, x.agent))
                   : name,
          x, ""));
    }
    for (const auto& x : gates) {
      if (result.lines.size() >= rows_)
        break;
      auto blocked = model_.gate(x.waiter.index).blocked;
      result.lines.push_back(
          wait_line(fmt::format("gate {}", plan_.gates[x.waiter.index].name), x,
                    fmt::format("; {} {} for it", blocked,
                                blocked == 1 ? "task waits" : "tasks wait")));
    }
    return result;
  }

  styled_line wait_line(std::string_view who, const report::wait& x,
                        std::string_view more) const {
    styled_line line("  ");
    line.add(who, style::yellow)
        .add(" waits for ")
        .add(awaited_text(model_, x, 2))
        .add(fmt::format(", {}", format_elapsed(now_ - x.since)))
        .add(more, style::dim);
    return line;
  }

  section completed() const {
    section result{"COMPLETED", {}, 0, 0, true, 0};
    auto latest = model_.completed(std::min(rows_, completed_max));
    result.total = model_.terminal_count();
    result.wanted = latest.size();
    std::size_t agents = 1;
    std::size_t tasks = 1;
    for (auto x : latest) {
      agents = std::max(agents, width_of(agent_of(x)));
      tasks = std::max(tasks, width_of(plan_.tasks[x.value].name));
    }
    agents = std::min(agents, columns_ / 4);
    tasks = std::min(tasks, columns_ * 2 / 5);
    for (auto x : latest) {
      const auto& t = model_.task(x.value);
      auto is_good = t.state == task_state::succeeded;
      styled_line line("  ");
      if (can_.unicode)
        line.add(is_good ? "\u2713 " : "\u2717 ",
                 is_good ? style::green : style::red);
      line.add(fit(agent_of(x), agents, can_.unicode), style::cyan)
          .add("  ")
          .add(fit(plan_.tasks[x.value].name, tasks, can_.unicode))
          .add(fmt::format(" {:>{}}", format_duration(t.busy), time_width));
      if (!is_good)
        line.add("  ").add(to_string(t.state), style::red);
      result.lines.push_back(std::move(line));
    }
    return result;
  }

  // Every section gets a row if possible, then all grow alike.
  void share_rows(std::span<section* const> sections) const {
    auto rest = rows_ - std::min(rows_, lines_.size());
    for (auto* x : sections) {
      if (x->wanted > 0 && rest >= 2) {
        x->rows = 1;
        rest -= 2;
      }
    }
    for (auto grown = true; grown && rest > 0;) {
      grown = false;
      for (auto* x : sections) {
        if (x->rows == 0 || x->rows >= x->wanted || rest == 0)
          continue;
        ++x->rows;
        --rest;
        grown = true;
      }
    }
  }

  void add(const section& x) {
    if (x.rows == 0)
      return;
    styled_line title(x.title, style::bold);
    lines_.push_back(title.add(fmt::format(" {}", x.total), style::dim));
    auto shown = std::min(x.rows, x.lines.size());
    auto is_cut = x.wanted > x.rows && !x.is_cut_quietly && x.rows > 1;
    if (is_cut)
      shown = x.rows - 1;
    for (std::size_t i = 0; i < shown; ++i)
      lines_.push_back(x.lines[i]);
    if (is_cut)
      lines_.push_back(styled_line(
          fmt::format("  and {} more", x.wanted - shown), style::dim));
  }

  const run_model& model_;
  const plan& plan_;
  duration now_;
  const traits& can_;
  std::size_t columns_;
  std::size_t rows_;
  std::vector<styled_line> lines_;
};

} // namespace

std::vector<std::string> board_frame(const report::run_model& m, duration now,
                                     screen_size size, const traits& can) {
  return frame(m, now, size, can).build();
}

} // namespace tutti::display
