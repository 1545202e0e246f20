// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/run_list.hpp"

#include "tests/runtime/journal/made_run.hpp"
#include "tests/support/sqlite_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

using namespace tutti;
using namespace tutti::test;
using journal::run_state;

namespace {

journal::run_entry only_run(const temporary_directory& state) {
  auto runs = journal::list_runs(state.path());
  BOOST_REQUIRE(runs);
  BOOST_REQUIRE(runs->size() == 1u);
  return runs->front();
}

fact later(fact x, std::chrono::nanoseconds at) {
  x.at = at;
  return x;
}

} // namespace

BOOST_AUTO_TEST_SUITE(journal_run_list)

BOOST_AUTO_TEST_CASE(no_state_directory_means_no_runs) {
  temporary_directory dir;
  auto runs = journal::list_runs(dir / "nothing");
  BOOST_REQUIRE(runs);
  BOOST_TEST(runs->empty());
  auto found = journal::find_run({dir / "nothing", "", ""});
  BOOST_REQUIRE(!found);
  BOOST_TEST(static_cast<int>(found.error().code) == 4);
  found = journal::find_run({dir / "nothing", "2026", ""});
  BOOST_REQUIRE(!found);
  BOOST_TEST(static_cast<int>(found.error().code) == 4);
}

BOOST_AUTO_TEST_CASE(a_run_that_ended_says_how) {
  temporary_directory dir;
  made_run_options x;
  x.settings = R"({"set":{"os":"bsd"}})";
  x.wall_ns = 5'000'000'000;
  x.sessions = {
      {fact_of(fact_kind::run_started), ended_attempt(0),
       ended_attempt(1, task_state::failed),
       later(ended_run(run_status::failed, 1), std::chrono::seconds(3))}};
  make_run(dir, x);
  auto run = only_run(dir);
  BOOST_TEST(run.id == x.id);
  BOOST_TEST((run.state == run_state::failed));
  BOOST_TEST(run.exit_code.value_or(-1) == 1);
  BOOST_TEST(run.plan_name == "test");
  BOOST_TEST(run.plan_path == x.plan_path);
  BOOST_TEST(run.settings == x.settings);
  BOOST_TEST(run.started_ns == 5'000'000'000);
  BOOST_TEST(run.last_ns == 8'000'000'000);
  BOOST_TEST(run.tasks == 2u);
  BOOST_TEST(run.tasks_done == 2u);
  BOOST_TEST(run.sessions == 1u);
  BOOST_TEST(run.size_bytes > 4096u);
}

BOOST_AUTO_TEST_CASE(a_killed_run_is_unfinished_and_a_held_one_live) { // §31
  temporary_directory dir;
  made_run_options x;
  x.sessions = {{fact_of(fact_kind::run_started), ended_attempt(0)}};
  make_run(dir, x);
  auto run = only_run(dir);
  BOOST_TEST((run.state == run_state::unfinished));
  BOOST_TEST(run.tasks_done == 1u);
  auto held = control::hold_run(run.path);
  BOOST_REQUIRE(held);
  BOOST_TEST((only_run(dir).state == run_state::live));
  BOOST_TEST((only_run(dir).state == run_state::live)); // looking lets it live
  held.reset();
  BOOST_TEST((only_run(dir).state == run_state::unfinished));
}

BOOST_AUTO_TEST_CASE(what_went_on_after_its_end_has_not_ended) { // §31
  temporary_directory dir;
  made_run_options x;
  x.sessions = {{fact_of(fact_kind::run_started), ended_attempt(0),
                 ended_run(run_status::waiting, 6)},
                {fact_of(fact_kind::run_resumed)}};
  make_run(dir, x);
  auto run = only_run(dir);
  BOOST_TEST((run.state == run_state::unfinished));
  BOOST_TEST(!run.exit_code);
  BOOST_TEST(run.sessions == 2u);
  BOOST_TEST(run.facts == 4u);
}

// §31: a session that began takes the end back, whatever it came to: a replaced
// plan, or a kill before its first fact.
BOOST_AUTO_TEST_CASE(an_end_counts_until_another_session_begins) {
  for (const auto& second :
       {std::vector<fact>{}, {fact_of(fact_kind::plan_replaced)}}) {
    temporary_directory dir;
    made_run_options x;
    x.sessions = {{fact_of(fact_kind::run_started), ended_attempt(0),
                   ended_run(run_status::succeeded, 0)},
                  second};
    make_run(dir, x);
    auto run = only_run(dir);
    BOOST_TEST((run.state == run_state::unfinished));
    BOOST_TEST(!run.exit_code);
    auto reader =
        journal::journal_reader::open(journal::journal_path(run.path));
    BOOST_REQUIRE(reader);
    BOOST_TEST(!(*reader)->info().end);
  }
  temporary_directory dir;
  made_run_options x;
  x.sessions = {{ended_run(run_status::failed, 1)},
                {ended_run(run_status::waiting, 6)}};
  make_run(dir, x);
  BOOST_TEST((only_run(dir).state == run_state::waiting));
}

BOOST_AUTO_TEST_CASE(the_last_word_on_a_task_counts) { // §17, §26
  temporary_directory dir;
  made_run_options x;
  x.sessions = {{ended_attempt(0), fact_of(fact_kind::version_started, 0),
                 fact_of(fact_kind::task_skipped, 1)}};
  make_run(dir, x);
  BOOST_TEST(only_run(dir).tasks_done == 1u);
}

BOOST_AUTO_TEST_CASE(what_never_began_has_no_journal) {
  temporary_directory dir;
  dir.write("runs/20261122-201500-1a2b/output.log", "x");
  BOOST_TEST((only_run(dir).state == run_state::no_journal));
  dir.write("runs/20261122-201500-1a2b/journal.db", "");
  BOOST_TEST((only_run(dir).state == run_state::no_journal));
}

// row 4: a missing part. The journal is made first.
BOOST_AUTO_TEST_CASE(what_lies_beside_a_journal_had_one) {
  for (const auto* trace : {"logs/t.1.log", "payloads"}) {
    temporary_directory dir;
    std::string run = "runs/20261122-201500-1a2b/";
    dir.write(run + trace, "x");
    auto says = [&] {
      auto x = only_run(dir);
      BOOST_TEST((x.state == run_state::unreadable));
      BOOST_TEST(x.trouble.find("replaced or removed") != x.trouble.npos,
                 x.trouble);
    };
    says();
    dir.write(run + "journal.db", "");
    says();
  }
}

// row 4: what would be refused is not offered to go on with
BOOST_AUTO_TEST_CASE(what_is_missing_is_seen_without_reading_all) {
  for (const auto* change :
       {"DELETE FROM fact WHERE number > 2",
        "DELETE FROM fact WHERE number = 1", "DELETE FROM session",
        "UPDATE session SET first_fact = 9",
        "UPDATE fact SET chain = 1 WHERE number = 3"}) {
    temporary_directory dir;
    made_run_options x;
    x.sessions = {std::vector<fact>(3, ended_attempt(0))};
    make_run(dir, x);
    BOOST_TEST((only_run(dir).state == run_state::unfinished));
    journal::database db;
    BOOST_REQUIRE(!db.open(journal::journal_path(only_run(dir).path),
                           journal::access::write));
    BOOST_REQUIRE(!db.run(change));
    db.close();
    auto run = only_run(dir);
    BOOST_TEST((run.state == run_state::unreadable), change);
    BOOST_TEST((run.trouble_code == exit_code::journal));
  }
}

BOOST_AUTO_TEST_CASE(another_programs_folder_is_no_run) {
  temporary_directory dir;
  dir.write("runs/mine/file", "x");
  dir.write("runs/20261122-201500-1a2/file", "x");
  dir.write("runs/20261122-201500-1A2b/file", "x");
  auto runs = journal::list_runs(dir.path());
  BOOST_REQUIRE(runs);
  BOOST_TEST(runs->empty());
  BOOST_TEST(journal::count_runs(dir.path()) == 0u);
  dir.write("runs/20261122-201500-1a2b/file", "x");
  BOOST_TEST((only_run(dir).state == run_state::no_journal));
}

// row 4: of a journal that cannot be read nobody knows whose it is
BOOST_AUTO_TEST_CASE(an_unreadable_newer_run_is_not_passed_over) {
  temporary_directory dir;
  made_run_options x;
  x.id = "20261122-1";
  make_run(dir, x);
  x.id = "20261122-2";
  make_run(dir, x);
  auto find = [&] {
    return journal::find_run({dir.path(), "", x.plan_path});
  };
  BOOST_TEST(find()->id == x.id);
  journal::database db;
  BOOST_REQUIRE(
      !db.open(journal::journal_path(find()->path), journal::access::write));
  // What is left of it says another plan.
  BOOST_REQUIRE(!db.run("UPDATE revision SET plan = '/other.yaml'; "
                        "DELETE FROM session"));
  db.close();
  BOOST_TEST(find()->id == x.id);
  BOOST_TEST((find()->state == run_state::unreadable));
}

// row 1: found by tests/crash/. Killed while the file was made, its first
// change is half done, which is no damage: --resume begins a new run.
BOOST_AUTO_TEST_CASE(what_was_killed_while_it_made_its_journal_never_began) {
  temporary_directory dir;
  sqlite_connection making{dir / "journal.db"};
  BOOST_REQUIRE(making.run("PRAGMA cache_size = 1; BEGIN; CREATE TABLE t (x);"
                           "INSERT INTO t VALUES (zeroblob(100000))"));
  dir.write("runs/x/journal.db", dir.read("journal.db"));
  dir.write("runs/x/journal.db-journal", dir.read("journal.db-journal"));
  BOOST_REQUIRE(!dir.read("runs/x/journal.db-journal").empty());
  BOOST_REQUIRE(!dir.read("runs/x/journal.db").empty());
  auto run = only_run(dir);
  BOOST_TEST((run.state == run_state::no_journal));
  BOOST_TEST(run.trouble.empty(), run.trouble);
}

// row 4: who lost all of its facts is not taken for a run that never began,
// whose work would be done again.
BOOST_AUTO_TEST_CASE(a_journal_that_lost_all_is_damaged) {
  temporary_directory dir;
  made_run_options x;
  x.sessions = {std::vector<fact>(3, ended_attempt(0))};
  make_run(dir, x);
  auto path = dir / ("runs/" + x.id + "/journal.db");
  auto says = [&] {
    auto run = only_run(dir);
    BOOST_TEST((run.state == run_state::unreadable));
    BOOST_TEST(run.trouble.find("3 facts in it were durable")
                   != run.trouble.npos,
               run.trouble);
  };
  std::filesystem::resize_file(path, 0);
  says();
  std::filesystem::remove(path);
  says();
  std::filesystem::remove(path + "-head");
  BOOST_TEST((only_run(dir).state == run_state::no_journal));
}

BOOST_AUTO_TEST_CASE(what_is_no_journal_is_said) { // row 4
  temporary_directory dir;
  dir.write("runs/x/journal.db", std::string(5000, 'x'));
  auto run = only_run(dir);
  BOOST_TEST((run.state == run_state::unreadable));
  BOOST_TEST(run.trouble.find("runs/x/journal.db") != std::string::npos,
             run.trouble);
}

BOOST_AUTO_TEST_CASE(a_damaged_table_is_said) { // row 4: flipped bits
  temporary_directory dir;
  made_run_options x;
  x.sessions = {std::vector<fact>(200, ended_attempt(0))};
  make_run(dir, x);
  auto path = dir / ("runs/" + x.id + "/journal.db");
  auto size = std::filesystem::file_size(path);
  { // all pages but the first, and so every table
    std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(4096);
    file << std::string(size - 4096, '\x55');
  }
  auto run = only_run(dir);
  BOOST_TEST((run.state == run_state::unreadable));
  BOOST_TEST(!run.trouble.empty());
}

BOOST_AUTO_TEST_CASE(links_and_files_among_the_runs_are_no_runs) {
  temporary_directory dir;
  dir.write("runs/file", "x");
  dir.write("elsewhere/journal.db", "x");
  std::filesystem::create_directory_symlink(dir / "elsewhere",
                                            dir / "runs/link");
  auto runs = journal::list_runs(dir.path());
  BOOST_REQUIRE(runs);
  BOOST_TEST(runs->empty());
}

BOOST_AUTO_TEST_CASE(the_newest_come_first_and_no_more_than_asked_for) {
  temporary_directory dir;
  for (const auto* id : {"20261122-2", "20261123-1", "20261122-1"}) {
    made_run_options x;
    x.id = id;
    make_run(dir, x);
  }
  auto runs = journal::list_runs(dir.path(), 2);
  BOOST_REQUIRE(runs);
  BOOST_REQUIRE(runs->size() == 2u);
  BOOST_TEST(runs->at(0).id == "20261123-1");
  BOOST_TEST(runs->at(1).id == "20261122-2");
}

BOOST_AUTO_TEST_CASE(within_a_second_the_journals_say_which_is_newer) {
  temporary_directory dir;
  for (auto [id, wall] : {std::pair{"20261122-201500-aaaa", 3},
                          std::pair{"20261122-201500-bbbb", 1},
                          std::pair{"20261122-201459-cccc", 2}}) {
    made_run_options x;
    x.id = id;
    x.wall_ns = wall;
    make_run(dir, x);
  }
  auto runs = journal::list_runs(dir.path(), 2);
  BOOST_REQUIRE(runs);
  BOOST_REQUIRE(runs->size() == 2u);
  BOOST_TEST(runs->at(0).id == "20261122-201500-aaaa");
  BOOST_TEST(runs->at(1).id == "20261122-201500-bbbb");
  BOOST_TEST(journal::find_run({dir.path(), "", ""})->id
             == "20261122-201500-aaaa");
}

BOOST_AUTO_TEST_CASE(a_run_is_found_by_what_identifies_it) { // §31
  temporary_directory dir;
  for (const auto* id : {"20261122-2", "20261123-1", "20261122-1"}) {
    made_run_options x;
    x.id = id;
    x.plan_path = id == std::string{"20261122-2"} ? "/p/b.yaml" : "/p/a.yaml";
    make_run(dir, x);
  }
  dir.write("runs/20261124-1/journal.db", ""); // it never began
  auto find = [&](const char* id, const char* plan) {
    return journal::find_run({dir.path(), id, plan});
  };
  BOOST_TEST(find("", "")->id == "20261123-1");
  BOOST_TEST(find("", "/p/b.yaml")->id == "20261122-2");
  BOOST_TEST(find("20261123", "/p/b.yaml")->id == "20261123-1");
  BOOST_TEST(find("20261122-1", "")->id == "20261122-1");
  BOOST_TEST(find("20261124", "")->id == "20261124-1");
  auto none = find("2025", "");
  BOOST_REQUIRE(!none);
  BOOST_TEST(static_cast<int>(none.error().code) == 2);
  BOOST_TEST(none.error().detail.find("20261122-2") != std::string::npos,
             none.error().detail);
  auto several = find("20261122", "");
  BOOST_REQUIRE(!several);
  BOOST_TEST(static_cast<int>(several.error().code) == 2);
  BOOST_TEST(several.error().detail.find("20261122-1") != std::string::npos);
  auto other = find("", "/p/c.yaml");
  BOOST_REQUIRE(!other);
  BOOST_TEST(static_cast<int>(other.error().code) == 4);
}

BOOST_AUTO_TEST_CASE(a_journal_is_checked_without_its_plan) { // row 4
  temporary_directory dir;
  made_run_options x;
  x.sessions = {{fact_of(fact_kind::run_started), ended_attempt(0)},
                {fact_of(fact_kind::run_resumed), ended_attempt(1)}};
  make_run(dir, x);
  auto path = journal::journal_path(only_run(dir).path);
  {
    auto reader = journal::journal_reader::open(path);
    BOOST_REQUIRE(reader);
    BOOST_TEST(!(*reader)->check());
    BOOST_TEST((*reader)->read_up_to() == 4u);
  }
  journal::database db;
  BOOST_REQUIRE(!db.open(path, journal::access::write));
  BOOST_REQUIRE(!db.run("UPDATE fact SET attempt = 7 WHERE number = 3"));
  db.close();
  auto reader = journal::journal_reader::open(path);
  BOOST_REQUIRE(reader);
  auto wrong = (*reader)->check();
  BOOST_REQUIRE(wrong);
  BOOST_TEST((wrong->code == exit_code::journal));
  BOOST_TEST(wrong->detail.find("fact 3") != std::string::npos, wrong->detail);
}

BOOST_AUTO_TEST_SUITE_END()
