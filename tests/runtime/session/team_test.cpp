// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/team.hpp"

#include "runtime/process/supervisor.hpp"
#include "tests/support/plan_builder.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using namespace tutti::session;

BOOST_AUTO_TEST_SUITE(runtime_session_team)

// Its orchestrator may not have had its first turn: whoever that spawns late
// goes, too, and the journal's thread ends.
BOOST_AUTO_TEST_CASE(a_team_that_never_began_leaves_nothing) { // row 3
  temporary_directory dir;
  plan_builder b;
  b.agent("a");
  b.agent("b");
  b.task("one");
  auto work = std::make_shared<const plan>(b.get());
  for (int i = 0; i < 20; ++i) {
    auto files = make_run_directory(dir / "state");
    BOOST_REQUIRE(files);
    auto processes = process::supervisor::fork_now();
    BOOST_REQUIRE(processes);
    record_options recorded;
    recorded.files = *files;
    recorded.work = work;
    recorded.how = journal::durability::off;
    recorded.plan_path = "/plan.yaml";
    recorded.settings = "{}";
    auto record = begin_record(recorded);
    BOOST_REQUIRE(record);
    run_feed feed;
    team_options options;
    options.work = work;
    options.files = *files;
    options.disk = std::make_shared<artifacts::artifact_disk>(
        files->artifacts, files->payloads, false);
    options.record = std::move(*record);
    options.processes = processes->get();
    options.feed = &feed;
    { team never_began{std::move(options)}; }
    (*processes)->shut_down();
    auto rest = feed.take(std::chrono::milliseconds(0));
    BOOST_TEST(rest.facts.empty());
    BOOST_TEST(rest.lost == "");
  }
}

BOOST_AUTO_TEST_SUITE_END()
