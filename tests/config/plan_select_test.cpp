// SPDX-License-Identifier: BSD-3-Clause
#include "config/plan_select.hpp"

#include "tests/config/plan_texts.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace tutti::config {

namespace {

using names = std::vector<std::string>;

template <class Xs>
std::string join(const Xs& xs) {
  std::string result;
  for (const auto& x : xs) {
    if (!result.empty())
      result += ' ';
    result += x.name;
  }
  return result;
}

std::string skipped(const plan& p) {
  std::string result;
  for (auto t : p.skipped) {
    if (!result.empty())
      result += ' ';
    result += p.tasks[t.value].name;
  }
  return result;
}

std::string closed(const plan& p) {
  std::string result;
  for (const auto& g : p.gates)
    if (g.closed_by_skip)
      result += g.name + ' ';
  return result;
}

plan only(std::string text, const names& xs) {
  auto p = test::good_plan(std::move(text));
  BOOST_TEST(select_tasks(p, xs, {}).empty());
  return p;
}

plan skip(std::string text, const names& xs) {
  auto p = test::good_plan(std::move(text));
  BOOST_TEST(select_tasks(p, {}, xs).empty());
  return p;
}

const std::string diamond = R"(
tasks:
  z: make
  a: make
  b: { run: make, needs: a }
  c: { run: make, needs: { a: failed }, after: z }
  d: { run: [echo, "${{ needs.b.outputs.x }}"], needs: [b, c] }
  e: { run: make, needs: d }
)";

const std::string gated = R"(
tasks:
  verify: make
  prepare: make
  build: { run: make, needs: prepare }
  test: { run: make, needs: build }
  sign: make
  ship: { run: make, needs: deploy }
  tidy: { run: make, finally: true, needs: ship }
gates:
  go: { needs: verify, blocks: all }
  deploy: { needs: [test, signed] }
  signed: { needs: sign }
)";

const std::string phased = R"(
tasks:
  plan: make
  last: { run: make, needs: lane }
phases:
  lane: { needs: plan, tasks: { a: make, b: { run: make, needs: a } } }
  side: { tasks: { c: make } }
gates:
  go: { needs: c, blocks: lane }
)";

} // namespace

BOOST_AUTO_TEST_SUITE(config_plan_select)

BOOST_AUTO_TEST_CASE(no_names_change_nothing) {
  auto p = test::good_plan(gated);
  auto same = p;
  BOOST_TEST(select_tasks(p, {}, {}).empty());
  BOOST_TEST((p == same));
}

BOOST_AUTO_TEST_CASE(only_keeps_a_task_and_its_ancestors_28) {
  auto p = only(diamond, {"d"});
  BOOST_TEST(join(p.tasks) == "a b c d");
  const auto& d = test::task_named(p, "d");
  BOOST_TEST((d.needs[0].of == node_ref{node_kind::task, 1}));
  BOOST_TEST(p.tasks[d.run.argv[1].nodes[0].task.value].name == "b");
}

BOOST_AUTO_TEST_CASE(after_edges_to_what_is_dropped_vanish_28) {
  BOOST_TEST(test::task_named(only(diamond, {"c"}), "c").after.empty());
  auto both = only(diamond, {"c", "z"});
  BOOST_TEST(test::task_named(both, "c").after.size() == 1u);
  BOOST_TEST(join(both.tasks) == "z a c");
}

BOOST_AUTO_TEST_CASE(only_keeps_gates_that_block_and_what_they_need_28) {
  auto p = only(gated, {"build"});
  BOOST_TEST(join(p.tasks) == "verify prepare build");
  BOOST_TEST(join(p.gates) == "go");
  BOOST_TEST((p.gates[0].needs[0].of == node_ref{node_kind::task, 0}));
  auto shipped = only(gated, {"ship"});
  BOOST_TEST(join(shipped.tasks) == "verify prepare build test sign ship");
  BOOST_TEST(join(shipped.gates) == "go deploy signed");
}

BOOST_AUTO_TEST_CASE(what_a_gate_needs_is_not_blocked_by_it_28) {
  auto p = only(gated, {"verify"});
  BOOST_TEST(join(p.tasks) == "verify");
  BOOST_TEST(p.gates.empty());
}

BOOST_AUTO_TEST_CASE(a_phase_stands_for_its_tasks_28) {
  auto p = only(phased, {"lane"});
  BOOST_TEST(join(p.tasks) == "plan a b c");
  BOOST_TEST(join(p.phases) == "lane side");
  BOOST_TEST(join(p.gates) == "go");
  auto one = only(phased, {"c"});
  BOOST_TEST(join(one.tasks) == "c");
  BOOST_TEST(join(one.phases) == "side");
  BOOST_TEST((one.tasks[0].phase == phase_id{0}));
  BOOST_TEST((one.phases[0].tasks == std::vector{task_id{0}}));
}

BOOST_AUTO_TEST_CASE(a_phase_that_is_needed_is_kept_whole_28) {
  BOOST_TEST(join(only(phased, {"last"}).tasks) == "plan last a b c");
}

BOOST_AUTO_TEST_CASE(skip_leaves_out_a_task_and_what_needs_it_28) {
  auto p = skip(diamond, {"b"});
  BOOST_TEST(join(p.tasks) == "z a b c d e");
  BOOST_TEST(skipped(p) == "b d e");
  BOOST_TEST(skipped(skip(diamond, {"z"})) == "z");
  BOOST_TEST(skipped(skip(diamond, {"a"})) == "a b c d e");
}

BOOST_AUTO_TEST_CASE(skip_goes_through_phases_28) {
  BOOST_TEST(skipped(skip(phased, {"b"})) == "last b");
  BOOST_TEST(skipped(skip(phased, {"lane"})) == "last a b");
  BOOST_TEST(skipped(skip(phased, {"plan"})) == "plan last a b");
}

BOOST_AUTO_TEST_CASE(a_gate_that_needs_what_is_skipped_is_closed_28) {
  auto p = skip(gated, {"sign"});
  BOOST_TEST(skipped(p) == "sign");
  BOOST_TEST(closed(p) == "deploy signed ");
  BOOST_TEST(closed(skip(gated, {"verify"})) == "go ");
}

BOOST_AUTO_TEST_CASE(finally_tasks_are_left_out_only_by_name_8) {
  BOOST_TEST(skipped(skip(gated, {"ship"})) == "ship");
  BOOST_TEST(skipped(skip(gated, {"tidy"})) == "tidy");
}

BOOST_AUTO_TEST_CASE(only_and_skip_go_together_28) {
  auto p = test::good_plan(diamond);
  BOOST_TEST(select_tasks(p, {"d"}, {"b", "e"}).empty());
  BOOST_TEST(join(p.tasks) == "a b c d");
  BOOST_TEST(skipped(p) == "b d");
}

BOOST_AUTO_TEST_CASE(unknown_names_are_all_reported_and_change_nothing) {
  auto p = test::good_plan(phased);
  auto same = p;
  auto errors = select_tasks(p, {"plam", "a"}, {"go", "zzz"});
  BOOST_TEST((p == same));
  BOOST_REQUIRE(errors.size() == 3u);
  BOOST_TEST(errors[0].detail
             == "--only: there is no task or phase 'plam'; did you mean "
                "'plan'?");
  BOOST_TEST(errors[1].detail
             == "--skip: 'go' is a gate; name tasks or phases");
  BOOST_TEST(errors[2].detail == "--skip: there is no task or phase 'zzz'");
  BOOST_TEST((errors[0].code == exit_code::bad_plan));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace tutti::config
