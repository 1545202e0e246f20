// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/notices.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::session;

namespace {

std::shared_ptr<plan> a_plan() {
  auto p = std::make_shared<plan>();
  p->name = "pay";
  for (const auto* name : {"crud", "flaky"}) {
    task t;
    t.name = name;
    p->tasks.push_back(t);
  }
  p->tasks[1].allow_failure = true;
  gate g;
  g.name = "deploy";
  g.approval.present = g.approval.human = true;
  g.approval.message = literal_expression("Ship it?");
  p->gates.push_back(g);
  g.name = "review";
  g.approval.human = false;
  p->gates.push_back(g);
  p->notify.approval = p->notify.failed = p->notify.finished = true;
  return p;
}

fact of(fact_kind kind, std::uint32_t subject,
        task_state state = task_state::waiting) {
  fact x;
  x.kind = kind;
  x.subject = subject;
  x.state = state;
  return x;
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_notices)

BOOST_AUTO_TEST_CASE(people_are_told_of_gates_that_ask_them) {
  notice_reader reader{a_plan()};
  auto x = reader.read(of(fact_kind::approval_asked, 0));
  BOOST_REQUIRE(x);
  BOOST_TEST((x->event == "approval" && x->subject == "deploy"));
  BOOST_TEST(x->message == "Ship it?");
  BOOST_TEST(!reader.read(of(fact_kind::approval_asked, 1)));
}

BOOST_AUTO_TEST_CASE(failures_that_count_are_told_once_they_are_final) {
  notice_reader reader{a_plan()};
  auto again = of(fact_kind::attempt_finished, 0, task_state::ready);
  again.end = attempt_end::failure;
  BOOST_TEST(!reader.read(again));
  auto last = of(fact_kind::attempt_finished, 0, task_state::failed);
  last.exit_code = 3;
  auto x = reader.read(last);
  BOOST_REQUIRE(x);
  BOOST_TEST((x->event == "failed" && x->subject == "crud"));
  BOOST_TEST(x->message == "exit code 3");
  BOOST_TEST(
      !reader.read(of(fact_kind::attempt_finished, 1, task_state::failed)));
  BOOST_TEST(
      !reader.read(of(fact_kind::attempt_finished, 0, task_state::succeeded)));
  BOOST_TEST(!!reader.read(of(fact_kind::task_timed_out, 0)));
  BOOST_TEST(!!reader.read(of(fact_kind::task_errored, 0)));
  BOOST_TEST(!!reader.read(of(fact_kind::later_failed, 0, task_state::failed)));
  BOOST_TEST(!!reader.read(of(fact_kind::stream_ended, 0, task_state::failed)));
  BOOST_TEST(!reader.read(of(fact_kind::task_skipped, 0)));
}

BOOST_AUTO_TEST_CASE(the_end_says_how_it_went) {
  notice_reader reader{a_plan()};
  auto end = of(fact_kind::run_ended, 0);
  end.status = run_status::failed;
  end.exit_code = 3;
  auto x = reader.read(end);
  BOOST_REQUIRE(x);
  BOOST_TEST((x->event == "finished" && x->subject == "pay"));
  BOOST_TEST(x->message == "failed: gate rejected (exit code 3)");
}

BOOST_AUTO_TEST_CASE(only_what_is_asked_for_is_told) {
  auto p = a_plan();
  p->notify = {};
  notice_reader reader{p};
  BOOST_TEST(!reader.read(of(fact_kind::approval_asked, 0)));
  BOOST_TEST(
      !reader.read(of(fact_kind::attempt_finished, 0, task_state::failed)));
  BOOST_TEST(!reader.read(of(fact_kind::run_ended, 0)));
}

BOOST_AUTO_TEST_SUITE_END()
