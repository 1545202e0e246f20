// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/run_clock.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using tutti::session::run_clock;

BOOST_AUTO_TEST_SUITE(runtime_session_run_clock)

BOOST_AUTO_TEST_CASE(it_stands_from_the_stop_until_somebody_says_go_on) { // §26
  run_clock::time_point outside;
  run_clock clock{[&outside] {
    return outside;
  }};
  auto start = clock.now();
  outside += 5s;
  BOOST_TEST((clock.now() - start == 5s));
  clock.stop();
  outside += 1h; // who wakes first still sees the moment of the stop
  BOOST_TEST((clock.now() - start == 5s));
  clock.go_on();
  BOOST_TEST((clock.now() - start == 5s));
  outside += 2s;
  BOOST_TEST((clock.now() - start == 7s));
  clock.go_on(); // by a signal of its own: it never stood
  outside += 1s;
  BOOST_TEST((clock.now() - start == 8s));
  clock.stop();
  outside += 1min;
  clock.stop();
  outside += 1min;
  clock.go_on();
  BOOST_TEST((clock.now() - start == 8s));
}

BOOST_AUTO_TEST_SUITE_END()
