// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/counting_vfs.hpp"

#include "tests/support/sqlite_connection.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace tutti::test {

namespace {

constexpr std::int64_t rows = 3;

/// Commits one row after the other and says so to the pipe after each.
int work(const std::string& path, const char* vfs, int acknowledge) {
  sqlite_connection db{path, vfs};
  if (!db.run("pragma journal_mode=wal; pragma wal_autocheckpoint=2;"
              "pragma synchronous=full; create table facts(number)"))
    return 1;
  for (std::int64_t i = 1; i <= rows; ++i) {
    if (!db.run("insert into facts values(" + std::to_string(i) + ")"))
      return 1;
    if (::write(acknowledge, "x", 1) != 1)
      return 1;
  }
  return 0;
}

struct outcome {
  int signal = 0; ///< that ended it
  std::int64_t acknowledged = 0;
};

/// The program in a process of its own, which dies where the hook says.
outcome work_apart(const std::string& path, change_hook hook) {
  int ends[2];
  BOOST_TEST_REQUIRE(::pipe(ends) == 0);
  auto child = ::fork();
  if (child == 0) {
    counting_vfs vfs{{"counting", false, std::move(hook), false}};
    ::_exit(work(path, vfs.name(), ends[1]));
  }
  ::close(ends[1]);
  outcome result;
  for (char c = 0; ::read(ends[0], &c, 1) == 1;)
    ++result.acknowledged;
  ::close(ends[0]);
  int status = 0;
  BOOST_TEST_REQUIRE(::waitpid(child, &status, 0) == child);
  result.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return result;
}

std::int64_t rows_found(const std::string& path) {
  sqlite_connection db{path};
  BOOST_TEST(db.run("pragma synchronous=off")); // a test has no time to lose
  BOOST_TEST((db.text("pragma integrity_check") == "ok"));
  if (db.number("select count(*) from sqlite_schema") == 0)
    return 0;
  return db.number("select count(*) from facts").value_or(-1);
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_journal_counting_vfs)

// row 1: kill -9 at every change of the database
BOOST_AUTO_TEST_CASE(
    a_process_killed_at_any_change_keeps_what_it_acknowledged) {
  std::uint64_t points = 0;
  for (std::uint64_t n = 1, died = 1; died != 0; ++n) {
    died = 0;
    for (auto moment : {fate::kind::die_before, fate::kind::die_midway,
                        fate::kind::die_after}) {
      temporary_directory folder;
      auto x = work_apart(folder / "journal.db", die_at(n, moment));
      if (x.signal == 0) {
        BOOST_TEST(x.acknowledged == rows);
        break;
      }
      ++died;
      ++points;
      BOOST_TEST_CONTEXT("change " << n << ", " << static_cast<int>(moment)) {
        BOOST_TEST(x.signal == SIGKILL);
        auto found = rows_found(folder / "journal.db");
        BOOST_TEST(found >= x.acknowledged);
        BOOST_TEST(found <= x.acknowledged + 1);
      }
    }
  }
  BOOST_TEST(points > 30u);
}

// row 5: disk full
BOOST_AUTO_TEST_CASE(an_error_reaches_the_program) {
  temporary_directory folder;
  counting_vfs vfs;
  sqlite_connection db{folder / "journal.db", vfs.name()};
  BOOST_TEST(db.run("pragma journal_mode=wal; create table t(x)"));
  auto before = vfs.changes();
  vfs.on_change(fail_between(before + 1, before + 1, SQLITE_FULL));
  BOOST_TEST(!db.run("insert into t values(1)"));
  BOOST_TEST(db.code() == SQLITE_FULL);
  BOOST_TEST(db.run("insert into t values(2)"));
  BOOST_TEST((db.number("select count(*) from t") == 1));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace tutti::test
