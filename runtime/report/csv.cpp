// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/csv.hpp"

#include <fmt/format.h>

#include <chrono>
#include <iterator>
#include <string_view>

namespace tutti::report {

namespace {

/// Quoted only where it has to be.
std::string quoted(std::string_view x) {
  if (x.find_first_of("\",\r\n") == std::string_view::npos)
    return std::string(x);
  std::string result = "\"";
  for (auto c : x) {
    result += c;
    if (c == '"')
      result += c;
  }
  return result + '"';
}

std::string seconds(std::optional<duration> x) {
  return x ? fmt::format("{:.6f}", std::chrono::duration<double>(*x).count())
           : std::string{};
}

} // namespace

std::string to_csv(const plan& p, const run_report& x) {
  std::string out =
      "task,agent,phase,status,attempts,version,ready_s,started_s,finished_s,"
      "queue_s,run_s,waited_inside_s,waited_later_s,integrate_s,slack_s,"
      "on_path_s,exit_code,nodes\r\n";
  for (std::size_t i = 0; i < x.tasks.size(); ++i) {
    const auto& y = x.tasks[i];
    auto phase = p.tasks[i].phase;
    fmt::format_to(std::back_inserter(out), "{},{},{},{},{},{},",
                   quoted(y.name), quoted(y.agent),
                   phase.valid() ? quoted(p.phases[phase.value].name)
                                 : std::string{},
                   to_string(y.status), y.attempts, y.version);
    for (auto time : {y.ready, y.started, y.finished, std::optional{y.queue},
                      std::optional{y.run}, std::optional{y.waited_inside},
                      std::optional{y.waited_later}, std::optional{y.integrate},
                      y.slack, std::optional{y.on_path}})
      out += seconds(time) + ',';
    if (y.exit_code)
      out += std::to_string(*y.exit_code);
    out += ',' + quoted(fmt::format("{}", fmt::join(y.nodes, " ")));
    out += "\r\n";
  }
  return out;
}

} // namespace tutti::report
