// SPDX-License-Identifier: BSD-3-Clause
// `tutti report`: where the time of a run went, from its journal.
#include "tests/e2e/live_fixture.hpp"
#include "tests/support/json_schema.hpp"
#include "tests/support/xml_check.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <filesystem>

using namespace tutti::test;

namespace fs = std::filesystem;

namespace {

constexpr const char* team = R"(
name: team
agents: { ann: {}, ben: { slots: 2 } }
tasks:
  a: { agent: ann, run: echo "k=v" >> "$TUTTI_OUTPUT" }
  b: { agent: ben, needs: a, run: "true" }
  c: { agent: ben, needs: a, run: "echo '<seen>'; exit 1", retries: { max: 1, wait: 1ms } }
  d: { agent: ann, needs: [b, c], run: "true" }
gates:
  good: { needs: b }
)";

struct report_fixture : live_fixture {
  [[nodiscard]] json document(std::vector<std::string> args = {}) const {
    args.insert(args.begin(), {"report", "--json", "-"});
    auto x = tutti(args);
    BOOST_TEST(x.status == 0, x.err);
    auto result = json::parse(x.out);
    check_document(result, "report");
    return result;
  }
  /// Its hops cover the run.
  static void check_path(const json& x) {
    double reached = 0;
    for (const auto& hop : x.at("path")) {
      BOOST_TEST(hop.at("from_s").get<double>() == reached);
      reached = hop.at("until_s").get<double>();
    }
    BOOST_TEST(reached == x.at("makespan_s").get<double>());
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_report_command, report_fixture)

BOOST_AUTO_TEST_CASE(the_report_of_a_run_is_that_which_the_run_wrote) {
  auto x = run(team, {"--html", "page.html", "--junit", "junit.xml", "--trace",
                      "trace.json", "--csv", "tasks.csv"});
  BOOST_TEST(x.status == 1);
  auto again = document();
  BOOST_TEST((again == x.report));
  check_path(again);
  expect(0, {"report", "--html", "p.html", "--junit", "j.xml", "--trace",
             "t.json", "--csv", "t.csv"});
  BOOST_TEST(dir.read("p.html") == dir.read("page.html"));
  BOOST_TEST(dir.read("j.xml") == dir.read("junit.xml"));
  BOOST_TEST(dir.read("t.json") == dir.read("trace.json"));
  BOOST_TEST(dir.read("t.csv") == dir.read("tasks.csv"));
  auto junit = dir.read("j.xml");
  xml_parser parser{junit};
  auto root = parser.parse();
  BOOST_TEST(parser.error == "");
  BOOST_TEST(root.attributes.at("failures") == "1");
  BOOST_TEST(has(junit, "<system-out>&lt;seen&gt;"), junit);
  BOOST_TEST(has(junit, "<rerunFailure"), junit);
  BOOST_TEST(has(dir.read("p.html"), "&lt;seen&gt;"));
  BOOST_TEST(json::parse(dir.read("t.json")).at("traceEvents").size() > 8u);
}

BOOST_AUTO_TEST_CASE(the_text_tells_failures_path_and_slots) {
  BOOST_TEST(run(team).status == 1);
  auto x = expect(0, {"report"});
  for (const auto* part : {"FAILED 1", "makespan", "PATH ", "IDEAL", "SLOTS",
                           "WHAT THIS RESTS ON", "team failed"})
    BOOST_TEST(has(x.out, part), x.out);
  BOOST_TEST(x.err == "");
  auto how = options({"report"});
  how.terminal = terminal_size{24, 40};
  auto narrow = run_program(how);
  BOOST_TEST(narrow.status == 0);
  BOOST_TEST(has(narrow.out, "PATH "), narrow.out);
  auto one = expect(0, {"report", "--csv", "-"});
  BOOST_TEST(has(one.out, "task,agent,phase,"), one.out);
  BOOST_TEST(!has(one.out, "makespan"), one.out);
}

BOOST_AUTO_TEST_CASE(which_run_is_meant_is_said_or_the_newest) {
  auto none = tutti({"report"});
  BOOST_TEST(none.status == 4);
  check_one_sentence(none, {"no run"});
  BOOST_TEST(run("name: one\ntasks: { a: 'true' }\n").status == 0);
  auto first = document().at("run_id").get<std::string>();
  dir.write("two.yaml", "name: two\ntasks: { a: 'true', b: 'true' }\n");
  expect(0, {"run", "two.yaml", "-q"});
  BOOST_TEST(document().at("plan") == "two");
  BOOST_TEST(document({first}).at("plan") == "one");
  BOOST_TEST(document({"-f", "tutti.yaml"}).at("plan") == "one");
  BOOST_TEST(document({"--state-dir", ".tutti"}).at("plan") == "two");
  auto unknown = tutti({"report", "1999"});
  BOOST_TEST(unknown.status == 2);
  check_one_sentence(unknown, {"'1999'"});
  auto against = document({"--against", first}).at("against");
  BOOST_TEST(against.at("run_id") == first);
  BOOST_TEST(
      has(expect(0, {"report", "--against", first}).out, "AGAINST " + first));
  auto twice = tutti({"report", "--json", "-", "--csv", "-"});
  BOOST_TEST(twice.status == 2);
  check_one_sentence(twice, {"--json", "--csv"});
  auto help = expect(0, {"report", "-h"});
  BOOST_TEST(has(help.out, "--against"), help.out);
}

BOOST_AUTO_TEST_CASE(a_report_needs_the_plan_and_says_what_it_made_of_it) {
  BOOST_TEST(run("tasks: { a: 'true', b: { needs: a, run: 'true' } }\n").status
             == 0);
  fs::rename(dir / "tutti.yaml", dir / "moved.yaml");
  auto gone = tutti({"report"});
  BOOST_TEST(gone.status == 2);
  check_one_sentence(gone, {"tutti.yaml", "-f"});
  dir.write("tutti.yaml", "tasks: { a: 'true', b: 'true' }\n");
  auto changed = document();
  BOOST_TEST(changed.at("honesty").at("notes").size() == 1u);
  BOOST_TEST(changed.at("tasks").size() == 2u);
  dir.write("tutti.yaml", "tasks: { a: 'true', other: 'true' }\n");
  auto other = document();
  BOOST_TEST(other.at("honesty").at("notes").size() == 1u);
  BOOST_TEST(other.at("tasks")[0].at("status") == "succeeded");
  BOOST_TEST(other.at("tasks")[1].at("status") == "waiting");
  check_path(other);
}

BOOST_AUTO_TEST_CASE(a_live_run_is_told_as_far_as_it_has_come) {
  fifo gate{dir, "gate"};
  auto live = start("tasks: { a: 'true', b: { needs: a, run: 'read x < gate' } "
                    "}\n");
  json x;
  BOOST_REQUIRE(eventually([&] {
    auto found = tutti({"report", "--json", "-"});
    if (found.status != 0)
      return false;
    x = json::parse(found.out);
    return x.at("tasks")[1].at("status") == "running";
  }));
  check_document(x, "report");
  BOOST_TEST(x.at("status") == "running");
  BOOST_TEST(x.at("exit_code").is_null());
  BOOST_TEST(has(expect(0, {"report"}).out, "goes on"));
  gate.put();
  BOOST_TEST(finish(*live).status == 0);
  BOOST_TEST(document().at("status") == "succeeded");
}

// §31: killed, and gone on with.
BOOST_AUTO_TEST_CASE(a_killed_run_is_lost_and_a_resumed_one_was_down) {
  fifo gate{dir, "gate"};
  auto live =
      start("tasks: { a: 'true', b: { needs: a, run: 'read x < gate' } }\n");
  BOOST_REQUIRE(eventually([&] {
    auto found = tutti({"report", "--json", "-"});
    return found.status == 0
        && json::parse(found.out).at("tasks")[1].at("status") == "running";
  }));
  live->send_signal(SIGKILL);
  static_cast<void>(live->wait());
  check_no_process_left();
  auto killed = document();
  BOOST_TEST(killed.at("status") == "lost");
  BOOST_TEST(killed.at("exit_code") == 9);
  check_path(killed);
  program again{options({"run", "--resume", "-q", "--plain"})};
  gate.put();
  BOOST_TEST(again.wait().status == 0);
  auto x = document();
  BOOST_TEST(x.at("status") == "succeeded");
  BOOST_TEST(x.at("sessions").size() == 2u);
  BOOST_TEST(x.at("honesty").at("unseen_attempts") == 1);
  BOOST_TEST(x.at("down_s").get<double>() > 0);
  BOOST_TEST(x.at("path_time").at("down_s").get<double>() > 0);
  check_path(x);
}

BOOST_AUTO_TEST_CASE(a_damaged_journal_is_refused) { // row 4: flipped bits
  BOOST_TEST(run("tasks: { a: echo x, b: { needs: a, run: echo y } }\n").status
             == 0);
  auto id = document().at("run_id").get<std::string>();
  auto name = ".tutti/runs/" + id + "/journal.db";
  auto bytes = dir.read(name);
  auto at = bytes.rfind("a.1.log"); // in the text of a fact
  BOOST_REQUIRE(at != std::string::npos);
  bytes[at] ^= 1;
  dir.write(name, bytes);
  auto x = tutti({"report"});
  BOOST_TEST(x.status == 8);
  BOOST_TEST(x.out == "");
  check_one_sentence(x, {"is not as it was written"});
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_written_is_told_before_the_work) {
  BOOST_TEST(run("tasks: { a: 'true' }\n").status == 0);
  auto x = tutti({"report", "--html", "no/such/page.html"});
  BOOST_TEST(x.status == 7);
  check_one_sentence(x, {"no/such/page.html"});
  auto before = tutti({"run", "--junit", "no/such/junit.xml"});
  BOOST_TEST(before.status == 7);
  BOOST_TEST(before.out == "");
}

BOOST_AUTO_TEST_SUITE_END()
