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

BOOST_AUTO_TEST_CASE(a_node_has_its_folder_for_itself) {
  temporary_directory dir;
  auto made = session::make_node_directory(dir / "state", "n1");
  BOOST_REQUIRE(made);
  dir.write("state/nodes/n1/io/one.1.env", "x");
  dir.write("state/nodes/n1/logs/one.1.log", "x");
  dir.write("state/nodes/n1/artifacts/kept", "x");
  auto second = session::make_node_directory(dir / "state", "n1");
  BOOST_REQUIRE(!second);
  BOOST_TEST((second.error().code == exit_code::environment));
  BOOST_TEST(second.error().detail.find("n1 is at work") != std::string::npos);
  BOOST_TEST(second.error().detail.find("--name") != std::string::npos);
  BOOST_TEST(dir.exists("state/nodes/n1/io/one.1.env"));
  BOOST_TEST(dir.exists("state/nodes/n1/logs/one.1.log"));
  BOOST_TEST(!!session::make_node_directory(dir / "state", "n2"));
  *made = {}; // it is gone, and left them
  auto next = session::make_node_directory(dir / "state", "n1");
  BOOST_REQUIRE(next);
  BOOST_TEST(!dir.exists("state/nodes/n1/io/one.1.env"));
  BOOST_TEST(!dir.exists("state/nodes/n1/logs/one.1.log"));
  BOOST_TEST(dir.exists("state/nodes/n1/artifacts/kept"));
  BOOST_TEST(dir.exists("state/nodes/n1/io"));
}

BOOST_AUTO_TEST_SUITE_END()
