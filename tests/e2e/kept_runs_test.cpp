// SPDX-License-Identifier: BSD-3-Clause
// What a user does with runs that are on disk: history, logs, clean, doctor.
#include "tests/e2e/live_fixture.hpp"
#include "tests/support/json_schema.hpp"
#include "tests/support/sqlite_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

using namespace tutti::test;

namespace {

namespace fs = std::filesystem;

struct kept_fixture : live_fixture {
  [[nodiscard]] json history() const {
    auto x = tutti({"history", "--json"});
    BOOST_TEST(x.status == 0, x.err);
    auto document = json::parse(x.out);
    check_document(document, "history");
    return document.at("runs");
  }
  /// Kills a run in the middle; its supervisor ends the rest.
  void kill(program& x) const {
    x.send_signal(SIGKILL);
    static_cast<void>(x.wait());
    check_no_process_left();
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_kept_runs, kept_fixture)

// -- history ------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(
    history_lists_how_runs_ended_and_which_were_killed) { // §31
  auto none = tutti({"history"});
  BOOST_TEST(none.status == 0);
  BOOST_TEST(has(none.err, "no runs"), none.err);
  BOOST_TEST(run("name: one\ntasks: { a: 'true' }\n").status == 0);
  BOOST_TEST(run("name: two\ntasks: { a: 'false' }\n").status == 1);
  fifo gate{dir, "gate"};
  auto cut = start("name: three\ntasks: { a: 'true', b: { needs: a, run: 'read "
                   "x < gate' } }\n");
  BOOST_REQUIRE(eventually([&] {
    auto runs = history();
    return runs.size() == 3 && runs[0].at("tasks_done") == 1;
  }));
  BOOST_TEST(history()[0].at("state") == "live");
  kill(*cut);
  auto runs = history();
  BOOST_REQUIRE(runs.size() == 3u);
  BOOST_TEST(runs[0].at("state") == "unfinished");
  BOOST_TEST(runs[0].at("resumable") == true);
  BOOST_TEST(runs[0].at("plan") == "three");
  BOOST_TEST(runs[1].at("state") == "failed");
  BOOST_TEST(runs[1].at("exit_code") == 1);
  BOOST_TEST(runs[2].at("state") == "succeeded");
  BOOST_TEST(runs[2].at("tasks_done") == 1);
  auto text = tutti({"history", "-n", "1"});
  BOOST_TEST(has(text.out, "three"), text.out);
  BOOST_TEST(!has(text.out, "two"), text.out);
  BOOST_TEST(has(text.out, "2 more"), text.out);
  BOOST_TEST(has(text.out, "--resume=" + runs[0].at("id").get<std::string>()),
             text.out);
}

// A plan that is large enough for facts to be packed: all that is told of runs
// on disk is told of it, too.
BOOST_AUTO_TEST_CASE(facts_that_are_packed_are_told_of_as_others) { // §29
  constexpr int count = 270;
  std::string plan = "name: many\ntasks:\n";
  for (int i = 0; i < count; ++i)
    plan += "  t" + std::to_string(i) + ": 'echo " + std::to_string(i) + "'\n";
  BOOST_TEST(run(plan).status == 0);
  auto runs = history();
  BOOST_REQUIRE(runs.size() == 1u);
  BOOST_TEST(runs[0].at("tasks_done") == count);
  auto id = runs[0].at("id").get<std::string>();
  sqlite_connection db{dir / ".tutti/runs/" + id + "/journal.db"};
  BOOST_TEST(db.number("SELECT count(*) FROM pack").value_or(0) > 0);
  auto facts = tutti({"history", "--facts", id.substr(0, 13)});
  BOOST_TEST(facts.status == 0, facts.err);
  std::map<std::string, int> kinds;
  int number = 0;
  std::istringstream text{facts.out};
  for (std::string line; std::getline(text, line);) {
    auto fact = json::parse(line);
    BOOST_TEST(fact.at("number") == ++number);
    ++kinds[fact.at("kind").get<std::string>()];
    if (fact.at("kind") == "attempt-finished")
      BOOST_TEST(fact.at("details").contains("log"), line);
  }
  BOOST_TEST(kinds["task-ready"] == count);
  BOOST_TEST(kinds["attempt-finished"] == count);
  BOOST_TEST(kinds["run-ended"] == 1);
  BOOST_TEST(tutti({"logs", "t7"}).out == "7\n");
  BOOST_TEST(tutti({"doctor"}).status == 0);
  BOOST_TEST(run(plan, {"--resume"}).status == 0);
}

BOOST_AUTO_TEST_CASE(facts_are_of_one_run) {
  BOOST_TEST(tutti({"history", "--facts"}).status == 4);
  BOOST_TEST(tutti({"history", "2026"}).status == 2);
  BOOST_TEST(tutti({"history", "--facts", "--json"}).status == 2);
}

BOOST_AUTO_TEST_CASE(history_writes_a_file_and_prints_its_schema) {
  BOOST_TEST(run("tasks: { a: 'true' }\n").status == 0);
  auto x = tutti({"history", "--json", "list.json"});
  BOOST_TEST(x.status == 0);
  BOOST_TEST(x.out == "");
  check_document(json::parse(dir.read("list.json")), "history");
  BOOST_TEST(json::parse(tutti({"schema", "history"}).out)
             == shipped_schema("history"));
  BOOST_TEST(json::parse(tutti({"schema", "doctor"}).out)
             == shipped_schema("doctor"));
}

// -- logs ---------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(logs_print_what_an_attempt_wrote) {
  auto x = run(R"(
tasks:
  a: { run: 'echo try $TUTTI_ATTEMPT; test $TUTTI_ATTEMPT = 2', retries: { max: 1, wait: 1ms } }
  quiet: 'true'
  after: { needs: { a: failed }, run: 'true' }
)");
  BOOST_TEST(x.status == 0);
  auto latest = tutti({"logs", "a"});
  BOOST_TEST(latest.status == 0);
  BOOST_TEST(latest.out == "try 2\n");
  BOOST_TEST(tutti({"logs", "a", "--attempt", "1"}).out == "try 1\n");
  auto all = tutti({"logs", "a", "--all"}).out;
  BOOST_TEST(all.find("try 1\n") < all.find("try 2\n"), all);
  BOOST_TEST(has(all, "==> attempt 1"), all);
  BOOST_TEST(tutti({"logs", "a", "-f"}).out == "try 2\n"); // it has ended
  auto wrong = tutti({"logs", "quite"});
  BOOST_TEST(wrong.status == 2);
  check_one_sentence(wrong, {"'quite'", "'quiet'"});
  for (const auto* name : {"quiet", "after"}) {
    auto nothing = tutti({"logs", name});
    BOOST_TEST(nothing.status == 4);
    check_one_sentence(nothing, {name});
  }
  check_one_sentence(tutti({"logs", "a", "--attempt", "7"}), {"7", "2"});
  auto other = tutti({"logs", "a", "--run", "1999"});
  BOOST_TEST(other.status == 2);
  check_one_sentence(other, {"'1999'"});
}

BOOST_AUTO_TEST_CASE(logs_follow_a_live_task_through_its_attempts) {
  fifo first{dir, "first"};
  fifo second{dir, "second"};
  auto live = start(R"(
tasks:
  a: { run: 'echo try $TUTTI_ATTEMPT; if test $TUTTI_ATTEMPT = 1; then read x < first; false; else read x < second; echo end; fi',
       retries: { max: 1, wait: 1ms } }
  b: { needs: a, run: 'read x < second' }
)");
  BOOST_REQUIRE(eventually([&] {
    return tutti({"logs", "a"}).status == 0;
  }));
  program following{options({"logs", "-f", "a"})};
  BOOST_REQUIRE(following.read_until("try 1"));
  first.put();
  BOOST_REQUIRE(following.read_until("try 2"));
  second.put();
  auto x = following.wait(); // the task is done, the run goes on
  BOOST_TEST(x.status == 0);
  BOOST_TEST(x.out == "try 1\ntry 2\nend\n");
  BOOST_TEST(has(x.err, "succeeded"), x.err);
  second.put();
  BOOST_TEST(finish(*live).status == 0);
}

BOOST_AUTO_TEST_CASE(logs_follow_what_is_still_to_come_from_a_node) {
  fifo gate{dir, "gate"};
  auto live = start(R"(
tasks:
  a: echo begin
  b: { needs: a, run: 'read x < gate' }
)");
  BOOST_REQUIRE(eventually([&] {
    return tutti({"logs", "a"}).status == 0;
  }));
  // As the log of a node lies here while its end is under way.
  auto logs =
      dir
      / (".tutti/runs/" + history()[0].at("id").get<std::string>() + "/logs");
  std::ofstream{logs + "/.a.1.log.coming"};
  program following{options({"logs", "-f", "a"})};
  BOOST_REQUIRE(following.read_until("begin"));
  std::ofstream{logs + "/a.1.log", std::ios::app} << "the end\n";
  BOOST_REQUIRE(following.read_until("the end"));
  fs::remove(logs + "/.a.1.log.coming");
  auto x = following.wait();
  BOOST_TEST(x.status == 0);
  BOOST_TEST(x.out == "begin\nthe end\n");
  gate.put();
  BOOST_TEST(finish(*live).status == 0);
}

BOOST_AUTO_TEST_CASE(a_killed_runs_log_is_there_and_following_it_ends) {
  fifo gate{dir, "gate"};
  auto live = start("tasks: { a: 'echo begun; read x < gate' }\n");
  BOOST_REQUIRE(eventually([&] {
    return tutti({"logs", "a"}).out == "begun\n";
  }));
  program watching{options({"logs", "a", "-f"})};
  BOOST_REQUIRE(watching.read_until("begun"));
  kill(*live);
  auto x = watching.wait();
  BOOST_TEST(x.status == 0);
  BOOST_TEST(has(x.err, "does not live"), x.err);
  BOOST_TEST(tutti({"logs", "a"}).out == "begun\n");
}

BOOST_AUTO_TEST_CASE(a_terminal_gets_a_log_without_escape_sequences) {
  BOOST_TEST(
      run("tasks: { a: 'printf \"\\033[31mred\\033]0;title\\007\\n\"' }\n")
          .status
      == 0);
  BOOST_TEST(has(tutti({"logs", "a"}).out, "\x1b[31mred"));
  auto how = options({"logs", "a"});
  how.terminal = terminal_size{};
  auto x = run_program(how);
  BOOST_TEST(has(x.out, "red"), x.out);
  BOOST_TEST(!has(x.out, "\x1b"), x.out);
  BOOST_TEST(!has(x.out, "title"), x.out);
}

// -- clean --------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(clean_removes_old_runs_and_what_only_they_need) {
  BOOST_TEST(run("tasks: { a: { run: 'echo old > f', artifacts: f } }\n").status
             == 0);
  BOOST_TEST(run("tasks: { a: { run: 'echo new > f', artifacts: f } }\n").status
             == 0);
  // As if it all had been made long ago; younger files might be needed by a run
  // whose journal does not say so yet.
  auto stored = [&] {
    std::vector<fs::path> result;
    for (const auto& x :
         fs::recursive_directory_iterator{dir / ".tutti/artifacts"})
      if (x.is_regular_file())
        result.push_back(x.path());
    return result;
  };
  for (const auto& x : stored())
    fs::last_write_time(x, fs::last_write_time(x) - std::chrono::hours(1));
  BOOST_REQUIRE(stored().size() == 2u);
  BOOST_TEST(has(tutti({"clean"}).out, "removed 0 runs and 0 artifacts"));
  auto before = history();
  auto dry = tutti({"clean", "--keep", "1", "-n"});
  BOOST_TEST(has(dry.out, "would remove 1 run and 1 artifact"), dry.out);
  BOOST_TEST(history().size() == 2u);
  auto x = tutti({"clean", "--keep", "1"});
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(has(x.out, "removed 1 run and 1 artifact"), x.out);
  auto after = history();
  BOOST_REQUIRE(after.size() == 1u);
  BOOST_TEST(after[0].at("id") == before[0].at("id"));
  BOOST_REQUIRE(stored().size() == 1u);
  std::ifstream file{stored().front()};
  std::string text;
  std::getline(file, text);
  BOOST_TEST(text == "new");
  BOOST_TEST(has(tutti({"clean", "--max-size", "0B"}).out, "removed 1 run"));
  BOOST_TEST(history().empty());
}

// Where a result is large its artifacts are not named by the journal itself.
BOOST_AUTO_TEST_CASE(clean_keeps_the_artifacts_of_large_results) { // §21
  const std::string plan = R"(
tasks:
  a: { run: 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo $i TEXT > f$i; done', artifacts: 'f*' }
)";
  auto with = [&](const std::string& text) {
    auto result = plan;
    result.replace(result.find("TEXT"), 4, text);
    return result;
  };
  BOOST_TEST(run(with("old")).status == 0);
  BOOST_TEST(run(with("new")).status == 0);
  std::size_t files = 0;
  for (const auto& x :
       fs::recursive_directory_iterator{dir / ".tutti/artifacts"})
    if (x.is_regular_file()) {
      ++files;
      fs::last_write_time(x, fs::last_write_time(x) - std::chrono::hours(1));
    }
  BOOST_REQUIRE(files == 24u);
  BOOST_TEST(has(tutti({"clean"}).out, "removed 0 runs and 0 artifacts"));
  auto x = tutti({"clean", "--keep", "1"});
  BOOST_TEST(has(x.out, "removed 1 run and 12 artifacts"), x.out);
}

BOOST_AUTO_TEST_CASE(clean_leaves_live_and_killed_runs) { // §31
  fifo gate{dir, "gate"};
  const auto* plan = "tasks: { a: 'echo x; read x < gate' }\n";
  auto cut = start(plan);
  auto logged = [&] {
    return tutti({"logs", "a"}).status == 0;
  };
  BOOST_REQUIRE(eventually(logged));
  kill(*cut);
  auto live = start(plan);
  BOOST_REQUIRE(eventually([&] {
    return history().size() == 2 && logged();
  }));
  BOOST_TEST(tutti({"clean", "--older-than", "0s"}).status == 0);
  BOOST_TEST(history().size() == 2u);
  BOOST_TEST(tutti({"clean", "--older-than", "0s", "--unfinished"}).status
             == 0);
  auto left = history();
  BOOST_REQUIRE(left.size() == 1u);
  BOOST_TEST(left[0].at("state") == "live");
  gate.put();
  BOOST_TEST(finish(*live).status == 0); // nothing that it needs has gone
}

// §31: what was stopped can go on as well as what was killed.
BOOST_AUTO_TEST_CASE(clean_leaves_what_can_go_on_and_what_is_no_run) {
  fifo gate{dir, "gate"};
  auto stopped = start("tasks: { a: 'read x < gate' }\n");
  BOOST_REQUIRE(eventually([&] {
    auto runs = history();
    return !runs.empty() && runs[0].at("facts") > 2;
  }));
  stopped->send_signal(SIGTERM);
  BOOST_TEST(stopped->wait().status == 143);
  dir.write(".tutti/runs/mine/file", "x");
  dir.write(".tutti/runs/.going-20261122-201500-1a2b/logs/x", "x");
  BOOST_TEST(history()[0].at("state") == "stopped");
  auto x = tutti({"clean", "--keep", "0"});
  BOOST_TEST(has(x.out, "removed 0 runs"), x.out);
  BOOST_TEST(has(x.err, "1 run that can go on or cannot be read stays"), x.err);
  BOOST_TEST(history().size() == 1u);
  BOOST_TEST(dir.exists(".tutti/runs/mine/file"));
  // What was being removed when the program was killed.
  BOOST_TEST(!dir.exists(".tutti/runs/.going-20261122-201500-1a2b"));
  x = tutti({"clean", "--keep", "0", "--unfinished"});
  BOOST_TEST(has(x.out, "removed 1 run "), x.out);
  BOOST_TEST(x.err == "");
  BOOST_TEST(history().empty());
}

BOOST_AUTO_TEST_CASE(clean_says_what_it_cannot_remove) {
  if (::geteuid() == 0)
    return; // whom nothing is refused
  BOOST_TEST(run("tasks: { a: echo x }\n").status == 0);
  auto folder = dir / ".tutti/runs";
  fs::permissions(folder, fs::perms::owner_read | fs::perms::owner_exec);
  auto x = tutti({"clean", "--keep", "0"});
  fs::permissions(folder, fs::perms::owner_all);
  BOOST_TEST(x.status == 7);
  BOOST_TEST(has(x.err, "cannot remove run"), x.err);
}

// -- doctor -------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(doctor_finds_nothing_wrong_here_and_changes_nothing) {
  auto x = tutti({"doctor"});
  BOOST_TEST(x.status == 0, x.out);
  BOOST_TEST(has(x.out, "ok    journal-disk"), x.out);
  BOOST_TEST(!dir.exists(".tutti"));
  BOOST_TEST(run("tasks: { a: 'true' }\n").status == 0);
  auto document = json::parse(tutti({"doctor", "tutti.yaml", "--json"}).out);
  check_document(document, "doctor");
  BOOST_TEST(document.at("exit_code") == 0);
  bool plan = false;
  for (const auto& c : document.at("checks"))
    plan = plan || (c.at("name") == "plan" && c.at("status") == "ok");
  BOOST_TEST(plan);
  dir.write("wrong.yaml", "tasks: [\n");
  BOOST_TEST(tutti({"doctor", "wrong.yaml"}).status == 2);
}

BOOST_AUTO_TEST_CASE(doctor_finds_a_damaged_journal) { // row 4: flipped bits
  BOOST_TEST(run("tasks: { a: echo x, b: { needs: a, run: echo y } }\n").status
             == 0);
  auto name =
      ".tutti/runs/" + history()[0].at("id").get<std::string>() + "/journal.db";
  auto bytes = dir.read(name);
  auto at = bytes.rfind("a.1.log"); // in the text of a fact
  BOOST_REQUIRE(at != std::string::npos);
  bytes[at] ^= 1;
  dir.write(name, bytes);
  auto x = tutti({"doctor"});
  BOOST_TEST(x.status == 8, x.out);
  BOOST_TEST(has(x.out, "fail  journal "), x.out);
  BOOST_TEST(has(x.out, "is not as it was written"), x.out);
}

// row 4: what a journal names, and does not have itself
BOOST_AUTO_TEST_CASE(doctor_finds_results_that_are_gone_or_damaged) {
  BOOST_TEST(run(R"(
tasks:
  a:
    artifacts: f
    run: |
      echo content > f
      printf 'k=%3000s\n' v >> "$TUTTI_OUTPUT"
)")
                 .status
             == 0);
  BOOST_TEST(has(tutti({"doctor"}).out, "ok    results"));
  auto id = history()[0].at("id").get<std::string>();
  auto payloads = dir / (".tutti/runs/" + id + "/payloads");
  auto fails = [&](const std::string& why) {
    auto x = tutti({"doctor"});
    BOOST_TEST(x.status == 8, x.out);
    BOOST_TEST(has(x.out, "fail  results " + id), x.out);
    BOOST_TEST(has(x.out, why), x.out);
  };
  fs::rename(payloads, dir / "aside");
  fails(payloads);
  fs::rename(dir / "aside", payloads);
  fs::resize_file(payloads, fs::file_size(payloads) - 1);
  fails("is shorter than the journal says");
  fs::remove_all(dir / ".tutti/artifacts");
  fails(".tutti");
}

BOOST_AUTO_TEST_SUITE_END()
