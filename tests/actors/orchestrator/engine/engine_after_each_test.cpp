// SPDX-License-Identifier: BSD-3-Clause
// One case a claim of docs/semantics.md about work after each completion (§13,
// §14); the world checks the invariants after every step.
#include "tests/support/team_builder.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using enum tutti::task_state;

namespace {

/// `tests` runs after each of three tasks.
struct tested_team : team_builder {
  std::uint32_t x = lane("x");
  std::uint32_t y = lane("y");
  std::uint32_t z = lane("z");
  std::uint32_t tests = after_each("tests", {x, y, z});
};

/// The triggers that the attempt at work was started for.
std::vector<std::uint32_t> taken(const team_world& w, std::uint32_t task) {
  std::vector<std::uint32_t> result;
  for (const auto& i : w.get().stream(task)->taken)
    result.push_back(i.from.value);
  return result;
}

using list = std::vector<std::uint32_t>;

} // namespace

BOOST_AUTO_TEST_SUITE(engine_after_each)

// -- §13: when it runs --------------------------------------------------------

BOOST_AUTO_TEST_CASE(it_runs_after_each_completion) { // §13
  tested_team b;
  team_world w{b.get()};
  BOOST_TEST((w.state(b.tests) == waiting));
  w.done(b.x);
  BOOST_TEST((taken(w, b.tests) == list{b.x}));
  BOOST_TEST(w.handoffs(b.x, b.tests) == 1u);
  w.done(b.tests);
  BOOST_TEST((w.state(b.tests) == waiting)); // for the next one (§3)
  w.done(b.y);
  BOOST_TEST((taken(w, b.tests) == list{b.y}));
  w.done(b.tests);
  w.done({b.z, b.tests});
  BOOST_TEST((w.state(b.tests) == succeeded));
  BOOST_TEST(w.begun(b.tests) == 3u);
  BOOST_TEST(w.exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(its_own_needs_come_first) { // §13
  tested_team b;
  auto lab = b.lane("lab");
  b[b.tests].needs = {on_task(lab)};
  team_world w{b.get()};
  w.done({b.x, b.y});
  BOOST_TEST((w.state(b.tests) == waiting));
  w.done(lab);
  BOOST_TEST((taken(w, b.tests) == list{b.x})); // what came before is kept
  w.done(b.tests);
  BOOST_TEST((taken(w, b.tests) == list{b.y}));
}

BOOST_AUTO_TEST_CASE(only_an_accepted_completion_counts) { // §13
  tested_team b;
  b[b.x].retries.max = 1;
  team_world w{b.get()};
  w.fails(b.x);
  BOOST_TEST(!w.runs(b.tests));
  w.done(b.x);
  BOOST_TEST((taken(w, b.tests) == list{b.x}));
  w.done(b.tests);
  w.fails(b.y);
  BOOST_TEST(!w.runs(b.tests));
}

BOOST_AUTO_TEST_CASE(a_trigger_completes_once_it_has_integrated) { // §2, §13
  tested_team b;
  b.integrate(b.x, {b.y});
  team_world w{b.get()};
  w.done(b.x);
  BOOST_TEST(!w.runs(b.tests));
  w.done(b.y);
  w.done(b.tests);
  w.done(b.x);
  BOOST_TEST((taken(w, b.tests) == list{b.x}));
}

BOOST_AUTO_TEST_CASE(a_trigger_that_ends_without_an_attempt_counts) { // §13
  team_builder b;
  auto crud = b.lane("crud");
  auto page = b.lane("page");
  b.needs_later(page, {crud}); // it is done once `crud` is
  auto tests = b.after_each("tests", {page});
  auto deploy = b.gate("deploy", {tests}, {});
  team_world w{b.get()};
  w.done({page, crud});
  BOOST_TEST((w.state(page) == succeeded));
  BOOST_TEST((taken(w, tests) == list{page}));
  BOOST_TEST((w.gate(deploy) == gate_state::waiting)); // on nothing untested
  w.done(tests);
  BOOST_TEST((w.gate(deploy) == gate_state::open));
}

BOOST_AUTO_TEST_CASE(completions_queue_while_its_agent_is_busy) { // §13
  tested_team b;
  team_world w{b.get()};
  w.done({b.z, b.x, b.y});
  BOOST_TEST((taken(w, b.tests) == list{b.z}));
  w.done(b.tests);
  BOOST_TEST((taken(w, b.tests) == list{b.x})); // in the order they came
  w.done(b.tests);
  BOOST_TEST((taken(w, b.tests) == list{b.y}));
}

BOOST_AUTO_TEST_CASE(a_batch_takes_all_that_queued) { // §13
  tested_team b;
  b[b.tests].batch.max = 0; // `batch: true`
  team_world w{b.get()};
  w.done({b.x, b.y, b.z});
  BOOST_TEST((taken(w, b.tests) == list{b.x}));
  w.done(b.tests);
  BOOST_TEST((taken(w, b.tests) == list{b.y, b.z}));
  BOOST_TEST(
      (w.handoffs(b.y, b.tests) == 1u && w.handoffs(b.z, b.tests) == 1u));
  w.done(b.tests);
  BOOST_TEST((w.state(b.tests) == succeeded));
}

BOOST_AUTO_TEST_CASE(a_batch_takes_no_more_than_its_max) { // §13
  tested_team b;
  auto more = b.lane("more");
  b[b.tests].after_each.push_back(task_id{more});
  b[b.tests].batch.max = 2;
  team_world w{b.get()};
  w.done({b.x, b.y, b.z, more});
  w.done(b.tests);
  BOOST_TEST((taken(w, b.tests) == list{b.y, b.z}));
  w.done(b.tests);
  BOOST_TEST((taken(w, b.tests) == list{more}));
}

BOOST_AUTO_TEST_CASE(a_batch_waits_for_more_until_it_is_full_or_late) { // §13
  tested_team b;
  b[b.tests].batch = {2, 1min};
  team_world w{b.get()};
  w.wait_until(10s);
  w.done(b.x);
  BOOST_TEST(!w.runs(b.tests));
  w.wait_until(69s);
  BOOST_TEST(!w.runs(b.tests));
  w.wait_until(70s); // a minute after the first of them
  BOOST_TEST((taken(w, b.tests) == list{b.x}));
  w.done(b.tests);
  w.done(b.y);
  BOOST_TEST(!w.runs(b.tests));
  w.done(b.z); // full
  BOOST_TEST((taken(w, b.tests) == list{b.y, b.z}));
}

BOOST_AUTO_TEST_CASE(versions_coalesce_and_the_latest_is_never_dropped) { // §13
  tested_team b;
  auto deploy = b.gate("deploy", {b.x}, {});
  b.ask_person(deploy);
  b.rework(deploy, {b.x}, 9);
  team_world w{b.get()};
  w.done({b.y, b.x}); // y is being tested
  BOOST_TEST((taken(w, b.tests) == list{b.y}));
  for (int i = 0; i < 2; ++i) {
    BOOST_TEST(w.request_changes(deploy) == "");
    w.done(b.x, told("try", std::to_string(i)));
  }
  BOOST_TEST(w.version(b.x) == 3u);
  w.done(b.tests);
  BOOST_REQUIRE((taken(w, b.tests) == list{b.x}));
  BOOST_TEST(w.get().stream(b.tests)->taken[0].version == 3u);
  BOOST_TEST(w.get().stream(b.tests)->queue.empty()); // 1 and 2 are in it
  w.request_changes(deploy);
  w.done(b.x, told("try", "last")); // while the third version is tested
  w.done(b.tests);
  BOOST_REQUIRE((taken(w, b.tests) == list{b.x}));
  BOOST_TEST(w.get().stream(b.tests)->taken[0].version == 4u);
}

BOOST_AUTO_TEST_CASE(a_retried_run_is_for_the_same_completions) { // §13
  tested_team b;
  b[b.tests].batch.max = 0;
  b[b.tests].retries.max = 1;
  team_world w{b.get()};
  w.done(b.x);
  w.done(b.y);
  w.fails(b.tests);
  BOOST_TEST((taken(w, b.tests) == list{b.x}));
  w.done(b.tests);
  BOOST_TEST((taken(w, b.tests) == list{b.y}));
}

BOOST_AUTO_TEST_CASE(each_run_has_fresh_retries) { // §13
  tested_team b;
  b[b.tests].retries.max = 1;
  team_world w{b.get()};
  w.done({b.x, b.y, b.z});
  for (int run = 0; run < 3; ++run) {
    w.fails(b.tests);
    w.done(b.tests);
  }
  BOOST_TEST((w.state(b.tests) == succeeded));
}

// -- §14: when it is done -----------------------------------------------------

BOOST_AUTO_TEST_CASE(its_backlog_is_worked_off_before_the_run_ends) { // §14
  tested_team b;
  team_world w{b.get()};
  w.done({b.x, b.y, b.z});
  BOOST_TEST(!w.get().over());
  w.done(b.tests);
  w.done(b.tests);
  BOOST_TEST(!w.get().over());
  w.done(b.tests);
  BOOST_TEST(w.exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(it_failed_if_the_latest_run_for_a_trigger_failed) { // §14
  tested_team b;
  auto deploy = b.gate("deploy", {b.tests}, {});
  team_world w{b.get()};
  w.done(b.x);
  w.fails(b.tests);
  BOOST_TEST(
      (w.state(b.tests) == waiting)); // the others are tested all the same
  w.done({b.y, b.tests, b.z, b.tests});
  BOOST_TEST((w.state(b.tests) == failed));
  BOOST_TEST((w.gate(deploy) == gate_state::closed));
  BOOST_TEST(w.exit_code() == 1);
}

BOOST_AUTO_TEST_CASE(a_good_run_for_the_next_version_mends_it) { // §14
  tested_team b;
  auto deploy = b.gate("deploy", {b.x}, {});
  b.ask_person(deploy);
  b.rework(deploy, {b.x});
  team_world w{b.get()};
  w.done(b.x);
  w.fails(b.tests);
  w.request_changes(deploy);
  w.done(b.x, told("mended", "yes"));
  w.done(b.tests);
  w.done({b.y, b.tests, b.z, b.tests});
  BOOST_TEST((w.state(b.tests) == succeeded));
}

BOOST_AUTO_TEST_CASE(a_bad_run_for_the_next_version_spoils_it) { // §14
  tested_team b;
  auto deploy = b.gate("deploy", {b.x}, {});
  b.ask_person(deploy);
  b.rework(deploy, {b.x});
  team_world w{b.get()};
  w.done({b.x, b.tests, b.y, b.tests, b.z, b.tests});
  BOOST_TEST((w.state(b.tests) == succeeded));
  w.request_changes(deploy);
  BOOST_TEST(w.runs(b.x));
  w.done(b.x, told("worse", "yes"));
  BOOST_TEST((taken(w, b.tests) == list{b.x}));
  w.fails(b.tests);
  BOOST_TEST((w.state(b.tests) == failed));
}

BOOST_AUTO_TEST_CASE(it_is_skipped_if_a_trigger_was_never_done) { // §14
  tested_team b;
  auto deploy = b.gate("deploy", {b.tests}, {});
  team_world w{b.get()};
  w.done({b.x, b.tests, b.y, b.tests});
  w.fails(b.z);
  BOOST_TEST((w.state(b.tests) == skipped));
  BOOST_TEST(w.last(fact_kind::stream_ended)->cause == b.z);
  BOOST_TEST((w.gate(deploy) == gate_state::closed));
}

BOOST_AUTO_TEST_CASE(failed_says_more_than_skipped) { // §14
  tested_team b;
  team_world w{b.get()};
  w.done(b.x);
  w.fails(b.tests);
  w.fails(b.y);
  w.fails(b.z);
  BOOST_TEST((w.state(b.tests) == failed));
}

BOOST_AUTO_TEST_CASE(a_trigger_that_was_left_out_is_no_lack) { // §14
  tested_team b;
  b[b.z].needs = {on_task(b.y)};
  b[b.z].condition = output_is_true(b.y, "go");
  auto deploy = b.gate("deploy", {b.tests}, {});
  team_world w{b.get()};
  w.done({b.x, b.tests, b.y, b.tests});
  BOOST_TEST((w.state(b.z) == left_out));
  BOOST_TEST((w.state(b.tests) == succeeded));
  BOOST_TEST((w.gate(deploy) == gate_state::open));
}

BOOST_AUTO_TEST_CASE(an_allowed_failure_was_not_done_either) { // §14
  tested_team b;
  b[b.z].allow_failure = true;
  team_world w{b.get()};
  w.done({b.x, b.tests, b.y, b.tests});
  w.fails(b.z);
  BOOST_TEST((w.state(b.tests) == skipped));
}

BOOST_AUTO_TEST_CASE(it_is_skipped_where_its_own_need_is_not_met) { // §6, §13
  tested_team b;
  auto lab = b.lane("lab");
  b[b.tests].needs = {on_task(lab)};
  team_world w{b.get()};
  w.done(b.x);
  w.fails(lab);
  BOOST_TEST((w.state(b.tests) == skipped));
  w.done({b.y, b.z}); // and nobody waits for it
  BOOST_TEST(w.get().over());
}

// -- §4: its rank -------------------------------------------------------------

namespace {

/// `tests` shares its agent with `next` and what follows on it.
struct shared_lab : team_builder {
  std::uint32_t x = lane("x");
  std::uint32_t tests = after_each("tests", {x});
  std::uint32_t first = beside(tests, "first");
  std::uint32_t next = beside(tests, "next", {x});
  std::uint32_t after_next = beside(tests, "after-next", {next});

  shared_lab() {
    (*this)[tests].estimate.mode = 1h; // its path is the longest
    auto t = lane("reader", {tests});
    (*this)[t].estimate.mode = 1h;
    (*this)[tests].priority = 0;
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(it_ranks_last_on_its_agent) { // §4
  shared_lab b;
  team_world w{b.get()};
  BOOST_TEST(w.runs(b.first));
  w.done(b.x); // now both `tests` and `next` could run
  w.done(b.first);
  BOOST_TEST(w.runs(b.next));
  w.done(b.next);
  BOOST_TEST(w.runs(b.after_next));
  w.done(b.after_next);
  BOOST_TEST(w.runs(b.tests));
}

BOOST_AUTO_TEST_CASE(after_half_an_hour_it_ranks_like_any_task) { // §4
  shared_lab b;
  team_world w{b.get()};
  w.done(b.x);
  w.wait_until(29min);
  w.done(b.first);
  BOOST_TEST(w.runs(b.next)); // not yet
  w.wait_until(30min);
  w.done(b.next);
  BOOST_TEST(w.runs(b.tests)); // the longer path
  BOOST_TEST(!w.runs(b.after_next));
}

BOOST_AUTO_TEST_SUITE_END()
