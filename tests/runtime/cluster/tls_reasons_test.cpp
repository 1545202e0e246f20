// SPDX-License-Identifier: BSD-3-Clause
// What a node hears of a connection that came to nothing, and whether it is
// worth another try. Who is let in: transport_strangers_test.cpp.
#include "tests/runtime/cluster/transport_sides.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace tutti;
using namespace tutti::cluster;
using test::certified;
using test::side;
using test::told;

namespace {

struct a_pair {
  std::optional<credentials> node; ///< none: without TLS
  std::optional<credentials> hub;
  const char* why;
  bool heals = false; ///< by itself
};

/// How the connection ends that the node of the pair opens.
told end_of(const a_pair& x) {
  side hub{tls_options{.identity = x.hub}};
  side node{tls_options{.identity = x.node}};
  auto id = node.transport->connect("127.0.0.1", hub.listen());
  auto result = node.list.next();
  if (result.what == told::kind::opened) { // TLS 1.3 tells it afterwards
    node.transport->send(id, "hello");
    result = node.list.next();
  }
  BOOST_REQUIRE((result.what == told::kind::closed));
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(cluster_tls_reasons)

// rows 18, 19
BOOST_AUTO_TEST_CASE(what_only_a_person_can_mend_has_a_remedy) {
  certified certs;
  certified other;
  auto now = test::now_s();
  auto stray = other.node();
  stray.authority = certs.orchestrator().authority; // it believes this one
  auto any = [&](certificate_role role, std::int64_t from, std::int64_t to) {
    return certs.any({"gpu-1", role, now + from, now + to});
  };
  const std::vector<a_pair> pairs = {
      {certs.node(), other.orchestrator(), "certificate of another CA"},
      {certs.node(), certs.node("gpu-2"), "certificate for another role"},
      {certs.node(),
       certs.any({orchestrator_name, certificate_role::orchestrator, now - 99,
                  now - 9}),
       "certificate expired"},
      {certs.node(),
       certs.any({orchestrator_name, certificate_role::orchestrator, now + 999,
                  now + 9999}),
       "certificate not valid yet (is a clock wrong?)", true},
      {stray, certs.orchestrator(),
       "it refuses us: our certificate is of another CA"},
      {any(certificate_role::node, -99, -9), certs.orchestrator(),
       "it refuses us: our certificate has expired"},
      {any(certificate_role::orchestrator, -9, 99), certs.orchestrator(),
       "it refuses us: our certificate is not for this role"},
      {any(certificate_role::node, 999, 9999), certs.orchestrator(),
       "it refuses us: our certificate is not valid (is a clock wrong?)", true},
      {std::nullopt, certs.orchestrator(),
       "it speaks TLS: only one side runs with --insecure"},
      {certs.node(), std::nullopt,
       "it takes us for no TLS: only one side runs with --insecure"},
  };
  for (const auto& x : pairs) {
    auto end = end_of(x);
    BOOST_TEST(end.text == x.why);
    BOOST_TEST(end.remedy.empty() == x.heals, x.why);
  }
}

BOOST_AUTO_TEST_CASE(who_is_not_there_may_come) {
  certified certs;
  side node{certs.node()};
  std::uint16_t port = 0;
  {
    side hub{certs.orchestrator()};
    port = hub.listen();
  }
  node.transport->connect("127.0.0.1", port);
  auto end = node.next(told::kind::closed);
  BOOST_TEST(end.text == "connection refused");
  BOOST_TEST(end.remedy == "");
}

BOOST_AUTO_TEST_SUITE_END()
