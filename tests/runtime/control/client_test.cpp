// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/control/client.hpp"

#include "runtime/control/local_socket.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <poll.h>
#include <sys/socket.h>

#include <thread>

using namespace tutti;
using tutti::test::temporary_directory;

namespace {

void says_that_it_has_ended(const expected<control::answer>& x) {
  BOOST_REQUIRE(!x);
  BOOST_TEST((x.error().code == exit_code::environment));
  BOOST_TEST(x.error().detail.starts_with("the run has ended"),
             x.error().detail);
}

} // namespace

BOOST_AUTO_TEST_SUITE(control_client)

// A run may end between the moment it is found and the one it is asked.
BOOST_AUTO_TEST_CASE(a_run_that_ends_meanwhile_is_said_to_have_ended) {
  temporary_directory dir;
  auto path = dir / "s";
  says_that_it_has_ended(control::ask(path, {}, std::nullopt));
  auto server = control::listen_on(path);
  BOOST_REQUIRE(server);
  std::thread ends{[&server] {
    pollfd x{server->get(), POLLIN, 0};
    while (::poll(&x, 1, -1) < 0) {
      // A signal came in between.
    }
    process::unique_fd taken{::accept(server->get(), nullptr, nullptr)};
    server->reset();
  }};
  says_that_it_has_ended(control::ask(path, {}, std::nullopt));
  ends.join();
  says_that_it_has_ended(control::ask(path, {}, std::nullopt)); // its socket
}

BOOST_AUTO_TEST_SUITE_END()
