// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/control/socket_directory.hpp"

#include "runtime/control/local_socket.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <map>

using namespace tutti;
using namespace tutti::control;
using tutti::test::temporary_directory;

namespace {

std::map<std::string, std::string> variables;

const char* lookup(const char* name) {
  auto i = variables.find(name);
  return i == variables.end() ? nullptr : i->second.c_str();
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(control_socket_directory)

BOOST_AUTO_TEST_CASE(the_runtime_folder_goes_before_the_temporary_one) {
  temporary_directory dir;
  auto own = "/tutti-" + std::to_string(::getuid());
  variables = {};
  BOOST_TEST(socket_directories(lookup).front() == "/tmp" + own);
  variables = {{"TMPDIR", dir.path()}, {"XDG_RUNTIME_DIR", dir.path()}};
  auto both = socket_directories(lookup);
  BOOST_REQUIRE(both.size() == 2u);
  BOOST_TEST(both[0] == dir / "tutti");
  BOOST_TEST(both[1] == dir.path() + own);
  // One that has gone with its session counts as not set.
  variables = {{"TMPDIR", dir.path()}, {"XDG_RUNTIME_DIR", dir / "gone"}};
  BOOST_TEST(socket_directories(lookup).front() == dir.path() + own);
  variables = {{"TMPDIR", "relative"}, {"XDG_RUNTIME_DIR", "relative"}};
  BOOST_TEST(socket_directories(lookup).front() == "/tmp" + own);
}

BOOST_AUTO_TEST_CASE(a_new_folder_is_for_its_owner_alone) {
  temporary_directory dir;
  auto made = make_socket_directory({dir / "gone/x", dir / "x"});
  BOOST_REQUIRE(made);
  BOOST_TEST(*made == dir / "x");
  struct stat info {};
  ::stat(made->c_str(), &info);
  BOOST_TEST((info.st_mode & 0777) == 0700);
  BOOST_TEST(*make_socket_directory({dir / "x"}) == dir / "x");
}

BOOST_AUTO_TEST_CASE(a_folder_that_others_may_enter_is_refused) {
  temporary_directory dir;
  ::mkdir((dir / "open").c_str(), 0755);
  auto made = make_socket_directory({dir / "open", dir / "fine"});
  BOOST_REQUIRE(!made);
  BOOST_TEST(has(made.error().detail, "chmod 700"));
  BOOST_TEST(has(made.error().detail, dir / "open"));
}

BOOST_AUTO_TEST_CASE(what_is_no_folder_of_this_user_is_refused) {
  temporary_directory dir;
  ::mkdir((dir / "real").c_str(), 0700);
  BOOST_REQUIRE(::symlink("real", (dir / "link").c_str()) == 0);
  dir.write("file", "");
  BOOST_TEST(!make_socket_directory({dir / "link"}));
  BOOST_TEST(!make_socket_directory({dir / "file"}));
  if (::getuid() != 0)
    return; // only root can give a folder away
  ::mkdir((dir / "theirs").c_str(), 0700);
  BOOST_REQUIRE(::chown((dir / "theirs").c_str(), 12345, 12345) == 0);
  auto made = make_socket_directory({dir / "theirs"});
  BOOST_REQUIRE(!made);
  BOOST_TEST(has(made.error().detail, "another user (12345)"));
}

// Rule 10: what a killed run leaves behind goes at the next occasion.
BOOST_AUTO_TEST_CASE(sockets_of_dead_runs_are_removed_and_live_ones_found) {
  temporary_directory dir;
  auto folder = *make_socket_directory({dir / "x"});
  auto live = listen_on(control_path(folder, "b-live"));
  auto also = listen_on(control_path(folder, "a-live"));
  BOOST_REQUIRE(live);
  BOOST_REQUIRE(also);
  for (const auto& path :
       {control_path(folder, "dead"), live_path(folder, "dead")}) {
    auto dead = listen_on(path);
    BOOST_REQUIRE(dead);
    dead->reset();
  }
  dir.write("x/no-socket.control", "");
  auto found = live_sockets({folder, dir / "gone"});
  BOOST_REQUIRE(found.size() == 2u);
  BOOST_TEST(found[0].run_id == "a-live");
  BOOST_TEST(found[1].run_id == "b-live");
  BOOST_TEST(found[1].path == control_path(folder, "b-live"));
  BOOST_TEST(!dir.exists("x/dead.control"));
  BOOST_TEST(!dir.exists("x/dead.live"));
  BOOST_TEST(dir.exists("x/b-live.control"));
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_trusted_is_not_looked_into) {
  temporary_directory dir;
  auto folder = *make_socket_directory({dir / "x"});
  auto live = listen_on(control_path(folder, "run"));
  ::chmod(folder.c_str(), 0777);
  BOOST_TEST(live_sockets({folder}).empty());
}

BOOST_AUTO_TEST_SUITE_END()
