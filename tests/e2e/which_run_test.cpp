// SPDX-License-Identifier: BSD-3-Clause
// Which run `tutti run` and `tutti rerun` go on with, and what is said where
// that is not plain (semantics §31).
#include "tests/e2e/live_fixture.hpp"
#include "tests/support/sqlite_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

using namespace tutti::test;

namespace {

namespace fs = std::filesystem;

/// `two` waits until somebody makes the file `go`.
constexpr const char* waiting_plan = R"(
tasks:
  one: echo one >> count
  two: { needs: one, run: 'pwd > where; until [ -e go ]; do sleep 0.02; done; echo two >> count' }
)";

struct which_run_fixture : live_fixture {
  /// A folder with a run that was killed in `two`.
  [[nodiscard]] std::string cut_off(const std::string& folder) const {
    fs::create_directory(dir / folder);
    dir.write(folder + "/tutti.yaml", waiting_plan);
    auto how = options({"run", "--plain"});
    how.directory = dir / folder;
    program x{how};
    BOOST_REQUIRE(x.read_until("start      local  two"));
    x.send_signal(SIGKILL);
    BOOST_TEST(x.wait().status == 128 + SIGKILL);
    check_no_process_left(); // nor does its supervisor tidy up any more
    dir.write(folder + "/go", "");
    return run_of(folder);
  }
  /// The only run there.
  [[nodiscard]] std::string run_of(const std::string& folder) const {
    auto runs = dir / (folder + "/.tutti/runs");
    BOOST_REQUIRE(fs::exists(runs));
    BOOST_TEST(
        std::distance(fs::directory_iterator{runs}, fs::directory_iterator{})
        == 1);
    return fs::directory_iterator {
      runs
      } -> path().filename().string();
  }
  [[nodiscard]] program_result in(const std::string& folder,
                                  std::vector<std::string> args) const {
    auto how = options(args);
    how.directory = dir / folder;
    return run_program(how);
  }
  [[nodiscard]] std::vector<std::string>
  count_in(const std::string& folder) const {
    return lines(folder + "/count");
  }
  [[nodiscard]] std::string state_in(const std::string& folder) const {
    auto x = in(folder, {"history", "--json"});
    return json::parse(x.out).at("runs").at(0).at("state").get<std::string>();
  }
};

const std::vector<std::string> both{"one", "two"};
const std::vector<std::string> only_one{"one"};

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_which_run, which_run_fixture)

BOOST_AUTO_TEST_CASE(a_moved_project_is_not_repeated_unseen) { // row 32
  auto id = cut_off("p");
  fs::rename(dir / "p", dir / "q");
  auto listed = in("q", {"history"});
  BOOST_TEST(
      has(listed.out + listed.err,
          "tutti run " + std::string{dir / "q/tutti.yaml"} + " --resume=" + id),
      listed.out << listed.err);
  auto x = in("q", {"run", "--resume"});
  BOOST_TEST(x.status == 2);
  check_one_sentence(
      x, {id, "p/tutti.yaml", "not there any more", "--resume=" + id});
  BOOST_TEST(in("q", {"rerun", "--failed"}).status == 2);
  BOOST_TEST(count_in("q") == only_one, boost::test_tools::per_element());
  auto y = in("q", {"run", "--plain", "--resume=" + id});
  BOOST_TEST(y.status == 0, y.err);
  BOOST_TEST(has(y.err, "goes on with"), y.err);
  BOOST_TEST(count_in("q") == both, boost::test_tools::per_element());
  BOOST_TEST(run_of("q") == id);
}

BOOST_AUTO_TEST_CASE(a_copied_project_leaves_the_other_alone) {
  auto id = cut_off("p");
  fs::copy(dir / "p", dir / "q", fs::copy_options::recursive);
  auto x = in("q", {"run", "--resume"});
  BOOST_TEST(x.status == 2);
  check_one_sentence(x, {id, "p/tutti.yaml", "lies in another folder"});
  for (const auto& args :
       {std::vector<std::string>{"run", "--resume=" + id},
        std::vector<std::string>{"run", "tutti.yaml", "--resume=" + id}}) {
    auto y = in("q", args);
    BOOST_TEST(y.status == 0, y.err);
  }
  BOOST_TEST(count_in("q") == both, boost::test_tools::per_element());
  BOOST_TEST(lines("q/where").back() == fs::canonical(dir / "q").string());
  BOOST_TEST(count_in("p") == only_one, boost::test_tools::per_element());
  BOOST_TEST(state_in("p") == "unfinished");
}

BOOST_AUTO_TEST_CASE(a_renamed_plan_is_not_repeated_unseen) {
  auto id = cut_off("p");
  fs::rename(dir / "p/tutti.yaml", dir / "p/plan.yaml");
  auto x = in("p", {"run", "plan.yaml", "--resume"});
  BOOST_TEST(x.status == 2);
  check_one_sentence(x, {id, "p/tutti.yaml", "renamed"});
  auto y = in("p", {"run", "--resume=" + id});
  BOOST_TEST(y.status == 2); // which plan is meant nobody can know
  check_one_sentence(y, {id, "run PLAN --resume=" + id});
  BOOST_TEST(in("p", {"run", "plan.yaml", "--resume=" + id}).status == 0);
  BOOST_TEST(count_in("p") == both, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(another_plan_beside_it_has_runs_of_its_own) { // §31
  auto id = cut_off("p");
  dir.write("p/other.yaml", "tasks: { three: echo three >> count }\n");
  BOOST_TEST(in("p", {"run", "other.yaml", "--resume"}).status == 0);
  BOOST_TEST(in("p", {"run", "--resume"}).status == 0);
  BOOST_TEST(count_in("p") == (std::vector<std::string>{"one", "three", "two"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_hint_to_go_on_names_the_run) { // §31
  dir.write("tutti.yaml", R"(
tasks: { one: 'true', two: 'true' }
gates: { g: { needs: one, blocks: two, approval: { by: human } } }
)");
  auto first = tutti({"run", "--no-wait"});
  BOOST_TEST(first.status == 6);
  auto id = run_of(".");
  BOOST_TEST(has(first.out, "to go on: tutti run tutti.yaml --resume=" + id),
             first.out);
}

BOOST_AUTO_TEST_CASE(a_run_for_a_plan_is_a_slip_that_is_explained) {
  auto id = cut_off("p");
  auto x = in("p", {"run", "--resume", id});
  BOOST_TEST(x.status == 2);
  check_one_sentence(x, {id, "is a run", "--resume=" + id});
}

BOOST_AUTO_TEST_CASE(without_an_answer_nothing_starts) {
  auto id = cut_off("p");
  auto how = options({"run"});
  how.directory = dir / "p";
  how.terminal = terminal_size{};
  program x{how};
  BOOST_REQUIRE(x.read_until("Go on with it? [Y/n]"));
  x.type("\x04"); // Ctrl-D
  auto y = x.wait();
  BOOST_TEST(y.status == 130, y.out);
  BOOST_TEST(has(y.out, "nothing is started"), y.out);
  BOOST_TEST(count_in("p") == only_one, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_live_run_of_the_plan_is_told_of) {
  fifo up{dir, "up"};
  fifo gate{dir, "gate"};
  auto live = start("tasks: { one: 'test -e second || { echo up > up; read x < "
                    "gate; }' }\n");
  BOOST_REQUIRE(up.take() == "up");
  auto id = run_of(".");
  dir.write("second", "");
  auto x = tutti({"run"});
  BOOST_TEST(x.status == 0, x.err);
  check_one_sentence(x, {id, "is live", "tutti attach " + id});
  gate.put();
  BOOST_TEST(finish(*live).status == 0);
  BOOST_TEST(tutti({"run"}).err == "");
}

BOOST_AUTO_TEST_CASE(a_finished_run_does_not_go_on_in_the_background) { // §31
  dir.write("tutti.yaml", "name: plain\ntasks: { one: exit 1 }\n");
  BOOST_TEST(tutti({"run"}).status == 1);
  auto x = tutti({"run", "--detach", "--resume"});
  BOOST_TEST(x.status == 1);
  BOOST_TEST(has(x.out, "plain failed"), x.out);
  BOOST_TEST(!has(x.out, "in the background"), x.out);
}

BOOST_AUTO_TEST_CASE(a_detached_run_says_how_to_ask_for_it) {
  dir.write("tutti.yaml",
            "tasks:\n  one: until [ -e go ]; do sleep 0.02; done\n");
  auto x = tutti({"run", "--detach"});
  BOOST_TEST(x.status == 0, x.err);
  auto id = run_of(".");
  BOOST_TEST(has(x.out, "tutti attach " + id), x.out);
  BOOST_TEST(has(x.out, "tutti status --run " + id), x.out);
  dir.write("go", "");
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(durability_is_the_runs_choice) { // §30
  auto used = [this] {
    for (const auto& x : fs::directory_iterator{dir / ".tutti/runs"}) {
      sqlite_connection db{x.path().string() + "/journal.db"};
      return db
          .text("SELECT group_concat(durability) FROM (SELECT durability FROM "
                "session ORDER BY number)")
          .value_or("");
    }
    return std::string{};
  };
  dir.write("tutti.yaml", "tasks: { one: test -e mended }\n");
  BOOST_TEST(tutti({"run", "--durability", "off"}).status == 1);
  BOOST_TEST(tutti({"rerun", "--failed"}).status == 1);
  BOOST_TEST(tutti({"rerun", "--failed", "--durability", "normal"}).status
             == 1);
  BOOST_TEST(used() == "off,off,normal");
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_removed_under_a_run_is_told) { // row 32
  auto x = run("tasks: { one: rm -rf .tutti }\n");
  BOOST_TEST(x.status == 0);
  auto said = x.out + x.err;
  BOOST_TEST(has(said, "was removed"), said);
  BOOST_TEST(has(said, "cannot be resumed"), said);
  BOOST_TEST(said.find("was removed") == said.rfind("was removed"), said);
}

// Its end hands on to a task that waits for a gate.
BOOST_AUTO_TEST_CASE(services_have_their_grace_where_a_run_waits) { // §23
  auto x = run(R"(
agents: { a: {} }
services:
  web:
    run: |
      trap 'echo term > term; exit 0' TERM
      echo up > up
      until [ -e never ]; do sleep 0.02; done
tasks:
  p: { agent: a, run: 'until [ -e up ]; do sleep 0.02; done' }
  c: { agent: a, run: 'true', needs: p }
gates:
  g: { needs: p, blocks: c, approval: { by: human } }
)",
               {"--no-wait"});
  BOOST_TEST(x.status == 6, x.err);
  BOOST_TEST(dir.exists("term"));
  check_no_process_left();
}

BOOST_AUTO_TEST_SUITE_END()
