// SPDX-License-Identifier: BSD-3-Clause
// What a user reads of a run that was resumed (semantics §31).
#include "runtime/display/board_frame.hpp"
#include "runtime/display/display.hpp"
#include "runtime/display/summary.hpp"
#include "tests/support/resumed_facts.hpp"
#include "tests/support/screen.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using report::run_model;

namespace {

struct fixture : plan_sketch {
  std::uint32_t taylor = agent("taylor");
  std::uint32_t morgan = agent("morgan");
  std::uint32_t schema = task("schema", {taylor});
  std::uint32_t crud = task("crud", {morgan}, {schema});
  std::uint32_t lint = task("lint", {taylor});
  run_model m{value, slots()};
  std::string bytes;
  display::traits can;

  std::string shown(const std::vector<fact>& facts) {
    auto s = make_stream(std::make_unique<text_output>(bytes), can, {});
    for (const auto& x : facts) {
      m.apply(x);
      s->update(m, x);
    }
    s->refresh(m, m.now());
    return std::exchange(bytes, {});
  }
  void begin() {
    apply_all(m, {ready(0s, schema), started(0s, schema, taylor),
                  finished(1s, schema, taylor), ready(1s, crud),
                  started(1s, crud, morgan), ready(1s, lint),
                  assigned(3s, lint, taylor)});
  }
};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_display_resumed, fixture)

BOOST_AUTO_TEST_CASE(the_stream_says_what_is_kept_and_what_was_lost) {
  begin();
  BOOST_CHECK_EQUAL(
      shown({resumed(183s, 2), cut(183s, crud, morgan),
             make_fact(fact_kind::attempt_revoked, 183s, lint),
             started(184s, crud, morgan, 2),
             finished(185s, crud, morgan, task_state::succeeded, 0, 2)}),
      "  183.0s  resume     run     test-plan  (session 2: 1 of 3 tasks are "
      "kept, crud runs again; tutti was gone for 3m 00s)\n"
      "  183.0s  lost       morgan  crud    (tutti was gone)\n"
      "  184.0s  start      morgan  crud    (again)\n"
      "  185.0s  done       morgan  crud    (1.0s)\n");
}

BOOST_AUTO_TEST_CASE(several_tasks_run_again_and_the_first_are_named) {
  begin();
  apply_all(m, {started(3s, lint, taylor)});
  auto text = shown({resumed(4s, 2)});
  BOOST_CHECK_MESSAGE(has(text, "kept, crud, lint run again; tutti was gone "
                                "for 1.0s)\n"),
                      text);
}

// What a stop has cut off is not lost: it was told to end.
BOOST_AUTO_TEST_CASE(after_a_stop_nothing_was_lost) {
  begin();
  auto text = shown({cut(4s, crud, morgan, 1, ""),
                     run_ended(4s, run_status::stopped, 130), resumed(5s, 2),
                     started(5s, crud, morgan, 2)});
  BOOST_CHECK_MESSAGE(has(text, "stopped    morgan  crud    (3.0s)\n"), text);
  BOOST_CHECK(!has(text, "lost"));
  BOOST_CHECK(has(text, "crud runs again"));
  BOOST_CHECK(has(text, "start      morgan  crud    (again)\n"));
}

// The text was there before anything started; the report has it.
BOOST_AUTO_TEST_CASE(a_plan_that_was_replaced_says_which_it_is) {
  BOOST_CHECK_EQUAL(
      shown(
          {make_fact(fact_kind::run_started, 60s),
           replaced(60s, 3, "kept: schema\nruns again: crud (new command)\n")}),
      "   60.0s  replaced   plan    test-plan  (revision 3)\n");
}

// §16, §31: who reads this session has not seen what an earlier one asked.
BOOST_AUTO_TEST_CASE(what_was_asked_is_asked_again) {
  auto deploy = gate("deploy", {schema}, {crud});
  value.gates[deploy].approval.present = true;
  value.gates[deploy].approval.human = true;
  m = run_model{value, slots()};
  begin();
  apply_all(m, {asked(2s, deploy)});
  auto text = shown({resumed(183s, 2)});
  BOOST_CHECK_MESSAGE(
      has(text, "  183.0s  asked      gate    deploy  (asks a person)\n"
                "          >          tutti approve deploy\n"),
      text);
  BOOST_CHECK_EQUAL(m.gate(deploy).rounds, 1u);
}

BOOST_AUTO_TEST_CASE(the_board_says_it_once_and_names_the_session) {
  begin();
  test::screen on(100, 24);
  auto b = make_board(std::make_unique<screen_output>(on, bytes), can);
  for (const auto& x : {resumed(183s, 2), cut(183s, crud, morgan)}) {
    m.apply(x);
    b->update(m, x);
  }
  apply_all(m, {started(184s, crud, morgan, 2)});
  b->refresh(m, 185s);
  std::string text;
  for (const auto& x : on.lines())
    text += x + '\n';
  BOOST_CHECK_MESSAGE(
      has(text, "resume     run  test-plan  (session 2: 1 of 3 "), text);
  BOOST_CHECK_MESSAGE(has(text, "test-plan  1/3  3m 05s  session 2"), text);
  BOOST_CHECK_MESSAGE(has(text, "  morgan  crud      1s  again\n"), text);
  BOOST_CHECK_MESSAGE(has(text, "  taylor  schema    1.0s  kept\n"), text);
}

// §27: what was stopped, waits or was lost can go on; what came to its end
// cannot.
BOOST_AUTO_TEST_CASE(the_summary_names_the_command_that_goes_on) {
  begin();
  report::report_options options;
  options.resume_command = "tutti run team.yaml --resume";
  auto last = "\nto go on: tutti run team.yaml --resume\n";
  BOOST_CHECK(summary_text(m, options, can, 80).ends_with(last)); // lost
  apply_all(m, {cut(4s, crud, morgan, 1, ""),
                run_ended(4s, run_status::stopped, 130)});
  BOOST_CHECK(summary_text(m, options, can, 80).ends_with(last));
  BOOST_CHECK(summary_text(m, {}, can, 80)
                  .ends_with("\nexit code 130: interrupted\nto go on: tutti "
                             "run PLAN --resume\n"));
  apply_all(m, {resumed(5s, 2), run_ended(6s, run_status::waiting, 6)});
  BOOST_CHECK(summary_text(m, options, can, 80).ends_with(last));
  apply_all(m, {resumed(7s, 3), run_ended(8s, run_status::failed, 1)});
  BOOST_CHECK(!has(summary_text(m, options, can, 80), "to go on"));
}

BOOST_AUTO_TEST_CASE(the_summary_says_how_often_it_was_resumed) {
  begin();
  apply_all(m, {resumed(183s, 2), cut(183s, crud, morgan),
                started(184s, crud, morgan, 2), resumed(190s, 3),
                cut(190s, crud, morgan, 2),
                run_ended(191s, run_status::stopped, 143)});
  auto text = summary_text(m, {}, can, 100);
  BOOST_CHECK_MESSAGE(
      has(text, "resumed twice: 1 task kept, 1 ran again, down for 3m 06s\n"),
      text);
  BOOST_CHECK_MESSAGE(has(text, "  crud was lost: tutti was gone\n"), text);
}

BOOST_AUTO_TEST_SUITE_END()
