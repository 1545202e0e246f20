// SPDX-License-Identifier: BSD-3-Clause
// What the judge says of nodes: facts by hand that break one rule each, beside
// a run that breaks none (semantics §32, §33).
#include "runtime/play/rules.hpp"
#include "tests/support/node_facts.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;

namespace {

struct fixture : spread_team {
  std::vector<std::string> broken;
  std::unique_ptr<play::rules> judge;

  play::rules& of() {
    if (!judge) {
      play::rules_options how;
      how.broken = [this](std::string x) {
        broken.push_back(std::move(x));
      };
      judge = std::make_unique<play::rules>(value, std::move(how));
    }
    return *judge;
  }
  /// The first rule that these facts break.
  std::string verdict(const std::vector<fact>& xs) {
    for (const auto& x : xs)
      of().on(x);
    return broken.empty() ? "" : broken.front();
  }
  void lose_box1() {
    auto facts = until_lost();
    // `write` is given out as all others are.
    facts.insert(facts.begin() + 5, assigned(0s, write, ada));
    BOOST_TEST(verdict(facts) == "");
    BOOST_TEST(verdict(the_loss()) == "");
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_play_node_rules, fixture)

BOOST_AUTO_TEST_CASE(a_good_loss_breaks_none) { // §33, row 12
  lose_box1();
  auto said = verdict(the_second_try());
  BOOST_TEST(said == "");
  said = verdict(
      {late(12s, train, quinn), node_fact(fact_kind::node_gone, 13s, "box1"),
       finished(14s, train, quinn, task_state::succeeded, 0, 2),
       assigned(14s, deploy, quinn, {}, 2), started(14s, deploy, quinn, 2),
       finished(15s, deploy, quinn, task_state::succeeded, 0, 2),
       finished(15s, write, ada), make_fact(fact_kind::run_ended, 15s)});
  BOOST_TEST(said == "");
  of().at_end(0);
  of().at_end_of_late();
  BOOST_TEST(broken.empty());
}

BOOST_AUTO_TEST_CASE(exclusive_work_that_is_given_out_too_early) { // §33
  lose_box1();
  auto said = verdict(
      {placed(10s, quinn, "box2", 2), assigned(10s, deploy, quinn, {}, 2)});
  BOOST_TEST(said
             == "rule 6: deploy is given out though it is exclusive and its "
                "last attempt, on node box1, may be alive (§33)");
}

BOOST_AUTO_TEST_CASE(exclusive_work_waits_for_the_node_that_joins_again) {
  lose_box1();
  auto said =
      verdict({joined(11s, "box1", "gpu", 1), placed(11s, quinn, "box1", 2),
               assigned(11s, deploy, quinn, {}, 2)});
  BOOST_TEST(said == "");
}

BOOST_AUTO_TEST_CASE(exclusive_work_that_had_not_begun_may_have) { // §33
  auto facts = until_lost();
  facts.insert(facts.begin() + 5, assigned(0s, write, ada));
  facts.pop_back(); // deploy was given out, and nobody heard that it began
  auto revoked = make_fact(fact_kind::attempt_revoked, 10s, deploy);
  revoked.agent = quinn;
  revoked.attempt = 1;
  revoked.end = attempt_end::node_lost;
  auto loss = the_loss();
  loss[2] = revoked;
  BOOST_TEST(verdict(facts) == "");
  BOOST_TEST(verdict(loss) == "");
  auto said = verdict(
      {placed(10s, quinn, "box2", 2), assigned(10s, deploy, quinn, {}, 2)});
  BOOST_TEST(said.find("rule 6: deploy is given out though it is exclusive")
             == 0u);
}

BOOST_AUTO_TEST_CASE(work_for_an_agent_that_is_on_no_node) { // rule 1
  auto said = verdict({joined(0s, "local", "", 0), ready(0s, train),
                       assigned(0s, train, quinn)});
  BOOST_TEST(said
             == "rule 1: train is given to agent quinn, which is on no node");
}

BOOST_AUTO_TEST_CASE(work_for_an_agent_on_a_lost_node) { // rule 1
  lose_box1();
  auto said = verdict({placed(10s, quinn, "box2", 2),
                       node_fact(fact_kind::node_lost, 11s, "box2", "it left"),
                       assigned(11s, train, quinn, {}, 2)});
  BOOST_TEST(said
             == "rule 1: train is given to agent quinn on node box2, which is "
                "lost");
}

BOOST_AUTO_TEST_CASE(places_are_numbered_without_a_gap) { // §32
  auto said =
      verdict({joined(0s, "box1", "gpu", 1), placed(0s, quinn, "box1", 2)});
  BOOST_TEST(said == "rule 6: place 2 of agent quinn follows on place 0");
}

BOOST_AUTO_TEST_CASE(an_agent_is_on_one_node_at_a_time) { // §32
  auto said =
      verdict({joined(0s, "box1", "gpu", 1), joined(0s, "box2", "gpu", 1),
               placed(0s, quinn, "box1"), placed(1s, quinn, "box2", 2)});
  BOOST_TEST(said
             == "rule 6: agent quinn is placed on node box2 while it is on "
                "node box1");
}

BOOST_AUTO_TEST_CASE(a_node_that_lacks_a_label) { // §32
  auto said =
      verdict({joined(0s, "box1", "linux", 1), placed(0s, quinn, "box1")});
  BOOST_TEST(said
             == "rule 1: agent quinn is placed on node box1, which has not all "
                "that it asks for");
}

BOOST_AUTO_TEST_CASE(a_node_that_is_drained_gets_no_agent) { // §32
  auto said = verdict({joined(0s, "box1", "gpu", 1),
                       node_fact(fact_kind::node_draining, 0s, "box1"),
                       placed(0s, quinn, "box1")});
  BOOST_TEST(said
             == "rule 1: agent quinn is placed on node box1, which is drained");
}

BOOST_AUTO_TEST_CASE(an_agent_that_leaves_its_work_behind) { // rule 6
  auto said = verdict({joined(0s, "box1", "gpu", 1), placed(0s, quinn, "box1"),
                       ready(0s, train), assigned(0s, train, quinn),
                       unplaced(1s, quinn, "box1", "its node is drained")});
  BOOST_TEST(said
             == "rule 6: agent quinn leaves node box1 while attempt 1 of train "
                "is with it");
}

BOOST_AUTO_TEST_CASE(two_current_attempts) { // rule 6
  auto said = verdict({joined(0s, "box1", "gpu", 1), placed(0s, quinn, "box1"),
                       ready(0s, train), assigned(0s, train, quinn),
                       assigned(1s, train, quinn, {}, 2)});
  BOOST_TEST(said
             == "rule 6: train is given out as attempt 2 while attempt 1 is "
                "current");
}

BOOST_AUTO_TEST_CASE(more_on_a_node_than_it_has_slots) { // rule 2
  auto said = verdict({joined(0s, "box2", "gpu", 1), placed(0s, quinn, "box2"),
                       ready(0s, train), ready(0s, deploy),
                       assigned(0s, train, quinn), assigned(0s, deploy, quinn),
                       started(0s, train, quinn), started(0s, deploy, quinn)});
  BOOST_TEST(said == "rule 2: 2 attempts run on node box2, it has 1 slots");
}

BOOST_AUTO_TEST_CASE(a_late_result_of_what_was_not_lost) { // rule 6, row 11
  auto said = verdict({joined(0s, "box1", "gpu", 1), placed(0s, quinn, "box1"),
                       ready(0s, train), assigned(0s, train, quinn),
                       started(0s, train, quinn), late(1s, deploy, quinn)});
  BOOST_TEST(said
             == "rule 6: a late result of attempt 1 of deploy is recorded, and "
                "nobody sent one");
}

// The node may not have heard that it was taken: that is none that was late.
BOOST_AUTO_TEST_CASE(a_result_that_was_taken_is_not_late_after_the_loss) {
  auto facts = until_lost();
  facts.insert(facts.begin() + 5, assigned(0s, write, ada));
  BOOST_TEST(verdict(facts) == "");
  auto again = late(12s, train, quinn);
  auto said = verdict(
      {finished(9s, train, quinn),
       node_fact(fact_kind::node_lost, 10s, "box1", "it has not answered"),
       lost(10s, deploy, quinn),
       unplaced(10s, quinn, "box1", "it has not answered"), again});
  BOOST_TEST(said
             == "rule 6: a late result of attempt 1 of train is recorded, and "
                "nobody sent one");
}

BOOST_AUTO_TEST_CASE(a_handoff_is_accepted_once_in_each_place) { // rule 3
  auto sent = make_fact(fact_kind::handoff_sent, 1s, train);
  sent.cause = write;
  auto accepted = sent;
  accepted.kind = fact_kind::handoff_accepted;
  lose_box1();
  auto said =
      verdict({sent, accepted, placed(10s, quinn, "box2", 2), sent, accepted});
  BOOST_TEST(said == "");
  said = verdict({accepted});
  BOOST_TEST(said
             == "rule 3: the handoff write -> train v1 is accepted 3 times");
}

BOOST_AUTO_TEST_CASE(a_node_that_nobody_is_on_may_go) { // §32
  auto said = verdict({make_fact(fact_kind::run_started, 0s),
                       joined(0s, "box1", "gpu", 4), placed(0s, quinn, "box1"),
                       node_fact(fact_kind::node_draining, 1s, "box1"),
                       unplaced(1s, quinn, "box1", "its node is drained"),
                       node_fact(fact_kind::node_gone, 1s, "box1")});
  BOOST_TEST(said == "");
}

BOOST_AUTO_TEST_CASE(a_node_goes_from_under_its_agent) { // §32
  auto said = verdict({make_fact(fact_kind::run_started, 0s),
                       joined(0s, "box1", "gpu", 4), placed(0s, quinn, "box1"),
                       node_fact(fact_kind::node_gone, 1s, "box1")});
  BOOST_TEST(said
             == "rule 6: nothing of node box1 is alive any more, but it was "
                "not lost");
}

BOOST_AUTO_TEST_CASE(what_is_said_of_a_node_that_was_not_lost) { // §33
  auto said = verdict({node_fact(fact_kind::node_gone, 1s, "box1")});
  BOOST_TEST(
      said
      == "rule 6: nothing of node box1 is alive any more, but it was not "
         "lost");
}

BOOST_AUTO_TEST_CASE(a_lost_result_is_made_again) { // §2
  auto facts = until_lost();
  facts.insert(facts.begin() + 5, assigned(0s, write, ada));
  BOOST_TEST(verdict(facts) == "");
  auto run_lost = make_fact(fact_kind::run_lost, 10s, train);
  run_lost.agent = quinn;
  auto loss = the_loss();
  loss[1] = run_lost;
  BOOST_TEST(
      verdict({finished(3s, train, quinn, task_state::waiting_to_integrate)})
      == "");
  BOOST_TEST(verdict(loss) == "");
  auto said = verdict(
      {placed(10s, quinn, "box2", 2), assigned(10s, train, quinn, {}, 2)});
  BOOST_TEST(said == "");
  said = verdict({run_lost});
  BOOST_TEST(said == "rule 4: train is to run again, but it is ready");
}

BOOST_AUTO_TEST_SUITE_END()
