// SPDX-License-Identifier: BSD-3-Clause
#include "config/plan_schema.hpp"

#include "messages/json/json_schema.hpp"
#include "tests/config/plan_texts.hpp"
#include "tests/support/folders.hpp"

#include <boost/test/unit_test.hpp>

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

namespace tutti::config {

namespace {

nlohmann::json schema() {
  return nlohmann::json::parse(plan_json_schema());
}

const char* definition_of(place x) {
  switch (x) {
  case place::plan:
    return "";
  case place::param:
    return "param";
  case place::agent:
    return "agent";
  case place::task:
    return "task";
  case place::phase:
    return "phase";
  case place::gate:
    return "gate";
  case place::defaults:
    return "defaults";
  case place::pool:
    return "pool";
  case place::agent_choice:
    return "agent-choice";
  case place::retries:
    return "retries";
  case place::estimate:
    return "estimate";
  case place::integrate:
    return "integrate";
  case place::artifacts:
    return "artifacts";
  case place::contract:
    return "contract";
  case place::service:
    return "service";
  case place::notify:
    return "notify";
  case place::batch:
    return "batch";
  case place::requests:
    return "requests";
  case place::approval:
    return "approval";
  case place::approvers:
    return "approvers";
  case place::rework:
    return "rework";
  case place::ready:
    return "ready";
  case place::secret:
    return "secret";
  case place::nodes:
    return "nodes";
  case place::lease:
    return "lease";
  }
  return "";
}

/// Every "$ref" below a value.
void collect_references(const nlohmann::json& x, std::set<std::string>& out) {
  if (x.is_object() && x.contains("$ref"))
    out.insert(x["$ref"].get<std::string>());
  if (x.is_structured())
    for (const auto& child : x)
      collect_references(child, out);
}

} // namespace

BOOST_AUTO_TEST_SUITE(config_plan_schema)

BOOST_AUTO_TEST_CASE(rows_of_a_place_stand_together_and_once) {
  for (std::size_t i = 0; i < place_count; ++i) {
    auto where = static_cast<place>(i);
    std::set<std::string_view> names;
    for (const auto& row : key_rows(where)) {
      BOOST_TEST((row.where == where));
      BOOST_TEST(names.insert(row.name).second, row.name);
      BOOST_TEST(find_key(where, row.name) == &row);
      BOOST_TEST(!row.doc.empty());
    }
    std::size_t all = 0;
    for (const auto& row : key_rows())
      all += row.where == where ? 1 : 0;
    BOOST_TEST(names.size() == all);
  }
}

BOOST_AUTO_TEST_CASE(the_json_schema_mentions_every_key_at_its_place) {
  auto whole = schema();
  for (const auto& row : key_rows()) {
    std::string name = definition_of(row.where);
    const auto& place = name.empty() ? whole : whole["definitions"][name];
    BOOST_TEST(place["properties"].contains(std::string{row.name}), row.name);
    BOOST_TEST((place["additionalProperties"] == false));
  }
}

BOOST_AUTO_TEST_CASE(the_json_schema_refers_only_to_what_it_defines) {
  auto whole = schema();
  std::set<std::string> references;
  collect_references(whole, references);
  for (const auto& x : references) {
    BOOST_TEST_REQUIRE(x.starts_with("#/definitions/"));
    BOOST_TEST(whole["definitions"].contains(x.substr(14)), x);
  }
}

BOOST_AUTO_TEST_CASE(the_json_schema_takes_what_the_loader_takes) {
  auto whole = schema();
  // valijson loses `propertyNames` of what is referred to; editors do not.
  whole["definitions"]["matrix"].erase("propertyNames");
  auto verdict = [&](const char* plan) {
    return violation(whole, nlohmann::json::parse(plan));
  };
  BOOST_TEST(verdict(R"({ "include": ["a.yaml"], "grace": "20s",
    "nodes": { "wait-for": ["gpu"], "timeout": "5m" }, "keep": "10m",
    "lease": { "every": "2s", "timeout": "6s" },
    "defaults": { "exclusive": true, "runs-on": null },
    "agents": { "a": { "runs-on": ["gpu", "${{ params.os }}"] } },
    "notify": { "on": ["approval", "failed"], "run": "./tell.sh" },
    "tasks": {
      "t": { "run": "make", "max-parallel": 2, "matrix": {
        "os": ["linux", { "name": "mac", "v": 14 }], "n": "1..3",
        "exclude": { "os": "linux", "n": 2 },
        "include": [{ "os": "bsd" }, { "os": { "name": "x" } }] } },
      "u": { "needs": ["t/linux/1", { "t/bsd": "failed" }], "after": "t" } } })")
             == "");
  for (const char* wrong :
       {R"({ "tasks": { "t": { "matrix": [] } } })",
        R"({ "tasks": { "t": { "matrix": { "os": [] } } } })",
        R"({ "tasks": { "t": { "matrix": { "exclude": [{}] } } } })",
        R"({ "tasks": { "t/u": {} } })", R"({ "notify": { "on": "failed" } })",
        R"({ "notify": { "on": "fail", "run": "x" } })",
        R"({ "include": { "a": "b" } })", R"({ "grace": 10 })",
        R"({ "agents": { "a": { "runs-on": ["native:x"] } } })",
        R"({ "tasks": { "t": { "exclusive": "yes" } } })",
        R"({ "nodes": ["gpu"] })", R"({ "lease": "6s" })"})
    BOOST_TEST(verdict(wrong) != "", wrong);
}

BOOST_AUTO_TEST_CASE(the_loader_knows_each_key_and_no_other) {
  auto text_with = [](std::string_view place, std::string_view key) {
    return "tasks: { t: echo }\n" + std::string{place} + ": { x: { "
         + std::string{key} + ": [[]] } }\n";
  };
  for (auto [where, section] :
       {std::pair{place::agent, "agents"}, std::pair{place::phase, "phases"},
        std::pair{place::gate, "gates"}}) {
    for (const auto& row : key_rows(where))
      BOOST_TEST(
          test::messages_of(text_with(section, row.name)).find("has no key")
              == std::string::npos,
          row.name);
    BOOST_TEST(test::messages_of(text_with(section, "nonsense"))
                   .find("has no key 'nonsense'")
               != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(the_reference_in_docs_is_up_to_date) {
  std::string path = tutti::test::source_path("/docs/plan.md");
  if (std::getenv("TUTTI_REWRITE") != nullptr)
    std::ofstream{path, std::ios::binary} << plan_reference_markdown();
  std::ifstream file{path, std::ios::binary};
  std::ostringstream content;
  content << file.rdbuf();
  BOOST_TEST((content.str() == plan_reference_markdown()),
             "run this test with TUTTI_REWRITE=1");
}

BOOST_AUTO_TEST_CASE(every_plan_in_the_documents_is_good) {
  load_options as_run;
  as_run.need_commands = true;
  for (auto [name, plans] :
       {std::pair{"/docs/plan.md", 14u}, std::pair{"/README.md", 1u}}) {
    std::ifstream file{tutti::test::source_path(name), std::ios::binary};
    std::ostringstream content;
    content << file.rdbuf();
    auto text = content.str();
    std::size_t found = 0;
    for (auto at = text.find("```yaml\n"); at != std::string::npos;
         at = text.find("```yaml\n", at + 8)) {
      auto plan = text.substr(at + 8, text.find("```", at + 8) - at - 8);
      BOOST_TEST(test::messages_of(plan, as_run) == "");
      ++found;
    }
    BOOST_TEST(found == plans, name);
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace tutti::config
