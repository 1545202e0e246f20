// SPDX-License-Identifier: BSD-3-Clause
// Each rule can break: facts by hand that break one, and the sentence. What
// else the judge sees is proved by tests/mutants/.
#include "runtime/play/rules.hpp"

#include "runtime/play/plan_builder.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace tutti;
using namespace tutti::play;
using namespace std::chrono_literals;

namespace {

/// `page` needs `crud`; a gate behind both asks two people's agents.
struct judged {
  plan_builder b;
  std::uint32_t crud = b.task("crud");
  std::uint32_t page = b.task("page", {crud});
  std::vector<std::string> broken;
  std::unique_ptr<rules> judge;

  rules& of() {
    if (!judge) {
      rules_options how;
      how.broken = [this](std::string x) {
        broken.push_back(std::move(x));
      };
      judge = std::make_unique<rules>(b.get(), std::move(how));
    }
    return *judge;
  }

  fact tell(fact_kind kind, std::uint32_t subject = 0,
            std::uint32_t attempt = 0) {
    fact f;
    f.kind = kind;
    f.subject = subject;
    f.attempt = attempt;
    f.agent = 0;
    return f;
  }
  void starts(std::uint32_t task, std::uint32_t attempt = 1) {
    of().on(tell(fact_kind::task_ready, task));
    of().on(tell(fact_kind::task_assigned, task, attempt));
    of().on(tell(fact_kind::attempt_started, task, attempt));
  }
  void ends(std::uint32_t task, std::uint32_t attempt = 1) {
    auto f = tell(fact_kind::attempt_finished, task, attempt);
    f.state = task_state::succeeded;
    of().on(f);
  }
  void run_ends(run_status status = run_status::succeeded) {
    auto f = tell(fact_kind::run_ended);
    f.status = status;
    of().on(f);
  }
  [[nodiscard]] std::string first() const {
    return broken.empty() ? "" : broken.front();
  }
};

attempt_work work_on(std::uint32_t task) {
  static const auto nothing = std::make_shared<const assignment_details>();
  attempt_work x;
  x.task = task_id{task};
  x.attempt = 1;
  x.details = nothing;
  return x;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_play_rules)

BOOST_AUTO_TEST_CASE(a_good_run_breaks_none) {
  judged x;
  x.starts(x.crud);
  x.ends(x.crud);
  x.starts(x.page);
  x.ends(x.page);
  x.run_ends();
  x.of().at_end(0);
  x.of().at_end_of_late();
  x.of().at_end_of_plain();
  BOOST_TEST(x.first() == "");
}

BOOST_AUTO_TEST_CASE(who_starts_too_early) { // rule 1
  judged x;
  x.starts(x.page);
  BOOST_TEST(x.first()
             == "rule 1: page starts, but its need crud: succeeded does not "
                "hold");
}

BOOST_AUTO_TEST_CASE(a_gate_that_opens_too_early) { // rule 1, row 25
  judged x;
  auto g = x.b.gate("deploy", {x.page}, {});
  auto f = x.tell(fact_kind::gate_opened, g);
  x.of().on(f);
  BOOST_TEST(x.first()
             == "rule 1: gate deploy opens, but its need page: succeeded does "
                "not hold");
}

BOOST_AUTO_TEST_CASE(more_at_once_than_there_are_slots) { // rule 2
  judged x;
  auto other = x.b.task("other");
  x.starts(x.crud);
  x.starts(other);
  BOOST_TEST(x.first()
             == "rule 2: agent worker works on 2 attempts, it has 1 "
                "slots");
}

BOOST_AUTO_TEST_CASE(a_handoff_that_is_accepted_twice) { // rule 3, row 10
  judged x;
  auto f = x.tell(fact_kind::handoff_sent, x.page);
  f.cause = x.crud;
  x.of().on(f);
  f.kind = fact_kind::handoff_accepted;
  x.of().on(f);
  BOOST_TEST(x.first() == "");
  x.of().on(f);
  BOOST_TEST(x.first()
             == "rule 3: the handoff crud -> page v1 is accepted 2 "
                "times");
}

BOOST_AUTO_TEST_CASE(what_is_done_and_given_out_again) { // rule 4, row 1
  judged x;
  x.starts(x.crud);
  x.ends(x.crud);
  x.of().on(x.tell(fact_kind::run_resumed));
  x.of().resumed();
  x.of().on(x.tell(fact_kind::task_assigned, x.crud, 2));
  BOOST_TEST(x.first()
             == "rule 4: crud is given out again, but its v1 is succeeded");
}

BOOST_AUTO_TEST_CASE(who_begins_on_what_is_not_durable) { // rule 4, row 1
  judged x;
  auto work = work_on(x.page);
  handoff h;
  h.from = task_id{x.crud};
  h.to = task_id{x.page};
  work.handed.push_back(h);
  x.of().begins(agent_id{0}, work, 0s, false);
  BOOST_TEST(x.first()
             == "rule 4: page begins with v1 of crud, whose end is "
                "not durable (§30)");
}

BOOST_AUTO_TEST_CASE(an_end_that_is_not_of_the_current_attempt) { // rule 6
  judged x;
  x.starts(x.crud);
  x.ends(x.crud, 7);
  BOOST_TEST(x.first()
             == "rule 6: the end of attempt 7 of crud is accepted, "
                "but attempt 1 is current (running)");
}

BOOST_AUTO_TEST_CASE(a_late_result_that_is_not_recorded) { // rule 6, row 11
  judged x;
  x.of().late_result_sent();
  x.of().at_end_of_late();
  BOOST_TEST(x.first() == "rule 6: 1 late results were sent, 0 are recorded");
}

BOOST_AUTO_TEST_CASE(an_end_that_hides_what_is_open) { // rule 7
  judged x;
  x.starts(x.crud);
  x.ends(x.crud);
  x.run_ends();
  BOOST_TEST(x.first()
             == "rule 7: the run says succeeded, but page is not "
                "over");
}

BOOST_AUTO_TEST_CASE(an_end_of_a_task_that_does_not_follow) { // rule 7
  judged x;
  x.starts(x.crud);
  x.ends(x.crud);
  auto f = x.tell(fact_kind::task_skipped, x.page);
  x.of().on(f);
  x.of().at_end_of_plain();
  BOOST_TEST(x.first() == "rule 7: task 1 (page) is skipped, not");
}

BOOST_AUTO_TEST_CASE(what_is_left_after_the_end) { // rule 10
  judged x;
  x.starts(x.crud);
  x.run_ends(run_status::failed);
  BOOST_TEST(x.first() == "rule 10: the run ends while attempt 1 of crud runs");
  x.of().at_end(1);
  BOOST_TEST(x.broken.back()
             == "rule 10: crud is still given out after the "
                "end");
}

BOOST_AUTO_TEST_SUITE_END()
