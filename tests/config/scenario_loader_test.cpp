// SPDX-License-Identifier: BSD-3-Clause
// What the loader makes of each part of the grammar (docs/scenarios.md).
#include "config/scenario_loader.hpp"

#include "tests/config/scenario_texts.hpp"
#include "tests/support/folders.hpp"

#include <chrono>

namespace tutti::config {

namespace {

using namespace std::chrono_literals;
using namespace test;

const std::string good_folder = tutti::test::data_path("/scenarios/good");

std::vector<scenario> stories() {
  return good_scenarios(file_text(good_folder, "stories.yaml"));
}

const expectation& find(const std::vector<expectation>& xs,
                        expectation_kind kind) {
  for (const auto& x : xs)
    if (x.kind == kind)
      return x;
  BOOST_FAIL("there is no such expectation");
  return xs.front();
}

} // namespace

BOOST_AUTO_TEST_SUITE(config_scenario_loader)

BOOST_AUTO_TEST_CASE(all_documents_of_a_file_are_read) {
  auto all = stories();
  BOOST_TEST_REQUIRE(all.size() == 3u);
  BOOST_TEST(all[0].name == "Sam continues other work");
  BOOST_TEST(all[0].plan_path == "login.yaml");
  BOOST_TEST((all[0].clock == 9h));
  BOOST_TEST(all[0].has_clock);
  BOOST_TEST(all[0].seeds == 1u);
  BOOST_TEST(all[1].seeds == 200u);
  // One file is read once.
  BOOST_TEST((all[0].work == all[1].work));
  BOOST_TEST(all[2].plan_path.empty());
  BOOST_TEST(!all[2].has_clock);
  BOOST_TEST((all[2].nodes == std::vector<std::string>{"n1", "n2"}));
  // An inline plan that says no name has that of its scenario.
  BOOST_TEST(all[2].work->name == "the rest of the grammar");
  BOOST_TEST(good_scenarios(file_text(good_folder, "batch.yaml")).size() == 1u);
}

BOOST_AUTO_TEST_CASE(work_is_short_or_long) {
  auto s = stories()[0];
  auto& actions =
      work_of(s, node_kind::task, task_of(s, "auth-actions")).front();
  BOOST_TEST((actions.takes == 15min));
  BOOST_TEST(actions.note == "signIn, signOut, signUp, resetPassword");
  BOOST_TEST(!actions.integrate.has_value());
  auto& page = work_of(s, node_kind::task, task_of(s, "login-page")).front();
  BOOST_TEST((page.takes == 1min));
  BOOST_TEST((page.integrate == 3min));
  auto& layouts = work_of(s, node_kind::task, task_of(s, "layouts"));
  BOOST_TEST_REQUIRE(layouts.size() == 1u);
  BOOST_TEST((layouts.front().takes == 4min));
}

BOOST_AUTO_TEST_CASE(work_goes_attempt_by_attempt_and_round_by_round) {
  auto s = stories()[2];
  auto& crud = work_of(s, node_kind::task, task_of(s, "crud"));
  BOOST_TEST_REQUIRE(crud.size() == 2u);
  BOOST_TEST(crud[0].fails);
  BOOST_TEST(crud[0].exit_code == 1);
  BOOST_TEST(crud[0].failure == "");
  BOOST_TEST((crud[0].progress == 1min));
  BOOST_TEST(!crud[1].fails);
  BOOST_TEST((crud[1].takes == 20min));
  auto& pages = work_of(s, node_kind::task, task_of(s, "pages")).front();
  BOOST_TEST_REQUIRE(pages.asks.size() == 1u);
  BOOST_TEST((pages.asks[0].at == 1min));
  BOOST_TEST(pages.asks[0].agent.value == agent_of(s, "morgan"));
  BOOST_TEST((pages.asks[0].texts
              == std::vector<std::string>{"createUser", "getUser"}));
  BOOST_TEST(pages.asks[0].awaited);
  BOOST_TEST((pages.outputs == outputs{{"url", make_text("/users")}}));
  auto& deploy = work_of(s, node_kind::gate, gate_of(s, "deploy"));
  BOOST_TEST_REQUIRE(deploy.size() == 2u);
  BOOST_TEST((deploy[0].verdict == verdict::changes_requested));
  BOOST_TEST((deploy[0].takes == 5min));
  BOOST_TEST((deploy[0].to == std::vector{task_id{task_of(s, "crud")}}));
  BOOST_TEST(deploy[0].feedback == "No tenant check");
  BOOST_TEST((deploy[1].verdict == verdict::approved));
  BOOST_TEST(!deploy[1].takes.has_value());
}

BOOST_AUTO_TEST_CASE(a_timeline_has_moments_and_what_is_expected) {
  auto s = stories()[0];
  BOOST_TEST_REQUIRE(s.timeline.size() == 3u);
  auto& ran = s.timeline[0];
  BOOST_TEST((ran.at.kind == moment_kind::ran));
  BOOST_TEST(ran.at.subject == task_of(s, "login-page"));
  BOOST_TEST_REQUIRE(ran.expects.size() == 4u);
  BOOST_TEST((ran.expects[0].kind == expectation_kind::clock));
  BOOST_TEST((ran.expects[0].span == 1min));
  BOOST_TEST((ran.expects[1].kind == expectation_kind::working));
  BOOST_TEST(ran.expects[1].subject == agent_of(s, "sam"));
  BOOST_TEST(
      (ran.expects[1].tasks == std::vector{task_id{task_of(s, "layouts")}}));
  BOOST_TEST((ran.expects[3].kind == expectation_kind::task));
  BOOST_TEST((ran.expects[3].task == task_state::waiting_to_integrate));
  auto& done = s.timeline[1];
  BOOST_TEST((done.at.kind == moment_kind::done));
  BOOST_TEST(done.expects[2].subject == agent_of(s, "morgan"));
  BOOST_TEST(done.expects[2].tasks.empty());
  auto& handoff = find(done.expects, expectation_kind::handoff);
  BOOST_TEST((handoff.handoff == handoff_state::arrived));
  BOOST_TEST((handoff.tasks
              == std::vector{task_id{task_of(s, "auth-actions")},
                             task_id{task_of(s, "login-page")}}));
  BOOST_TEST((s.timeline[2].at.kind == moment_kind::clock));
  BOOST_TEST((s.timeline[2].at.span == 20min));
  BOOST_TEST((find(s.end, expectation_kind::took).span == 23min));
  BOOST_TEST((find(s.end, expectation_kind::run).run == run_status::succeeded));
  BOOST_TEST((find(s.end, expectation_kind::waited).span == 0s));
  auto& last = find(s.end, expectation_kind::handoff);
  BOOST_TEST((last.handoff == handoff_state::integrated));
  BOOST_TEST(last.number == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_shown_of_a_failure_is_its_line) {
  auto source = file_text(good_folder, "stories.yaml");
  auto s = stories()[0];
  auto text = [&](span x) {
    return source.text.substr(x.offset, x.length);
  };
  BOOST_TEST(text(s.where) == "scenario: Sam continues other work");
  BOOST_TEST(text(s.timeline[0].where) == "at: login-page ran");
  BOOST_TEST(text(s.timeline[0].expects[0].where) == "clock: \"09:01\"");
  BOOST_TEST(text(s.timeline[0].expects[1].where) == "sam: layouts");
  BOOST_TEST(text(s.end[1].where) == "took: 23m");
  BOOST_TEST(text(stories()[1].timeline[0].deeds[0].where) == "crash: morgan");
}

BOOST_AUTO_TEST_CASE(deeds_have_their_parts) {
  auto s = stories()[1];
  auto& crash = s.timeline[0].deeds.front();
  BOOST_TEST((s.timeline[0].at.kind == moment_kind::percent));
  BOOST_TEST(s.timeline[0].at.percent == 50u);
  BOOST_TEST((crash.kind == deed_kind::crash));
  BOOST_TEST(crash.agent == agent_of(s, "morgan"));
  BOOST_TEST((crash.span == 2min));
  BOOST_TEST((s.timeline[1].at.kind == moment_kind::back));
  BOOST_TEST(s.timeline[1].at.subject == agent_of(s, "morgan"));
  BOOST_TEST(find(s.timeline[1].expects, expectation_kind::attempts).number
             == 2u);
  BOOST_TEST((s.timeline[2].at.kind == moment_kind::later));
  BOOST_TEST((s.timeline[2].at.span == 13min));
  auto& late = s.timeline[2].deeds.front();
  BOOST_TEST((late.kind == deed_kind::late_result));
  BOOST_TEST(late.subject.index == task_of(s, "auth-actions"));
  BOOST_TEST(late.attempt == 1u);
  BOOST_TEST((s.timeline[3].within == 10min));
  BOOST_TEST_REQUIRE(s.never.size() == 1u);
  BOOST_TEST_REQUIRE(s.never[0].all.size() == 1u);
  BOOST_TEST((s.never[0].all[0].kind == expectation_kind::idle_while_ready));
  BOOST_TEST(s.never[0].all[0].subject == agent_of(s, "sam"));
}

BOOST_AUTO_TEST_CASE(the_rest_of_the_deeds) {
  auto s = stories()[2];
  auto& first = s.timeline[0].deeds;
  BOOST_TEST_REQUIRE(first.size() == 5u);
  BOOST_TEST((first[0].kind == deed_kind::lose_node));
  BOOST_TEST(first[0].nodes[0] == 1u);
  BOOST_TEST((first[0].span == 1min));
  BOOST_TEST((first[1].kind == deed_kind::cut));
  BOOST_TEST(first[1].nodes[0] == 0u);
  BOOST_TEST(first[1].nodes[1] == 1u);
  BOOST_TEST((first[1].span == 30s));
  BOOST_TEST((first[2].kind == deed_kind::slow));
  BOOST_TEST((first[2].slower == 5s));
  BOOST_TEST((first[2].span == 1min));
  BOOST_TEST((first[3].kind == deed_kind::hang));
  BOOST_TEST(first[3].subject.index == task_of(s, "pages"));
  BOOST_TEST((first[4].kind == deed_kind::fail));
  auto& second = s.timeline[1].deeds;
  BOOST_TEST_REQUIRE(second.size() == 5u);
  BOOST_TEST((second[0].kind == deed_kind::drop));
  BOOST_TEST(second[0].agent == agent_of(s, "morgan"));
  BOOST_TEST(second[0].receiver == agent_of(s, "sam"));
  BOOST_TEST((second[1].kind == deed_kind::duplicate));
  BOOST_TEST((second[2].kind == deed_kind::cancel));
  BOOST_TEST(second[2].subject.index == task_of(s, "docs"));
  BOOST_TEST((second[3].kind == deed_kind::ask));
  BOOST_TEST(second[3].agent == agent_of(s, "morgan"));
  BOOST_TEST(second[3].subject.index == task_of(s, "pages"));
  BOOST_TEST(second[3].text == "deleteUser");
  BOOST_TEST((second[4].kind == deed_kind::kill_run));
  BOOST_TEST((second[4].span == 10s));
  auto& approve = s.timeline[2].deeds.front();
  BOOST_TEST((s.timeline[2].at.kind == moment_kind::asked));
  BOOST_TEST((approve.kind == deed_kind::approve));
  BOOST_TEST((approve.subject == node_ref{node_kind::gate, 0}));
  BOOST_TEST(approve.by == ""); // `human` is somebody
}

BOOST_AUTO_TEST_CASE(requests_are_an_agents_own_task) {
  auto s = good_scenarios(file_text(good_folder, "batch.yaml")).front();
  auto own = task_of(s, "requests/morgan");
  BOOST_TEST((work_of(s, node_kind::task, own).front().takes == 10min));
  auto& asks = work_of(s, node_kind::task, task_of(s, "layouts")).front().asks;
  BOOST_TEST_REQUIRE(asks.size() == 2u);
  BOOST_TEST((asks[0].at == 0s));
  BOOST_TEST((asks[0].texts == std::vector<std::string>{"createUser"}));
  BOOST_TEST(asks[1].texts.size() == 4u);
  BOOST_TEST(find(s.timeline[0].expects, expectation_kind::inbox).number == 5u);
  BOOST_TEST((s.timeline[1].expects[1].tasks == std::vector{task_id{own}}));
  BOOST_TEST((s.timeline[2].at.kind == moment_kind::answered));
  BOOST_TEST(find(s.timeline[2].expects, expectation_kind::batches).number
             == 1u);
  BOOST_TEST(find(s.timeline[2].expects, expectation_kind::answered).number
             == 5u);
  BOOST_TEST((find(s.end, expectation_kind::idle).span == 0s));
}

BOOST_AUTO_TEST_CASE(clock_texts_count_from_the_start_and_go_on_next_day) {
  auto night = usual(R"(clock: "22:00"
timeline:
  - { at: "23:30" }
  - { at: "01:00", expect: { clock: "01:00" } }
  - { at: "22:30:05" }
)");
  BOOST_TEST((night.timeline[0].at.span == 90min));
  BOOST_TEST((night.timeline[1].at.span == 3h));
  BOOST_TEST((night.timeline[1].expects[0].span == 3h));
  BOOST_TEST((night.timeline[2].at.span == 24h + 30min + 5s));
  auto never = usual(R"(clock: "09:00"
timeline: [{ at: "10:00" }]
never: [{ clock: "09:30", tasks: { crud: failed } }]
end: { clock: "09:30" }
)");
  BOOST_TEST((never.never[0].all[0].span == 30min));
  BOOST_TEST((never.end[0].span == 24h + 30min));
  auto no_clock = usual("timeline: [{ at: \"00:07\" }]\n");
  BOOST_TEST(!no_clock.has_clock);
  BOOST_TEST((no_clock.timeline[0].at.span == 7min));
}

BOOST_AUTO_TEST_CASE(failures_are_a_code_a_word_or_a_text) {
  auto s = usual("work: { crud: [{ fails: exit 3 }, { fails: true }, "
                 "{ fails: no tenant }, { fails: false }] }\n");
  auto& crud = work_of(s, node_kind::task, task_of(s, "crud"));
  BOOST_TEST_REQUIRE(crud.size() == 4u);
  BOOST_TEST((crud[0].fails && crud[0].exit_code == 3));
  BOOST_TEST((crud[1].fails && crud[1].exit_code == 1));
  BOOST_TEST((crud[2].fails && crud[2].exit_code == 1));
  BOOST_TEST(crud[2].failure == "no tenant");
  BOOST_TEST(!crud[3].fails);
}

BOOST_AUTO_TEST_CASE(outputs_are_values_of_any_kind) {
  auto s = usual(R"(work:
  crud: { outputs: { n: 3, b: true, t: "3", l: [1, a], m: { x: null } } }
end: { outputs: { crud: { n: 3 } } }
)");
  auto& made = work_of(s, node_kind::task, task_of(s, "crud")).front().outputs;
  outputs wanted{{"b", make_boolean(true)},
                 {"l", {value_kind::json, "[1,\"a\"]"}},
                 {"m", {value_kind::json, "{\"x\":null}"}},
                 {"n", {value_kind::number, "3"}},
                 {"t", make_text("3")}};
  BOOST_TEST((made == wanted));
  BOOST_TEST(s.end[0].text == "n");
  BOOST_TEST((s.end[0].value == value{value_kind::number, "3"}));
}

BOOST_AUTO_TEST_CASE(asks_come_in_the_order_of_their_time) {
  auto s = usual(R"(work:
  ui: { takes: 9m, asks: [{ at: 5m, agent: morgan, for: b, wait: false },
                          { agent: morgan, for: a }] }
)");
  auto& asks = work_of(s, node_kind::task, task_of(s, "ui")).front().asks;
  BOOST_TEST_REQUIRE(asks.size() == 2u);
  BOOST_TEST(asks[0].texts.front() == "a");
  BOOST_TEST(asks[0].awaited);
  BOOST_TEST((asks[1].at == 5min));
  BOOST_TEST(!asks[1].awaited);
}

BOOST_AUTO_TEST_CASE(names_of_many_stand_for_each_of_them) {
  auto s = good_scenarios({"s.yaml", "/scenarios", R"(scenario: s
plan:
  agents: { a: { requests: ./answer.sh }, b: {} }
  phases: { build: { agent: a, tasks: { x: {}, y: {}, z: { agent: b } } } }
work: { build: 5m, y: 9m }
never: [{ idle: any, while: ready }]
end:
  tasks: { build: succeeded, all: succeeded }
  waited: { all: 0s }
)"})
               .front();
  BOOST_TEST((work_of(s, node_kind::task, 0).front().takes == 5min));
  BOOST_TEST((work_of(s, node_kind::task, 1).front().takes == 9min));
  BOOST_TEST((work_of(s, node_kind::task, 2).front().takes == 5min));
  BOOST_TEST(s.works.size() == 3u);
  BOOST_TEST(s.never.size() == 2u);
  BOOST_TEST(s.end.size() == 3u + 3u + 2u);
}

BOOST_AUTO_TEST_CASE(people_speak_at_gates) {
  auto s = usual(R"(timeline:
  - at: deploy asked
    do: { request-changes: deploy, by: kim, to: [crud, ui], feedback: Again }
  - { at: crud#2 started, do: { clock-jump: -1h } }
  - { at: deploy asked, do: { reject: deploy } }
)");
  auto& changes = s.timeline[0].deeds.front();
  BOOST_TEST((changes.kind == deed_kind::request_changes));
  BOOST_TEST(changes.by == "kim");
  BOOST_TEST(changes.text == "Again");
  BOOST_TEST((changes.to == std::vector{task_id{0}, task_id{1}}));
  BOOST_TEST(s.timeline[1].at.attempt == 2u);
  BOOST_TEST((s.timeline[1].deeds.front().span == -1h));
  BOOST_TEST(s.timeline[2].deeds.front().by == "");
}

BOOST_AUTO_TEST_CASE(several_slots_work_on_several_tasks) {
  auto s = usual("timeline: [{ at: +1m, expect: { working: { sam: [docs, ui], "
                 "morgan: none } } }]\n");
  auto& x = s.timeline[0].expects;
  BOOST_TEST(
      (x[0].tasks
       == std::vector{task_id{task_of(s, "ui")}, task_id{task_of(s, "docs")}}));
  BOOST_TEST(x[1].tasks.empty());
}

BOOST_AUTO_TEST_CASE(each_of_several_reviewers_can_say_something_else) {
  // §16: an agent's approval is a task review/GATE.
  auto s = good_scenarios({"s.yaml", "/scenarios", R"(scenario: s
plan:
  agents: { a: {}, b: {}, c: {} }
  tasks: { x: { agent: a } }
  gates: { go: { needs: x, approval: [b, c], rework: { to: x } } }
work: { go: 5m, review/go/c: [changes-requested, approved] }
timeline: [{ at: review/go/b started }]
)"})
               .front();
  BOOST_TEST((work_of(s, node_kind::gate, 0).front().takes == 5min));
  auto review = task_of(s, "review/go/c");
  auto& c = work_of(s, node_kind::task, review);
  BOOST_TEST_REQUIRE(c.size() == 2u);
  BOOST_TEST((c[0].verdict == verdict::changes_requested));
  BOOST_TEST((c[0].to == std::vector{task_id{0}}));
  BOOST_TEST(s.timeline[0].at.subject == task_of(s, "review/go/b"));
}

BOOST_AUTO_TEST_CASE(no_file_that_the_plan_names_is_read) {
  // §12, §22: simulated work needs no file, no command, no outputs.
  auto s = good_scenarios({"s.yaml", "/scenarios", R"(scenario: s
plan:
  contracts: { api: { schema: nowhere.json, mock: nowhere.mock.json } }
  agents: { a: {} }
  tasks: { x: { agent: a, provides: api }, y: { agent: a, needs-later: x } }
)"})
               .front();
  BOOST_TEST(s.work->tasks.size() == 2u);
}

BOOST_AUTO_TEST_CASE(parameters_reach_the_plans) {
  source_text source{"s.yaml", "/scenarios", R"(scenario: s
plan:
  params: { who: nobody }
  agents: { a: {} }
  tasks: { x: { agent: a, prompt: "for ${{ params.who }}" } }
)"};
  scenario_options options;
  options.set = {{"who", "sam"}};
  auto loaded = load_scenarios(source, options);
  BOOST_TEST_REQUIRE(loaded.values.size() == 1u);
  BOOST_TEST(render(loaded.values[0].work->tasks[0].prompt, expression_scope{})
             == "for sam");
  options.set = {{"whom", "sam"}};
  BOOST_TEST(load_scenarios(source, options).values.empty());
}

BOOST_AUTO_TEST_CASE(mistakes_of_a_plan_file_name_that_file) {
  scenario_options options;
  options.read_plan = [](const std::string& path, const std::string&) {
    return path == "/scenarios/plans/p.yaml"
             ? expected<std::string>{"agents: { a: {} }\ntasks:\n  x: { agnet: "
                                     "a, include: 1 }\n"}
             : expected<std::string>{"tasks: { z: {} }\nparam: 1\n"};
  };
  auto loaded = load_scenarios({"s.yaml", "/scenarios", R"(scenario: one
plan: plans/p.yaml
timeline: [{ at: nothing done }, { at: soon }]
---
scenario: two
plan: plans/p.yaml
)"},
                               options);
  BOOST_TEST(loaded.values.empty());
  auto shown = render(loaded.diagnostics, loaded.source, false);
  // Names are not looked up in a plan with mistakes; all else is.
  BOOST_TEST(shown == R"(s.yaml:2:7: error: the plan 'plans/p.yaml' has mistakes
 2 | plan: plans/p.yaml
   |       ^~~~~~~~~~~~
s.yaml:3:40: error: 'soon' is no moment
 3 | timeline: [{ at: nothing done }, { at: soon }]
   |                                        ^~~~
  = hint: write a time of day ("09:15"), a time after the step before (+13m), or what happens (crud done, crud 50%, deploy open, morgan back)
plans/p.yaml:3:8: error: a task has no key 'agnet'
 3 |   x: { agnet: a, include: 1 }
   |        ^~~~~
  = hint: did you mean 'agent'?
plans/p.yaml:3:18: error: a task has no key 'include'
 3 |   x: { agnet: a, include: 1 }
   |                  ^~~~~~~
  = hint: 'include' is a key of the plan
)");
}

BOOST_AUTO_TEST_CASE(inline_plans_include_files_side_by_side) {
  scenario_options options;
  options.read_plan = [](const std::string& path, const std::string&) {
    return expected<std::string>{path == "/scenarios/a.yaml"
                                     ? "defaults: { estimate: 7m }\n"
                                       "tasks: { a: {} }\n"
                                     : "defaults: { estimate: 9m }\n"
                                       "tasks: { b: {} }\n"};
  };
  auto loaded = load_scenarios(
      {"s.yaml", "/scenarios",
       "{ scenario: one, plan: { include: a.yaml, tasks: { x: {} } } }\n---\n"
       "{ scenario: two, plan: { include: b.yaml, tasks: { x: {} } } }\n"},
      options);
  BOOST_TEST(render(loaded.diagnostics, loaded.source, false) == "");
  BOOST_TEST_REQUIRE(loaded.values.size() == 2u);
  BOOST_TEST((loaded.values[0].work->tasks[1].estimate.mode == 7min));
  BOOST_TEST((loaded.values[1].work->tasks[1].estimate.mode == 9min));
  BOOST_TEST((loaded.values[1].work->tasks[0].estimate.mode == 1min));
}

BOOST_AUTO_TEST_CASE(aliases_cannot_make_more_parts_than_are_allowed) {
  std::string text = usual_plan;
  text += "work:\n  crud: &a [1m, 1m, 1m, 1m, 1m, 1m, 1m, 1m]\n";
  std::string list = "*a";
  text += "timeline:\n  - &step { at: +1s, expect: &e { tasks: &t { all: "
          "ready } } }\n";
  for (int i = 0; i < 60'000; ++i)
    text += "  - *step\n";
  BOOST_TEST(scenario_messages(text).find("come to more than 200000")
             != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace tutti::config
