// SPDX-License-Identifier: BSD-3-Clause
// Contracts, services and after-each, as plans say it.
#include "config/plan_select.hpp"
#include "messages/json/json_schema.hpp"
#include "tests/config/plan_texts.hpp"
#include "tests/support/folders.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <fstream>
#include <sstream>
#include <string>

namespace tutti::config {

namespace {

using namespace std::chrono_literals;
using test::good_plan;
using test::shown;
using test::task_named;

std::string names_of(const plan& p, const std::vector<task_id>& xs) {
  std::string result;
  for (auto x : xs)
    result += (result.empty() ? "" : " ") + p.tasks[x.value].name;
  return result;
}

std::string names_of(const plan& p, const std::vector<need>& xs) {
  std::string result;
  for (const auto& x : xs)
    result += (result.empty() ? "" : " ") + std::string{name_of(p, x.of)};
  return result;
}

template <class Xs>
std::string all_names(const Xs& xs) {
  std::string result;
  for (const auto& x : xs)
    result += (result.empty() ? "" : " ") + x.name;
  return result;
}

const std::string agreed = R"(
contracts: { api: { schema: s.json, mock: m.json, defined-by: design } }
tasks:
  other: make
  design: make
  crud: { run: make, needs: design, provides: api }
  page: { run: make, needs-later: api, env: { U: "${{ needs.api.outputs.u }}" } }
  both: { run: make, needs-later: back }
  itself: { run: make, needs: [design], needs-later: crud }
phases: { back: { tasks: [crud] } }
)";

std::string good_file(const char* name) {
  std::ifstream file{tutti::test::data_path("/plans/good/") + name};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

} // namespace

BOOST_AUTO_TEST_SUITE(config_contracts)

BOOST_AUTO_TEST_CASE(a_contract_knows_its_provider_and_its_definition_12) {
  auto p = good_plan(agreed);
  BOOST_REQUIRE(p.contracts.size() == 1u);
  const auto& api = p.contracts[0];
  BOOST_TEST(api.schema_path == "s.json");
  BOOST_TEST(api.mock_path == "m.json");
  BOOST_TEST(p.tasks[api.provider.value].name == "crud");
  BOOST_TEST(p.tasks[api.defined_by.value].name == "design");
  BOOST_TEST((task_named(p, "crud").provides == contract_id{0}));
  BOOST_TEST(api.schema.empty()); // it is made in the run
}

BOOST_AUTO_TEST_CASE(a_contracts_name_stands_for_its_provider_12) {
  auto p = good_plan(agreed);
  const auto& page = task_named(p, "page");
  BOOST_TEST(names_of(p, page.needs_later) == "crud");
  BOOST_TEST(p.tasks[page.env[0].text.nodes[0].task.value].name == "crud");
}

BOOST_AUTO_TEST_CASE(needing_a_provider_later_implies_its_definition_12) {
  auto p = good_plan(agreed);
  BOOST_TEST(names_of(p, task_named(p, "page").needs) == "design");
  BOOST_TEST(names_of(p, task_named(p, "both").needs) == "design");
  BOOST_TEST(names_of(p, task_named(p, "itself").needs) == "design");
  auto q = good_plan(R"(
contracts: { api: { schema: s.json, defined-by: design } }
tasks:
  design: { run: make, needs-later: crud2 }
  crud: { run: make, needs: design, provides: api }
  crud2: make)");
  BOOST_TEST(task_named(q, "design").needs.empty());
}

BOOST_AUTO_TEST_CASE(a_contract_without_definition_is_agreed_at_load_12) {
  tutti::test::temporary_directory folder;
  folder.write("s.json", R"({ "required": ["u"] })");
  folder.write("m.json", R"({ "u": 1 })");
  source_text source{"plan.yaml", folder.path(),
                     "contracts: { api: { schema: s.json, mock: m.json } }\n"
                     "tasks: { a: { run: make, provides: api } }\n"};
  auto p = load_plan(source).value;
  BOOST_REQUIRE(p);
  BOOST_TEST(p->contracts[0].schema == R"({ "required": ["u"] })");
  BOOST_TEST(p->contracts[0].mock == R"({ "u": 1 })");
  BOOST_TEST(!p->contracts[0].defined_by.valid());
}

BOOST_AUTO_TEST_CASE(simulated_work_needs_no_file_of_a_contract_12) {
  load_options simulated;
  simulated.read_files = false;
  auto p = good_plan("contracts: { api: { schema: nowhere.json } }\n"
                     "tasks: { a: { run: make, provides: api } }",
                     simulated);
  BOOST_TEST(p.contracts[0].schema.empty());
}

BOOST_AUTO_TEST_CASE(schemas_are_checked_against_the_schema_of_schemas) {
  auto of = [](const char* text) {
    return schema_mistake(read_json(text).value);
  };
  BOOST_TEST(of("true") == "");
  BOOST_TEST(of(R"({"properties":{"n":{"$ref":"#"}}})") == "");
  BOOST_TEST(of(R"({"properties":{"n":{"type":"list"}}})")
             == "at /properties/n/type: Failed to match against any enum "
                "values");
  BOOST_TEST(of(R"({"$ref":"#"})")
             == "at the top: it refers to itself and says nothing else");
  BOOST_TEST(of(R"({"items":{"$ref":"#/definitions/no"}})")
             == "at /items: '#/definitions/no' refers to nothing");
  BOOST_TEST(of(R"({"items":{"$ref":"http://x/y"}})")
                 .starts_with("at /items: only references within the file"));
  BOOST_TEST(of("[]") != "");
}

BOOST_AUTO_TEST_CASE(a_violation_names_pointer_and_rule_12) {
  auto schema = read_json(R"({"properties":{"a/b":{"items":{"minimum":3}}}})");
  auto value = read_json(R"({"a/b":[4,1]})");
  BOOST_TEST(violation(schema.value, value.value)
             == "at /a~1b/1: Expected number greater than or equal to "
                "3.000000");
  BOOST_TEST(violation(schema.value, read_json("{}").value) == "");
}

BOOST_AUTO_TEST_CASE(after_each_means_tasks_and_those_of_phases_13) {
  auto p = good_plan(R"(
tasks:
  a: make
  t: { run: [echo, "${{ trigger }}", "${{ needs.a.outputs.x }}"], after-each: [a, lane, b] }
  queued: { run: make, after-each: a, batch: true }
  some: { run: make, after-each: a, batch: { max: 5, wait: 2m } }
  off: { run: make, after-each: a, batch: false }
phases: { lane: { tasks: { b: make, c: make, d: { run: make, after-each: b } } } })");
  const auto& t = task_named(p, "t");
  BOOST_TEST((t.kind == task_kind::after_each));
  BOOST_TEST(names_of(p, t.after_each) == "a b c");
  BOOST_TEST((t.batch == batch_policy{1, 0s}));
  BOOST_TEST((task_named(p, "queued").batch == batch_policy{0, 0s}));
  BOOST_TEST((task_named(p, "some").batch == batch_policy{5, 2min}));
  BOOST_TEST((task_named(p, "off").batch == batch_policy{1, 0s}));
  expression_scope scope;
  scope.variable = [](std::string_view x) {
    return "<" + std::string{x} + ">";
  };
  BOOST_TEST(render(t.run.argv[1], scope) == "<trigger>");
}

BOOST_AUTO_TEST_CASE(services_have_what_is_written_23) {
  auto p = good_plan(R"(
params: { port: 5432 }
services:
  db:
    run: [./db.sh, "${{ params.port }}"]
    needs: load
    env: { V: "${{ needs.load.outputs.v }}" }
    env-file: db.env
    working-directory: db
    ready: { run: ./ready.sh, every: 5s, timeout: 10m }
    restart: on-failure
    max-restarts: 7
  cache: ./cache.sh
tasks:
  load: make
  use: { run: make, needs: [db, cache] }
gates: { go: { needs: load, blocks: cache } })");
  const auto& db = p.services.at(0);
  BOOST_TEST(shown(db.run.argv.at(1)) == "5432");
  BOOST_TEST(names_of(p, db.needs) == "load");
  BOOST_TEST(db.env.at(0).name == "V");
  BOOST_TEST(db.env_files.at(0) == "db.env");
  BOOST_TEST(shown(db.working_directory) == "db");
  BOOST_TEST(db.ready.script == "./ready.sh");
  BOOST_TEST((db.ready_every == 5s));
  BOOST_TEST((db.ready_timeout == 10min));
  BOOST_TEST((db.restart == restart_policy::on_failure));
  BOOST_TEST(db.restarts_max == 7u);
  BOOST_TEST(p.services[1].run.script == "./cache.sh");
  BOOST_TEST((p.services[1].ready.kind == command_kind::none));
  BOOST_TEST(names_of(p, task_named(p, "use").needs) == "db cache");
  BOOST_TEST((p.gates[0].blocks[0] == node_ref{node_kind::service, 1}));
}

const std::string many = R"(
contracts: { api: { schema: s.json, defined-by: design }, late: { schema: t.json, defined-by: x } }
services: { db: { run: ./db, needs: seed }, idle: ./idle }
tasks:
  x: make
  seed: make
  design: make
  crud: { run: make, needs: [design, db], provides: api }
  page: { run: make, needs-later: api }
  test: { run: make, after-each: [crud, page] }
  ship: { run: make, needs: test }
)";

BOOST_AUTO_TEST_CASE(only_follows_what_comes_later_triggers_and_services_28) {
  auto p = good_plan(many);
  BOOST_TEST(select_tasks(p, {"test"}, {}).empty());
  BOOST_TEST(all_names(p.tasks) == "seed design crud page test");
  BOOST_TEST(all_names(p.services) == "db");
  BOOST_TEST(names_of(p, p.services[0].needs) == "seed");
  BOOST_TEST(all_names(p.contracts) == "api");
  BOOST_TEST(p.tasks[p.contracts[0].provider.value].name == "crud");
  BOOST_TEST(p.tasks[p.contracts[0].defined_by.value].name == "design");
  BOOST_TEST((task_named(p, "crud").provides == contract_id{0}));
  BOOST_TEST(names_of(p, task_named(p, "crud").needs) == "design db");
  BOOST_TEST(names_of(p, task_named(p, "test").after_each) == "crud page");
}

BOOST_AUTO_TEST_CASE(skip_follows_what_comes_later_triggers_and_services_28) {
  auto skipped = [](const char* name) {
    auto p = good_plan(many);
    BOOST_TEST(select_tasks(p, {}, {name}).empty());
    return names_of(p, p.skipped);
  };
  BOOST_TEST(skipped("page") == "page"); // `test` goes on for `crud`
  BOOST_TEST(skipped("crud") == "crud page test ship");
  BOOST_TEST(skipped("seed") == "seed crud page test ship");
}

BOOST_AUTO_TEST_CASE(the_plans_of_the_model_load) {
  load_options as_run;
  as_run.need_commands = true;
  for (const char* name :
       {"handoffs.yaml", "user-management.yaml", "full-team.yaml"}) {
    auto text = good_file(name);
    BOOST_TEST(!text.empty());
    BOOST_TEST(test::messages_of(text, as_run) == "", name);
  }
  auto team = good_plan(good_file("full-team.yaml"));
  BOOST_TEST(names_of(team, task_named(team, "e2e-tests").after_each)
             == "integration");
  BOOST_TEST(names_of(team, task_named(team, "integration").needs_later)
             == "server-actions auth stripe");
  BOOST_TEST((task_named(team, "review/production").kind == task_kind::review));
  auto login = good_plan(good_file("login.yaml"));
  BOOST_TEST(task_named(login, "login-page").integrate.run.script
             == "./wire.sh");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace tutti::config
