// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/contracts.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tutti;

BOOST_AUTO_TEST_SUITE(actors_agent_contracts)

BOOST_AUTO_TEST_CASE(a_schema_is_checked_before_it_is_used) { // §12
  for (const auto* good :
       {"{}", "true", R"({"type":"object"})",
        R"({"properties":{"next":{"$ref":"#"}}})",
        R"({"definitions":{"a":{"type":"string"}},"$ref":"#/definitions/a"})"})
    BOOST_TEST(check_schema(good).empty(), good << check_schema(good));
  for (const auto* bad :
       {"", "{", "[]", "3", R"({"type":7})", R"({"type":"objekt"})",
        R"({"$ref":"#/definitions/none"})", R"({"$ref":"other.json"})",
        R"({"properties":3})"})
    BOOST_TEST(!check_schema(bad).empty(), bad);
}

BOOST_AUTO_TEST_CASE(a_schema_without_end_is_refused_not_run) {
  for (const auto* endless :
       {R"({"$ref":"#"})", R"({"allOf":[{"$ref":"#"}]})",
        R"({"definitions":{"a":{"$ref":"#/definitions/b"},)"
        R"("b":{"anyOf":[{"$ref":"#/definitions/a"}]}},)"
        R"("properties":{"x":{"$ref":"#/definitions/a"}}})",
        R"({"not":{"$ref":"#"}})", R"({"if":{"$ref":"#"}})"}) {
    BOOST_TEST(check_schema(endless).ends_with(
                   "it refers to itself and says nothing else"),
               endless);
    BOOST_TEST(!check_document(endless, "{}").empty());
  }
}

BOOST_AUTO_TEST_CASE(a_violation_names_pointer_and_rule) { // §12
  struct row {
    const char* schema;
    const char* document;
    const char* expected;
  };
  const row rows[] = {
      {R"({"required":["port"]})", "{}",
       "at the top: Missing required property 'port'"},
      {R"({"properties":{"port":{"type":"integer"}}})", R"({"port":"80"})",
       "at /port: Value type not permitted by 'type' constraint"},
      {R"({"properties":{"a":{"items":{"type":"string"}}}})",
       R"({"a":["x",1]})",
       "at /a/1: Value type not permitted by 'type' constraint"},
      {R"({"properties":{"a/b":{"type":"string"},"t~":{"type":"null"}}})",
       R"({"a/b":1})",
       "at /a~1b: Value type not permitted by 'type' constraint"},
      {R"({"properties":{"n":{"maximum":3}}})", R"({"n":4})",
       "at /n: Expected number less than or equal to 3.000000"},
  };
  for (const auto& r : rows)
    BOOST_TEST(check_document(r.schema, r.document) == r.expected);
  BOOST_TEST(check_document(R"({"required":["a"]})", R"({"a":1})").empty());
  BOOST_TEST(
      check_document("{", "{}")
      == "the schema cannot be used: it is no JSON from line 1, column 2 on");
}

BOOST_AUTO_TEST_CASE(outputs_are_one_object) {
  outputs xs = {{"list", {value_kind::json, "[1,2]"}},
                {"ok", make_boolean(true)},
                {"port", {value_kind::number, "80"}},
                {"text", make_text("80")}};
  const auto* schema =
      R"({"properties":{"port":{"type":"integer"},"ok":{"type":"boolean"},)"
      R"("list":{"type":"array"},"text":{"type":"string"}},)"
      R"("additionalProperties":false})";
  BOOST_TEST(check_outputs(schema, xs).empty());
  xs.push_back({"z", make_text("")});
  BOOST_TEST(!check_outputs(schema, xs).empty());
}

BOOST_AUTO_TEST_CASE(patterns_and_long_texts_do_not_meet) {
  const auto* schema = R"({"properties":{"a":{"pattern":"^(x|y)*$"}}})";
  auto text = [](std::size_t size) {
    return R"({"a":")" + std::string(size, 'x') + "\"}";
  };
  BOOST_TEST(check_document(schema, text(1000)).empty());
  BOOST_TEST(
      check_document(schema, text(1u << 20))
      == "at the top: a text of over 8192 bytes cannot be checked by a schema "
         "with `pattern`");
  BOOST_TEST(
      !check_document(R"({"properties":{"a":{"pattern":"("}}})", R"({"a":"x"})")
           .empty());
}

BOOST_AUTO_TEST_CASE(no_pattern_takes_for_ever) { // rule 7
  const auto* schema = R"({"properties":{"a":{"pattern":"^(a+)+$"}}})";
  auto text = R"({"a":")" + std::string(60, 'a') + R"(b"})";
  BOOST_TEST(
      check_document(schema, text).starts_with("at /a: Failed to match"));
  BOOST_TEST(check_document(schema, R"({"a":"aaa"})") == "");
  BOOST_TEST(
      !check_schema(R"({"properties":{"a":{"pattern":"(a)\\1"}}})").empty());
  BOOST_TEST(!check_schema(R"({"patternProperties":{"^(a+)+$":{}}})").empty());
  BOOST_TEST(check_schema(R"({"patternProperties":{"^x-[a-z]+$":{}}})") == "");
}

BOOST_AUTO_TEST_SUITE_END()
