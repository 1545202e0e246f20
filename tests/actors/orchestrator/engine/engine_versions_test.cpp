// SPDX-License-Identifier: BSD-3-Clause
// One case a claim of semantics §18: what is made again because of a rework,
// what waits for it, what is kept, and what gates do meanwhile.
#include "tests/support/team_builder.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using enum tutti::task_state;

namespace {

/// design ─▶ crud ┄later┄▶ page ─▶ gate `deploy`; `docs` is made of `crud`, but
/// on no path to the gate. A person may send all three back, and so does
/// `tests` with `design` while the others are at work.
struct team : team_builder {
  std::uint32_t design = lane("design");
  std::uint32_t crud = lane("crud", {design});
  std::uint32_t page = lane("page");
  std::uint32_t docs = lane("docs", {crud});
  std::uint32_t tests = after_each("tests", {design});
  std::uint32_t release = lane("release");
  std::uint32_t deploy = gate("deploy", {crud, page, tests}, {release});

  team() {
    integrate(page, {crud});
    ask_person(deploy);
    rework(deploy, {design, crud, page}, 9);
  }
};

/// All is done once, and the person is asked.
team_world asked(const team& b) {
  auto copy = b;
  team_world w{copy.get()};
  w.done(b.design, told("api", "1"));
  w.done(b.tests);
  w.done(b.crud, told("users", "1"));
  w.done({b.docs, b.page});
  w.done(b.page, told("html", "1"));
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
  return w;
}

} // namespace

BOOST_AUTO_TEST_SUITE(engine_versions)

// -- after all had finished ---------------------------------------------------

BOOST_AUTO_TEST_CASE(who_is_made_of_it_runs_again_in_its_turn) { // §18
  team b;
  auto w = asked(b);
  w.request_changes(b.deploy, {b.design});
  BOOST_TEST((w.runs(b.design) && !w.runs(b.crud) && !w.runs(b.page)));
  w.done(b.design, told("api", "2"));
  BOOST_TEST((w.runs(b.crud) && !w.runs(b.page)));
  BOOST_TEST(w.version(b.crud) == 2u);
  BOOST_TEST(w.handoffs(b.design, b.crud) == 2u);
  BOOST_TEST((w.gate(b.deploy) == gate_state::waiting));
  w.done(b.tests);
  w.done(b.crud, told("users", "2"));
  w.done(b.page, told("html", "2"));
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
  w.approve(b.deploy);
  w.done(b.release);
  BOOST_TEST(w.exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(if_only_what_it_needs_later_changed_it_integrates) { // §18
  team b;
  auto w = asked(b);
  w.request_changes(b.deploy, {b.crud});
  w.done(b.crud, told("users", "2"));
  BOOST_TEST((w.state(b.page) == integrating));
  BOOST_TEST(w.version(b.page) == 2u);
  BOOST_TEST(w.begun(b.page) == 1u);
  BOOST_TEST(w.begun(b.page, work_phase::integrate) == 2u);
  BOOST_TEST(w.handoffs(b.crud, b.page) == 2u);
}

BOOST_AUTO_TEST_CASE(if_what_it_needs_changed_it_runs) { // §18
  team b;
  b[b.page].needs = {on_task(b.design)};
  auto w = asked(b);
  w.request_changes(b.deploy, {b.design});
  w.done(b.design, told("api", "2"));
  BOOST_TEST((w.runs(b.page) && w.state(b.page) == running));
  BOOST_TEST(w.runs(b.crud)); // side by side: it needs that later only
  w.done(b.page, told("html", "2"));
  BOOST_TEST((w.state(b.page) == waiting_to_integrate));
  w.done(b.crud, told("users", "2"));
  BOOST_TEST((w.state(b.page) == integrating));
  BOOST_TEST(w.version(b.page) == 2u);
}

BOOST_AUTO_TEST_CASE(equal_results_stop_the_propagation) { // §18
  team b;
  auto w = asked(b);
  w.request_changes(b.deploy, {b.design});
  w.done(b.design, told("api", "1"));
  w.done(b.tests); // of the new version all the same (§13)
  for (auto x : {b.crud, b.page}) {
    BOOST_TEST((w.state(x) == succeeded));
    BOOST_TEST(w.version(x) == 1u);
  }
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
}

BOOST_AUTO_TEST_CASE(equal_results_stop_it_halfway) { // §18
  team b;
  auto w = asked(b);
  w.request_changes(b.deploy, {b.design});
  w.done(b.design, told("api", "2"));
  w.done(b.crud, told("users", "1"));
  BOOST_TEST(w.version(b.crud) == 2u);
  BOOST_TEST((w.state(b.page) == succeeded));
  BOOST_TEST(w.version(b.page) == 1u);
}

BOOST_AUTO_TEST_CASE(digests_count_as_outputs_do) { // §18
  for (bool same : {true, false}) {
    team b;
    auto w = asked(b);
    auto makes = [&](std::string digest) {
      auto e = engine_world::finished({b.crud, w.attempt(b.crud)},
                                      attempt_end::success, told("users", "1"));
      attempt_details d = *e.details;
      d.artifacts = {{"api.sql", std::move(digest), 1, false}};
      e.details = std::make_shared<const attempt_details>(std::move(d));
      w.end_with(e);
    };
    w.request_changes(b.deploy, {b.crud});
    makes(std::string(64, 'a'));
    w.done(b.page, told("html", "1"));
    w.request_changes(b.deploy, {b.crud});
    makes(std::string(64, same ? 'a' : 'b'));
    BOOST_TEST((w.state(b.page) == (same ? succeeded : integrating)));
  }
}

BOOST_AUTO_TEST_CASE(who_is_off_the_path_keeps_what_it_has) { // §18
  team b;
  auto w = asked(b);
  w.request_changes(b.deploy, {b.crud});
  w.done(b.crud, told("users", "2"));
  w.done(b.page, told("html", "2"));
  BOOST_TEST((w.state(b.docs) == succeeded));
  BOOST_TEST(w.version(b.docs) == 1u);
  BOOST_TEST(w.begun(b.docs) == 1u);
}

BOOST_AUTO_TEST_CASE(each_version_has_fresh_retries) { // §18
  team b;
  b[b.crud].retries.max = 1;
  team_world w{b.get()};
  w.done({b.design, b.tests});
  w.fails(b.crud);
  w.done(b.crud, told("users", "1"));
  w.done({b.page, b.docs});
  w.done(b.page);
  w.request_changes(b.deploy, {b.crud});
  w.fails(b.crud);
  BOOST_TEST(w.runs(b.crud));
  w.fails(b.crud);
  BOOST_TEST((w.state(b.crud) == failed));
}

BOOST_AUTO_TEST_CASE(a_version_that_fails_fails_what_is_made_of_it) { // §18
  team b;
  auto w = asked(b);
  w.request_changes(b.deploy, {b.crud});
  w.fails(b.crud);
  BOOST_TEST((w.state(b.page) == failed)); // §11
  BOOST_TEST((w.gate(b.deploy) == gate_state::closed));
  BOOST_TEST((w.state(b.docs) == succeeded)); // of the first version
  BOOST_TEST(w.exit_code() == 1);
}

// -- while others are at work -------------------------------------------------

BOOST_AUTO_TEST_CASE(a_running_phase_finishes_first) { // §18
  team b;
  team_world w{b.get()};
  w.done(b.design, told("api", "1"));
  BOOST_TEST(w.runs(b.crud));
  w.fails(b.tests); // sends `design` back
  BOOST_TEST((w.runs(b.design) && w.runs(b.crud)));
  BOOST_TEST(w.told_to_end.empty());
  w.done(b.design, told("api", "2"));
  BOOST_TEST(w.handoffs(b.design, b.crud) == 2u); // told while it works
  w.done(b.crud, told("users", "of api 1"));
  BOOST_TEST(w.runs(b.crud)); // once more, of the second version
  BOOST_TEST(w.version(b.crud) == 2u);
  BOOST_TEST(w.handoffs(b.crud, b.page) == 0u); // nobody got the first
  BOOST_TEST((w.state(b.docs) == waiting));
  w.done(b.crud, told("users", "of api 2"));
  BOOST_TEST(w.handoffs(b.crud, b.page) == 1u);
  BOOST_TEST(w.runs(b.docs));
}

BOOST_AUTO_TEST_CASE(what_it_finished_is_kept_if_nothing_changed) { // §18
  team b;
  team_world w{b.get()};
  w.done(b.design, told("api", "1"));
  w.fails(b.tests);
  w.done(b.crud, told("users", "1"));
  BOOST_TEST((w.state(b.docs) == waiting)); // its result is in question
  BOOST_TEST(w.get().task(b.crud).doubted);
  w.done(b.design, told("api", "1"));
  BOOST_TEST((w.state(b.crud) == succeeded));
  BOOST_TEST(w.begun(b.crud) == 1u);
  BOOST_TEST(w.runs(b.docs));
}

BOOST_AUTO_TEST_CASE(who_has_not_started_waits_for_the_next_version) { // §18
  team b;
  auto slow = b.lane("slow");
  b[b.crud].needs.push_back(on_task(slow));
  auto outside = b.lane("outside", {b.design, slow}); // on no path
  team_world w{b.get()};
  w.done(b.design, told("api", "1"));
  w.fails(b.tests);
  w.done(slow);
  BOOST_TEST((w.state(b.crud) == waiting && w.state(outside) == waiting));
  w.done(b.design, told("api", "2"));
  BOOST_TEST((w.runs(b.crud) && w.runs(outside)));
  BOOST_TEST((w.version(b.crud) == 1u)); // its first
}

BOOST_AUTO_TEST_CASE(what_waits_for_its_slot_waits_for_it_too) { // §3, §18
  team b;
  auto busy = b.beside(b.crud, "busy");
  b[busy].priority = 1;
  team_world w{b.get()};
  w.done(b.design, told("api", "1"));
  BOOST_TEST((w.state(b.crud) == ready));
  w.fails(b.tests);
  BOOST_TEST((w.state(b.crud) == waiting));
  w.done(busy);
  BOOST_TEST(!w.runs(b.crud));
  w.done(b.design, told("api", "2"));
  BOOST_TEST(w.runs(b.crud));
}

BOOST_AUTO_TEST_CASE(a_parked_task_integrates_the_last_version_only) { // §18
  team b;
  auto check = b.after_each("check", {b.crud});
  b.get().gates[b.deploy].needs.push_back(on_task(check));
  auto other = b.lane("other");
  b.integrate(b.page, {other});
  team_world w{b.get()};
  w.done({b.design, b.tests, b.page});
  w.done(b.crud, told("users", "1"));
  w.fails(check); // sends `crud` back
  w.done(other);
  BOOST_TEST((w.state(b.page) == waiting_to_integrate));
  w.done(b.crud, told("users", "2"));
  BOOST_TEST((w.state(b.page) == integrating));
  w.done({b.page, check});
  BOOST_TEST(w.begun(b.page, work_phase::integrate) == 1u);
  BOOST_TEST(w.version(b.page) == 1u);
}

BOOST_AUTO_TEST_CASE(who_integrates_finishes_and_integrates_again) { // §18
  team b;
  auto check = b.after_each("check", {b.crud});
  b.get().gates[b.deploy].needs.push_back(on_task(check));
  team_world w{b.get()};
  w.done({b.design, b.tests, b.page});
  w.done(b.crud, told("users", "1"));
  BOOST_TEST((w.state(b.page) == integrating));
  w.fails(check);
  BOOST_TEST(w.told_to_end.empty());
  w.done(b.page);
  BOOST_TEST((w.gate(b.deploy) == gate_state::waiting));
  w.done(b.crud, told("users", "2"));
  BOOST_TEST((w.state(b.page) == integrating));
  w.done({b.page, check});
  BOOST_TEST(w.begun(b.page) == 1u);
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
}

BOOST_AUTO_TEST_CASE(simultaneous_reworks_of_a_task_merge) { // §18
  team b;
  auto lint = b.after_each("lint", {b.design});
  b.get().gates[b.deploy].needs.push_back(on_task(lint));
  auto busy = b.beside(b.design, "busy", {b.design});
  team_world w{b.get()};
  w.done(b.design, told("api", "1"));
  BOOST_TEST(w.runs(busy)); // so that the next version has to wait
  w.fails(b.tests, told("feedback", "red"));
  w.fails(lint, told("feedback", "untidy"));
  BOOST_TEST(w.version(b.design) == 2u);
  w.done(busy);
  BOOST_TEST(w.runs(b.design));
  auto given = w.get().assignment_of(b.design);
  BOOST_TEST(given->round == 2u);
  BOOST_TEST(given->feedback == "red\nuntidy"); // it hears of both
  w.done(b.design, told("api", "2"));
  BOOST_TEST(w.version(b.design) == 2u);
  BOOST_TEST((w.runs(b.tests) && w.runs(lint)));
}

BOOST_AUTO_TEST_CASE(two_gates_that_send_it_back_make_one_version) { // §18
  team_builder b;
  auto design = b.lane("design");
  auto front = b.gate("front", {design}, {});
  auto back = b.gate("back", {design}, {});
  for (auto g : {front, back}) {
    b.ask_person(g);
    b.rework(g, {design});
  }
  team_world w{b.get()};
  w.done(design, told("api", "1"));
  BOOST_TEST(w.request_changes(front) == "");
  BOOST_TEST(w.request_changes(back) == "");
  BOOST_TEST((w.gate(front) == gate_state::waiting));
  BOOST_TEST((w.gate(back) == gate_state::waiting));
  w.done(design, told("api", "2"));
  BOOST_TEST(w.version(design) == 2u);
  BOOST_TEST((w.gate(front) == gate_state::asked));
  BOOST_TEST((w.gate(back) == gate_state::asked));
}

// -- gates on the path --------------------------------------------------------

namespace {

/// `design-ok` is approved by a person and blocks `crud`, which is also made of
/// `design`.
struct two_gates : team {
  std::uint32_t slow = lane("slow");
  std::uint32_t design_ok = gate("design-ok", {design}, {crud});

  two_gates() {
    ask_person(design_ok);
    (*this)[crud].needs.push_back(on_task(slow));
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_gate_that_released_nothing_waits_anew) { // §18
  two_gates b;
  team_world w{b.get()};
  w.done(b.design, told("api", "1"));
  w.approve(b.design_ok);
  BOOST_TEST((w.gate(b.design_ok) == gate_state::open));
  w.fails(b.tests); // sends `design` back; `crud` waits for `slow`
  BOOST_TEST((w.gate(b.design_ok) == gate_state::waiting));
  w.done(b.slow);
  w.done(b.design, told("api", "2"));
  BOOST_TEST(
      (w.gate(b.design_ok) == gate_state::asked)); // its approval is lost
  BOOST_TEST((w.state(b.crud) == waiting));
  w.approve(b.design_ok);
  BOOST_TEST(w.runs(b.crud));
}

BOOST_AUTO_TEST_CASE(a_gate_that_released_work_stays_open) { // §18
  team b;
  auto checked = b.gate("checked", {b.crud}, {b.docs});
  auto w = asked(b);
  w.request_changes(b.deploy, {b.crud});
  BOOST_TEST((w.gate(checked) == gate_state::open));
  BOOST_TEST(w.count(fact_kind::gate_opened) == 1u);
  w.done(b.crud, told("users", "2"));
  BOOST_TEST((w.gate(checked) == gate_state::open));
  BOOST_TEST(w.begun(b.docs) == 1u);
}

BOOST_AUTO_TEST_CASE(work_behind_an_open_approval_never_runs_again) { // §18
  two_gates b;
  auto slow_tests = b.after_each("slow-tests", {b.design});
  b.get().gates[b.deploy].needs.push_back(on_task(slow_tests));
  team_world w{b.get()};
  w.done({b.slow, b.design, b.tests});
  w.approve(b.design_ok);
  w.done(b.crud, told("users", "1"));
  w.done(b.page);
  BOOST_TEST((w.state(b.page) == integrating));
  w.fails(slow_tests); // sends `design` back: too late for the two
  BOOST_TEST((w.gate(b.design_ok) == gate_state::open));
  w.done(b.page);
  w.done(b.design, told("api", "2"));
  w.done({b.tests, slow_tests});
  BOOST_TEST((w.begun(b.crud) == 1u && w.version(b.crud) == 1u));
  BOOST_TEST((w.begun(b.page, work_phase::integrate) == 1u));
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
}

BOOST_AUTO_TEST_CASE(a_gate_before_the_work_does_not_keep_it_from_rework) {
  team b; // §18
  auto plan_ok = b.lane("plan");
  auto go = b.gate("go", {plan_ok}, {b.design, b.crud, b.page});
  b.ask_person(go);
  team_world w{b.get()};
  w.done(plan_ok);
  w.approve(go);
  w.done(b.design, told("api", "1"));
  w.done({b.tests, b.page});
  w.done(b.crud, told("users", "1"));
  w.done({b.docs, b.page});
  w.request_changes(b.deploy, {b.crud});
  w.done(b.crud, told("users", "2"));
  BOOST_TEST((w.state(b.page) == integrating));
  BOOST_TEST((w.gate(go) == gate_state::open));
}

BOOST_AUTO_TEST_SUITE_END()
