// SPDX-License-Identifier: BSD-3-Clause
// The journal of a run on a disk whose power is lost at any of its changes, and
// that goes on then (semantics §30, §31).
#include "tests/runtime/journal/sample_journal.hpp"
#include "tests/support/long_suite.hpp"
#include "tests/support/lossy_vfs.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <string>

using namespace tutti;
using namespace tutti::test;
using journal::durability;

namespace {

constexpr const char* path = "/run/journal.db";

journal::journal_options options(const lossy_vfs& vfs, durability how) {
  journal::journal_options result;
  result.path = path;
  result.how = how;
  result.vfs = vfs.name();
  result.has_head = false;
  return result;
}

struct table {
  std::uint64_t points = 0;   ///< changes at which the program died
  std::uint64_t resumes = 0;  ///< after as many power losses
  std::uint64_t lost = 0;     ///< where an acknowledged fact was gone
  std::uint64_t diverged = 0; ///< where other facts were there
  std::uint64_t refused = 0;  ///< where something was acknowledged
  std::set<std::string> why;  ///< how what was never acknowledged is refused
  std::string first;          ///< what was wrong first, for the message

  void add(const table& x) {
    points += x.points;
    resumes += x.resumes;
    lost += x.lost;
    diverged += x.diverged;
    refused += x.refused;
    why.insert(x.why.begin(), x.why.end());
    if (first.empty())
      first = x.first;
  }
  void print(const char* name) const {
    BOOST_TEST_MESSAGE(name << ": " << points << " points, " << resumes
                            << " resumes, " << lost << " lost, " << diverged
                            << " diverged, " << refused << " refused "
                            << first);
  }
};

/// Looks at what is left, and goes on with it to the end of the run.
void resume(lossy_vfs& vfs, durability how, const sample_run& run,
            std::uint64_t acknowledged, table& t) {
  ++t.resumes;
  auto left = read_journal(path, run, vfs.name());
  if (left.refused) {
    // A journal whose making was not over says so; nothing rests on it.
    const auto& why = left.refused->detail;
    if (acknowledged > 0 && t.first.empty())
      t.first = why;
    t.refused += acknowledged > 0 ? 1 : 0;
    if (acknowledged == 0)
      t.why.insert(why);
    return;
  }
  t.lost += left.facts < acknowledged ? 1 : 0;
  t.diverged += left.same && left.whole_steps ? 0 : 1;
  auto on = go_on(options(vfs, how), run);
  auto end = read_journal(path, run, vfs.name());
  if (on.refused || !end.has_all(run.fact_count())) {
    ++t.diverged;
    if (t.first.empty())
      t.first = on.refused ? on.refused->detail : "it does not go on";
  }
}

/// The program dies at change `n`; then the power is lost in several ways.
/// False: it had fewer changes.
bool lose_power_at(std::uint64_t n, durability how, disk_traits traits,
                   const sample_run& run, table& t) {
  lossy_vfs vfs{{"lossy", false, traits}};
  for (auto moment : {fate::kind::die_before, fate::kind::die_midway,
                      fate::kind::die_after}) {
    vfs.boot(lossy_disk{traits});
    vfs.on_change(die_at(n, moment));
    auto acknowledged = sample_writer{options(vfs, how), run}.append_all();
    if (!vfs.dead())
      return false;
    ++t.points;
    auto at_death = vfs.disk();
    for (std::uint64_t seed = 0; seed < (is_long() ? 20 : 1); ++seed)
      for (auto left : {loss::everything, loss::some, loss::garbage}) {
        vfs.boot(at_death);
        vfs.lose_power(left, n * 1000 + seed);
        resume(vfs, how, run, acknowledged, t);
      }
  }
  return true;
}

table lose_power_everywhere(durability how) {
  table sum;
  sample_run run{1, is_long() ? 12u : 4u, 30};
  for (bool powersafe : {false, true}) {
    if (!powersafe && how != durability::full && !is_long())
      continue;
    for (std::uint64_t n = 1; lose_power_at(n, how, {powersafe}, run, sum); ++n)
      ;
  }
  return sum;
}

/// The power is lost in the middle of a run, and again at each change that the
/// resumed run makes.
table lose_power_twice(disk_traits traits) {
  table t;
  sample_run run{1, 4u, 30};
  lossy_vfs vfs{{"lossy", false, traits}};
  auto how = options(vfs, durability::full);
  sample_writer{how, run}.append_all();
  auto changes = vfs.changes();
  for (std::uint64_t k = 1; k <= 5; ++k) {
    vfs.boot(lossy_disk{traits});
    vfs.on_change(die_at(changes * k / 6, fate::kind::die_midway));
    auto acknowledged = sample_writer{how, run}.append_all();
    vfs.lose_power(loss::garbage, k);
    auto torn = vfs.disk();
    for (std::uint64_t j = 1;; ++j) {
      vfs.boot(torn);
      vfs.on_change(die_at(j, fate::kind::die_midway));
      auto more = go_on(how, run).acknowledged;
      if (!vfs.dead())
        break;
      ++t.points;
      vfs.lose_power(loss::garbage, j);
      resume(vfs, durability::full, run, std::max(acknowledged, more), t);
    }
  }
  return t;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_journal_power_loss)

// row 3: power loss. §30: what was acknowledged is there, and nothing else.
BOOST_AUTO_TEST_CASE(full_keeps_every_acknowledged_fact) {
  auto t = lose_power_everywhere(durability::full);
  t.print("full");
  BOOST_TEST(t.resumes > 1000u);
  BOOST_TEST(t.lost == 0u);
  BOOST_TEST(t.diverged == 0u);
  BOOST_TEST(t.refused == 0u, t.first);
  for (const auto& x : t.why)
    BOOST_TEST((x.find("its run never began") != x.npos
                || x.find("it is not there") != x.npos),
               x);
}

// row 3: power loss. The last facts may be missing; what is there is right.
BOOST_AUTO_TEST_CASE(normal_may_lose_the_last_facts_and_goes_on) {
  auto t = lose_power_everywhere(durability::normal);
  t.print("normal");
  BOOST_TEST(t.lost > 0u);
  BOOST_TEST(t.diverged == 0u);
  BOOST_TEST(t.refused == 0u, t.first);
}

// row 3: power loss. Whatever is left: never other facts than those of the run.
BOOST_AUTO_TEST_CASE(off_may_lose_all_and_never_runs_on_wrong_facts) {
  auto t = lose_power_everywhere(durability::off);
  t.print("off");
  BOOST_TEST(t.refused + t.lost > 0u);
  BOOST_TEST(t.diverged == 0u, t.first);
}

// row 2: every change of the recovery, for five losses before it
BOOST_AUTO_TEST_CASE(recovery_can_be_interrupted_everywhere) {
  for (bool powersafe : {true, false}) {
    auto t = lose_power_twice({powersafe});
    t.print(powersafe ? "twice" : "twice, harming whole sectors");
    BOOST_TEST(t.points > 50u);
    BOOST_TEST(t.lost == 0u);
    BOOST_TEST(t.diverged == 0u, t.first);
    BOOST_TEST(t.refused == 0u, t.first);
  }
}

BOOST_AUTO_TEST_SUITE_END()
