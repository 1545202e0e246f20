// SPDX-License-Identifier: BSD-3-Clause
// I10: an agent names secrets to who starts its processes and never holds a
// value; nothing of what its tasks say leaves it unmasked.
#include "tests/actors/agent/recorded_ports.hpp"
#include "tests/actors/agent/session_fixture.hpp"

using namespace tutti;
using namespace tutti::test;

namespace {

void hide(std::string& text) {
  constexpr std::string_view secret = "hunter2";
  for (auto at = text.find(secret); at != std::string::npos;
       at = text.find(secret))
    text.replace(at, secret.size(), "***");
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

plan_builder two_tasks() {
  plan_builder b;
  b.task("a");
  b.task("b");
  b.get().secrets = {{"KEY", "key"}, {"OTHER", "other"}};
  b[0].secrets = {secret_id{1u}, secret_id{0u}};
  return b;
}

} // namespace

BOOST_AUTO_TEST_SUITE(actors_agent_secrets)

BOOST_AUTO_TEST_CASE(a_process_gets_those_that_its_task_names) {
  lone_agent w{two_tasks().get()};
  w.assign(0);
  const auto& x = w.ports.start_process_sent.back();
  BOOST_TEST(x.secrets == (std::vector<std::string>{"OTHER", "KEY"}));
  for (const auto& variable : x.env)
    BOOST_TEST(
        (!variable.starts_with("KEY=") && !variable.starts_with("OTHE")));
  w.exit();
  w.assign(1);
  BOOST_TEST(w.ports.start_process_sent.back().secrets.empty());
}

BOOST_AUTO_TEST_CASE(all_that_a_task_says_is_masked) {
  lone_agent w{two_tasks().get(), 1, hide};
  w.assign(0);
  auto note = call_of(live_kind::note, 0);
  note.text = "note of hunter2";
  (void)w.say(note);
  auto handoff = call_of(live_kind::handoff, 0);
  handoff.outputs = {{"live", make_text("hunter2")}};
  (void)w.say(handoff);
  auto progress = call_of(live_kind::progress, 0);
  progress.text = "at hunter2";
  (void)w.say(progress);
  BOOST_TEST(w.ports.task_progress_sent.back().line == "at ***");
  auto request = call_of(live_kind::request, 0);
  request.to = "x";
  request.texts = {"make hunter2"};
  request.text = "soon, hunter2";
  (void)w.say(request);
  BOOST_TEST(w.ports.make_requests_sent.back().texts[0] == "make ***");
  BOOST_TEST(w.ports.make_requests_sent.back().note == "soon, ***");
  w.exit(0, R"({"key":"hunter2","deep":[{"hunter2":1}]})");
  const auto& x = *w.finished().details;
  BOOST_TEST(x.note == "note of ***");
  BOOST_TEST(find_output(x.outputs, "live")->text == "***");
  BOOST_TEST(find_output(x.outputs, "key")->text == "***");
  BOOST_TEST(find_output(x.outputs, "deep")->text == R"([{"***":1}])");
}

BOOST_AUTO_TEST_CASE(a_secret_in_the_path_of_an_artifact_fails_the_task) {
  auto b = two_tasks();
  b[0].artifacts.push_back(literal_expression("*"));
  lone_agent w{b.get(), 1, hide};
  w.assign(0);
  w.exit();
  artifacts_captured x;
  x.id = w.ports.capture_artifacts_sent.back().id;
  x.artifacts = {{"of-hunter2.txt", std::string(64, 'a'), 5, false}};
  w.core->on(x);
  BOOST_TEST((w.finished().end == attempt_end::failure));
  BOOST_TEST(w.message()
             == "the path of the artifact of-***.txt holds a "
                "secret");
  BOOST_TEST(w.finished().details->artifacts.empty());
}

BOOST_AUTO_TEST_CASE(a_secret_in_what_defines_a_contract_fails_the_task) {
  auto b = two_tasks();
  contract c;
  c.name = "api";
  c.schema_path = "api.json";
  c.defined_by = task_id{0u};
  b.get().contracts = {c};
  lone_agent w{b.get(), 1, hide};
  w.assign(0);
  w.exit();
  artifacts_captured x;
  x.id = w.ports.capture_artifacts_sent.back().id;
  x.texts = {R"({"const":"hunter2"})"};
  w.core->on(x);
  BOOST_TEST((w.finished().end == attempt_end::failure));
  BOOST_TEST(has(w.message(), "holds a secret"), w.message());
  BOOST_TEST(w.finished().details->contracts.empty());
}

BOOST_AUTO_TEST_CASE(what_the_store_says_is_masked) {
  auto b = two_tasks();
  b[0].artifacts.push_back(literal_expression("*"));
  lone_agent w{b.get(), 1, hide};
  w.assign(0);
  w.exit();
  artifacts_captured x;
  x.id = w.ports.capture_artifacts_sent.back().id;
  x.mistake = "cannot read hunter2.txt";
  w.core->on(x);
  BOOST_TEST(w.message() == "cannot read ***.txt");
}

BOOST_AUTO_TEST_CASE(a_session_gets_those_that_its_agent_names) {
  sams w;
  w.greet();
  BOOST_TEST(w.host.started.back().secrets == std::vector<std::string>{"KEY"});
}

// A mistake shows the beginning of a line: the secret may be cut there.
BOOST_AUTO_TEST_CASE(what_a_session_wrote_is_masked_before_it_is_cut) {
  for (std::size_t before : {0, 150, 195, 198, 300}) {
    sams w{1, duration{0}, hide};
    w.greet();
    w.starts(0);
    w.writes(std::string(before, 'x') + "hunter2 is no message");
    w.exits(1);
    const auto& text = w.ended().result.details.message;
    BOOST_TEST(!has(text, "hunt"), text);
    BOOST_TEST(has(text, "no JSON object"), text);
  }
  sams w{1, duration{0}, hide};
  w.greet();
  w.starts(0);
  w.writes(R"({"type":"progress","id":"hunter2"})");
  w.exits(1);
  BOOST_TEST(has(w.ended().result.details.message, "\"***\""));
}

// What is shown of a text is not always what was written.
BOOST_AUTO_TEST_CASE(what_a_session_says_is_masked_before_it_is_made_plain) {
  sams w{1, duration{0}, [](std::string& text) {
           if (auto at = text.find("a\tkey"); at != std::string::npos)
             text.replace(at, 5, "***");
         }};
  w.greet();
  w.starts(0);
  auto id = w.told().back()["id"].get<std::string>();
  w.writes(nlohmann::json{{"type", "progress"}, {"id", id}, {"text", "a\tkey"}}
               .dump());
  BOOST_TEST(w.host.progressed.back().line == "***");
  w.writes(nlohmann::json{{"type", "failed"}, {"id", id}, {"message", "a\tkey"}}
               .dump());
  BOOST_TEST(w.ended().result.details.message == "***");
}

BOOST_AUTO_TEST_SUITE_END()
