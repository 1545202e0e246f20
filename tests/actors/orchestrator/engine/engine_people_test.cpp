// SPDX-License-Identifier: BSD-3-Clause
// One case a claim of semantics §26 about what people ask of a live run; the
// world checks the invariants after every step.
#include "tests/support/team_builder.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using enum tutti::task_state;

namespace {

std::string cancel(team_world& w, std::uint32_t t) {
  return w.event(engine::cancel_requested{task_id{t}});
}
std::string retry(team_world& w, std::uint32_t t) {
  return w.event(engine::retry_requested{task_id{t}});
}
std::string pause(team_world& w, std::uint32_t t) {
  return w.event(engine::pause_requested{task_id{t}});
}
std::string resume(team_world& w, std::uint32_t t) {
  return w.event(engine::resume_requested{task_id{t}});
}

/// x ─▶ y ─▶ z, and `goes_on` beside them keeps the run alive.
struct row : team_builder {
  std::uint32_t x = lane("x");
  std::uint32_t y = lane("y", {x});
  std::uint32_t z = lane("z", {y});
  std::uint32_t goes_on = lane("goes-on");
};

} // namespace

// row 23: cancel in every state
BOOST_AUTO_TEST_SUITE(engine_people)

// -- cancel -------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(what_waits_is_cancelled_for_good) { // §26
  row b;
  team_world w{b.get()};
  BOOST_TEST(cancel(w, b.y) == "");
  BOOST_TEST((w.state(b.y) == cancelled));
  BOOST_TEST((w.state(b.z) == skipped));
  w.done(b.x);
  BOOST_TEST(w.begun(b.y) == 0u);
  w.done(b.goes_on);
  BOOST_TEST((w.last(fact_kind::run_ended)->status == run_status::failed));
}

BOOST_AUTO_TEST_CASE(what_is_queued_is_taken_back_and_cancelled) { // §26
  row b;
  auto queued = b.beside(b.x, "queued");
  b[b.x].priority = 1;
  team_world w{b.get()};
  BOOST_TEST((w.state(queued) == ready));
  cancel(w, queued);
  BOOST_TEST((w.state(queued) == cancelled));
  w.done(b.x);
  BOOST_TEST(w.begun(queued) == 0u);
}

BOOST_AUTO_TEST_CASE(what_runs_is_ended_and_gets_no_retry) { // §26
  row b;
  b[b.x].retries.max = 3;
  team_world w{b.get()};
  cancel(w, b.x);
  BOOST_TEST(w.told_to_end.contains({b.x, 1}));
  BOOST_TEST((w.state(b.x) == running)); // until its process is gone
  w.fails(b.x);
  BOOST_TEST((w.state(b.x) == cancelled));
  BOOST_TEST((w.state(b.y) == skipped));
}

BOOST_AUTO_TEST_CASE(a_success_while_cancelling_is_accepted) { // §26
  row b;
  team_world w{b.get()};
  cancel(w, b.x);
  w.done(b.x);
  BOOST_TEST((w.state(b.x) == succeeded));
  BOOST_TEST(w.runs(b.y));
}

BOOST_AUTO_TEST_CASE(what_waits_for_its_retry_is_cancelled) { // §26
  row b;
  b[b.x].retries = {3, 1min, 2.0, 1h};
  team_world w{b.get()};
  w.fails(b.x);
  cancel(w, b.x);
  BOOST_TEST((w.state(b.x) == cancelled));
  w.wait_until(2min);
  BOOST_TEST(w.begun(b.x) == 1u);
}

BOOST_AUTO_TEST_CASE(what_waits_to_integrate_or_integrates_is_cancelled) {
  for (bool parked : {true, false}) { // §26
    row b;
    b.integrate(b.x, {b.goes_on});
    auto last = b.lane("last");
    team_world w{b.get()};
    w.done(b.x);
    if (!parked)
      w.done(b.goes_on);
    BOOST_TEST((w.state(b.x) == (parked ? waiting_to_integrate : integrating)));
    cancel(w, b.x);
    if (!parked)
      w.fails(b.x);
    BOOST_TEST((w.state(b.x) == cancelled));
    BOOST_TEST((w.state(b.y) == skipped));
    BOOST_TEST(w.runs(last));
  }
}

BOOST_AUTO_TEST_CASE(what_waits_inside_is_ended) { // §20, §26
  row b;
  b.integrate(b.x, {b.goes_on});
  team_world w{b.get()};
  w.event(engine::wait_begins{task_id{b.x}, 1});
  cancel(w, b.x);
  BOOST_TEST(w.told_to_end.contains({b.x, 1}));
  w.fails(b.x);
  BOOST_TEST((w.state(b.x) == cancelled));
}

BOOST_AUTO_TEST_CASE(an_after_each_task_is_cancelled_with_its_backlog) { // §26
  team_builder b;
  auto x = b.lane("x");
  auto y = b.lane("y");
  auto tests = b.after_each("tests", {x, y});
  team_world w{b.get()};
  w.done({x, y});
  cancel(w, tests);
  w.fails(tests);
  BOOST_TEST((w.state(tests) == cancelled));
  BOOST_TEST(w.get().over());
  BOOST_TEST(w.begun(tests) == 1u);
}

BOOST_AUTO_TEST_CASE(what_has_ended_is_not_cancelled) { // §26
  row b;
  team_world w{b.get()};
  w.done(b.x);
  BOOST_TEST(cancel(w, b.x) == "it has ended: succeeded");
  BOOST_TEST((w.state(b.x) == succeeded));
}

// -- retry --------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_retry_brings_its_skipped_dependents_back) { // §26
  row b;
  auto deploy = b.gate("deploy", {b.z}, {});
  team_world w{b.get()};
  w.fails(b.x);
  BOOST_TEST((w.state(b.z) == skipped));
  BOOST_TEST((w.gate(deploy) == gate_state::closed));
  BOOST_TEST(retry(w, b.x) == "");
  BOOST_TEST(w.runs(b.x));
  BOOST_TEST((w.state(b.y) == waiting && w.state(b.z) == waiting));
  BOOST_TEST((w.gate(deploy) == gate_state::waiting));
  w.done({b.x, b.y, b.z, b.goes_on});
  BOOST_TEST((w.gate(deploy) == gate_state::open));
  BOOST_TEST(w.exit_code() == 0); // nothing of the failure is left
}

BOOST_AUTO_TEST_CASE(a_retry_has_fresh_retries) { // §26
  row b;
  b[b.x].retries.max = 1;
  team_world w{b.get()};
  w.fails(b.x);
  w.fails(b.x);
  BOOST_TEST((w.state(b.x) == failed));
  retry(w, b.x);
  w.fails(b.x);
  BOOST_TEST(w.runs(b.x));
}

BOOST_AUTO_TEST_CASE(what_was_cancelled_may_be_retried) { // §26
  row b;
  team_world w{b.get()};
  cancel(w, b.x);
  w.fails(b.x);
  BOOST_TEST(retry(w, b.x) == "");
  BOOST_TEST(w.runs(b.x));
  BOOST_TEST((w.state(b.y) == waiting));
}

BOOST_AUTO_TEST_CASE(what_is_skipped_for_another_reason_stays_so) { // §26
  row b;
  auto other = b.lane("other");
  b[b.y].needs.push_back(on_task(other));
  team_world w{b.get()};
  w.fails(b.x);
  w.fails(other);
  retry(w, b.x);
  w.done(b.x);
  BOOST_TEST((w.state(b.y) == skipped)); // `other` has still failed
  retry(w, other);
  w.done(other);
  BOOST_TEST(w.runs(b.y));
}

BOOST_AUTO_TEST_CASE(what_failed_for_a_later_need_integrates_only) { // §11, §26
  row b;
  b.integrate(b.y, {b.goes_on});
  b[b.y].needs.clear();
  auto keeps = b.lane("keeps");
  team_world w{b.get()};
  w.done(b.y);
  w.fails(b.goes_on);
  BOOST_TEST((w.state(b.y) == failed));
  BOOST_TEST(retry(w, b.y) == "what it needs later did not come; retry that");
  BOOST_TEST(retry(w, b.goes_on) == "");
  BOOST_TEST((w.state(b.y) == waiting_to_integrate));
  w.done(b.goes_on);
  BOOST_TEST((w.state(b.y) == integrating));
  w.done({b.y, b.x, b.z, keeps});
  BOOST_TEST(w.begun(b.y) == 1u);
  BOOST_TEST(w.exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(only_what_failed_is_retried) { // §26
  row b;
  team_world w{b.get()};
  BOOST_TEST(retry(w, b.y)
             == "only what failed or was cancelled is retried; it is waiting");
  w.done(b.x);
  BOOST_TEST(
      retry(w, b.x)
      == "only what failed or was cancelled is retried; it is succeeded");
}

BOOST_AUTO_TEST_CASE(a_review_is_retried_by_asking_again) { // §16, §26
  row b;
  auto deploy = b.gate("deploy", {b.x}, {});
  auto review = b.ask_agent(deploy, "riley");
  team_world w{b.get()};
  w.done(b.x);
  w.fails(review);
  BOOST_TEST((w.gate(deploy) == gate_state::closed));
  BOOST_TEST(retry(w, review) == "");
  BOOST_TEST((w.gate(deploy) == gate_state::asked));
  w.done(review, review_says("approved"));
  BOOST_TEST((w.gate(deploy) == gate_state::open));
}

BOOST_AUTO_TEST_CASE(a_stopping_run_retries_nothing) { // §26
  row b;
  team_world w{b.get()};
  w.fails(b.x);
  w.stop();
  BOOST_TEST(retry(w, b.x) == "the run is stopping");
}

// -- pause and resume ---------------------------------------------------------

BOOST_AUTO_TEST_CASE(what_is_paused_is_not_started_until_resumed) { // §26
  row b;
  team_world w{b.get()};
  BOOST_TEST(pause(w, b.y) == "");
  w.done({b.x, b.goes_on});
  BOOST_TEST((w.state(b.y) == ready));
  BOOST_TEST(!w.runs(b.y));
  BOOST_TEST(!w.get().over()); // it keeps the run going (§27)
  BOOST_TEST(resume(w, b.y) == "");
  BOOST_TEST(w.runs(b.y));
}

BOOST_AUTO_TEST_CASE(what_is_queued_is_taken_back) { // §26
  row b;
  auto queued = b.beside(b.x, "queued");
  b[b.x].priority = 1;
  team_world w{b.get()};
  pause(w, queued);
  w.done(b.x);
  BOOST_TEST(!w.runs(queued));
  resume(w, queued);
  BOOST_TEST(w.runs(queued));
}

BOOST_AUTO_TEST_CASE(what_runs_finishes) { // §26
  row b;
  b[b.x].retries.max = 1;
  team_world w{b.get()};
  pause(w, b.x);
  BOOST_TEST((w.runs(b.x) && w.told_to_end.empty()));
  w.fails(b.x);
  BOOST_TEST(!w.runs(b.x)); // its next attempt waits
  resume(w, b.x);
  w.done(b.x);
  BOOST_TEST((w.state(b.x) == succeeded));
}

BOOST_AUTO_TEST_CASE(a_paused_task_does_not_integrate) { // §26
  row b;
  b.integrate(b.x, {b.goes_on});
  team_world w{b.get()};
  w.done(b.x);
  pause(w, b.x);
  w.done(b.goes_on);
  BOOST_TEST((w.state(b.x) == waiting_to_integrate));
  resume(w, b.x);
  BOOST_TEST((w.state(b.x) == integrating));
}

BOOST_AUTO_TEST_CASE(pause_and_resume_say_what_is_the_matter) { // §26
  row b;
  team_world w{b.get()};
  BOOST_TEST(resume(w, b.x) == "it is not paused");
  pause(w, b.x);
  BOOST_TEST(pause(w, b.x) == "it is paused already");
  w.done(b.x);
  BOOST_TEST(pause(w, b.x) == "it has ended: succeeded");
}

BOOST_AUTO_TEST_CASE(with_no_wait_a_paused_task_holds_no_run) { // §27
  row b;
  team_world w{b.get(), {engine::graph_options::no_jobs_limit, 1, true}};
  pause(w, b.y);
  w.done({b.x, b.goes_on});
  BOOST_TEST((w.last(fact_kind::run_ended)->status == run_status::waiting));
  BOOST_TEST(w.exit_code() == 6);
}

BOOST_AUTO_TEST_SUITE_END()
