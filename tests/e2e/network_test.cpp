// SPDX-License-Identifier: BSD-3-Clause
// Nodes on separate hosts, with a network that fails between them (semantics
// §33, §34; rows 8 to 13 of the fault catalogue). The hosts are network
// namespaces, the network is tests/support/wire.hpp; where these cannot be
// made the tests are skipped. The same faults in virtual time, over many seeds:
// tests/runtime/cluster/storm_test.cpp.
#include "tests/e2e/cluster_fixture.hpp"
#include "tests/support/wire.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace tutti::test;
using namespace std::chrono_literals;

namespace {

namespace utf = boost::unit_test;

boost::test_tools::assertion_result can_be_made(utf::test_unit_id) {
  auto why = wire::lacking();
  boost::test_tools::assertion_result result{why.empty()};
  result.message() << why;
  return result;
}

/// The run is on host 0, the nodes n1 and n2 on hosts 1 and 2.
struct network_fixture : cluster_fixture {
  std::unique_ptr<wire> net = std::make_unique<wire>(3);
  std::unique_ptr<program> run;
  std::map<std::string, std::unique_ptr<program>> nodes;
  std::chrono::seconds deadline{180};

  network_fixture() {
    address = wire::address(0) + ":7700";
  }

  static std::size_t host_of(const std::string& node) {
    return node.empty() ? 0 : node.back() - '0';
  }
  [[nodiscard]] std::unique_ptr<program>
  launch(const program_options& x, const std::string& node) const override {
    auto how = x;
    how.deadline = deadline;
    return net->start(host_of(node), how);
  }
  /// The run has begun, with both nodes.
  void begin(const std::string& plan) {
    run = start_run(plan, {"--min-nodes", "2"});
    for (const auto* name : {"n1", "n2"})
      nodes[name] = start_node(name, "work", {"--once", "--slots", "8"});
    for (const auto* name : {"n1", "n2"})
      BOOST_REQUIRE(heard_of(*run, "joined", name));
  }
  /// Where the attempt began that wrote this line of `began`.
  [[nodiscard]] std::string node_of_line(std::size_t number) const {
    auto line = wait_for_lines("began", number).at(number - 1);
    return line.substr(line.rfind(' ') + 1);
  }
  void set(const std::string& node, wire_way x) const {
    net->set_both(0, host_of(node), x);
  }
  run_result end() {
    auto result = finish(*run);
    BOOST_TEST(result.status == 0, result.out << result.err);
    check_accepted_once();
    net->heal();
    for (auto& [name, node] : nodes) {
      node->send_signal(SIGTERM);
      (void)node->wait();
    }
    check_no_process_left();
    return result;
  }
};

std::string other_than(const std::string& node) {
  return node == "n1" ? "n2" : "n1";
}

/// The loss of the node; null where it was not lost.
json loss_of(const json& report, const std::string& node) {
  for (const auto& x : report.at("losses"))
    if (x.at("node") == node)
      return x;
  return {};
}

/// `one` says where it is and waits for `go`; the others hand on what they get.
const std::string waiting_plan = short_lease + R"(
keep: 60s
agents: { ada: { runs-on: work }, bob: { runs-on: work } }
tasks:
  zero: { agent: bob, run: 'echo z > z.txt', artifacts: z.txt }
  one:
    agent: ada
    needs: zero
    run: |
      cat z.txt > a.txt
      echo $$ > ../pid-$NODE
      echo "one $NODE" >> ../began
      until [ -e ../go ]; do sleep 0.02; done
      echo "by=$NODE" >> "$TUTTI_OUTPUT"
    artifacts: a.txt
  sum: { needs: one, run: 'cat a.txt > sum' }
)";

/// A chain of tasks that go from agent to agent, with a file each.
std::string chain(int tasks, const std::string& lease) {
  auto plan = lease + R"(
keep: 60s
agents: { ada: { runs-on: work }, bob: { runs-on: work } }
tasks:
)";
  for (int i = 1; i <= tasks; ++i) {
    auto number = std::to_string(i);
    auto before = std::to_string(i - 1);
    plan += "  t" + number + ": { agent: " + (i % 2 == 0 ? "ada" : "bob")
          + (i > 1 ? ", needs: t" + before : std::string{}) + ", artifacts: f"
          + number + ", run: '"
          + (i > 1 ? "cp f" + before + " f" + number + "; " : std::string{})
          + "echo " + number + " >> f" + number
          + "; head -c 200000 /dev/zero | tr \"\\0\" x > big; cat big' }\n";
  }
  return plan + "  sum: { needs: t" + std::to_string(tasks) + ", run: 'cat f"
       + std::to_string(tasks) + " > sum' }\n";
}

std::string numbers(int last) {
  std::string result;
  for (int i = 1; i <= last; ++i)
    result += std::to_string(i) + "\n";
  return result;
}

/// Layers of tasks, each of which hands on to all of the next layer: many
/// handoffs. Every third says where it is and waits for the word `go-LAYER`;
/// the others follow as fast as they can.
struct partitions_fixture : network_fixture {
  static constexpr std::size_t width = 6;
  static constexpr std::size_t stride = 3;
  std::size_t longer = 0;  ///< partitions than lease and grace
  std::size_t shorter = 0; ///< until some packets were lost

  [[nodiscard]] static std::string layers(std::size_t count) {
    auto plan = short_lease + R"(
keep: 60s
agents:
  ada: { runs-on: work, slots: 2 }
  bob: { runs-on: work, slots: 2 }
  cyd: { runs-on: work, slots: 2 }
tasks:
)";
    for (std::size_t i = 1; i <= count; ++i)
      for (std::size_t j = 0; j < width; ++j)
        plan += task(i, j);
    return plan + "  sum: { needs: " + names_of(count) + ", run: 'true' }\n";
  }
  /// The node that works is cut off as it goes on from this layer.
  void cut_off(std::size_t layer, bool is_long) {
    auto word = std::to_string(layer);
    auto away = wait_for_lines("at-" + word, width).back();
    auto host = host_of(away);
    auto lost = net->lost(0, host) + net->lost(host, 0);
    // It goes on just before or just after.
    if (layer % 2 == 0)
      dir.write("go-" + word, "");
    set(away, {.cut = true});
    dir.write("go-" + word, "");
    if (is_long) {
      BOOST_REQUIRE(
          heard_of(*run, "lost", away, times_heard(*run, "lost", away) + 1));
      auto joined = times_heard(*run, "joined", away);
      net->heal();
      BOOST_REQUIRE(heard_of(*run, "joined", away, joined + 1));
    } else {
      BOOST_REQUIRE(eventually([&] {
        return net->lost(0, host) + net->lost(host, 0) >= lost + 3;
      }));
      net->heal();
    }
    ++(is_long ? longer : shorter);
  }
  void cut_off_often(std::size_t count) {
    auto last = count * stride + 1; // the run is still there after the others
    begin(layers(last));
    for (std::size_t i = 0; i < count; ++i)
      cut_off(i * stride + 1, i % 4 < 2);
    dir.write("go-" + std::to_string(last), "");
    auto result = end();
    auto losses = result.report.at("losses").size();
    BOOST_TEST(longer + shorter == count);
    BOOST_TEST(losses >= longer);
    // Each handoff of the plan was accepted, and by none of the places that its
    // receiver had twice; what was in them has arrived.
    auto handoffs = width * width * (last - 1) + width;
    auto accepted = check_handoffs();
    BOOST_TEST(accepted.size() == handoffs);
    BOOST_TEST(!dir.exists("missing"));
    // So was each result.
    BOOST_TEST(facts("select count(distinct subject) from facts where kind = "
                     "'attempt-finished' and state = 'succeeded'")
               == std::to_string(width * last + 1));
    BOOST_TEST_MESSAGE(
        longer << " partitions that were longer than the lease and " << shorter
               << " shorter ones, " << losses << " losses of a node, "
               << result.report.at("late_count") << " late results; "
               << handoffs << " handoffs, accepted "
               << facts("select count(*) from facts where kind = "
                        "'handoff-accepted'")
               << " times, by each place of its receiver once");
  }

private:
  /// The handoffs that were accepted, as the journal has them.
  [[nodiscard]] std::set<std::string> check_handoffs() const {
    std::istringstream all{facts(
        "select group_concat(x, char(10)) from (select kind || ' ' || "
        "coalesce(subject, '-') || ' ' || coalesce(cause, '-') || ' ' || "
        "coalesce(agent, '-') || ' ' || version as x from facts where kind in "
        "('agent-placed', 'handoff-accepted') order by number)")};
    std::map<std::string, std::string> places;
    std::set<std::string> seen;
    std::set<std::string> result;
    std::string kind, subject, cause, agent, number;
    while (all >> kind >> subject >> cause >> agent >> number) {
      if (kind == "agent-placed") {
        places[agent] = number;
        continue;
      }
      auto what = cause + " to " + subject + ", version " + number;
      auto place =
          " by place " + places[agent_of(subject)] + " of " + agent_of(subject);
      BOOST_TEST(seen.insert(what + place).second,
                 what << " was accepted twice" << place);
      result.insert(what);
    }
    return result;
  }
  /// That each task of the layer before has handed on.
  inline static const std::string all_is_there =
      "[ $(grep -o \\\"by\\\" \"$TUTTI_INPUT\" | wc -l) = "
      + std::to_string(width) + " ] || cp \"$TUTTI_INPUT\" ../missing; ";
  static std::string name_of(std::size_t layer, std::size_t number) {
    return "t" + std::to_string(layer) + "-" + std::to_string(number);
  }
  static std::string names_of(std::size_t layer) {
    std::string result;
    for (std::size_t i = 0; i < width; ++i)
      result += (i > 0 ? ", " : "[") + name_of(layer, i);
    return result + "]";
  }
  /// `sum` is nobody's, which is this machine's.
  static std::string agent_of(const std::string& task) {
    static const char* const agents[] = {"ada", "bob", "cyd"};
    return task == "sum" ? "local" : agents[(task.back() - '0') % 3];
  }
  static std::string task(std::size_t layer, std::size_t number) {
    auto word = std::to_string(layer);
    auto wait = "echo $NODE >> ../at-" + word + "; until [ -e ../go-" + word
              + " ]; do sleep 0.02; done; ";
    return "  " + name_of(layer, number)
         + ": { agent: " + agent_of(name_of(layer, number))
         + (layer > 1 ? ", needs: " + names_of(layer - 1) : std::string{})
         + ", run: '" + (layer % stride == 1 ? wait : std::string{})
         + (layer > 1 ? all_is_there : std::string{})
         + "head -c 50000 /dev/zero | tr \"\\0\" x; "
           "echo by=$NODE >> \"$TUTTI_OUTPUT\"' }\n";
  }
};

} // namespace

BOOST_TEST_DECORATOR(*utf::precondition(can_be_made))
BOOST_AUTO_TEST_SUITE(e2e_network)

// rows 9, 11: symmetric, and heal
BOOST_FIXTURE_TEST_CASE(a_partition_and_its_end, network_fixture) { // §33
  begin(waiting_plan);
  auto away = node_of_line(1);
  set(away, {.cut = true});
  BOOST_REQUIRE(heard_of(*run, "lost", away));
  // Both are at it, and only the second counts.
  BOOST_TEST(node_of_line(2) == other_than(away));
  BOOST_REQUIRE(nodes[away]->read_until("it is silent"));
  auto pid = std::stoi(dir.read("pid-" + away));
  BOOST_TEST(::kill(pid, 0) == 0);
  net->heal();
  BOOST_REQUIRE(heard_of(*run, "joined", away, 2));
  wait_for_end_of("pid-" + away);
  dir.write("go", "");
  auto result = end();
  BOOST_TEST(dir.read("sum") == "z\n");
  BOOST_TEST(result.task("one").at("outputs").at("by") == other_than(away));
  auto loss = loss_of(result.report, away);
  BOOST_REQUIRE(!loss.is_null());
  auto work = loss.at("work").at(0);
  BOOST_TEST(work.at("task") == "one");
  BOOST_TEST(work.at("both_s") > 0.0); // how long both ran is listed
}

// row 9: reset
BOOST_FIXTURE_TEST_CASE(a_reset_costs_nothing, network_fixture) { // §34
  begin(waiting_plan);
  auto where = node_of_line(1);
  net->reset(0, host_of(where));
  BOOST_REQUIRE(nodes[where]->read_until("lost the orchestrator"));
  BOOST_REQUIRE(nodes[where]->read_until("is back with the orchestrator"));
  dir.write("go", "");
  auto result = end();
  BOOST_TEST(result.report.at("losses").empty());
  BOOST_TEST(lines("began").size() == 1u);
  BOOST_TEST(dir.read("sum") == "z\n");
}

// row 9: exclusive work never runs twice at once, though its node goes on
BOOST_FIXTURE_TEST_CASE(exclusive_work_waits_for_keep, network_fixture) { // §33
  begin(short_lease + R"(
keep: 4s
agents: { ada: { runs-on: work } }
tasks:
  one:
    agent: ada
    exclusive: true
    run: |
      exec 9> ../lock
      flock -n 9 || { echo "$NODE" >> ../twice; exit 9; }
      echo $$ > ../pid-$NODE
      echo "one $NODE" >> ../began
      until [ -e ../go ]; do sleep 0.02; done
)");
  auto away = node_of_line(1);
  set(away, {.cut = true});
  BOOST_REQUIRE(heard_of(*run, "lost", away));
  BOOST_REQUIRE(nodes[away]->read_until("has waited long enough"));
  wait_for_end_of("pid-" + away);
  BOOST_TEST(node_of_line(2) == other_than(away));
  dir.write("go", "");
  auto result = end();
  BOOST_TEST(!dir.exists("twice"));
  auto loss = loss_of(result.report, away);
  BOOST_REQUIRE(!loss.is_null());
  BOOST_TEST(loss.at("work").at(0).at("exclusive") == true);
  BOOST_TEST(loss.at("work").at(0).at("both_s").is_null());
}

// rows 9, 10, 11: cut off and back, for longer and for less than the lease.
// Nothing is lost and nothing is accepted twice.
BOOST_FIXTURE_TEST_CASE(some_partitions_under_load, partitions_fixture) { // §34
  cut_off_often(4);
}

BOOST_AUTO_TEST_SUITE(long_ones, *utf::precondition(is_long))

BOOST_FIXTURE_TEST_CASE(hundred_partitions_under_load, partitions_fixture) {
  deadline = 1200s;
  cut_off_often(100);
}

// row 9: one-way. What the node says is not heard, but what it is told arrives;
// and the other way round.
BOOST_FIXTURE_TEST_CASE(a_node_that_is_not_heard_is_lost, network_fixture) {
  begin(waiting_plan);
  auto away = node_of_line(1);
  net->set(host_of(away), 0, {.cut = true});
  BOOST_REQUIRE(heard_of(*run, "lost", away));
  BOOST_TEST(node_of_line(2) == other_than(away));
  BOOST_TEST(net->lost(host_of(away), 0) > 0u);
  BOOST_TEST(net->lost(0, host_of(away)) == 0u);
  net->heal();
  BOOST_REQUIRE(heard_of(*run, "joined", away, 2));
  dir.write("go", "");
  auto result = end();
  BOOST_TEST(result.task("one").at("outputs").at("by") == other_than(away));
}

BOOST_FIXTURE_TEST_CASE(a_node_that_does_not_hear_is_lost, network_fixture) {
  begin(waiting_plan);
  auto away = node_of_line(1);
  net->set(0, host_of(away), {.cut = true});
  BOOST_REQUIRE(heard_of(*run, "lost", away));
  BOOST_TEST(node_of_line(2) == other_than(away));
  BOOST_TEST(net->lost(0, host_of(away)) > 0u);
  BOOST_TEST(net->lost(host_of(away), 0) == 0u);
  net->heal();
  BOOST_REQUIRE(heard_of(*run, "joined", away, 2));
  dir.write("go", "");
  auto result = end();
  BOOST_TEST(result.task("one").at("outputs").at("by") == other_than(away));
}

// rows 8, 9: half-open. The node dies while nothing of it gets through: there
// is no FIN and no RST, and its successor comes to a connection that stands.
BOOST_FIXTURE_TEST_CASE(a_half_open_connection_is_no_node, network_fixture) {
  begin(waiting_plan);
  auto dead = node_of_line(1);
  set(dead, {.cut = true});
  nodes[dead]->send_signal(SIGKILL);
  (void)nodes[dead]->wait();
  wait_for_end_of("pid-" + dead);
  net->heal();
  nodes[dead] = start_node(dead, "work", {"--once"});
  BOOST_REQUIRE(heard_of(*run, "joined", dead, 2));
  (void)node_of_line(2);
  dir.write("go", "");
  (void)end();
  BOOST_TEST(dir.read("sum") == "z\n");
}

// row 9: slow. It is no reason to lose anybody.
BOOST_FIXTURE_TEST_CASE(two_hundred_milliseconds_of_delay, network_fixture) {
  for (const auto* node : {"n1", "n2"})
    set(node, {.delay = 200ms});
  begin(chain(6, "lease: { every: 1s, timeout: 5s }\ngrace: 1s"));
  auto result = end();
  BOOST_TEST(dir.read("sum") == numbers(6));
  BOOST_TEST(result.report.at("losses").empty());
}

// row 9: a bad line
BOOST_FIXTURE_TEST_CASE(thirty_percent_of_loss, network_fixture) {
  begin(chain(6, "lease: { every: 2s, timeout: 20s }\ngrace: 1s"));
  for (const auto* node : {"n1", "n2"})
    set(node, {.loss = 0.3});
  (void)end();
  BOOST_TEST(dir.read("sum") == numbers(6));
  BOOST_TEST(net->lost(1, 0) + net->lost(2, 0) > 10u);
}

// row 9: flapping, each time shorter than the lease and longer than a
// connection lasts
BOOST_FIXTURE_TEST_CASE(a_flapping_line, network_fixture) { // §34
  begin(chain(12, "lease: { every: 200ms, timeout: 20s }\ngrace: 1s"));
  for (const auto* node : {"n1", "n2"})
    set(node, {.flap = 300ms});
  auto result = end();
  BOOST_TEST(dir.read("sum") == numbers(12));
  BOOST_TEST(net->flaps() > 0u);
  BOOST_TEST(result.report.at("losses").empty());
}

// rows 9, 10, 11: nothing is lost and nothing is accepted twice, however often
// a node is cut off under load and comes back.
BOOST_FIXTURE_TEST_CASE(two_hundred_resets_under_load, network_fixture) { // §34
  auto plan = short_lease + R"(
keep: 60s
agents: { ada: { runs-on: work }, bob: { runs-on: work } }
tasks:
)";
  for (int i = 1; i <= 200; ++i)
    plan += "  t" + std::to_string(i)
          + ": { agent: " + (i % 2 == 0 ? "ada" : "bob")
          + (i > 2 ? ", needs: [t" + std::to_string(i - 1) + ", t"
                         + std::to_string(i - 2) + "]"
                   : std::string{})
          + ", run: 'echo " + std::to_string(i) + " >> ../done' }\n";
  begin(plan);
  for (std::size_t i = 1; i <= 100; ++i) {
    wait_for_lines("done", 2 * i);
    net->reset(i % 2, 1 - i % 2);
    net->reset(0, 2);
  }
  auto result = end();
  BOOST_TEST(lines("done").size() == 200u);
  BOOST_TEST(net->lost(0, 1) + net->lost(1, 0) >= 50u); // they were
  BOOST_TEST(net->lost(0, 2) >= 50u);
  BOOST_TEST(result.report.at("losses").empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
