// SPDX-License-Identifier: BSD-3-Clause
// When the orchestrator may have work done in its own turn, and that it does.
#include "runtime/native/quick_desk.hpp"

#include "tests/runtime/native/quick_run.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

using namespace tutti;
using namespace tutti::test;
using native::desk_trust;
using native::quick_desk;
using native::quick_task;
using native::result;

namespace {

constexpr desk_trust any_time_is_short{std::chrono::hours(1), 3};
constexpr desk_trust no_time_is_short{std::chrono::nanoseconds(-1), 3};

/// A desk without its actor: what it would send goes nowhere.
quick_desk make_desk(desk_trust trust) {
  plan_builder b;
  for (int i = 0; i < 20; ++i)
    b.task("t" + std::to_string(i));
  agent_options mine;
  mine.id = agent_id{0};
  mine.work = std::make_shared<const plan>(std::move(b.get()));
  return {std::move(mine),
          std::make_shared<const native::agents::quick_function>(
              [](const quick_task&) {
                return result{};
              }),
          trust};
}

agent_orders order(std::uint32_t task) {
  agent_orders x;
  x.tasks.push_back({task_id{task}, 1, task, work_phase::run, 1, nullptr});
  return x;
}

/// As its actor takes a message of the orchestrator.
void take_message(quick_desk& x, std::uint32_t task) {
  auto orders = order(task);
  x.sent();
  BOOST_TEST(!x.is_free());
  BOOST_TEST(x.take(orders).attempts.size() == 1u);
  BOOST_TEST(!x.is_free()); // it has not told yet
  x.has_told_of_sent();
}

plan_builder chain(std::uint32_t length) {
  plan_builder b;
  auto last = b.task("t0");
  for (std::uint32_t i = 1; i < length; ++i)
    last = b.task("t" + std::to_string(i), {last});
  return b;
}

result nothing(const quick_task&) {
  return {};
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_quick_desk)

BOOST_AUTO_TEST_CASE(it_is_free_once_its_agent_has_seen_short_tasks) {
  auto x = make_desk(any_time_is_short);
  BOOST_TEST(!x.is_free());
  for (std::uint32_t i = 0; i < 3; ++i) {
    BOOST_TEST(!x.is_free());
    take_message(x, i);
  }
  BOOST_TEST(x.is_free());
}

BOOST_AUTO_TEST_CASE(it_is_not_free_where_tasks_are_long) {
  auto x = make_desk(no_time_is_short);
  for (std::uint32_t i = 0; i < 10; ++i)
    take_message(x, i);
  BOOST_TEST(!x.is_free());
}

BOOST_AUTO_TEST_CASE(one_that_took_long_has_to_be_short_again) {
  auto x = make_desk(any_time_is_short);
  for (std::uint32_t i = 0; i < 3; ++i)
    take_message(x, i);
  x.took_long();
  for (std::uint32_t i = 3; i < 6; ++i) {
    BOOST_TEST(!x.is_free());
    take_message(x, i);
  }
  BOOST_TEST(x.is_free());
}

BOOST_AUTO_TEST_CASE(what_is_brought_is_told_at_once) {
  auto x = make_desk({std::chrono::hours(1), 0});
  BOOST_TEST(x.is_free());
  agent_reports told;
  auto orders = order(7);
  handoff h;
  h.from = task_id{6};
  h.to = task_id{7};
  orders.handed.push_back(h);
  x.work_off(orders, told);
  BOOST_TEST(orders.empty());
  BOOST_REQUIRE(told.accepted.size() == 1u);
  BOOST_TEST((told.accepted[0].to == task_id{7}));
  BOOST_REQUIRE(told.attempts.size() == 1u);
  BOOST_TEST((told.attempts[0].task == task_id{7}));
  BOOST_TEST(told.attempts[0].began);
  BOOST_TEST(told.attempts[0].ended);
  BOOST_TEST(x.is_free());
}

BOOST_AUTO_TEST_CASE(a_chain_is_worked_off_without_messages) {
  quick_run run{chain(100), true, nothing};
  run.go();
  BOOST_TEST(run.ends().size() == 100u);
  BOOST_TEST(run.messages == 0u);
  quick_run by_messages{chain(100), false, nothing};
  by_messages.go();
  BOOST_TEST(by_messages.ends().size() == 100u);
  BOOST_TEST(by_messages.messages == 100u);
}

// What the orchestrator would do in its own turn others do beside each other.
BOOST_AUTO_TEST_CASE(what_others_can_do_meanwhile_is_sent) {
  plan_builder b;
  for (int i = 0; i < 10; ++i)
    b.task("t" + std::to_string(i));
  quick_run run{b, true, nothing};
  run.go();
  BOOST_TEST(run.ends().size() == 10u);
  BOOST_TEST(run.messages == 1u);
}

// The order of facts is that of messages.
BOOST_AUTO_TEST_CASE(nobody_could_tell_the_difference) {
  for (std::uint32_t length : {1u, 2u, 7u, 300u}) {
    quick_run here{chain(length), true, nothing};
    here.go();
    quick_run there{chain(length), false, nothing};
    there.go();
    BOOST_REQUIRE(here.seen.facts.size() == there.seen.facts.size());
    for (std::size_t i = 0; i < here.seen.facts.size(); ++i) {
      const auto& x = here.seen.facts[i];
      const auto& y = there.seen.facts[i];
      BOOST_TEST((x.kind == y.kind && x.subject == y.subject
                  && x.cause == y.cause && x.attempt == y.attempt
                  && x.state == y.state),
                 "fact " << i << " of " << length << " tasks");
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
