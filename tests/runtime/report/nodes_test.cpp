// SPDX-License-Identifier: BSD-3-Clause
// What model and report make of a run on several machines (semantics §32, §33).
#include "runtime/report/csv.hpp"
#include "runtime/report/html.hpp"
#include "runtime/report/junit.hpp"
#include "runtime/report/node_text.hpp"
#include "runtime/report/report.hpp"
#include "runtime/report/report_json.hpp"
#include "runtime/report/report_text.hpp"
#include "runtime/report/run_model.hpp"
#include "runtime/report/status_json.hpp"
#include "runtime/report/trace.hpp"
#include "runtime/report/wait_text.hpp"
#include "tests/support/json_schema.hpp"
#include "tests/support/node_facts.hpp"

#include <boost/test/unit_test.hpp>

#include <fmt/format.h>

#include <map>
#include <string>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using nlohmann::json;
using report::node_book;
using report::node_state;
using report::run_model;

namespace {

struct fixture : spread_team {
  run_model m{value, slots()};

  void tell(const std::vector<fact>& xs) {
    for (const auto& x : xs)
      m.apply(x);
  }
  void lose_box1() {
    tell(until_lost());
    tell(the_loss());
  }
  static fact ended(duration at) {
    auto x = make_fact(fact_kind::run_ended, at);
    x.exit_code = 0;
    return x;
  }
  void end() {
    tell({finished(20s, train, quinn, task_state::succeeded, 0, 2),
          started(21s, deploy, quinn, 2),
          finished(22s, deploy, quinn, task_state::succeeded, 0, 2),
          finished(22s, write, ada), ended(22s)});
  }
  report::overlap overlap_of_train() {
    auto x = m.nodes().overlap_of(m.nodes().lost().front(), m.now());
    BOOST_REQUIRE(x.has_value());
    return *x;
  }
  std::string waits(std::uint32_t task) {
    return awaited_text(m, m.wait_of({node_kind::task, task}, 9), 9);
  }
  json checked(const std::string& text, const char* schema) {
    auto x = json::parse(text);
    auto rules = shipped_schema(schema);
    validate(x, rules, rules, schema);
    return x;
  }
  std::string text() {
    report::text_options wide;
    wide.columns = 400;
    return to_text(make_report(m, {}), wide);
  }
};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_report_nodes, fixture)

BOOST_AUTO_TEST_CASE(without_facts_of_nodes_all_is_on_this_machine) {
  tell({ready(0s, train), started(0s, train, quinn)});
  BOOST_TEST(!m.nodes().is_spread());
  BOOST_TEST(m.nodes().place_of(agent_id{quinn}) == node_book::local);
  BOOST_TEST(m.running_on(node_book::local) == 1u);
  BOOST_TEST(m.unplaced().empty());
  BOOST_TEST(report::node_of(m, train) == "");
}

BOOST_AUTO_TEST_CASE(an_agent_is_where_it_was_placed) { // §32
  tell(until_lost());
  const auto& nodes = m.nodes().nodes();
  BOOST_REQUIRE_EQUAL(nodes.size(), 3u);
  BOOST_TEST(nodes[1].name == "box1");
  BOOST_TEST(report::labels_text(nodes[1]) == "gpu, linux");
  BOOST_TEST(nodes[1].slots == 4u);
  BOOST_TEST(m.nodes().place_of(agent_id{quinn}) == 1u);
  BOOST_TEST(m.running_on(1) == 2u);
  BOOST_TEST(m.running_on(node_book::local) == 1u); // ada's
  BOOST_TEST(report::node_of(m, train) == "box1");
  BOOST_TEST(report::agents_on(m, 1, 9) == "quinn");
}

BOOST_AUTO_TEST_CASE(a_label_that_no_node_has_is_named) { // §32
  tell({joined(0s, "local", "", 0), ready(0s, train)});
  BOOST_REQUIRE_EQUAL(m.unplaced().size(), 1u);
  BOOST_TEST(report::lacking_text(m, agent_id{quinn}) == "no node has 'gpu'");
  BOOST_TEST(waits(train) == "a node: no node has 'gpu'");
  m.apply(joined(1s, "box1", "gpu", 1));
  BOOST_TEST(report::lacking_text(m, agent_id{quinn}) == "");
  BOOST_TEST(waits(train) == "a place on a node");
  m.apply(node_fact(fact_kind::node_draining, 2s, "box1"));
  BOOST_TEST(report::lacking_text(m, agent_id{quinn})
             == "box1, which has all it asks for, is drained");
}

BOOST_AUTO_TEST_CASE(labels_that_no_node_has_together_are_named) {
  value.agents[quinn].runs_on = {"arm", "gpu", "tpu"};
  tell({joined(0s, "box1", "gpu", 1), joined(0s, "box2", "arm", 1),
        ready(0s, train)});
  BOOST_TEST(report::lacking_text(m, agent_id{quinn}) == "no node has 'tpu'");
  m.apply(joined(0s, "box3", "tpu", 1));
  BOOST_TEST(report::lacking_text(m, agent_id{quinn})
             == "no node has 'arm', 'gpu' and 'tpu' together");
}

BOOST_AUTO_TEST_CASE(the_slots_of_a_node_are_waited_for) { // §32
  tell({joined(0s, "local", "", 0), joined(0s, "box2", "gpu", 1),
        placed(0s, quinn, "box2"), ready(0s, train), ready(0s, deploy),
        assigned(0s, train, quinn), started(0s, train, quinn)});
  BOOST_TEST(waits(deploy) == "a free slot of node box2");
}

BOOST_AUTO_TEST_CASE(what_a_lost_node_had_runs_again_without_a_retry) { // §33
  lose_box1();
  BOOST_TEST((m.nodes().nodes()[1].state == node_state::lost));
  BOOST_TEST(m.nodes().nodes()[1].lingers);
  BOOST_TEST((m.task(train).state == task_state::ready));
  BOOST_TEST(!m.task(train).in_backoff);
  BOOST_TEST(m.task(train).again);
  BOOST_TEST(m.running_on(1) == 0u);
  BOOST_REQUIRE_EQUAL(m.nodes().lost().size(), 2u);
  BOOST_TEST((m.nodes().lost()[0].started == 1s));
  tell(the_second_try());
  BOOST_TEST(m.task(train).tries == 1u);
  BOOST_TEST(report::node_of(m, train) == "box2");
  BOOST_TEST(m.nodes().lost()[0].next == 2u);
  BOOST_TEST(m.nodes().lost()[1].next == 0u);
}

BOOST_AUTO_TEST_CASE(exclusive_work_waits_until_nothing_lingers) { // §33
  lose_box1();
  m.apply(placed(10s, quinn, "box2", 2));
  BOOST_TEST(waits(deploy)
             == "certainty that its last attempt, on the lost node box1, is "
                "over");
  m.apply(node_fact(fact_kind::node_gone, 12s, "box1"));
  BOOST_TEST(!m.nodes().nodes()[1].lingers);
  BOOST_TEST(waits(deploy) == "a slot of quinn");
}

BOOST_AUTO_TEST_CASE(both_ran_until_the_late_result_came) { // §33, rule 6
  lose_box1();
  tell(the_second_try());
  m.apply(late(14s, train, quinn));
  BOOST_TEST(overlap_of_train().is_exact);
  BOOST_TEST((overlap_of_train().length == 3s)); // 11 s to 14 s
  m.apply(node_fact(fact_kind::node_gone, 30s, "box1"));
  BOOST_TEST((overlap_of_train().length == 3s));
}

BOOST_AUTO_TEST_CASE(both_ran_at_most_until_the_node_was_gone) { // §33
  lose_box1();
  tell(the_second_try());
  m.apply(node_fact(fact_kind::node_gone, 16s, "box1"));
  BOOST_TEST(!overlap_of_train().is_exact);
  BOOST_TEST((overlap_of_train().length == 5s));
  // What comes later was on its way: it cannot have run any more.
  m.apply(late(19s, train, quinn));
  BOOST_TEST(!overlap_of_train().is_exact);
  BOOST_TEST((overlap_of_train().length == 5s));
  BOOST_TEST((m.nodes().lost()[0].ended == 19s));
}

// Who was to do it instead was lost before it began: the third did.
BOOST_AUTO_TEST_CASE(both_ran_though_another_was_between_them) { // §33
  lose_box1();
  auto taken_back = make_fact(fact_kind::attempt_revoked, 12s, train);
  taken_back.agent = quinn;
  taken_back.attempt = 2;
  taken_back.end = attempt_end::node_lost;
  tell({placed(10s, quinn, "box2", 2), assigned(10s, train, quinn, {}, 2),
        node_fact(fact_kind::node_lost, 12s, "box2", "it froze"), taken_back,
        unplaced(12s, quinn, "box2", "it froze"), joined(13s, "box3", "gpu", 1),
        placed(13s, quinn, "box3", 3), assigned(13s, train, quinn, {}, 3),
        started(14s, train, quinn, 3),
        node_fact(fact_kind::node_gone, 20s, "box1")});
  BOOST_TEST((overlap_of_train().length == 6s));
  for (const auto& x : m.nodes().lost())
    if (x.task.value == train) {
      BOOST_TEST(x.next == 3u);
      BOOST_TEST(m.nodes().name(x.next_node) == "box3");
    }
}

BOOST_AUTO_TEST_CASE(a_node_that_joins_again_has_nothing_of_before) { // §33
  lose_box1();
  tell(the_second_try());
  m.apply(joined(13s, "box1", "gpu,linux", 4));
  BOOST_TEST((m.nodes().nodes()[1].state == node_state::up));
  BOOST_TEST((overlap_of_train().length == 2s));
  BOOST_TEST(m.nodes().nodes().size() == 3u);
}

BOOST_AUTO_TEST_CASE(the_report_names_what_moved_and_why) { // §33
  lose_box1();
  tell(the_second_try());
  tell({late(14s, train, quinn), node_fact(fact_kind::node_gone, 20s, "box1")});
  end();
  auto said = text();
  for (const char* part :
       {"nodes                2 lost: 1",
        "box1 at 10s: it has not answered for 16s",
        "train (quinn): attempt 1, begun at 1.0s; done by attempt 2 on box2, "
        "begun at 11s; both ran for 3.0s; its late result (success) came at "
        "14s and was ignored",
        "deploy (quinn): attempt 1, begun at 2.0s; done by attempt 2 on box2, "
        "begun at 21s; the two did not run at the same time",
        "quinn left box1 at 10s: it has not answered for 16s; on box2 since "
        "10s"})
    BOOST_TEST(has(said, part), part << "\nis not in\n" << said);
}

BOOST_AUTO_TEST_CASE(every_form_of_the_report_says_where) {
  lose_box1();
  tell(the_second_try());
  m.apply(node_fact(fact_kind::node_gone, 16s, "box1"));
  end();
  auto made = make_report(m, {});
  auto x = checked(to_json(made), "report");
  BOOST_TEST(x["nodes"].size() == 3u);
  BOOST_TEST(x["nodes"][1]["losses"] == 1);
  BOOST_TEST(x["nodes"][1]["attempts"] == 2);
  BOOST_TEST(x["nodes"][1]["lost_s"] == 17.0); // 9 s and 8 s
  BOOST_TEST(x["tasks"][train]["nodes"] == json({"box1", "box2"}));
  BOOST_TEST(x["tasks"][write]["nodes"] == json({"local"}));
  BOOST_TEST(x["losses"][0]["over_s"] == 16.0);
  BOOST_TEST(x["losses"][0]["work"][0]["both_s"] == 5.0);
  BOOST_TEST(x["losses"][0]["work"][0]["both_is_exact"] == false);
  BOOST_TEST(x["losses"][0]["work"][0]["next"]["node"] == "box2");
  BOOST_TEST(x["losses"][0]["work"][1]["both_s"].is_null());
  BOOST_TEST(x["moves"][0]["to"] == "box2");
  BOOST_TEST(has(to_csv(value, made), ",box1 box2\r\n"));
  BOOST_TEST(has(to_junit(m, made, {}),
                 "<property name=\"nodes\" value=\"box1 box2\"/>"));
  BOOST_TEST(has(to_junit(m, made, {}), "flakyError message=\"attempt 1: "
                                        "node-lost\""));
  auto page = to_html(m, made, {});
  BOOST_TEST(has(page, "Lost: box1 at 10s: it has not answered for 16s"));
  BOOST_TEST(has(page, "\non box2"));
  auto trace = json::parse(to_trace(m, "r1"));
  std::map<int, std::string> processes;
  std::map<std::string, int> pid_of_second;
  for (const auto& e : trace["traceEvents"]) {
    if (e["name"] == "process_name")
      processes[e["pid"].get<int>()] = e["args"]["name"];
    if (e["ph"] == "X" && e["name"] == "train")
      pid_of_second[fmt::format("{}", e["args"]["attempt"].get<int>())] =
          e["pid"];
  }
  BOOST_TEST(processes[1] == "local");
  BOOST_TEST(processes[pid_of_second["1"]] == "box1");
  BOOST_TEST(processes[pid_of_second["2"]] == "box2");
}

BOOST_AUTO_TEST_CASE(the_status_says_where_and_who_is_nowhere) {
  lose_box1();
  auto x = checked(status_json(m, 12s), "status");
  BOOST_TEST(x["nodes"][1]["state"] == "lost");
  BOOST_TEST(x["nodes"][1]["may_still_work"] == true);
  BOOST_TEST(x["unplaced"][0]["agent"] == "quinn");
  BOOST_TEST(x["in_progress"][0]["node"] == "local");
  auto said = status_text(m, 12s);
  BOOST_TEST(has(said, "[NODES]"));
  BOOST_TEST(has(said, "box1: lost: it has not answered for 16s, 2s"), said);
  tell(the_second_try());
  said = status_text(m, 12s);
  BOOST_TEST(has(said, "on box2"), said);
}

BOOST_AUTO_TEST_CASE(the_status_says_where_nodes_join) { // §32
  report::status_options told;
  told.join_address = "hub:7700";
  auto x = checked(status_json(m, 1s, told), "status");
  BOOST_TEST(x["join_address"] == "hub:7700");
  BOOST_TEST(
      has(status_text(m, 1s, told), "[NODES]\n- others join at hub:7700"));
  BOOST_TEST(checked(status_json(m, 1s), "status")["join_address"].is_null());
  BOOST_TEST(!has(status_text(m, 1s), "others join"));
}

// Time in which nobody could work for want of a node has a name (§32).
BOOST_AUTO_TEST_CASE(time_without_a_node_is_blamed_on_that) {
  tell({joined(0s, "local", "", 0), ready(0s, train),
        joined(4s, "box1", "gpu", 1), placed(4s, quinn, "box1"),
        assigned(4s, train, quinn), started(4s, train, quinn),
        finished(9s, train, quinn), ended(9s)});
  auto x = checked(to_json(make_report(m, {})), "report");
  BOOST_TEST(x["path_time"]["node_s"] == 4.0);
  BOOST_TEST(x["path_time"]["orchestrator_s"] == 0.0);
  BOOST_TEST(x["path_time"]["work_s"] == 5.0);
  BOOST_TEST(x["alarm"] == false);
}

// A run that is to wait for its nodes begins with them (§32).
BOOST_AUTO_TEST_CASE(time_before_the_nodes_were_there_is_blamed_on_that) {
  tell({make_fact(fact_kind::run_started, 3s), joined(3s, "local", "", 0),
        joined(3s, "box1", "gpu", 1), ready(3s, write), started(3s, write, ada),
        finished(9s, write, ada), ended(9s)});
  auto x = checked(to_json(make_report(m, {})), "report");
  BOOST_TEST(x["path_time"]["node_s"] == 3.0);
  BOOST_TEST(x["path_time"]["orchestrator_s"] == 0.0);
  BOOST_TEST(x["nodes"][0]["joined_s"] == 3.0);
}

BOOST_AUTO_TEST_CASE(time_until_an_attempt_is_over_is_blamed_on_that) { // §33
  lose_box1();
  tell({placed(10s, quinn, "box2", 2),
        node_fact(fact_kind::node_gone, 15s, "box1"),
        assigned(15s, deploy, quinn, {}, 2), started(15s, deploy, quinn, 2),
        finished(22s, deploy, quinn, task_state::succeeded, 0, 2), ended(22s)});
  auto x = checked(to_json(make_report(m, {})), "report");
  BOOST_TEST(x["path_time"]["node_s"] == 6.0); // 1 s at first, then 5 s
}

BOOST_AUTO_TEST_CASE(what_a_run_phase_had_made_is_lost_with_its_node) { // §2
  tell(until_lost());
  tell({finished(3s, train, quinn, task_state::waiting_to_integrate),
        node_fact(fact_kind::node_lost, 10s, "box1", "it has left")});
  auto x = make_fact(fact_kind::run_lost, 10s, train);
  x.agent = quinn;
  m.apply(x);
  BOOST_TEST((m.task(train).state == task_state::ready));
  BOOST_TEST((m.nodes().lost()[0].what == report::lost_work::result));
  BOOST_TEST(!m.nodes().overlap_of(m.nodes().lost()[0], 99s).has_value());
  BOOST_TEST(has(text(), "train (quinn): what its run phase had made; not done "
                         "again yet"));
}

// §31, §33: it has left, and nobody waits for it.
BOOST_AUTO_TEST_CASE(a_node_that_was_drained_and_has_left_is_gone) {
  tell(until_lost());
  tell({joined(3s, "box4", "gpu", 1),
        node_fact(fact_kind::node_draining, 4s, "box4")});
  const auto& box4 = m.nodes().nodes().back();
  BOOST_TEST((box4.state == node_state::draining));
  m.apply(node_fact(fact_kind::node_gone, 5s, "box4"));
  BOOST_TEST((box4.state == node_state::gone));
  BOOST_TEST((box4.since == 5s));
  BOOST_TEST(node_state_text(box4) == "gone: it was drained");
  BOOST_TEST(!m.nodes().losses().size());
  tell({resumed(1h, 2), joined(1h, "local", "", 0)});
  BOOST_TEST((box4.state == node_state::gone));
  auto x = checked(to_json(make_report(m, {})), "report");
  BOOST_TEST(x["nodes"].back()["state"] == "gone");
  m.apply(joined(1h + 1s, "box4", "gpu", 1)); // it may come again
  BOOST_TEST((box4.state == node_state::up));
  BOOST_TEST(box4.why == "");
}

// §31, §33: a node goes on while tutti is gone.
BOOST_AUTO_TEST_CASE(an_attempt_that_went_on_elsewhere_is_taken_over) {
  tell(until_lost());
  tell({resumed(1h, 2), joined(1h, "local", "", 0), cut(1h, write, ada)});
  BOOST_TEST((m.nodes().nodes()[1].state == node_state::awaited));
  BOOST_TEST(!m.task(train).lost);
  BOOST_TEST(m.task(train).attempt_open);
  BOOST_TEST(m.task(write).lost);
  BOOST_TEST(m.session().taken_over.size() == 2u);
  BOOST_TEST(m.session().again.size() == 1u);
  tell({joined(1h + 1s, "box1", "gpu,linux", 4),
        finished(1h + 3s, train, quinn), finished(1h + 3s, deploy, quinn)});
  // 1 s known of before, 3 s of this session; what was between nobody knows.
  BOOST_TEST((m.task(train).busy == 4s));
  BOOST_TEST(m.task(train).attempts == 1u);
  tell({started(1h + 3s, write, ada, 2),
        finished(1h + 4s, write, ada, task_state::succeeded, 0, 2),
        ended(1h + 4s)});
  auto x = checked(to_json(make_report(m, {})), "report");
  BOOST_TEST(x["honesty"]["unseen_attempts"] == 1); // that of `write`
  BOOST_TEST(x["sessions"][1]["again"] == json({"write"}));
}

BOOST_AUTO_TEST_CASE(an_awaited_node_that_has_lost_all_is_a_loss) { // §31
  tell(until_lost());
  tell({resumed(1h, 2), joined(1h, "local", "", 0),
        joined(1h + 1s, "box1", "gpu,linux", 4), lost(1h + 1s, train, quinn)});
  BOOST_REQUIRE_EQUAL(m.nodes().losses().size(), 1u);
  BOOST_TEST((m.nodes().losses()[0].over == 1h + 1s));
  BOOST_TEST(m.nodes().losses()[0].why == "it came back without what it had");
}

BOOST_AUTO_TEST_SUITE_END()
