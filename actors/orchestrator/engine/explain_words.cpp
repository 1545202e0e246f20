// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/engine/explain_words.hpp"

#include <algorithm>

namespace tutti::engine {

namespace {

/// How many things of one kind a sentence names.
constexpr std::size_t named_max = 4;

std::string_view clause_of(task_state x) {
  switch (x) {
  case task_state::waiting:
    return "is waiting";
  case task_state::ready:
    return "is ready";
  case task_state::running:
    return "is running";
  case task_state::waiting_to_integrate:
    return "waits to integrate";
  case task_state::integrating:
    return "is integrating";
  case task_state::succeeded:
    return "has succeeded";
  case task_state::failed:
    return "has failed";
  case task_state::timed_out:
    return "has timed out";
  case task_state::error:
    return "has ended in an error";
  case task_state::skipped:
    return "was skipped";
  case task_state::left_out:
    return "was left out";
  case task_state::cancelled:
    return "was cancelled";
  }
  return "is";
}

} // namespace

std::string quoted(std::string_view name) {
  return "'" + std::string{name} + "'";
}

std::string span_text(duration x) {
  auto seconds = std::max<std::int64_t>(
      0, std::chrono::duration_cast<std::chrono::seconds>(x).count());
  if (seconds < 120)
    return std::to_string(seconds) + " s";
  if (seconds < 7200)
    return std::to_string(seconds / 60) + " min";
  return std::to_string(seconds / 3600) + " h";
}

std::string listed(const std::vector<std::string>& xs, std::string_view last) {
  std::string result;
  auto shown = std::min(xs.size(), named_max);
  auto joint = " " + std::string{last} + " ";
  for (std::size_t i = 0; i < shown; ++i) {
    result += i == 0 ? "" : i + 1 == xs.size() ? joint : ", ";
    result += xs[i];
  }
  if (xs.size() > shown)
    result += joint + std::to_string(xs.size() - shown) + " more";
  return result;
}

std::string counted(std::size_t n, std::string_view one) {
  return std::to_string(n) + " " + std::string{one} + (n == 1 ? "" : "s");
}

std::string state_clause(task_state x, duration since) {
  auto span = span_text(since);
  return std::string{clause_of(x)}
       + (is_terminal(x) ? " (" + span + " ago)" : " (for " + span + ")");
}

std::string state_note(task_state x, duration since) {
  auto span = span_text(since);
  return std::string{to_string(x)}
       + (is_terminal(x) ? " " + span + " ago" : " for " + span);
}

std::string_view verb(edge_kind kind) {
  bool well = kind == edge_kind::succeeded || kind == edge_kind::later;
  return well                       ? " has succeeded"
       : kind == edge_kind::failed  ? " has failed"
       : kind == edge_kind::started ? " has started"
                                    : " has ended";
}

} // namespace tutti::engine
