// SPDX-License-Identifier: BSD-3-Clause
// Runs over several nodes in which nothing goes wrong (semantics §32–§34). What
// does is in cluster_loss_test.cpp and cluster_takeover_test.cpp.
#include "tests/e2e/cluster_fixture.hpp"
#include "tests/support/folders.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace tutti::test;

namespace {

json row_of(const json& rows, std::string_view node) {
  for (const auto& x : rows)
    if (x.at("node") == node)
      return x;
  return {};
}

/// Whether a file below the folder holds the text.
bool any_file_has(const std::string& folder, std::string_view text) {
  for (const auto& x : std::filesystem::recursive_directory_iterator{folder}) {
    if (!x.is_regular_file())
      continue;
    std::ifstream file{x.path(), std::ios::binary};
    if (has({std::istreambuf_iterator<char>{file}, {}}, text))
      return true;
  }
  return false;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_cluster, cluster_fixture)

BOOST_AUTO_TEST_CASE(work_goes_where_its_labels_are) { // §33
  auto a = start_node("n1", "gpu", {"--once"});        // before the run
  auto x = start_run(R"(
nodes: { wait-for: [gpu, disk, web] }
agents:
  ada: { runs-on: gpu }
  bob: { runs-on: [disk, linux] }
  cyd: { runs-on: web }
tasks:
  train:
    agent: ada
    run: 'echo "trained on $NODE"; echo model > model.bin; echo node=$NODE >> "$TUTTI_OUTPUT"'
    artifacts: model.bin
  pack:
    agent: bob
    needs: train
    env: { BEFORE: "${{ needs.train.outputs.node }}" }
    run: 'cat model.bin > packed.bin; echo "$BEFORE $NODE" >> packed.bin'
    artifacts: packed.bin
  show: { agent: cyd, needs: pack, run: 'cat packed.bin; echo "shown on $NODE"' }
  here: { needs: [show, pack], run: 'cp packed.bin result; pwd > where' }
)");
  auto b = start_node("n2", "disk,linux", {"--once"});
  auto c = start_node("n3", "web,linux", {"--once"});
  auto end = finish(*x);
  BOOST_TEST(end.status == 0, end.out << end.err);
  for (auto* node : {a.get(), b.get(), c.get()})
    BOOST_TEST(node->wait().status == 0);
  // Artifacts went from node to node, and to this machine at last.
  BOOST_TEST(dir.read("result") == "model\nn1 n2\n");
  BOOST_TEST(dir.read("where") == dir.path() + "\n");
  BOOST_TEST(dir.exists("n2/model.bin"));
  BOOST_TEST(dir.exists("n3/packed.bin"));
  BOOST_TEST(!dir.exists("n3/model.bin"));
  // Logs are where those of this machine are.
  auto logs = std::filesystem::path{run_directory()} / "logs";
  for (const auto* name : {"train.1.log", "show.1.log"})
    BOOST_TEST(std::filesystem::exists(logs / name), name);
  BOOST_TEST(expect(0, {"logs", "show"}).out == "model\nn1 n2\nshown on n3\n");
  // And all of it names the node.
  BOOST_TEST(end.task("train").at("nodes") == json({"n1"}));
  BOOST_TEST(end.task("pack").at("nodes") == json({"n2"}));
  BOOST_TEST(end.task("here").at("nodes") == json({"local"}));
  BOOST_TEST(row_of(end.report.at("nodes"), "n3").at("attempts") == 1);
  BOOST_TEST(row_of(end.report.at("nodes"), "n1").at("labels")
             == json({"gpu"}));
  check_accepted_once();
  check_nothing_left();
}

BOOST_AUTO_TEST_CASE(what_goes_on_at_a_node_is_seen_at_once) {
  auto x = start_run(R"(
agents: { ada: { runs-on: work } }
tasks:
  one:
    agent: ada
    run: |
      echo early
      "$TUTTI_BINARY" progress 40 half
      until [ -e ../go ]; do sleep 0.02; done
      "$TUTTI_BINARY" handoff by=$NODE
      echo late
)");
  auto a = start_node("n1", "work", {"--once"});
  BOOST_TEST(eventually([&] { // the log, before the attempt has ended
    auto logs = tutti({"logs", "one"});
    return logs.status == 0 && logs.out == "early\n";
  }));
  BOOST_TEST(eventually([&] {
    auto now = status();
    return now.is_object() && has(now.dump(), "half");
  }));
  BOOST_TEST(has(expect(0, {"nodes"}).out, "n1"));
  dir.write("go", "");
  auto end = finish(*x);
  BOOST_TEST(end.status == 0, end.out << end.err);
  BOOST_TEST(end.task("one").at("outputs").at("by") == "n1");
  BOOST_TEST(expect(0, {"logs", "one"}).out == "early\nlate\n");
  BOOST_TEST(a->wait().status == 0);
  check_nothing_left();
}

BOOST_AUTO_TEST_CASE(the_line_that_a_run_shows_works_in_another_folder) {
  auto x = start_run("tasks: { one: { runs-on: work, run: echo done } }");
  auto shown = rest_of_line(*x, "nodes join by: ");
  auto certs = " --certs " + (dir / ".tutti/certs");
  BOOST_TEST(shown == "tutti node --join " + address + certs);
  std::filesystem::create_directories(dir / "elsewhere");
  auto how =
      options({"node", "--join", address, "--certs", dir / ".tutti/certs",
               "--name", "n1", "--labels", "work"});
  how.directory = dir / "elsewhere";
  auto node = launch(how, "n1");
  auto end = finish(*x);
  BOOST_TEST(end.status == 0, end.out << end.err);
  BOOST_REQUIRE(read_until(*node, "the run is over", 1));
  node->send_signal(SIGINT);
  auto left = node->wait();
  BOOST_TEST(left.status == 130);
  BOOST_TEST(has(left.out + left.err, "leaves"), left.err);
}

BOOST_AUTO_TEST_CASE(a_node_may_come_late_leave_and_come_again) { // §33
  auto x = start_run(R"(
agents: { ada: { runs-on: work } }
tasks:
  one: { agent: ada, run: 'echo "one $NODE" >> ../did' }
  two: { agent: ada, needs: one, run: 'echo "two $NODE" >> ../did; until [ -e ../go ]; do sleep 0.02; done' }
  three: { agent: ada, needs: two, run: 'echo "three $NODE" >> ../did' }
)");
  BOOST_REQUIRE(x->read_until("no node has 'work'"));
  auto a = start_node("n1", "work");
  BOOST_TEST(wait_for_lines("did", 2)[0] == "one n1");
  a->send_signal(SIGTERM);
  BOOST_TEST(a->wait().status == 128 + SIGTERM);
  BOOST_TEST(eventually([this] {
    return processes_on("n1").empty();
  }));
  // It says that it goes: nobody has to find out by its silence.
  BOOST_REQUIRE_MESSAGE(heard_of(*x, "lost", "n1"), x->out() << x->err());
  a = start_node("n1", "work", {"--once"});
  BOOST_REQUIRE(heard_of(*x, "joined", "n1", 2));
  dir.write("go", "");
  auto end = finish(*x);
  BOOST_TEST(end.status == 0, end.out << end.err);
  std::vector<std::string> expected = {"one n1", "two n1", "two n1",
                                       "three n1"};
  BOOST_TEST(lines("did") == expected, boost::test_tools::per_element());
  BOOST_TEST(has(end.report.at("losses").at(0).at("reason"), "stopped"));
  check_accepted_once();
  BOOST_TEST(a->wait().status == 0);
  check_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_drained_node_ends_its_work_and_leaves) { // §33
  auto x = start_run(R"(
agents: { ada: { runs-on: work } }
tasks:
  one: { agent: ada, run: 'echo "one $NODE" >> ../did; until [ -e ../go ]; do sleep 0.02; done' }
  two: { agent: ada, needs: one, run: 'echo "two $NODE" >> ../did' }
)");
  auto a = start_node("n1", "work");
  BOOST_TEST(wait_for_lines("did", 1)[0] == "one n1");
  auto b = start_node("n2", "work", {"--once"});
  BOOST_REQUIRE(heard_of(*x, "joined", "n2"));
  expect(0, {"node", "drain", "n1"});
  BOOST_REQUIRE(x->read_until("draining"));
  check_one_sentence(expect(1, {"node", "drain", "n7"}), {"n7"});
  dir.write("go", "");
  auto end = finish(*x);
  BOOST_TEST(end.status == 0, end.out << end.err);
  std::vector<std::string> expected = {"one n1", "two n2"};
  BOOST_TEST(lines("did") == expected, boost::test_tools::per_element());
  BOOST_TEST(end.report.at("losses").empty());
  auto drained = a->wait();
  BOOST_TEST(drained.status == 0);
  BOOST_TEST(has(drained.err, "was drained"), drained.err);
  BOOST_TEST(b->wait().status == 0);
  check_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_label_that_nobody_can_have_is_named_at_once) {
  auto x = run(R"(
agents: { ada: { runs-on: [linux, gpu] } }
tasks: { one: { agent: ada, run: "true" } }
)",
               {"--plain", "--labels", "linux"});
  BOOST_TEST(x.status == 7);
  check_one_sentence(x, {"'ada'", "'gpu'", "--labels gpu", "--listen"});
  // This machine may have it, and needs nobody then.
  auto again = tutti({"run", "--plain", "--labels", "linux,gpu"});
  BOOST_TEST(again.status == 0, again.out << again.err);
}

BOOST_AUTO_TEST_CASE(nothing_begins_before_who_is_waited_for) { // §32
  auto x = start_run(R"(
nodes: { wait-for: gpu }
tasks: { here: touch began }
)");
  BOOST_REQUIRE(x->read_until("still to join: a node with the label gpu"));
  BOOST_TEST(eventually([this] {
    auto now = status();
    return now.is_object()
        && now.at("awaited_nodes") == "a node with the label gpu";
  }));
  BOOST_TEST(has(expect(0, {"status"}).out,
                 "still to join: a node with the label gpu"));
  BOOST_TEST(has(expect(0, {"explain", "here"}).out,
                 "The run has not begun: it waits for nodes"));
  BOOST_TEST(has(expect(0, {"nodes"}).out, "the run has not begun"));
  BOOST_TEST(!dir.exists("began"));
  auto a = start_node("n1", "gpu", {"--once"});
  auto end = finish(*x);
  BOOST_TEST(end.status == 0, end.out << end.err);
  BOOST_TEST(dir.exists("began"));
  BOOST_TEST(a->wait().status == 0);
}

BOOST_AUTO_TEST_CASE(nodes_are_waited_for_as_long_as_the_plan_says) {
  auto x = start_run(R"(
nodes: { wait-for: [gpu, disk], timeout: 1s }
agents: { ada: { runs-on: gpu }, bob: { runs-on: disk } }
tasks:
  one: { agent: ada, run: 'touch ../began' }
  two: { agent: bob, run: 'touch ../began' }
)");
  auto a = start_node("n1", "gpu", {"--once"});
  auto end = finish(*x);
  BOOST_TEST(end.status == 7, end.out << end.err);
  BOOST_TEST(has(end.out, "waited long enough for"), end.out);
  BOOST_TEST(has(end.out, "disk"), end.out);
  BOOST_TEST(!dir.exists("began"));
  a->send_signal(SIGTERM);
  (void)a->wait();
  check_nothing_left();
}

BOOST_AUTO_TEST_CASE(secrets_reach_a_node_and_are_masked_there) { // I10
  std::string canary = "canary-of-the-cluster-4711";
  dir.write("token", canary);
  std::filesystem::permissions(dir / "token", std::filesystem::perms{0600});
  auto x = start_run(R"(
secrets: { API_TOKEN: ./token }
agents: { ada: { runs-on: work } }
tasks:
  one:
    agent: ada
    secrets: API_TOKEN
    run: |
      echo "the token is $API_TOKEN"
      echo "length=${#API_TOKEN}" >> "$TUTTI_OUTPUT"
      echo "token=$API_TOKEN" >> "$TUTTI_OUTPUT"
)");
  auto a = start_node("n1", "work", {"--once"});
  auto end = finish(*x);
  BOOST_TEST(end.status == 0, end.out << end.err);
  auto outputs = end.task("one").at("outputs");
  BOOST_TEST(outputs.at("length") == std::to_string(canary.size()));
  BOOST_TEST(outputs.at("token") == "***");
  BOOST_TEST(expect(0, {"logs", "one"}).out == "the token is ***\n");
  auto there = a->wait();
  std::filesystem::remove(dir / "token");
  BOOST_TEST(!any_file_has(dir.path(), canary));
  BOOST_TEST(!has(end.out + end.err + there.out + there.err, canary));
  check_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_session_agent_works_at_a_node) { // §22
  auto x = start_run(R"(
agents: { sam: { runs-on: work, session: )"
                     + tutti::test::source_path()
                     + R"(/examples/session/agent.py, slots: 2 } }
tasks:
  one: { agent: sam, prompt: Do one }
  two: { agent: sam, prompt: Do two, needs: one }
)");
  auto a = start_node("n1", "work", {"--once"});
  auto end = finish(*x);
  BOOST_TEST(end.status == 0, end.out << end.err);
  BOOST_TEST(end.task("two").at("nodes") == json({"n1"}));
  BOOST_TEST(a->wait().status == 0);
  check_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_native_agent_works_at_a_node_that_has_it) { // §22
  dir.write("tutti.yaml", R"(
agents: { ada: { native: add, runs-on: work } }
tasks:
  first: echo n=41 >> "$TUTTI_OUTPUT"
  second: { agent: ada, needs: first, prompt: Add one }
)");
  auto native = [](program_options how) {
    how.path = std::getenv("TUTTI_NATIVE_BINARY");
    return std::make_unique<program>(how);
  };
  auto x = native(options(
      {"run", "--plain", "--json", "report.json", "--listen", address}));
  auto plain = start_node("n1", "work", {"--once"});
  BOOST_REQUIRE(heard_of(*x, "joined", "n1"));
  auto able = native(node_options("n2", "work", {"--once"}));
  auto end = finish(*x);
  BOOST_TEST(end.status == 0, end.out << end.err);
  BOOST_TEST(end.task("second").at("nodes") == json({"n2"}));
  BOOST_TEST(end.task("second").at("outputs").at("n") == 42);
  // In the folder of the node, not of the orchestrator.
  BOOST_TEST(end.task("second").at("outputs").at("where") == dir / "n2");
  BOOST_TEST(plain->wait().status == 0);
  BOOST_TEST(able->wait().status == 0);
  check_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_run_that_is_stopped_ends_what_its_nodes_do) { // §26
  auto x = start_run(R"(
grace: 500ms
agents: { ada: { runs-on: work } }
tasks:
  one:
    agent: ada
    run: |
      trap '' TERM
      echo $$ > ../pid.new; mv ../pid.new ../pid
      while :; do sleep 0.1; done
)");
  auto a = start_node("n1", "work");
  wait_for_lines("pid", 1);
  x->send_signal(SIGTERM);
  auto end = finish(*x);
  BOOST_TEST(end.status == 128 + SIGTERM);
  wait_for_end_of("pid");
  // It stays for the next run, with what it needs for that alone.
  BOOST_REQUIRE(a->read_until("the run is over"));
  auto again = go_on({"--resume"});
  BOOST_REQUIRE(read_until(*a, "takes part in run", 2));
  again->send_signal(SIGTERM);
  (void)again->wait();
  a->send_signal(SIGTERM);
  BOOST_TEST(a->wait().status == 128 + SIGTERM);
  check_nothing_left();
}

BOOST_AUTO_TEST_SUITE_END()
