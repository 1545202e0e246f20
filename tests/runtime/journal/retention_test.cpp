// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/retention.hpp"

#include "tests/runtime/journal/made_run.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using journal::judged_run;
using journal::retention;
using journal::run_state;

namespace {

using indexes = std::vector<std::size_t>;

judged_run judged(run_state state, std::int64_t last, std::uint64_t size,
                  std::vector<std::string> digests = {}) {
  judged_run x;
  x.run.state = state;
  x.run.size_bytes = size;
  x.use.digests = std::move(digests);
  x.last_ns = last;
  return x;
}

/// Newest first, each of 10 bytes: a live one, two that have ended, one that
/// never began, one that was killed, one that ended.
std::vector<judged_run> several() {
  return {judged(run_state::live, 90, 10),
          judged(run_state::succeeded, 80, 10),
          judged(run_state::failed, 70, 10),
          judged(run_state::no_journal, 60, 10),
          judged(run_state::unfinished, 50, 10),
          judged(run_state::failed, 40, 10)};
}

indexes chosen(const retention& how, const std::vector<judged_run>& runs) {
  return journal::runs_to_remove(runs, {}, how, 100);
}

} // namespace

BOOST_AUTO_TEST_SUITE(journal_retention)

BOOST_AUTO_TEST_CASE(old_runs_go_but_live_and_killed_ones_stay) {
  retention how;
  how.age_max_ns = 25;
  BOOST_TEST((chosen(how, several()) == indexes{5, 3, 2}));
  how.unfinished = true;
  BOOST_TEST((chosen(how, several()) == indexes{5, 4, 3, 2}));
  how.age_max_ns = 0;
  BOOST_TEST((chosen(how, several()) == indexes{5, 4, 3, 2, 1}));
}

// §31: whatever cut it off, it can go on.
BOOST_AUTO_TEST_CASE(what_can_go_on_stays) {
  std::vector<judged_run> runs;
  for (auto x : {run_state::stopped, run_state::waiting, run_state::unfinished,
                 run_state::unreadable})
    runs.push_back(judged(x, 1, 10));
  for (bool unfinished : {false, true}) {
    retention how;
    how.unfinished = unfinished;
    how.keep = 0;
    BOOST_TEST(chosen(how, runs).size() == (unfinished ? 4u : 0u));
    how.age_max_ns = 0;
    BOOST_TEST(chosen(how, runs).size() == (unfinished ? 4u : 0u));
  }
}

BOOST_AUTO_TEST_CASE(the_oldest_go_until_the_rest_is_small_enough) {
  retention how;
  how.size_max = 45;
  BOOST_TEST((chosen(how, several()) == indexes{5, 3}));
  how.size_max = 60;
  BOOST_TEST(chosen(how, several()).empty());
  how.size_max = 0;
  BOOST_TEST((chosen(how, several()) == indexes{5, 3, 2, 1}));
}

BOOST_AUTO_TEST_CASE(the_newest_are_kept) {
  retention how;
  how.keep = 3;
  BOOST_TEST((chosen(how, several()) == indexes{5, 3})); // alone: all others go
  how.age_max_ns = 50;
  BOOST_TEST((chosen(how, several()) == indexes{5}));
  how.keep = 100;
  BOOST_TEST(chosen(how, several()).empty());
}

BOOST_AUTO_TEST_CASE(a_shared_artifact_counts_until_its_last_run_has_gone) {
  std::vector<judged_run> runs = {
      judged(run_state::succeeded, 80, 10, {"x"}),
      judged(run_state::succeeded, 70, 10, {"x", "y"}),
      judged(run_state::succeeded, 60, 10, {"y", "gone"})};
  journal::artifact_sizes store{{"x", 100}, {"y", 1000}};
  auto left = [&](std::uint64_t most) {
    retention how;
    how.size_max = most;
    return 3 - journal::runs_to_remove(runs, store, how, 100).size();
  };
  BOOST_TEST(left(1130) == 3u);
  BOOST_TEST(left(1129) == 2u); // 1120: y is still needed
  BOOST_TEST(left(1119) == 1u); // 110: x is
  BOOST_TEST(left(109) == 0u);
}

BOOST_AUTO_TEST_CASE(a_journal_names_the_artifacts_of_its_run) { // §12
  temporary_directory dir;
  attempt_details small;
  small.artifacts = {{"a.txt", std::string(64, 'a'), 3, false}};
  attempt_details large;
  large.payload = {7, 600, {~std::uint64_t{0}, 2}};
  made_run_options x;
  auto f = ended_attempt(0);
  f.details = std::make_shared<const attempt_details>(small);
  auto g = ended_attempt(1);
  g.details = std::make_shared<const attempt_details>(large);
  x.sessions = {{f, f, g, fact_of(fact_kind::run_started)}};
  make_run(dir, x);
  auto run = journal::find_run({dir.path(), "", ""});
  BOOST_REQUIRE(run);
  auto use = journal::artifacts_of(*run);
  BOOST_TEST((use.digests == std::vector{std::string(64, 'a')}));
  BOOST_REQUIRE(use.payloads.size() == 1u);
  BOOST_TEST((use.payloads[0] == large.payload));
  BOOST_TEST(!use.more);
  auto held = control::hold_run(run->path);
  BOOST_TEST(
      journal::artifacts_of(*journal::find_run({dir.path(), "", ""})).more);
}

BOOST_AUTO_TEST_CASE(when_a_run_began_is_told_by_its_id_too) {
  journal::run_entry x;
  x.id = "19700102-000001-abcd";
  BOOST_TEST(journal::used_since(x) == 86401'000'000'000);
  x.id = "mine";
  BOOST_TEST(journal::used_since(x) == 0);
  x.started_ns = 5;
  BOOST_TEST(journal::used_since(x) == 5);
}

BOOST_AUTO_TEST_SUITE_END()
