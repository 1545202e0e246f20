// SPDX-License-Identifier: BSD-3-Clause
// What is on disk before anything rests on it (§30; row 3: power loss), as the
// syncs of a whole run say. Those of the journal itself are tested with a disk
// of their own.
#include "tests/e2e/run_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <set>
#include <string>
#include <vector>

using namespace tutti::test;

namespace {

struct sync_fixture : run_fixture {
  /// What a run synced, below the folder of the test.
  std::set<std::string> synced(std::vector<std::string> args = {}) const {
    args.insert(args.begin(), {"run", "--plain"});
    auto how = options(args);
    how.path = std::getenv("TUTTI_SYNCING_BINARY");
    how.env.push_back("SYNC_LOG=" + (dir / "syncs"));
    dir.write("syncs", "");
    auto x = run_program(how);
    BOOST_TEST(x.status == 0, x.err);
    std::set<std::string> result;
    for (const auto& line : lines("syncs"))
      if (line.starts_with(dir.path()))
        result.insert(line == dir.path() ? "."
                                         : line.substr(dir.path().size() + 1));
    return result;
  }

  /// A result that is too large for a row, and an artifact.
  void write_plan() const {
    dir.write("tutti.yaml", R"(
tasks:
  a:
    artifacts: f
    run: |
      echo content > f
      printf 'k=%3000s\n' v >> "$TUTTI_OUTPUT"
)");
  }

  [[nodiscard]] static bool has_payloads(const std::set<std::string>& all) {
    for (const auto& x : all)
      if (x.ends_with("/payloads"))
        return true;
    return false;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_durable, sync_fixture,
                         *boost::unit_test::precondition([](auto) {
                           return std::getenv("TUTTI_SYNCING_BINARY")
                               != nullptr;
                         }))

BOOST_AUTO_TEST_CASE(a_new_state_directory_is_durable) {
  write_plan();
  auto all = synced();
  BOOST_TEST(all.contains("."));           // it has .tutti
  BOOST_TEST(all.contains(".tutti"));      // it has runs, and artifacts
  BOOST_TEST(all.contains(".tutti/runs")); // it has the run
  bool journal = false;
  for (const auto& x : all)
    journal = journal || x.starts_with(".tutti/runs/");
  BOOST_TEST(journal);
}

// `normal` may lose the last moments, not a result that it remembers.
BOOST_AUTO_TEST_CASE(a_payload_is_as_durable_as_what_names_it) {
  write_plan();
  BOOST_TEST(has_payloads(synced()));
  BOOST_TEST(has_payloads(synced({"--durability", "normal"})));
  BOOST_TEST(!has_payloads(synced({"--durability", "off"})));
}

// One that was killed may have renamed the file, and no more.
BOOST_AUTO_TEST_CASE(an_artifact_that_is_found_again_is_durable) {
  write_plan();
  synced();
  auto again = synced();
  bool found = false;
  for (const auto& x : again)
    found = found || x.starts_with(".tutti/artifacts/");
  BOOST_TEST(found);
  BOOST_TEST(again.contains(".tutti/artifacts"));
}

BOOST_AUTO_TEST_SUITE_END()
