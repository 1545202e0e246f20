// SPDX-License-Identifier: BSD-3-Clause
// What tutti and sessions say to each other (semantics §22).
#include "actors/agent/session_protocol.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using namespace tutti;
using namespace tutti::session_protocol;
using nlohmann::json;

namespace {

json sent(const std::string& line) {
  BOOST_TEST_REQUIRE(line.ends_with('\n'));
  BOOST_TEST_REQUIRE(line.find('\n') == line.size() - 1);
  return json::parse(line);
}

template <class T>
T heard(const std::string& line) {
  auto x = decode(line);
  BOOST_TEST_REQUIRE(x.mistake == "");
  BOOST_TEST_REQUIRE(std::holds_alternative<T>(x.message));
  return std::get<T>(x.message);
}

attempt_details some_details() {
  attempt_details x;
  x.outputs = {{"count", {value_kind::number, "3"}},
               {"list", {value_kind::json, "[1,2]"}},
               {"ok", make_boolean(true)},
               {"text", make_text("a\nb")}};
  x.note = "mind the gap";
  x.artifacts = {{"dist/app.js", std::string(64, 'a'), 12, true}};
  return x;
}

std::vector<std::string> lines_of(line_reader& reader) {
  std::vector<std::string> result;
  std::string line;
  while (reader.next(line))
    result.push_back(line);
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(actors_agent_session_protocol)

BOOST_AUTO_TEST_CASE(hello_lists_the_tasks_that_wait_to_integrate) { // §22
  auto x = sent(encode(welcome{"sam", "Frontend", 2, {{"frontend", 3}}}));
  auto expected = R"({"type": "hello", "protocol": 1, "agent": "sam",
    "role": "Frontend", "slots": 2,
    "waiting": [{"task": "frontend", "version": 3}]})"_json;
  BOOST_TEST(x == expected);
}

BOOST_AUTO_TEST_CASE(a_task_brings_all_that_a_command_would_see) { // §22
  assignment a;
  a.id = "ui#4";
  a.task = "ui";
  a.attempt = 2;
  a.version = 3;
  a.round = 3;
  a.prompt = "Build it";
  a.feedback = "no tenant check";
  a.input = R"({"task":"ui","needs":{}})";
  a.env = {{"LEVEL", "1=2"}, {"EMPTY", ""}};
  a.env_files = {"/plan/x.env"};
  a.directory = "/plan/ui";
  auto expected = R"({"type": "task", "id": "ui#4", "task": "ui",
    "phase": "run", "attempt": 2, "version": 3, "round": 3,
    "prompt": "Build it", "feedback": "no tenant check",
    "input": {"task": "ui", "needs": {}},
    "env": {"LEVEL": "1=2", "EMPTY": ""}, "env-files": ["/plan/x.env"],
    "directory": "/plan/ui"})"_json;
  BOOST_TEST(sent(encode(a)) == expected);
  a.phase = work_phase::integrate;
  BOOST_TEST(sent(encode(a))["type"] == "integrate");
  BOOST_TEST(sent(encode(a))["phase"] == "integrate");
}

BOOST_AUTO_TEST_CASE(a_handoff_brings_outputs_note_and_artifacts) {
  auto details = some_details();
  auto x =
      sent(encode(delivery{"ui", "crud", 2, task_state::succeeded, &details}));
  auto expected = R"({"type": "handoff", "task": "ui", "from": "crud",
    "id": "crud@2", "version": 2, "status": "succeeded", "note": "mind the gap",
    "outputs": {"count": 3, "list": [1, 2], "ok": true, "text": "a\nb"}})"_json;
  expected["artifacts"] = {{{"path", "dist/app.js"},
                            {"digest", "sha256:" + std::string(64, 'a')},
                            {"size", 12},
                            {"executable", true}}};
  BOOST_TEST(x == expected);
  auto bare =
      sent(encode(delivery{"ui", "crud", 1, task_state::failed, nullptr}));
  BOOST_TEST(bare["outputs"] == json::object());
  BOOST_TEST(bare["status"] == "failed");
}

BOOST_AUTO_TEST_CASE(an_answer_names_its_request) { // §19
  auto details = some_details();
  auto x = sent(encode(answer{"ui", 7, "morgan", "createUser",
                              task_state::succeeded, &details}));
  BOOST_TEST(x["type"] == "answer");
  BOOST_TEST(x["id"] == "request/7");
  BOOST_TEST(x["agent"] == "morgan");
  BOOST_TEST(x["text"] == "createUser");
  BOOST_TEST(x["outputs"]["count"] == 3);
}

BOOST_AUTO_TEST_CASE(a_reply_carries_the_call_as_it_was_given) {
  auto made = sent(encode(reply{"[1]", true, R"({"ids":[3,4],"ok":5})"}));
  auto expected =
      R"({"type": "reply", "call": [1], "ok": true, "ids": [3, 4]})"_json;
  BOOST_TEST(made == expected);
  auto refused = sent(encode(reply{"", false, "busy"}));
  expected = R"({"type": "reply", "ok": false, "text": "busy"})"_json;
  BOOST_TEST(refused == expected);
}

BOOST_AUTO_TEST_CASE(cancel_and_bye_are_short) {
  BOOST_TEST(encode_cancel("ui#1")
             == R"({"id":"ui#1","type":"cancel"})"
                "\n");
  BOOST_TEST(encode_bye() == "{\"type\":\"bye\"}\n");
}

BOOST_AUTO_TEST_CASE(invalid_utf8_is_replaced_on_the_way_out) {
  assignment a;
  a.prompt = "caf\xe9";
  BOOST_TEST(sent(encode(a))["prompt"] == "caf\xef\xbf\xbd");
}

BOOST_AUTO_TEST_CASE(every_message_of_a_session_is_understood) {
  auto hello =
      heard<greeting>(R"({"type":"hello","protocol":1,"name":"s","slots":3})");
  BOOST_TEST((hello.name == "s" && hello.slots == 3U));
  BOOST_TEST(
      heard<greeting>(R"({"type":"hello","protocol":1,"name":"s"})").slots
      == 0U);
  heard<heartbeat>(R"({"type":"heartbeat"})");
  heard<farewell>(R"({"type":"bye","unknown":1})");
  auto p = heard<progress>(
      R"({"type":"progress","id":"a#1","percent":70.0,"text":"half"})");
  BOOST_TEST((p.id == "a#1" && p.percent == 70 && p.text == "half"));
  BOOST_TEST(
      heard<progress>(R"({"type":"progress","id":"a","percent":null})").percent
      == -1);
  auto n = heard<note>(R"({"type":"note","id":"a","text":"x","call":"c"})");
  BOOST_TEST((n.text == "x" && n.call == "\"c\""));
  auto h = heard<partial>(
      R"({"type":"handoff","id":"a","outputs":{"b":1,"a":"x"},"note":"y"})");
  BOOST_TEST(h.outputs.size() == 2U);
  BOOST_TEST((h.outputs[0].name == "a" && h.outputs[1].value.text == "1"));
  auto r = heard<ask>(
      R"({"type":"request","id":"a","to":"m","text":["x","y"],"key":"k",)"
      R"("wait":false,"note":"n","call":7})");
  BOOST_TEST((r.to == "m" && r.texts.size() == 2U && r.key == "k"));
  BOOST_TEST((!r.awaited && r.note == "n" && r.call == "7"));
  auto one = heard<ask>(R"({"type":"request","id":"a","to":"m","text":"x"})");
  BOOST_TEST((one.awaited && one.texts.size() == 1U && one.call.empty()));
  auto d = heard<done>(
      R"({"type":"done","id":"a","outputs":{"n":null,"o":{"x":[1]}}})");
  BOOST_TEST(d.outputs[0].value.text == "null");
  BOOST_TEST(d.outputs[1].value.text == R"({"x":[1]})");
  BOOST_TEST(heard<done>(R"({"type":"done","id":"a"})").outputs.empty());
  BOOST_TEST(
      heard<failed>(R"({"type":"failed","id":"a","message":"m"})").message
      == "m");
}

BOOST_AUTO_TEST_CASE(every_mistake_is_named) {
  auto mistake = [](const std::string& line) {
    return decode(line).mistake;
  };
  auto names = [&](const std::string& line, const std::string& what) {
    auto said = mistake(line);
    BOOST_TEST(said.find(what) != std::string::npos, line << " says " << said);
  };
  names("hello world", "no JSON object: \"hello world\"; its standard output");
  names("[1]", "no JSON object");
  names("7", "no JSON object");
  names("", "no JSON object");
  names(R"({"type":"done","id":"a"} x)", "no JSON object");
  names(std::string{"{\"type\":\0}", 10}, "\\x00");
  names("{\"type\":\"bye\",\"x\":\"\xff\"}", "\\xff");
  names("{}", "without a \"type\"");
  names(R"({"type":1})", "without a \"type\"");
  names(R"({"type":"finished"})", "unknown type \"finished\"; there are hello");
  names(R"({"type":"hello","name":"s"})", "protocol 0, and tutti 1");
  names(R"({"type":"hello","protocol":2,"name":"s"})", "protocol 2");
  names(R"({"type":"hello","protocol":1})", "\"hello\" needs \"name\"");
  names(R"({"type":"hello","protocol":1,"name":"s","slots":0})",
        "\"slots\" of \"hello\" is no number from 1");
  names(R"({"type":"done"})", "\"done\" needs \"id\"");
  names(R"({"type":"done","id":1})", "\"id\" of \"done\" is no text");
  names(R"({"type":"done","id":"a","outputs":[1]})", "is no object");
  names(R"({"type":"failed","id":"a"})", "\"failed\" needs \"message\"");
  names(R"({"type":"progress","id":"a","percent":101})",
        "is no number from 0 to 100");
  names(R"({"type":"progress","id":"a","percent":"7"})", "is no number");
  names(R"({"type":"progress","id":"a","percent":1e999})", "no JSON");
  names(R"({"type":"note","id":"a"})", "\"note\" needs \"text\"");
  names(R"({"type":"handoff","id":"a"})", "needs \"outputs\"");
  names(R"({"type":"request","id":"a","text":"x"})", "needs \"to\"");
  names(R"({"type":"request","id":"a","to":"m"})", "needs \"text\"");
  names(R"({"type":"request","id":"a","to":"m","text":[]})", "needs \"text\"");
  names(R"({"type":"request","id":"a","to":"m","text":["x",1]})", "no text");
  names(R"({"type":"request","id":"a","to":"m","text":"x","wait":1})",
        "neither true nor false");
  names(std::string(1000, '[') + std::string(1000, ']'), "nested more than");
  names(std::string(500, 'x'), "(500 bytes in all)");
}

BOOST_AUTO_TEST_CASE(lines_are_the_same_however_the_stream_is_cut) {
  const std::string text = "one\r\n\n  \ntwo\nthree\nrest";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    line_reader reader;
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < text.size(); i += piece) {
      BOOST_TEST_REQUIRE(reader.append(text.substr(i, piece)));
      for (auto& line : lines_of(reader))
        lines.push_back(line);
    }
    BOOST_TEST(lines == (std::vector<std::string>{"one", "two", "three"}),
               boost::test_tools::per_element());
    BOOST_TEST(reader.has_rest());
  }
}

BOOST_AUTO_TEST_CASE(a_line_without_an_end_is_refused_in_time) {
  line_reader reader;
  std::string piece(1 << 16, 'x');
  for (std::size_t size = 0; size + piece.size() <= line_bytes_max;
       size += piece.size())
    BOOST_TEST_REQUIRE(reader.append(piece));
  BOOST_TEST(!reader.append(piece));
}

BOOST_AUTO_TEST_CASE(a_line_of_the_limit_is_read) {
  line_reader reader;
  std::string line(line_bytes_max, 'x');
  BOOST_TEST(reader.append("a\n" + line + "\nb\n"));
  BOOST_TEST(lines_of(reader).size() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
