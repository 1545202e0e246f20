// SPDX-License-Identifier: BSD-3-Clause
// From assignment to report: phases, artifacts, contracts, payloads, slots.
#include "actors/agent/artifact_conflicts.hpp"
#include "tests/actors/agent/recorded_ports.hpp"

using namespace tutti;
using namespace tutti::test;

namespace {

artifact file(std::string path, char digit = 'a') {
  return {std::move(path), std::string(64, digit), 5, false};
}

attempt_details with_file(std::string path, char digit = 'a') {
  attempt_details x;
  x.artifacts = {file(std::move(path), digit)};
  return x;
}

artifacts_captured captured(const lone_agent& w) {
  artifacts_captured x;
  x.id = w.ports.capture_artifacts_sent.back().id;
  return x;
}

/// crud (1) provides users-api, which schema (0) defines; ui (2) needs it
/// later.
plan_builder contract_plan() {
  plan_builder b;
  auto schema = b.task("schema");
  auto crud = b.task("crud", {schema});
  auto ui = b.task("ui", {schema});
  b[crud].provides = contract_id{0};
  b[ui].needs_later = {on_task(crud)};
  b[ui].integrate.present = true;
  contract c;
  c.name = "users-api";
  c.schema_path = "api/users.schema.json";
  c.mock_path = "api/users.mock.json";
  c.defined_by = task_id{schema};
  c.provider = task_id{crud};
  b.get().contracts = {c};
  b.get().directory = "/plan";
  return b;
}

const char* const port_schema = R"({"type":"object","required":["port"],)"
                                R"("properties":{"port":{"type":"integer"}}})";

attempt_details with_contract(const std::string& schema,
                              const std::string& mock = R"({"port":1})") {
  attempt_details x;
  x.contracts = {{contract_id{0}, schema, mock}};
  return x;
}

constexpr payload_ref on_disk{40, 1000, {1, 2}};

} // namespace

BOOST_AUTO_TEST_SUITE(actors_agent_attempts)

BOOST_AUTO_TEST_CASE(a_free_slot_takes_the_best_rank_and_the_rest_waits) { // §1
  plan_builder b;
  for (const auto* name : {"a", "b", "c"})
    b.task(name);
  lone_agent w{b.get()};
  w.assign(2);
  w.assign(1);
  w.assign(0);
  BOOST_TEST(w.ports.attempt_started_sent.size() == 1u);
  w.core->on(revoke_task{task_id{1u}, 1, 1});
  BOOST_TEST(w.ports.task_returned_sent.size() == 1u);
  w.exit();
  BOOST_REQUIRE_EQUAL(w.ports.attempt_started_sent.size(), 2u);
  BOOST_TEST(w.ports.attempt_started_sent[1].task.value == 0u);
  w.exit();
  BOOST_TEST(w.ports.attempt_started_sent.size() == 2u);
}

BOOST_AUTO_TEST_CASE(integrate_gets_what_the_run_left_and_what_came) { // §2
  plan_builder b;
  auto ui = b.task("ui");
  auto crud = b.task("crud");
  b[ui].needs_later = {on_task(crud)};
  b[ui].integrate.present = true;
  lone_agent w{b.get()};
  w.assign(ui);
  BOOST_TEST(w.input()["later"]["crud"]["status"] == "pending");
  w.exit(0, "pages=3\nstate=mocked\n");
  w.hand(crud, ui, with_output("url", "/users"));
  assignment_details told;
  told.earlier = w.finished().details;
  w.assign(ui, 2, work_phase::integrate, told);
  auto input = w.input();
  BOOST_TEST(input["phase"] == "integrate");
  BOOST_TEST(input["earlier"]["outputs"]["pages"] == "3");
  BOOST_TEST(input["later"]["crud"]["outputs"]["url"] == "/users");
  BOOST_TEST(input["later"]["crud"]["id"] == "crud@1");
  w.exit(0, "state=real\n");
  const auto& whole = w.finished().details->outputs;
  BOOST_TEST(find_output(whole, "pages")->text == "3");
  BOOST_TEST(find_output(whole, "state")->text == "real");
}

BOOST_AUTO_TEST_CASE(what_was_left_out_never_comes) { // §2, §20
  plan_builder b;
  auto ui = b.task("ui");
  auto crud = b.task("crud");
  b[ui].needs_later = {on_task(crud)};
  b[ui].integrate.present = true;
  lone_agent w{b.get()};
  w.assign(ui, 1, work_phase::integrate);
  BOOST_TEST(w.input()["later"]["crud"]["status"] == "left-out");
  auto call = call_of(live_kind::inbox, ui);
  call.wait = std::chrono::hours(1);
  const auto* reply = w.say(call); // at once
  BOOST_REQUIRE(reply != nullptr);
  auto shown = nlohmann::json::parse(reply->text);
  BOOST_TEST(shown["waiting-for"].empty());
}

BOOST_AUTO_TEST_CASE(with_integrate_each_more_can_come) { // §10
  plan_builder b;
  auto ui = b.task("ui");
  auto crud = b.task("crud");
  b[ui].needs_later = {on_task(crud)};
  b[ui].integrate.present = true;
  b[ui].integrate_each = true;
  lone_agent w{b.get()};
  w.assign(ui, 1, work_phase::integrate);
  BOOST_TEST(w.input()["later"]["crud"]["status"] == "pending");
}

BOOST_AUTO_TEST_CASE(notes_and_artifacts_of_both_phases_make_the_result) { // §2
  attempt_details run = with_file("a", '1');
  run.artifacts.push_back(file("b", '2'));
  run.note = "planned\nmocked for now";
  attempt_details x = with_file("b", '3');
  x.note = "planned\nreal now";
  put_over_earlier(x, &run);
  BOOST_REQUIRE_EQUAL(x.artifacts.size(), 2u);
  BOOST_TEST(x.artifacts[0].digest == std::string(64, '1'));
  BOOST_TEST(x.artifacts[1].digest == std::string(64, '3'));
  BOOST_TEST(x.note == "planned\nmocked for now\nreal now");
  attempt_details nothing;
  put_over_earlier(nothing, &run);
  BOOST_TEST((nothing == run));
}

BOOST_AUTO_TEST_CASE(artifacts_are_there_before_the_attempt_starts) {
  plan_builder b;
  auto p = b.task("p");
  auto x = b.task("x", {p});
  b[x].working_directory = literal_expression("sub");
  b.get().directory = "/plan";
  lone_agent w{b.get()};
  w.hand(p, x, with_file("report.md"));
  w.assign(x);
  BOOST_TEST(w.ports.attempt_started_sent.size() == 1u);
  BOOST_TEST(w.ports.start_process_sent.empty());
  BOOST_REQUIRE_EQUAL(w.ports.place_artifacts_sent.size(), 1u);
  const auto& order = w.ports.place_artifacts_sent[0];
  BOOST_TEST(order.directory == "/plan/sub");
  BOOST_TEST((order.artifacts == std::vector<artifact>{file("report.md")}));
  w.core->on(artifacts_placed{order.id, {}, false});
  BOOST_REQUIRE_EQUAL(w.ports.start_process_sent.size(), 1u);
  BOOST_TEST(w.input()["needs"]["p"]["artifacts"][0]["path"] == "report.md");
}

BOOST_AUTO_TEST_CASE(artifacts_that_cannot_be_placed_fail_the_attempt) {
  for (bool full : {false, true}) {
    plan_builder b;
    auto p = b.task("p");
    auto x = b.task("x", {p});
    auto next = b.task("next");
    lone_agent w{b.get()};
    w.hand(p, x, with_file("report.md"));
    w.assign(x);
    w.assign(next);
    w.core->on(artifacts_placed{w.ports.place_artifacts_sent[0].id,
                                "cannot put it there", full});
    BOOST_TEST((w.finished().end
                == (full ? attempt_end::no_space : attempt_end::failure)));
    BOOST_TEST(w.message() == "cannot put it there");
    BOOST_TEST(w.ports.start_process_sent.size() == 1u); // the next one's
  }
}

BOOST_AUTO_TEST_CASE(the_later_of_two_files_counts_if_made_from_the_other) {
  plan_builder b;
  auto p = b.task("p");
  auto q = b.task("q", {p});
  auto x = b.task("x", {p, q});
  b.task("other");
  std::vector<handoff> handed = {
      {task_id{p}, task_id{x}, 1, task_state::succeeded,
       std::make_shared<const attempt_details>(with_file("f", '1'))},
      {task_id{q}, task_id{x}, 1, task_state::succeeded,
       std::make_shared<const attempt_details>(with_file("f", '2'))}};
  for (int i = 0; i < 2; ++i, std::swap(handed[0], handed[1])) {
    auto placed = files_to_place(b.get(), handed, {});
    BOOST_TEST(placed.mistake.empty());
    BOOST_TEST((placed.files == std::vector<artifact>{file("f", '2')}));
  }
  handed[1].from = task_id{3u};
  BOOST_TEST(files_to_place(b.get(), handed, {}).mistake
             == "'p' and 'other' hand on different files named 'f': let one of "
                "them need the other, or name them differently");
  handed[1].details = handed[0].details; // the same content
  BOOST_TEST(files_to_place(b.get(), handed, {}).mistake.empty());
}

BOOST_AUTO_TEST_CASE(artifacts_are_taken_in_before_the_report) { // §30
  plan_builder b;
  auto x = b.task("x");
  auto y = b.task("y");
  b[x].artifacts = {literal_expression("out/*.md")};
  b.get().directory = "/plan";
  lone_agent w{b.get()};
  w.assign(x);
  w.assign(y);
  w.exit(0, "k=v\n");
  BOOST_REQUIRE_EQUAL(w.ports.capture_artifacts_sent.size(), 1u);
  const auto& order = w.ports.capture_artifacts_sent[0];
  BOOST_TEST(order.directory == "/plan");
  BOOST_TEST((order.patterns == std::vector<std::string>{"out/*.md"}));
  BOOST_TEST(!order.missing_ok);
  BOOST_TEST(w.ports.attempt_finished_sent.empty());
  BOOST_TEST(w.ports.attempt_started_sent.size() == 1u);
  auto answer = captured(w);
  answer.artifacts = {file("out/a.md")};
  w.core->on(answer);
  BOOST_TEST((w.finished().end == attempt_end::success));
  BOOST_TEST((w.finished().details->artifacts == answer.artifacts));
  BOOST_TEST(w.ports.attempt_started_sent.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_missing_artifact_fails_the_attempt) {
  plan_builder b;
  auto x = b.task("x");
  b[x].artifacts = {literal_expression("report.md")};
  lone_agent w{b.get()};
  w.assign(x);
  w.exit();
  auto answer = captured(w);
  answer.mistake = "artifact 'report.md': no such file in '/'";
  w.core->on(answer);
  BOOST_TEST((w.finished().end == attempt_end::failure));
  BOOST_TEST(w.message() == answer.mistake);
}

BOOST_AUTO_TEST_CASE(a_failed_attempt_keeps_artifacts_where_it_is_told_to) {
  plan_builder b;
  auto x = b.task("x");
  auto y = b.task("y");
  for (auto t : {x, y})
    b[t].artifacts = {literal_expression("log/**")};
  b[y].keep_artifacts = true;
  lone_agent w{b.get()};
  w.assign(x);
  w.exit(3);
  BOOST_TEST(w.ports.capture_artifacts_sent.empty());
  w.assign(y);
  w.exit(3);
  BOOST_REQUIRE_EQUAL(w.ports.capture_artifacts_sent.size(), 1u);
  BOOST_TEST(w.ports.capture_artifacts_sent[0].missing_ok);
  auto answer = captured(w);
  answer.artifacts = {file("log/1")};
  w.core->on(answer);
  BOOST_TEST((w.finished().end == attempt_end::failure));
  BOOST_TEST(w.finished().exit_code == 3);
  BOOST_TEST(w.finished().details->artifacts.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_run_phase_may_leave_artifacts_to_the_integrate_phase) {
  plan_builder b;
  auto ui = b.task("ui");
  auto crud = b.task("crud");
  b[ui].needs_later = {on_task(crud)};
  b[ui].integrate.present = true;
  b[ui].artifacts = {literal_expression("dist/app.js")};
  lone_agent w{b.get()};
  w.assign(ui);
  w.exit();
  BOOST_TEST(w.ports.capture_artifacts_sent.back().missing_ok);
  w.core->on(captured(w));
  w.assign(ui, 2, work_phase::integrate);
  w.exit();
  BOOST_TEST(!w.ports.capture_artifacts_sent.back().missing_ok);
}

BOOST_AUTO_TEST_CASE(who_defines_a_contract_hands_on_schema_and_mock) { // §12
  auto b = contract_plan();
  struct row {
    const char* schema;
    const char* mock;
    const char* message;
  };
  const row rows[] = {
      {port_schema, R"({"port":80})", ""},
      {"{", "{}",
       "contract 'users-api': api/users.schema.json is no JSON Schema: it is "
       "no JSON from line 1, column 2 on"},
      {port_schema, R"({"port":"x"})",
       "contract 'users-api': the mock api/users.mock.json breaks its schema: "
       "at /port: Value type not permitted by 'type' constraint"},
      {port_schema, "{",
       "contract 'users-api': the mock api/users.mock.json breaks its schema: "
       "it is no JSON from line 1, column 2 on"},
  };
  for (const auto& r : rows) {
    lone_agent w{b.get()};
    w.assign(0);
    w.exit();
    BOOST_REQUIRE_EQUAL(w.ports.capture_artifacts_sent.size(), 1u);
    BOOST_TEST((w.ports.capture_artifacts_sent[0].files
                == std::vector<std::string>{"/plan/api/users.schema.json",
                                            "/plan/api/users.mock.json"}));
    auto answer = captured(w);
    answer.texts = {r.schema, r.mock};
    w.core->on(answer);
    bool good = *r.message == '\0';
    BOOST_TEST((w.finished().end
                == (good ? attempt_end::success : attempt_end::failure)));
    BOOST_TEST(w.message() == r.message);
    if (good)
      BOOST_TEST(
          (w.finished().details->contracts
           == std::vector<contract_text>{{contract_id{0}, r.schema, r.mock}}));
  }
}

BOOST_AUTO_TEST_CASE(schema_and_mock_are_in_the_input_of_both_sides) { // §12
  auto b = contract_plan();
  lone_agent w{b.get(), 2};
  w.hand(0, 1, with_contract(port_schema), 2);
  w.hand(0, 2, with_contract(port_schema), 2);
  w.assign(1);
  auto provider = w.input()["contracts"]["users-api"];
  BOOST_TEST(provider["schema"]["required"][0] == "port");
  BOOST_TEST(provider["mock"]["port"] == 1);
  BOOST_TEST(provider["version"] == 2);
  w.assign(2);
  BOOST_TEST(w.input()["contracts"]["users-api"] == provider);
  auto later = w.input()["later"]["crud"];
  BOOST_TEST(later["status"] == "pending");
  BOOST_TEST(later["contract"]["name"] == "users-api");
  BOOST_TEST(later["contract"]["mock"]["port"] == 1);
}

BOOST_AUTO_TEST_CASE(a_provider_that_breaks_its_contract_fails) { // §12
  auto b = contract_plan();
  lone_agent w{b.get()};
  w.hand(0, 1, with_contract(port_schema));
  w.assign(1);
  w.exit(0, "port=eighty\n");
  BOOST_TEST((w.finished().end == attempt_end::failure));
  BOOST_TEST(w.message()
             == "the outputs break contract 'users-api' at /port: Value type "
                "not permitted by 'type' constraint (what is written as "
                "key=value is text: write one JSON object for other types)");
  w.assign(1, 2);
  w.exit(0, R"({"port":80})");
  BOOST_TEST((w.finished().end == attempt_end::success));
}

BOOST_AUTO_TEST_CASE(a_contract_is_kept_by_the_whole_result) { // §2, §12
  auto b = contract_plan();
  auto& crud = b[1];
  crud.needs_later = {on_task(2)};
  crud.integrate.present = true;
  lone_agent w{b.get()};
  w.hand(0, 1, with_contract(port_schema));
  w.assign(1);
  w.exit(0, "draft=1\n"); // no port yet: the integrate phase may add it
  BOOST_TEST((w.finished().end == attempt_end::success));
  assignment_details told;
  told.earlier = w.finished().details;
  w.assign(1, 2, work_phase::integrate, told);
  w.exit(0, R"({"port":80})");
  BOOST_TEST((w.finished().end == attempt_end::success));
  BOOST_TEST(w.finished().details->outputs.size() == 2u);
}

BOOST_AUTO_TEST_CASE(an_inline_payload_over_1_mib_is_refused) { // §21
  plan_builder b;
  auto x = b.task("x");
  lone_agent w{b.get()};
  w.assign(x);
  auto note = call_of(live_kind::note, x);
  note.text = std::string(1000, 'n');
  BOOST_TEST(w.say(note)->ok);
  w.exit(0, "k=" + std::string((1u << 20) - 500, 'v') + "\n");
  BOOST_TEST((w.finished().end == attempt_end::failure));
  BOOST_TEST(w.message()
             == "outputs and note are 1049077 bytes together, over the limit "
                "of 1 MiB: write it to a file and name the file under "
                "`artifacts`");
  BOOST_TEST(w.finished().details->outputs.empty());
}

BOOST_AUTO_TEST_CASE(an_attempt_that_is_ended_before_it_began_never_starts) {
  plan_builder b;
  auto p = b.task("p");
  auto x = b.task("x", {p});
  lone_agent w{b.get()};
  w.hand(p, x, with_file("report.md"));
  w.assign(x);
  w.core->on(end_task{task_id{x}, 1, false});
  w.core->on(artifacts_placed{w.ports.place_artifacts_sent[0].id, {}, false});
  BOOST_TEST(w.ports.start_process_sent.empty());
  BOOST_TEST((w.finished().end == attempt_end::failure));
}

BOOST_AUTO_TEST_CASE(a_large_result_is_reported_once_it_is_on_disk) { // §21
  plan_builder b;
  auto x = b.task("x");
  b.task("next");
  lone_agent w{b.get()};
  w.assign(x);
  w.exit(0, "text=" + std::string(1000, 'x') + "\n");
  BOOST_TEST(w.ports.attempt_finished_sent.empty());
  BOOST_REQUIRE_EQUAL(w.ports.keep_payload_sent.size(), 1u);
  w.core->on(payload_kept{w.ports.keep_payload_sent[0].id, on_disk, {}});
  BOOST_TEST((w.finished().end == attempt_end::success));
  BOOST_TEST((w.finished().details->payload == on_disk));
  BOOST_TEST(w.finished().details->outputs.empty());
}

BOOST_AUTO_TEST_CASE(payloads_come_back_from_disk_when_their_task_starts) {
  plan_builder b; // §21
  auto p = b.task("p");
  auto big = b.task("big");
  auto x = b.task("x", {p, big});
  b[x].integrate.present = true;
  lone_agent w{b.get()};
  attempt_details light;
  light.payload = on_disk;
  w.hand(big, x, light);
  w.hand(p, x, with_output("k", "v"));
  BOOST_TEST(w.ports.load_payload_sent.empty()); // nobody wants it yet
  w.assign(x);
  BOOST_TEST(w.ports.start_process_sent.empty());
  auto loads = [&w](const attempt_details& whole) {
    auto asked = w.ports.load_payload_sent.back();
    BOOST_TEST((asked.payload == on_disk));
    w.core->on(payload_loaded{
        asked.id, std::make_shared<const attempt_details>(whole), {}});
  };
  loads(with_output("text", "large"));
  BOOST_REQUIRE_EQUAL(w.ports.start_process_sent.size(), 1u);
  BOOST_TEST(w.input()["needs"]["big"]["outputs"]["text"] == "large");
  BOOST_TEST(w.input()["needs"]["p"]["outputs"]["k"] == "v");
  w.exit(1);
  w.assign(x, 2); // a retry gets it again
  w.core->on(payload_loaded{w.ports.load_payload_sent.back().id, nullptr,
                            "the disk is gone"});
  BOOST_TEST((w.finished().end == attempt_end::system_error));
  BOOST_TEST(w.message() == "the disk is gone");
  // What the run phase left behind, too (§2).
  assignment_details told;
  told.earlier = std::make_shared<const attempt_details>(light);
  w.assign(x, 3, work_phase::integrate, told);
  loads(with_output("text", "large"));
  loads(with_output("pages", "3"));
  BOOST_TEST(w.input()["earlier"]["outputs"]["pages"] == "3");
  w.exit(0, "state=real\n");
  BOOST_TEST(find_output(w.finished().details->outputs, "pages")->text == "3");
}

BOOST_AUTO_TEST_CASE(many_attempts_that_end_at_once_take_no_stack) {
  plan_builder b;
  auto p = b.task("p");
  auto q = b.task("q");
  constexpr std::uint32_t count = 100000;
  for (std::uint32_t i = 0; i < count; ++i)
    b.task("t" + std::to_string(i));
  lone_agent w{b.get()};
  w.assign(p);
  for (std::uint32_t i = 2; i < count + 2; ++i) {
    w.hand(p, i, with_file("f", '1'));
    w.hand(q, i, with_file("f", '2')); // cannot be told apart
    w.assign(i);
  }
  w.exit();
  BOOST_TEST(w.ports.attempt_finished_sent.size() == count + 1u);
}

BOOST_AUTO_TEST_SUITE_END()
