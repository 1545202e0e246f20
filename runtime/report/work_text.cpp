// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/work_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace tutti::report {

namespace {

constexpr std::size_t names_max = 3;

std::string requests_text(const run_model& m, std::span<const work_item> xs) {
  std::vector<std::string> texts;
  auto from = xs.front().from;
  bool of_one = true;
  for (const auto& x : xs) {
    of_one = of_one && x.from == from;
    if (texts.size() < names_max)
      texts.push_back(x.text);
  }
  auto who = of_one ? m.plan().tasks[from.value].name
                    : fmt::format("{} requests", xs.size());
  return fmt::format("for {}: {}", who, names_text(texts, xs.size()));
}

} // namespace

std::string names_text(std::span<const std::string> names, std::size_t total) {
  std::string result;
  for (std::size_t i = 0; i < names.size(); ++i) {
    result += i == 0 ? "" : ", ";
    result += names[i];
  }
  if (total > names.size())
    result += fmt::format(" and {} more", total - names.size());
  return result;
}

std::string names_text(const plan& p, std::span<const task_id> xs,
                       std::size_t limit) {
  std::vector<std::string> names;
  for (auto x : xs.first(std::min(xs.size(), limit)))
    names.push_back(p.tasks[x.value].name);
  return names_text(names, xs.size());
}

std::string run_text(const run_model& m, std::uint32_t task) {
  const auto& t = m.task(task);
  auto kind = m.plan().tasks[task].kind;
  bool is_stream = kind == task_kind::after_each || kind == task_kind::requests;
  if (!is_stream || !t.taken || t.taken->items.empty())
    return {};
  const auto& items = t.taken->items;
  if (kind == task_kind::requests)
    return requests_text(m, items);
  std::vector<task_id> triggers;
  for (const auto& x : items)
    triggers.push_back(x.from);
  return fmt::format("run {} for {}", std::max(t.runs, 1u),
                     names_text(m.plan(), triggers));
}

std::string attempt_text(const run_model& m, std::uint32_t task) {
  const auto& t = m.task(task);
  const auto& x = m.plan().tasks[task];
  auto result = run_text(m, task);
  if (x.kind == task_kind::review) {
    auto round = m.gate(x.review_of.value).rounds;
    if (round > 1)
      result = fmt::format("round {}", round);
  } else if (x.kind == task_kind::work && t.version > 1) {
    result = fmt::format("version {}", t.version);
  }
  if (t.again)
    result = joined(result, "again");
  return t.tries > 1 ? joined(result, fmt::format("attempt {}", t.tries))
                     : result;
}

bool goes_on(const run_model& m, const rework_record& x) {
  return m.gate(x.gate.value).state == gate_state::waiting
      && std::any_of(x.tasks.begin(), x.tasks.end(), [&](task_id y) {
           return !is_terminal(m.task(y.value).state);
         });
}

std::string joined(std::string first, std::string_view second) {
  if (!first.empty() && !second.empty())
    first += ", ";
  return first.append(second);
}

} // namespace tutti::report
