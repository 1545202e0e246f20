// SPDX-License-Identifier: BSD-3-Clause
// Results of a journal whose large parts are gone (row 4 of the fault
// catalogue: a missing part, a flipped bit).
#include "runtime/journal/lost_results.hpp"

#include "runtime/artifacts/payload_file.hpp"
#include "runtime/artifacts/store.hpp"
#include "runtime/artifacts/sweep.hpp"
#include "tests/runtime/journal/made_run.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

using namespace tutti;
using namespace tutti::test;

namespace {

namespace fs = std::filesystem;

/// Task 0 has an artifact, task 1 a payload that names another, task 2 neither.
struct kept_fixture {
  kept_fixture() {
    attempt_details small;
    small.artifacts = {take_in("small")};
    attempt_details large;
    large.outputs = {{"k", make_text(std::string(3000, 'v'))}};
    large.artifacts = {take_in("large")};
    artifacts::payload_file file{where.payloads};
    attempt_details rest;
    rest.payload =
        file.keep({1, std::make_shared<const attempt_details>(large)}).payload;
    artifact_of = {small.artifacts[0], large.artifacts[0]};
    for (const auto& x : {small, rest, attempt_details{}}) {
      auto f = ended_attempt(static_cast<std::uint32_t>(facts.size()));
      f.details = std::make_shared<const attempt_details>(x);
      facts.push_back(std::move(f));
    }
  }

  artifact take_in(const std::string& name) const {
    dir.write("made/" + name, "this is " + name);
    capture_artifacts x;
    x.directory = dir / "made";
    x.patterns = {name};
    return artifacts::store{where.artifacts}.capture(x).artifacts.at(0);
  }

  [[nodiscard]] std::string stored(const artifact& x) const {
    return "artifacts/" + x.digest.substr(0, 2) + "/" + x.digest.substr(2);
  }

  [[nodiscard]] std::vector<std::uint32_t> lost() const {
    std::vector<std::uint32_t> result;
    for (const auto& x : journal::lost_results(facts, where)) {
      BOOST_TEST(!x.why.empty());
      result.push_back(x.task.value);
    }
    return result;
  }

  using tasks = std::vector<std::uint32_t>;

  temporary_directory dir;
  journal::result_files where{dir / "payloads", dir / "artifacts"};
  std::vector<artifact> artifact_of;
  std::vector<fact> facts;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(journal_lost_results, kept_fixture)

BOOST_AUTO_TEST_CASE(what_is_there_is_not_lost) {
  BOOST_TEST(lost().empty());
}

BOOST_AUTO_TEST_CASE(a_missing_file_loses_its_task) {
  fs::remove(dir / stored(artifact_of[0]));
  BOOST_TEST((lost() == tasks{0}));
  fs::remove(dir / stored(artifact_of[1])); // only its payload names it
  BOOST_TEST((lost() == tasks{0, 1}));
  fs::remove_all(where.artifacts);
  BOOST_TEST((lost() == tasks{0, 1}));
  BOOST_TEST(journal::lost_results(facts, where)[0].why.find("small")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_damaged_payload_loses_its_task) {
  auto size = fs::file_size(where.payloads);
  {
    std::fstream file{where.payloads,
                      std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(1500);
    file.put('Q');
  }
  BOOST_TEST((lost() == tasks{1}));
  fs::resize_file(where.payloads, size - 1);
  BOOST_TEST((lost() == tasks{1}));
  fs::remove(where.payloads);
  BOOST_TEST((lost() == tasks{1}));
}

BOOST_AUTO_TEST_CASE(only_results_that_stand_count) { // §17
  fs::remove_all(where.artifacts);
  fs::remove(where.payloads);
  auto again = facts[0];
  again.details = nullptr;
  facts.push_back(fact_of(fact_kind::version_started, 0));
  facts.push_back(again);
  BOOST_TEST((lost() == tasks{1}));
  facts.push_back(fact_of(fact_kind::task_retried, 1));
  BOOST_TEST(lost().empty());
}

BOOST_AUTO_TEST_CASE(a_file_of_the_store_is_read_to_its_end) {
  const auto& x = artifact_of[0];
  BOOST_TEST(artifacts::check_stored(where.artifacts, x.digest) == "");
  auto path = dir / stored(x);
  fs::permissions(path, fs::perms::owner_all);
  dir.write(stored(x), "THIS IS small");
  BOOST_TEST(artifacts::is_stored(where.artifacts, x)); // by its size
  auto why = artifacts::check_stored(where.artifacts, x.digest);
  BOOST_TEST(why.find("is not as it was kept") != std::string::npos, why);
  fs::remove(path);
  BOOST_TEST(!artifacts::is_stored(where.artifacts, x));
  BOOST_TEST(artifacts::check_stored(where.artifacts, x.digest) != "");
  BOOST_TEST(artifacts::check_stored(where.artifacts, "") != "");
}

BOOST_AUTO_TEST_SUITE_END()
