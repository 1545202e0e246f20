// SPDX-License-Identifier: BSD-3-Clause
// A run that was killed, whose journal is not as it was written when it is to
// go on (row 4 of the fault catalogue): refused, and nothing is executed.
#include "tests/e2e/run_fixture.hpp"
#include "tests/support/sqlite_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

using namespace tutti::test;

namespace fs = std::filesystem;

namespace {

constexpr const char* team = R"(
agents: { a: {}, b: {} }
tasks:
  one: { agent: a, run: echo one >> count }
  two:
    agent: b
    needs: one
    run: |
      echo two >> count
      until [ -e go ]; do sleep 0.02; done
  three: { agent: a, needs: two, run: echo three >> count }
)";

/// A run that was killed while `two` worked, and a copy of it.
struct killed_run : run_fixture {
  killed_run() {
    auto x = start(team, {"--plain"});
    BOOST_TEST_REQUIRE(x->read_until("start      b  two"));
    x->send_signal(SIGKILL);
    BOOST_TEST_REQUIRE(x->wait().status == 128 + SIGKILL);
    // Who ends what it left goes last, with the files of the live run.
    BOOST_TEST_REQUIRE(eventually([this] {
      return processes_with(tag).empty();
    }));
    dir.write("go", "");
    fs::copy(dir / ".tutti", dir / "kept", fs::copy_options::recursive);
    auto run = fs::directory_iterator {
      dir / ".tutti/runs"
      } -> path();
    journal = (run / "journal.db").string();
  }

  /// Puts the killed run back, damages it and lets it go on.
  program_result go_on(const std::function<void()>& damage) {
    fs::remove_all(dir / ".tutti");
    fs::remove(dir / "count");
    fs::copy(dir / "kept", dir / ".tutti", fs::copy_options::recursive);
    damage();
    return tutti({"run", "--plain", "--resume"});
  }

  void check_refused(const std::string& reason,
                     const std::function<void()>& damage) {
    BOOST_TEST_CONTEXT(reason) {
      auto x = go_on(damage);
      BOOST_TEST(x.status == 8);
      check_one_sentence(x, {journal, reason, "begin anew without --resume"});
      BOOST_TEST(lines("count").empty());
    }
  }

  void write_at(const std::string& path, std::streamoff at,
                const std::string& bytes) const {
    std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(at);
    file << bytes;
  }

  std::string journal;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_damage, killed_run)

// row 4: truncation, a flipped bit, a missing file, a stale copy
BOOST_AUTO_TEST_CASE(a_damaged_journal_is_refused_and_nothing_runs) {
  auto log = journal + "-wal";
  auto size = fs::file_size(log);
  check_refused("was durable", [&] {
    fs::resize_file(log, size - 100);
  });
  check_refused("were durable", [&] {
    fs::remove(log);
  });
  check_refused("durable", [&] {
    write_at(log, static_cast<std::streamoff>(size - 50), "X");
  });
  check_refused("were durable", [&] {
    fs::resize_file(journal, 0);
    fs::remove(log);
  });
  check_refused("were durable", [&] {
    fs::remove(journal);
  });
  check_refused("not a database", [&] {
    fs::remove(log);
    std::ofstream{journal} << "a text of some length, and no database at all";
  });
}

// row 4: a duplicate block. What is left to read of it names no plan, or
// another: it is not passed over, for a new run would do all again.
BOOST_AUTO_TEST_CASE(a_journal_that_does_not_say_of_which_plan_is_not_passed) {
  for (std::size_t page : {0, 1, 2, 3, 4, 5}) {
    auto x = go_on([&] {
      BOOST_TEST(
          sqlite_connection{journal}.run("pragma wal_checkpoint(truncate)"));
      std::ifstream file{journal, std::ios::binary};
      std::string bytes{std::istreambuf_iterator<char>{file}, {}};
      constexpr std::size_t size = 4096;
      bytes.insert(page * size, bytes.substr(page * size, size));
      std::ofstream{journal, std::ios::binary} << bytes;
    });
    BOOST_TEST(x.status == 8, page << ": " << x.err);
    check_one_sentence(x, {journal, "begin anew without --resume"});
    BOOST_TEST(lines("count").empty());
  }
}

// row 4: a missing part
BOOST_AUTO_TEST_CASE(a_run_that_worked_and_has_no_journal_is_refused) {
  check_refused("replaced or removed", [&] {
    for (const auto* end : {"", "-wal", "-shm", "-head"})
      fs::remove(journal + end);
  });
}

// row 4: a torn and a zero-filled tail
BOOST_AUTO_TEST_CASE(what_was_never_durable_is_dropped_with_a_notice) {
  constexpr std::size_t frame_size = 4096 + 24;
  auto notice = "the journal ends in the middle of a write";
  for (auto size : {frame_size, std::size_t{100}}) {
    auto x = go_on([&] {
      std::ofstream{journal + "-wal", std::ios::app | std::ios::binary}
          << std::string(size, '\0');
    });
    BOOST_TEST(x.status == 0, x.err);
    BOOST_TEST((x.out + x.err).find(notice) != std::string::npos);
    BOOST_TEST(lines("count") == (std::vector<std::string>{"two", "three"}),
               boost::test_tools::per_element());
  }
  auto undamaged = go_on([] {});
  BOOST_TEST(undamaged.status == 0, undamaged.err);
  BOOST_TEST((undamaged.out + undamaged.err).find(notice) == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
