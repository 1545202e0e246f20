// SPDX-License-Identifier: BSD-3-Clause
// The judge of tests/crash/ finds what it is there to find.
#include "tests/crash/judge.hpp"

#include "tests/crash/crash_plan.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace tutti::test;

namespace {

journal_fact assigned(std::uint64_t number, std::string task,
                      std::uint32_t attempt, std::string extra = {}) {
  return {number,
          "task-assigned",
          std::move(task),
          "",
          attempt,
          1,
          "run",
          "",
          "",
          std::move(extra),
          ""};
}

journal_fact succeeded(std::uint64_t number, std::string task,
                       std::uint32_t attempt) {
  return {number, "attempt-finished", std::move(task), "", attempt, 1,
          "run",  "succeeded",        "success",       "", ""};
}

execution ran(std::string task, std::uint32_t attempt) {
  return {std::move(task), attempt, 1, "run", {}};
}

/// One death between a run that nobody disturbs and the end of this one:
/// `model` has succeeded, `draft` runs.
struct judged {
  crash_plan plan = small_crash_plan();
  outcome undisturbed;
  evidence death;
  outcome end;

  judged() {
    death.executions = {ran("model", 1), ran("draft", 1)};
    death.facts = {assigned(1, "model", 1), succeeded(2, "model", 1),
                   assigned(3, "draft", 1)};
    end.left = death;
    end.left.executions.push_back(ran("draft", 2));
    end.left.facts.push_back(assigned(4, "draft", 2));
    end.left.facts.push_back(succeeded(5, "draft", 2));
    end.projection = {"exit 0", accepted_line("model", 1, "draft")};
    undisturbed.left.executions = death.executions;
    undisturbed.projection = end.projection;
  }

  bool written_behind = false;

  [[nodiscard]] std::string text() const {
    auto x = judge({plan, undisturbed, {death}, end, written_behind});
    return std::to_string(x.lost) + " " + std::to_string(x.repeated) + " "
         + std::to_string(x.diverged) + " " + std::to_string(x.in_window);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_judge, judged)

BOOST_AUTO_TEST_CASE(what_was_cut_off_may_run_again) { // §30
  BOOST_TEST(text() == "0 0 0 1");
}

BOOST_AUTO_TEST_CASE(what_is_gone_from_the_journal_is_lost) {
  end.left.facts[1].details = "another";
  BOOST_TEST(text() == "1 0 0 1");
}

BOOST_AUTO_TEST_CASE(what_somebody_has_worked_from_is_lost) { // §30
  death.facts.pop_back();
  death.facts.pop_back();
  end.left.facts = death.facts;
  end.left.executions = {ran("model", 1), ran("draft", 1)};
  BOOST_TEST(text() == "1 0 0 2");
}

BOOST_AUTO_TEST_CASE(written_behind_work_may_be_ahead_of_the_journal) { // §30
  death.facts.pop_back();
  death.facts.pop_back();
  end.left.facts = death.facts;
  end.left.executions = {ran("model", 1), ran("draft", 1)};
  written_behind = true;
  BOOST_TEST(text() == "0 0 0 2");
  death.facts[0].details = "another";
  BOOST_TEST(text() == "1 0 0 2");
}

BOOST_AUTO_TEST_CASE(what_was_never_given_to_the_journal_is_seen) {
  death.strange = true;
  BOOST_TEST(text() == "1 0 0 1");
}

BOOST_AUTO_TEST_CASE(exclusive_work_that_nobody_knows_of_is_lost) { // §33
  for (auto& x : plan.work.tasks)
    x.exclusive = x.name == "draft";
  BOOST_TEST(text() == "0 0 0 1");
  death.facts.pop_back();
  end.left.facts.erase(end.left.facts.begin() + 2);
  written_behind = true;
  BOOST_TEST(text() == "1 0 0 1");
}

BOOST_AUTO_TEST_CASE(what_somebody_was_told_to_look_at_is_lost) { // §13, §30
  death.executions.push_back(ran("tests", 1));
  death.executions.back().shown = {"model"};
  end.left.executions.push_back(death.executions.back());
  undisturbed.left.executions = end.left.executions;
  BOOST_TEST(text() == "0 0 0 2");
  death.executions.back().shown = {"model", "api"};
  BOOST_TEST(text() == "1 0 0 2");
}

BOOST_AUTO_TEST_CASE(what_was_said_to_be_durable_is_lost) { // §30
  death.told = 3;
  BOOST_TEST(text() == "0 0 0 1");
  death.told = 5;
  BOOST_TEST(text() == "2 0 0 1");
}

BOOST_AUTO_TEST_CASE(what_had_ended_is_repeated) {
  end.left.executions.push_back(ran("model", 2));
  end.left.facts.push_back(assigned(6, "model", 2));
  undisturbed.left.executions.push_back(ran("model", 2));
  BOOST_TEST(text() == "0 2 0 1"); // both witnesses say so
}

BOOST_AUTO_TEST_CASE(what_was_worked_off_is_repeated) { // §13
  auto items = R"({"items":[{"from":"api","status":"succeeded"}]})";
  death.facts.push_back(assigned(4, "tests", 1, items));
  death.facts.push_back(succeeded(5, "tests", 1));
  end.left.facts = death.facts;
  end.left.facts.push_back(assigned(6, "tests", 2, items));
  BOOST_TEST(text() == "0 1 0 1");
}

BOOST_AUTO_TEST_CASE(more_than_was_cut_off_is_repeated) {
  end.left.executions.push_back(ran("draft", 3));
  BOOST_TEST(text() == "0 1 0 1");
}

BOOST_AUTO_TEST_CASE(another_end_is_seen) {
  end.projection = {"exit 1", accepted_line("model", 1, "draft")};
  BOOST_TEST(text() == "0 0 1 1");
}

BOOST_AUTO_TEST_CASE(a_handoff_that_was_accepted_twice_is_seen) { // rule 3
  end.projection.push_back(end.projection.back());
  BOOST_TEST(text() == "0 0 1 1");
}

BOOST_AUTO_TEST_CASE(only_what_was_made_again_need_not_be_accepted) { // §18
  end.projection = {"exit 0"};
  BOOST_TEST(text() == "0 0 1 1");
  journal_fact sent{4, "handoff-sent", "draft", "model", 0, 1, "", "", "", "",
                    ""};
  journal_fact again{5, "version-started", "model", "", 0, 2, "", "", "", "",
                     ""};
  death.facts = {death.facts[0], death.facts[1], death.facts[2], sent, again};
  end.left.facts = death.facts;
  BOOST_TEST(text() == "0 0 0 1");
}

BOOST_AUTO_TEST_SUITE_END()
