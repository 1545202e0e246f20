// SPDX-License-Identifier: BSD-3-Clause
// Journals some of whose facts are packed: whoever reads them finds the same
// as where each has a row.
#include "runtime/journal/stored_facts.hpp"
#include "tests/runtime/journal/sample_journal.hpp"
#include "tests/support/sqlite_connection.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

using namespace tutti;
using namespace tutti::test;

namespace {

struct packed_journal {
  /// All in transactions of `steps` steps.
  void write(std::size_t packed_from, std::size_t steps) {
    journal::journal_options options;
    options.path = path;
    options.packed_from = packed_from;
    sample_writer writer{options, run};
    for (std::size_t i = 0; i < run.steps.size(); i += steps)
      writer.append_together(i, std::min(i + steps, run.steps.size()));
    BOOST_TEST_REQUIRE(writer.next == run.steps.size());
  }

  std::int64_t number(const std::string& sql) {
    return sqlite_connection{path}.number(sql).value_or(-1);
  }

  temporary_directory folder;
  std::string path = folder / "journal.db";
  sample_run run{2, 16, 150};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_journal_stored_facts, packed_journal)

BOOST_AUTO_TEST_CASE(few_facts_at_a_time_have_rows) {
  write(64, 1);
  BOOST_TEST(number("select count(*) from pack") == 0);
  BOOST_TEST(number("select count(*) from fact")
             == static_cast<std::int64_t>(run.fact_count()));
  BOOST_TEST(read_journal(path, run).has_all(run.fact_count()));
}

BOOST_AUTO_TEST_CASE(many_facts_at_a_time_are_packed_and_read_back) {
  for (std::size_t steps : {5u, 20u, 1000u}) {
    std::filesystem::remove(path);
    write(8, steps);
    BOOST_TEST(number("select count(*) from pack") > 0);
    BOOST_TEST(number("select count(*) from fact")
               < static_cast<std::int64_t>(run.fact_count()));
    BOOST_TEST(read_journal(path, run).has_all(run.fact_count()), steps);
  }
}

// What a person may ask for by SQL: the run itself, gates, services, requests,
// and what people say.
BOOST_AUTO_TEST_CASE(only_what_is_about_tasks_is_packed) {
  write(1, 1000);
  std::int64_t rows = 0;
  for (const auto& step : run.steps)
    for (const auto& f : step.facts)
      rows += f.extra || subject_of(f.kind) != subject_kind::task ? 1 : 0;
  BOOST_TEST(rows > 5);
  BOOST_TEST(number("select count(*) from facts") == rows);
  BOOST_TEST(number("select count(*) from facts where kind in ('run-started', "
                    "'run-ended')")
             == 2);
}

BOOST_AUTO_TEST_CASE(all_are_counted_and_the_last_is_found) {
  write(8, 10);
  journal::database db;
  BOOST_REQUIRE(!journal::open_to_read(db, path));
  std::optional<journal::failure> failed;
  BOOST_TEST(journal::count_facts(db, failed) == run.fact_count());
  auto last = journal::last_of(db, failed);
  BOOST_TEST(last.number == run.fact_count());
  BOOST_TEST((journal::sum_at(db, last.number) == last.sum));
  BOOST_TEST(!journal::sum_at(db, last.number + 1));
  BOOST_TEST(!failed);
  journal::stored_facts facts{db, 0};
  std::uint64_t number = 0;
  for (journal::fact_row row; facts.next(row);)
    BOOST_TEST(row.number == ++number);
  BOOST_TEST(number == run.fact_count());
  BOOST_TEST(!facts.failed());
}

// A reader of a live run takes what came since, whole packs of it.
BOOST_AUTO_TEST_CASE(a_live_journal_is_read_on) {
  journal::journal_options options;
  options.path = path;
  options.packed_from = 8;
  sample_writer writer{options, run};
  auto reader = journal::journal_reader::open(path);
  BOOST_REQUIRE(reader);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < run.steps.size(); i += 7) {
    auto end = std::min(i + 7, run.steps.size());
    auto written =
        i % 2 == 0 ? writer.append_together(i, end) : writer.append(i, end);
    auto more = (*reader)->more(*run.work);
    BOOST_REQUIRE(more);
    for (const auto& f : *more)
      texts.push_back(text_of(*run.work, f));
    BOOST_TEST(texts.size() == written);
  }
  BOOST_TEST(texts == run.texts, boost::test_tools::per_element());
}

// row 4: bit flips in what many facts were packed into
BOOST_AUTO_TEST_CASE(a_flipped_bit_of_a_pack_is_refused_with_its_facts) {
  write(8, 1000);
  auto size = number("select length(body) from pack order by first");
  BOOST_TEST_REQUIRE(size > 50);
  sqlite_connection db{path};
  auto facts = db.text("select 'one of the facts ' || first || ' to ' || last "
                       "from pack order by first")
                   .value_or("");
  BOOST_TEST(db.run("create table whole as select * from pack"));
  int tried = 0;
  for (std::int64_t at = 0; at < size; at += 1 + (size >> 6), ++tried) {
    auto byte = db.text(fmt::format("select hex(substr(body, {}, 1)) from "
                                    "whole order by first",
                                    at + 1))
                    .value_or("");
    BOOST_TEST(db.run(fmt::format(
                   "delete from pack; insert into pack select * from whole; "
                   "update pack set body = cast(substr(body, 1, {0}) || "
                   "x'{1:02x}' || substr(body, {0} + 2) as blob) "
                   "where first = (select min(first) from pack)",
                   at, std::stoul(byte, nullptr, 16) ^ (1u << at % 8))),
               db.error());
    auto found = read_journal(path, run);
    BOOST_TEST_REQUIRE(found.refused.has_value());
    BOOST_TEST(found.refused->detail.find(facts) != std::string::npos,
               found.refused->detail);
  }
  BOOST_TEST(tried > 40);
}

// A journal of an older tutti has no packs, and gets none.
BOOST_AUTO_TEST_CASE(a_journal_of_format_1_is_gone_on_with_as_it_is) {
  journal::journal_options options;
  options.path = path;
  options.format = 1;
  {
    sample_writer writer{options, run};
    writer.append(0, run.steps.size() / 3);
  }
  options.format = 2;
  options.packed_from = 1;
  auto on = go_on(options, run);
  BOOST_TEST(!on.refused);
  BOOST_TEST(on.acknowledged == run.fact_count());
  BOOST_TEST(read_journal(path, run).has_all(run.fact_count()));
  BOOST_TEST(number("pragma user_version") == 1);
}

BOOST_AUTO_TEST_SUITE_END()
