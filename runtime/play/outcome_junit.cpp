// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/expectations.hpp"
#include "runtime/play/outcome.hpp"
#include "runtime/report/xml_text.hpp"

#include <fmt/format.h>

#include <map>

namespace tutti::play {

namespace {

std::string case_text(const scenario_outcome& x) {
  auto head =
      fmt::format(R"(    <testcase classname="{}" name="{}" time="{:.6f}")",
                  report::xml_text(x.source->name),
                  report::xml_text(x.story->name), x.wall_s);
  if (x.stopped)
    return head + "><skipped message=\"stopped\"/></testcase>\n";
  if (!x.failed)
    return head + "/>\n";
  const auto& first = x.failed->failures[0];
  auto what =
      fmt::format("at {}: {}", moment_text(*x.story, first.at), first.text);
  text_options plain;
  return head
       + fmt::format(">\n      <failure message=\"{}\">{}</failure>\n"
                     "    </testcase>\n",
                     report::xml_text(what),
                     report::xml_text(outcome_text(x, plain)));
}

} // namespace

std::string outcomes_junit(const std::vector<scenario_outcome>& xs) {
  struct suite {
    std::string cases;
    std::size_t count = 0;
    std::size_t failed = 0;
    double wall_s = 0;
  };
  std::vector<std::pair<std::string, suite>> suites; // in the order of files
  suite all;
  for (const auto& x : xs) {
    if (suites.empty() || suites.back().first != x.source->name)
      suites.push_back({x.source->name, {}});
    for (auto* s : {&all, &suites.back().second}) {
      ++s->count;
      s->failed += x.failed.has_value();
      s->wall_s += x.wall_s;
    }
    suites.back().second.cases += case_text(x);
  }
  auto head = [](std::string_view tag, std::string_view name, const suite& s) {
    return fmt::format(
        "<{} name=\"{}\" tests=\"{}\" failures=\"{}\" time=\"{:.6f}\">\n", tag,
        report::xml_text(name), s.count, s.failed, s.wall_s);
  };
  std::string result = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                     + head("testsuites", "tutti play", all);
  for (const auto& [name, s] : suites)
    result += "  " + head("testsuite", name, s) + s.cases + "  </testsuite>\n";
  return result + "</testsuites>\n";
}

} // namespace tutti::play
