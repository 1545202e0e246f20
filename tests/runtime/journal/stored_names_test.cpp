// SPDX-License-Identifier: BSD-3-Clause
// Journals whose names are packed: whoever reads them finds the same as where
// each has a row.
#include "runtime/journal/stored_names.hpp"

#include "runtime/journal/fact_lines.hpp"
#include "runtime/journal/run_list.hpp"
#include "runtime/journal/task_log.hpp"
#include "tests/runtime/journal/sample_journal.hpp"
#include "tests/support/sqlite_connection.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace tutti;
using namespace tutti::test;

namespace {

/// A run of which all names are packed, and one of which none are.
struct named_runs {
  named_runs() {
    write("packed", 1);
    write("rows", 4096);
  }

  void write(const std::string& name, std::size_t packed_from) {
    std::filesystem::create_directories(folder / ("runs/" + name));
    journal::journal_options options;
    options.path = path_of(name);
    options.names_packed_from = packed_from;
    sample_writer writer{options, run};
    BOOST_TEST_REQUIRE(writer.append_all() == run.fact_count());
  }

  [[nodiscard]] std::string path_of(const std::string& name) const {
    return folder / ("runs/" + name + "/journal.db");
  }
  std::int64_t number(const std::string& name, const std::string& sql) const {
    return sqlite_connection{path_of(name)}.number(sql).value_or(-1);
  }
  std::string lines_of(const std::string& name) const {
    std::string result;
    auto wrong = journal::print_facts(path_of(name), [&](std::string_view x) {
      result += x;
      return true;
    });
    BOOST_TEST(!wrong, (wrong ? wrong->detail : ""));
    return result;
  }

  temporary_directory folder;
  sample_run run{2, 16, 150};
};

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_journal_stored_names)

// A damaged one says less, and never more than is there.
BOOST_AUTO_TEST_CASE(digests_of_any_bytes_come_to_an_end) {
  std::string whole;
  journal::put_digest(whole, "command", 7);
  journal::put_digest(whole, "needs", ~std::uint64_t{0});
  for (std::size_t n = 0; n <= whole.size(); ++n) {
    auto left = std::string_view{whole}.substr(0, n);
    std::vector<std::pair<std::string, std::uint64_t>> found;
    while (auto one = journal::take_digest(left))
      found.emplace_back(one->first, one->second);
    BOOST_TEST_REQUIRE(found.size()
                       == (n < 16             ? 0u
                           : n < whole.size() ? 1u
                                              : 2u));
    if (!found.empty())
      BOOST_TEST(
          (found[0] == std::pair<std::string, std::uint64_t>("command", 7)));
    if (found.size() > 1)
      BOOST_TEST((found[1]
                  == std::pair<std::string, std::uint64_t>("needs",
                                                           ~std::uint64_t{0})));
  }
}

BOOST_AUTO_TEST_CASE(names_of_any_bytes_come_to_an_end) {
  std::string long_name(300, 'n');
  std::string whole;
  journal::put_name(whole, long_name, "");
  auto first = whole.size();
  journal::put_name(whole, "", std::string(130, 'p'));
  for (std::size_t n = 0; n <= whole.size(); ++n) {
    auto left = std::string_view{whole}.substr(0, n);
    auto one = journal::take_name(left);
    BOOST_TEST_REQUIRE(one.has_value() == (n >= first));
    if (!one)
      continue;
    BOOST_TEST(one->first == long_name);
    auto other = journal::take_name(left);
    BOOST_TEST_REQUIRE(other.has_value() == (n == whole.size()));
    if (other)
      BOOST_TEST(other->second.size() == 130u);
  }
  std::string_view endless = "\xff\xff\xff\xff\xff\xff\x01";
  BOOST_TEST(!journal::take_name(endless));
}

BOOST_FIXTURE_TEST_CASE(who_reads_packed_names_finds_what_is_in_rows,
                        named_runs) {
  BOOST_TEST(number("packed", "select count(*) from name") == 0);
  BOOST_TEST(number("packed", "select count(*) from name_pack") > 0);
  BOOST_TEST(number("rows", "select count(*) from name_pack") == 0);
  for (const auto* name : {"packed", "rows"})
    BOOST_TEST(read_journal(path_of(name), run).has_all(run.fact_count()),
               name);
  BOOST_TEST(lines_of("packed") == lines_of("rows"));
  auto entries = journal::list_runs(folder.path());
  BOOST_TEST_REQUIRE(static_cast<bool>(entries));
  BOOST_TEST_REQUIRE(entries->size() == 2u);
  for (const auto& x : *entries)
    BOOST_TEST(x.tasks == run.work->tasks.size());
  BOOST_TEST((*entries)[0].tasks_done == (*entries)[1].tasks_done);
  const auto& task = run.work->tasks[1].name;
  auto packed = journal::task_log::open(folder / "runs/packed", task);
  auto rows = journal::task_log::open(folder / "runs/rows", task);
  BOOST_TEST_REQUIRE(static_cast<bool>(packed));
  BOOST_TEST_REQUIRE(static_cast<bool>(rows));
  BOOST_TEST(packed->attempts().size() == rows->attempts().size());
  auto unknown = journal::task_log::open(folder / "runs/packed", "nobody");
  BOOST_TEST_REQUIRE(!unknown);
  BOOST_TEST(unknown.error().detail.find("has no task 'nobody'")
             != std::string::npos);
}

// By SQL, what has no name here is told by its number.
BOOST_FIXTURE_TEST_CASE(the_view_says_numbers_for_packed_names, named_runs) {
  std::string unnamed = "select count(*) from facts where subject is null";
  BOOST_TEST(number("packed", unnamed) == number("rows", unnamed));
}

// row 4: each column, changed as a person could
BOOST_FIXTURE_TEST_CASE(changed_packs_of_names_are_noticed, named_runs) {
  auto path = path_of("packed");
  BOOST_TEST_REQUIRE(
      sqlite_connection{path}.run("create table whole as select * from "
                                  "name_pack"));
  for (const auto* change :
       {"update name_pack set first = first + 1 where first = (select "
        "max(first) from name_pack)",
        "update name_pack set last = last + 1", "update name_pack set last = 0",
        "update name_pack set revision = 2",
        "update name_pack set kind = 'zzz'",
        "update name_pack set kind = 'gate' where kind = 'task'",
        "update name_pack set body = body || 'x'",
        "update name_pack set body = ''", "delete from name_pack",
        "delete from name_pack where first = 1", "drop table name_pack"}) {
    sqlite_connection db{path};
    BOOST_TEST(db.run("delete from name_pack; insert into name_pack select * "
                      "from whole"),
               db.error());
    BOOST_TEST(db.run(change), db.error());
    BOOST_TEST(read_journal(path, run).refused.has_value(), change);
  }
}

// row 4: bit flips
BOOST_FIXTURE_TEST_CASE(a_changed_byte_of_packed_names_is_noticed, named_runs) {
  auto path = path_of("packed");
  sqlite_connection db{path};
  auto size = db.number("select length(body) from name_pack where first = 1");
  BOOST_TEST_REQUIRE(size.has_value());
  BOOST_TEST_REQUIRE(db.run("create table whole as select * from name_pack"));
  for (std::int64_t at = 0; at < *size; ++at) {
    auto byte =
        db.text(fmt::format("select hex(substr(body, {}, 1)) from whole "
                            "where first = 1",
                            at + 1));
    BOOST_TEST_REQUIRE(byte.has_value());
    BOOST_TEST_REQUIRE(
        db.run(fmt::format("delete from name_pack; insert into name_pack "
                           "select * from whole; update name_pack set body = "
                           "cast(substr(body, 1, {0}) || x'{1:02x}' || "
                           "substr(body, {0} + 2) as blob) where first = 1",
                           at,
                           std::stoul(*byte, nullptr, 16) ^ (1u << at % 8))),
        db.error());
    BOOST_TEST(read_journal(path, run).refused.has_value(), at);
  }
}

BOOST_AUTO_TEST_SUITE_END()
