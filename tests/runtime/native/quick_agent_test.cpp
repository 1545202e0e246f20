// SPDX-License-Identifier: BSD-3-Clause
// Whole runs of quick functions on the deterministic scheduler.
#include "runtime/native/quick_agent.hpp"

#include "tests/runtime/native/quick_run.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace tutti;
using namespace tutti::test;
using native::quick_task;
using native::result;

BOOST_AUTO_TEST_SUITE(runtime_quick_agent)

BOOST_AUTO_TEST_CASE(copies_of_a_result_are_apart) {
  result x;
  BOOST_TEST((x.details() == attempt_details{}));
  BOOST_TEST(!result{}.take_details());
  x.set("n", 1);
  auto y = x;
  y.set("n", 2).note("b");
  BOOST_TEST(find_output(x.details().outputs, "n")->text == "1");
  BOOST_TEST(x.details().note.empty());
  BOOST_TEST(find_output(y.details().outputs, "n")->text == "2");
  auto z = y;
  auto taken = std::move(y).take_details();
  taken->message = "changed";
  BOOST_TEST(z.details().message.empty());
  BOOST_TEST(z.details().note == "b");
}

BOOST_DATA_TEST_CASE(outputs_reach_who_needs_them, ways_to_work, at_desk) {
  plan_builder b;
  auto one = b.task("one");
  auto two = b.task("two");
  b.task("sum", {one, two});
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::vector<std::string> from;
    quick_run run{b, at_desk,
                  [&from](const quick_task& t) {
                    if (t.name() != "sum")
                      return result{}.set("n", t.name() == "one" ? 1 : 2);
                    for (const auto& x : t.inputs())
                      from.push_back(x.from);
                    return result{}.set("n", t.input<int>("one", "n")
                                                 + t.input<int>("two", "n"));
                  },
                  seed};
    run.go();
    auto ends = run.ends();
    BOOST_REQUIRE(ends.size() == 3u);
    const auto* sum = find_output(ends[2].details->outputs, "n");
    BOOST_REQUIRE(sum != nullptr);
    BOOST_TEST(sum->text == "3");
    BOOST_TEST((from == std::vector<std::string>{"one", "two"}));
    BOOST_TEST(run.of(fact_kind::handoff_sent).size() == 2u);
    BOOST_TEST(run.of(fact_kind::handoff_accepted).size() == 2u);
    BOOST_TEST((run.seen.facts.back().kind == fact_kind::run_ended));
  }
}

BOOST_DATA_TEST_CASE(one_at_a_time_whatever_came_together, ways_to_work,
                     at_desk) {
  plan_builder b;
  for (int i = 0; i < 100; ++i)
    b.task("t" + std::to_string(i));
  quick_run run{b, at_desk, [](const quick_task&) {
                  return result{};
                }};
  run.go();
  int live = 0;
  int most = 0;
  for (const auto& f : run.seen.facts) {
    live += f.kind == fact_kind::attempt_started;
    live -= f.kind == fact_kind::attempt_finished;
    most = std::max(most, live);
  }
  BOOST_TEST(most == 1);
  BOOST_TEST(run.ends().size() == 100u);
}

// Facts for viewers may gather; what has to be done never waits with them.
BOOST_DATA_TEST_CASE(a_run_whose_facts_gather_comes_to_its_end, ways_to_work,
                     at_desk) {
  plan_builder b;
  b.task("t0");
  for (std::uint32_t i = 1; i < 40; ++i)
    b.task("t" + std::to_string(i), {(i - 1) / 2});
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    quick_run run{b, at_desk,
                  [](const quick_task&) {
                    return result{};
                  },
                  seed, std::chrono::milliseconds(5)};
    dice d{seed};
    run.go_in_any_order(d);
    BOOST_TEST(run.ends().size() == 40u, "seed " << seed);
    BOOST_TEST((run.seen.facts.back().kind == fact_kind::run_ended),
               "seed " << seed);
  }
}

BOOST_DATA_TEST_CASE(what_it_throws_fails_the_attempt, ways_to_work, at_desk) {
  plan_builder b;
  b.task("a");
  quick_run run{b, at_desk, [](const quick_task& t) -> result {
                  (void)t.input<int>("nobody", "n");
                  return {};
                }};
  run.go();
  auto ends = run.ends();
  BOOST_REQUIRE(ends.size() == 1u);
  BOOST_TEST((ends[0].state == task_state::failed));
  BOOST_TEST(ends[0].details->message == "'nobody' has handed nothing to 'a'");
}

BOOST_DATA_TEST_CASE(a_retry_has_what_the_first_attempt_had, ways_to_work,
                     at_desk) {
  plan_builder b;
  auto one = b.task("one");
  auto two = b.task("two", {one});
  b[two].retries.max = 1;
  std::vector<std::size_t> inputs;
  quick_run run{b, at_desk, [&inputs](const quick_task& t) {
                  if (t.name() == "one")
                    return result{}.set("n", 1);
                  inputs.push_back(t.inputs().size());
                  return t.attempt_number() == 1 ? result::failure("not yet")
                                                 : result{};
                }};
  run.go();
  run.advance(std::chrono::minutes(1));
  BOOST_TEST((inputs == std::vector<std::size_t>{1, 1}));
  BOOST_TEST((run.seen.facts.back().status == run_status::succeeded));
}

BOOST_AUTO_TEST_SUITE_END()
