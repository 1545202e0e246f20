// SPDX-License-Identifier: BSD-3-Clause
#include "tests/e2e/run_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti::test;

using lines_type = std::vector<std::string>;

BOOST_FIXTURE_TEST_SUITE(e2e_gates, run_fixture)

BOOST_AUTO_TEST_CASE(a_gate_holds_what_it_blocks_until_its_needs_are_met) {
  auto x = run(R"(
tasks:
  release: echo release >> order
  test: echo test >> order
gates:
  good: { needs: test, blocks: release }
)",
               {"--jobs", "2"});
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(lines("order") == (lines_type{"test", "release"}),
             boost::test_tools::per_element());
  auto gate = x.row("gates", "good");
  BOOST_TEST(gate.at("status") == "open");
  BOOST_TEST(gate.at("opened_s").is_number());
}

BOOST_AUTO_TEST_CASE(a_gate_that_blocks_all_comes_before_everything_else) {
  auto x = run(R"(
tasks:
  a: echo work >> order
  b: echo work >> order
  look: echo look >> order
  verify: { needs: look, run: echo verify >> order }
gates:
  go: { needs: verify, blocks: all }
)",
               {"--jobs", "4"});
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(lines("order") == (lines_type{"look", "verify", "work", "work"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_gate_whose_need_failed_closes_and_skips_what_it_blocks) {
  auto x = run(R"(
tasks:
  test: exit 1
  release: touch release
  after-release: { needs: release, run: touch after-release }
  other: touch other
gates:
  good: { needs: test, blocks: release }
)");
  BOOST_TEST(x.status == 1);
  BOOST_TEST(x.row("gates", "good").at("status") == "closed");
  BOOST_TEST(x.status_of("release") == "skipped");
  BOOST_TEST(x.status_of("after-release") == "skipped");
  BOOST_TEST(x.status_of("other") == "succeeded");
  BOOST_TEST(!dir.exists("release"));
}

BOOST_AUTO_TEST_CASE(a_task_may_need_a_gate) {
  auto x = run(R"(
tasks:
  release: { needs: good, run: echo release >> order }
  test: echo test >> order
gates:
  good: { needs: test }
)",
               {"--jobs", "2"});
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(lines("order") == (lines_type{"test", "release"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(no_gate_blocks_a_finally_task) {
  auto x = run(R"(
tasks:
  verify: exit 1
  work: touch work
  clean: { finally: true, run: touch clean }
gates:
  go: { needs: verify, blocks: all }
)");
  BOOST_TEST(x.status == 1);
  BOOST_TEST(!dir.exists("work"));
  BOOST_TEST(dir.exists("clean"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(e2e_selection, run_fixture)

constexpr const char* chain = R"(
tasks:
  base: echo base >> order
  app: { needs: base, run: echo app >> order }
  docs: { needs: base, run: echo docs >> order }
  ship: { needs: [app, docs], run: echo ship >> order }
gates:
  shipped: { needs: [app, docs], blocks: ship }
)";

BOOST_AUTO_TEST_CASE(only_runs_a_task_and_what_it_needs) {
  auto x = run(chain, {"--only", "app"});
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(lines("order") == (lines_type{"base", "app"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(only_may_be_said_twice_and_with_commas) {
  BOOST_TEST(run(chain, {"--only", "app,docs"}).status == 0);
  BOOST_TEST(lines("order").size() == 3u);
  BOOST_TEST(run(chain, {"--only", "app", "--only=docs"}).status == 0);
  BOOST_TEST(lines("order").size() == 6u);
}

BOOST_AUTO_TEST_CASE(skip_leaves_out_a_task_and_what_needs_it) {
  auto x = run(chain, {"--skip", "docs"});
  BOOST_TEST(lines("order") == (lines_type{"base", "app"}),
             boost::test_tools::per_element());
  BOOST_TEST(x.row("gates", "shipped").at("status") == "closed");
}

BOOST_AUTO_TEST_CASE(a_name_that_is_no_task_is_an_error_with_a_suggestion) {
  for (const auto* option : {"--only", "--skip"}) {
    auto x = run(chain, {option, "dcos"});
    BOOST_TEST(x.status == 2);
    check_one_sentence(x, {"dcos", "docs"});
    BOOST_TEST(!dir.exists("order"));
  }
}

BOOST_AUTO_TEST_CASE(a_run_of_nothing_says_so) {
  auto x = run(chain, {"--skip", "base"});
  BOOST_TEST(x.status == 4);
  check_one_sentence(x, {"nothing to run"});
  BOOST_TEST(!dir.exists(".tutti"));
}

BOOST_AUTO_TEST_CASE(a_dry_run_shows_the_waves_and_touches_nothing) {
  dir.write("tutti.yaml", chain);
  auto x = tutti({"run", "--dry-run"});
  BOOST_TEST(x.status == 0, x.err);
  auto base = x.out.find("Wave 1");
  auto app = x.out.find("Wave 2");
  auto ship = x.out.find("Wave 3");
  BOOST_TEST((base < app && app < ship && ship != std::string::npos), x.out);
  BOOST_TEST(x.out.find("base > app > ship") != std::string::npos, x.out);
  BOOST_TEST(!dir.exists("order"));
  BOOST_TEST(!dir.exists(".tutti"));
}

BOOST_AUTO_TEST_CASE(a_dry_run_may_be_read_by_programs) {
  dir.write("tutti.yaml", chain);
  auto x = tutti({"run", "-n", "--json", "-", "--skip", "docs"});
  BOOST_TEST(x.status == 0, x.err);
  auto document = json::parse(x.out);
  BOOST_TEST(document.at("schema_version") == 1);
  BOOST_TEST(document.at("tasks").size() == 2u);
  BOOST_TEST(document.at("tasks")[1].at("wave") == 2);
  BOOST_TEST(document.at("skipped") == (json{"docs", "ship"}));
  BOOST_TEST(document.at("chain") == (json{"base", "app"}));
}

BOOST_AUTO_TEST_SUITE_END()
