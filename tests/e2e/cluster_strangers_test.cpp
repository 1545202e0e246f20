// SPDX-License-Identifier: BSD-3-Clause
// Who knocks at a run's port without being let in, while it works (rows 18 and
// 19 of the fault catalogue). The whole table of strangers is in
// tests/runtime/cluster/transport_strangers_test.cpp, and
// what a run says of strangers in strangers_test.cpp.
#include "tests/e2e/cluster_fixture.hpp"
#include "tests/support/raw_tcp.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tutti::test;

namespace {

/// Speaks TLS without a certificate, in Python: prints what became of it.
constexpr const char* bare_tls = R"(
import socket, ssl, sys
host, port = sys.argv[1].split(":")
how = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
how.check_hostname = False
how.verify_mode = ssl.CERT_NONE
try:
    with how.wrap_socket(socket.create_connection((host, int(port)), 10)) as x:
        x.sendall(b"\0\0\0\x05hello")
        print("closed" if x.recv(1) == b"" else "answered")
except OSError as e:
    print("refused", e)
)";

struct strangers_fixture : cluster_fixture {
  [[nodiscard]] std::uint16_t port() const {
    return static_cast<std::uint16_t>(
        std::stoi(address.substr(address.rfind(':') + 1)));
  }
  [[nodiscard]] std::string
  knock(const char* script, const std::vector<std::string>& args = {}) const {
    auto how = options({"-c", script, address});
    how.path = "/usr/bin/python3";
    how.args.insert(how.args.end(), args.begin(), args.end());
    auto x = run_program(how);
    BOOST_TEST(x.status == 0, x.out << x.err);
    return x.out;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_cluster_strangers, strangers_fixture)

BOOST_AUTO_TEST_CASE(
    who_takes_the_place_of_a_node_on_its_machine_is_sent_away) {
  auto x = start_run(R"(
agents: { ada: { runs-on: work } }
tasks:
  one: { agent: ada, run: 'echo one >> ../began; until [ -e ../go ]; do sleep 0.02; done; echo "ok=1" >> "$TUTTI_OUTPUT"' }
)");
  auto a = start_node("n1", "work", {"--once"});
  wait_for_lines("began", 1);
  auto second = start_node("n1", "work")->wait();
  BOOST_TEST(second.status == 7, second.out << second.err);
  BOOST_TEST(has(second.err, "a node named n1 is at work"), second.err);
  BOOST_TEST(has(second.err, "--name"), second.err);
  dir.write("go", "");
  auto end = finish(*x);
  BOOST_TEST(end.status == 0, end.out << end.err);
  BOOST_TEST(end.task("one").at("outputs").at("ok") == "1");
  BOOST_TEST(lines("began").size() == 1u);
  BOOST_TEST(a->wait().status == 0);
}

// rows 18, 19
BOOST_AUTO_TEST_CASE(strangers_disturb_nobody) { // §32
  auto x = start_run(R"(
agents: { ada: { runs-on: work } }
tasks:
  one: { agent: ada, run: 'echo "one $NODE" >> ../began; until [ -e ../go ]; do sleep 0.02; done' }
  two: { agent: ada, needs: one, run: 'echo "two $NODE" >> ../began' }
)");
  auto a = start_node("n1", "work", {"--once"});
  wait_for_lines("began", 1);
  BOOST_TEST(!has(knock(bare_tls), "answered"));
  BOOST_REQUIRE(x->read_until("no certificate"));
  raw_tcp plain{port()};
  plain.send("GET / HTTP/1.1\r\n\r\n");
  plain.read_to_end();
  BOOST_REQUIRE(x->read_until("plain bytes"));
  raw_tcp silent{port()}; // stays to the end
  // A node with a certificate, of a CA that is not ours.
  expect(0, {"certs", "init", "--certs", "other"});
  expect(0, {"certs", "issue", "n2", "--certs", "other"});
  auto how = node_options("n2", "work", {});
  for (auto& arg : how.args)
    if (arg == dir / ".tutti/certs")
      arg = dir / "other";
  auto other = program{how}.wait(); // it would be one tomorrow, too
  BOOST_TEST(other.status == 7);
  check_one_sentence(other, {"another CA", "tutti certs issue"});
  BOOST_REQUIRE(x->read_until("another CA"));
  dir.write("go", "");
  auto end = finish(*x);
  BOOST_TEST(end.status == 0, end.out << end.err);
  BOOST_TEST(end.report.at("losses").empty());
  BOOST_TEST(end.report.at("nodes").size() == 2u); // local, n1
  // The connection of who belongs there was not touched.
  auto node = a->wait();
  BOOST_TEST(node.status == 0);
  BOOST_TEST(!has(node.err, "lost the orchestrator"), node.err);
  check_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_node_must_have_a_certificate_that_is_its_own) {
  auto missing =
      tutti({"node", "--join", address, "--name", "n1", "--certs", "nowhere"});
  BOOST_TEST(missing.status == 7);
  check_one_sentence(missing, {"nowhere", "tutti certs"});
  auto half = tutti({"node", "--join", address, "--insecure", "--name", "n1",
                     "--certs", ".tutti/certs"});
  BOOST_TEST(half.status == 2, half.err);
  check_one_sentence(half, {"--insecure", "--certs"});
}

BOOST_AUTO_TEST_CASE(without_tls_only_where_both_say_so) {
  auto x = start_run(R"(
agents: { ada: { runs-on: work } }
tasks: { one: { agent: ada, run: 'echo "one $NODE" >> ../began' } }
)",
                     {"--insecure"});
  BOOST_REQUIRE(x->read_until("nodes join"));    // else it is tried again
  auto a = start_node("n1", "work", {"--once"}); // with TLS
  auto one_sided = a->wait();
  BOOST_TEST(one_sided.status == 7);
  check_one_sentence(one_sided, {"--insecure", "start both"});
  auto how =
      options({"node", "--join", address, "--insecure", "--once", "--name",
               "n2", "--labels", "work", "--state-dir", dir / "n2/.tutti"});
  dir.write("n2/here", "");
  how.directory = dir / "n2";
  how.env.push_back("NODE=n2");
  program plain{how};
  auto end = finish(*x);
  BOOST_TEST(end.status == 0, end.out << end.err);
  BOOST_TEST(lines("began").at(0) == "one n2");
  BOOST_TEST(plain.wait().status == 0);
  check_nothing_left();
}

BOOST_AUTO_TEST_SUITE_END()
