// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/native/worker_pool.hpp"

#include <boost/test/unit_test.hpp>

#include <future>
#include <memory>

using tutti::native::worker_pool;

BOOST_AUTO_TEST_SUITE(runtime_native_worker_pool)

// Whether a thread has taken the job yet when it is abandoned is a race: both
// happen in so many rounds, and neither may hold up the end of the pool.
BOOST_AUTO_TEST_CASE(the_end_waits_for_no_abandoned_job_begun_or_not) {
  std::promise<void> release;
  auto freed = release.get_future().share();
  for (int i = 0; i < 200; ++i) {
    worker_pool pool;
    auto owner = std::make_shared<const int>(i);
    BOOST_TEST_REQUIRE(pool.run(owner, [freed] {
      freed.wait();
    }));
    pool.abandon(owner);
  }
  release.set_value();
}

BOOST_AUTO_TEST_SUITE_END()
