// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/command_driver.hpp"
#include "actors/agent/outputs.hpp"
#include "actors/agent/plain_words.hpp"
#include "actors/agent/work_scope.hpp"
#include "tests/support/plan_builder.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>

using namespace tutti;
using namespace tutti::test;
using words = std::vector<std::string>;

namespace {

bool has(const words& xs, const std::string& x) {
  return std::find(xs.begin(), xs.end(), x) != xs.end();
}

command_options by(const plan& p, duration grace = {}) {
  return {std::make_shared<const plan>(p), agent_id{0}, grace};
}

attempt_work work_on(std::uint32_t task, std::uint32_t attempt = 1) {
  attempt_work x;
  x.task = task_id{task};
  x.attempt = attempt;
  x.details = std::make_shared<const assignment_details>();
  return x;
}

expression output_text(std::uint32_t task, std::string name) {
  return output_is_true(task, std::move(name));
}

} // namespace

BOOST_AUTO_TEST_SUITE(actors_agent_plain_words)

BOOST_AUTO_TEST_CASE(plain_words_need_no_shell) {
  BOOST_TEST((plain_words("/bin/true") == words{"/bin/true"}));
  BOOST_TEST((plain_words("  make -j2 all\n") == words{"make", "-j2", "all"}));
  BOOST_TEST((plain_words("cp a=b c") == words{"cp", "a=b", "c"}));
}

BOOST_AUTO_TEST_CASE(what_only_a_shell_understands_goes_to_a_shell) {
  for (const auto* x :
       {"",           " ",       "a | b",      "a; b",      "a && b",
        "a &",        "a > b",   "echo $HOME", "echo `id`", "echo 'x'",
        "echo \"x\"", "ls *.c",  "ls ?",       "ls [a]",    "a\nb",
        "X=1 make",   "cd /tmp", "exit 3",     "export X",  "if",
        ": x",        "~/bin/x", "echo {a,b}", "! a",       "# a",
        "a \\ b",     "(a)",     "set -x",     "exec a",    "a\tb;"})
    BOOST_TEST(!plain_words(x), x);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(actors_agent_outputs)

BOOST_AUTO_TEST_CASE(reads_key_value_lines) {
  auto x = parse_outputs("b=2\n\na=x=y\r\nb=3");
  BOOST_TEST(x.mistake.empty());
  BOOST_REQUIRE_EQUAL(x.outputs.size(), 2u);
  BOOST_TEST(x.outputs[0].name == "a");
  BOOST_TEST(x.outputs[0].value.text == "x=y");
  BOOST_TEST(x.outputs[1].value.text == "3"); // the last one counts
}

BOOST_AUTO_TEST_CASE(reads_a_json_object) {
  auto x = parse_outputs(R"({"b":true,"n":1.5,"t":"x","j":[1,2],"z":null})");
  BOOST_TEST(x.mistake.empty());
  BOOST_REQUIRE_EQUAL(x.outputs.size(), 5u);
  BOOST_TEST((find_output(x.outputs, "b")->kind == value_kind::boolean));
  BOOST_TEST((find_output(x.outputs, "n")->kind == value_kind::number));
  BOOST_TEST(find_output(x.outputs, "t")->text == "x");
  BOOST_TEST(find_output(x.outputs, "j")->text == "[1,2]");
  BOOST_TEST((find_output(x.outputs, "z")->kind == value_kind::json));
}

BOOST_AUTO_TEST_CASE(refuses_json_that_would_take_the_stack) {
  auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  BOOST_TEST(parse_outputs(nested(99)).mistake.empty());
  BOOST_TEST(
      parse_outputs(nested(100)).mistake
      == "the JSON in the file named by TUTTI_OUTPUT is nested more than "
         "100 levels deep");
  BOOST_TEST(!parse_outputs(nested(400000)).mistake.empty());
  // Brackets in a string are no depth.
  auto text = "{\"a\":\"\\\"" + std::string(200, '[') + "\"}";
  BOOST_TEST(parse_outputs(text).mistake.empty());
}

BOOST_AUTO_TEST_CASE(names_the_line_that_is_neither) {
  BOOST_TEST(parse_outputs("a=1\nhello\n").mistake
             == "line 2 of the file named by TUTTI_OUTPUT is not key=value");
  BOOST_TEST(!parse_outputs("=x").mistake.empty());
  BOOST_TEST(!parse_outputs("{\"a\":").mistake.empty());
  BOOST_TEST(parse_outputs("").mistake.empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(actors_agent_command_driver)

BOOST_AUTO_TEST_CASE(a_script_runs_under_sh_unless_it_is_plain) {
  plan_builder b;
  auto x = b.task("x");
  b[x].run = {command_kind::shell, "echo a | cat", {}};
  BOOST_TEST((prepare_process(by(b.get()), 1, work_on(x)).argv
              == words{"/bin/sh", "-eu", "-c", "echo a | cat"}));
  b[x].run.script = "/bin/echo a";
  BOOST_TEST((prepare_process(by(b.get()), 1, work_on(x)).argv
              == words{"/bin/echo", "a"}));
}

BOOST_AUTO_TEST_CASE(a_list_is_never_given_to_a_shell_and_renders_templates) {
  plan_builder b;
  auto p = b.task("p");
  auto x = b.task("x", {p});
  b[x].run = {command_kind::argv,
              "",
              {literal_expression("echo"), output_text(p, "comment"),
               literal_expression("a b; c")}};
  attempt_details made;
  made.outputs = {{"comment", make_text("$(rm -rf /); '\"")}};
  auto work = work_on(x);
  work.handed = {{task_id{p}, task_id{x}, 1, task_state::succeeded,
                  std::make_shared<const attempt_details>(made)}};
  BOOST_TEST((prepare_process(by(b.get()), 1, work).argv
              == words{"echo", "$(rm -rf /); '\"", "a b; c"}));
}

BOOST_AUTO_TEST_CASE(the_environment_names_task_agent_attempt_and_round) {
  plan_builder b;
  b.agent("sam");
  auto x = b.task("x");
  b[x].env = {{"A", literal_expression("1")}};
  b[x].env_files = {"x.env", "/etc/y.env"};
  b[x].working_directory = literal_expression("sub");
  b.get().directory = "/plan";
  auto s =
      prepare_process(by(b.get(), std::chrono::seconds(4)), 9, work_on(x, 3));
  BOOST_TEST(s.id == 9u);
  BOOST_TEST(s.name == "x.3");
  BOOST_TEST(s.directory == "/plan/sub");
  BOOST_TEST((s.env_files == words{"/plan/x.env", "/etc/y.env"}));
  for (const auto* e :
       {"A=1", "TUTTI_TASK=x", "TUTTI_AGENT=sam", "TUTTI_ATTEMPT=3",
        "TUTTI_ROUND=1", "TUTTI_VERSION=1", "TUTTI_PHASE=run", "TUTTI_PROMPT=",
        "TUTTI_FEEDBACK=", "TUTTI_TRIGGER=", "TUTTI_PLAN_DIR=/plan"})
    BOOST_TEST(has(s.env, e), e);
  BOOST_TEST((s.grace == duration{std::chrono::seconds(4)}));
}

BOOST_AUTO_TEST_CASE(
    the_integrate_phase_has_its_command_or_the_tasks) { // §2, §22
  plan_builder b;
  auto x = b.task("x");
  b[x].run = {command_kind::shell, "make", {}};
  b[x].prompt = literal_expression("build it");
  b[x].integrate.present = true;
  b[x].integrate.prompt = literal_expression("join it");
  auto work = work_on(x, 2);
  work.phase = work_phase::integrate;
  work.token = "t0";
  work.socket = "/s";
  auto s = prepare_process(by(b.get()), 1, work);
  BOOST_TEST((s.argv == words{"make"}));
  for (const auto* e : {"TUTTI_PHASE=integrate", "TUTTI_PROMPT=join it",
                        "TUTTI_TOKEN=t0", "TUTTI_SOCKET=/s"})
    BOOST_TEST(has(s.env, e), e);
  b[x].integrate.run = {command_kind::shell, "join", {}};
  BOOST_TEST((prepare_process(by(b.get()), 1, work).argv == words{"join"}));
  work.phase = work_phase::run;
  BOOST_TEST((prepare_process(by(b.get()), 1, work).argv == words{"make"}));
}

BOOST_AUTO_TEST_CASE(rework_and_triggers_are_in_the_environment) { // §13, §17
  plan_builder b;
  auto p = b.task("p");
  auto q = b.task("q");
  auto x = b.task("x");
  assignment_details told;
  told.round = 3;
  told.feedback = "no tenant check";
  told.items = {{task_id{p}, 2, 0, task_state::succeeded, "", ""},
                {task_id{q}, 1, 0, task_state::failed, "", ""}};
  auto work = work_on(x);
  work.version = 2;
  work.details = std::make_shared<const assignment_details>(told);
  auto s = prepare_process(by(b.get()), 1, work);
  for (const auto* e : {"TUTTI_ROUND=3", "TUTTI_VERSION=2",
                        "TUTTI_FEEDBACK=no tenant check", "TUTTI_TRIGGER=p q"})
    BOOST_TEST(has(s.env, e), e);
}

BOOST_AUTO_TEST_CASE(the_prompt_of_a_requests_task_is_what_is_asked) { // §19
  plan_builder b;
  auto p = b.task("p");
  auto x = b.task("requests/sam");
  assignment_details told;
  told.items = {{task_id{p}, 1, 1, task_state::succeeded, "createUser", ""},
                {task_id{p}, 1, 2, task_state::succeeded, "getUser", ""}};
  auto work = work_on(x);
  work.details = std::make_shared<const assignment_details>(told);
  BOOST_TEST(has(prepare_process(by(b.get()), 1, work).env,
                 "TUTTI_PROMPT=createUser\ngetUser"));
  expression about;
  about.nodes = {{expression_op::literal, 0, 0, {}, make_text("Write ")},
                 {expression_op::variable, 0, 0, {}, make_text("prompt")},
                 {expression_op::concat, 0, 1, {}, {}}};
  b[x].prompt = about;
  BOOST_TEST(has(prepare_process(by(b.get()), 1, work).env,
                 "TUTTI_PROMPT=Write createUser\ngetUser"));
}

// Linux takes 128 KiB in one variable: a longer one would fail the attempt.
BOOST_AUTO_TEST_CASE(what_others_said_is_cut_in_variables_and_whole_in_input) {
  plan_builder b;
  auto p = b.task(std::string(100, 'p'));
  auto x = b.task("x");
  auto y = b.task("requests/sam");
  std::string own(100 << 10, 'o');
  expression about;
  about.nodes = {{expression_op::literal, 0, 0, {}, make_text(own)},
                 {expression_op::variable, 0, 0, {}, make_text("feedback")},
                 {expression_op::concat, 0, 1, {}, {}}};
  b[x].prompt = about;
  expression trigger;
  trigger.nodes = {{expression_op::variable, 0, 0, {}, make_text("trigger")}};
  b[x].env = {{"T", trigger}};
  assignment_details told;
  for (int i = 0; i < 50'000; ++i)
    told.feedback += "\xc3\xb6";
  told.feedback += "end";
  for (std::uint32_t i = 0; i < 2000; ++i)
    told.items.push_back({task_id{p}, 1, 0, task_state::succeeded, "", ""});
  auto work = work_on(x);
  work.details = std::make_shared<const assignment_details>(told);
  auto s = prepare_process(by(b.get()), 1, work);
  std::string cut;
  for (std::size_t i = 0; i < said_bytes_max / 2; ++i)
    cut += "\xc3\xb6";
  cut += "\n" + std::string{cut_mark};
  BOOST_TEST(has(s.env, "TUTTI_FEEDBACK=" + cut));
  BOOST_TEST(has(s.env, "TUTTI_PROMPT=" + own + cut)); // its own stays whole
  std::string names;
  for (std::size_t i = 0; i < said_bytes_max / 101; ++i)
    names += std::string(100, 'p') + " ";
  BOOST_TEST(has(s.env, "TUTTI_TRIGGER=" + names + std::string{cut_mark}));
  BOOST_TEST(has(s.env, "T=" + names + std::string{cut_mark}));
  auto input = nlohmann::json::parse(s.input);
  BOOST_TEST(input["feedback"] == told.feedback);
  BOOST_TEST(input["prompt"] == own + told.feedback);
  BOOST_TEST(input["triggers"].size() == told.items.size());
  // A request; a character stands across the bound.
  told.items = {
      {task_id{p}, 1, 1, task_state::succeeded, "a" + told.feedback, ""}};
  work = work_on(y);
  work.details = std::make_shared<const assignment_details>(told);
  s = prepare_process(by(b.get()), 1, work);
  cut = "a" + told.feedback.substr(0, said_bytes_max - 2) + "\n";
  BOOST_TEST(has(s.env, "TUTTI_PROMPT=" + cut + std::string{cut_mark}));
  input = nlohmann::json::parse(s.input);
  BOOST_TEST(input["requests"][0]["text"] == told.items[0].text);
}

BOOST_AUTO_TEST_CASE(long_names_become_short_and_stay_apart) {
  plan_builder b;
  b.agent("sam");
  auto x = b.task(std::string(250, 'x') + "1");
  auto y = b.task(std::string(250, 'x') + "2");
  auto name = [&](std::uint32_t t) {
    return prepare_process(by(b.get()), 1, work_on(t)).name;
  };
  BOOST_TEST(name(x).size() < 230u);
  BOOST_TEST(name(x) != name(y));
}

BOOST_AUTO_TEST_CASE(the_end_of_a_process_is_the_end_of_its_attempt) {
  struct row {
    process_end how;
    std::int32_t code;
    attempt_end expected;
  };
  const row rows[] = {
      {process_end::exited, 0, attempt_end::success},
      {process_end::exited, 3, attempt_end::failure},
      {process_end::exited, 137, attempt_end::failure},
      {process_end::not_started, 127, attempt_end::failure},
      {process_end::refused, 0, attempt_end::system_error},
      {process_end::idle, 143, attempt_end::timed_out},
      {process_end::unkillable, 0, attempt_end::unkillable},
      // The supervisor ended it, for its own tutti was silent (§33).
      {process_end::abandoned, 143, attempt_end::stopped},
  };
  for (const auto& r : rows) {
    process_exited x;
    x.end = r.how;
    x.code = r.code;
    BOOST_TEST((conclude_attempt(x).end == r.expected));
  }
}

BOOST_AUTO_TEST_CASE(what_a_run_that_failed_put_out_is_kept) { // §17
  process_exited x;
  x.end = process_end::exited;
  x.code = 1;
  x.message = "why";
  x.output = "feedback=three tests are red\n";
  auto result = conclude_attempt(x);
  BOOST_TEST((result.end == attempt_end::failure));
  BOOST_TEST(find_output(result.details.outputs, "feedback")->text
             == "three tests are red");
  x.output = "nonsense"; // says nothing more about it
  result = conclude_attempt(x);
  BOOST_TEST(result.details.outputs.empty());
  BOOST_TEST(result.details.message == "why");
}

BOOST_AUTO_TEST_CASE(outputs_that_cannot_be_read_fail_the_attempt) {
  process_exited x;
  x.output = "nonsense";
  auto result = conclude_attempt(x);
  BOOST_TEST((result.end == attempt_end::failure));
  BOOST_TEST(result.details.message
             == "line 1 of the file named by TUTTI_OUTPUT is not key=value");
}

BOOST_AUTO_TEST_SUITE_END()
