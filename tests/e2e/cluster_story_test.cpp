// SPDX-License-Identifier: BSD-3-Clause
// The whole team of config/plans/full-team on three machines, of which one dies
// and one freezes in the middle (semantics §32 to §34): it makes what it makes
// on one machine, file by file.
#include "tests/e2e/cluster_fixture.hpp"
#include "tests/support/folders.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace tutti::test;
namespace fs = std::filesystem;
namespace utf = boost::unit_test;

namespace {

/// Which tasks are under way when it happens: of most agents one, so that each
/// node has some.
const std::vector<std::string> held = {
    "architecture", "database-design", "security-design", "infra-plan",
    "payment-plan", "layouts",         "user-flows",      "test-setup"};

/// In front of ./work.py. It tells of each attempt, of those that begin while
/// an earlier one of theirs lives, and of exclusive ones that are not alone.
const std::string desk = R"(#!/bin/sh
task=$(echo "$TUTTI_TASK" | tr / -)
echo "$TUTTI_TASK ${NODE:-local}" >> "$DESK/began"
pid=$(cat "$DESK/pid-$task" 2> "$DESK/none") && kill -0 "$pid" 2> "$DESK/none" \
  && echo "$TUTTI_TASK" >> "$DESK/beside"
echo $$ > "$DESK/pid-$task"
case $TUTTI_TASK in layouts | infra-plan)
  exec 9> "$DESK/lock-$task"
  flock -n 9 || { echo "$TUTTI_TASK" >> "$DESK/twice"; exit 9; }
esac
case $TUTTI_TASK in HELD)
  until [ -e "$DESK/go" ]; do sleep 0.02; done
esac
exec ./work.py
)";

/// What agents need of a node.
const std::map<std::string, std::string> label_of = {
    {"reese", "dev"},  {"alex", "web"},  {"jordan", "dev"}, {"drew", "web"},
    {"taylor", "dev"}, {"riley", "sec"}, {"casey", "dev"},  {"avery", "sec"},
    {"morgan", "dev"}, {"sam", "web"},   {"quinn", "web"},
};

std::string replaced(std::string text, const std::string& from,
                     const std::string& to) {
  for (auto at = text.find(from); at != text.npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

/// The shipped plan, with all that it reads. Its agents need labels, two of its
/// tasks are exclusive, and all are done at the desk.
void put_plan(const temporary_directory& dir) {
  fs::create_directories(dir / "plans");
  for (const auto* name : {"full-team", "shared"})
    fs::copy(source_path("/config/plans/") + name,
             dir / ("plans/" + std::string{name}), fs::copy_options::recursive);
  auto plan = "keep: 25s\n" + dir.read("plans/full-team/tutti.yaml");
  auto put = [&plan](const std::string& from, const std::string& to) {
    auto before = plan;
    plan = replaced(plan, from, to);
    BOOST_REQUIRE_MESSAGE(plan != before, "not in the plan: " << from);
  };
  put("run: ./work.py", "run: ./desk.sh");
  put("infra-plan:      { agent", "infra-plan: { exclusive: true, agent");
  put("layouts:    {}", "layouts: { exclusive: true }");
  for (const auto& [agent, label] : label_of) {
    auto role = plan.find("{ role:", plan.find("\n  " + agent + ":"));
    BOOST_REQUIRE(role != plan.npos);
    plan.insert(role + 2, "runs-on: " + label + ", ");
  }
  dir.write("plans/full-team/tutti.yaml", plan);
  std::string names;
  for (const auto& x : held)
    names += (names.empty() ? "" : " | ") + x;
  dir.write_script("plans/full-team/desk.sh", replaced(desk, "HELD", names));
}

/// What was made, by path. A package says when it was made: in its place is
/// what it holds.
std::map<std::string, std::string> made_in(const temporary_directory& dir) {
  program_options how;
  how.path = "/bin/tar";
  how.directory = dir / "plans/full-team/out";
  how.args = {"--one-top-level=released", "-xzf", "release.tar.gz"};
  BOOST_TEST(run_program(how).status == 0);
  std::map<std::string, std::string> result;
  for (const auto& x : fs::recursive_directory_iterator{how.directory})
    if (x.is_regular_file() && x.path().filename() != "release.tar.gz") {
      auto path = x.path().lexically_relative(dir.path()).string();
      result[path] = dir.read(path);
    }
  return result;
}

/// How the tasks ended and what they handed on.
std::map<std::string, std::string> ends_of(const run_result& x,
                                           const temporary_directory& dir) {
  std::map<std::string, std::string> result;
  for (const auto& task : x.report.at("tasks"))
    result[task.at("name")] = replaced(
        json{task.at("status"), task.at("version"), task.at("outputs")}.dump(),
        dir.path(), "HERE");
  return result;
}

void check_equal(const std::map<std::string, std::string>& x,
                 const std::map<std::string, std::string>& alone) {
  for (const auto& [name, value] : alone)
    BOOST_TEST((x.contains(name) && x.at(name) == value),
               name << ": " << (x.contains(name) ? x.at(name) : "is missing")
                    << "\nalone: " << value);
  BOOST_TEST(x.size() == alone.size());
}

struct story_fixture : cluster_fixture {
  [[nodiscard]] std::unique_ptr<program>
  launch(const program_options& x, const std::string&) const override {
    auto how = x;
    how.env.push_back("DESK=" + dir.path());
    how.deadline = std::chrono::seconds(240);
    return std::make_unique<program>(how);
  }
  /// `tutti run ARGS` in the plan's folder.
  [[nodiscard]] std::unique_ptr<program>
  team(const std::vector<std::string>& args) const {
    auto how = options({"run", "--plain", "--json", dir / "report.json",
                        "--state-dir", dir / ".tutti"});
    how.args.insert(how.args.end(), args.begin(), args.end());
    how.directory = dir / "plans/full-team";
    return launch(how, {});
  }
  [[nodiscard]] std::unique_ptr<program>
  member(const std::string& name, const std::string& labels) const {
    return start_node(
        name, labels,
        {"--once", "--slots", "8", "--directory", dir / "plans/full-team"});
  }
  /// Where the tasks of `held` are, once all of them are under way.
  [[nodiscard]] std::map<std::string, std::string> places() const {
    std::map<std::string, std::string> result;
    auto all = [&] {
      for (const auto& line : lines("began"))
        for (const auto& task : held)
          if (line.starts_with(task + " "))
            result[task] = line.substr(task.size() + 1);
      return result.size() == held.size();
    };
    BOOST_REQUIRE((eventually(all) || eventually(all)));
    return result;
  }
  /// What the journal knows of lost attempts is in the report, with how long
  /// each ran beside its successor.
  void check_losses(const json& report) const {
    std::set<std::string> lost;
    std::set<std::string> beside;
    std::set<std::string> nodes;
    std::size_t exclusive = 0;
    for (const auto& loss : report.at("losses")) {
      BOOST_TEST(nodes.insert(loss.at("node")).second);
      BOOST_TEST(loss.at("reason") != "");
      for (const auto& x : loss.at("work")) {
        std::string task = x.at("task");
        BOOST_REQUIRE_MESSAGE(!x.at("next").is_null(), x.dump());
        BOOST_TEST(x.at("next").at("node") != "");
        if (x.at("what") == "attempt")
          lost.insert(task + "/" + x.at("attempt").dump());
        if (!x.at("both_s").is_null())
          beside.insert(task);
        if (x.at("exclusive")) {
          ++exclusive;
          BOOST_TEST(x.at("both_s").is_null(), x.dump());
        }
        BOOST_TEST_MESSAGE(
            loss.at("node").get<std::string>()
            << " (" << loss.at("reason").get<std::string>() << "): " << task
            << ", attempt " << x.at("attempt") << ", then on "
            << x.at("next").at("node") << "; both ran for " << x.at("both_s")
            << (x.at("both_is_exact") == false ? " s at most" : ""));
      }
    }
    BOOST_TEST(nodes == (std::set<std::string>{"n1", "n2"}));
    std::string known;
    for (const auto& x : lost)
      known += (known.empty() ? "" : " ") + x;
    BOOST_TEST(facts("select group_concat(x, ' ') from (select distinct "
                     "subject || '/' || attempt as x from facts where kind = "
                     "'attempt-finished' and ended = 'node-lost' order by x)")
               == known);
    // Those of which the desk saw that an earlier one lived.
    for (const auto& task : lines("beside"))
      BOOST_TEST(beside.contains(task), task);
    BOOST_TEST(exclusive > 0u);
    BOOST_TEST(!dir.exists("twice"));
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_cluster_story, story_fixture,
                         *utf::precondition(is_long))

// rows 8, 11
BOOST_AUTO_TEST_CASE(one_dies_and_one_freezes_and_all_is_as_alone) { // §33
  story_fixture alone;
  put_plan(alone.dir);
  alone.dir.write("go", "");
  auto local = alone.finish(*alone.team({"--labels", "dev,web,sec"}));
  BOOST_TEST(local.status == 0, local.out << local.err);

  put_plan(dir);
  auto run = team({"--listen", address, "--min-nodes", "3"});
  auto n1 = member("n1", "dev,web");
  BOOST_REQUIRE(n1->read_until("takes part in run"));
  auto n2 = member("n2", "web,dev,sec");
  BOOST_REQUIRE(n2->read_until("takes part in run"));
  auto n3 = member("n3", "sec,dev");
  std::set<std::string> at;
  for (const auto& [task, node] : places()) {
    BOOST_TEST_MESSAGE(task << " is on " << node);
    at.insert(node);
  }
  BOOST_REQUIRE((at.contains("n1") && at.contains("n2")));
  n1->send_signal(SIGKILL);
  n2->send_signal(SIGSTOP);
  // How long it is frozen is part of the story.
  program_options frozen;
  frozen.path = "/bin/sleep";
  frozen.args = {"20"};
  program time{frozen};
  for (const auto* node : {"n1", "n2"})
    BOOST_REQUIRE_MESSAGE(heard_of(*run, "lost", node), run->out()
                                                            << run->err());
  dir.write("go", "");
  BOOST_TEST(time.wait().status == 0);
  n2->send_signal(SIGCONT);
  auto end = finish(*run);
  BOOST_TEST(end.status == 0, end.out << end.err);

  check_equal(made_in(dir), made_in(alone.dir));
  check_equal(ends_of(end, dir), ends_of(local, alone.dir));
  check_accepted_once();
  check_losses(end.report);
  // The report for people names what moved, too.
  auto told = expect(0, {"report"}).out;
  for (const auto* node : {"n1", "n2"})
    BOOST_TEST(has(told, node), told);
  BOOST_TEST_MESSAGE(told.substr(0, told.find("\n\n")));
  (void)n1->wait();
  for (auto* node : {n2.get(), n3.get()})
    BOOST_TEST(node->wait().status == 0);
  check_no_process_left();
}

BOOST_AUTO_TEST_SUITE_END()
