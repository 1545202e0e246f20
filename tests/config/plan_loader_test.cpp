// SPDX-License-Identifier: BSD-3-Clause
#include "config/plan_loader.hpp"

#include "tests/config/plan_texts.hpp"
#include "tests/support/folders.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace tutti::config {

namespace {

using namespace std::chrono_literals;
using test::good_plan;
using test::messages_of;
using test::task_named;

std::string text_of(const expression& x) {
  return render(x, [](task_id, std::string_view) {
    return nullptr;
  });
}

std::string env_of(const task& t, std::string_view name) {
  for (const auto& x : t.env)
    if (x.name == name)
      return text_of(x.text);
  return "(none)";
}

/// "succeeded a, failed b".
std::string needs_of(const plan& p, const std::vector<need>& xs) {
  std::string result;
  for (const auto& x : xs) {
    if (!result.empty())
      result += ", ";
    result += to_string(x.condition);
    result += ' ';
    result += name_of(p, x.of);
  }
  return result;
}

plan everything() {
  std::ifstream file{tutti::test::data_path("/plans/good/everything.yaml")};
  std::ostringstream text;
  text << file.rdbuf();
  return good_plan(text.str());
}

} // namespace

BOOST_AUTO_TEST_SUITE(config_plan_loader)

BOOST_AUTO_TEST_CASE(a_plan_of_tasks_with_only_run_works) {
  auto p = good_plan("tasks: { hello: echo hello, world: { run: [ls, -l] } }");
  plan wanted;
  wanted.name = "plan";
  wanted.directory = "/plans";
  wanted.agents.push_back({"local", "", 0, true});
  task hello;
  hello.name = "hello";
  hello.agents = {agent_id{0}};
  hello.run = {command_kind::shell, "echo hello", {}};
  task world;
  world.name = "world";
  world.agents = {agent_id{0}};
  world.run = {command_kind::argv,
               "",
               {literal_expression("ls"), literal_expression("-l")}};
  wanted.tasks = {hello, world};
  BOOST_TEST((p == wanted));
}

BOOST_AUTO_TEST_CASE(the_implicit_agent_is_there_only_where_used) {
  auto p = good_plan("agents: { a: {} }\ntasks: { t: { agent: a } }");
  BOOST_TEST(p.agents.size() == 1u);
  auto q = good_plan("agents: { a: {} }\ntasks: { t: { agent: a }, u: ls }");
  BOOST_REQUIRE(q.agents.size() == 2u);
  BOOST_TEST(q.agents[1].implicit);
  BOOST_TEST((q.tasks[1].agents == std::vector{agent_id{1}}));
}

BOOST_AUTO_TEST_CASE(a_plan_without_name_is_called_after_its_file_or_folder) {
  source_text source{"dir/release.yaml", "/plans/dir", "tasks:\n"};
  BOOST_TEST(load_plan(source).value->name == "release");
  source.name = "dir/tutti.yaml";
  BOOST_TEST(load_plan(source).value->name == "dir");
}

BOOST_AUTO_TEST_CASE(agents_and_pools_have_what_is_written) {
  auto p = everything();
  BOOST_TEST((p.agents[0] == agent{"ada", "Writer", 1, false}));
  BOOST_TEST((p.agents[1] == agent{"bob", "", 2, false}));
  BOOST_TEST((p.pools == std::vector<pool>{{"cores", 4}, {"disk", 1}}));
  BOOST_TEST(p.fail_fast);
  BOOST_TEST(p.name == "everything");
}

BOOST_AUTO_TEST_CASE(settings_come_from_task_phase_agent_defaults_22) {
  auto p = everything();
  const auto& design = task_named(p, "design");
  BOOST_TEST(design.run.script == "./ada.sh");
  BOOST_TEST(text_of(design.working_directory) == "ada");
  BOOST_TEST((design.env_files == std::vector<std::string>{"a.env", "b.env"}));
  BOOST_TEST((design.timeout == 30min));
  BOOST_TEST((design.idle_timeout == 90min));
  BOOST_TEST((design.retries == retry_policy{3, 1s, 1.5, 1min, 0.5}));
  BOOST_TEST((design.estimate == tutti::estimate{1min, 2min, 1h}));
  BOOST_TEST(design.has_estimate);
  BOOST_TEST(design.priority == 1);
  const auto& started = task_named(p, "started");
  BOOST_TEST((started.timeout == 24h)); // of its phase
  BOOST_TEST(started.retries.max == 2u);
  BOOST_TEST(started.priority == -5);
  BOOST_TEST((started.estimate.mode == 500ms));
  BOOST_TEST((started.pools == std::vector<pool_need>{{pool_id{0}, 2}}));
  BOOST_TEST(task_named(p, "two").agents[0].value == 1u); // of its phase
}

BOOST_AUTO_TEST_CASE(env_is_merged_from_task_phase_agent_defaults_22) {
  auto p = everything();
  BOOST_TEST(env_of(task_named(p, "design"), "A") == "agent");
  BOOST_TEST(env_of(task_named(p, "design"), "WHO") == "world");
  BOOST_TEST(env_of(task_named(p, "one"), "A") == "default");
  BOOST_TEST(task_named(p, "one").env.size() == 3u);
}

BOOST_AUTO_TEST_CASE(needs_have_all_forms_6) {
  auto p = everything();
  BOOST_TEST(needs_of(p, task_named(p, "forms").needs)
             == "succeeded design, completed text, failed lone");
  BOOST_TEST(needs_of(p, task_named(p, "started").needs) == "started forms");
  BOOST_TEST(needs_of(p, task_named(p, "tidy-more").needs) == "succeeded tidy");
  auto q = good_plan("tasks: { a: ls, b: { needs: { a: } }, c: { needs: }, "
                     "d: { needs: [] } }");
  BOOST_TEST(needs_of(q, q.tasks[1].needs) == "succeeded a");
  BOOST_TEST(q.tasks[2].needs.empty());
  BOOST_TEST(q.tasks[3].needs.empty());
}

BOOST_AUTO_TEST_CASE(what_a_phase_needs_each_of_its_tasks_needs) {
  auto p = everything();
  BOOST_TEST(needs_of(p, task_named(p, "two").needs)
             == "succeeded one, succeeded design");
  BOOST_TEST(task_named(p, "two").after.size() == 1u);
  BOOST_TEST(p.phases[0].tasks.size() == 2u);
  BOOST_TEST((task_named(p, "one").phase == phase_id{0}));
}

BOOST_AUTO_TEST_CASE(a_phase_may_list_tasks_that_are_defined_elsewhere) {
  auto p = everything();
  BOOST_TEST((task_named(p, "started").phase == phase_id{1}));
  BOOST_REQUIRE(p.phases[1].tasks.size() == 1u);
  BOOST_TEST(p.tasks[p.phases[1].tasks[0].value].name == "started");
}

BOOST_AUTO_TEST_CASE(a_task_whose_if_and_phase_have_conditions_meets_both) {
  auto p = good_plan("phases: { a: { if: false, tasks: { t: { if: true }, "
                     "u: ls } } }");
  for (const auto& t : p.tasks)
    BOOST_TEST(!is_true(evaluate(t.condition, [](task_id, std::string_view) {
      return nullptr;
    })));
}

BOOST_AUTO_TEST_CASE(gates_have_needs_and_blocks_15) {
  auto p = everything();
  BOOST_TEST(p.gates[0].blocks_all);
  BOOST_TEST(p.gates[0].blocks.empty());
  BOOST_TEST(needs_of(p, p.gates[1].needs) == "completed build");
  BOOST_TEST(
      (p.gates[1].blocks == std::vector<node_ref>{{node_kind::phase, 1}}));
  BOOST_TEST(needs_of(p, p.gates[2].needs) == "succeeded go, succeeded one");
}

BOOST_AUTO_TEST_CASE(blocks_all_does_not_block_what_the_gate_needs_15) {
  good_plan("tasks: { a: ls, b: { needs: a }, c: { after: b }, d: ls }\n"
            "gates: { go: { needs: c, blocks: all }, two: { needs: d, blocks: "
            "all } }");
}

BOOST_AUTO_TEST_CASE(a_finally_task_is_blocked_by_no_gate_8) {
  good_plan("tasks: { a: ls, z: { finally: true, run: ls } }\n"
            "gates: { go: { needs: a, blocks: all } }");
}

BOOST_AUTO_TEST_CASE(parameters_are_replaced_by_value) {
  std::string text = "params: { n: 3, who: world, fast: false }\n"
                     "tasks: { a: { run: [echo, \"${{ params.who }}\", "
                     "\"${{ params.n }}x\"], if: params.fast } }";
  auto p = good_plan(text);
  BOOST_TEST(text_of(p.tasks[0].run.argv[1]) == "world");
  BOOST_TEST(p.tasks[0].run.argv[2].is_literal());
  BOOST_TEST(text_of(p.tasks[0].run.argv[2]) == "3x");
  BOOST_TEST((p.tasks[0].condition.nodes[0].literal == make_boolean(false)));
  auto q = good_plan(
      text, {{{"n", "4"}, {"who", "you"}, {"fast", "true"}, {"n", "5"}}});
  BOOST_TEST(text_of(q.tasks[0].run.argv[1]) == "you");
  BOOST_TEST(text_of(q.tasks[0].run.argv[2]) == "5x");
  BOOST_TEST((q.tasks[0].condition.nodes[0].literal == make_boolean(true)));
}

BOOST_AUTO_TEST_CASE(set_is_checked_against_the_parameters) {
  std::string text = "params: { number: 3, mode: { choices: [a, b] } }\n"
                     "tasks: { t: { if: params.number == params.mode } }";
  BOOST_TEST(messages_of(text, {{{"numbr", "1"}, {"mode", "a"}}})
             == "plan.yaml: error: --set numbr: the plan has no such "
                "parameter\n = hint: did you mean 'number'?\n");
  BOOST_TEST(messages_of(text, {{{"number", "x"}, {"mode", "c"}}})
             == "plan.yaml: error: --set number: 'x' is no number\n"
                "plan.yaml: error: --set mode: 'c' is none of the choices\n"
                " = hint: the choices are a, b\n");
  BOOST_TEST(messages_of("tasks: { t: ls }", {{{"a", "b"}}})
             == "plan.yaml: error: --set a: the plan has no such parameter\n");
  BOOST_TEST(messages_of(text)
             == "plan.yaml:1:22: error: parameter 'mode' has no value\n"
                " 1 | params: { number: 3, mode: { choices: [a, b] } }\n"
                "   |                      ^~~~\n"
                "  = hint: start with --set mode=…, or give it a default\n");
}

BOOST_AUTO_TEST_CASE(outputs_are_bound_to_the_task_that_puts_them_out) {
  auto p = everything();
  const auto& b = task_named(p, "one").env[0];
  BOOST_TEST(b.name == "B");
  BOOST_REQUIRE(b.text.nodes.size() == 1u);
  BOOST_TEST((b.text.nodes[0].op == expression_op::output_of));
  BOOST_TEST(p.tasks[b.text.nodes[0].task.value].name == "design");
  BOOST_TEST(b.text.nodes[0].literal.text == "b");
}

BOOST_AUTO_TEST_CASE(outputs_reach_through_a_phase_that_is_needed) {
  auto p = good_plan("phases: { one: { tasks: { a: ls } } }\n"
                     "tasks: { b: { needs: one, env: { X: \"${{ "
                     "needs.a.outputs.x }}\" } } }");
  BOOST_TEST(p.tasks[1].env[0].text.nodes[0].task.value == 0u);
}

BOOST_AUTO_TEST_CASE(variables_stand_for_the_tasks_own) {
  auto p = good_plan("defaults: { run: [sh, \"${{ env.A }}\"], env: { A: "
                     "\"<${{ env.B }}>\", B: b } }\n"
                     "tasks: { t: { env: { B: \"${{ env.C }}!\", C: c } }, u: "
                     "{} }");
  BOOST_TEST(text_of(p.tasks[0].run.argv[1]) == "<c!>");
  BOOST_TEST(text_of(p.tasks[1].run.argv[1]) == "<b>");
}

BOOST_AUTO_TEST_CASE(variables_that_multiply_are_refused) {
  std::string text =
      "tasks:\n  t:\n    run: ls\n    env:\n      A0: xxxxxxxx\n";
  for (int i = 1; i < 40; ++i) {
    auto before = "${{ env.A" + std::to_string(i - 1) + " }}";
    text += "      A" + std::to_string(i) + ": \"" + before + before + "\"\n";
  }
  BOOST_TEST(messages_of(text).find("grows beyond all bounds")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_task_without_a_command_is_an_error_only_where_asked_22) {
  std::string text = "tasks: { a: {}, b: ls }";
  BOOST_TEST(messages_of(text) == "");
  load_options run;
  run.need_commands = true;
  BOOST_TEST(messages_of(text, run)
             == "plan.yaml:1:10: error: task 'a' has nothing to run\n"
                " 1 | tasks: { a: {}, b: ls }\n"
                "   |          ^\n"
                "  = hint: give it a 'run', or its phase, its agent or "
                "'defaults'\n");
  BOOST_TEST(messages_of(text + "\ndefaults: { run: ls }", run) == "");
}

BOOST_AUTO_TEST_CASE(what_nobody_uses_is_a_warning) {
  std::string text = "agents: { ada: {} }\npools: { cores: 2 }\n"
                     "params: { who: you }\nphases: { empty: }\n"
                     "tasks: { t: ls }\n";
  auto source = test::source_of(text);
  auto loaded = load_plan(source);
  BOOST_TEST(loaded.value.has_value());
  BOOST_REQUIRE(loaded.diagnostics.size() == 4u);
  BOOST_TEST(loaded.diagnostics[0].message == "agent 'ada' has no tasks");
  BOOST_TEST(loaded.diagnostics[1].message == "no task uses pool 'cores'");
  BOOST_TEST(loaded.diagnostics[2].message == "nothing uses parameter 'who'");
  BOOST_TEST(loaded.diagnostics[3].message == "phase 'empty' has no tasks");
  for (const auto& x : loaded.diagnostics)
    BOOST_TEST((x.level == severity::warning));
  BOOST_TEST(messages_of("name: x\n")
             == "plan.yaml: warning: the plan has no tasks [no-tasks]\n");
}

BOOST_AUTO_TEST_CASE(the_map_says_where_names_stand) {
  auto source = test::source_of("agents: { ada: {} }\n"
                                "tasks: { a: { agent: ada }, b: ls }\n"
                                "gates: { g: { needs: a } }\n");
  auto loaded = load_plan(source);
  auto at = [&](const span& x) {
    return source.text.substr(x.offset, x.length);
  };
  BOOST_TEST(at(loaded.map.agents[0]) == "ada");
  BOOST_TEST(!loaded.map.agents[1].valid()); // the implicit one
  BOOST_TEST(at(loaded.map.tasks[1]) == "b");
  BOOST_TEST(at(loaded.map.gates[0]) == "g");
}

BOOST_AUTO_TEST_CASE(anchors_and_aliases_stand_for_what_they_name) {
  std::ifstream file{tutti::test::data_path("/plans/good/anchors.yaml")};
  std::ostringstream text;
  text << file.rdbuf();
  auto p = good_plan(text.str());
  BOOST_TEST(env_of(task_named(p, "b"), "LD") == "ld");
  BOOST_TEST(task_named(p, "b").run.script
             == "make one\n\ttabs are content here\n");
  BOOST_TEST(task_named(p, "c").run.script == task_named(p, "b").run.script);
  BOOST_TEST(needs_of(p, task_named(p, "d").needs)
             == "succeeded a, succeeded b");
}

BOOST_AUTO_TEST_CASE(a_choice_of_agents_that_agree_takes_from_them) {
  auto p = good_plan("agents: { a: { run: make }, b: { run: make } }\n"
                     "tasks: { t: { agent: { any-of: [b, a] } } }");
  BOOST_TEST((p.tasks[0].agents == std::vector{agent_id{1}, agent_id{0}}));
  BOOST_TEST(p.tasks[0].run.script == "make");
}

BOOST_AUTO_TEST_CASE(a_choice_of_agents_may_differ_in_what_the_task_sets) {
  auto p = good_plan("agents: { a: { env: { W: '1' } },"
                     " b: { env: { W: '2', V: '2' } } }\n"
                     "phases: { f: { env: { V: '3' }, tasks: { t: {"
                     " agent: { any-of: [a, b] }, env: { W: '3' },"
                     " run: echo } } } }");
  BOOST_TEST(env_of(p.tasks[0], "W") == "3");
  BOOST_TEST(env_of(p.tasks[0], "V") == "3");
}

BOOST_AUTO_TEST_CASE(a_gate_that_holds_nothing_back_is_a_warning) {
  std::string idle = "tasks: { a: ls, b: ls }\ngates: { g: { needs: a } }\n";
  BOOST_TEST(
      messages_of(idle)
      == "plan.yaml:2:10: warning: gate 'g' holds nothing back [idle-gate]\n"
         " 2 | gates: { g: { needs: a } }\n"
         "   |          ^\n"
         "  = hint: name in 'blocks' what waits for it\n");
  for (const char* used :
       {"tasks: { a: ls, b: { run: ls, needs: g } }\n"
        "gates: { g: { needs: a } }\n",
        "tasks: { a: ls, b: ls }\ngates: { g: { needs: a, blocks: b } }\n",
        "tasks: { a: ls, b: ls }\ngates: { g: { needs: a, blocks: all } }\n",
        "tasks: { a: ls, b: ls }\ngates: { g: { needs: a }, h: { needs: g, "
        "blocks: b } }\n",
        "tasks: { a: ls }\nphases: { p: { needs: g, tasks: { b: ls } } }\n"
        "gates: { g: { needs: a } }\n"})
    BOOST_TEST(messages_of(used) == "");
}

BOOST_AUTO_TEST_CASE(every_mistake_of_a_large_plan_is_counted_quickly) {
  std::string text = "tasks:\n";
  for (int i = 0; i < 20'000; ++i)
    text += "  task-" + std::to_string(i) + ": { run: ls, needs: tusk-"
          + std::to_string(i) + " }\n";
  auto shown = messages_of(text);
  BOOST_TEST(shown.find("did you mean 'task-0'?") != std::string::npos);
  BOOST_TEST(shown.ends_with("plan.yaml: and 19900 more\n"));
}

BOOST_AUTO_TEST_CASE(a_deep_chain_of_needs_takes_no_stack) {
  std::string text = "tasks:\n  t0: ls\n";
  for (int i = 1; i < 50'000; ++i)
    text += "  t" + std::to_string(i) + ": { run: ls, needs: t"
          + std::to_string(i - 1) + " }\n";
  BOOST_TEST(good_plan(text).tasks.size() == 50'000u);
}

BOOST_AUTO_TEST_CASE(a_long_cycle_is_shortened) {
  std::string text = "tasks:\n  t0: { run: ls, needs: t99 }\n";
  for (int i = 1; i < 100; ++i)
    text += "  t" + std::to_string(i) + ": { run: ls, needs: t"
          + std::to_string(i - 1) + " }\n";
  auto shown = messages_of(text);
  BOOST_TEST(shown.find("t0 → t99 → t98 → t97 → t96 → t95 → t94 → t93 → t92 → "
                        "t91 → … → t1 → t0\n")
             != std::string::npos);
  BOOST_TEST(shown.find("… and 89 more steps") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace tutti::config
