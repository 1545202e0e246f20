// SPDX-License-Identifier: BSD-3-Clause
// A changed plan is a rework (semantics §31, §18): what was changed is done
// again, what follows on it is looked at, and all else stands.
#include "tests/runtime/journal/changed_plan.hpp"
#include "tests/support/team_builder.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using enum tutti::task_state;

namespace {

/// schema → crud → page; docs beside them.
struct team : team_builder {
  std::uint32_t schema = lane("schema");
  std::uint32_t crud = lane("crud", {schema});
  std::uint32_t page = lane("page", {crud});
  std::uint32_t docs = lane("docs");
};

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_journal_settle)

BOOST_AUTO_TEST_CASE(what_was_changed_runs_again_and_the_rest_stands) { // §31
  team b;
  team_world w{b.get()};
  w.done({b.schema, b.docs, b.crud, b.page});
  auto text = change_plan(w, b.get(), {changed_task(b.crud)});
  BOOST_TEST(text
             == "kept: schema, docs\n"
                "runs again: crud (its command changed)\n"
                "runs again where what it was made of comes out another: page");
  w.begin_all();
  BOOST_TEST(w.running.size() == 1u);
  BOOST_TEST(w.runs(b.crud));
  BOOST_TEST(w.version(b.crud) == 2u);
  BOOST_TEST(w.attempt(b.crud) == 2u); // its first log stays
  w.done(b.crud, told("url", "/users"));
  BOOST_TEST(w.runs(b.page)); // crud came out another
  BOOST_TEST(w.version(b.page) == 2u);
  w.done(b.page);
  BOOST_TEST((w.last(fact_kind::run_ended)->status == run_status::succeeded));
  BOOST_TEST(w.replayed() == fingerprint(w.get())); // rule 8
}

BOOST_AUTO_TEST_CASE(what_comes_out_equal_changes_nothing_behind_it) { // §18
  team b;
  team_world w{b.get()};
  w.done(b.schema);
  w.done(b.docs);
  w.done(b.crud, told("url", "/users"));
  w.done(b.page);
  change_plan(w, b.get(), {changed_task(b.crud)});
  w.begin_all();
  w.done(b.crud, told("url", "/users"));
  BOOST_TEST(!w.runs(b.page));
  BOOST_TEST((w.last(fact_kind::run_ended)->status == run_status::succeeded));
}

BOOST_AUTO_TEST_CASE(the_program_may_be_gone_again_before_it_goes_on) {
  // row 1: between the new revision and its first step
  team b;
  team_world w{b.get()};
  w.done({b.schema, b.docs, b.crud});
  change_plan(w, b.get(), {changed_task(b.crud)});
  w.facts.resize(static_cast<std::size_t>(
      std::find_if(w.facts.begin(), w.facts.end(),
                   [](const fact& f) {
                     return f.kind == fact_kind::plan_replaced;
                   })
      - w.facts.begin() + 1));
  w.crash();
  w.begin_all();
  BOOST_TEST(w.running.size() == 1u);
  BOOST_TEST(w.runs(b.crud));
  BOOST_TEST((w.state(b.schema) == succeeded));
}

BOOST_AUTO_TEST_CASE(a_new_need_makes_a_task_wait_and_run_again) {
  team b;
  team_world w{b.get()};
  w.done({b.schema, b.docs, b.crud, b.page});
  auto fresh = b.lane("fresh");
  b[b.page].needs.push_back(on_task(fresh));
  auto text = change_plan(w, b.get(),
                          {changed_task(b.page, {"needs"}), new_task(fresh)});
  BOOST_TEST(text
             == "kept: schema, crud, docs\n"
                "runs again: page (its needs changed)\nnew: fresh");
  w.begin_all();
  BOOST_TEST(w.runs(fresh));
  BOOST_TEST(!w.runs(b.page));
  w.done(fresh);
  BOOST_TEST(w.runs(b.page));
}

BOOST_AUTO_TEST_CASE(what_people_decided_stands) { // §16, §26
  team b;
  auto go = b.gate("go", {b.schema}, {b.crud});
  b.ask_person(go);
  auto never = b.lane("never", {b.docs});
  auto paused = b.lane("paused", {b.docs});
  auto shut = b.lane("shut");
  auto no = b.gate("no", {b.docs}, {shut});
  b.ask_person(no);
  team_world w{b.get()};
  w.event(engine::cancel_requested{task_id{never}});
  w.event(engine::pause_requested{task_id{paused}});
  w.done({b.docs, b.schema});
  w.person(verdict::approved, go, {}, "on tuesday");
  w.person(verdict::rejected, no);
  auto other = b.lane("other");
  change_plan(w, b.get(), {new_task(other)});
  w.begin_all();
  BOOST_TEST((w.gate(go) == gate_state::open));
  BOOST_TEST((w.gate(no) == gate_state::rejected));
  BOOST_TEST((w.state(never) == cancelled));
  BOOST_TEST((w.state(shut) == skipped));
  BOOST_TEST(w.get().task(paused).paused);
  BOOST_TEST(!w.runs(paused));
  BOOST_TEST(w.get().assignment_of(b.crud)->comments.at(0).text
             == "on tuesday");
}

BOOST_AUTO_TEST_CASE(a_gate_asks_again_about_what_is_made_again) {
  team b;
  auto go = b.gate("go", {b.schema}, {b.crud});
  b.ask_person(go);
  team_world w{b.get()};
  w.done({b.schema, b.docs});
  w.approve(go);
  w.done(b.crud);
  change_plan(w, b.get(), {changed_task(b.schema)});
  w.begin_all();
  BOOST_TEST((w.gate(go) == gate_state::waiting));
  w.done(b.schema, told("k", "v"));
  BOOST_TEST((w.gate(go) == gate_state::asked));
  BOOST_TEST(!w.runs(b.crud));
  w.approve(go);
  BOOST_TEST(w.runs(b.crud));
}

BOOST_AUTO_TEST_CASE(a_rejected_gate_whose_work_is_done_again_may_open) {
  team b;
  auto go = b.gate("go", {b.schema}, {b.crud});
  b.ask_person(go);
  team_world w{b.get()};
  w.done({b.schema, b.docs});
  w.person(verdict::rejected, go);
  BOOST_TEST((w.state(b.page) == skipped));
  change_plan(w, b.get(), {changed_task(b.schema)});
  w.begin_all();
  w.done(b.schema);
  w.approve(go);
  w.done({b.crud, b.page});
  BOOST_TEST((w.last(fact_kind::run_ended)->status == run_status::succeeded));
}

BOOST_AUTO_TEST_CASE(feedback_and_round_of_a_rework_stand) { // §17
  team b;
  auto go = b.gate("go", {b.schema}, {b.crud});
  b.ask_person(go);
  b.rework(go, {b.schema});
  team_world w{b.get()};
  w.done({b.schema, b.docs});
  w.request_changes(go, {}, "mind the gap");
  BOOST_TEST(w.runs(b.schema));
  auto other = b.lane("other");
  change_plan(w, b.get(), {new_task(other)});
  w.begin_all();
  BOOST_TEST(w.version(b.schema) == 2u);
  auto told = w.get().assignment_of(b.schema);
  BOOST_TEST(told->feedback == "mind the gap");
  BOOST_TEST(told->round == 2u);
}

BOOST_AUTO_TEST_CASE(an_after_each_task_keeps_its_results) { // §13
  team b;
  auto tests = b.after_each("tests", {b.schema, b.docs});
  team_world w{b.get()};
  w.done({b.schema, tests});
  w.done(b.docs);
  w.fails(tests);
  BOOST_TEST(w.get().task(tests).attempt == 2u);
  auto other = b.lane("other");
  change_plan(w, b.get(), {new_task(other)});
  w.begin_all();
  BOOST_TEST(!w.runs(tests)); // nothing of it is repeated …
  BOOST_TEST((w.state(tests) == failed));
  w.event(engine::retry_requested{task_id{tests}});
  BOOST_TEST(w.runs(tests)); // … and what failed can be tried again
  w.done(tests);
  BOOST_TEST((w.state(tests) == succeeded));
}

BOOST_AUTO_TEST_CASE(a_changed_after_each_task_runs_for_all_triggers) { // §13
  team b;
  auto tests = b.after_each("tests", {b.schema, b.docs});
  team_world w{b.get()};
  w.done({b.schema, tests, b.docs, tests, b.crud, b.page});
  change_plan(w, b.get(), {changed_task(tests)});
  w.begin_all();
  w.done(tests);
  w.done(tests);
  BOOST_TEST((w.state(tests) == succeeded));
  BOOST_TEST(w.get().over());
  BOOST_TEST(w.get().task(tests).attempt == 4u);
}

BOOST_AUTO_TEST_CASE(answers_stand) { // §19
  team b;
  b.answers(b.docs);
  team_world w{b.get()};
  engine::requests_arrive e;
  e.task = task_id{b.schema};
  e.attempt = 1;
  e.to = "docs";
  e.texts = {"how?"};
  w.event(e);
  w.done(b.docs);
  w.done(b.get().agents[b[b.docs].agents[0].value].requests.task.value,
         told("a", "so"));
  BOOST_TEST((w.get().requests().at(0).state == succeeded));
  auto other = b.lane("other");
  change_plan(w, b.get(), {new_task(other)});
  w.begin_all();
  BOOST_REQUIRE(w.get().requests().size() == 1u);
  BOOST_TEST((w.get().requests()[0].state == succeeded));
  BOOST_TEST(w.runs(b.schema)); // it ran, so it runs again, and is answered
}

BOOST_AUTO_TEST_CASE(an_agent_of_another_name_keeps_what_it_did) {
  team b;
  team_world w{b.get()};
  w.done({b.schema, b.docs});
  for (auto& f : w.facts) // as a journal's reader leaves it out
    if (f.agent == b[b.schema].agents[0].value)
      f.agent = agent_id::none;
  auto text = change_plan(w, b.get(), {});
  BOOST_TEST(text == "kept: schema, docs\nruns again: crud (it had not ended)");
  BOOST_TEST((w.state(b.schema) == succeeded));
}

BOOST_AUTO_TEST_CASE(what_failed_is_tried_again_where_that_is_asked) {
  team b;
  team_world w{b.get()};
  w.fails(b.schema);
  w.done(b.docs);
  BOOST_TEST((w.state(b.page) == skipped));
  auto text = change_plan(w, b.get(), {changed_task(b.docs)}, true);
  BOOST_TEST(text
             == "nothing is kept\nruns again: schema (it has failed), docs "
                "(its command changed)");
  w.begin_all();
  w.done({b.schema, b.docs, b.crud, b.page});
  BOOST_TEST((w.last(fact_kind::run_ended)->status == run_status::succeeded));
}

// §9: the failure that cancelled the others is gone, and so is its reason.
BOOST_AUTO_TEST_CASE(what_fail_fast_cancelled_comes_back_with_its_cause) {
  team b;
  b.get().fail_fast = true;
  team_world w{b.get()};
  w.fails(b.schema);
  w.ends(b.docs, attempt_end::cancelled);
  BOOST_TEST((w.state(b.docs) == cancelled));
  change_plan(w, b.get(), {changed_task(b.schema)});
  w.begin_all();
  w.done({b.schema, b.docs, b.crud, b.page});
  BOOST_TEST((w.last(fact_kind::run_ended)->status == run_status::succeeded));
}

BOOST_AUTO_TEST_CASE(a_skipped_task_that_may_run_now_is_new_to_who_saw_it) {
  team b;
  b[b.page].needs = {on_task(b.crud, need_condition::completed)};
  team_world w{b.get()};
  w.fails(b.schema);
  w.done(b.docs);
  w.done(b.page); // crud was skipped, which is an end
  change_plan(w, b.get(), {changed_task(b.schema)});
  w.begin_all();
  w.done({b.schema, b.crud});
  BOOST_TEST(w.runs(b.page));
}

BOOST_AUTO_TEST_CASE(finally_tasks_run_again_behind_new_work) { // §8
  team b;
  auto tidy = b.lane("tidy");
  b[tidy].is_finally = true;
  team_world w{b.get()};
  w.done({b.schema, b.docs, b.crud, b.page, tidy});
  BOOST_TEST(w.get().over());
  change_plan(w, b.get(), {changed_task(b.docs)});
  w.begin_all();
  BOOST_TEST(!w.runs(tidy));
  w.done(b.docs);
  BOOST_TEST(w.runs(tidy));
}

BOOST_AUTO_TEST_CASE(only_what_integrates_was_changed) { // §2
  team b;
  b.integrate(b.docs, {b.crud});
  for (bool ended : {false, true}) {
    team_world w{b.get()};
    w.done({b.schema, b.docs, b.crud});
    BOOST_TEST((w.state(b.docs) == integrating));
    if (ended)
      w.done({b.docs, b.page});
    change_plan(w, b.get(), {changed_task(b.docs, {"integrate"})});
    w.begin_all();
    BOOST_TEST((w.state(b.docs) == integrating));
    w.done(b.docs);
    if (!ended)
      w.done(b.page);
    BOOST_TEST((w.last(fact_kind::run_ended)->status == run_status::succeeded));
  }
}

BOOST_AUTO_TEST_CASE(what_integrates_and_was_changed_runs_again) {
  team b;
  b.integrate(b.docs, {b.crud});
  team_world w{b.get()};
  w.done({b.schema, b.docs, b.crud});
  change_plan(w, b.get(), {changed_task(b.docs)});
  w.begin_all();
  BOOST_TEST((w.state(b.docs) == running));
  BOOST_TEST(w.version(b.docs) == 2u);
}

BOOST_AUTO_TEST_CASE(an_integrate_phase_is_repeated_alone) { // §2, §18
  team b;
  b.integrate(b.docs, {b.crud});
  team_world w{b.get()};
  w.done({b.schema, b.docs, b.crud, b.docs, b.page});
  BOOST_TEST(w.get().over());
  change_plan(w, b.get(), {changed_task(b.crud)});
  w.begin_all();
  BOOST_TEST(!w.runs(b.docs));
  w.done(b.crud, told("url", "/"));
  BOOST_TEST((w.state(b.docs) == integrating));
}

BOOST_AUTO_TEST_CASE(what_is_left_out_and_had_ended_stays) { // §28
  team b;
  team_world w{b.get()};
  w.done({b.schema, b.docs});
  auto p = b.get();
  p.skipped = {task_id{b.docs}, task_id{b.page}};
  change_plan(w, p, {});
  w.begin_all();
  BOOST_TEST((w.state(b.docs) == succeeded));
  BOOST_TEST((w.state(b.page) == left_out));
}

BOOST_AUTO_TEST_CASE(long_chains_take_no_stack) { // row 35
  plan_builder b;
  b.agent("a");
  constexpr std::uint32_t count = 20'000;
  for (std::uint32_t i = 0; i < count; ++i) // consumers first
    b.task("t" + std::to_string(i));
  for (std::uint32_t i = 0; i + 1 < count; ++i)
    b[i].needs = {on_task(i + 1)};
  team_world w{b.get()};
  for (auto i = count; i-- > count - 10;)
    w.done(i);
  change_plan(w, b.get(), {changed_task(count - 1)});
  w.begin_all();
  BOOST_TEST(w.running.size() == 1u);
  BOOST_TEST(w.runs(count - 1));
}

BOOST_AUTO_TEST_SUITE_END()
