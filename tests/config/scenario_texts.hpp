// SPDX-License-Identifier: BSD-3-Clause
// Scenarios from texts and files, for tests.
#pragma once

#include "config/scenario_loader.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace tutti::config::test {

/// A plan that most tests put in front of what they look at.
inline constexpr const char* usual_plan = R"(scenario: s
plan:
  agents: { sam: { slots: 2 }, morgan: { requests: ./m.sh }, jordan: {} }
  tasks:
    crud: { agent: morgan, estimate: 5m }
    ui: { agent: sam, needs-later: crud, integrate: ./wire.sh }
    docs: { agent: sam, needs: crud }
  gates:
    go: { needs: crud, blocks: docs }
    deploy:
      needs: [crud, ui]
      approval: { by: { any-of: [jordan, human] } }
      rework: { to: [crud, ui] }
)";

inline source_text file_text(const std::string& folder,
                             const std::string& name) {
  std::ifstream file{folder + "/" + name, std::ios::binary};
  std::ostringstream content;
  content << file.rdbuf();
  return {name, folder, content.str()};
}

inline scenario_result load_text(std::string text) {
  return load_scenarios({"s.yaml", "/scenarios", std::move(text)});
}

/// What a user reads of a scenario.
inline std::string scenario_messages(std::string text) {
  auto loaded = load_text(std::move(text));
  return render(loaded.diagnostics, loaded.source, false);
}

/// The scenarios of a text that must be good; shows its mistakes where it is
/// not.
inline std::vector<scenario> good_scenarios(source_text source) {
  auto loaded = load_scenarios(std::move(source));
  BOOST_TEST_REQUIRE(loaded.diagnostics.empty(),
                     render(loaded.diagnostics, loaded.source, false));
  BOOST_TEST_REQUIRE(!loaded.values.empty());
  return std::move(loaded.values);
}

/// `more` follows the usual plan.
inline scenario usual(const std::string& more) {
  return good_scenarios({"s.yaml", "/scenarios", usual_plan + more}).front();
}

inline std::uint32_t task_of(const scenario& s, std::string_view name) {
  for (std::uint32_t i = 0; i < s.work->tasks.size(); ++i)
    if (s.work->tasks[i].name == name)
      return i;
  BOOST_FAIL("there is no task " << name);
  return 0;
}

inline std::uint32_t agent_of(const scenario& s, std::string_view name) {
  for (std::uint32_t i = 0; i < s.work->agents.size(); ++i)
    if (s.work->agents[i].name == name)
      return i;
  BOOST_FAIL("there is no agent " << name);
  return 0;
}

inline std::uint32_t gate_of(const scenario& s, std::string_view name) {
  for (std::uint32_t i = 0; i < s.work->gates.size(); ++i)
    if (s.work->gates[i].name == name)
      return i;
  BOOST_FAIL("there is no gate " << name);
  return 0;
}

/// The work of a task or gate.
inline const std::vector<scripted_attempt>&
work_of(const scenario& s, node_kind kind, std::uint32_t index) {
  for (const auto& x : s.works)
    if (x.of == kind && x.index == index)
      return x.attempts;
  BOOST_FAIL("there is no such work");
  return s.works.front().attempts;
}

} // namespace tutti::config::test
