// SPDX-License-Identifier: BSD-3-Clause
// Journals of every format that was ever released are read and gone on with
// (row 33: version skew). tests/data/journals/FORMAT/ has the journal of a run
// that was killed while `two` ran, and its plan.
#include "tests/e2e/run_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

using namespace tutti::test;

BOOST_FIXTURE_TEST_SUITE(e2e_golden, run_fixture)

BOOST_AUTO_TEST_CASE(a_journal_of_format_1_is_gone_on_with) {
  namespace fs = std::filesystem;
  fs::path golden{TUTTI_TEST_DATA "/journals/format-1"};
  auto run = fs::path{dir / ".tutti/runs/golden"};
  fs::create_directories(run);
  fs::copy_file(golden / "journal.db", run / "journal.db");
  fs::copy_file(golden / "tutti.yaml", dir / "tutti.yaml");
  dir.write("go", "");
  auto x = tutti({"run", "tutti.yaml", "--plain", "--resume=golden", "--json",
                  "report.json"});
  BOOST_TEST(x.status == 0, x.out + x.err);
  auto report = json::parse(std::ifstream{dir / "report.json"});
  for (const auto& t : report["tasks"])
    BOOST_TEST(t["status"] == "succeeded", t.dump());
  // Only what ran when it was killed, and what came after, was executed.
  auto done = lines("count");
  BOOST_TEST(done.size() == 3u);
  auto input = json::parse(std::ifstream{dir / "input"});
  BOOST_TEST(input["needs"].contains("two"));
}

BOOST_AUTO_TEST_SUITE_END()
