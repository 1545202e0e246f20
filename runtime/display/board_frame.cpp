// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/display/board_frame.hpp"

#include "runtime/display/board_sections.hpp"
#include "runtime/display/styled_line.hpp"
#include "runtime/display/text_width.hpp"
#include "runtime/report/format.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tutti::display {

namespace {

using report::format_elapsed;
using report::run_model;

class frame {
public:
  frame(const run_model& m, duration now, const frame_options& on)
    : model_(m), plan_(m.plan()), now_(now), on_(on), can_(on.can),
      columns_(static_cast<std::size_t>(std::max(on.size.columns - 1, 1))),
      rows_(static_cast<std::size_t>(std::max(on.size.rows - 1, 1))) {
  }

  std::vector<std::string> build() {
    lines_.push_back(header());
    if (rows_ >= 8)
      add_phases();
    board_view v{model_, now_, on_, columns_, rows_};
    auto asked = approvals(v);
    auto running = in_progress(v);
    auto resting = idle(v);
    auto pending = handoff_pending(v);
    auto requests = open_requests(v);
    auto daemons = services(v);
    auto machines = nodes(v);
    auto done = completed(v);
    // Who is idle can be told from the rest; it yields where rows are few.
    section* by_rank[] = {&asked,    &running, &pending, &machines,
                          &requests, &done,    &daemons, &resting};
    share_rows(by_rank);
    for (const auto* x : {&asked, &running, &resting, &pending, &requests,
                          &machines, &daemons, &done})
      add(*x);
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
    line.add(fmt::format("{}/{}", model_.terminal_count(), model_.task_count()),
             style::bold);
    if (auto n = model_.failure_count(); n > 0)
      line.add(fmt::format("  {} failed", n), style::red);
    if (model_.stopping())
      line.add("  stopping", style::yellow);
    line.add("  " + format_elapsed(now_));
    if (auto n = model_.session().number; n > 1 && columns_ >= 60)
      line.add(fmt::format("  session {}", n), style::dim);
    if (columns_ >= 70)
      line.add("  ").add(bar(share, 20), style::green);
    line.add(fmt::format("  {}%", static_cast<int>(100 * share)));
    if (auto rest = model_.remaining(now_);
        rest && *rest >= std::chrono::seconds(1) && !model_.stopping())
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

  // Every section gets a row if possible, then all grow alike.
  void share_rows(std::span<section* const> sections) const {
    auto rest = rows_ - std::min(rows_, lines_.size());
    for (auto* x : sections) {
      if (x->wanted == 0 || rest < 2)
        continue;
      x->rows = std::min({x->least, x->wanted, rest - 1});
      rest -= x->rows + 1;
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
  const frame_options& on_;
  const traits& can_;
  std::size_t columns_;
  std::size_t rows_;
  std::vector<styled_line> lines_;
};

} // namespace

std::vector<std::string> board_frame(const report::run_model& m, duration now,
                                     const frame_options& on) {
  return frame(m, now, on).build();
}

} // namespace tutti::display
