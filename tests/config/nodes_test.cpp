// SPDX-License-Identifier: BSD-3-Clause
// Where work is done, as the plan says it.
#include "tests/config/plan_texts.hpp"

#include <boost/test/unit_test.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>

namespace tutti::config {

namespace {

using namespace std::chrono_literals;
using test::good_plan;
using test::messages_of;
using test::task_named;

/// "name: label,label" of each agent.
std::string places_of(const plan& p) {
  std::string result;
  for (const auto& x : p.agents)
    result += fmt::format("{}{}:{}", result.empty() ? "" : " ", x.name,
                          fmt::join(x.runs_on, ","));
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(config_nodes)

BOOST_AUTO_TEST_CASE(
    an_agent_runs_on_all_that_it_and_its_tasks_ask_for) { // §32
  auto p = good_plan("agents: { a: { runs-on: [linux, gpu] }, b: { } }\n"
                     "tasks:\n"
                     "  t: { agent: a, run: x, runs-on: big }\n"
                     "  u: { agent: a, run: x, runs-on: [gpu, amd] }\n"
                     "  v: { agent: b, run: x }\n");
  BOOST_TEST(places_of(p) == "a:amd,big,gpu,linux b:");
}

BOOST_AUTO_TEST_CASE(any_of_two_agents_both_get_the_labels) { // §32
  auto p = good_plan(
      "agents: { a: { runs-on: one }, b: { runs-on: two } }\n"
      "tasks: { t: { agent: { any-of: [a, b] }, run: x, runs-on: gpu } }\n");
  BOOST_TEST(places_of(p) == "a:gpu,one b:gpu,two");
}

BOOST_AUTO_TEST_CASE(without_an_agent_each_set_of_labels_is_an_agent) { // §32
  auto p = good_plan("agents: { a: { } }\n"
                     "tasks:\n"
                     "  t: { run: x, runs-on: [linux, gpu] }\n"
                     "  u: echo x\n"
                     "  v: { run: x, runs-on: [gpu, linux] }\n"
                     "  w: { run: x, runs-on: gpu }\n"
                     "  x: { run: x, runs-on: [] }\n"
                     "  y: { run: x, agent: a }\n");
  BOOST_TEST(places_of(p) == "a: on/gpu,linux:gpu,linux local: on/gpu:gpu");
  auto agent = [&](const char* name) {
    return task_named(p, name).agents.at(0).value;
  };
  BOOST_TEST(agent("t") == 1u);
  BOOST_TEST(agent("u") == 2u);
  BOOST_TEST(agent("v") == 1u);
  BOOST_TEST(agent("w") == 3u);
  BOOST_TEST(agent("x") == 2u);
  for (std::size_t i = 1; i < p.agents.size(); ++i) {
    BOOST_TEST(p.agents[i].implicit);
    BOOST_TEST(p.agents[i].slots == 0u);
  }
}

BOOST_AUTO_TEST_CASE(labels_and_exclusive_come_from_the_nearest_layer) {
  auto p =
      good_plan("defaults: { runs-on: linux, exclusive: true }\n"
                "agents: { a: { }, b: { } , c: { runs-on: own }, d: { } }\n"
                "tasks:\n"
                "  t: { agent: a, run: x }\n"
                "  u: { agent: b, run: x, runs-on: [], exclusive: false }\n"
                "phases:\n"
                "  p:\n"
                "    runs-on: gpu\n"
                "    tasks:\n"
                "      v: { agent: c, run: x }\n"
                "      w: { agent: d, run: x, runs-on: mac }\n");
  BOOST_TEST(places_of(p) == "a:linux b: c:gpu,own d:mac");
  BOOST_TEST(task_named(p, "t").exclusive);
  BOOST_TEST(!task_named(p, "u").exclusive);
  BOOST_TEST(task_named(p, "v").exclusive);
}

BOOST_AUTO_TEST_CASE(labels_are_made_of_parameters_and_of_a_matrix) {
  auto p =
      good_plan("params: { big: large, nope: '' }\n"
                "agents: { a: { runs-on: 'a-${{ params.big }}' } }\n"
                "tasks:\n"
                "  t: { agent: a, run: x }\n"
                "  u:\n"
                "    matrix: { os: [linux, mac] }\n"
                "    run: x\n"
                "    runs-on: ['${{ matrix.os }}', '${{ params.nope }}']\n");
  BOOST_TEST(places_of(p) == "a:a-large on/linux:linux on/mac:mac");
  auto said = messages_of("params: { odd: 'a b' }\n"
                          "tasks:\n"
                          "  t: { run: x, runs-on: '${{ params.odd }}' }\n"
                          "  u: { run: x, runs-on: '${{ matrix.os }}' }\n"
                          "  w: { run: x, needs: t, runs-on: '${{ "
                          "needs.t.outputs.os }}' }\n");
  for (const char* part :
       {"'a b' is no label of a node", "task 'u' has no matrix", "plan.yaml:5"})
    BOOST_TEST(said.find(part) != std::string::npos, said);
}

BOOST_AUTO_TEST_CASE(a_label_is_not_too_long) { // as that of a node
  auto plan = [](std::size_t length) {
    return "tasks: { t: { run: x, runs-on: " + std::string(length, 'x')
         + " } }\n";
  };
  BOOST_TEST(places_of(good_plan(plan(64))).size() > 64u);
  auto said = messages_of(plan(65));
  BOOST_TEST(said.find("at most 64 letters") != std::string::npos, said);
}

BOOST_AUTO_TEST_CASE(a_native_agent_needs_a_node_that_has_it) { // §32
  auto p = good_plan("agents:\n"
                     "  a: { native: painter, runs-on: zoo }\n"
                     "  b: { native: painter }\n"
                     "tasks:\n"
                     "  t: { agent: a, prompt: x }\n"
                     "  u: { agent: b, prompt: x }\n");
  BOOST_TEST(places_of(p) == "a:native:painter,zoo b:");
}

BOOST_AUTO_TEST_CASE(a_run_waits_for_nodes_and_watches_them) { // §33
  auto p = good_plan("nodes: { wait-for: [gpu, arm], timeout: 5m }\n"
                     "lease: { every: 1s, timeout: 4s }\n"
                     "keep: 30s\n"
                     "tasks:\n"
                     "  t: { run: x, runs-on: [gpu, arm] }\n");
  BOOST_TEST(fmt::format("{}", fmt::join(p.nodes.wait_for, ",")) == "arm,gpu");
  BOOST_TEST((p.nodes.wait_timeout == 5min));
  BOOST_TEST((p.nodes.every == 1s));
  BOOST_TEST((p.nodes.lease == 4s));
  BOOST_TEST((p.nodes.keep == 30s));
  auto silent = good_plan("tasks: { t: echo }");
  BOOST_TEST((silent.nodes == node_spec{}));
}

BOOST_AUTO_TEST_CASE(a_lease_may_be_exactly_two_questions_long) {
  BOOST_TEST(messages_of("lease: { every: 3s }\ntasks: { t: echo }") == "");
  BOOST_TEST(messages_of("keep: 6s\ntasks: { t: echo }") == "");
}

BOOST_AUTO_TEST_CASE(a_label_that_nobody_runs_on_is_a_warning) {
  auto said = messages_of("nodes: { wait-for: [gpu, browsers] }\n"
                          "agents: { q: { runs-on: [browser, gpu] } }\n"
                          "tasks: { t: { agent: q, run: x } }\n");
  BOOST_TEST(said.find("nobody runs on 'browsers'") != std::string::npos, said);
  BOOST_TEST(said.find("did you mean 'browser'?") != std::string::npos, said);
  BOOST_TEST(said.find("'gpu'") == std::string::npos, said);
}

BOOST_AUTO_TEST_CASE(exclusive_on_the_machine_of_the_run_is_a_warning) {
  auto said = messages_of("tasks:\n"
                          "  t: { run: x, exclusive: true }\n"
                          "  u: { run: x, exclusive: true, runs-on: gpu }\n"
                          "  v: { run: x, exclusive: false }\n"
                          "phases:\n"
                          "  p: { exclusive: true, tasks: { w: x } }\n"
                          "  q: { exclusive: true, runs-on: gpu, tasks: { y: x "
                          "} }\n");
  for (const char* expected : {"'t' runs on", "all tasks of 'p' run on"})
    BOOST_TEST(said.find(expected) != std::string::npos, said);
  for (const char* unexpected : {"'u'", "'v'", "'q'"})
    BOOST_TEST(said.find(unexpected) == std::string::npos, said);
  auto defaults = messages_of("defaults: { exclusive: true }\n"
                              "tasks: { t: echo }\n");
  BOOST_TEST(defaults == "");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace tutti::config
