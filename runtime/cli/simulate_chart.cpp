// SPDX-License-Identifier: BSD-3-Clause
// The chart of `tutti simulate`: time to the right, a row for each slot.
#include "runtime/cli/simulate.hpp"
#include "runtime/display/styled_line.hpp"
#include "runtime/display/text_width.hpp"
#include "runtime/simulation/occupancy.hpp"
#include "runtime/simulation/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <set>
#include <string_view>

namespace tutti::cli {

namespace {

using display::style;
using simulation::time_text;

constexpr std::size_t rows_max = 60;

/// One bar of a row.
struct bar {
  duration start{0};
  duration end{0};
  std::string text;
  style how = style::plain;
};

struct row {
  std::string name;
  std::vector<bar> bars; ///< by start, none over another
};

/// A duration holds no more than 292 years.
constexpr int days_max = 65'536;

/// Round steps for the marks of the axis.
std::vector<duration> steps() {
  using namespace std::chrono;
  std::vector<duration> result;
  for (int x : {1, 2, 5, 10, 20, 50, 100, 200, 500})
    result.push_back(milliseconds(x));
  for (int x : {1, 2, 5, 10, 15, 30})
    result.push_back(seconds(x));
  for (int x : {1, 2, 5, 10, 15, 30})
    result.push_back(minutes(x));
  for (int x : {1, 2, 3, 6, 12})
    result.push_back(hours(x));
  for (int x = 1; x <= days_max; x *= 2)
    result.push_back(hours(24 * x));
  return result;
}

class chart {
public:
  chart(std::vector<row> rows, duration end, const simulate_view& view)
    : rows_(std::move(rows)), end_(std::max(end, duration{1})), view_(view) {
    for (const auto& r : rows_)
      label_ = std::max(label_, display::width_of(r.name));
    auto columns = std::max<std::size_t>(view.columns, 40);
    label_ = std::min(label_, columns / 4);
    width_ = columns - label_ - 2;
  }

  std::string text() const {
    auto result = axis();
    auto shown = std::min(rows_.size(), rows_max);
    for (std::size_t i = 0; i < shown; ++i)
      result += line(rows_[i]);
    if (shown < rows_.size())
      result += fmt::format("and {} more slots\n", rows_.size() - shown);
    return result;
  }

private:
  std::size_t column(duration at) const {
    auto share =
        static_cast<double>(at.count()) / static_cast<double>(end_.count());
    auto x = share * static_cast<double>(width_) + 0.5;
    return std::min(static_cast<std::size_t>(std::max(x, 0.0)), width_);
  }

  /// Marks from left to right, as many as have room for their text.
  std::string axis() const {
    std::string text(width_, ' ');
    auto put = [&](std::size_t at, const std::string& mark) {
      text.replace(at, mark.size(), mark);
      return at + mark.size();
    };
    auto last = time_text(end_);
    auto last_at = width_ - last.size();
    auto free = put(0, "0");
    put(last_at, last);
    for (auto step : steps()) {
      if (column(step) < 8)
        continue;
      for (std::int64_t n = 1; n <= (end_ - duration{1}) / step; ++n) {
        auto mark = time_text(step * n);
        auto x = column(step * n);
        if (x <= free || x + mark.size() >= last_at)
          continue;
        free = put(x, mark);
      }
      break;
    }
    display::styled_line result;
    result.add(std::string(label_ + 2, ' ')).add(text, style::dim);
    return result.render(view_.can, label_ + 2 + width_) + '\n';
  }

  std::string line(const row& r) const {
    display::styled_line result;
    result.add(display::fit(r.name, label_, view_.can.unicode) + "  ");
    std::size_t at = 0;
    for (const auto& b : r.bars) {
      auto from = std::min(column(b.start), width_ - 1);
      auto until = std::max(column(b.end), from + 1);
      if (from < at) // too short for a column of its own
        continue;
      result.add(std::string(from - at, ' '));
      result.add(shape(b.text, until - from), b.how);
      at = until;
    }
    return result.render(view_.can, label_ + 2 + width_) + '\n';
  }

  std::string shape(std::string_view text, std::size_t width) const {
    if (width == 1)
      return "|";
    auto inside = width - 2;
    auto said = display::width_of(text) <= inside
                  ? std::string{text}
                  : std::string{text.substr(0, inside)};
    auto rest = inside - std::min(inside, display::width_of(said));
    return "[" + said + std::string(rest, '=') + "]";
  }

  std::vector<row> rows_;
  duration end_;
  const simulate_view& view_;
  std::size_t label_ = 6;
  std::size_t width_ = 0;
};

std::string work_name(const plan& p, const report::busy_interval& x) {
  bool integrates = x.phase == work_phase::integrate;
  return (integrates ? "+" : "") + p.tasks[x.task.value].name;
}

std::string slot_name(const plan& p, const simulation::slot_row& x) {
  const auto& name = p.agents[x.agent.value].name;
  return x.slot == 0 ? name : fmt::format("{}/{}", name, x.slot + 1);
}

row people_row(const report::run_model& m) {
  row result{"(people)", {}};
  for (std::uint32_t i = 0; i < m.plan().gates.size(); ++i)
    for (const auto& x : m.waits_for_people(i))
      result.bars.push_back({x.from, x.until, m.plan().gates[i].name, {}});
  std::stable_sort(result.bars.begin(), result.bars.end(),
                   [](const bar& x, const bar& y) {
                     return x.start < y.start;
                   });
  for (auto& b : result.bars)
    b.how = style::yellow;
  return result;
}

} // namespace

std::string simulation_chart(const simulated& x, const simulate_view& view) {
  const auto& m = x.play->model;
  const auto& p = m.plan();
  std::set<std::uint32_t> critical;
  for (auto t : x.play->report.bounds.chain)
    critical.insert(t.value);
  std::vector<row> rows;
  for (const auto& slot : simulation::slot_rows(m)) {
    row r{slot_name(p, slot), {}};
    for (auto i : slot.stretch) {
      const auto& work = m.intervals()[i];
      bool holds_up = critical.contains(work.task.value);
      r.bars.push_back({work.started, work.finished, work_name(p, work),
                        holds_up ? style::bold : style::plain});
    }
    rows.push_back(std::move(r));
  }
  if (auto people = people_row(m); !people.bars.empty())
    rows.push_back(std::move(people));
  return chart{std::move(rows), x.play->how.end, view}.text();
}

std::string simulation_lines(const simulated& x) {
  const auto& m = x.play->model;
  const auto& p = m.plan();
  std::vector<report::busy_interval> all = m.intervals();
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::pair{a.started, a.finished} < std::pair{b.started, b.finished};
  });
  std::string result;
  for (const auto& work : all)
    result += fmt::format("{:>8} {:>8}  {} {}\n", time_text(work.started),
                          time_text(work.finished),
                          p.agents[work.agent.value].name, work_name(p, work));
  return result;
}

} // namespace tutti::cli
