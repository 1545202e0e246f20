// SPDX-License-Identifier: BSD-3-Clause
#include "tests/crash/crash_folder.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>

namespace tutti::test {

namespace {

namespace fs = std::filesystem;
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

std::vector<std::string> project(const program_result& end,
                                 const std::string& report_path,
                                 const evidence& left) {
  std::vector<std::string> lines;
  lines.push_back(fmt::format("exit {}", end.status));
  std::ifstream file{report_path};
  auto report = json::parse(file, nullptr, false);
  if (report.is_object())
    add_report(report, lines);
  else
    lines.emplace_back("no report");
  add_artifacts(left.facts, lines);
  add_handoffs(left.facts, lines);
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::string crashing_tutti() {
  const char* path = std::getenv("TUTTI_CRASHING_BINARY");
  if (path == nullptr)
    throw std::runtime_error("TUTTI_CRASHING_BINARY must name crashing_tutti");
  return path;
}

} // namespace

std::string accepted_line(const std::string& from, std::uint32_t version,
                          const std::string& to) {
  return fmt::format("handoff of {} version {} accepted by {}", from, version,
                     to);
}

crash_folder::crash_folder(const crash_plan& p)
  : path_(base_ / "run"), tag_("TEST_TAG_OF=" + base_.path()) {
  base_.write("run/tutti.yaml", p.text);
  fs::copy_file(TUTTI_TEST_DATA "/crash/noted", path_ + "/noted");
  fs::create_directory(path_ + "/page");
}

outcome crash_folder::run(crash_point at) const {
  return start({"run"}, at);
}

outcome crash_folder::resume(crash_point at) const {
  return start({"run", "--resume"}, at);
}

outcome crash_folder::start(std::vector<std::string> args,
                            crash_point at) const {
  for (const auto* name : {"report.json", "points"})
    fs::remove(base_ / name);
  program_options options;
  options.path = crashing_tutti();
  options.args = std::move(args);
  options.args.insert(options.args.end(),
                      {"--quiet", "--json", base_ / "report.json"});
  options.directory = path_;
  options.env = {tag_, "XDG_RUNTIME_DIR=" + base_.path(),
                 "TUTTI_TEST_CRASH_COUNT=" + base_ / "points"};
  if (at.number > 0)
    options.env.push_back(fmt::format("TUTTI_TEST_CRASH_AT={}", at.number));
  if (at.fine)
    options.env.emplace_back("TUTTI_TEST_CRASH_FINE=1");
  outcome result;
  result.end = run_program(options);
  bool gone = eventually([this] {
    return processes_with(tag_).empty();
  });
  if (!gone)
    throw std::runtime_error("processes of the run are left");
  result.left = read_evidence(path_);
  if (result.killed())
    return result;
  std::ifstream{base_ / "points"} >> result.points;
  result.projection = project(result.end, base_ / "report.json", result.left);
  return result;
}

void crash_folder::save() const {
  fs::remove_all(base_ / "saved");
  fs::copy(path_, base_ / "saved", fs::copy_options::recursive);
}

void crash_folder::restore() const {
  fs::remove_all(path_);
  fs::copy(base_ / "saved", path_, fs::copy_options::recursive);
}

} // namespace tutti::test
