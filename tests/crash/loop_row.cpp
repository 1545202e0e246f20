// SPDX-License-Identifier: BSD-3-Clause
#include "tests/crash/loop_row.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <set>

namespace tutti::test {

namespace {

/// The last of them, a line each.
template <class T>
std::string tail(const std::vector<T>& xs, std::size_t count_max) {
  std::string text;
  for (auto i = xs.size() > count_max ? xs.size() - count_max : 0;
       i < xs.size(); ++i)
    text += "  " + to_text(xs[i]) + "\n";
  return text;
}

} // namespace

loop_row& loop_row::operator+=(const loop_row& x) {
  points += x.points;
  resumes += x.resumes;
  found += x.found;
  return *this;
}

std::string
loop_table(const std::vector<std::pair<std::string, const loop_row*>>& rows) {
  auto text =
      fmt::format("{:<28}{:>8}{:>9}{:>6}{:>10}{:>10}{:>11}\n", "", "points",
                  "resumes", "lost", "repeated", "diverged", "in window");
  for (const auto& [name, x] : rows)
    text += fmt::format("{:<28}{:>8}{:>9}{:>6}{:>10}{:>10}{:>11}\n", name,
                        x->points, x->resumes, x->found.lost, x->found.repeated,
                        x->found.diverged, x->found.in_window);
  return text;
}

std::string describe(const cut_off_run& x,
                     const std::vector<damages::fault>& faults) {
  std::string text;
  for (const auto& f : faults)
    text += "  " + f.what + "\n";
  for (const auto& death : x.deaths)
    text += fmt::format("at the death {} facts were in the journal, the last "
                        "of them:\n{}and had begun, the last of them:\n{}",
                        death.facts.size(), tail(death.facts, 12),
                        tail(death.executions, 6));
  return text;
}

std::vector<std::string>
first_of_each_kind(const std::vector<damages::fault>& faults) {
  constexpr std::size_t kinds_max = 5;
  std::set<std::string> kinds;
  std::vector<std::string> result;
  for (const auto& x : faults)
    if (kinds.size() < kinds_max && kinds.insert(x.what).second)
      result.push_back(x.text);
  return result;
}

} // namespace tutti::test
