// SPDX-License-Identifier: BSD-3-Clause
// The words of what happens in virtual time.
#include "runtime/cli/parse_parts.hpp"

#include "config/duration_text.hpp"

#include <utility>

namespace tutti::cli {

namespace {

/// "NAME=N", the name not empty.
std::optional<std::pair<std::string, std::string>>
split_at(const std::string& text, char c) {
  auto at = text.find(c);
  if (at == std::string::npos || at == 0)
    return {};
  return std::pair{text.substr(0, at), text.substr(at + 1)};
}

/// The makespan of each play is kept.
constexpr std::size_t times_max = 10'000'000;

usage_error read_agents(simulate_options& x) {
  split_names(x.agent_texts);
  for (const auto& text : x.agent_texts) {
    auto parts = split_at(text, '=');
    if (!parts)
      return usage(
          fmt::format("--agents takes NAME=SLOTS, and '{}' is not one", text));
    std::uint32_t slots = 0;
    if (auto e = whole_number("--agents " + parts->first + "=", parts->second,
                              1u, slots))
      return e;
    x.agents.emplace_back(std::move(parts->first), slots);
  }
  return {};
}

/// "TASK.KEY=VALUE"; names of tasks may have dots, keys have none.
usage_error read_outputs(simulate_options& x) {
  for (const auto& text : x.output_texts) {
    auto parts = split_at(text, '=');
    auto dot = parts ? parts->first.rfind('.') : std::string::npos;
    if (dot == std::string::npos || dot == 0 || dot + 1 == parts->first.size())
      return usage(fmt::format(
          "--output takes TASK.KEY=VALUE, and '{}' is not one", text));
    x.outputs.push_back({parts->first.substr(0, dot),
                         parts->first.substr(dot + 1), parts->second});
  }
  return {};
}

/// "DURATION" for all gates, "GATE=DURATION" for one.
usage_error read_approvals(simulate_options& x) {
  for (const auto& text : x.approval_texts) {
    auto parts = split_at(text, '=').value_or(std::pair{std::string{}, text});
    auto time = config::parse_duration(parts.second);
    if (time.flaw != config::duration_flaw::none)
      return usage(fmt::format("--approval takes a duration such as 20m, or "
                               "GATE=20m, and '{}' is neither",
                               text));
    x.approvals.emplace_back(std::move(parts.first), time.value.count());
  }
  return {};
}

usage_error read_numbers(simulate_options& x) {
  std::uint32_t number = 0;
  if (!x.jobs_text.empty()) {
    if (auto e = whole_number("--jobs", x.jobs_text, 1u, number))
      return e;
    x.jobs = number;
  }
  if (!x.slots_text.empty()) {
    if (auto e = whole_number("--slots", x.slots_text, 1u, number))
      return e;
    x.slots = number;
  }
  if (!x.times_text.empty())
    if (auto e = whole_number("--runs", x.times_text, std::size_t{1}, x.times))
      return e;
  if (x.times > times_max)
    return usage(fmt::format("--runs takes {} at most", times_max));
  std::uint64_t seed = 0;
  if (!x.seed_text.empty()) {
    if (auto e = whole_number("--seed", x.seed_text, std::uint64_t{0}, seed))
      return e;
    x.seed = seed;
  } else if (x.times > 0) {
    x.seed = 1; // the same plan, the same answer
  }
  return {};
}

} // namespace

usage_error finish(simulate_options& x) {
  for (auto* read : {read_agents, read_outputs, read_approvals, read_numbers})
    if (auto e = read(x))
      return e;
  if (auto e = one_of("history", x.history, {"missing", "always", "never"}))
    return e;
  split_names(x.only);
  split_names(x.skip);
  split_names(x.drop_gates);
  return finish(x.plan);
}

} // namespace tutti::cli
