// SPDX-License-Identifier: BSD-3-Clause
// Approval, rework, sessions and requests, as plans say it.
#include "config/plan_select.hpp"
#include "tests/config/plan_texts.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

namespace tutti::config {

namespace {

using namespace std::chrono_literals;
using test::good_plan;
using test::shown;
using test::task_named;

/// "a b c".
std::string names_of(const plan& p, const std::vector<task_id>& xs) {
  std::string result;
  for (auto x : xs)
    result += (result.empty() ? "" : " ") + p.tasks[x.value].name;
  return result;
}

const gate& gate_named(const plan& p, std::string_view name) {
  for (const auto& g : p.gates)
    if (g.name == name)
      return g;
  BOOST_FAIL("there is no gate " << name);
  return p.gates.front();
}

const std::string team = R"(
agents: { ada: { run: ./ada.sh }, bob: {}, eve: {} }
defaults: { run: ./agent.sh, timeout: 5m, allow-failure: true }
tasks:
  z: { agent: eve, run: make }
  a: { agent: eve, run: make }
  b: { agent: eve, run: make, needs: a }
  c: { agent: eve, run: make, needs-later: b }
  side: { agent: eve, run: make }
gates:
  first: { needs: z, blocks: all }
  human: { needs: c }
)";

std::string with_gate(const std::string& text) {
  auto result = team;
  result.replace(result.find("  human: { needs: c }\n"), 22, text + "\n");
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(config_approval)

BOOST_AUTO_TEST_CASE(by_is_a_person_an_agent_or_several_16) {
  auto of = [](const std::string& by) {
    auto p = good_plan(with_gate("  g: { needs: c, approval: " + by + " }"));
    return gate_named(p, "g").approval;
  };
  auto person = of("human");
  BOOST_TEST(person.present);
  BOOST_TEST(person.human);
  BOOST_TEST(person.min == 1u);
  BOOST_TEST(person.reviews.empty());
  auto one = of("ada");
  BOOST_TEST(!one.human);
  BOOST_TEST((one.agents == std::vector{agent_id{0}}));
  BOOST_TEST(of("[human, ada, bob]").min == 3u);
  BOOST_TEST(of("{ by: [human, ada, bob], min: 2 }").min == 2u);
  BOOST_TEST(of("{ by: { any-of: [ada, human] } }").min == 1u);
}

BOOST_AUTO_TEST_CASE(an_approval_has_a_clock_and_a_question_16) {
  auto p = good_plan(with_gate("  g: { needs: c, approval: { by: human, "
                               "timeout: 24h, on-timeout: approve,"
                               " message: \"${{ needs.c.outputs.v }}?\" } }"));
  const auto& x = gate_named(p, "g").approval;
  BOOST_TEST((x.timeout == 24h));
  BOOST_TEST((x.on_timeout == exhausted_action::approve));
  BOOST_TEST(shown(x.message) == "?");
}

BOOST_AUTO_TEST_CASE(an_agents_approval_is_a_task_of_its_own_16) {
  auto p = good_plan(
      with_gate("  g: { needs: c, approval: { by: ada, prompt: \"See ${{ "
                "needs.c.outputs.v }}\", estimate: 20m } }"));
  const auto& review = task_named(p, "review/g");
  BOOST_TEST((review.kind == task_kind::review));
  BOOST_TEST((review.agents == std::vector{agent_id{0}}));
  BOOST_TEST(p.gates[review.review_of.value].name == "g");
  BOOST_TEST(names_of(p, gate_named(p, "g").approval.reviews) == "review/g");
  BOOST_TEST((review.needs == gate_named(p, "g").needs));
  BOOST_TEST(review.run.script == "./ada.sh"); // of its agent
  BOOST_TEST(shown(review.prompt) == "See ");
  BOOST_TEST((review.estimate.mode == 20min));
  BOOST_TEST((review.timeout == 5min));
  BOOST_TEST(!review.allow_failure);
}

BOOST_AUTO_TEST_CASE(each_of_several_agents_reviews_for_itself_16) {
  auto p = good_plan(with_gate(
      "  g: { needs: c, approval: { by: [bob, ada], run: ./review.sh } }"));
  BOOST_TEST(names_of(p, gate_named(p, "g").approval.reviews)
             == "review/g/bob review/g/ada");
  BOOST_TEST(task_named(p, "review/g/ada").run.script == "./review.sh");
}

BOOST_AUTO_TEST_CASE(rework_to_any_means_all_ancestors_17) {
  auto p = good_plan(
      with_gate("  g: { needs: c, approval: human, rework: { to: any, "
                "max-rounds: 4, on-exhausted: human } }"));
  const auto& x = gate_named(p, "g").rework;
  BOOST_TEST(x.present);
  BOOST_TEST(names_of(p, x.to) == "z a b c");
  BOOST_TEST(x.max_rounds == 4u);
  BOOST_TEST((x.on_exhausted == exhausted_action::human));
}

BOOST_AUTO_TEST_CASE(rework_to_names_tasks_and_phases_17) {
  auto p = good_plan(R"(
tasks: { c: { run: make, needs: lane } }
phases: { lane: { tasks: { a: make, b: make } } }
gates: { g: { needs: c, approval: human, rework: { to: [c, lane] } } })");
  BOOST_TEST(names_of(p, p.gates[0].rework.to) == "c a b");
  BOOST_TEST(p.gates[0].rework.max_rounds == 3u);
}

BOOST_AUTO_TEST_CASE(a_comment_is_read_by_who_needs_the_gate_7) {
  auto p = good_plan(R"(
tasks:
  a: make
  b: { run: [echo, "${{ needs.g.comment }}"], needs: g }
gates: { other: { needs: a, blocks: b }, g: { needs: a, approval: human } })");
  expression_scope scope;
  scope.comment = [&](gate_id g) {
    return "of " + p.gates[g.value].name;
  };
  BOOST_TEST(render(task_named(p, "b").run.argv[1], scope) == "of g");
}

BOOST_AUTO_TEST_CASE(a_session_has_its_command_env_and_directory_22) {
  auto p = good_plan(R"(
params: { who: me }
defaults: { run: ./agent.sh, env: { A: default, R: "${{ round }}", W: "${{ params.who }}" }, working-directory: work }
agents:
  sam: { session: [./sam.py, "${{ env.W }}"], env: { A: own } }
  cpp: { native: counter }
tasks: { t: { agent: sam, prompt: Build }, u: { agent: cpp }, v: { agent: cpp } })");
  const auto& sam = p.agents[0];
  BOOST_TEST((sam.session.kind == command_kind::argv));
  BOOST_TEST(shown(sam.session.argv[1]) == "me");
  BOOST_REQUIRE(sam.session_env.size() == 2u);
  BOOST_TEST(shown(sam.session_env[0].text) == "own");
  BOOST_TEST(shown(sam.session_directory) == "work");
  BOOST_TEST(p.agents[1].native == "counter");
  for (const auto& t : p.tasks)
    BOOST_TEST((t.run.kind == command_kind::none), t.name);
}

BOOST_AUTO_TEST_CASE(sessions_need_no_command_22) {
  load_options as_run;
  as_run.need_commands = true;
  auto p = good_plan("agents: { sam: { session: ./sam.py, requests: {} } }\n"
                     "tasks: { t: { agent: sam, integrate: {} } }",
                     as_run);
  BOOST_TEST(p.tasks[0].integrate.present);
}

BOOST_AUTO_TEST_CASE(requests_become_a_task_of_their_agent_19) {
  auto p = good_plan(R"(
agents:
  ada: { requests: { run: ./r.sh, estimate: 10m, timeout: 1h, batch: { wait: 2m, max: 20 } } }
  bob: { run: ./bob.sh, requests: }
  eve: { requests: ./eve.sh }
  none-asks: {}
tasks: { t: { agent: none-asks, run: make } })");
  const auto& ada = task_named(p, "requests/ada");
  BOOST_TEST((ada.kind == task_kind::requests));
  BOOST_TEST(p.agents[0].requests.present);
  BOOST_TEST(p.tasks[p.agents[0].requests.task.value].name == "requests/ada");
  BOOST_TEST((ada.batch == batch_policy{20, 2min}));
  BOOST_TEST((ada.timeout == 1h));
  const auto& bob = task_named(p, "requests/bob");
  BOOST_TEST(bob.run.script == "./bob.sh");
  BOOST_TEST((bob.batch == batch_policy{0, 0s}));
  BOOST_TEST(task_named(p, "requests/eve").run.script == "./eve.sh");
  BOOST_TEST(!p.agents[3].requests.present);
}

BOOST_AUTO_TEST_CASE(only_keeps_reviews_and_requests_and_numbers_them_anew_28) {
  auto p = good_plan(R"(
agents: { ada: { requests: ./r.sh }, bob: {} }
tasks:
  x: make
  a: make
  b: { run: [echo, "${{ needs.g.comment }}"], needs: g, needs-later: c }
  c: make
gates:
  h: { needs: x, approval: ada }
  g: { needs: a, approval: { by: [bob, human], run: ./x, message: "${{ needs.a.outputs.v }}" }, rework: { to: any } })");
  BOOST_TEST(select_tasks(p, {"b"}, {}).empty());
  std::string all;
  for (const auto& t : p.tasks)
    all += t.name + " ";
  BOOST_TEST(all == "a b c review/g requests/ada ");
  BOOST_REQUIRE(p.gates.size() == 1u);
  BOOST_TEST(names_of(p, p.gates[0].approval.reviews) == "review/g");
  BOOST_TEST(names_of(p, p.gates[0].rework.to) == "a");
  BOOST_TEST(task_named(p, "review/g").review_of.value == 0u);
  BOOST_TEST(p.agents[0].requests.task.value == 4u);
  BOOST_TEST(p.gates[0].approval.message.nodes[0].task.value == 0u);
  BOOST_TEST(task_named(p, "b").run.argv[1].nodes[0].task.value == 0u);
  BOOST_TEST(task_named(p, "b").needs_later[0].of.index == 2u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace tutti::config
