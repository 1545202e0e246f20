// SPDX-License-Identifier: BSD-3-Clause
// One case a claim of docs/semantics.md about changes that are requested (§17):
// who may ask for them, how often, and what then. What is made again because of
// them is engine_versions_test.cpp's.
#include "tests/support/team_builder.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using enum tutti::task_state;

namespace {

/// A person approves `deploy`, or sends `crud` back.
struct reviewed_team : team_builder {
  std::uint32_t crud = lane("crud");
  std::uint32_t release = lane("release");
  std::uint32_t deploy = gate("deploy", {crud}, {release});

  explicit reviewed_team(std::uint32_t rounds = 3) {
    rework(deploy, {crud}, rounds);
  }
};

struct person_reviews : reviewed_team {
  explicit person_reviews(std::uint32_t rounds = 3) : reviewed_team(rounds) {
    ask_person(deploy);
  }
};

/// The gate asks nobody: `tests` after each of two decides.
struct tests_review : team_builder {
  std::uint32_t x = lane("x");
  std::uint32_t y = lane("y");
  std::uint32_t tests = after_each("tests", {x, y});
  std::uint32_t release = lane("release");
  std::uint32_t deploy = gate("deploy", {x, y, tests}, {release});
};

} // namespace

BOOST_AUTO_TEST_SUITE(engine_rework)

BOOST_AUTO_TEST_CASE(what_is_sent_back_runs_again_as_the_next_version) { // §17
  person_reviews b;
  team_world w{b.get()};
  w.done(b.crud);
  BOOST_TEST(w.request_changes(b.deploy, {b.crud}, "Use UUIDs") == "");
  BOOST_TEST(w.runs(b.crud));
  BOOST_TEST(w.version(b.crud) == 2u);
  auto given = w.get().assignment_of(b.crud);
  BOOST_REQUIRE(given != nullptr);
  BOOST_TEST(given->round == 2u); // TUTTI_ROUND
  BOOST_TEST(given->feedback == "Use UUIDs");
  BOOST_TEST((w.gate(b.deploy) == gate_state::waiting));
  w.done(b.crud, told("ids", "uuid"));
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
  w.approve(b.deploy);
  BOOST_TEST(w.last(fact_kind::gate_opened)->version == 2u);
  w.done(b.release);
  BOOST_TEST(w.exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(a_round_is_recorded_with_whom_and_why) { // §17
  person_reviews b;
  team_world w{b.get()};
  w.done(b.crud);
  w.request_changes(b.deploy, {b.crud}, "Use UUIDs");
  const auto* f = w.last(fact_kind::rework_requested);
  BOOST_REQUIRE(f != nullptr);
  BOOST_TEST(f->subject == b.deploy);
  BOOST_TEST(f->version == 2u);
  BOOST_TEST((f->extra->tasks == std::vector{task_id{b.crud}}));
  BOOST_TEST(f->extra->text == "Use UUIDs");
  const auto* said = w.last(fact_kind::verdict_given);
  BOOST_TEST((said->extra->verdict == verdict::changes_requested));
  BOOST_TEST(said->extra->who == "ada");
}

BOOST_AUTO_TEST_CASE(to_may_be_omitted_where_only_one_is_possible) { // §17
  person_reviews b;
  team_world w{b.get()};
  w.done(b.crud);
  BOOST_TEST(w.request_changes(b.deploy) == "");
  BOOST_TEST(w.runs(b.crud));
}

BOOST_AUTO_TEST_CASE(where_more_are_possible_one_must_be_named) { // §17
  person_reviews b;
  auto page = b.lane("page");
  b.get().gates[b.deploy].needs.push_back(on_task(page));
  b.rework(b.deploy, {page});
  team_world w{b.get()};
  w.done({b.crud, page});
  BOOST_TEST(w.request_changes(b.deploy)
             == "say which task is to be done again: --to crud or --to page");
  BOOST_TEST(w.request_changes(b.deploy, {b.release})
             == "the gate's 'rework' does not send that task back, only crud "
                "and page");
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
  BOOST_TEST(w.request_changes(b.deploy, {b.crud, page}) == "");
  BOOST_TEST((w.runs(b.crud) && w.runs(page)));
}

BOOST_AUTO_TEST_CASE(without_rework_nothing_is_sent_back) { // §17
  team_builder b;
  auto crud = b.lane("crud");
  auto deploy = b.gate("deploy", {crud}, {});
  b.ask_person(deploy);
  team_world w{b.get()};
  w.done(crud);
  BOOST_TEST(w.request_changes(deploy, {crud})
             == "the gate has no 'rework': approve or reject it");
}

BOOST_AUTO_TEST_CASE(an_agent_sends_back_whom_it_names) { // §16, §17
  reviewed_team b;
  auto page = b.lane("page");
  b.get().gates[b.deploy].needs.push_back(on_task(page));
  b.rework(b.deploy, {page});
  auto review = b.ask_agent(b.deploy, "riley");
  team_world w{b.get()};
  w.done({b.crud, page});
  w.done(review, review_says("changes-requested", "page", "Align it"));
  BOOST_TEST((w.runs(page) && !w.runs(b.crud)));
  BOOST_TEST(w.get().assignment_of(page)->feedback == "Align it");
  w.done(page, told("aligned", "yes"));
  BOOST_TEST(w.runs(review)); // it is asked again, as a new version (§18)
  BOOST_TEST(w.version(review) == 2u);
  w.done(review, review_says("approved"));
  BOOST_TEST((w.gate(b.deploy) == gate_state::open));
}

BOOST_AUTO_TEST_CASE(an_agent_that_names_nobody_known_said_nothing) { // §16
  reviewed_team b;
  auto review = b.ask_agent(b.deploy, "riley");
  team_world w{b.get()};
  w.done(b.crud);
  w.done(review, review_says("changes-requested", "release"));
  BOOST_TEST(w.version(b.crud) == 1u);
  BOOST_TEST(w.runs(review)); // asked for its verdict again
}

BOOST_AUTO_TEST_CASE(the_approvals_of_a_round_are_lost_with_it) { // §18
  person_reviews b;
  auto review = b.ask_agent(b.deploy, "riley");
  b.approval(b.deploy).min = 2;
  team_world w{b.get()};
  w.done(b.crud);
  w.approve(b.deploy);
  w.done(review, review_says("changes-requested"));
  w.done(b.crud, told("try", "2"));
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
  w.done(review, review_says("approved"));
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked)); // of this round's two
  BOOST_TEST(w.approve(b.deploy) == "");
  BOOST_TEST((w.gate(b.deploy) == gate_state::open));
}

BOOST_AUTO_TEST_CASE(a_verdict_on_an_earlier_round_does_not_count) { // §18
  person_reviews b;
  auto review = b.ask_agent(b.deploy, "riley");
  b.approval(b.deploy).min = 1;
  team_world w{b.get()};
  w.done(b.crud);
  BOOST_TEST(w.runs(review));
  w.request_changes(b.deploy);
  w.done(b.crud, told("try", "2"));
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
  BOOST_TEST(w.attempt(review) == 1u); // it still looks at the first version
  w.done(review, review_says("approved"));
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
  BOOST_TEST(w.runs(review));
  w.done(review, review_says("approved"));
  BOOST_TEST((w.gate(b.deploy) == gate_state::open));
}

BOOST_AUTO_TEST_CASE(each_round_has_the_whole_time_of_the_approval) { // §16
  person_reviews b;
  b.approval(b.deploy).timeout = 24h;
  team_world w{b.get()};
  w.done(b.crud);
  w.wait_until(20h);
  w.request_changes(b.deploy);
  w.wait_until(30h); // nobody is asked meanwhile
  w.done(b.crud, told("try", "2"));
  w.wait_until(53h);
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
  w.wait_until(54h);
  BOOST_TEST((w.gate(b.deploy) == gate_state::rejected));
}

// -- §17: rounds --------------------------------------------------------------

BOOST_AUTO_TEST_CASE(max_rounds_is_reviews_in_all) { // §17
  person_reviews b{2};
  team_world w{b.get()};
  w.done(b.crud);
  BOOST_TEST(w.request_changes(b.deploy) == "");
  w.done(b.crud, told("try", "2"));
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
  BOOST_TEST(w.request_changes(b.deploy) == ""); // the second of two reviews
  BOOST_TEST((w.gate(b.deploy) == gate_state::rejected));
  BOOST_TEST(w.last(fact_kind::gate_rejected)->extra->text
             == "its rounds of rework are over");
  BOOST_TEST(w.version(b.crud) == 2u);
  BOOST_TEST((w.state(b.release) == skipped));
  BOOST_TEST(w.exit_code() == 3);
}

BOOST_AUTO_TEST_CASE(on_exhausted_may_approve) { // §17
  person_reviews b{1};
  b.get().gates[b.deploy].rework.on_exhausted = exhausted_action::approve;
  team_world w{b.get()};
  w.done(b.crud);
  w.request_changes(b.deploy);
  BOOST_TEST((w.gate(b.deploy) == gate_state::open));
  BOOST_TEST((w.runs(b.release) && !w.runs(b.crud)));
}

BOOST_AUTO_TEST_CASE(on_exhausted_may_ask_a_person) { // §17
  for (auto what : {verdict::approved, verdict::rejected}) {
    reviewed_team b{1};
    auto review = b.ask_agent(b.deploy, "riley");
    b.get().gates[b.deploy].rework.on_exhausted = exhausted_action::human;
    team_world w{b.get()};
    w.done(b.crud);
    w.done(review, review_says("changes-requested"));
    BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
    BOOST_TEST(!w.get().over());
    BOOST_TEST(w.person(what, b.deploy) == ""); // her word alone decides
    BOOST_TEST((w.gate(b.deploy)
                == (what == verdict::approved ? gate_state::open
                                              : gate_state::rejected)));
  }
}

BOOST_AUTO_TEST_CASE(a_person_who_decides_may_still_send_it_back) { // §17
  reviewed_team b{1};
  auto review = b.ask_agent(b.deploy, "riley");
  b.get().gates[b.deploy].rework.on_exhausted = exhausted_action::human;
  team_world w{b.get()};
  w.done(b.crud);
  w.done(review, review_says("changes-requested"));
  BOOST_TEST(w.request_changes(b.deploy) == "");
  BOOST_TEST(w.runs(b.crud));
  w.done(b.crud, told("try", "2"));
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
  BOOST_TEST((w.state(review) == left_out)); // its rounds are over
  BOOST_TEST(w.approve(b.deploy) == "");
  BOOST_TEST((w.gate(b.deploy) == gate_state::open));
}

BOOST_AUTO_TEST_CASE(where_a_person_decides_no_agent_does) { // §17
  reviewed_team b{1};
  auto riley = b.ask_agent(b.deploy, "riley");
  auto jordan = b.ask_agent(b.deploy, "jordan");
  b.approval(b.deploy).min = 2;
  b.get().gates[b.deploy].rework.on_exhausted = exhausted_action::human;
  team_world w{b.get()};
  w.done(b.crud);
  w.done(riley, review_says("changes-requested"));
  w.done(jordan, review_says("approved")); // too late to be heard
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
  BOOST_TEST(w.approve(b.deploy) == "");
  BOOST_TEST((w.gate(b.deploy) == gate_state::open));
}

// -- §17: failed after-each results -------------------------------------------

BOOST_AUTO_TEST_CASE(a_failed_run_after_it_sends_the_trigger_back) { // §17
  tests_review b;
  b.rework(b.deploy, {b.x, b.y});
  team_world w{b.get()};
  w.done(b.x);
  w.fails(b.tests, told("feedback", "three tests are red"));
  BOOST_TEST(w.runs(b.x));
  BOOST_TEST(w.version(b.x) == 2u);
  BOOST_TEST(w.get().assignment_of(b.x)->feedback == "three tests are red");
  BOOST_TEST(w.version(b.y) == 1u);
  w.done(b.x, told("mended", "yes"));
  BOOST_TEST(w.runs(b.tests));
  w.done({b.tests, b.y, b.tests});
  BOOST_TEST((w.state(b.tests) == succeeded));
  BOOST_TEST((w.gate(b.deploy) == gate_state::open));
}

BOOST_AUTO_TEST_CASE(without_feedback_it_says_where_to_look) { // §17
  for (bool message : {true, false}) {
    tests_review b;
    b.rework(b.deploy, {b.x, b.y});
    team_world w{b.get()};
    w.done(b.x);
    attempt_details d;
    d.message = message ? "no output for 600ms" : "";
    d.log = "logs/tests.1.log";
    auto e = engine_world::finished({b.tests, 1}, attempt_end::failure);
    e.details = std::make_shared<const attempt_details>(std::move(d));
    w.end_with(e);
    BOOST_TEST(w.version(b.x) == 2u);
    BOOST_TEST(w.get().assignment_of(b.x)->feedback
               == (message ? "no output for 600ms"
                           : "exit code 1, see logs/tests.1.log"));
  }
}

BOOST_AUTO_TEST_CASE(its_retries_come_first) { // §17
  tests_review b;
  b.rework(b.deploy, {b.x, b.y});
  b[b.tests].retries.max = 1;
  team_world w{b.get()};
  w.done(b.x);
  w.fails(b.tests);
  BOOST_TEST((w.runs(b.tests) && !w.runs(b.x)));
  w.fails(b.tests);
  BOOST_TEST(w.runs(b.x));
}

BOOST_AUTO_TEST_CASE(what_rework_does_not_allow_is_not_sent_back) { // §17
  tests_review b;
  b.rework(b.deploy, {b.y});
  team_world w{b.get()};
  w.done(b.x);
  w.fails(b.tests);
  BOOST_TEST(!w.runs(b.x));
  w.done({b.y, b.tests});
  BOOST_TEST((w.state(b.tests) == failed));
  BOOST_TEST((w.gate(b.deploy) == gate_state::closed));
}

BOOST_AUTO_TEST_CASE(failed_runs_are_counted_by_trigger) { // §17
  tests_review b;
  b.rework(b.deploy, {b.x, b.y}, 2);
  team_world w{b.get()};
  w.done(b.x);
  for (int i = 0; i < 2; ++i) { // up to max-rounds of them send it back
    w.fails(b.tests);
    BOOST_TEST(w.runs(b.x));
    w.done(b.x, told("try", std::to_string(i)));
  }
  w.fails(b.tests);
  BOOST_TEST(!w.runs(b.x)); // past that
  BOOST_TEST(w.version(b.x) == 3u);
  w.done(b.y);
  w.fails(b.tests);
  BOOST_TEST(w.runs(b.y)); // counts its own
  w.done(b.y, told("try", "2"));
  w.done(b.tests);
  BOOST_TEST((w.state(b.tests) == failed)); // for x
  BOOST_TEST((w.gate(b.deploy) == gate_state::closed));
  BOOST_TEST(w.exit_code() == 1);
}

BOOST_AUTO_TEST_CASE(failed_runs_use_up_no_review) { // §17
  tests_review b;
  b.ask_person(b.deploy);
  b.rework(b.deploy, {b.x, b.y}, 2);
  team_world w{b.get()};
  w.done({b.x, b.tests, b.y});
  w.fails(b.tests);
  w.done(b.y, told("try", "2"));
  w.done(b.tests);
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
  BOOST_TEST(w.last(fact_kind::approval_asked)->version == 1u);
  BOOST_TEST(w.request_changes(b.deploy, {b.x}) == "");
  BOOST_TEST(w.runs(b.x)); // the first review of two
}

BOOST_AUTO_TEST_SUITE_END()
