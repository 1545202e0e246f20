// SPDX-License-Identifier: BSD-3-Clause
// Journals of every format that was ever released are read and gone on with
// (row 33: version skew). tests/data/journals/FORMAT/ has the journal of a run
// that was killed while `two` ran, and its plan. FORMAT-other-words/ has the
// same, as a release would have made it whose words have other numbers, and
// that did not know run-resumed, plan-replaced, result-kept and deadline-over.
#include "tests/e2e/run_fixture.hpp"
#include "tests/support/folders.hpp"
#include "tests/support/sqlite_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

using namespace tutti::test;

namespace {

namespace fs = std::filesystem;

struct golden_fixture : run_fixture {
  void put(const std::string& name) const {
    fs::path all{tutti::test::data_path("/journals")};
    auto run = fs::path{dir / ".tutti/runs/golden"};
    fs::create_directories(run);
    fs::copy_file(all / name / "journal.db", run / "journal.db");
    fs::copy_file(all / "format-1/tutti.yaml", dir / "tutti.yaml");
    dir.write("go", "");
  }

  void go_on() const {
    auto x = tutti({"run", "tutti.yaml", "--plain", "--resume=golden", "--json",
                    "report.json"});
    BOOST_TEST(x.status == 0, x.out + x.err);
    auto report = json::parse(std::ifstream{dir / "report.json"});
    for (const auto& t : report["tasks"])
      BOOST_TEST(t["status"] == "succeeded", t.dump());
    // Only what ran when it was killed, and what came after, was executed.
    BOOST_TEST(lines("count").size() == 3u);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_golden, golden_fixture)

BOOST_AUTO_TEST_CASE(a_journal_of_format_1_is_gone_on_with) {
  put("format-1");
  go_on();
  auto input = json::parse(std::ifstream{dir / "input"});
  BOOST_TEST(input["needs"].contains("two"));
  go_on();
}

// What is appended is said in the words of who made the journal, and in those
// that are added: whoever reads it next finds all of it.
BOOST_AUTO_TEST_CASE(a_journal_with_other_words_is_gone_on_with) {
  put("format-1-other-words");
  go_on();
  go_on(); // it prints its end again
  auto doctor = tutti({"doctor"});
  BOOST_TEST(doctor.status == 0, doctor.out);
  sqlite_connection db{dir / ".tutti/runs/golden/journal.db"};
  BOOST_TEST(db.number("SELECT count(*) FROM facts").value_or(0)
             == db.number("SELECT count(*) FROM fact").value_or(-1));
  BOOST_TEST(db.text("SELECT kind FROM facts WHERE number = (SELECT first_fact "
                     "FROM session WHERE number = 2)")
                 .value_or("")
             == "run-resumed");
  BOOST_TEST(
      db.text("SELECT status FROM facts WHERE kind = 'run-ended'").value_or("")
      == "succeeded");
}

BOOST_AUTO_TEST_SUITE_END()
