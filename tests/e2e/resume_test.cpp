// SPDX-License-Identifier: BSD-3-Clause
// Runs that are cut off and go on, as a user sees them (semantics §29–§31).
// That no moment is a bad one to be cut off is what tests/crash/ shows.
#include "tests/e2e/run_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace tutti::test;

namespace {

struct resume_fixture : run_fixture {
  /// How often a task was executed.
  [[nodiscard]] std::ptrdiff_t executions(const std::string& task) const {
    auto all = lines("count");
    return std::count(all.begin(), all.end(), task);
  }

  /// `tutti run --json … ARGS` with the plan that is there.
  [[nodiscard]] run_result go_on(std::vector<std::string> args = {}) const {
    args.insert(args.begin(), {"run", "--plain", "--json", "report.json"});
    run_result result;
    static_cast<program_result&>(result) = tutti(args);
    std::ifstream file{dir / "report.json"};
    result.report = json::parse(file, nullptr, false);
    return result;
  }

  /// The only run.
  [[nodiscard]] std::string run_id() const {
    for (const auto& x :
         std::filesystem::directory_iterator{dir / ".tutti/runs"})
      return x.path().filename().string();
    return {};
  }
};

/// `two` waits until somebody makes the file `go`.
constexpr const char* waiting_plan = R"(
agents: { a: {}, b: {} }
tasks:
  one: { agent: a, run: 'echo one >> count; echo k=v >> "$TUTTI_OUTPUT"' }
  two:
    agent: b
    needs: one
    run: |
      echo two >> count
      echo at-it
      until [ -e go ]; do sleep 0.02; done
  three: { agent: a, needs: [one, two], run: 'cat "$TUTTI_INPUT" > input; echo three >> count' }
)";

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_resume, resume_fixture)

BOOST_AUTO_TEST_CASE(a_killed_run_goes_on_and_repeats_nothing_that_ended) {
  auto x = start(waiting_plan, {"--plain"});
  BOOST_REQUIRE(x->read_until("start      b  two"));
  x->send_signal(SIGKILL);
  BOOST_TEST(x->wait().status == 128 + SIGKILL);
  dir.write("go", "");
  auto again = go_on({"--resume"});
  BOOST_TEST(again.status == 0);
  BOOST_TEST(executions("one") == 1);
  BOOST_TEST(executions("three") == 1);
  auto input = json::parse(std::ifstream{dir / "input"});
  BOOST_TEST(input["needs"]["one"]["outputs"]["k"] == "v");
  BOOST_TEST(again.report["sessions"].size() == 2u);
  // The second --resume has nothing to do.
  auto finished = go_on({"--resume"});
  BOOST_TEST(finished.status == 0);
  BOOST_TEST(executions("three") == 1);
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(a_stopped_run_says_how_to_go_on_and_does) { // §26
  auto x = start(waiting_plan, {"--plain"});
  BOOST_REQUIRE(x->read_until("start      b  two"));
  x->send_signal(SIGHUP); // the terminal was closed: row 31
  auto stopped = x->wait();
  BOOST_TEST(stopped.status == 6);
  BOOST_TEST(stopped.out.find("--resume") != std::string::npos);
  dir.write("go", "");
  BOOST_TEST(go_on({"--resume"}).status == 0);
  BOOST_TEST(executions("one") == 1);
  BOOST_TEST(executions("two") == 2);
}

BOOST_AUTO_TEST_CASE(resume_without_a_run_starts_one) { // §31
  dir.write("tutti.yaml", waiting_plan);
  dir.write("go", "");
  BOOST_TEST(go_on({"--resume"}).status == 0);
  BOOST_TEST(executions("one") == 1);
}

BOOST_AUTO_TEST_CASE(a_new_run_says_that_another_could_go_on) {
  auto x = start(waiting_plan, {"--plain"});
  BOOST_REQUIRE(x->read_until("start      b  two"));
  x->send_signal(SIGKILL);
  (void)x->wait();
  dir.write("go", "");
  auto fresh = go_on();
  BOOST_TEST(fresh.status == 0);
  BOOST_TEST(fresh.err.find("was cut off") != std::string::npos);
  BOOST_TEST(fresh.err.find("--resume") != std::string::npos);
  BOOST_TEST(executions("one") == 2);
}

BOOST_AUTO_TEST_CASE(at_a_terminal_one_is_asked) {
  auto x = start(waiting_plan, {"--plain"});
  BOOST_REQUIRE(x->read_until("start      b  two"));
  x->send_signal(SIGKILL);
  (void)x->wait();
  dir.write("go", "");
  auto how = options({"run"});
  how.terminal = terminal_size{};
  program second{how};
  BOOST_REQUIRE(second.read_until("Go on with it? [Y/n]"));
  second.type("\r");
  BOOST_TEST(second.wait().status == 0);
  BOOST_TEST(executions("one") == 1);
}

BOOST_AUTO_TEST_CASE(one_run_has_one_program) { // row 12
  auto x = start(waiting_plan, {"--plain"});
  BOOST_REQUIRE(x->read_until("start      b  two"));
  auto second = go_on({"--resume"});
  BOOST_TEST(second.status == 8);
  BOOST_TEST(second.err.find("is live") != std::string::npos);
  dir.write("go", "");
  BOOST_TEST(x->wait().status == 0);
}

// row 13: what drains from before has no say beside its successor
BOOST_AUTO_TEST_CASE(an_attempt_from_before_the_crash_is_not_heard) {
  constexpr const char* plan = R"(
tasks:
  one:
    run: |
      echo "$TUTTI_TOKEN" >> tokens
      until [ -e go ]; do sleep 0.02; done
      TUTTI_TOKEN=$(head -n 1 tokens) "$TUTTI_BINARY" handoff who=old 2> said || echo $? > code
      "$TUTTI_BINARY" handoff who=new
  two: { needs: one, run: 'cp "$TUTTI_INPUT" input' }
)";
  auto x = start(plan, {"--plain"});
  BOOST_REQUIRE(eventually([this] {
    return lines("tokens").size() == 1u;
  }));
  x->send_signal(SIGKILL);
  (void)x->wait();
  dir.write("go", "");
  auto again = go_on({"--resume"});
  BOOST_TEST(again.status == 0, again.err);
  BOOST_REQUIRE(lines("tokens").size() == 2u);
  BOOST_TEST(lines("tokens")[0] != lines("tokens")[1]);
  BOOST_TEST(dir.read("code") == "1\n");
  BOOST_TEST(dir.read("said").find("over") != std::string::npos,
             dir.read("said"));
  auto input = json::parse(dir.read("input"));
  BOOST_TEST(input["needs"]["one"]["outputs"]["who"] == "new");
}

BOOST_AUTO_TEST_CASE(a_changed_plan_keeps_what_still_stands) { // §31, row 17
  auto first = run(R"(
agents: { a: {}, b: {} }
tasks:
  one: { agent: a, run: echo one >> count }
  bad: { agent: b, run: 'echo bad >> count; exit 3' }
  last: { agent: a, needs: [one, bad], run: echo last >> count }
)");
  BOOST_TEST(first.status == 1);
  dir.write("tutti.yaml", R"(
agents: { a: {}, b: {} }
tasks:
  one: { agent: a, run: echo one >> count, timeout: 1m }
  bad: { agent: b, run: 'echo bad >> count' }
  last: { agent: a, needs: [one, bad], run: echo last >> count }
  more: { agent: b, run: echo more >> count }
)");
  auto again = go_on({"--resume"});
  BOOST_TEST(again.status == 0);
  BOOST_TEST(again.out.find("kept: one") != std::string::npos);
  BOOST_TEST(again.out.find("runs again: bad (its command changed)")
             != std::string::npos);
  BOOST_TEST(again.out.find("new: more") != std::string::npos);
  BOOST_TEST(executions("one") == 1);
  BOOST_TEST(executions("bad") == 2);
  BOOST_TEST(executions("last") == 1);
  BOOST_TEST(executions("more") == 1);
  // And that can be resumed in its turn.
  BOOST_TEST(go_on({"--resume"}).status == 0);
  BOOST_TEST(executions("more") == 1);
}

BOOST_AUTO_TEST_CASE(what_is_not_on_disk_any_more_is_made_again) {
  constexpr const char* plan = R"(
agents: { a: {}, b: {} }
tasks:
  big: { agent: a, run: 'echo big >> count; printf "k=%03000d\n" 7 >> "$TUTTI_OUTPUT"' }
  small: { agent: a, run: 'echo small >> count' }
  use:
    agent: b
    needs: [big, small]
    run: 'echo use >> count; until [ -e go ]; do sleep 0.02; done; cp "$TUTTI_INPUT" input'
)";
  auto x = start(plan, {"--plain"});
  BOOST_REQUIRE(eventually([this] {
    return executions("use") == 1;
  }));
  x->send_signal(SIGKILL);
  (void)x->wait();
  std::filesystem::resize_file(dir / (".tutti/runs/" + run_id() + "/payloads"),
                               100);
  dir.write("go", "");
  auto again = go_on({"--resume"});
  BOOST_TEST(again.status == 0, again.err);
  auto says = [&](const char* text) {
    BOOST_TEST((again.out + again.err).find(text) != std::string::npos,
               text << " in " << again.out << again.err);
  };
  says("the result of big is not as it was kept: ");
  says("runs again: big (its result on disk changed)");
  BOOST_TEST(executions("big") == 2);
  BOOST_TEST(executions("small") == 1);
  auto input = json::parse(dir.read("input"));
  BOOST_TEST(input["needs"]["big"]["outputs"]["k"].get<std::string>().size()
             == 3000u);
}

// A kill between the new revision of the plan and what follows on it is one of
// the moments that tests/runtime/journal/settle_test.cpp looks at.
BOOST_AUTO_TEST_CASE(a_changed_plan_keeps_what_people_said_and_who_is_gone) {
  // §26, §31: what was skipped by hand stays out, an agent has another name
  constexpr const char* plan = R"(
agents: { ada: {}, bob: {} }
tasks:
  one: { agent: ada, run: 'echo one >> count; echo k=v >> "$TUTTI_OUTPUT"' }
  two:
    agent: bob
    needs: one
    run: 'echo two >> count; until [ -e go ]; do sleep 0.02; done'
  three: { agent: bob, needs: two, run: 'echo three >> count' }
)";
  auto x = start(plan, {"--plain"});
  BOOST_REQUIRE(eventually([this] {
    return executions("two") == 1;
  }));
  x->send_signal(SIGKILL);
  (void)x->wait();
  dir.write("go", "");
  std::string text{plan};
  for (auto at = text.find("ada"); at != text.npos; at = text.find("ada"))
    text.replace(at, 3, "anna");
  dir.write("tutti.yaml", text);
  auto again = go_on({"--resume", "--skip", "three"});
  BOOST_TEST(again.status == 0, again.err);
  BOOST_TEST((again.out + again.err).find("kept: one") != std::string::npos);
  BOOST_TEST(executions("one") == 1);
  BOOST_TEST(executions("two") == 2);
  BOOST_TEST(executions("three") == 0);
}

BOOST_AUTO_TEST_CASE(only_does_not_throw_results_away) {
  auto x = start(waiting_plan, {"--plain"});
  BOOST_REQUIRE(x->read_until("start      b  two"));
  x->send_signal(SIGKILL);
  (void)x->wait();
  dir.write("go", "");
  auto refused = go_on({"--resume", "--only", "one"});
  BOOST_TEST(refused.status == 2);
  BOOST_TEST(refused.err.find("leave --only away") != std::string::npos,
             refused.err);
  BOOST_TEST(go_on({"--resume"}).status == 0);
  BOOST_TEST(executions("one") == 1);
}

BOOST_AUTO_TEST_CASE(settled_keeps_results_and_plans_the_rest_anew) { // §31
  auto x = start(waiting_plan, {"--plain"});
  BOOST_REQUIRE(x->read_until("start      b  two"));
  x->send_signal(SIGKILL);
  (void)x->wait();
  dir.write("go", "");
  auto again = go_on({"--resume", "--settled"});
  BOOST_TEST(again.status == 0);
  BOOST_TEST(again.out.find("kept: one") != std::string::npos);
  BOOST_TEST(executions("one") == 1);
}

BOOST_AUTO_TEST_CASE(rerun_tries_again_what_failed) {
  auto first = run(R"(
agents: { a: {}, b: {} }
tasks:
  one: { agent: a, run: echo one >> count }
  bad: { agent: b, run: 'echo bad >> count; test -e mended' }
  last: { agent: a, needs: [one, bad], run: echo last >> count }
)");
  BOOST_TEST(first.status == 1);
  dir.write("mended", "");
  auto again = tutti({"rerun", "--failed", "--plain"});
  BOOST_TEST(again.status == 0);
  BOOST_TEST(executions("one") == 1);
  BOOST_TEST(executions("bad") == 2);
  BOOST_TEST(executions("last") == 1);
  auto third = tutti({"rerun", "--failed"});
  BOOST_TEST(third.status == 4);
  check_one_sentence(third, {"nothing failed"});
}

BOOST_AUTO_TEST_CASE(a_detached_run_outlives_its_terminal) {
  dir.write("tutti.yaml", waiting_plan);
  auto started = tutti({"run", "--detach"});
  BOOST_TEST(started.status == 0);
  auto id = run_id();
  BOOST_TEST(started.out.find(id) != std::string::npos);
  BOOST_TEST(tutti({"status", "--run", id}).status == 0);
  dir.write("go", "");
  // Its end can be waited for: until then the run is live.
  auto end = go_on({"--resume=" + id});
  while (end.status == 8)
    end = go_on({"--resume=" + id});
  BOOST_TEST(end.status == 0);
  BOOST_TEST(executions("three") == 1);
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(a_detached_run_that_cannot_begin_says_so) {
  dir.write("tutti.yaml", "tasks: { a: { rum: true } }\n");
  auto x = tutti({"run", "--detach"});
  BOOST_TEST(x.status == 2);
  BOOST_TEST(x.err.find("rum") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(settings_of_the_run_are_kept) {
  auto x = start(R"(
params: { word: { type: string, default: no } }
agents: { a: {}, b: {} }
tasks:
  one:
    agent: a
    env: { WORD: "${{ params.word }}" }
    run: 'echo one >> count; until [ -e go ]; do sleep 0.02; done; echo $WORD > word'
  two: { agent: b, needs: one, run: echo two >> count }
)",
                 {"--plain", "--set", "word=yes", "--skip", "two"});
  BOOST_REQUIRE(x->read_until("start      a  one"));
  x->send_signal(SIGKILL);
  (void)x->wait();
  dir.write("go", "");
  BOOST_TEST(go_on({"--resume"}).status == 0);
  BOOST_TEST(lines("word")[0] == "yes");
  BOOST_TEST(executions("two") == 0);
}

BOOST_AUTO_TEST_CASE(a_damaged_journal_is_refused_with_the_place) { // row 4
  auto first = run(R"(
tasks:
  one: { run: 'echo one >> count; echo k=needle >> "$TUTTI_OUTPUT"' }
  two: { needs: one, run: 'exit 1' }
)");
  BOOST_TEST(first.status == 1);
  auto journal = dir / (".tutti/runs/" + run_id() + "/journal.db");
  std::fstream file{journal, std::ios::in | std::ios::out | std::ios::binary};
  std::string bytes{std::istreambuf_iterator<char>{file}, {}};
  auto at = bytes.find("needle");
  BOOST_REQUIRE(at != std::string::npos);
  file.clear();
  file.seekp(static_cast<std::streamoff>(at));
  file.put('#');
  file.close();
  auto again = tutti({"rerun", "--failed"});
  BOOST_TEST(again.status == 8);
  check_one_sentence(again, {"journal.db", "fact", "not as it was written"});
  BOOST_TEST(executions("one") == 1);
}

BOOST_AUTO_TEST_SUITE_END()
