// SPDX-License-Identifier: BSD-3-Clause
// One case a claim of docs/semantics.md about gates and who opens them (§15,
// §16); the world checks the invariants after every step.
#include "tests/support/team_builder.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using enum tutti::task_state;

namespace {

/// `deploy` needs `crud` and blocks `release`; who approves is up to the case.
struct release_team : team_builder {
  std::uint32_t crud = lane("crud");
  std::uint32_t release = lane("release");
  std::uint32_t deploy = gate("deploy", {crud}, {release});
};

struct asked_person : release_team {
  asked_person() {
    ask_person(deploy);
  }
};

struct asked_riley : release_team {
  std::uint32_t review = ask_agent(deploy, "riley");
};

engine::verdict_arrives says(std::uint32_t gate, std::string who,
                             verdict what = verdict::approved) {
  engine::verdict_arrives e;
  e.gate = gate_id{gate};
  e.verdict = what;
  e.who = std::move(who);
  e.uid = 1000;
  return e;
}

/// What the approval came to when it was not asked for any more.
struct verdict_of_run {
  gate_state gate;
  task_state release;
  std::int32_t exit_code;

  friend bool operator==(const verdict_of_run&,
                         const verdict_of_run&) = default;
};

verdict_of_run outcome(const team_world& w, const release_team& b) {
  return {w.gate(b.deploy), w.state(b.release), w.exit_code()};
}

} // namespace

BOOST_AUTO_TEST_SUITE(engine_approval)

// -- §15: the states of a gate ------------------------------------------------

BOOST_AUTO_TEST_CASE(a_gate_waits_is_asked_and_opens) { // §15
  asked_person b;
  team_world w{b.get()};
  BOOST_TEST((w.gate(b.deploy) == gate_state::waiting));
  BOOST_TEST(w.approve(b.deploy) == "the gate still waits for what it needs");
  w.done(b.crud);
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
  BOOST_TEST((w.state(b.release) == waiting));
  BOOST_TEST(!w.get().over()); // a person can make it go on (§27)
  BOOST_TEST(w.approve(b.deploy) == "");
  BOOST_TEST((w.gate(b.deploy) == gate_state::open));
  w.done(b.release);
  BOOST_TEST(w.exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(a_gate_without_approval_opens_by_itself) { // §15
  release_team b;
  team_world w{b.get()};
  w.done(b.crud);
  BOOST_TEST((w.gate(b.deploy) == gate_state::open));
  BOOST_TEST(w.runs(b.release));
  BOOST_TEST(w.approve(b.deploy) == "the gate asks for no approval");
}

BOOST_AUTO_TEST_CASE(a_rejected_gate_skips_what_it_blocks) { // §15
  asked_person b;
  auto more = b.lane("more", {b.release});
  team_world w{b.get()};
  w.done(b.crud);
  BOOST_TEST(w.person(verdict::rejected, b.deploy) == "");
  BOOST_TEST(
      (outcome(w, b) == verdict_of_run{gate_state::rejected, skipped, 3}));
  BOOST_TEST((w.state(more) == skipped));
  const auto* skip = w.last(fact_kind::task_skipped);
  BOOST_TEST(skip != nullptr);
}

BOOST_AUTO_TEST_CASE(a_gate_closes_for_good_where_a_need_fails) { // §15
  asked_person b;
  team_world w{b.get()};
  w.fails(b.crud);
  BOOST_TEST((outcome(w, b) == verdict_of_run{gate_state::closed, skipped, 1}));
  BOOST_TEST(w.count(fact_kind::approval_asked) == 0u);
}

BOOST_AUTO_TEST_CASE(left_out_and_allowed_failures_do_not_close_it) { // §15
  release_team b;
  auto decides = b.lane("decides");
  auto optional = b.lane("optional", {decides});
  b[optional].condition = output_is_true(decides, "go");
  auto lint = b.lane("lint");
  b[lint].allow_failure = true;
  for (auto x : {optional, lint})
    b.get().gates[b.deploy].needs.push_back(on_task(x));
  team_world w{b.get()};
  w.done({b.crud, decides});
  BOOST_TEST((w.state(optional) == left_out));
  w.fails(lint);
  BOOST_TEST((w.gate(b.deploy) == gate_state::open));
}

BOOST_AUTO_TEST_CASE(to_need_a_gate_is_the_same_as_to_be_blocked) { // §15
  asked_person b;
  auto publish = b.lane("publish");
  auto sorry = b.lane("sorry");
  b[publish].needs = {on_gate(b.deploy)};
  b[sorry].needs = {on_gate(b.deploy, need_condition::failed)};
  team_world w{b.get()};
  w.done(b.crud);
  w.approve(b.deploy);
  BOOST_TEST((w.runs(publish) && w.runs(b.release)));
  BOOST_TEST((w.state(sorry) == skipped));
}

BOOST_AUTO_TEST_CASE(blocks_all_is_all_but_what_such_gates_need) { // §15
  team_builder b;
  auto verify = b.lane("verify");
  auto work = b.lane("work");
  auto go = b.gate("go", {verify}, {}, true);
  auto review = b.ask_agent(go, "riley");
  team_world w{b.get()};
  BOOST_TEST((w.runs(verify) && !w.runs(work)));
  w.done(verify);
  BOOST_TEST((w.runs(review) && !w.runs(work))); // not held back itself
  w.done(review, review_says("approved"));
  BOOST_TEST(w.runs(work));
}

// -- §16: who has a say -------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_list_needs_all_of_those_it_names) { // §16
  asked_riley b;
  b.ask_person(b.deploy);
  b.approval(b.deploy).min = 2; // as the loader makes it of a list
  team_world w{b.get()};
  w.done(b.crud);
  BOOST_TEST(w.approve(b.deploy) == "");
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
  w.done(b.review, review_says("approved"));
  BOOST_TEST((w.gate(b.deploy) == gate_state::open));
}

BOOST_AUTO_TEST_CASE(of_any_of_one_is_enough) { // §16
  asked_riley b;
  auto other = b.ask_agent(b.deploy, "jordan");
  b.approval(b.deploy).min = 1;
  team_world w{b.get()};
  w.done(b.crud);
  BOOST_TEST((w.runs(b.review) && w.runs(other)));
  w.done(other, review_says("approved"));
  BOOST_TEST((w.gate(b.deploy) == gate_state::open));
  // The other one has nothing to say any more.
  BOOST_TEST(w.told_to_end.contains({b.review, 1}));
  w.fails(b.review);
  BOOST_TEST((w.gate(b.deploy) == gate_state::open));
  w.done(b.release);
  BOOST_TEST(w.exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(min_counts_those_who_approved) { // §16
  asked_riley b;
  auto jordan = b.ask_agent(b.deploy, "jordan");
  auto quinn = b.ask_agent(b.deploy, "quinn");
  b.approval(b.deploy).min = 2;
  team_world w{b.get()};
  w.done(b.crud);
  w.done(jordan, review_says("approved"));
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
  w.done(quinn, review_says("approved"));
  BOOST_TEST((w.gate(b.deploy) == gate_state::open));
}

BOOST_AUTO_TEST_CASE(the_first_rejected_rejects) { // §16
  asked_riley b;
  auto jordan = b.ask_agent(b.deploy, "jordan");
  b.approval(b.deploy).min = 1;
  team_world w{b.get()};
  w.done(b.crud);
  w.done(jordan, review_says("rejected"));
  BOOST_TEST((w.gate(b.deploy) == gate_state::rejected));
  BOOST_TEST((w.state(b.release) == skipped));
  w.done(b.review, review_says("approved")); // too late
  BOOST_TEST((w.gate(b.deploy) == gate_state::rejected));
  BOOST_TEST(w.exit_code() == 3);
}

BOOST_AUTO_TEST_CASE(a_gate_is_approved_once) { // §16
  asked_riley b;
  b.ask_person(b.deploy);
  b.approval(b.deploy).min = 2;
  team_world w{b.get()};
  w.done(b.crud);
  w.approve(b.deploy);
  BOOST_TEST(w.approve(b.deploy) == "ada has approved it already");
  BOOST_TEST(
      (w.gate(b.deploy) == gate_state::asked)); // it does not count twice
  w.done(b.review, review_says("approved"));
  BOOST_TEST(w.approve(b.deploy) == "the gate is decided: open");
  BOOST_TEST(w.person(verdict::rejected, b.deploy)
             == "the gate is decided: open");
  BOOST_TEST(w.count(fact_kind::verdict_given) == 2u);
}

BOOST_AUTO_TEST_CASE(people_together_are_one_of_those_who_are_asked) { // §16
  asked_riley b;
  b.ask_person(b.deploy);
  b.approval(b.deploy).min = 2; // the person and riley, not two people
  team_world w{b.get()};
  w.done(b.crud);
  w.approve(b.deploy);
  w.event(says(b.deploy, "grace"));
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
  w.done(b.review, review_says("approved"));
  BOOST_TEST((w.gate(b.deploy) == gate_state::open));
}

BOOST_AUTO_TEST_CASE(a_process_of_the_run_is_no_person) { // §16
  asked_person b;
  team_world w{b.get()};
  for (auto what :
       {verdict::approved, verdict::changes_requested, verdict::rejected}) {
    auto e = says(b.deploy, "ada", what);
    e.from_run = true;
    BOOST_TEST(w.event(e) == "a process of the run itself has no say in it");
    if (w.runs(b.crud))
      w.done(b.crud);
    BOOST_TEST(w.event(e) == "a process of the run itself has no say in it");
  }
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
  BOOST_TEST(w.count(fact_kind::verdict_given) == 0u);
}

BOOST_AUTO_TEST_CASE(nobody_speaks_as_an_agent) { // §16
  asked_person b;
  team_world w{b.get()};
  w.done(b.crud);
  for (auto what :
       {verdict::approved, verdict::changes_requested, verdict::rejected})
    BOOST_TEST(w.event(says(b.deploy, "crud", what))
               == "'crud' is an agent of this plan: say as whom you decide "
                  "(--as NAME)");
}

BOOST_AUTO_TEST_CASE(a_review_that_is_cancelled_counts) { // §16, §26, §27
  asked_riley b;
  team_world w{b.get()};
  w.done(b.crud);
  w.event(engine::cancel_requested{task_id{b.review}});
  w.ends(b.review, attempt_end::cancelled);
  BOOST_TEST((outcome(w, b) == verdict_of_run{gate_state::closed, skipped, 1}));
}

BOOST_AUTO_TEST_CASE(a_cancelled_review_that_is_retried_counts_no_more) { // §26
  asked_riley b;
  auto other = b.lane("other"); // the run goes on meanwhile
  team_world w{b.get()};
  w.done(b.crud);
  w.event(engine::cancel_requested{task_id{b.review}});
  w.ends(b.review, attempt_end::cancelled);
  BOOST_TEST(w.get().counts().cancelled == 1u);
  BOOST_TEST(w.event(engine::retry_requested{task_id{b.review}}) == "");
  BOOST_TEST(w.get().counts().cancelled == 0u);
  w.done(b.review, review_says("approved"));
  w.done({b.release, other});
  BOOST_TEST(w.exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(a_review_that_nobody_needs_any_more_counts_not) { // §16
  asked_riley b;
  b.ask_person(b.deploy);
  b.approval(b.deploy).min = 1;
  team_world w{b.get()};
  w.done(b.crud);
  w.approve(b.deploy);
  w.ends(b.review, attempt_end::cancelled);
  BOOST_TEST((w.state(b.review) == cancelled));
  w.done(b.release);
  BOOST_TEST(w.exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(where_only_agents_are_asked_people_have_no_say) { // §16
  asked_riley b;
  team_world w{b.get()};
  w.done(b.crud);
  BOOST_TEST(w.approve(b.deploy)
             == "only its reviewing agents decide on this gate");
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
}

BOOST_AUTO_TEST_CASE(each_verdict_is_recorded) { // §16
  asked_person b;
  team_world w{b.get()};
  w.done(b.crud);
  w.wait_until(90s);
  auto e = says(b.deploy, "ada");
  e.text = "Well done";
  w.event(e);
  const auto* f = w.last(fact_kind::verdict_given);
  BOOST_REQUIRE(f != nullptr);
  BOOST_TEST(f->subject == b.deploy);
  BOOST_TEST((f->at == duration{90s}));
  BOOST_TEST(f->version == 1u); // of the review
  BOOST_TEST(f->extra->who == "ada");
  BOOST_TEST(f->extra->uid == 1000u);
  BOOST_TEST(f->extra->text == "Well done");
  BOOST_TEST((f->extra->verdict == verdict::approved));
}

BOOST_AUTO_TEST_CASE(what_it_released_gets_the_comment) { // §7, §16
  asked_person b;
  team_world w{b.get()};
  w.done(b.crud);
  auto e = says(b.deploy, "ada");
  e.text = "Well done";
  w.step(e);
  auto given = w.get().assignment_of(b.release);
  BOOST_REQUIRE(given != nullptr);
  BOOST_REQUIRE_EQUAL(given->comments.size(), 1u);
  BOOST_TEST(given->comments[0].text == "Well done");
}

// -- §16: time ----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_approval_that_takes_too_long_is_rejected) { // §16
  asked_person b;
  b.approval(b.deploy).timeout = 24h;
  team_world w{b.get()};
  w.wait_until(1h);
  w.done(b.crud);
  w.wait_until(25h - 1s); // the time runs from asked
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
  w.wait_until(25h);
  BOOST_TEST(
      (outcome(w, b) == verdict_of_run{gate_state::rejected, skipped, 3}));
  BOOST_TEST(w.last(fact_kind::gate_rejected)->extra->text
             == "nobody decided in time");
}

BOOST_AUTO_TEST_CASE(on_timeout_may_approve) { // §16
  asked_person b;
  b.approval(b.deploy).timeout = 24h;
  b.approval(b.deploy).on_timeout = exhausted_action::approve;
  team_world w{b.get()};
  w.done(b.crud);
  w.wait_until(24h);
  BOOST_TEST((w.gate(b.deploy) == gate_state::open));
  BOOST_TEST(w.runs(b.release));
}

BOOST_AUTO_TEST_CASE(on_timeout_may_ask_a_person) { // §16
  asked_riley b;
  b.approval(b.deploy).timeout = 1h;
  b.approval(b.deploy).on_timeout = exhausted_action::human;
  team_world w{b.get()};
  w.done(b.crud);
  w.wait_until(1h);
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
  BOOST_TEST(w.told_to_end.contains({b.review, 1})); // it took too long
  w.done(b.review, review_says("rejected"));
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
  BOOST_TEST(!w.get().over());
  BOOST_TEST(w.approve(b.deploy) == "");
  BOOST_TEST((w.gate(b.deploy) == gate_state::open));
}

BOOST_AUTO_TEST_CASE(a_gate_approved_after_its_timeout_stays_rejected) { // §16
  asked_person b;
  auto more = b.lane("more"); // so that the run goes on
  b.approval(b.deploy).timeout = 24h;
  team_world w{b.get()};
  w.done(b.crud);
  w.wait_until(24h);
  BOOST_TEST(w.approve(b.deploy) == "the gate is decided: rejected");
  BOOST_TEST((w.state(b.release) == skipped));
  w.done(more);
  BOOST_TEST(w.exit_code() == 3);
}

BOOST_AUTO_TEST_CASE(the_time_of_an_approval_that_came_is_no_matter) { // §24
  asked_person b;
  b.approval(b.deploy).timeout = 24h;
  team_world w{b.get()};
  w.done(b.crud);
  w.approve(b.deploy);
  w.wait_until(24h);
  BOOST_REQUIRE_EQUAL(w.rejects.size(), 1u);
  BOOST_TEST((w.rejects[0] == engine::reject_reason::stale_timer));
  BOOST_TEST(w.runs(b.release));
}

// -- §16: reviewing agents ----------------------------------------------------

BOOST_AUTO_TEST_CASE(a_review_starts_when_approval_is_asked) { // §16
  asked_riley b;
  b[b.review].needs = {on_task(b.crud)}; // the gate's handoffs
  team_world w{b.get()};
  BOOST_TEST((w.state(b.review) == waiting));
  w.done(b.crud);
  BOOST_TEST(w.runs(b.review));
  BOOST_TEST(w.handoffs(b.crud, b.review) == 1u);
  w.done(b.review, review_says("approved", "", "Well done"));
  BOOST_TEST((w.gate(b.deploy) == gate_state::open));
  const auto* f = w.last(fact_kind::verdict_given);
  BOOST_TEST(f->extra->who == "riley");
  BOOST_TEST(f->extra->text == "Well done");
}

BOOST_AUTO_TEST_CASE(a_missing_verdict_is_asked_for_three_times) { // §16
  asked_riley b;
  b[b.review].retries.max = 5; // it did not fail: they are not for this
  team_world w{b.get()};
  w.done(b.crud);
  w.done(b.review);
  BOOST_TEST(w.runs(b.review));
  w.done(b.review, review_says("perhaps"));
  BOOST_TEST(w.runs(b.review));
  w.done(b.review);
  BOOST_TEST((w.state(b.review) == error));
  BOOST_TEST(w.begun(b.review) == 3u);
  BOOST_TEST((outcome(w, b) == verdict_of_run{gate_state::closed, skipped, 1}));
}

BOOST_AUTO_TEST_CASE(a_verdict_at_the_third_time_is_good) { // §16
  asked_riley b;
  team_world w{b.get()};
  w.done(b.crud);
  w.done(b.review);
  w.done(b.review);
  w.done(b.review, review_says("approved"));
  BOOST_TEST((w.gate(b.deploy) == gate_state::open));
}

BOOST_AUTO_TEST_CASE(a_review_that_fails_past_its_retries_closes_the_gate) {
  asked_riley b; // §16
  b[b.review].retries.max = 1;
  team_world w{b.get()};
  w.done(b.crud);
  w.fails(b.review);
  BOOST_TEST(w.runs(b.review));
  w.fails(b.review, review_says("approved")); // a failure says nothing
  BOOST_TEST((w.state(b.review) == error));
  BOOST_TEST((outcome(w, b) == verdict_of_run{gate_state::closed, skipped, 1}));
}

BOOST_AUTO_TEST_CASE(to_ask_for_changes_without_rework_is_no_verdict) { // §17
  asked_riley b;
  team_world w{b.get()};
  w.done(b.crud);
  w.done(b.review, review_says("changes-requested"));
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked)); // it is asked again
  BOOST_TEST(w.runs(b.review));
}

// -- §27: waiting for people --------------------------------------------------

BOOST_AUTO_TEST_CASE(with_no_wait_the_run_ends_at_what_is_asked) { // §27
  asked_person b;
  team_world w{b.get(), {engine::graph_options::no_jobs_limit, 1, true}};
  w.done(b.crud);
  BOOST_TEST((w.last(fact_kind::run_ended)->status == run_status::waiting));
  BOOST_TEST(w.exit_code() == 6);
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
}

BOOST_AUTO_TEST_CASE(the_run_waits_for_a_verdict_that_blocks_nothing) { // §27
  team_builder b;
  auto crud = b.lane("crud");
  auto seal = b.gate("seal", {crud}, {});
  b.ask_person(seal);
  team_world w{b.get()};
  w.done(crud);
  BOOST_TEST(!w.get().over());
  w.person(verdict::rejected, seal);
  BOOST_TEST(w.exit_code() == 3);
}

BOOST_AUTO_TEST_SUITE_END()
