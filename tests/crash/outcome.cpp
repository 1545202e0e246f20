// SPDX-License-Identifier: BSD-3-Clause
#include "tests/crash/outcome.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <initializer_list>
#include <map>

namespace tutti::test {

namespace {

using nlohmann::json;

/// The last result of each task counts.
void add_artifacts(const std::vector<journal_fact>& facts,
                   std::vector<std::string>& lines) {
  std::map<std::string, std::string> of_task;
  for (const auto& f : facts) {
    if (f.kind != "attempt-finished" || f.ended != "success")
      continue;
    auto details = f.details.empty() ? json::object() : json::parse(f.details);
    of_task[f.subject] = details.value("artifacts", json::array()).dump();
  }
  for (const auto& [task, artifacts] : of_task)
    lines.push_back(fmt::format("artifacts of {}: {}", task, artifacts));
}

void add_handoffs(const std::vector<journal_fact>& facts,
                  std::vector<std::string>& lines) {
  for (const auto& f : facts)
    if (f.kind == "handoff-accepted")
      lines.push_back(accepted_line(f.cause, f.version, f.subject));
}

void add_report(const json& report, std::vector<std::string>& lines) {
  auto add = [&](const char* list, const char* what,
                 std::initializer_list<const char*> keys) {
    for (const auto& x : report.at(list)) {
      std::string line = what;
      for (const auto* key : keys)
        line += " "
              + (x.at(key).is_string() ? x.at(key).get<std::string>()
                                       : x.at(key).dump());
      lines.push_back(line);
    }
  };
  lines.push_back(fmt::format("run {}", report.at("status").dump()));
  add("tasks", "task", {"name", "status", "version", "outputs"});
  add("gates", "gate", {"name", "status", "rounds", "opened_version"});
  add("verdicts", "verdict", {"gate", "round", "verdict", "who", "comment"});
  add("requests", "request", {"from", "to", "text", "status"});
  add("reworks", "rework", {"gate", "round", "tasks", "feedback"});
}

} // namespace

std::string accepted_line(const std::string& from, std::uint32_t version,
                          const std::string& to) {
  return fmt::format("handoff of {} version {} accepted by {}", from, version,
                     to);
}

std::vector<std::string> project(int exit_code, const std::string& report,
                                 const std::vector<journal_fact>& facts) {
  std::vector<std::string> lines;
  lines.push_back(fmt::format("exit {}", exit_code));
  auto parsed = json::parse(report, nullptr, false);
  if (parsed.is_object())
    add_report(parsed, lines);
  else
    lines.emplace_back("no report");
  add_artifacts(facts, lines);
  add_handoffs(facts, lines);
  std::sort(lines.begin(), lines.end());
  return lines;
}

} // namespace tutti::test
