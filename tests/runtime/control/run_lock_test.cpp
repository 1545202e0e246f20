// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/control/run_lock.hpp"

#include "runtime/session/state_directory.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

using namespace tutti;
using tutti::test::temporary_directory;

BOOST_AUTO_TEST_SUITE(control_run_lock)

BOOST_AUTO_TEST_CASE(what_a_killed_run_left_goes_and_its_logs_stay) { // rule 10
  temporary_directory dir;
  for (const auto* file : {"control", "io/t.1/output", "logs/t.1.log"})
    dir.write(std::string{"runs/dead/"} + file, "x");
  BOOST_TEST(control::remove_dead_runs(dir.path()).empty());
  BOOST_TEST(!dir.exists("runs/dead/control"));
  BOOST_TEST(!dir.exists("runs/dead/io"));
  BOOST_TEST(dir.read("runs/dead/logs/t.1.log") == "x");
}

BOOST_AUTO_TEST_CASE(a_live_run_keeps_its_files_until_it_is_gone) {
  temporary_directory dir;
  auto run = session::make_run_directory(dir.path());
  BOOST_REQUIRE(run);
  auto name = "runs/" + run->run_id;
  dir.write(name + "/io/t.1/output", "x");
  dir.write(name + "/control", "/nowhere\n");
  BOOST_TEST(control::remove_dead_runs(dir.path()).empty());
  BOOST_TEST(dir.exists(name + "/control"));
  BOOST_TEST(dir.exists(name + "/io/t.1/output"));
  run->held.reset(); // as the end of its process does
  auto next = session::make_run_directory(dir.path());
  BOOST_REQUIRE(next);
  BOOST_TEST(!dir.exists(name + "/control"));
  BOOST_TEST(!dir.exists(name + "/io"));
  BOOST_TEST(dir.exists("runs/" + next->run_id + "/io"));
}

BOOST_AUTO_TEST_CASE(a_link_in_a_dead_runs_files_is_not_followed) {
  temporary_directory dir;
  dir.write("mine/precious", "x");
  dir.write("runs/dead/io/t.1", "x");
  std::filesystem::create_directory_symlink(dir / "mine",
                                            dir / "runs/dead/io/link");
  std::filesystem::create_directory_symlink(dir / "mine", dir / "runs/link");
  dir.write("mine/control", "x");
  BOOST_TEST(control::remove_dead_runs(dir.path()).empty());
  BOOST_TEST(!dir.exists("runs/dead/io"));
  BOOST_TEST(dir.read("mine/precious") == "x");
  BOOST_TEST(dir.read("mine/control") == "x");
}

BOOST_AUTO_TEST_CASE(who_looks_sees_the_holder_and_disturbs_nobody) {
  temporary_directory dir;
  dir.write("runs/x/logs/t.1.log", "x");
  auto path = dir / "runs/x";
  BOOST_TEST((control::holder_of(path) == control::run_holder::nobody));
  auto held = control::hold_run(path);
  BOOST_TEST((control::holder_of(path) == control::run_holder::somebody));
  held.reset();
  BOOST_TEST((control::holder_of(path) == control::run_holder::nobody));
  BOOST_TEST(
      (control::holder_of(dir / "nothing") == control::run_holder::unknown));
}

BOOST_AUTO_TEST_SUITE_END()
