// SPDX-License-Identifier: BSD-3-Clause
// Each tests/data/scenarios/play/NAME.yaml, played, gives what NAME.txt says.
// TUTTI_REWRITE=1 writes the .txt files anew; then read them.
#include "config/scenario_loader.hpp"
#include "runtime/play/outcome.hpp"
#include "tests/support/folders.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace tutti;

namespace {

namespace fs = std::filesystem;

fs::path folder() {
  return fs::path{test::data_path()} / "scenarios" / "play";
}

std::vector<std::string> names() {
  std::vector<std::string> result;
  for (const auto& x : fs::directory_iterator{folder()})
    if (x.path().extension() == ".yaml")
      result.push_back(x.path().stem().string());
  std::sort(result.begin(), result.end());
  return result;
}

std::string content_of(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::ostringstream result;
  result << file.rdbuf();
  return result.str();
}

config::scenario_result load(const std::string& name) {
  return config::load_scenarios({name + ".yaml",
                                 folder().string(),
                                 content_of(folder() / (name + ".yaml")),
                                 {}});
}

play::scenario_outcome play_one(const config::scenario& story,
                                const config::source_text& source,
                                play::seed_range seeds) {
  return play::play_all(story, source, seeds, {}, [] {
    return true;
  });
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_play_golden)

BOOST_DATA_TEST_CASE(each_is_told_as_written, names(), name) {
  auto loaded = load(name);
  BOOST_REQUIRE_MESSAGE(
      !loaded.values.empty(),
      config::render(loaded.diagnostics, loaded.source, false));
  std::string shown;
  for (const auto& x : loaded.values)
    shown +=
        play::outcome_text(play_one(x, loaded.source, {0, x.seeds, false}), {});
  auto expected = folder() / (name + ".txt");
  if (std::getenv("TUTTI_REWRITE") != nullptr)
    std::ofstream{expected, std::ios::binary} << shown;
  BOOST_TEST(shown == content_of(expected));
}

/// What holds in the order in which messages are sent holds in any.
BOOST_AUTO_TEST_CASE(what_holds_holds_in_every_order) {
  for (const auto* name : {"faults", "expectations", "nodes"}) {
    auto loaded = load(name);
    for (const auto& x : loaded.values) {
      auto outcome = play_one(x, loaded.source, {0, 100, false});
      BOOST_TEST(!outcome.failed, play::outcome_text(outcome, {}));
    }
  }
}

/// rule 8: the same scenario and seed give the same facts, to the byte.
BOOST_AUTO_TEST_CASE(the_same_seed_plays_the_same) {
  for (const auto* name : {"faults", "nodes"}) {
    auto loaded = load(name);
    for (const auto& x : loaded.values)
      for (std::uint64_t seed : {0, 1, 17}) {
        play::play_options how;
        how.seed = seed;
        auto a = play::play_scenario(x, how);
        auto b = play::play_scenario(x, how);
        BOOST_TEST(play::trace_lines(x, a.facts)
                       == play::trace_lines(x, b.facts),
                   boost::test_tools::per_element());
        BOOST_TEST(a.facts.size() == b.facts.size());
        BOOST_TEST(a.messages == b.messages);
      }
  }
}

BOOST_AUTO_TEST_CASE(a_failure_is_shrunk_to_the_deeds_that_it_needs) {
  auto loaded = config::load_scenarios({"x.yaml",
                                        "/",
                                        R"(scenario: x
plan: { agents: { sam: {}, morgan: {} }, tasks: { crud: { agent: morgan }, forms: { agent: sam } } }
work: { crud: 10m, forms: 10m }
timeline:
  - { at: +1m, do: { crash: sam, back-after: 1m } }
  - { at: +1m, do: { crash: morgan, back-after: 1m } }
end: { attempts: { crud: 1 } }
)",
                                        {}});
  BOOST_REQUIRE(loaded.values.size() == 1u);
  auto outcome = play_one(loaded.values[0], loaded.source, {0, 1, false});
  BOOST_REQUIRE(outcome.failed);
  play::shrink(outcome, {});
  BOOST_REQUIRE(outcome.needs);
  BOOST_REQUIRE(outcome.needs->size() == 1u);
  auto where = outcome.needs->front();
  BOOST_TEST(loaded.source.position(where.offset).line == 6u);
}

BOOST_AUTO_TEST_SUITE_END()
