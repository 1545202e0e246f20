// SPDX-License-Identifier: BSD-3-Clause
// `tutti simulate`: hours in milliseconds, and what would help.
#include "tests/e2e/run_fixture.hpp"
#include "tests/support/json_schema.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace tutti::test;

namespace {

/// The model's "Add User Management Feature": 8 hours of work.
constexpr const char* user_management = R"(
name: user-management
defaults: { run: ./bin/agent.sh }
agents: { alex: {}, jordan: {}, taylor: {}, morgan: {}, sam: {}, quinn: {} }
contracts:
  users-api: { schema: users-api.schema.json, mock: users-api.mock.json, defined-by: api-design }
tasks:
  prd:        { agent: alex, estimate: 1h }
  api-design: { agent: jordan, estimate: 1h }
  schema:     { agent: taylor, needs: api-design, estimate: 1h }
  validation: { agent: morgan, needs: api-design, estimate: 1h }
  crud:       { agent: morgan, needs: schema, provides: users-api, estimate: 45m }
  rbac:       { agent: morgan, needs: crud, estimate: 15m }
  ui:         { agent: sam, needs: api-design, needs-later: crud, estimate: 1h45m, integrate: { run: ./bin/wire.sh, estimate: 15m } }
  test-setup: { agent: quinn, estimate: 30m }
  write-tests: { agent: quinn, needs: test-setup, estimate: 15m }
  tests:      { agent: quinn, needs: test-setup, after-each: crud, estimate: 15m }
)";

/// The eight agents of the model's first diagram, an hour each.
constexpr const char* eight_agents = R"(
name: eight-agents
agents: { reese: {}, alex: {}, jordan: {}, drew: {}, morgan: {}, sam: {}, casey: {}, quinn: {} }
gates: { go: { needs: verify, blocks: all } }
phases:
  design:
    tasks:
      prd:       { agent: alex, estimate: 1h }
      api:       { agent: jordan, estimate: 1h }
      mockups:   { agent: drew, estimate: 1h }
  build:
    needs: design
    tasks:
      backend:   { agent: morgan, estimate: 1h }
      frontend:  { agent: sam, estimate: 1h }
      infra:     { agent: casey, estimate: 1h }
      tests:     { agent: quinn, estimate: 1h }
tasks:
  verify: { agent: reese, estimate: 1h }
)";

/// Something of everything that a play has to get through.
constexpr const char* whole_team = R"(
name: whole-team
params: { slots: 1 }
agents: { ann: {}, ben: { slots: 2 }, cem: {} }
pools: { db: 1 }
gates:
  go: { needs: check, blocks: all }
  release: { needs: [build, docs], approval: { by: [human, cem], estimate: 20m } }
services: { postgres: { run: sleep 100 } }
tasks:
  check: { agent: ann, estimate: 5m }
  build: { agent: ben, needs: check, pool: db, estimate: { min: 10m, mode: 20m, max: 60m } }
  docs:  { agent: { any-of: [ann, ben] }, estimate: 15m }
  pay:   { agent: ben, needs: build, if: needs.build.outputs.pays, estimate: 10m }
  test:  { agent: cem, after-each: [build, docs], estimate: 2m }
  ship:  { needs: release }
)";

struct simulate_fixture : run_fixture {
  program_result simulate(std::string_view plan,
                          std::vector<std::string> args = {}) const {
    dir.write("tutti.yaml", plan);
    args.insert(args.begin(), "simulate");
    return tutti(args);
  }
  json document(std::string_view plan,
                std::vector<std::string> args = {}) const {
    args.insert(args.end(), {"--json", "-"});
    auto x = simulate(plan, std::move(args));
    BOOST_REQUIRE_MESSAGE(x.status == 0, x.err);
    auto result = json::parse(x.out);
    check_document(result, "simulate");
    return result;
  }
  program_result at_width(std::string_view plan, std::size_t columns,
                          std::vector<std::string> args = {}) const {
    dir.write("tutti.yaml", plan);
    args.insert(args.begin(), "simulate");
    auto how = options(args);
    how.env.push_back("COLUMNS=" + std::to_string(columns));
    return run_program(how);
  }
};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// Whether a process has a handler of its own for a signal.
bool catches(int pid, int signal) {
  std::ifstream status{"/proc/" + std::to_string(pid) + "/status"};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("SigCgt:"))
      return (std::stoull(line.substr(7), nullptr, 16) >> (signal - 1) & 1)
          != 0;
  return false;
}

double hours(const json& x, const char* key) {
  return x.at(key).get<double>() / 3600;
}

/// Columns of the widest line; the texts of these tests are one byte wide.
std::size_t widest(const std::string& text) {
  std::istringstream in{text};
  std::size_t result = 0;
  for (std::string line; std::getline(in, line);) {
    auto wide = std::count_if(line.begin(), line.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    });
    result = std::max(result, static_cast<std::size_t>(wide));
  }
  return result;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_simulate, simulate_fixture)

// -- the examples of the model ------------------------------------------------

BOOST_AUTO_TEST_CASE(user_management_takes_three_hours_of_eight) {
  auto x = simulate(user_management);
  BOOST_TEST(x.status == 0, x.err);
  auto first = x.out.substr(0, x.out.find('\n'));
  BOOST_TEST(has(first, "one after another 8h"), first);
  BOOST_TEST(has(first, "this plan 3h"), first);
  BOOST_TEST(has(first, "no team is faster than 3h"), first);
  auto d = document(user_management);
  BOOST_TEST(hours(d, "sequential_s") == 8);
  BOOST_TEST(hours(d, "makespan_s") == 3);
  BOOST_TEST(hours(d, "any_team_s") == 3);
  BOOST_TEST(hours(d, "as_needs_makespan_s") == 4.75);
  BOOST_TEST(d.at("tight_bound") == "chain");
}

BOOST_AUTO_TEST_CASE(with_plain_needs_it_takes_four_hours_and_three_quarters) {
  auto d = document(user_management, {"--later-as-needs"});
  BOOST_TEST(hours(d, "makespan_s") == 4.75);
  BOOST_REQUIRE(d.at("trials").size() == 2u);
  BOOST_TEST(hours(d.at("trials")[0], "makespan_s") == 3);
  BOOST_TEST(hours(d.at("trials")[1], "difference_s") == 1.75);
  auto x = simulate(user_management, {"--later-as-needs", "--advise"});
  BOOST_TEST(has(x.out, "-1h45m  ui needs crud later"), x.out);
}

BOOST_AUTO_TEST_CASE(eight_agents_take_three_hours_of_eight) {
  auto d = document(eight_agents);
  BOOST_TEST(hours(d, "sequential_s") == 8);
  BOOST_TEST(hours(d, "makespan_s") == 3);
  BOOST_TEST(hours(d, "any_team_s") == 3);
}

// -- what it says -------------------------------------------------------------

BOOST_AUTO_TEST_CASE(nothing_is_started_and_nothing_written) {
  auto x = simulate("tasks: { a: { run: touch started, estimate: 1h } }");
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(!std::filesystem::exists(dir.path() + "/started"));
  BOOST_TEST(!std::filesystem::exists(dir.path() + "/.tutti"));
}

BOOST_AUTO_TEST_CASE(a_task_needs_no_command_and_a_contract_no_file) {
  // §12, §22
  BOOST_TEST(simulate("tasks: { a: { estimate: 1h } }").status == 0);
  BOOST_TEST(simulate(user_management).status == 0);
}

BOOST_AUTO_TEST_CASE(a_whole_team_is_played_to_its_end) {
  auto d = document(whole_team, {"--approval", "release=30m"});
  BOOST_TEST(d.at("complete") == true);
  auto gate = d.at("gates")[1];
  BOOST_TEST(gate.at("status") == "open");
  BOOST_TEST(gate.at("waited_for_people_s") == 1800);
  double slots = 0;
  for (const auto& a : d.at("agents")) {
    auto sum = a.at("busy_s").get<double>() + a.at("blocked_s").get<double>()
             + a.at("idle_s").get<double>();
    slots = a.at("slots").get<double>();
    BOOST_TEST(std::abs(sum - slots * d.at("makespan_s").get<double>()) < 1e-3);
  }
  // §7: what `if` asks for and nothing says is false, and that is told.
  BOOST_REQUIRE(d.at("left_out").size() == 1u);
  BOOST_TEST(d.at("left_out")[0].at("task") == "pay");
  BOOST_TEST(d.at("left_out")[0].at("asks")[0] == "build.pays");
  auto x = simulate(whole_team);
  BOOST_TEST(has(x.out, "--output build.pays=true"), x.out);
  auto paid = document(whole_team, {"--output", "build.pays=true"});
  BOOST_TEST(paid.at("left_out").empty());
}

BOOST_AUTO_TEST_CASE(the_same_seed_prints_the_same_bytes) {
  std::vector<std::string> args{"--runs", "50",     "--seed",       "7",
                                "--fifo", "--json", "figures.json", "--advise"};
  auto a = simulate(whole_team, args);
  auto first = lines("figures.json");
  auto b = simulate(whole_team, args);
  BOOST_TEST(a.status == 0, a.err);
  BOOST_TEST(a.out == b.out);
  BOOST_TEST((first == lines("figures.json")));
  args[3] = "8";
  BOOST_TEST(simulate(whole_team, args).out != a.out);
}

BOOST_AUTO_TEST_CASE(drawn_times_have_percentiles_and_an_estimate_its_mode) {
  auto d = document(whole_team, {"--runs", "200"});
  const auto& runs = d.at("runs");
  BOOST_TEST(runs.at("count") == 200);
  BOOST_TEST(runs.at("min_s") < runs.at("p10_s"));
  BOOST_TEST(runs.at("p10_s") < runs.at("p50_s"));
  BOOST_TEST(runs.at("p50_s") < runs.at("p99_s"));
  BOOST_TEST(d.at("seed") == "1");
  auto fixed = document(whole_team);
  BOOST_TEST(fixed.at("runs").is_null());
  BOOST_TEST(fixed.at("seed").is_null());
  BOOST_TEST(d.at("makespan_s") == fixed.at("makespan_s"));
  // A seed alone draws the times of the one play.
  auto drawn = document(whole_team, {"--seed", "3"});
  BOOST_TEST(drawn.at("makespan_s") != fixed.at("makespan_s"));
}

BOOST_AUTO_TEST_CASE(every_change_is_compared_with_the_plan_as_it_is) {
  auto d = document(whole_team,
                    {"--agents", "ann=2,cem=3", "--slots", "4", "--drop-gate",
                     "release", "--fifo", "--later-as-needs"});
  const auto& trials = d.at("trials");
  BOOST_REQUIRE(trials.size() == 8u);
  BOOST_TEST(trials[0].at("change") == "as it is");
  BOOST_TEST(trials[1].at("change") == "ann: 2 slots");
  BOOST_TEST(trials[2].at("change") == "cem: 3 slots");
  BOOST_TEST(trials[3].at("change") == "local: 4 slots");
  BOOST_TEST(trials[4].at("change") == "without gate release");
  BOOST_TEST(trials[7].at("makespan_s") == d.at("makespan_s"));
  BOOST_TEST(d.at("agents")[0].at("slots") == 2);
}

BOOST_AUTO_TEST_CASE(it_fits_into_the_width_that_there_is) {
  for (std::size_t columns : {40u, 60u, 80u, 200u})
    for (const auto* plan : {user_management, whole_team})
      for (std::vector<std::string> args :
           {std::vector<std::string>{},
            {"--advise", "--fifo", "--agents", "sam=2", "--runs", "5"}}) {
        if (plan == whole_team && !args.empty())
          args[3] = "ann=2";
        auto x = at_width(plan, columns, args);
        BOOST_TEST(x.status == 0, x.err);
        BOOST_TEST(widest(x.out) <= columns, x.out);
        BOOST_TEST(!has(x.out, "\x1b"));
      }
}

BOOST_AUTO_TEST_CASE(the_chart_has_a_row_for_each_slot_and_plain_has_lines) {
  auto x = at_width(user_management, 80);
  BOOST_TEST(has(x.out, "\njordan  [api-design=="), x.out);
  BOOST_TEST(has(x.out, "[+ui"), x.out);
  auto plain = at_width(user_management, 80, {"--plain"});
  BOOST_TEST(has(plain.out, "\n   2h45m       3h  sam +ui\n"), plain.out);
  BOOST_TEST(!has(plain.out, "[api-design"));
}

// -- earlier runs -------------------------------------------------------------

BOOST_AUTO_TEST_CASE(without_an_estimate_earlier_runs_of_the_plan_count) {
  constexpr const char* plan = "name: p\ntasks: { a: { run: sleep 0.2 }, "
                               "b: { run: 'true', estimate: 5s } }\n";
  auto before = document(plan);
  BOOST_TEST(before.at("estimates").at("default") == 1);
  BOOST_TEST(before.at("makespan_s") == 60);
  BOOST_REQUIRE(run(plan).status == 0);
  auto d = document(plan);
  BOOST_TEST(d.at("estimates").at("history") == 1);
  BOOST_TEST(d.at("estimates").at("history_runs") == 1);
  BOOST_TEST(d.at("tasks")[0].at("estimate") == "history");
  BOOST_TEST(d.at("tasks")[0].at("run_s") >= 0.2);
  BOOST_TEST(d.at("tasks")[1].at("run_s") == 5);
  auto always = document(plan, {"--history", "always"});
  BOOST_TEST(always.at("estimates").at("history") == 2);
  BOOST_TEST(always.at("tasks")[1].at("run_s") < 5);
  auto never = document(plan, {"--history", "never"});
  BOOST_TEST(never.at("makespan_s") == 60);
  BOOST_TEST(has(simulate(plan).out, "1 from 1 earlier run"));
}

// -- mistakes -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(mistakes_are_one_sentence_with_exit_code_2) {
  struct row {
    std::vector<std::string> args;
    std::vector<std::string> says;
  };
  for (const auto& r : std::vector<row>{
           {{"--agents", "morgen=2"}, {"morgen", "did you mean 'morgan'"}},
           {{"--agents", "morgan"}, {"--agents", "NAME=SLOTS"}},
           {{"--agents", "morgan=0"}, {"--agents morgan=", "from 1"}},
           {{"--drop-gate", "go"}, {"--drop-gate", "go", "no gate"}},
           {{"--slots", "2"}, {"--slots", "--agents NAME=N"}},
           {{"--slots", "many"}, {"--slots", "many"}},
           {{"--runs", "0"}, {"--runs", "from 1"}},
           {{"--runs", "10000001"}, {"--runs", "10000000"}},
           {{"--seed", "-1"}, {"--seed", "-1"}},
           {{"--history", "often"}, {"history", "often"}},
           {{"--output", "stripe=true"}, {"--output", "TASK.KEY=VALUE"}},
           {{"--output", "prdd.stripe=true"}, {"prdd", "did you mean 'prd'"}},
           {{"--approval", "go=1h"}, {"--approval", "go"}},
           {{"--approval", "soon"}, {"--approval", "soon"}},
           {{"--only", "nobody"}, {"nobody"}},
       }) {
    auto x = simulate(user_management, r.args);
    BOOST_TEST_CONTEXT(r.args[0] << ' ' << r.args[1]) {
      BOOST_TEST(x.status == 2);
      BOOST_TEST(x.out == "");
      check_one_sentence(x, r.says);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_plan_with_errors_is_not_played) {
  auto x = simulate("tasks: { a: { needs: b } }");
  BOOST_TEST(x.status == 2);
  BOOST_TEST(has(x.err, "tutti.yaml:1"), x.err);
  BOOST_TEST(simulate("tasks: {}").status == 4);
}

BOOST_AUTO_TEST_CASE(an_estimate_above_a_clock_is_told) {
  auto x = simulate("agents: { ann: {} }\ntasks:\n  a: { agent: ann, estimate: "
                    "3h, timeout: 2h }\n  b: { agent: ann, estimate: 1h, "
                    "queue-timeout: 1h }\n  c: { agent: ann, needs: b, "
                    "estimate: 2h, deadline: 90m }\n");
  BOOST_TEST(x.status == 0);
  std::replace(x.out.begin(), x.out.end(), '\n', ' ');
  BOOST_TEST(has(x.out, "task 'a' takes 3h, and its timeout is 2h"), x.out);
  BOOST_TEST(has(x.out, "its queue-timeout is 1h"), x.out);
  BOOST_TEST(has(x.out, "its deadline is 1h30m"), x.out);
}

BOOST_AUTO_TEST_CASE(ctrl_c_ends_a_long_study_cleanly) {
  dir.write("tutti.yaml", user_management);
  program p{
      options({"simulate", "--runs", "10000000", "--json", "figures.json"})};
  BOOST_REQUIRE(eventually([&] {
    return catches(p.pid(), SIGINT);
  }));
  p.send_signal(SIGINT);
  auto x = p.wait();
  BOOST_TEST(x.status == 130);
  BOOST_TEST(x.out == "");
  check_one_sentence(x, {"interrupted"});
  BOOST_TEST(!std::filesystem::exists(dir.path() + "/figures.json"));
}

BOOST_AUTO_TEST_CASE(the_help_and_the_schema_are_there) {
  auto help = tutti({"simulate", "-h"});
  BOOST_TEST(help.status == 0);
  for (const auto* option :
       {"--agents", "--slots", "--drop-gate", "--later-as-needs", "--fifo",
        "--advise", "--runs", "--seed", "--history", "--output", "--approval",
        "--json", "--plain", "--state-dir", "Exit codes"})
    BOOST_TEST(has(help.out, option), option);
  auto schema = tutti({"schema", "simulate"});
  BOOST_TEST(schema.status == 0);
  BOOST_TEST((json::parse(schema.out) == shipped_schema("simulate")));
}

BOOST_AUTO_TEST_SUITE_END()
