// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/task_log.hpp"

#include "runtime/journal/coming_log.hpp"
#include "tests/runtime/journal/made_run.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;

namespace {

constexpr const char* run_id = "20261122-201500-1a2b";

fact begun(std::uint32_t task, std::uint32_t attempt) {
  auto f = fact_of(fact_kind::attempt_started, task);
  f.attempt = attempt;
  f.agent = 0;
  return f;
}

fact over(std::uint32_t task, std::uint32_t attempt, task_state state,
          std::string log) {
  auto f = ended_attempt(task, state);
  f.attempt = attempt;
  attempt_details d;
  d.log = std::move(log);
  f.details = std::make_shared<const attempt_details>(std::move(d));
  return f;
}

struct logged_run {
  temporary_directory dir;

  [[nodiscard]] std::string run() const {
    return dir / (std::string{"runs/"} + run_id);
  }
  std::string write_log(std::string_view name) const {
    return dir.write(
        std::string{"runs/"} + run_id + "/logs/" + std::string{name}, "x");
  }
  void make(std::vector<fact> facts) const {
    made_run_options x;
    x.id = run_id;
    x.sessions = {std::move(facts)};
    make_run(dir, x);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(journal_task_log, logged_run)

BOOST_AUTO_TEST_CASE(attempts_and_their_logs_are_found_without_the_plan) {
  auto first = write_log("a.1.log");
  auto second = write_log("a.2.log");
  make({begun(0, 1), over(0, 1, task_state::ready, first), begun(1, 1),
        over(1, 1, task_state::succeeded, ""), begun(0, 2)});
  auto a = journal::task_log::open(run(), "a");
  BOOST_REQUIRE(a);
  BOOST_REQUIRE(a->attempts().size() == 2u);
  BOOST_TEST(a->attempts()[0].end == "failure");
  BOOST_TEST(a->path_of(a->attempts()[0]) == first);
  BOOST_TEST(a->attempts()[1].end == "");
  BOOST_TEST(a->path_of(a->attempts()[1]) == second);
  BOOST_TEST(a->state() == "running");
  BOOST_TEST(!a->is_over());
  auto b = journal::task_log::open(run(), "b");
  BOOST_REQUIRE(b);
  BOOST_TEST(b->is_over());
  BOOST_TEST(b->path_of(b->attempts()[0]) == ""); // it wrote nothing
}

BOOST_AUTO_TEST_CASE(a_log_that_is_to_come_has_its_place_already) {
  make({begun(0, 1), over(0, 1, task_state::succeeded, "/there/a.1.log")});
  auto a = journal::task_log::open(run(), "a");
  BOOST_REQUIRE(a);
  BOOST_TEST(a->path_of(a->attempts()[0]) == "");
  auto here = run() + "/logs/a.1.log";
  write_log(".a.1.log.coming");
  BOOST_TEST(journal::coming_mark(here) == run() + "/logs/.a.1.log.coming");
  BOOST_TEST(journal::is_log_coming(here));
  BOOST_TEST(a->path_of(a->attempts()[0]) == here);
}

BOOST_AUTO_TEST_CASE(what_came_since_is_seen) {
  write_log("a.1.log");
  auto p = std::make_shared<const plan>(two_tasks());
  journal::journal_options options;
  options.path = run() + "/journal.db";
  journal::journal_file file{options, p};
  journal::session_entry session;
  session.durability = "full";
  BOOST_REQUIRE(!file.create({{"plan", "test"}}, session, {}, {}));
  auto a = journal::task_log::open(run(), "a");
  BOOST_REQUIRE(a);
  BOOST_TEST(a->attempts().empty());
  BOOST_REQUIRE(!file.append({{1, {begun(0, 1)}}}));
  BOOST_REQUIRE(!a->refresh());
  BOOST_TEST(a->attempts().size() == 1u);
  BOOST_REQUIRE(!file.append({{2, {over(0, 1, task_state::timed_out, "")}}}));
  BOOST_REQUIRE(!a->refresh());
  BOOST_TEST(a->attempts().size() == 1u);
  BOOST_TEST(a->is_over());
  BOOST_TEST(a->state() == "timed-out");
}

BOOST_AUTO_TEST_CASE(a_session_of_an_agent_has_one_log) {
  write_log("session.worker.2.log");
  auto newest = write_log("session.worker.10.log");
  write_log("session.worker2.11.log");
  make({begun(0, 1)});
  auto a = journal::task_log::open(run(), "a");
  BOOST_REQUIRE(a);
  BOOST_TEST(a->path_of(a->attempts()[0]) == newest);
}

BOOST_AUTO_TEST_CASE(logs_are_found_where_the_folder_was_moved) {
  auto here = write_log("a.1.log");
  make({begun(0, 1), over(0, 1, task_state::failed, "/elsewhere/a.1.log")});
  auto a = journal::task_log::open(run(), "a");
  BOOST_REQUIRE(a);
  BOOST_TEST(a->path_of(a->attempts()[0]) == here);
}

BOOST_AUTO_TEST_CASE(an_unknown_task_is_a_mistake_with_a_suggestion) {
  make({});
  auto x = journal::task_log::open(run(), "aa");
  BOOST_REQUIRE(!x);
  BOOST_TEST((x.error().code == exit_code::bad_plan));
  BOOST_TEST(x.error().detail.find("'a'") != std::string::npos,
             x.error().detail);
}

BOOST_AUTO_TEST_CASE(a_task_done_again_is_not_over) { // §17
  make({begun(0, 1), over(0, 1, task_state::succeeded, ""),
        fact_of(fact_kind::version_started, 0)});
  auto a = journal::task_log::open(run(), "a");
  BOOST_REQUIRE(a);
  BOOST_TEST(!a->is_over());
}

BOOST_AUTO_TEST_SUITE_END()
