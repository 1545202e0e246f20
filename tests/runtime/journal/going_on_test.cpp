// SPDX-License-Identifier: BSD-3-Clause
// A journal that is gone on with: who reads it meanwhile, and words that it
// does not have.
#include "tests/runtime/journal/sample_journal.hpp"
#include "tests/support/sqlite_connection.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <fmt/format.h>
#include <sqlite3.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace tutti;
using namespace tutti::test;

namespace {

/// The real file system; its sleeps are counted and not slept.
class sleepless_vfs {
public:
  sleepless_vfs() : vfs_(*sqlite3_vfs_find("unix")) {
    vfs_.zName = name;
    vfs_.xSleep = [](sqlite3_vfs*, int microseconds) {
      ++sleeps;
      return microseconds;
    };
    BOOST_TEST_REQUIRE(sqlite3_vfs_register(&vfs_, 0) == SQLITE_OK);
  }
  sleepless_vfs(const sleepless_vfs&) = delete;
  sleepless_vfs& operator=(const sleepless_vfs&) = delete;
  ~sleepless_vfs() {
    sqlite3_vfs_unregister(&vfs_);
  }

  static constexpr const char* name = "sleepless";
  static inline int sleeps = 0;

private:
  sqlite3_vfs vfs_;
};

/// Half a journal, and somebody who reads an early state of it.
struct going_on_fixture {
  going_on_fixture() {
    options.path = path;
    options.vfs = sleepless_vfs::name;
    options.has_head = false;
    sample_writer writer{options, run};
    BOOST_TEST_REQUIRE(writer.file);
    writer.append(0, 2);
    reader.emplace(path);
    BOOST_TEST_REQUIRE(reader->run("BEGIN; SELECT count(*) FROM fact"));
    writer.append(2, run.steps.size() / 2);
    sleepless_vfs::sleeps = 0;
  }

  std::optional<error> begin_session(bool torn) {
    auto opened = journal::journal_reader::open(path, sleepless_vfs::name);
    BOOST_TEST_REQUIRE(static_cast<bool>(opened));
    BOOST_TEST_REQUIRE(static_cast<bool>((*opened)->facts(*run.work)));
    auto info = (*opened)->info();
    info.torn = torn;
    journal::session_entry session;
    session.number = 2;
    session.first_fact = info.last + 1;
    journal::journal_file file{options, run.work};
    return file.go_on(info, (*opened)->sum(), session, std::nullopt, {}, {});
  }

  sleepless_vfs vfs;
  temporary_directory folder;
  std::string path = folder / "journal.db";
  sample_run run{1, 4, 30};
  journal::journal_options options;
  std::optional<sqlite_connection> reader;
};

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_journal_going_on)

BOOST_FIXTURE_TEST_CASE(who_reads_is_not_waited_for, going_on_fixture) {
  BOOST_TEST(!begin_session(false));
  BOOST_TEST(sleepless_vfs::sleeps == 0);
}

// row 3: power loss. Nothing is appended to a log that it may have torn.
BOOST_FIXTURE_TEST_CASE(a_torn_log_is_not_gone_on_with_while_somebody_reads_it,
                        going_on_fixture) {
  auto refused = begin_session(true);
  BOOST_TEST_REQUIRE(refused.has_value());
  BOOST_TEST((refused->code == exit_code::journal));
  BOOST_TEST(refused->detail.find("another program holds it")
                 != std::string::npos,
             refused->detail);
  BOOST_TEST(sleepless_vfs::sleeps > 0); // it may be a short look
  reader.reset();
  BOOST_TEST(!begin_session(true));
}

// What decides about results, of the plan that it goes by last, in every format
// that is gone on with, and of few names and many.
BOOST_AUTO_TEST_CASE(digests_are_read_back_as_they_were_written) {
  temporary_directory folder;
  sample_run run{1, 4, 30};
  auto told = [](const journal::journal_info& info) {
    std::string result;
    for (const auto& x : info.parts)
      result +=
          fmt::format("{} {} {}: {:x}\n", to_string(x.kind),
                      std::get<2>(info.names[x.index]), x.aspect, x.digest);
    return result;
  };
  for (int way : {0, 1, 2}) {
    journal::journal_options options;
    options.path = folder / fmt::format("{}.db", way);
    options.format = way == 0 ? journal::format_oldest : journal::format;
    options.names_packed_from = way == 2 ? 1 : 4096;
    {
      sample_writer writer{options, run};
      writer.append(0, 3);
    }
    auto opened = journal::journal_reader::open(options.path);
    BOOST_TEST_REQUIRE(static_cast<bool>(opened));
    BOOST_TEST_REQUIRE(static_cast<bool>((*opened)->facts(*run.work)));
    const auto& info = (*opened)->info();
    BOOST_TEST(info.parts.size() == run.work->tasks.size());
    BOOST_TEST(info.parts.back().aspect == "command");
    BOOST_TEST(info.parts.back().digest == 999 + info.parts.size());
    journal::session_entry session;
    session.number = 2;
    session.first_fact = info.last + 1;
    journal::revision_entry revision{2, 2, info.last + 1, "/plan", "{}"};
    std::vector<journal::part_entry> parts{
        {journal::name_kind::task, 1, "command", 0xfedc'ba98'7654'3210},
        {journal::name_kind::task, 1, "needs", 0}};
    options.format = journal::format;
    journal::journal_file file{options, run.work};
    BOOST_TEST(!file.go_on(info, (*opened)->sum(), session, revision, parts,
                           {run.steps[0].facts.get()}));
    auto again = journal::journal_reader::open(options.path);
    BOOST_TEST_REQUIRE(static_cast<bool>(again));
    const auto& name = run.work->tasks[1].name;
    BOOST_TEST(told((*again)->info())
               == fmt::format("task {0} command: fedcba9876543210\n"
                              "task {0} needs: 0\n",
                              name));
    auto wrong = (*again)->check();
    BOOST_TEST(!wrong, (wrong ? wrong->detail : ""));
  }
}

// row 33: version skew
BOOST_AUTO_TEST_CASE(what_a_newer_program_has_written_is_said) {
  plan none;
  journal::journal_info info;
  info.words[0] = {{0, "run-started"}, {4096, "moon-rose"}};
  journal::row_decoder decoder{none, info};
  journal::fact_row row;
  row.numbers.fill(journal::absent);
  row[journal::column::at] = 0;
  row[journal::column::kind] = 4096;
  BOOST_TEST(!decoder.decode(row));
  BOOST_TEST(decoder.is_newer());
  BOOST_TEST(decoder.unknown().find("moon-rose") != std::string::npos);
  row[journal::column::kind] = 7;
  BOOST_TEST(!decoder.decode(row));
  BOOST_TEST(!decoder.is_newer());
}

BOOST_AUTO_TEST_SUITE_END()
