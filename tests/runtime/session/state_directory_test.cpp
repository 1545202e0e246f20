// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/state_directory.hpp"

#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

using namespace tutti;
using namespace tutti::test;

BOOST_AUTO_TEST_SUITE(session_state_directory)

// `tutti clean` may come between the look at a run and its hold.
BOOST_AUTO_TEST_CASE(a_run_that_was_removed_meanwhile_is_not_damaged) {
  temporary_directory dir;
  auto made = session::make_run_directory(dir / "state");
  BOOST_REQUIRE(made);
  auto id = made->run_id;
  std::filesystem::remove_all(made->path);
  *made = {};
  auto opened = session::open_run_directory(dir / "state", id);
  BOOST_REQUIRE(!opened);
  BOOST_TEST((opened.error().code == exit_code::nothing_to_run));
  BOOST_TEST(opened.error().detail.find(id) != std::string::npos);
  BOOST_TEST(opened.error().detail.find("removed") != std::string::npos);
  BOOST_TEST(!dir.exists("state/runs/" + id));
}

BOOST_AUTO_TEST_SUITE_END()
