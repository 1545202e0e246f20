// SPDX-License-Identifier: BSD-3-Clause
// What requests mean, and what is wrong with those that mean nothing.
#include "runtime/control/control_request.hpp"
#include "runtime/control/live_request.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::control;

namespace {

plan a_plan() {
  plan p;
  p.name = "pay";
  for (const auto* name : {"crud", "users-page", "release"}) {
    task t;
    t.name = name;
    p.tasks.push_back(t);
  }
  p.phases.push_back({"build", {task_id{0u}, task_id{1u}}});
  gate g;
  g.name = "deploy";
  p.gates.push_back(g);
  service s;
  s.name = "db";
  p.services.push_back(s);
  return p;
}

std::string mistake_of(std::string_view line) {
  auto p = a_plan();
  return control_reader{p}.parse(line).mistake;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::string live_mistake(std::string_view fields) {
  auto line = R"({"version":1,"token":"t",)" + std::string{fields} + "}";
  return parse_live_request(line).mistake;
}

} // namespace

BOOST_AUTO_TEST_SUITE(control_requests)

BOOST_AUTO_TEST_CASE(
    a_verdict_names_its_gate_its_giver_and_whom_it_sends_back) {
  auto p = a_plan();
  auto x = control_reader{p}.parse(
      R"({"version":1,"command":"request-changes","gate":"deploy","as":"ann",)"
      R"("message":"too slow","to":["release","build"]})");
  BOOST_TEST(x.mistake == "");
  BOOST_TEST((x.topic == control_topic::call));
  BOOST_TEST((x.call.kind == control_kind::give_verdict));
  BOOST_TEST((x.call.verdict == verdict::changes_requested));
  BOOST_TEST((x.call.subject == node_ref{node_kind::gate, 0}));
  BOOST_TEST(x.call.who == "ann");
  BOOST_TEST(x.call.text == "too slow");
  // A phase stands for its tasks.
  BOOST_TEST(
      (x.call.tasks == std::vector{task_id{2u}, task_id{0u}, task_id{1u}}));
}

BOOST_AUTO_TEST_CASE(tasks_and_phases_can_be_steered) {
  auto p = a_plan();
  control_reader reader{p};
  for (auto [word, kind] : {std::pair{"cancel", control_kind::cancel},
                            std::pair{"retry", control_kind::retry},
                            std::pair{"pause", control_kind::pause},
                            std::pair{"resume", control_kind::resume}}) {
    auto line = R"({"version":1,"command":")" + std::string{word}
              + R"(","task":"build"})";
    auto x = reader.parse(line);
    BOOST_TEST(x.mistake == "");
    BOOST_TEST((x.call.kind == kind));
    BOOST_TEST((x.call.subject == node_ref{node_kind::phase, 0}));
  }
}

BOOST_AUTO_TEST_CASE(a_node_is_drained_by_its_name) { // §32
  auto p = a_plan();
  control_reader reader{p};
  auto x =
      reader.parse(R"({"version":1,"command":"drain-node","node":"box1"})");
  BOOST_TEST(x.mistake == "");
  BOOST_TEST((x.topic == control_topic::call));
  BOOST_TEST((x.call.kind == control_kind::drain_node));
  BOOST_TEST(x.call.text == "box1"); // which nodes there are the run knows
  BOOST_TEST(has(mistake_of(R"({"version":1,"command":"drain-node"})"),
                 "needs \"node\""));
}

BOOST_AUTO_TEST_CASE(unknown_names_are_refused_with_the_nearest_known_one) {
  auto p = a_plan();
  auto x = control_reader{p}.parse(
      R"({"version":1,"command":"approve","gate":"deplyo","as":"a"})");
  BOOST_TEST((x.code == refusal_code::unknown_name));
  BOOST_TEST(has(x.mistake, "no gate 'deplyo' in plan 'pay'"));
  BOOST_TEST(has(x.mistake, "did you mean 'deploy'?"));
  BOOST_TEST(
      has(mistake_of(R"({"version":1,"command":"cancel","task":"cruds"})"),
          "did you mean 'crud'?"));
  BOOST_TEST(has(
      mistake_of(R"({"version":1,"command":"approve","gate":"crud","as":"a"})"),
      "'crud' is a task, no gate"));
  BOOST_TEST(has(mistake_of(R"({"version":1,"command":"cancel","task":"db"})"),
                 "'db' is a service, no task"));
  BOOST_TEST(
      has(mistake_of(R"({"version":1,"command":"explain","subject":"build"})"),
          "'build' is a phase"));
  BOOST_TEST(has(mistake_of(R"({"version":1,"command":"request-changes",)"
                            R"("gate":"deploy","as":"a","to":["cru"]})"),
                 "did you mean 'crud'?"));
}

BOOST_AUTO_TEST_CASE(what_is_no_request_is_refused_in_one_sentence) {
  BOOST_TEST(has(mistake_of(""), "JSON object"));
  BOOST_TEST(has(mistake_of("[]"), "JSON object"));
  BOOST_TEST(has(mistake_of("{\"version\":1"), "JSON object"));
  BOOST_TEST(has(mistake_of("\xff\xfe"), "JSON object"));
  BOOST_TEST(has(mistake_of(std::string(100'000, '[')), "levels deep"));
  BOOST_TEST(has(mistake_of(R"({"command":"hello"})"), "version 1"));
  BOOST_TEST(has(mistake_of(R"({"version":2,"command":"hello"})"),
                 "use the tutti that started it"));
  BOOST_TEST(has(mistake_of(R"({"version":1})"), "needs \"command\""));
  BOOST_TEST(has(mistake_of(R"({"version":1,"command":"destroy"})"),
                 "no command \"destroy\""));
  BOOST_TEST(
      has(mistake_of(R"({"version":1,"command":"cancel"})"), "needs \"task\""));
  BOOST_TEST(has(mistake_of(R"({"version":1,"command":"cancel","task":7})"),
                 "\"task\" of the request is a text"));
  BOOST_TEST(has(mistake_of(R"({"version":1,"command":"hello","to":"x"})"),
                 "has no \"to\""));
  BOOST_TEST(
      has(mistake_of(R"({"version":1,"command":"approve","gate":"deploy",)"
                     R"("as":"a","to":["crud"]})"),
          "only who requests changes"));
}

BOOST_AUTO_TEST_CASE(what_an_attempt_says_keeps_every_field) {
  auto x = parse_live_request(
      R"({"version":1,"token":"t","command":"request","to":"morgan",)"
      R"("texts":["a","b"],"note":"n","key":"k","awaited":false})");
  BOOST_TEST(x.mistake == "");
  BOOST_TEST(x.token == "t");
  BOOST_TEST((x.call.kind == live_kind::request));
  BOOST_TEST(x.call.to == "morgan");
  BOOST_TEST((x.call.texts == std::vector<std::string>{"a", "b"}));
  BOOST_TEST((x.call.text == "n" && x.call.key == "k" && !x.call.awaited));
  auto h = parse_live_request(
      R"({"version":1,"token":"t","command":"handoff","note":"n",)"
      R"("outputs":{"b":true,"a":"x","c":[1]}})");
  BOOST_TEST(h.mistake == "");
  BOOST_TEST((h.call.outputs
              == outputs{{"a", make_text("x")},
                         {"b", make_boolean(true)},
                         {"c", {value_kind::json, "[1]"}}}));
  auto i = parse_live_request(
      R"({"version":1,"token":"t","command":"inbox","wait_ms":1500})");
  BOOST_TEST((i.call.wait == std::chrono::milliseconds(1500)));
  auto p = parse_live_request(
      R"({"version":1,"token":"t","command":"progress","percent":70})");
  BOOST_TEST((p.call.kind == live_kind::progress && p.call.percent == 70));
}

BOOST_AUTO_TEST_CASE(what_an_attempt_cannot_say_is_refused_in_one_sentence) {
  BOOST_TEST(
      has(parse_live_request(R"({"version":1,"command":"inbox"})").mistake,
          "needs \"token\""));
  BOOST_TEST(has(live_mistake(R"("command":"fly")"), "no command \"fly\""));
  BOOST_TEST(
      has(live_mistake(R"("command":"progress","percent":101)"), "0 to 100"));
  BOOST_TEST(has(live_mistake(R"("command":"progress","percent":1.5)"),
                 "whole number"));
  BOOST_TEST(has(live_mistake(R"("command":"progress")"), "needs"));
  BOOST_TEST(has(live_mistake(R"("command":"note")"), "needs \"text\""));
  BOOST_TEST(has(live_mistake(R"("command":"handoff")"), "needs"));
  BOOST_TEST(
      has(live_mistake(R"("command":"handoff","outputs":[1])"), "an object"));
  BOOST_TEST(has(live_mistake(R"("command":"handoff","outputs":{"":1})"),
                 "needs a name"));
  BOOST_TEST(has(live_mistake(R"("command":"request","to":"x")"), "texts"));
  BOOST_TEST(has(live_mistake(R"("command":"request","to":"x","texts":[1])"),
                 "a list of texts"));
  BOOST_TEST(
      has(live_mistake(R"("command":"inbox","wait_ms":-1)"), "100 years"));
  BOOST_TEST(
      has(live_mistake(R"("command":"inbox","wait_ms":1e30)"), "whole number"));
  BOOST_TEST(
      has(live_mistake(R"("command":"inbox","wait":"5m")"), "has no \"wait\""));
}

BOOST_AUTO_TEST_CASE(an_agents_answer_becomes_a_reply) {
  auto done = json::parse(live_answer({1, true, R"({"ids":[3]})"}));
  BOOST_TEST(done.at("ok") == true);
  BOOST_TEST(done.at("result").at("ids").at(0) == 3);
  auto refused =
      json::parse(live_answer({1, false, "would-deadlock: a and b"}));
  BOOST_TEST(refused.at("ok") == false);
  BOOST_TEST(refused.at("code") == "refused");
  BOOST_TEST(refused.at("error") == "would-deadlock: a and b");
  BOOST_TEST(json::parse(live_answer({1, true, ""})).at("result").is_object());
}

BOOST_AUTO_TEST_SUITE_END()
