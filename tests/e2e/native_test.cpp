// SPDX-License-Identifier: BSD-3-Clause
// Native agents: tests/programs/native_team.cpp is tutti with some linked in.
#include "tests/e2e/run_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <cstdlib>

using namespace tutti::test;

namespace {

struct native_fixture : run_fixture {
  [[nodiscard]] program_options
  native_options(const std::vector<std::string>& args) const {
    auto result = options(args);
    result.path = std::getenv("TUTTI_NATIVE_BINARY");
    return result;
  }

  [[nodiscard]] std::unique_ptr<program> start_native(std::string_view plan) {
    dir.write("tutti.yaml", plan);
    return std::make_unique<program>(
        native_options({"run", "--plain", "--json", "report.json"}));
  }

  [[nodiscard]] run_result run_native(std::string_view plan) {
    auto x = start_native(plan);
    return finish(*x);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_native, native_fixture)

BOOST_AUTO_TEST_CASE(native_and_shell_agents_hand_on_to_each_other) {
  auto x = run_native(R"(
agents:
  ada: { native: add }
tasks:
  first: echo n=41 >>"$TUTTI_OUTPUT"
  second: { agent: ada, needs: first, prompt: Add one }
  third:
    needs: second
    env: { N: "${{ needs.second.outputs.n }}", P: "${{ needs.second.outputs.prompt }}" }
    run: test "$N $P" = "42 Add one"
)");
  BOOST_TEST(x.status == 0);
  BOOST_TEST(x.status_of("third") == "succeeded");
}

BOOST_AUTO_TEST_CASE(what_an_agent_throws_is_the_message_of_a_failed_attempt) {
  auto x = run_native(R"(
agents:
  baker: { native: fail }
tasks:
  bread: { agent: baker, retries: 1 }
  meal: { needs: bread, run: "true" }
)");
  BOOST_TEST(x.status == 1);
  BOOST_TEST(x.status_of("bread") == "failed");
  BOOST_TEST(x.status_of("meal") == "skipped");
  BOOST_TEST(x.out.find("the oven is cold") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_blocks_holds_up_no_other) { // rule 5
  auto x = run_native(R"(
agents:
  crowd: { native: meet, slots: 8 }
defaults: { timeout: 30s }
phases:
  meeting:
    agent: crowd
    tasks: { a: {}, b: {}, c: {}, d: {}, e: {}, f: {}, g: {}, h: {} }
)");
  BOOST_TEST(x.status == 0);
}

BOOST_AUTO_TEST_CASE(a_timeout_ends_an_agent_that_listens) { // §26
  auto x = run_native(R"(
agents:
  patient: { native: wait }
tasks:
  long: { agent: patient, timeout: 100ms }
)");
  BOOST_TEST(x.status == 1);
  BOOST_TEST(x.status_of("long") == "timed-out");
}

BOOST_AUTO_TEST_CASE(ctrl_c_stops_a_run_of_native_agents) { // §26
  auto x = start_native(R"(
agents:
  patient: { native: wait }
tasks:
  long: { agent: patient }
)");
  BOOST_REQUIRE(x->read_until("long"));
  x->send_signal(SIGINT);
  auto result = finish(*x);
  BOOST_TEST(result.status == 130);
  BOOST_TEST(result.report.at("status") == "stopped");
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(an_actor_of_ones_own_is_an_agent) {
  auto x = run_native(R"(
agents:
  own: { native: own, slots: 2 }
tasks:
  before: echo x=1 >>"$TUTTI_OUTPUT"
  one: { agent: own, needs: before }
  two: { agent: own }
  check:
    needs: [one, two]
    env: { BY: "${{ needs.one.outputs.by }}" }
    run: test "$BY" = "an actor"
)");
  BOOST_TEST(x.status == 0);
}

BOOST_AUTO_TEST_CASE(
    an_agent_that_is_not_linked_in_is_an_error_before_the_run) {
  constexpr auto plan = R"(
agents:
  ada: { native: ad }
tasks:
  first: { agent: ada }
)";
  auto x = run_native(plan);
  BOOST_TEST(x.status == 2);
  BOOST_TEST(x.err.find("tutti.yaml:3:") != std::string::npos);
  BOOST_TEST(x.err.find("add, fail, listen, meet, own, wait")
             != std::string::npos);
  BOOST_TEST(!dir.exists(".tutti"));
  // The program that is to run it says so in `check` as well.
  BOOST_TEST(run_program(native_options({"check"})).status == 2);
}

BOOST_AUTO_TEST_CASE(tutti_itself_checks_plans_of_native_agents) {
  dir.write("tutti.yaml", R"(
agents:
  ada: { native: add }
tasks:
  first: { agent: ada }
)");
  auto x = tutti({"check"});
  BOOST_TEST(x.status == 0);
  BOOST_TEST(x.err.find("warning") != std::string::npos);
  BOOST_TEST(x.err.find("docs/native.md") != std::string::npos);
  BOOST_TEST(tutti({"run", "--dry-run"}).status == 0);
  BOOST_TEST(tutti({"run"}).status == 2);
  BOOST_TEST(run_program(native_options({"check"})).status == 0);
}

BOOST_AUTO_TEST_SUITE_END()
