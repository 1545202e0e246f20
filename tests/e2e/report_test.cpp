// SPDX-License-Identifier: BSD-3-Clause
#include "tests/e2e/run_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <csignal>

using namespace tutti::test;

BOOST_FIXTURE_TEST_SUITE(e2e_report, run_fixture)

namespace {

constexpr const char* team = R"(
name: team
agents: { ann: {}, ben: { slots: 2 } }
tasks:
  a: { agent: ann, run: echo "k=v" >> "$TUTTI_OUTPUT" }
  b: { agent: ben, needs: a, run: "true" }
  c: { agent: ben, needs: a, run: exit 1, retries: 1 }
  d: { agent: ann, needs: [b, c], run: "true" }
gates:
  good: { needs: b }
)";

double number(const json& x, const char* key) {
  return x.at(key).get<double>();
}

} // namespace

BOOST_AUTO_TEST_CASE(the_document_has_every_promised_field) {
  auto x = run(team);
  BOOST_REQUIRE(x.report.is_object());
  for (const auto* key :
       {"schema_version", "run_id", "plan", "status", "exit_code", "makespan_s",
        "sequential_s", "speedup", "lower_bound_s", "tight_bound", "efficiency",
        "tasks", "agents", "handoffs", "gates"})
    BOOST_TEST(x.report.contains(key), key);
  for (const auto* key :
       {"name", "agent", "status", "attempts", "ready_s", "started_s",
        "finished_s", "exit_code", "log", "outputs"})
    BOOST_TEST(x.report["tasks"][0].contains(key), key);
  for (const auto* key : {"name", "slots", "tasks", "busy_s", "idle_s"})
    BOOST_TEST(x.report["agents"][0].contains(key), key);
  for (const auto* key : {"from", "to", "sent_s", "received_s"})
    BOOST_TEST(x.report["handoffs"][0].contains(key), key);
  for (const auto* key : {"name", "status", "opened_s"})
    BOOST_TEST(x.report["gates"][0].contains(key), key);
  BOOST_TEST(x.report["plan"] == "team");
  BOOST_TEST(x.report["tasks"].size() == 4u);
}

BOOST_AUTO_TEST_CASE(the_status_agrees_with_the_exit_code) {
  auto x = run(team);
  BOOST_TEST(x.status == 1);
  BOOST_TEST(x.report.at("status") == "failed");
  BOOST_TEST(x.report.at("exit_code") == 1);
  BOOST_TEST(x.status_of("a") == "succeeded");
  BOOST_TEST(x.status_of("c") == "failed");
  BOOST_TEST(x.task("c").at("attempts") == 2);
  BOOST_TEST(x.status_of("d") == "skipped");
  BOOST_TEST(x.task("d").at("started_s").is_null());
}

BOOST_AUTO_TEST_CASE(times_follow_one_another) {
  auto x = run(team);
  for (const auto* name : {"a", "b", "c"}) {
    auto task = x.task(name);
    BOOST_TEST(number(task, "ready_s") >= 0);
    BOOST_TEST(number(task, "started_s") >= number(task, "ready_s"));
    BOOST_TEST(number(task, "finished_s") >= number(task, "started_s"));
    BOOST_TEST(number(task, "finished_s") <= number(x.report, "makespan_s"));
  }
  BOOST_TEST(number(x.task("b"), "ready_s")
             >= number(x.task("a"), "finished_s"));
  for (const auto& handoff : x.report.at("handoffs"))
    if (handoff.at("received_s").is_number())
      BOOST_TEST(number(handoff, "received_s") >= number(handoff, "sent_s"));
}

BOOST_AUTO_TEST_CASE(busy_and_idle_make_up_all_slot_time) {
  auto x = run(team);
  auto makespan = number(x.report, "makespan_s");
  double busy = 0;
  for (const auto& agent : x.report.at("agents")) {
    busy += number(agent, "busy_s");
    auto sum = number(agent, "busy_s") + number(agent, "idle_s");
    BOOST_TEST(std::abs(sum - number(agent, "slots") * makespan) < 0.001);
  }
  BOOST_TEST(std::abs(busy - number(x.report, "sequential_s")) < 0.001);
  BOOST_TEST(number(x.report, "lower_bound_s") <= makespan + 0.001);
  BOOST_TEST(std::abs(number(x.report, "speedup") * makespan - busy) < 0.01);
}

BOOST_AUTO_TEST_CASE(the_document_may_go_to_standard_output) {
  dir.write("tutti.yaml", team);
  auto x = tutti({"run", "--json", "-"});
  BOOST_TEST(x.status == 1);
  auto document = json::parse(x.out, nullptr, false);
  BOOST_TEST(document.is_object(), x.out);
  BOOST_TEST(x.err.find("failed") != std::string::npos, x.err);
}

BOOST_AUTO_TEST_CASE(the_schema_is_a_schema_and_names_the_fields) {
  auto x = tutti({"schema", "report"});
  BOOST_TEST(x.status == 0);
  auto schema = json::parse(x.out);
  auto report = run(team).report;
  for (const auto& [key, value] : report.items())
    BOOST_TEST(schema.at("properties").contains(key), key);
}

BOOST_AUTO_TEST_CASE(a_second_run_works_and_has_another_id) {
  auto first = run(team);
  auto second = run(team);
  BOOST_TEST(second.status == first.status);
  BOOST_TEST(first.report.at("run_id") != second.report.at("run_id"));
}

// §31, row 7. What `third` was released by is durable as it starts (§30).
BOOST_AUTO_TEST_CASE(a_resumed_run_tells_of_its_sessions) {
  constexpr const char* plan = R"(
agents: { ann: {}, ben: {} }
tasks:
  first: { agent: ann, run: "true" }
  second:
    agent: ann
    needs: first
    run: test -e go || exec tail -f /dev/null
  third:
    agent: ben
    needs: { second: started }
    run: test -e go && exit 0; echo up > up; exec tail -f /dev/null
)";
  fifo up{dir, "up"};
  auto running = start(plan);
  BOOST_REQUIRE(up.take() == "up");
  running->send_signal(SIGKILL);
  BOOST_TEST(running->wait().status == 137);
  dir.write("go", "");
  auto x = run(plan, {"--resume"});
  BOOST_TEST(x.status == 0, x.out);
  BOOST_TEST(x.out.find("session 2: 1 of 3 tasks are kept, second")
                 != std::string::npos,
             x.out);
  const auto& sessions = x.report.at("sessions");
  BOOST_REQUIRE(sessions.size() == 2u);
  BOOST_TEST(sessions[0].at("status").is_null());
  BOOST_TEST(sessions[1].at("status") == "succeeded");
  BOOST_TEST(sessions[1].at("again").at(0) == "second");
  BOOST_TEST(x.task("first").at("kept") == true);
  BOOST_TEST(x.task("second").at("kept") == false);
  BOOST_TEST(x.task("second").at("sessions") == json({1, 2}));
  auto up_time = number(x.report, "up_s");
  BOOST_TEST(number(x.report, "down_s") > 0);
  BOOST_TEST(std::abs(up_time + number(x.report, "down_s")
                      - number(x.report, "makespan_s"))
             < 1e-5);
  const auto& ann = x.report.at("agents").at(0);
  BOOST_TEST(std::abs(number(ann, "busy_s") + number(ann, "idle_s") - up_time)
             < 1e-5);
}

BOOST_AUTO_TEST_CASE(the_state_directory_may_be_elsewhere) {
  auto x = run("tasks: { a: echo hi }\n", {"--state-dir", "else/where"});
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(dir.exists("else/where"));
  BOOST_TEST(!dir.exists(".tutti"));
}

BOOST_AUTO_TEST_SUITE_END()
