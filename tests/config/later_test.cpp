// SPDX-License-Identifier: BSD-3-Clause
// Handing over later, artifacts, prompts and the four clocks, as plans say it.
#include "tests/config/plan_texts.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

namespace tutti::config {

namespace {

using namespace std::chrono_literals;
using test::good_plan;
using test::messages_of;
using test::shown;
using test::task_named;

} // namespace

BOOST_AUTO_TEST_SUITE(config_later)

BOOST_AUTO_TEST_CASE(needs_later_names_tasks_and_phases_10) {
  auto p = good_plan(R"(
tasks:
  crud: make
  page: { run: make, needs-later: [crud, backend] }
phases: { backend: { tasks: { api: make } } })");
  const auto& page = task_named(p, "page");
  BOOST_TEST(page.needs.empty());
  BOOST_REQUIRE(page.needs_later.size() == 2u);
  BOOST_TEST((page.needs_later[0].of == node_ref{node_kind::task, 0}));
  BOOST_TEST((page.needs_later[1].of == node_ref{node_kind::phase, 0}));
  BOOST_TEST(!page.integrate.present);
}

BOOST_AUTO_TEST_CASE(integrate_is_a_command_or_its_long_form_22) {
  auto p = good_plan(R"(
defaults: { run: ./agent.sh }
tasks:
  a: make
  text: { needs-later: a, integrate: ./wire.sh }
  long: { needs-later: a, integrate: { run: [x, y], prompt: Wire it, estimate: 5m } }
  prompt: { run: ./own.sh, integrate: { prompt: Replace the mock } }
  each: { integrate: { estimate: 2m }, integrate-each: true }
  bare: { integrate: })");
  auto of = [&](const char* name) {
    return task_named(p, name).integrate;
  };
  BOOST_TEST(of("text").run.script == "./wire.sh");
  BOOST_TEST(!of("text").has_estimate);
  BOOST_TEST((of("text").estimate.mode == 1min));
  BOOST_TEST((of("long").run.kind == command_kind::argv));
  BOOST_TEST(shown(of("long").prompt) == "Wire it");
  BOOST_TEST((of("long").estimate.mode == 5min));
  BOOST_TEST(of("prompt").run.script == "./own.sh");
  BOOST_TEST(of("each").run.script == "./agent.sh");
  BOOST_TEST(task_named(p, "each").integrate_each);
  BOOST_TEST(of("bare").present);
}

BOOST_AUTO_TEST_CASE(what_comes_later_is_read_by_what_happens_later_7) {
  auto p = good_plan(R"(
tasks:
  a: make
  b:
    run: make
    needs-later: a
    env: { U: "${{ needs.a.outputs.u }}" }
    note: "from ${{ needs.a.outputs.u }}"
    integrate: { run: [wire, "${{ needs.a.outputs.u }}", "${{ env.U }}"] })");
  const auto& b = task_named(p, "b");
  auto u = make_text("/users");
  auto lookup = [&](task_id t, std::string_view key) {
    return t.value == 0 && key == "u" ? &u : nullptr;
  };
  BOOST_TEST(render(b.env[0].text, lookup) == "/users");
  BOOST_TEST(render(b.note, lookup) == "from /users");
  BOOST_TEST(render(b.integrate.run.argv[2], lookup) == "/users");
}

BOOST_AUTO_TEST_CASE(round_feedback_and_prompt_are_filled_in_at_run_time_7) {
  auto p = good_plan(R"(
defaults: { run: [./agent.sh, "${{ prompt }}", "${{ trigger }}"] }
tasks:
  a: { prompt: "Round ${{ round }}: ${{ feedback || 'nothing' }}", if: round < 3 })");
  const auto& a = task_named(p, "a");
  expression_scope scope;
  scope.variable = [](std::string_view x) -> std::string {
    return x == "round" ? "2" : x == "prompt" ? "Write" : "";
  };
  BOOST_TEST(render(a.run.argv[1], scope) == "Write");
  BOOST_TEST(render(a.run.argv[2], scope) == "");
  BOOST_TEST(is_true(evaluate(a.condition, scope)));
  BOOST_TEST(render(a.prompt, scope).starts_with("Round 2: "));
}

BOOST_AUTO_TEST_CASE(artifacts_have_three_forms) {
  auto p = good_plan(R"(
tasks:
  one: { run: make, artifacts: a.txt }
  more: { run: make, artifacts: [a.txt, "out/**/*.js"] }
  kept: { run: make, artifacts: { paths: "log-${{ round }}", on-failure: keep } }
  not: { run: make, artifacts: { paths: [x..y], on-failure: drop } })");
  BOOST_TEST(shown(task_named(p, "one").artifacts.at(0)) == "a.txt");
  BOOST_TEST(task_named(p, "more").artifacts.size() == 2u);
  BOOST_TEST(task_named(p, "kept").keep_artifacts);
  BOOST_TEST(!task_named(p, "not").keep_artifacts);
}

BOOST_AUTO_TEST_CASE(the_four_clocks_come_from_task_phase_and_defaults) {
  auto p = good_plan(R"(
defaults: { timeout: 1m, idle-timeout: 2m, deadline: 3m, queue-timeout: 4m }
phases: { x: { deadline: 1h, tasks: { a: make, b: { run: make, queue-timeout: 5s } } } })");
  const auto& b = task_named(p, "b");
  BOOST_TEST((b.timeout == 1min));
  BOOST_TEST((b.idle_timeout == 2min));
  BOOST_TEST((b.deadline == 1h));
  BOOST_TEST((b.queue_timeout == 5s));
  BOOST_TEST((task_named(p, "a").queue_timeout == 4min));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace tutti::config
