// SPDX-License-Identifier: BSD-3-Clause
// The second witness beside a journal: what was promised is missed, what was
// not is not.
#include "runtime/journal/head_file.hpp"

#include "tests/runtime/journal/sample_journal.hpp"
#include "tests/support/sqlite_connection.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>

using namespace tutti;
using namespace tutti::test;
using journal::durability;

namespace {

namespace fs = std::filesystem;

struct head_fixture {
  [[nodiscard]] journal::journal_options options(durability how) const {
    journal::journal_options result;
    result.path = path;
    result.how = how;
    return result;
  }

  /// Writes the whole run, and puts back what was there after its half. The
  /// head stays: it is what a power loss may leave.
  void write_and_lose_half(durability how) const {
    {
      sample_writer writer{options(how), run};
      BOOST_TEST_REQUIRE(writer.file);
      writer.append(0, run.steps.size() / 2);
      writer.file.reset();
      fs::copy_file(path, folder / "half.db");
    }
    auto on = go_on(options(how), run);
    BOOST_TEST_REQUIRE(on.acknowledged == run.fact_count());
    fs::copy_file(folder / "half.db", path,
                  fs::copy_options::overwrite_existing);
    fs::remove(path + "-wal");
    fs::remove(path + "-shm");
  }

  [[nodiscard]] std::string refused() const {
    auto found = read_journal(path, run);
    if (!found.refused)
      return {};
    BOOST_TEST((found.refused->code == exit_code::journal));
    return found.refused->detail;
  }

  temporary_directory folder;
  std::string path = folder / "journal.db";
  sample_run run{1, 4, 30};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_journal_head, head_fixture)

// row 4: a stale copy
BOOST_AUTO_TEST_CASE(what_was_promised_is_missed) {
  write_and_lose_half(durability::full);
  BOOST_TEST(refused().find("was durable") != std::string::npos, refused());
}

// row 3: power loss, twice. What `normal` may lose is no damage, not even after
// a session that began, with `full`, and came to nothing.
BOOST_AUTO_TEST_CASE(what_was_not_promised_is_not_missed) {
  write_and_lose_half(durability::normal);
  auto half = read_journal(path, run);
  BOOST_TEST(!half.refused, refused());
  BOOST_TEST(half.same);
  auto nothing = run;
  nothing.steps.clear();
  BOOST_TEST(!go_on(options(durability::full), nothing).refused);
  BOOST_TEST(refused() == "");
  BOOST_TEST(!go_on(options(durability::full), run).refused);
  BOOST_TEST(read_journal(path, run).has_all(run.fact_count()));
}

// row 4: another journal of the same run, as long or longer
BOOST_AUTO_TEST_CASE(another_fact_in_the_place_of_a_promised_one_is_noticed) {
  write_and_lose_half(durability::full);
  auto head = folder.read("journal.db-head");
  fs::remove(path + "-head");
  auto other = run;
  for (auto& step : other.steps) {
    auto facts = step.facts.get();
    for (auto& f : facts)
      f.at += std::chrono::seconds(1);
    step.facts = std::move(facts);
  }
  BOOST_TEST(go_on(options(durability::full), other).acknowledged
             == run.fact_count());
  BOOST_TEST(static_cast<bool>(journal::journal_reader::open(path)));
  folder.write("journal.db-head", head);
  BOOST_TEST(refused().find("is another than the one that was durable")
                 != std::string::npos,
             refused());
}

// row 4: the facts that a session went on from are gone, and the head with them
BOOST_AUTO_TEST_CASE(a_session_that_begins_behind_the_end_is_noticed) {
  sample_writer{options(durability::full), run}.append_all();
  auto nothing = run;
  nothing.steps.clear();
  BOOST_TEST(!go_on(options(durability::full), nothing).refused);
  fs::remove(path + "-head");
  BOOST_TEST(refused() == "");
  BOOST_TEST(sqlite_connection{path}.run(
      "delete from fact where number = (select max(number) from fact)"));
  BOOST_TEST(refused().find("session 2") != std::string::npos, refused());
}

BOOST_AUTO_TEST_SUITE_END()
