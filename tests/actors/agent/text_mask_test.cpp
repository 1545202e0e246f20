// SPDX-License-Identifier: BSD-3-Clause
// I10: what an attempt says is masked before it leaves the agent, and stays of
// use: JSON stays JSON.
#include "actors/agent/text_mask.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tutti;

namespace {

/// "hunter2" and, as a whole, the document {"a":1}.
void hide(std::string& text) {
  for (const std::string secret : {"hunter2", R"({"a":1})", "4711"})
    for (auto at = text.find(secret); at != std::string::npos;
         at = text.find(secret))
      text.replace(at, secret.size(), "***");
}

attempt_details with(value x) {
  attempt_details result;
  result.outputs = {{"x", std::move(x)}};
  return result;
}

value masked(value x) {
  auto details = with(std::move(x));
  mask_details(hide, details);
  return details.outputs.at(0).value;
}

} // namespace

BOOST_AUTO_TEST_SUITE(actors_agent_text_mask)

BOOST_AUTO_TEST_CASE(values_are_masked_as_what_they_are) {
  BOOST_TEST((masked(make_text("a hunter2 b")) == make_text("a *** b")));
  BOOST_TEST((masked(make_text("hunter")) == make_text("hunter")));
  BOOST_TEST((masked({value_kind::number, "4711"}) == make_text("***")));
  BOOST_TEST((masked({value_kind::number, "471"})
              == value{value_kind::number, "471"}));
  BOOST_TEST((masked(make_boolean(true)) == make_boolean(true)));
}

BOOST_AUTO_TEST_CASE(json_stays_json) {
  BOOST_TEST(
      (masked({value_kind::json,
               R"({"hunter2":["is hunter2",4711,47,null,true]})"})
       == value{value_kind::json, R"({"***":["is ***","***",47,null,true]})"}));
  BOOST_TEST((masked({value_kind::json, R"([{"a":2}])"})
              == value{value_kind::json, R"([{"a":2}])"}));
  // One that is a secret itself cannot.
  BOOST_TEST(
      (masked({value_kind::json, R"([{"a":1}])"}) == make_text("[***]")));
}

BOOST_AUTO_TEST_CASE(names_are_masked_and_stay_in_order) {
  attempt_details x;
  x.outputs = {{"a", make_text("1")},
               {"hunter2", make_text("2")},
               {"of hunter2", make_text("3")}};
  mask_details(hide, x);
  BOOST_TEST_REQUIRE(x.outputs.size() == 3U);
  BOOST_TEST(x.outputs[0].name == "***");
  BOOST_TEST(x.outputs[1].name == "a");
  BOOST_TEST(find_output(x.outputs, "of ***")->text == "3");
}

// NAME=VALUE cuts a secret that has a '=' in it.
BOOST_AUTO_TEST_CASE(one_over_name_and_value_is_masked) {
  auto hide_pair = [](std::string& text) {
    if (auto at = text.find("a=b"); at != std::string::npos)
      text.replace(at, 3, "***");
  };
  attempt_details x;
  x.outputs = {{"xa", make_text("by")}, {"z", make_text("1")}};
  mask_details(hide_pair, x);
  BOOST_TEST_REQUIRE(x.outputs.size() == 2U);
  BOOST_TEST((x.outputs[0] == output{"***", make_text("***")}));
  BOOST_TEST((x.outputs[1] == output{"z", make_text("1")}));
}

BOOST_AUTO_TEST_CASE(lines_are_masked_before_they_are_read) {
  std::string lines = "\nk=hunter2\n";
  mask_lines(hide, lines);
  BOOST_TEST(lines == "\nk=***\n");
  std::string object = R"( {"a":1} )"; // which is a secret, and stays JSON
  mask_lines(hide, object);
  BOOST_TEST(object == R"( {"a":1} )");
}

BOOST_AUTO_TEST_CASE(texts_of_attempts_and_calls_are_masked) {
  attempt_details x;
  x.note = "note hunter2";
  x.message = "why hunter2";
  mask_details(hide, x);
  BOOST_TEST(x.note == "note ***");
  BOOST_TEST(x.message == "why ***");
  live_call call;
  call.text = call.to = call.key = "hunter2";
  call.texts = {"a", "hunter2"};
  call.outputs = {{"x", make_text("hunter2")}};
  mask_call(hide, call);
  BOOST_TEST(call.text == "***");
  BOOST_TEST(call.to == "***");
  BOOST_TEST(call.key == "***");
  BOOST_TEST(call.texts == (std::vector<std::string>{"a", "***"}));
  BOOST_TEST(call.outputs[0].value.text == "***");
}

BOOST_AUTO_TEST_CASE(without_secrets_nothing_changes) {
  auto x = with(make_text("hunter2"));
  mask_details({}, x);
  BOOST_TEST((x == with(make_text("hunter2"))));
  BOOST_TEST(!holds_secret({}, "hunter2"));
  BOOST_TEST(holds_secret(hide, "hunter2"));
}

BOOST_AUTO_TEST_SUITE_END()
