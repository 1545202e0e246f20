// SPDX-License-Identifier: BSD-3-Clause
// Proof that the search for broken rules finds bugs: the sources that have a
// mutant (messages/mutant.hpp) are compiled into this program with it. Each
// mutant is let loose on the seeds that CI plays, and on nothing else: no
// scenario and no seed was made for it.
//
// TUTTI_TEST_LONG=1 plays all seeds with each mutant, and counts.
#include "config/scenario_loader.hpp"
#include "messages/mutant.hpp"
#include "runtime/play/explore.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace tutti;

namespace {

/// As tests/runtime/play/explore_test.cpp plays them.
constexpr std::uint64_t seeds_of_ci = 300;

constexpr std::array<std::string_view, 12> mutants{
    "need_met_by_any_end",   "stale_result_counts",   "trigger_dropped",
    "wait_keeps_slot",       "approver_counts_twice", "no_doubt",
    "crash_uses_retry",      "handoff_taken_twice",   "revoke_ignored",
    "leaves_before_durable", "fact_loses_version",    "frame_delivered_twice",
};

/// One seed's outcome; of a program that died, how.
struct finding {
  std::uint64_t seed = 0; ///< 0: none
  std::string rule;
};

struct tally {
  finding first;
  std::uint64_t found = 0; ///< seeds that found something
};

/// What goes through the pipe, for each seed that is begun or ended.
struct word {
  std::uint64_t seed = 0;
  bool ended = false;
  char rule[120] = {};
};

[[noreturn]] void play_in_child(int to, std::uint64_t first, std::uint64_t last,
                                bool all) {
  rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  int nowhere = ::open("/dev/null", O_WRONLY);
  ::dup2(nowhere, STDERR_FILENO);
  // Boost's handlers would go on with the tests here.
  for (int s : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL})
    ::signal(s, SIG_DFL);
  auto tell = [to](const word& w) {
    if (::write(to, &w, sizeof w) != sizeof w)
      ::_exit(2);
  };
  for (auto seed = first; seed <= last; ++seed) {
    word w;
    w.seed = seed;
    tell(w);
    auto x = play::explore(seed, {});
    w.ended = true;
    if (!x.passed())
      std::strncpy(w.rule, x.violations[0].text.c_str(), sizeof w.rule - 1);
    tell(w);
    if (!x.passed() && !all)
      break;
  }
  ::_exit(0);
}

/// Plays seeds in a process of its own from `first` on, until it ends or dies;
/// returns the next seed to play.
std::uint64_t play_some(std::uint64_t first, bool all, tally& to) {
  int ends[2];
  BOOST_REQUIRE(::pipe(ends) == 0);
  auto child = ::fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) {
    ::close(ends[0]);
    play_in_child(ends[1], first, seeds_of_ci, all);
  }
  ::close(ends[1]);
  word w;
  auto note = [&to](std::uint64_t seed, std::string rule) {
    if (to.found++ == 0)
      to.first = {seed, std::move(rule)};
  };
  for (word next; ::read(ends[0], &next, sizeof next) == sizeof next;) {
    w = next;
    if (w.ended && w.rule[0] != '\0')
      note(w.seed, w.rule);
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) != 0))
    note(w.seed, "the program died: one of its own assertions");
  return w.seed + 1;
}

tally play_all(bool all) {
  tally result;
  for (std::uint64_t next = 1;
       next <= seeds_of_ci && (all || result.found == 0);)
    next = play_some(next, all, result);
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(mutants_are_found)

BOOST_AUTO_TEST_CASE(without_a_mutant_all_seeds_are_clean) {
  auto x = play_all(true);
  BOOST_TEST(x.found == 0u, x.first.seed << ": " << x.first.rule);
}

BOOST_AUTO_TEST_CASE(with_each_some_seed_fails) {
  bool all = std::getenv("TUTTI_TEST_LONG") != nullptr;
  std::string table =
      fmt::format("{:<22} {:>10}  {}{}\n", "mutant", "first seed",
                  all ? "of 300  " : "", "what it breaks there");
  for (auto name : mutants) {
    living_mutant = name;
    auto x = play_all(all);
    living_mutant = {};
    table +=
        fmt::format("{:<22} {:>10}  {}{}\n", name, x.first.seed,
                    all ? fmt::format("{:>6}  ", x.found) : "", x.first.rule);
    BOOST_TEST(x.found > 0u, "no seed finds " << name);
  }
  BOOST_TEST_MESSAGE(table);
}

namespace {

/// The first seed of CI that a mutant that kills nobody fails.
play::explored first_failure(std::string_view mutant) {
  living_mutant = mutant;
  for (std::uint64_t seed = 1; seed <= seeds_of_ci; ++seed)
    if (auto x = play::explore(seed, {}); !x.passed())
      return x;
  BOOST_FAIL("no seed finds " << mutant);
  return {};
}

std::string rule_of(const play::explored& x) {
  const auto& text = x.violations.at(0).text;
  return text.substr(0, text.find(':'));
}

} // namespace

BOOST_AUTO_TEST_CASE(what_is_found_is_shrunk_to_a_small_story) {
  for (auto name : {"handoff_taken_twice", "approver_counts_twice",
                    "need_met_by_any_end", "trigger_dropped"}) {
    auto found = first_failure(name);
    auto small = play::shrink(found);
    const auto& x = small.smallest;
    BOOST_TEST_MESSAGE(name << ": " << found.played.work->tasks.size()
                            << " tasks and " << found.played.faults.size()
                            << " faults became " << x.played.work->tasks.size()
                            << " and " << x.played.faults.size() << " in "
                            << small.plays << " plays\n"
                            << play::scenario_text(x));
    BOOST_TEST(rule_of(x) == rule_of(found));
    BOOST_TEST(x.played.work->tasks.size() <= 5u);
    BOOST_TEST(x.played.faults.size() <= 2u);
    // Played again it breaks the same, and without the mutant nothing.
    BOOST_TEST(rule_of(play::explore(x.played)) == rule_of(x));
    living_mutant = {};
    BOOST_TEST(play::explore(x.played).passed(),
               play::explored_text(play::explore(x.played)));
    auto loaded =
        config::load_scenarios({"small.yaml", "/", play::scenario_text(x)});
    BOOST_TEST(loaded.values.size() == 1u,
               config::render(loaded.diagnostics, loaded.source, false));
  }
}

BOOST_AUTO_TEST_SUITE_END()
