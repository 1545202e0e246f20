// SPDX-License-Identifier: BSD-3-Clause
// What a matrix makes of tasks and phases.
#include "config/plan_select.hpp"

#include "tests/config/plan_texts.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace tutti::config {

namespace {

using test::good_plan;
using test::messages_of;
using test::shown;
using test::task_named;

/// "a/x a/y b": all tasks in the order of the plan.
template <class Xs>
std::string names_of_all(const Xs& xs) {
  std::string result;
  for (const auto& x : xs)
    result += (result.empty() ? "" : " ") + x.name;
  return result;
}

std::string members(const plan& p, std::string_view phase) {
  for (const auto& x : p.phases)
    if (x.name == phase) {
      std::string result;
      for (auto t : x.tasks)
        result += (result.empty() ? "" : " ") + p.tasks[t.value].name;
      return result;
    }
  return "no phase " + std::string{phase};
}

std::string needs_of(const plan& p, std::string_view name) {
  std::string result;
  for (const auto& x : task_named(p, name).needs)
    result += (result.empty() ? "" : " ") + std::string{name_of(p, x.of)};
  return result;
}

/// The words of a command that is a list.
std::string words_of(const plan& p, std::string_view name) {
  std::string result;
  for (const auto& x : task_named(p, name).run.argv)
    result += (result.empty() ? "" : " ") + shown(x);
  return result;
}

std::string matrix_names(const std::string& matrix) {
  return names_of_all(
      good_plan("tasks: { t: { run: make, matrix: " + matrix + " } }").tasks);
}

} // namespace

BOOST_AUTO_TEST_SUITE(config_matrix)

BOOST_AUTO_TEST_CASE(
    a_task_is_made_for_each_combination_the_first_axis_slowest) {
  auto p = good_plan(R"(
tasks:
  test:
    matrix: { os: [linux, mac], node: [18, 20] }
    run: [./test.sh, "${{ matrix.os }}", "v${{ matrix.node }}"]
  after: { needs: test, run: make })");
  BOOST_TEST(names_of_all(p.tasks)
             == "test/linux/18 test/linux/20 test/mac/18 test/mac/20 after");
  BOOST_TEST(words_of(p, "test/mac/18") == "./test.sh mac v18");
  BOOST_TEST(members(p, "test")
             == "test/linux/18 test/linux/20 test/mac/18 test/mac/20");
  BOOST_TEST(needs_of(p, "after") == "test");
  BOOST_TEST(p.pools.empty());
}

BOOST_AUTO_TEST_CASE(axes_are_lists_lone_values_and_ranges) {
  BOOST_TEST(matrix_names("{ shard: 1..3 }") == "t/1 t/2 t/3");
  BOOST_TEST(matrix_names("{ os: linux }") == "t/linux");
  BOOST_TEST(matrix_names("{ n: [0, 8..10, x] }") == "t/0 t/8 t/9 t/10 t/x");
  BOOST_TEST(matrix_names("{ n: 08..10 }") == "t/08 t/09 t/10");
  BOOST_TEST(matrix_names("{ n: 5..5 }") == "t/5");
  BOOST_TEST(matrix_names("{ n: \"1..3\" }") == "t/1..3");
  BOOST_TEST(matrix_names("{ v: [v1..v3, 1.10, true] }")
             == "t/v1..v3 t/1.10 t/true");
}

BOOST_AUTO_TEST_CASE(a_value_may_be_a_mapping) {
  auto p = good_plan(R"(
tasks:
  t:
    matrix:
      on: [{ os: linux, cc: gcc }, { name: mac, os: macos 14, flags: "-O2 -g" }]
    run: [make, "${{ matrix.on.os }}", "${{ matrix.on.flags }}"])");
  BOOST_TEST(names_of_all(p.tasks) == "t/linux-gcc t/mac");
  BOOST_TEST(words_of(p, "t/linux-gcc") == "make linux ");
  BOOST_TEST(words_of(p, "t/mac") == "make macos 14 -O2 -g");
}

BOOST_AUTO_TEST_CASE(what_no_name_may_hold_becomes_a_dash) {
  BOOST_TEST(
      matrix_names(
          "{ x: [\"a b/c\", \"@scope/pkg\", \"../up\", _x-, \"größer\"] }")
      == "t/a-b-c t/scope-pkg t/up t/_x t/gr-er");
}

// The example of GitHub's own documentation.
BOOST_AUTO_TEST_CASE(include_adds_and_makes_as_github_actions_has_it) {
  auto p = good_plan(R"(
tasks:
  t:
    matrix:
      fruit: [apple, pear]
      animal: [cat, dog]
      include:
        - color: green
        - { color: pink, animal: cat }
        - { fruit: apple, shape: circle }
        - fruit: banana
        - { fruit: banana, animal: cat }
    run: [echo, "${{ matrix.color }}", "${{ matrix.shape }}"])");
  BOOST_TEST(names_of_all(p.tasks)
             == "t/apple/cat t/apple/dog t/pear/cat t/pear/dog t/banana "
                "t/banana/cat");
  BOOST_TEST(words_of(p, "t/apple/cat") == "echo pink circle");
  BOOST_TEST(words_of(p, "t/apple/dog") == "echo green circle");
  BOOST_TEST(words_of(p, "t/pear/cat") == "echo pink ");
  BOOST_TEST(words_of(p, "t/pear/dog") == "echo green ");
  BOOST_TEST(words_of(p, "t/banana") == "echo  ");
  BOOST_TEST(words_of(p, "t/banana/cat") == "echo  ");
}

BOOST_AUTO_TEST_CASE(include_alone_lists_the_combinations) {
  BOOST_TEST(matrix_names("{ include: [{ site: a, zone: 1 }, { site: b }] }")
             == "t/a/1 t/b");
  BOOST_TEST(matrix_names("{ include: { site: a, name: main } }") == "t/main");
}

BOOST_AUTO_TEST_CASE(exclude_leaves_out_what_it_names_before_include_adds) {
  BOOST_TEST(matrix_names("{ os: [a, b], n: 1..2, exclude: { os: b } }")
             == "t/a/1 t/a/2");
  BOOST_TEST(
      matrix_names(
          "{ os: [a, b], n: 1..2, exclude: [{ os: b, n: 1 }, { os: a, n: 2 }],"
          " include: { os: b, n: 1 } }")
      == "t/a/1 t/b/2 t/b/1");
  BOOST_TEST(
      matrix_names("{ on: [{ os: a, v: 1 }, { os: a, v: 2 }, { os: b, v: 1 }],"
                   " exclude: { on: { os: a } } }")
      == "t/b-1");
}

// §7
BOOST_AUTO_TEST_CASE(conditions_and_texts_read_the_matrix_7) {
  auto p = good_plan(R"(
tasks:
  t:
    matrix: { n: 1..2, include: [{ n: 2, last: true }] }
    if: matrix.n > 1 && matrix.last
    env: { N: "${{ matrix.n }}" }
    prompt: "Do ${{ env.N }}"
    note: "${{ matrix.n }} done"
    artifacts: "out/${{ matrix.n }}.txt"
    working-directory: "dir-${{ matrix.n }}"
    run: make)");
  const auto& one = task_named(p, "t/1");
  const auto& two = task_named(p, "t/2");
  BOOST_TEST(
      (evaluate(one.condition, expression_scope{}) == make_boolean(false)));
  BOOST_TEST(
      (evaluate(two.condition, expression_scope{}) == make_boolean(true)));
  BOOST_TEST(shown(two.prompt) == "Do 2");
  BOOST_TEST(shown(two.note) == "2 done");
  BOOST_TEST(shown(one.artifacts[0]) == "out/1.txt");
  BOOST_TEST(shown(one.working_directory) == "dir-1");
}

BOOST_AUTO_TEST_CASE(one_of_them_can_be_named) {
  auto p = good_plan(R"(
tasks:
  build: { matrix: { os: [linux, mac] }, run: make }
  pack: { needs: build/linux, run: [echo, "${{ needs.build/linux.outputs.path }}"] }
  late: { needs-later: build, after: build/mac, run: make }
gates: { go: { needs: build/linux, blocks: build/mac } })");
  BOOST_TEST(needs_of(p, "pack") == "build/linux");
  BOOST_TEST((task_named(p, "pack").run.argv[1].nodes[0].task == task_id{0u}));
}

BOOST_AUTO_TEST_CASE(max_parallel_is_a_pool_that_each_task_takes_one_of) {
  auto p = good_plan(R"(
pools: { cores: 4 }
tasks:
  t: { matrix: { n: 1..3 }, max-parallel: 2, pool: cores, run: make }
phases:
  lane: { max-parallel: 1, tasks: { a: make, b: make } })");
  BOOST_REQUIRE(p.pools.size() == 3u);
  BOOST_TEST((p.pools[1] == pool{"t/max-parallel", 2}));
  BOOST_TEST((p.pools[2] == pool{"lane/max-parallel", 1}));
  std::vector<pool_need> both{{pool_id{0u}, 1}, {pool_id{1u}, 1}};
  BOOST_TEST((task_named(p, "t/3").pools == both));
  std::vector<pool_need> lane{{pool_id{2u}, 1}};
  BOOST_TEST((task_named(p, "b").pools == lane));
}

BOOST_AUTO_TEST_CASE(needs_within_a_phase_stay_in_their_combination) {
  auto p = good_plan(R"(
tasks: { design: make }
phases:
  build:
    needs: design
    matrix: { os: [linux, mac] }
    env: { OS: "${{ matrix.os }}" }
    tasks:
      link: { needs: compile, run: [ld, "${{ needs.compile.outputs.o }}"] }
      compile: { run: make }
  ship: { tasks: { pack: { needs: [compile, link/mac], run: make } } })");
  BOOST_TEST(names_of_all(p.tasks)
             == "design link/linux link/mac compile/linux compile/mac pack");
  BOOST_TEST(needs_of(p, "link/mac") == "compile/mac design");
  BOOST_TEST(needs_of(p, "link/linux") == "compile/linux design");
  BOOST_TEST(needs_of(p, "pack") == "compile link/mac");
  BOOST_TEST(members(p, "build")
             == "link/linux link/mac compile/linux compile/mac");
  BOOST_TEST(members(p, "compile") == "compile/linux compile/mac");
  BOOST_TEST(
      (task_named(p, "link/mac").run.argv[1].nodes[0].task == task_id{4u}));
  BOOST_TEST(shown(task_named(p, "compile/mac").env[0].text) == "mac");
}

BOOST_AUTO_TEST_CASE(a_task_of_a_phase_may_multiply_further) {
  auto p = good_plan(R"(
phases:
  build:
    matrix: { os: [linux, mac] }
    tasks:
      compile: { matrix: { cc: [gcc, clang] }, run: [make, "${{ matrix.os }}", "${{ matrix.cc }}"] }
      link: { needs: compile, run: make })");
  BOOST_TEST(names_of_all(p.tasks)
             == "compile/linux/gcc compile/linux/clang compile/mac/gcc "
                "compile/mac/clang link/linux link/mac");
  BOOST_TEST(words_of(p, "compile/mac/gcc") == "make mac gcc");
  BOOST_TEST(needs_of(p, "link/mac") == "compile/mac");
  BOOST_TEST(members(p, "compile/mac") == "compile/mac/gcc compile/mac/clang");
  BOOST_TEST(members(p, "build").size() > members(p, "compile").size());
  BOOST_TEST(names_of_all(p.phases)
             == "build compile compile/linux compile/mac link");
  for (const auto& t : p.tasks)
    BOOST_TEST((t.phase == phase_id{0u}));
}

BOOST_AUTO_TEST_CASE(a_phase_may_list_a_task_with_a_matrix) {
  auto p = good_plan(R"(
tasks: { test: { matrix: { n: 1..2 } }, lint: make }
phases: { checks: { tasks: [lint, test], run: ./check.sh } })");
  BOOST_TEST(members(p, "checks") == "lint test/1 test/2");
  BOOST_TEST(task_named(p, "test/2").run.script == "./check.sh");
}

// §5: the wait of a gate that blocks a matrix within a phase shows.
BOOST_AUTO_TEST_CASE(a_gate_may_block_a_task_with_a_matrix) {
  BOOST_TEST(messages_of(R"(
phases:
  p: { tasks: { t: { matrix: { n: 1..2 }, run: make } } }
gates: { go: { needs: t/1, blocks: t } })")
                 .find("a cycle")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(only_and_skip_take_one_or_all_28) {
  auto text = R"(
tasks:
  prepare: make
  test: { matrix: { os: [linux, mac] }, needs: prepare, run: make }
  ship: { needs: test, run: make }
phases: { checks: { tasks: [test] } }
gates: { go: { needs: prepare, blocks: test } })";
  auto p = good_plan(text);
  BOOST_TEST(select_tasks(p, {"test/mac"}, {}).empty());
  BOOST_TEST(names_of_all(p.tasks) == "prepare test/mac");
  BOOST_TEST(names_of_all(p.gates) == "go");
  BOOST_TEST(names_of_all(p.phases) == "test checks");
  BOOST_TEST((task_named(p, "test/mac").phase == phase_id{1u}));
  p = good_plan(text);
  BOOST_TEST(select_tasks(p, {"test"}, {}).empty());
  BOOST_TEST(names_of_all(p.tasks) == "prepare test/linux test/mac");
  p = good_plan(text);
  BOOST_TEST(select_tasks(p, {}, {"test/linux"}).empty());
  BOOST_TEST(p.skipped.size() == 2u); // and `ship`
}

BOOST_AUTO_TEST_CASE(after_each_takes_all_of_a_matrix_13) {
  auto p = good_plan(R"(
agents: { a: {}, b: {} }
tasks:
  build: { agent: a, matrix: { n: 1..3 }, run: make }
  test: { agent: b, after-each: build, run: [echo, "${{ trigger }}"] })");
  BOOST_TEST(task_named(p, "test").after_each.size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_large_matrix_is_no_trouble_and_a_larger_one_is_refused) {
  auto p = good_plan(
      "tasks:\n"
      "  a: { matrix: { x: 1..100, y: 1..100 }, run: make }\n"
      "  b: { matrix: { x: 1..100, y: 1..100 }, needs: a, run: make }");
  BOOST_TEST(p.tasks.size() == 20'000u);
  BOOST_TEST(p.tasks[19'999].needs.size() == 1u);
  std::string wide =
      "tasks: { t: { run: make, matrix: { x: 1..10000, y: [{ name: n, ";
  for (int i = 0; i < 101; ++i)
    wide += "k" + std::to_string(i) + ": 1, ";
  BOOST_TEST(messages_of(wide + "k: 1 }] } } }").find("1000000 values")
             != std::string::npos);
  std::string many = "tasks:\n";
  for (int i = 0; i < 11; ++i)
    many += "  t" + std::to_string(i)
          + ": { matrix: { x: 1..100, y: 1..100 }, run: make }\n";
  BOOST_TEST(messages_of(many).find(
                 "the matrices of this plan make more than 100000 tasks")
             != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace tutti::config
