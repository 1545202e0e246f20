// SPDX-License-Identifier: BSD-3-Clause
#include "config/scenario_schema.hpp"

#include "config/yaml_tree.hpp"
#include "messages/json/json_schema.hpp"
#include "tests/config/scenario_texts.hpp"
#include "tests/support/folders.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

namespace tutti::config {

namespace {

namespace fs = std::filesystem;

const std::string shipped = tutti::test::source_path("/config/scenarios");
const std::string page = tutti::test::source_path("/docs/scenarios.md");

nlohmann::json schema() {
  return nlohmann::json::parse(scenario_json_schema());
}

/// The definition of a place; the deeds have none.
std::string definition_of(scenario_place x) {
  switch (x) {
  case scenario_place::machine:
    return "machine";
  case scenario_place::work:
    return "work";
  case scenario_place::review:
    return "review";
  case scenario_place::ask:
    return "ask";
  case scenario_place::step:
    return "step";
  case scenario_place::expect:
    return "expect";
  case scenario_place::requests:
    return "requests";
  case scenario_place::never:
    return "never";
  case scenario_place::end:
    return "end";
  case scenario_place::ends:
    return "ends";
  default:
    return "";
  }
}

const nlohmann::json& part_of(const nlohmann::json& whole, scenario_place x) {
  if (x == scenario_place::scenario)
    return whole;
  if (x >= scenario_place::crash)
    return whole["definitions"]["deed"]["anyOf"]
                [static_cast<std::size_t>(x)
                 - static_cast<std::size_t>(scenario_place::crash)];
  return whole["definitions"][definition_of(x)];
}

/// Every "$ref" below a value.
void collect_references(const nlohmann::json& x, std::set<std::string>& out) {
  if (x.is_object() && x.contains("$ref"))
    out.insert(x["$ref"].get<std::string>());
  if (x.is_structured())
    for (const auto& child : x)
      collect_references(child, out);
}

std::string content_of(const std::string& path) {
  return test::file_text(fs::path{path}.parent_path().string(),
                         fs::path{path}.filename().string())
      .text;
}

/// A document as an editor sees it.
nlohmann::json json_of(const yaml_tree& tree, node_id x) {
  auto n = tree[x];
  if (n.kind == yaml_kind::sequence) {
    auto result = nlohmann::json::array();
    for (auto item : tree.items(x))
      result.push_back(json_of(tree, item));
    return result;
  }
  if (n.kind == yaml_kind::mapping) {
    auto result = nlohmann::json::object();
    for (auto [key, value] : tree.entries(x))
      result[std::string{tree.text(key)}] = json_of(tree, value);
    return result;
  }
  if (n.is_null())
    return nullptr;
  auto plain = nlohmann::json::parse(n.text, nullptr, false);
  if (n.plain && (plain.is_number() || plain.is_boolean()))
    return plain;
  return std::string{n.text};
}

std::set<std::string> shipped_files() {
  std::set<std::string> result;
  for (const auto& x : fs::directory_iterator{shipped})
    if (x.path().extension() == ".yaml")
      result.insert(x.path().filename().string());
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(config_scenario_schema)

BOOST_AUTO_TEST_CASE(rows_of_a_place_stand_together_and_once) {
  std::size_t all = 0;
  for (std::size_t i = 0; i < scenario_place_count; ++i) {
    auto where = static_cast<scenario_place>(i);
    std::set<std::string_view> names;
    BOOST_TEST(!to_string(where).empty());
    for (const auto& row : scenario_rows(where)) {
      BOOST_TEST((row.where == where));
      BOOST_TEST(names.insert(row.name).second, row.name);
      BOOST_TEST(find_scenario_key(where, row.name) == &row);
      BOOST_TEST(row.doc.ends_with(row.id == scenario_key::idle
                                           && where == scenario_place::never
                                       ? "…"
                                       : "."),
                 row.name);
      BOOST_TEST(!words_for(row.type).empty(), row.name);
    }
    BOOST_TEST(!names.empty());
    all += names.size();
  }
  BOOST_TEST(all == scenario_rows().size());
}

BOOST_AUTO_TEST_CASE(never_and_end_know_what_expect_knows) {
  for (auto where : {scenario_place::never, scenario_place::end})
    for (const auto& row : scenario_rows(scenario_place::expect))
      BOOST_TEST(find_scenario_key(where, row.name) == &row);
  BOOST_TEST(find_scenario_key(scenario_place::expect, "took") == nullptr);
}

BOOST_AUTO_TEST_CASE(the_json_schema_mentions_every_key_at_its_place) {
  auto whole = schema();
  for (const auto& row : scenario_rows()) {
    const auto& part = part_of(whole, row.where);
    BOOST_TEST(part["properties"].contains(std::string{row.name}), row.name);
    BOOST_TEST((part["additionalProperties"] == false), row.name);
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
  whole["definitions"]["plan-matrix"].erase("propertyNames");
  auto verdict = [&](const std::string& rest) {
    return violation(
        whole, nlohmann::json::parse(R"({ "scenario": "s", "plan": "p.yaml")"
                                     + rest + "}"));
  };
  BOOST_TEST(verdict(R"(, "clock": "09:00", "seeds": 20, "nodes": ["n1", "n2"],
    "work": { "a": "4m", "g": ["changes-requested", "approved"],
      "b": [{ "takes": "1m", "fails": true }, { "outputs": { "x": [1] },
            "asks": { "agent": "m", "for": ["x", "y"] } }],
      "c": { "takes": "5m", "verdict": "rejected", "to": "a" } },
    "timeline": [
      { "at": "a 50%", "within": "5m", "do": { "crash": "m",
        "back-after": "2m" } },
      { "at": "+1h30m", "do": [{ "slow": "n1", "by": "5s" },
        { "drop": { "from": "a", "to": "b" } }, { "kill-run": true }] },
      { "at": "09:15:30", "expect": { "clock": "09:15", "late": 1,
        "working": { "a": "none", "b": ["x", "y"] },
        "handoffs": { "a -> b": "integrated 3 times" } } },
      { "at": "a#2 timed-out" }, { "at": "requests answered" } ],
    "never": { "idle": "any", "while": "ready" },
    "end": { "run": "succeeded", "took": "3h", "waited": { "all": "0s" },
             "tasks": { "a": "left-out" } })")
             == "");
  BOOST_TEST(violation(whole, nlohmann::json::parse(
                                  R"({ "scenario": "s",
                                       "plan": { "tasks": { "a": {} } } })"))
             == "");
  for (
      const char* wrong :
      {R"(, "clok": "09:00")", R"(, "clock": "9:00")", R"(, "clock": 540)",
       R"(, "timeline": [{ "at": "soon" }])",
       R"(, "timeline": [{ "at": "a succeeded" }])",
       R"(, "timeline": [{ "expect": { "late": 1 } }])",
       R"(, "timeline": [{ "at": "+1m", "do": { "crsh": "a" } }])",
       R"(, "timeline": [{ "at": "+1m", "do": { "hang": "a", "for": "1m" } }])",
       R"(, "timeline": [{ "at": "+1m", "expect": { "took": "1m" } }])",
       R"(, "work": { "a": 5 })", R"(, "work": { "a": { "take": "5m" } })",
       R"(, "end": { "tasks": { "a": "done" } })",
       R"(, "end": { "handoffs": { "a": "sent" } })"})
    BOOST_TEST(verdict(wrong) != "", wrong);
}

BOOST_AUTO_TEST_CASE(the_json_schema_takes_every_shipped_scenario) {
  auto whole = schema();
  whole["definitions"]["plan-matrix"].erase("propertyNames"); // as above
  for (const auto& name : shipped_files()) {
    auto source = test::file_text(shipped, name);
    findings found;
    auto documents = read_yaml_documents(source, found);
    BOOST_TEST_REQUIRE(documents.has_value());
    for (auto root : documents->roots)
      BOOST_TEST(violation(whole, json_of(documents->tree, root)) == "", name);
  }
}

BOOST_AUTO_TEST_CASE(the_reference_in_docs_is_up_to_date) {
  if (std::getenv("TUTTI_REWRITE") != nullptr)
    std::ofstream{page, std::ios::binary} << scenario_reference_markdown();
  BOOST_TEST((content_of(page) == scenario_reference_markdown()),
             "run this test with TUTTI_REWRITE=1");
}

BOOST_AUTO_TEST_CASE(every_scenario_in_the_documents_is_good) {
  auto text = content_of(page);
  std::size_t found = 0;
  constexpr std::string_view fence = "```yaml\n";
  for (auto at = text.find(fence); at != std::string::npos;
       at = text.find(fence, at + fence.size())) {
    auto begin = at + fence.size();
    BOOST_TEST(test::scenario_messages(
                   text.substr(begin, text.find("```", begin) - begin))
               == "");
    ++found;
  }
  BOOST_TEST(found == 3u);
}

BOOST_AUTO_TEST_CASE(every_shipped_scenario_is_good_and_in_the_index) {
  auto text = content_of(page);
  for (const auto& name : shipped_files()) {
    static_cast<void>(test::good_scenarios(test::file_text(shipped, name)));
    BOOST_TEST(text.find("(../config/scenarios/" + name + ")")
                   != std::string::npos,
               name);
  }
}

BOOST_AUTO_TEST_CASE(every_shipped_scenario_states_how_long_it_takes) {
  for (const auto& name : shipped_files())
    for (const auto& x : test::good_scenarios(test::file_text(shipped, name))) {
      auto took = [](const expectation& y) {
        return y.kind == expectation_kind::took;
      };
      BOOST_TEST(std::any_of(x.end.begin(), x.end.end(), took),
                 name << ": " << x.name);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace tutti::config
