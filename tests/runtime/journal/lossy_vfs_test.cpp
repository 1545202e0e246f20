// SPDX-License-Identifier: BSD-3-Clause
// Plain SQLite on a disk whose power is lost: that the tests of the journal
// that stand on this VFS can tell durable from lucky.
#include "tests/support/long_suite.hpp"
#include "tests/support/lossy_vfs.hpp"

#include "tests/support/sqlite_connection.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <optional>
#include <string>

namespace tutti::test {

namespace {

constexpr const char* path = "/run/journal.db";
constexpr std::int64_t all_rows = 12;

struct program {
  std::string synchronous = "full";
  bool checkpoint_first = false; ///< moves what it finds into the database
  std::int64_t rows = all_rows;
};

/// A small program that commits one row after the other, with checkpoints on
/// the way. Returns up to which row commits were acknowledged; 0: none was.
/// What it finds there is no acknowledgement: see the tests of recovery.
std::int64_t work(lossy_vfs& vfs, const program& p) {
  sqlite_connection db{path, vfs.name()};
  if (!db.run("pragma page_size=1024; pragma journal_mode=wal;"
              "pragma wal_autocheckpoint=7; pragma synchronous="
              + p.synchronous))
    return 0;
  if (p.checkpoint_first && !db.run("pragma wal_checkpoint(truncate)"))
    return 0;
  if (!db.run("create table if not exists facts"
              "(number integer primary key, what text)"))
    return 0;
  auto first = db.number("select count(*) from facts");
  if (!first)
    return 0;
  std::int64_t acknowledged = 0;
  for (auto i = *first + 1; i <= p.rows; ++i) {
    if (!db.run("insert into facts values(" + std::to_string(i)
                + ", hex(zeroblob(" + std::to_string(i * 37 % 700) + ")))"))
      return acknowledged;
    acknowledged = i;
  }
  return p.rows;
}

/// How many rows are there: 1, 2, … without a gap, in a database that is whole.
/// None: it is damaged.
std::optional<std::int64_t> rows_found(const lossy_vfs& vfs) {
  sqlite_connection db{path, vfs.name()};
  auto tables = db.number("select count(*) from sqlite_schema");
  if (!tables || db.text("pragma integrity_check") != "ok")
    return std::nullopt;
  if (*tables == 0)
    return 0;
  auto last = db.number("select coalesce(max(number), 0) from facts");
  if (!last || db.number("select count(*) from facts") != last)
    return std::nullopt;
  return last;
}

struct table {
  std::uint64_t points = 0; ///< changes at which the process died
  std::uint64_t losses = 0; ///< of power, at all of these
  std::uint64_t lost = 0;   ///< where an acknowledged commit was gone
  std::uint64_t ahead = 0;  ///< where more than the one in flight was there
  std::uint64_t damaged = 0;
};

void look(const lossy_vfs& vfs, std::int64_t acknowledged, table& t) {
  ++t.losses;
  auto found = rows_found(vfs);
  t.damaged += found ? 0 : 1;
  t.lost += found && *found < acknowledged ? 1 : 0;
  t.ahead += found && *found > acknowledged + 1 ? 1 : 0;
}

/// The program dies at each of its changes, in each way; then the power is lost
/// in many ways.
table lose_power_everywhere(const std::string& synchronous,
                            disk_traits traits) {
  table t;
  const std::uint64_t seeds = is_long() ? 40 : 4;
  lossy_vfs vfs{{"lossy", false, traits}};
  for (std::uint64_t n = 1;; ++n) {
    for (auto moment : {fate::kind::die_before, fate::kind::die_midway,
                        fate::kind::die_after}) {
      vfs.boot(lossy_disk{traits});
      vfs.on_change(die_at(n, moment));
      auto acknowledged = work(vfs, {synchronous});
      if (!vfs.dead())
        return t;
      ++t.points;
      auto at_death = vfs.disk();
      for (std::uint64_t seed = 0; seed < seeds; ++seed)
        for (auto how : {loss::everything, loss::some, loss::garbage}) {
          vfs.boot(at_death);
          vfs.lose_power(how, n * 1000 + seed);
          look(vfs, acknowledged, t);
        }
    }
  }
}

table lose_power_everywhere(const std::string& synchronous) {
  table sum;
  for (bool powersafe : {false, true}) {
    auto t = lose_power_everywhere(synchronous, {powersafe});
    sum.points += t.points;
    sum.losses += t.losses;
    sum.lost += t.lost;
    sum.ahead += t.ahead;
    sum.damaged += t.damaged;
  }
  BOOST_TEST_MESSAGE("synchronous=" << synchronous << ": " << sum.points
                                    << " points, " << sum.losses
                                    << " power losses, " << sum.lost
                                    << " with a commit lost, " << sum.damaged
                                    << " with the database damaged");
  return sum;
}

/// The power is lost in the middle of the work, and again at each change that
/// the program makes when it goes on.
table lose_power_twice(const program& p, disk_traits traits) {
  table t;
  lossy_vfs vfs{{"lossy", false, traits}};
  for (std::uint64_t k : {20, 45, 50, 60, 70}) {
    vfs.boot(lossy_disk{traits});
    vfs.on_change(die_at(k, fate::kind::die_midway));
    auto acknowledged = work(vfs, p);
    BOOST_TEST_REQUIRE(vfs.dead());
    auto at_death = vfs.disk();
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
      vfs.boot(at_death);
      vfs.lose_power(loss::garbage, seed);
      auto torn = vfs.disk();
      for (std::uint64_t j = 1;; ++j) {
        vfs.boot(torn);
        vfs.on_change(die_at(j, fate::kind::die_midway));
        auto more = work(vfs, p);
        if (!vfs.dead())
          break;
        ++t.points;
        vfs.lose_power(loss::garbage, j);
        look(vfs, std::max(acknowledged, more), t);
      }
    }
  }
  return t;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_journal_lossy_vfs)

// row 3: power loss
BOOST_AUTO_TEST_CASE(full_loses_no_acknowledged_commit) {
  auto t = lose_power_everywhere("full");
  BOOST_TEST(t.losses > 1000u);
  BOOST_TEST(t.lost == 0u);
  BOOST_TEST(t.ahead == 0u);
  BOOST_TEST(t.damaged == 0u);
}

// row 3: power loss
BOOST_AUTO_TEST_CASE(normal_loses_commits_and_damages_nothing) {
  auto t = lose_power_everywhere("normal");
  BOOST_TEST(t.lost > 0u);
  BOOST_TEST(t.ahead == 0u);
  BOOST_TEST(t.damaged == 0u);
}

// row 3: power loss
BOOST_AUTO_TEST_CASE(off_loses_commits) {
  auto t = lose_power_everywhere("off");
  BOOST_TEST(t.lost > 0u);
  BOOST_TEST(t.damaged > 0u);
}

// row 1: why killing a process alone cannot tell `full` from `off`
BOOST_AUTO_TEST_CASE(a_killed_process_loses_nothing_even_under_off) {
  table t;
  lossy_vfs vfs;
  for (const auto* synchronous : {"full", "off"})
    for (std::uint64_t n = 1, died = 1; died != 0; ++n) {
      died = 0;
      for (auto moment : {fate::kind::die_before, fate::kind::die_midway,
                          fate::kind::die_after}) {
        vfs.boot(lossy_disk{});
        vfs.on_change(die_at(n, moment));
        auto acknowledged = work(vfs, {synchronous});
        if (!vfs.dead())
          break;
        ++died;
        vfs.kill();
        look(vfs, acknowledged, t);
      }
    }
  BOOST_TEST(t.losses > 100u);
  BOOST_TEST(t.lost == 0u);
  BOOST_TEST(t.damaged == 0u);
}

// row 2: the power is lost again while the database recovers
BOOST_AUTO_TEST_CASE(recovery_can_be_interrupted_everywhere) {
  auto t = lose_power_twice({}, {true});
  BOOST_TEST(t.points > 100u);
  BOOST_TEST(t.lost == 0u);
  BOOST_TEST(t.damaged == 0u);
}

// row 2: on a disk where a write harms its whole sector, SQLite keeps commits
// apart by padding, a part of which it does not sync. Who appends to a log
// without its padding harms the last commit; a checkpoint first is the remedy.
BOOST_AUTO_TEST_CASE(a_checkpoint_first_protects_what_shares_a_sector) {
  auto t = lose_power_twice({}, {false});
  BOOST_TEST(t.lost > 0u);
  program p;
  p.checkpoint_first = true;
  t = lose_power_twice(p, {false});
  BOOST_TEST(t.points > 100u);
  BOOST_TEST(t.lost == 0u);
  BOOST_TEST(t.damaged == 0u);
}

// row 2: what a killed process had written can be read; the next sync makes it
// durable, and until then nothing may be done that rests on it
BOOST_AUTO_TEST_CASE(what_recovery_finds_is_durable_after_the_next_sync) {
  lossy_vfs vfs;
  work(vfs, {"full", false, 3});
  vfs.boot(vfs.disk());
  int syncs = 0; // of the new log: its head, then the commit
  vfs.on_change([&](const disk_change& c) {
    bool counts = c.kind == change_kind::sync && c.file.ends_with("-wal");
    return fate{counts && ++syncs == 2 ? fate::kind::die_before
                                       : fate::kind::pass};
  });
  BOOST_TEST(work(vfs, {"full", false, 4}) == 0);
  vfs.kill();
  auto unsynced = vfs.disk();
  BOOST_TEST((rows_found(vfs) == 4));
  vfs.boot(unsynced);
  vfs.lose_power(loss::everything, 0);
  BOOST_TEST((rows_found(vfs) == 3));
  vfs.boot(unsynced);
  BOOST_TEST(work(vfs, {"full", false, 5}) == 5);
  vfs.lose_power(loss::everything, 0);
  BOOST_TEST((rows_found(vfs) == 5));
}

// row 5: disk full, EIO, a failing sync
BOOST_AUTO_TEST_CASE(an_error_at_any_change_leaves_a_state_that_goes_on) {
  lossy_vfs vfs;
  for (auto error :
       {SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC, SQLITE_READONLY})
    for (std::uint64_t length : {1, 3, 1000})
      for (std::uint64_t n = 1;; ++n) {
        vfs.boot(lossy_disk{});
        vfs.on_change(fail_between(n, n + length - 1, error));
        auto acknowledged = work(vfs, {});
        if (vfs.changes() < n)
          break;
        vfs.on_change({}); // there is space again
        auto found = rows_found(vfs);
        BOOST_TEST_CONTEXT("error " << error << " at change " << n << " and "
                                    << length - 1 << " more") {
          BOOST_TEST_REQUIRE(found.has_value());
          BOOST_TEST(*found >= acknowledged);
          BOOST_TEST(work(vfs, {}) == all_rows);
          vfs.lose_power(loss::some, n);
          BOOST_TEST((rows_found(vfs) == all_rows));
        }
      }
}

// A writer, a reader beside it, and a second writer that finds it locked.
BOOST_AUTO_TEST_CASE(connections_of_the_process_lock_each_other_out) {
  lossy_vfs vfs;
  work(vfs, {"full", false, 3});
  sqlite_connection writer{path, vfs.name()};
  sqlite_connection other{path, vfs.name()};
  sqlite_connection reader{path, vfs.name()};
  const auto* count = "select count(*) from facts";
  BOOST_TEST(writer.run("begin immediate; insert into facts values(4, '')"));
  BOOST_TEST(!other.run("begin immediate"));
  BOOST_TEST(other.code() == SQLITE_BUSY);
  BOOST_TEST(reader.run("begin"));
  BOOST_TEST((reader.number(count) == 3));
  BOOST_TEST(writer.run("commit"));
  BOOST_TEST((reader.number(count) == 3));
  BOOST_TEST((other.number("pragma wal_checkpoint(truncate)") == 1));
  BOOST_TEST(reader.run("commit"));
  BOOST_TEST((reader.number(count) == 4));
  BOOST_TEST(other.run("begin immediate; rollback"));
  BOOST_TEST((other.number("pragma wal_checkpoint(truncate)") == 0));
}

BOOST_AUTO_TEST_CASE(without_a_log_the_file_is_locked_as_well) {
  lossy_vfs vfs;
  sqlite_connection writer{path, vfs.name()};
  sqlite_connection reader{path, vfs.name()};
  BOOST_TEST(writer.run("create table t(x); begin; insert into t values(1)"));
  BOOST_TEST((reader.number("select count(*) from t") == 0));
  BOOST_TEST(!reader.run("begin immediate"));
  BOOST_TEST(reader.run("begin; select * from t"));
  BOOST_TEST(!writer.run("commit"));
  BOOST_TEST(reader.run("rollback"));
  BOOST_TEST(writer.run("commit"));
  BOOST_TEST((reader.number("select count(*) from t") == 1));
}

BOOST_AUTO_TEST_CASE(a_dead_process_stays_dead) {
  lossy_vfs vfs;
  work(vfs, {"full", false, 3});
  sqlite_connection old{path, vfs.name()};
  BOOST_TEST(old.run("begin immediate; insert into facts values(4, '')"));
  vfs.kill();
  BOOST_TEST((rows_found(vfs) == 3));
  sqlite_connection fresh{path, vfs.name()};
  BOOST_TEST(fresh.run("insert into facts values(4, '')")); // locks are gone
  BOOST_TEST(!old.run("commit"));
  BOOST_TEST((rows_found(vfs) == 4));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace tutti::test
