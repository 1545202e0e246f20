// SPDX-License-Identifier: BSD-3-Clause
// Who comes to the port of a run and is not a node of it. All kinds of them:
// tests/runtime/cluster/transport_strangers_test.cpp.
#include "tests/e2e/live_fixture.hpp"
#include "tests/support/raw_tcp.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <system_error>

using namespace tutti::test;

namespace {

namespace fs = std::filesystem;

/// The port of this machine that a process listens on; 0: none yet.
std::uint16_t port_of(int pid) {
  std::set<std::string> sockets;
  auto place = fs::path{"/proc"} / std::to_string(pid);
  std::error_code failure;
  for (const auto& x : fs::directory_iterator{place / "fd", failure}) {
    std::error_code gone;
    sockets.insert(fs::read_symlink(x.path(), gone).string());
  }
  std::ifstream table{place / "net/tcp"};
  for (std::string line; std::getline(table, line);) {
    std::istringstream words{line};
    std::string number, local, remote, state, queues, timer, resent, user;
    std::string timeout, inode;
    words >> number >> local >> remote >> state >> queues >> timer >> resent
        >> user >> timeout >> inode;
    constexpr const char* listens = "0A";
    if (state == listens && sockets.contains("socket:[" + inode + "]"))
      return static_cast<std::uint16_t>(
          std::stoul(local.substr(local.find(':') + 1), nullptr, 16));
  }
  return 0;
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t result = 0;
  for (auto at = text.find(part); at != std::string::npos;
       at = text.find(part, at + 1))
    ++result;
  return result;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_strangers, live_fixture)

// row 18: they are sent away, which is said in a few words, and the run does
// what it would have done.
BOOST_AUTO_TEST_CASE(strangers_do_not_disturb_a_run_that_listens) {
  fifo gate{dir, "gate"};
  auto x = start("tasks: { a: 'read x < gate', b: { needs: a, run: 'true' } }",
                 {"--listen", "127.0.0.1:0"});
  std::uint16_t port = 0;
  BOOST_REQUIRE(eventually([&] {
    port = port_of(x->pid());
    return port != 0;
  }));
  const std::string basp{"\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                         "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
                         32};
  for (int i = 0; i < 20; ++i)
    for (const auto& bytes :
         {std::string{"GET / HTTP/1.1\r\n\r\n"}, basp,
          std::string{"\xff\xff\xff\xf0"}, std::string(4096, '\x16')}) {
      raw_tcp stranger{port};
      stranger.send(bytes);
      stranger.read_to_end();
    }
  raw_tcp silent{port}; // stays to the end
  gate.put();
  auto result = finish(*x);
  BOOST_TEST(result.status == 0, result.err);
  BOOST_TEST(result.status_of("b") == "succeeded");
  BOOST_TEST(has(result.out, "was turned away: plain bytes instead of TLS"),
             result.out);
  // Ten in ten seconds, and then in one how many more.
  BOOST_TEST(count(result.out, "was turned away") < 80u, result.out);
  BOOST_TEST(!has(result.out + result.err, "GET"));
}

// row 19: what it would need to know nodes is of no use: nothing has begun.
BOOST_AUTO_TEST_CASE(without_good_certificates_nothing_begins) {
  BOOST_TEST(tutti({"certs", "init"}).status == 0);
  auto key = dir / ".tutti/certs/ca.key";
  fs::permissions(key, fs::perms{0644});
  auto x = run("tasks: { a: 'touch begun' }", {"--listen", "127.0.0.1:0"});
  BOOST_TEST(x.status == 7);
  BOOST_TEST(has(x.err, "say 'chmod 600 " + key + "'"), x.err);
  fs::permissions(key, fs::perms{0600});
  fs::rename(dir / ".tutti/certs/ca.crt", dir / "ca.crt");
  dir.write(".tutti/certs/ca.crt", "nonsense");
  x = run("tasks: { a: 'touch begun' }", {"--listen", "127.0.0.1:0"});
  BOOST_TEST(x.status == 7);
  BOOST_TEST(has(x.err, "ca.crt' holds no certificate"), x.err);
  BOOST_TEST(!dir.exists("begun"));
}

BOOST_AUTO_TEST_CASE(without_tls_a_run_listens_to_this_machine_only) {
  auto x = run("tasks: { a: 'touch begun' }",
               {"--listen", "0.0.0.0:0", "--insecure"});
  BOOST_TEST(x.status == 7);
  BOOST_TEST(has(x.err, "name 127.0.0.1 or ::1"), x.err);
  BOOST_TEST(!dir.exists("begun"));
}

BOOST_AUTO_TEST_SUITE_END()
