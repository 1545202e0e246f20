// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/player.hpp"

#include "config/plan_loader.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

using namespace tutti;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<const plan> plan_of(const std::string& text) {
  config::load_options how;
  how.read_files = false;
  auto loaded = config::load_plan({"plan.yaml", "/", text}, how);
  BOOST_REQUIRE_MESSAGE(
      loaded.value, config::render(loaded.diagnostics, loaded.source, false));
  return std::make_shared<const plan>(*loaded.value);
}

config::scenario story_of(const std::string& text) {
  config::scenario result;
  result.name = "a story";
  result.work = plan_of(text);
  return result;
}

const std::string login = R"(
name: login
agents: { morgan: {}, sam: {} }
tasks:
  auth-actions: { agent: morgan, estimate: 15m }
  login-page: { agent: sam, needs-later: auth-actions, integrate: { run: ./wire.sh, estimate: 3m }, estimate: 1m }
  layouts: { agent: sam, estimate: 4m }
  navigation: { agent: sam, estimate: 5m }
  forms: { agent: sam, estimate: 10m }
)";

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_play_player)

BOOST_AUTO_TEST_CASE(a_plan_is_played_to_its_end) {
  auto story = story_of(login);
  auto result = play::play_scenario(story, {});
  BOOST_TEST(result.failures.size() == 0u);
  BOOST_REQUIRE(result.end);
  BOOST_TEST((result.end->status == run_status::succeeded));
  BOOST_TEST((result.end->at == 23min));
}

BOOST_AUTO_TEST_CASE(a_crash_and_a_kill) {
  auto story = story_of(login);
  config::scripted_step x;
  x.at = {config::moment_kind::percent, {}, 0, 0, 50};
  config::deed d;
  d.agent = 0;
  d.span = 2min;
  x.deeds.push_back(d);
  story.timeline.push_back(x);
  x.at = {config::moment_kind::later, 5min};
  x.deeds[0].kind = config::deed_kind::kill_run;
  x.deeds[0].span = 30s;
  story.timeline.push_back(x);
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    play::play_options how;
    how.seed = seed;
    auto result = play::play_scenario(story, how);
    for (const auto& f : result.failures)
      BOOST_TEST_MESSAGE(f.text);
    BOOST_TEST(result.failures.size() == 0u);
    BOOST_REQUIRE(result.end);
    BOOST_TEST((result.end->status == run_status::succeeded));
    BOOST_TEST_MESSAGE(result.end->at.count() / 1e9 / 60);
  }
}

BOOST_AUTO_TEST_SUITE_END()
