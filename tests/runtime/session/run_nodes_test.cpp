// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/run_nodes.hpp"

#include "runtime/cluster/frames.hpp"
#include "runtime/play/plan_builder.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>

#include <unistd.h>

using namespace tutti;
using namespace tutti::test;
using session::join_address;
using session::node_listener;

namespace {

/// Any port of loopback, without TLS.
session::node_choice any_port() {
  session::node_choice x;
  x.host = "127.0.0.1";
  x.insecure = true;
  return x;
}

std::shared_ptr<node_listener> opened(const temporary_directory& run) {
  auto x = node_listener::open(any_port(), run.path(), run.path());
  BOOST_REQUIRE(x);
  return *x;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_session_run_nodes)

BOOST_AUTO_TEST_CASE(an_address_is_said_as_join_takes_it) { // §32
  BOOST_TEST(join_address("127.0.0.1", 7700) == "127.0.0.1:7700");
  BOOST_TEST(join_address("gpu.lan", 7700) == "gpu.lan:7700");
  BOOST_TEST(join_address("::1", 7700) == "[::1]:7700");
  for (const auto* all : {"::", "0.0.0.0"}) {
    auto x = session::read_host_port(join_address(all, 7700), false);
    BOOST_REQUIRE(x);
    char name[256] = {};
    ::gethostname(name, sizeof name - 1);
    BOOST_TEST(x->host == name);
    BOOST_TEST(x->port == 7700);
  }
}

BOOST_AUTO_TEST_CASE(a_run_that_goes_on_has_the_port_that_it_had) { // §31
  temporary_directory run;
  BOOST_TEST(session::last_join_address(run.path()) == "");
  auto first = opened(run);
  auto port = first->port();
  BOOST_TEST(session::last_join_address(run.path())
             == join_address("127.0.0.1", port));
  first.reset();
  BOOST_TEST(opened(run)->port() == port);
}

BOOST_AUTO_TEST_CASE(where_its_port_is_taken_another_one_is_as_good) {
  temporary_directory run;
  auto first = opened(run);
  auto second = opened(run);
  BOOST_TEST(second->port() != first->port());
  BOOST_TEST(session::last_join_address(run.path())
             == join_address("127.0.0.1", second->port()));
}

BOOST_AUTO_TEST_CASE(a_plan_that_nodes_would_not_take_is_told_at_once) { // §34
  play::plan_builder b;
  b.agent("ada");
  b.task("one");
  auto p = b.get();
  BOOST_TEST(!session::too_large_for_nodes(p));
  p.name = std::string(cluster::plan_bytes_max, 'x');
  auto wrong = session::too_large_for_nodes(p);
  BOOST_REQUIRE(wrong);
  BOOST_TEST((wrong->code == exit_code::environment));
  BOOST_TEST(wrong->detail.find("256") != std::string::npos, wrong->detail);
}

BOOST_AUTO_TEST_SUITE_END()
