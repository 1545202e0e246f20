// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/held_sends.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tutti;

namespace {

fact about(fact_kind kind, std::uint32_t task) {
  fact f;
  f.kind = kind;
  f.subject = task;
  return f;
}

struct fixture {
  held_sends sends{3, held_sends::wait_for::all_of_it, 0};
  std::string left; ///< a letter for each that left

  held_sends::send leave(char x) {
    return [this, x] {
      left += x;
    };
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(actors_held_sends, fixture)

BOOST_AUTO_TEST_CASE(what_a_fact_releases_leaves_once_it_is_durable) { // §30
  sends.note({about(fact_kind::task_ready, 0)});
  sends.after_result_of(0, 0, leave('a'));
  BOOST_TEST(left == "");
  BOOST_TEST(!sends.all_durable());
  sends.durable(1);
  BOOST_TEST(left == "a");
  BOOST_TEST(sends.all_durable());
}

BOOST_AUTO_TEST_CASE(what_was_released_long_ago_leaves_at_once) { // §30
  sends.note({about(fact_kind::task_ready, 0)});
  sends.durable(1);
  sends.note({about(fact_kind::attempt_finished, 1),
              about(fact_kind::task_assigned, 0)});
  sends.after_result_of(0, 0, leave('a')); // a slot is free: it is refilled
  BOOST_TEST(left == "a");
  sends.after_all(leave('b')); // a viewer hears of it later
  BOOST_TEST(left == "a");
}

BOOST_AUTO_TEST_CASE(given_up_only_viewers_hear_of_what_waits) { // row 5
  sends.note({about(fact_kind::task_ready, 0)});
  sends.after_result_of(0, 0, leave('a'));
  sends.to_viewers(leave('v'));
  sends.after_all(leave('b'));
  sends.to_viewers(leave('w'));
  BOOST_TEST(left == "");
  sends.give_up();
  BOOST_TEST(left == "vw");
  sends.durable(1);
  BOOST_TEST(left == "vw");
}

BOOST_AUTO_TEST_CASE(about_one_task_nothing_overtakes) {
  sends.note({about(fact_kind::task_ready, 0)});
  sends.after_result_of(0, 0, leave('a'));
  sends.in_order(0, leave('r')); // taken back before it left
  sends.in_order(1, leave('x')); // about another
  BOOST_TEST(left == "x");
  sends.durable(1);
  BOOST_TEST(left == "xar");
  sends.in_order(0, leave('e'));
  BOOST_TEST(left == "xare");
}

BOOST_AUTO_TEST_CASE(a_handoff_waits_for_its_sender_s_end) {
  sends.note({about(fact_kind::attempt_finished, 0),
              about(fact_kind::attempt_finished, 1)});
  sends.after_result_of(2, 1, leave('b'));
  sends.after_result_of(2, 0, leave('a')); // behind the other all the same
  sends.durable(1);
  BOOST_TEST(left == "");
  sends.durable(2);
  BOOST_TEST(left == "ba");
}

BOOST_AUTO_TEST_CASE(while_the_journal_is_stuck_no_work_is_given_out) {
  sends.note({about(fact_kind::task_ready, 0)});
  sends.durable(1);
  sends.hold_work(true);
  sends.note({about(fact_kind::attempt_finished, 1)});
  sends.after_result_of(0, 0, leave('a'));
  BOOST_TEST(left == "");
  sends.hold_work(false);
  sends.durable(2);
  BOOST_TEST(left == "a");
}

BOOST_AUTO_TEST_CASE(without_a_journal_everything_leaves_at_once) {
  held_sends none{3, held_sends::wait_for::nothing, 0};
  none.note({about(fact_kind::task_ready, 0)});
  none.after_result_of(0, 0, leave('a'));
  none.after_all(leave('b'));
  BOOST_TEST(left == "ab");
}

BOOST_AUTO_TEST_CASE(written_behind_only_the_end_waits) {
  held_sends behind{3, held_sends::wait_for::the_end, 0};
  behind.note({about(fact_kind::task_ready, 0)});
  BOOST_TEST(behind.leaves_now(0, 0));
  behind.after_result_of(0, 0, leave('a'));
  behind.to_viewers(leave('v'));
  behind.at_the_end(leave('e'));
  BOOST_TEST(left == "av");
  behind.durable(1);
  BOOST_TEST(left == "ave");
}

// §33: whoever goes on with the run knows that it was given out
BOOST_AUTO_TEST_CASE(written_behind_exclusive_work_waits_all_the_same) {
  held_sends behind{3, held_sends::wait_for::the_end, 0};
  behind.note({about(fact_kind::task_assigned, 0)});
  behind.once_written_for(0, leave('a'));
  behind.in_order(0, leave('b'));
  behind.in_order(1, leave('c'));
  BOOST_TEST(left == "c");
  behind.durable(1);
  BOOST_TEST(left == "cab");
}

BOOST_AUTO_TEST_CASE(a_journal_that_falls_far_behind_is_waited_for) {
  held_sends behind{3, held_sends::wait_for::the_end, 0};
  std::vector<fact> many(held_sends::behind_max / 100,
                         about(fact_kind::task_ready, 0));
  for (int i = 0; i < 100; ++i)
    behind.note(many);
  BOOST_TEST(behind.leaves_now(1, 0));
  behind.note({about(fact_kind::task_ready, 0)});
  BOOST_TEST(!behind.leaves_now(1, 0));
  behind.after_result_of(1, 0, leave('a'));
  behind.to_viewers(leave('v'));
  BOOST_TEST(left == "");
  behind.durable(1);
  BOOST_TEST(left == "av");
}

BOOST_AUTO_TEST_CASE(written_behind_a_stuck_journal_holds_work_all_the_same) {
  held_sends behind{3, held_sends::wait_for::the_end, 0};
  behind.note({about(fact_kind::task_ready, 0)});
  behind.hold_work(true);
  behind.after_result_of(0, 0, leave('a'));
  behind.note({about(fact_kind::task_ready, 1)});
  behind.after_result_of(1, 1, leave('b'));
  BOOST_TEST(left == "");
  behind.hold_work(false);
  BOOST_TEST(!behind.leaves_now(0, 0)); // not before what waits for it
  behind.durable(1);
  BOOST_TEST(left == "ab");
}

BOOST_AUTO_TEST_SUITE_END()
