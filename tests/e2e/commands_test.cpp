// SPDX-License-Identifier: BSD-3-Clause
// The commands beside `run`.
#include "tests/e2e/run_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti::test;

namespace {

constexpr const char* team = R"(
name: team "A"
agents: { ann: {}, ben: {} }
phases:
  build:
    tasks:
      compile: { agent: ann, run: make }
      docs: { agent: ben, run: make docs }
tasks:
  end: { needs: good, after: docs, run: make end }
  probe: { needs: { compile: failed }, run: make probe }
gates:
  good: { needs: build }
)";

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_commands, run_fixture)

BOOST_AUTO_TEST_CASE(check_counts_what_a_good_plan_has) {
  dir.write("tutti.yaml", team);
  auto x = tutti({"check"});
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(
      x.out == "tutti.yaml: 4 tasks, 2 agents, 1 phase, 1 gate: no mistakes\n");
  BOOST_TEST(x.err == "");
}

BOOST_AUTO_TEST_CASE(check_shows_mistakes_on_standard_error) {
  dir.write("bad.yaml", "tasks: { a: { run: x, needs: b } }\n");
  auto x = tutti({"check", "bad.yaml"});
  BOOST_TEST(x.status == 2);
  BOOST_TEST(x.out == "");
  BOOST_TEST(has(x.err, "bad.yaml:1:"), x.err);
  BOOST_TEST(has(x.err, "1 error"), x.err);
}

BOOST_AUTO_TEST_CASE(check_gives_its_findings_to_programs) {
  dir.write("bad.yaml", "tasks: { a: { run: x, needs: b } }\n");
  auto x = tutti({"check", "bad.yaml", "--json", "-"});
  BOOST_TEST(x.status == 2);
  auto document = json::parse(x.out);
  BOOST_TEST(document.at("errors") == 1);
  BOOST_TEST(document.at("findings")[0].at("severity") == "error");
  BOOST_TEST(document.at("findings")[0].at("line") == 1);
  BOOST_TEST(has(document.at("findings")[0].at("message"), "b"));
}

BOOST_AUTO_TEST_CASE(check_warns_of_what_is_hardly_meant) {
  std::string lint_task = "tasks:\n"
                          "  lint: { run: ./l.sh, allow-failure: true }\n";
  std::string package = "  package: { needs: lint, run: ./p.sh }";
  dir.write("tutti.yaml", lint_task + package + "\n");
  auto x = tutti({"check", "--json", "found.json"});
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(has(x.err, "tutti.yaml:3:21: warning: "), x.err);
  BOOST_TEST(has(x.err, " [idle-need]\n"), x.err);
  BOOST_TEST(has(x.out, "no errors, 1 warning"), x.out);
  auto document = json::parse(dir.read("found.json"));
  BOOST_TEST(document.at("warnings") == 1);
  BOOST_TEST(document.at("findings")[0].at("code") == "idle-need");
  x = tutti({"check", "--strict"});
  BOOST_TEST(x.status == 2);
  BOOST_TEST(x.out == "");
  BOOST_TEST(x.err.ends_with("tutti.yaml: 1 warning\n"), x.err);
  // What is seen by `check` alone does not trouble who runs the plan.
  BOOST_TEST(tutti({"run", "--dry-run"}).err == "");
  dir.write("tutti.yaml", lint_task + package + " # tutti: allow idle-need\n");
  x = tutti({"check", "--strict"});
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(x.err == "");
}

BOOST_AUTO_TEST_CASE(check_explains_a_warning) {
  auto x = tutti({"check", "--explain", "idle-need"});
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(x.out.starts_with("idle-need: "), x.out);
  BOOST_TEST(has(x.out, "# tutti: allow idle-need\n"), x.out);
  x = tutti({"check", "--explain", "idle-ned"});
  BOOST_TEST(x.status == 2);
  BOOST_TEST(has(x.err, "did you mean 'idle-need'?"), x.err);
}

BOOST_AUTO_TEST_CASE(graph_prints_dot_with_frames_and_diamonds) {
  dir.write("tutti.yaml", team);
  auto x = tutti({"graph"});
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(x.out.starts_with("digraph \"team \\\"A\\\"\" {"), x.out);
  BOOST_TEST(has(x.out, "subgraph cluster_0"), x.out);
  BOOST_TEST(has(x.out, "\"good\" [shape=diamond];"), x.out);
  BOOST_TEST(has(x.out, "\"compile\" -> \"good\" [ltail=cluster_0];"), x.out);
  BOOST_TEST(has(x.out, "\"good\" -> \"end\";"), x.out);
  BOOST_TEST(has(x.out, "\"docs\" -> \"end\" [style=dashed];"), x.out);
  BOOST_TEST(has(x.out, "\"compile\" -> \"probe\" [label=\"failed\"];"), x.out);
  BOOST_TEST(tutti({"graph"}).out == x.out);
}

BOOST_AUTO_TEST_CASE(graph_prints_mermaid) {
  dir.write("tutti.yaml", team);
  auto x = tutti({"graph", "--format", "mermaid"});
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(x.out.starts_with("flowchart LR\n"), x.out);
  BOOST_TEST(has(x.out, "subgraph p0[\"build\"]"), x.out);
  BOOST_TEST(has(x.out, "g0{\"good\"}"), x.out);
  BOOST_TEST(has(x.out, "p0 --> g0"), x.out);
}

BOOST_AUTO_TEST_CASE(graph_prints_json) {
  dir.write("tutti.yaml", team);
  auto x = tutti({"graph", "--format=json"});
  BOOST_TEST(x.status == 0, x.err);
  auto document = json::parse(x.out);
  BOOST_TEST(document.at("plan") == "team \"A\"");
  BOOST_TEST(document.at("tasks").size() == 4u);
  BOOST_TEST(document.at("phases")[0].at("tasks") == (json{"compile", "docs"}));
  BOOST_TEST(document.at("edges").size() == 4u);
}

BOOST_AUTO_TEST_CASE(schema_prints_a_json_schema) {
  auto x = tutti({"schema"});
  BOOST_TEST(x.status == 0);
  BOOST_TEST(json::parse(x.out).contains("$schema"));
}

BOOST_AUTO_TEST_CASE(init_writes_a_plan_that_works_and_overwrites_none) {
  auto x = tutti({"init", "new/team"});
  BOOST_TEST(x.status == 0, x.err);
  auto plan = dir.read("new/team/tutti.yaml");
  BOOST_TEST(plan != "");
  auto checked = tutti({"check", "new/team/tutti.yaml"});
  BOOST_TEST(checked.status == 0, checked.err);
  BOOST_TEST(checked.err == "");
  auto ran = tutti({"run", "new/team/tutti.yaml"});
  BOOST_TEST(ran.status == 0, ran.out << ran.err);
  auto again = tutti({"init", "new/team"});
  BOOST_TEST(again.status == 2);
  check_one_sentence(again, {"new/team/tutti.yaml"});
  BOOST_TEST(dir.read("new/team/tutti.yaml") == plan);
}

BOOST_AUTO_TEST_CASE(completion_is_text_that_its_shell_reads) {
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    auto x = tutti({"completion", shell});
    BOOST_TEST(x.status == 0);
    for (const auto* word : {"check", "graph", "state-dir", "mermaid", "yaml"})
      BOOST_TEST(has(x.out, word), shell << ": " << word);
    dir.write("script", x.out);
    auto how = options(
        {"-c", "command -v " + shell + " || exit 9; " + shell + " -n script"});
    how.path = "/bin/sh";
    auto read = run_program(how);
    if (read.status == 9)
      BOOST_TEST_MESSAGE("no " << shell << " here to read its script");
    else
      BOOST_TEST(read.status == 0, read.err);
  }
}

// What bash would offer, asked of bash.
BOOST_AUTO_TEST_CASE(bash_completes_commands_options_values_and_plans) {
  dir.write("team.yaml", "");
  dir.write("team.txt", "");
  dir.write("script", tutti({"completion", "bash"}).out);
  auto offers = [this](const std::string& line) {
    auto how =
        options({"-c", "source ./script; compopt() { :; }; COMP_WORDS=(" + line
                           + "); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _tutti; "
                             "echo ${COMPREPLY[@]}"});
    how.path = "/bin/bash";
    return run_program(how).out;
  };
  BOOST_TEST(offers("tutti che") == "check\n");
  BOOST_TEST(offers("tutti run --dry") == "--dry-run\n");
  BOOST_TEST(offers("tutti graph --format m") == "mermaid\n");
  BOOST_TEST(offers("tutti run te") == "team.yaml\n");
  BOOST_TEST(offers("tutti run --json team.t") == "team.txt\n");
  BOOST_TEST(offers("tutti help com") == "completion\n");
  BOOST_TEST(offers("tutti completion z") == "zsh\n");
  BOOST_TEST(offers("tutti certs in") == "init\n");
}

BOOST_AUTO_TEST_CASE(help_of_each_command_has_examples_and_exit_codes) {
  for (const std::string command :
       {"run", "check", "graph", "schema", "init", "history", "logs", "clean",
        "doctor", "attach", "certs", "completion", "help"}) {
    auto x = tutti({command, "--help"});
    BOOST_TEST(x.status == 0);
    BOOST_TEST(has(x.out, "Usage: tutti " + command), x.out);
    BOOST_TEST(has(x.out, "Examples:"), x.out);
    BOOST_TEST(has(x.out, "Exit codes:"), x.out);
    BOOST_TEST(tutti({"help", command}).out == x.out);
  }
}

BOOST_AUTO_TEST_CASE(tutti_alone_says_what_there_is) {
  auto x = tutti({});
  BOOST_TEST(x.status == 2);
  BOOST_TEST(x.out == "");
  BOOST_TEST(has(x.err, "tutti init"), x.err);
  auto help = tutti({"--help"});
  BOOST_TEST(help.status == 0);
  BOOST_TEST(help.out == x.err);
  BOOST_TEST(tutti({"help"}).out == help.out);
}

BOOST_AUTO_TEST_CASE(version_is_one_line) {
  auto x = tutti({"--version"});
  BOOST_TEST(x.status == 0);
  BOOST_TEST(x.out.starts_with("tutti "));
  BOOST_TEST(std::count(x.out.begin(), x.out.end(), '\n') == 1);
}

BOOST_AUTO_TEST_CASE(usage_mistakes_are_one_sentence_with_a_suggestion) {
  struct row {
    std::vector<std::string> args;
    std::vector<std::string> names;
  };
  dir.write("tutti.yaml", "tasks: { a: touch a }\n");
  for (const auto& [args, names] : std::vector<row>{
           {{"rnu"}, {"'rnu'", "'run'"}},
           {{"tutti.yaml"}, {"tutti run tutti.yaml"}},
           {{"run", "--jbos", "3"}, {"--jbos", "--jobs"}},
           {{"run", "--jobs", "0"}, {"--jobs", "'0'"}},
           {{"run", "--jobs", "many"}, {"--jobs", "'many'"}},
           {{"run", "--jobs"}, {"--jobs", "value"}},
           {{"run", "a.yaml", "b.yaml"}, {"'b.yaml'"}},
           {{"run", "a.yaml", "-f", "b.yaml"}, {"'a.yaml'", "'b.yaml'"}},
           {{"run", "--set", "novalue"}, {"--set", "'novalue'"}},
           {{"graph", "--format", "dto"}, {"'dto'", "'dot'"}},
           {{"completion"}, {"SHELL"}},
           {{"completion", "tcsh"}, {"'tcsh'"}},
           {{"schema", "repotr"}, {"'repotr'", "'report'"}},
           {{"help", "chekc"}, {"'chekc'", "'check'"}},
           {{"--wat"}, {"--wat"}},
       }) {
    auto x = tutti(args);
    BOOST_TEST(x.status == 2, x.err);
    BOOST_TEST(x.out == "");
    check_one_sentence(x, names);
  }
  BOOST_TEST(!dir.exists("a"));
}

BOOST_AUTO_TEST_SUITE_END()
