// SPDX-License-Identifier: BSD-3-Clause
// What tasks say and ask while they work (semantics §10, §19–§21).
#include "tests/e2e/live_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

using namespace tutti::test;

BOOST_FIXTURE_TEST_SUITE(e2e_inside, live_fixture)

BOOST_AUTO_TEST_CASE(outside_a_task_the_commands_say_so) {
  for (const auto& args :
       std::vector<std::vector<std::string>>{{"inbox"},
                                             {"handoff", "a=b"},
                                             {"progress", "5"},
                                             {"request", "--to", "x", "y"},
                                             {"note", "x"}})
    check_one_sentence(expect(2, args),
                       {"'tutti " + args[0] + "'", "inside a task"});
}

// The folder of the sockets is open to all, so none are made.
BOOST_AUTO_TEST_CASE(where_the_run_has_no_sockets_its_tasks_are_told) {
  std::filesystem::create_directory(dir / "tutti");
  std::filesystem::permissions(dir / "tutti", std::filesystem::perms::all);
  auto x =
      run("tasks: { t: { run: 'tutti progress 5 2> said || echo $? > code' "
          "} }\n");
  BOOST_TEST(x.status == 0, x.err << x.out);
  BOOST_TEST(dir.read("code") == "7\n");
  BOOST_TEST(has(dir.read("said"), "this run takes no 'tutti progress' from "
                                   "its tasks"),
             dir.read("said"));
  BOOST_TEST(has(x.out + x.err, "this run takes no commands"), x.out + x.err);
}

BOOST_AUTO_TEST_CASE(mistakes_are_one_sentence_and_2) {
  check_one_sentence(expect(2, {"progress", "101"}), {"101", "0 to 100"});
  check_one_sentence(expect(2, {"progress"}), {"PERCENT"});
  check_one_sentence(expect(2, {"handoff", "novalue"}), {"novalue", "K=V"});
  check_one_sentence(expect(2, {"handoff"}), {"--note"});
  check_one_sentence(expect(2, {"inbox", "--wait", "5"}), {"'5'", "30s"});
  check_one_sentence(expect(2, {"request", "x"}), {"--to"});
}

// §10: what is added inside goes with what the task hands on.
BOOST_AUTO_TEST_CASE(handoffs_and_notes_reach_who_needs_the_task) {
  auto x = run(R"(
tasks:
  a: { run: [sh, -c, 'tutti handoff url=here "text=two words" && tutti note "mind the gap"'] }
  b: { needs: a, run: 'cp "$TUTTI_INPUT" input.json' }
)");
  BOOST_TEST(x.status == 0, x.err << x.out);
  auto input = json::parse(dir.read("input.json")).at("needs").at("a");
  BOOST_TEST(input.at("outputs").at("url") == "here");
  BOOST_TEST(input.at("outputs").at("text") == "two words");
  BOOST_TEST(has(input.dump(), "mind the gap"));
}

BOOST_AUTO_TEST_CASE(progress_is_seen_from_outside) {
  fifo gate{dir, "gate"};
  auto running = start(
      "tasks: { a: { run: [sh, -c, 'tutti progress 70 Dashboard; read x < "
      "gate'] } }\n");
  BOOST_TEST(eventually([this] {
    auto now = status();
    return now.is_object() && now.at("in_progress").size() == 1
        && now.at("in_progress")[0].at("percent") == 70;
  }));
  BOOST_TEST(status().at("in_progress")[0].at("line") == "Dashboard");
  gate.put();
  BOOST_TEST(finish(*running).status == 0);
}

// A token is of one attempt: the next one's process, or a leaked one, is not
// it (row 13).
BOOST_AUTO_TEST_CASE(the_token_of_an_ended_attempt_is_stale) {
  auto x = run(R"(
tasks:
  a: { run: [sh, -c, 'echo "$TUTTI_TOKEN" > token; tutti note fine'] }
  b: { needs: a, run: [sh, -c, 'TUTTI_TOKEN=$(cat token) tutti note late 2> said; echo $? >> said'] }
)");
  BOOST_TEST(x.status == 0, x.err << x.out);
  auto said = lines("said");
  BOOST_REQUIRE(said.size() == 2u);
  BOOST_TEST(has(said[0], "over"), said[0]);
  BOOST_TEST(said[1] == "1");
}

BOOST_AUTO_TEST_CASE(an_inline_payload_over_1_mib_is_refused_with_advice) {
  dir.write_script("large.sh", R"-(#!/bin/sh
part=$(head -c 100000 /dev/zero | tr '\0' x)
for i in 1 2 3 4 5 6 7 8 9 10 11; do set -- "$@" "k$i=$part"; done
tutti handoff "$@" 2> said
echo $? >> said
)-");
  auto x = run("tasks: { a: ./large.sh }\n");
  BOOST_TEST(x.status == 0, x.err << x.out);
  auto said = lines("said");
  BOOST_REQUIRE(said.size() == 2u);
  BOOST_TEST(has(said[0], "artifact"), said[0]);
  BOOST_TEST(said[1] == "1");
}

// §19: an error at once, which does not harm the task.
BOOST_AUTO_TEST_CASE(a_request_to_nobody_is_an_error_at_once) {
  auto x = run(R"(
tasks:
  a: { run: [sh, -c, 'tutti request --to nobody "do it" 2> said; echo $? >> said'] }
)");
  BOOST_TEST(x.status == 0, x.err << x.out);
  auto said = lines("said");
  BOOST_REQUIRE(said.size() == 2u);
  BOOST_TEST(has(said[0], "'nobody'"), said[0]);
  BOOST_TEST(said[1] != "0");
}

// §21: large handoffs come back whole wherever they are looked at.
BOOST_AUTO_TEST_CASE(large_handoffs_arrive_whole) {
  auto x = run(R"-(
agents: { ann: {}, ben: {} }
tasks:
  a: { agent: ann, run: [sh, -c, 'printf "ready=true\ntext=%s\n" "$(head -c 200000 /dev/zero | tr "\0" x)" > "$TUTTI_OUTPUT"'] }
  b: { agent: ben, needs: a, if: needs.a.outputs.ready, env: { TEXT: "${{ needs.a.outputs.ready }}" }, run: 'cp "$TUTTI_INPUT" b.json; echo "$TEXT" > text' }
  c: { agent: ben, needs-later: a, run: [sh, -c, 'until tutti inbox > inbox.json && test -s inbox.json; do :; done'], integrate: 'cp "$TUTTI_INPUT" c.json' }
)-");
  BOOST_TEST(x.status == 0, x.err << x.out);
  BOOST_TEST(dir.read("text") == "true\n");
  auto b = json::parse(dir.read("b.json")).at("needs").at("a").at("outputs");
  BOOST_TEST(b.at("text").get<std::string>().size() == 200'000u);
  auto c = json::parse(dir.read("c.json")).at("later").at("a").at("outputs");
  BOOST_TEST(c.at("text") == b.at("text"));
  // The report has it, too.
  BOOST_TEST(x.task("a").at("outputs").at("text") == b.at("text"));
}

BOOST_AUTO_TEST_CASE(an_empty_inbox_is_empty_and_nothing_waits) {
  auto x = run(R"(
tasks:
  a: { run: [sh, -c, 'tutti inbox > plain; tutti inbox --json > json'] }
)");
  BOOST_TEST(x.status == 0, x.err << x.out);
  BOOST_TEST(dir.read("plain") == "");
  BOOST_TEST(json::parse(dir.read("json")).at("items").empty());
}

BOOST_AUTO_TEST_CASE(the_program_is_found_by_its_path_too) {
  auto x = run("tasks: { a: { run: [sh, -c, '\"$TUTTI_BINARY\" note fine'] } "
               "}\n");
  BOOST_TEST(x.status == 0, x.err << x.out);
}

BOOST_AUTO_TEST_SUITE_END()
