// SPDX-License-Identifier: BSD-3-Clause
// `tutti play`, as a user.
#include "tests/e2e/run_fixture.hpp"
#include "tests/support/json_schema.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <fstream>
#include <string>
#include <thread>

using namespace tutti::test;

namespace {

constexpr const char* story = R"(scenario: forms take ten minutes
plan: { agents: { sam: {} }, tasks: { forms: { agent: sam } } }
work: { forms: 10m }
seeds: 3
timeline:
  - { at: forms done, expect: { clock: "00:10" } }
end: { run: succeeded, took: 10m }
---
scenario: forms take nine minutes
plan: { agents: { sam: {} }, tasks: { forms: { agent: sam } } }
work: { forms: 10m }
end: { took: 9m }
)";

/// As /proc says it: 'T' is stopped by a signal.
char state_of(int pid) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
  std::string text;
  std::getline(file, text);
  auto at = text.rfind(')');
  return at == std::string::npos || at + 2 >= text.size() ? '?' : text[at + 2];
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_play, run_fixture)

BOOST_AUTO_TEST_CASE(a_scenario_that_holds) {
  dir.write("story.yaml", story);
  auto x = tutti({"play", "story.yaml", "--only", "forms take ten minutes"});
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(x.out.starts_with("ok    forms take ten minutes  10m 00s  "
                               "(3 orders)\n1 scenario: all hold, 3 orders, "),
             x.out);
  BOOST_TEST(x.err == "");
}

BOOST_AUTO_TEST_CASE(a_scenario_that_does_not_hold) {
  dir.write("story.yaml", story);
  auto x = tutti({"play", "story.yaml"});
  BOOST_TEST(x.status == 1);
  for (const auto* part :
       {"ok    forms take ten minutes", "FAIL  forms take nine minutes",
        "story.yaml:12:8: error: at 10m 00s: the run is to take 9m 00s; it is "
        "10m 00s",
        "10m 00s  done       sam  forms",
        "play it again: tutti play story.yaml --only 'forms take nine minutes' "
        "--seed 0",
        "2 scenarios: 1 failed, 4 orders"})
    BOOST_TEST(has(x.out, part), x.out);
}

BOOST_AUTO_TEST_CASE(the_command_that_it_prints_plays_it_again) {
  dir.write("story.yaml", story);
  auto x = tutti({"play", "story.yaml", "--only", "forms take nine minutes",
                  "--seed", "0"});
  BOOST_TEST(x.status == 1);
  BOOST_TEST(has(x.out, "it is 10m 00s"), x.out);
}

BOOST_AUTO_TEST_CASE(the_document_keeps_to_its_schema) {
  dir.write("story.yaml", story);
  auto x = tutti({"play", "story.yaml", "--json", "-"});
  BOOST_TEST(x.status == 1);
  auto document = json::parse(x.out);
  auto schema = shipped_schema("play");
  validate(document, schema, schema, "play");
  BOOST_TEST(document.at("passed") == 1);
  BOOST_TEST(document.at("failed") == 1);
  BOOST_TEST(document.at("plays") == 4);
  const auto& failed = document.at("scenarios")[1];
  BOOST_TEST(failed.at("took_s") == 600);
  BOOST_TEST(failed.at("failures")[0].at("line") == 12);
  BOOST_TEST(has(x.err, "FAIL  forms take nine minutes"), x.err);
}

BOOST_AUTO_TEST_CASE(junit_goes_to_a_file) {
  dir.write("story.yaml", story);
  auto x = tutti({"play", "story.yaml", "-q", "--junit", "out.xml"});
  BOOST_TEST(x.status == 1);
  auto text = dir.read("out.xml");
  BOOST_TEST(has(text, "<testsuite name=\"story.yaml\" tests=\"2\" "
                       "failures=\"1\""),
             text);
  BOOST_TEST(has(text, "<failure message=\"at 10m 00s: the run is to take 9m "
                       "00s; it is 10m 00s\">"),
             text);
}

BOOST_AUTO_TEST_CASE(mistakes_have_their_codes) {
  dir.write("story.yaml", story);
  dir.write("bad.yaml", "scenario: x\nplan: { tasks: { a: {} } }\n"
                        "timeline: [{ at: b done }]\n");
  dir.write("empty.yaml", "");
  auto bad = tutti({"play", "bad.yaml"});
  BOOST_TEST(bad.status == 2);
  BOOST_TEST(has(bad.err, "bad.yaml:3:"), bad.err);
  BOOST_TEST(tutti({"play"}).status == 2);
  BOOST_TEST(tutti({"play", "nope.yaml"}).status == 2);
  auto unknown =
      tutti({"play", "story.yaml", "--only", "forms take nin minutes"});
  BOOST_TEST(unknown.status == 2);
  BOOST_TEST(has(unknown.err, "did you mean 'forms take nine minutes'?"),
             unknown.err);
  BOOST_TEST(tutti({"play", "story.yaml", "--seeds", "0"}).status == 2);
  BOOST_TEST(
      tutti({"play", "story.yaml", "--seeds", "3", "--until-failure"}).status
      == 2);
  BOOST_TEST(tutti({"play", "story.yaml", "--json", "nowhere/out.json"}).status
             == 7);
}

BOOST_AUTO_TEST_CASE(ctrl_c_ends_a_search) {
  dir.write("story.yaml", story);
  program_options how;
  how.args = {"play",    "story.yaml", "--until-failure",
              "--trace", "--only",     "forms take ten minutes"};
  how.directory = dir.path();
  program p{how};
  p.send_signal(SIGINT);
  auto x = p.wait();
  // It may not have come to its own handler yet.
  BOOST_TEST((x.status == 130), x.err);
}

BOOST_AUTO_TEST_CASE(in_real_time_it_takes_as_long_as_it_says) {
  dir.write("story.yaml", R"(scenario: a film
plan: { agents: { sam: {} }, tasks: { forms: { agent: sam } } }
work: { forms: 300ms }
end: { took: 300ms }
)");
  auto x = tutti({"play", "story.yaml", "--realtime"});
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(has(x.err, "done       sam  forms  (300ms)"), x.err);
  BOOST_TEST(has(x.out, "ok    a film"), x.out);
}

// row 31: SIGTSTP
BOOST_AUTO_TEST_CASE(ctrl_z_stops_a_film_and_it_goes_on) {
  dir.write("story.yaml", R"(scenario: a film
plan: { agents: { sam: {} }, tasks: { forms: { agent: sam } } }
work: { forms: 1s }
end: { took: 1s }
)");
  program_options how;
  how.args = {"play", "story.yaml", "--realtime"};
  how.directory = dir.path();
  program p{how};
  BOOST_REQUIRE(p.read_until("start      sam"));
  p.send_signal(SIGTSTP);
  while (state_of(p.pid()) != 'T')
    std::this_thread::yield();
  p.send_signal(SIGCONT);
  auto x = p.wait();
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(has(x.out, "ok    a film"), x.out);
}

BOOST_AUTO_TEST_CASE(a_search_tells_what_it_did) {
  auto x = tutti({"play", "--explore", "--seeds", "20", "--json", "-"});
  BOOST_TEST(x.status == 0, x.err);
  auto document = json::parse(x.out);
  auto schema = shipped_schema("explore");
  validate(document, schema, schema, "explore");
  BOOST_TEST(document.at("seeds") == 20);
  BOOST_TEST(document.at("failed") == 0);
  BOOST_TEST(has(x.err, "20 seeds: no rule was broken"), x.err);
}

BOOST_AUTO_TEST_CASE(a_plan_of_ones_own_is_explored) {
  dir.write("tutti.yaml", R"(
agents: { ann: {}, ben: {} }
tasks: { a: { agent: ann }, b: { agent: ben, needs: a } }
)");
  auto x = tutti({"play", "--explore", "tutti.yaml", "--seeds", "20"});
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(has(x.out, "20 seeds: no rule was broken"), x.out);
  BOOST_TEST(tutti({"play", "--explore", "nope.yaml"}).status == 2);
  BOOST_TEST(tutti({"play", "--explore", "--realtime"}).status == 2);
}

BOOST_AUTO_TEST_CASE(a_search_goes_over_nodes) {
  auto x =
      tutti({"play", "--explore", "--nodes", "--seeds", "20", "--json", "-"});
  BOOST_TEST(x.status == 0, x.err);
  auto document = json::parse(x.out);
  auto schema = shipped_schema("explore");
  validate(document, schema, schema, "explore");
  BOOST_TEST(document.at("faults").at("lose-node") > 0);
  BOOST_TEST(document.at("faults").at("drain-node") > 0);
  dir.write("story.yaml", "scenario: x\n");
  auto y = tutti({"play", "--nodes", "story.yaml"});
  BOOST_TEST(y.status == 2);
  BOOST_TEST(has(y.err, "--nodes belongs to --explore"), y.err);
}

BOOST_AUTO_TEST_SUITE_END()
