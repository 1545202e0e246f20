// SPDX-License-Identifier: BSD-3-Clause
// `tutti stress --connect`: nodes that others have started, on other machines
// as far as they know.
#include "tests/e2e/run_fixture.hpp"
#include "tests/support/json_schema.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace tutti::test;

namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// A node that serves, and where.
struct server {
  std::unique_ptr<program> self;
  std::string at; ///< HOST:PORT

  /// How it ended, by a Ctrl-C.
  program_result end() const {
    self->send_signal(SIGINT);
    return self->wait();
  }
};

struct connect_fixture : run_fixture {
  program_result stress(std::vector<std::string> args) const {
    args.insert(args.begin(), "stress");
    return tutti(args);
  }
  server serve(const std::string& certificates,
               const std::string& with = "TUTTI_BINARY") const {
    auto how =
        options({"stress", "--serve", "127.0.0.1:0", "--certs", certificates});
    how.path = std::getenv(with.c_str());
    if (with == "TUTTI_SKEWED_BINARY")
      how.env.insert(how.env.end(),
                     {"TUTTI_TEST_VERSION=9.8.7", "TUTTI_TEST_PROTOCOL=77"});
    server result{std::make_unique<program>(how), {}};
    constexpr std::string_view before = "--connect ";
    BOOST_REQUIRE(result.self->read_until(" --certs DIR"));
    const auto& text = result.self->err();
    auto from = text.find(before) + before.size();
    result.at = text.substr(from, text.find(' ', from) - from);
    return result;
  }
  /// A certificate for who measures.
  void issue(const std::string& certificates) const {
    auto x =
        tutti({"certs", "issue", "me", "--out", "me", "--certs", certificates});
    BOOST_REQUIRE_MESSAGE(x.status == 0, x.err);
  }
  program_result measure(const std::string& pattern,
                         const std::string& at) const {
    return stress({pattern, "--connect", at, "--certs", "me", "--name", "me",
                   "--count", "500", "--warm-up", "0s", "--json", "-"});
  }
  void check_measured(const program_result& x, std::size_t nodes) const {
    BOOST_REQUIRE_MESSAGE(x.status == 0, x.err);
    auto d = json::parse(x.out);
    check_document(d, "stress");
    BOOST_TEST(d.at("ledger").at("whole").get<bool>());
    BOOST_TEST(d.at("operations") == 500);
    BOOST_TEST(d.at("nodes").size() == nodes);
    BOOST_TEST(d.at("settings").at("nodes") == nodes);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_stress_connect, connect_fixture)

BOOST_AUTO_TEST_CASE(a_node_serves_one_measurement_after_the_other) {
  auto node = serve("certs");
  issue("certs");
  for (const auto* pattern : {"ping-pong", "fan-in", "fan-out", "pipeline",
                              "scatter-gather", "ping-pong"})
    check_measured(measure(pattern, node.at), 1);
  auto x = node.end();
  BOOST_TEST(x.status == 130);
  BOOST_TEST(has(x.err, "a conductor has come"), x.err);
  BOOST_TEST(has(x.err, "the conductor has gone"), x.err);
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(two_nodes_of_one_authority) {
  auto one = serve("certs");
  issue("certs");
  auto issued = tutti(
      {"certs", "issue", "orchestrator", "--out", "more", "--certs", "certs"});
  BOOST_REQUIRE_MESSAGE(issued.status == 0, issued.err);
  auto two = serve("more");
  check_measured(measure("fan-in", one.at + "," + two.at), 2);
  BOOST_TEST(one.end().status == 130);
  BOOST_TEST(two.end().status == 130);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_killed_is_named) {
  auto node = serve("certs");
  issue("certs");
  auto how = options({"stress", "fan-out", "--connect", node.at, "--certs",
                      "me", "--name", "me", "--duration", "1h"});
  how.terminal = terminal_size{};
  program x{how};
  BOOST_REQUIRE(x.read_until("s of 3600.0 s"));
  node.self->send_signal(SIGKILL);
  auto r = x.wait();
  BOOST_TEST(r.status == 9);
  BOOST_TEST(has(r.out, node.at + " is gone ("), r.out);
  static_cast<void>(node.self->wait());
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(a_conductor_that_is_killed_leaves_a_node_that_serves) {
  auto node = serve("certs");
  issue("certs");
  auto how = options({"stress", "fan-in", "--connect", node.at, "--certs", "me",
                      "--name", "me", "--duration", "1h"});
  how.terminal = terminal_size{};
  program x{how};
  BOOST_REQUIRE(x.read_until("s of 3600.0 s"));
  // Another one meanwhile is told why not.
  auto other = measure("fan-in", node.at);
  BOOST_TEST(other.status == 7);
  check_one_sentence(other, {node.at, "it has a conductor already"});
  x.send_signal(SIGKILL);
  static_cast<void>(x.wait());
  BOOST_REQUIRE(node.self->read_until("the conductor has gone"));
  check_measured(measure("fan-out", node.at), 1);
  BOOST_TEST(node.end().status == 130);
}

BOOST_AUTO_TEST_CASE(strangers_are_refused_and_told_why) {
  auto node = serve("certs");
  auto made = tutti({"certs", "init", "--certs", "others"});
  BOOST_REQUIRE_MESSAGE(made.status == 0, made.err);
  issue("others");
  auto x = measure("fan-in", node.at);
  BOOST_TEST(x.status == 7);
  check_one_sentence(x, {node.at, "another CA"});
  BOOST_REQUIRE(node.self->read_until("another CA"));
  BOOST_TEST(node.end().status == 130);
}

BOOST_AUTO_TEST_CASE(another_version_is_told_of_on_both_sides) {
  auto node = serve("certs", "TUTTI_SKEWED_BINARY");
  issue("certs");
  auto x = measure("fan-in", node.at);
  BOOST_TEST(x.status == 7);
  check_one_sentence(x, {node.at, "9.8.7", "use the same tutti"});
  BOOST_REQUIRE(node.self->read_until("use the same tutti"));
  BOOST_TEST(has(node.self->err(), "9.8.7"));
  BOOST_TEST(node.end().status == 130);
}

BOOST_AUTO_TEST_CASE(who_is_not_there_is_told_of) {
  auto node = serve("certs");
  issue("certs");
  BOOST_TEST(node.end().status == 130);
  auto x = measure("fan-in", node.at);
  BOOST_TEST(x.status == 7);
  check_one_sentence(x, {node.at, "cannot be reached", "refused"});
}

BOOST_AUTO_TEST_CASE(what_cannot_be_is_a_mistake) {
  struct mistake {
    std::vector<std::string> args;
    std::vector<std::string> named;
    int status = 2;
  };
  std::string many = "h:1";
  for (int i = 2; i <= 17; ++i)
    many += ",h:" + std::to_string(i);
  const std::vector<mistake> all{
      {{"fan-in", "--connect", "here"}, {"--connect", "'here'"}},
      {{"fan-in", "--connect", "h:1", "--nodes", "2"}, {"--nodes", "only one"}},
      {{"fan-in", "--connect", many}, {"--connect", "16 at most"}},
      {{"ring", "--connect", "h:1"}, {"'ring'", "fan-in"}},
      {{"fan-in", "--certs", "x"}, {"--certs", "--connect"}},
      {{"fan-in", "--name", "x"}, {"--name", "--connect"}},
      {{"--serve", "here"}, {"--serve", "'here'"}},
      {{"fan-in", "--serve", "h:1"}, {"--serve", "pattern"}},
      {{"--serve", "h:1", "--rate", "5"}, {"--serve", "--rate"}},
      {{"--serve", "h:1", "--connect", "h:1"}, {"--serve", "--connect"}},
      {{"fan-in", "--connect", "h:1", "--certs", "none", "--name", "me"},
       {"none"},
       7},
  };
  for (const auto& x : all) {
    auto r = stress(x.args);
    BOOST_TEST(r.status == x.status, x.args[0]);
    check_one_sentence(r, x.named);
  }
}

BOOST_AUTO_TEST_SUITE_END()
