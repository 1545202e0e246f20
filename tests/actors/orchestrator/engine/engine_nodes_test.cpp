// SPDX-License-Identifier: BSD-3-Clause
// Nodes, case by case (semantics §32, §33); random teams on nodes that come and
// go are in engine_handoffs_property_test.cpp.
#include "tests/support/engine_world.hpp"
#include "tests/support/team_builder.hpp"

#include <string>
#include <vector>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;

namespace {

engine::graph_options with_nodes(std::vector<std::string> local = {}) {
  engine::graph_options result;
  result.placement = true;
  result.nodes_may_join = true;
  result.local_labels = std::move(local);
  return result;
}

engine::node_joins joining(std::string name, std::vector<std::string> labels,
                           std::uint32_t slots = 2) {
  engine::node_joins e;
  e.node = std::move(name);
  e.labels = std::move(labels);
  e.slots = slots;
  return e;
}

/// Agents whose tasks are `x`, `y`, …, all of which ask for the label "gpu".
struct spread_team {
  team_builder b;
  std::vector<std::uint32_t> tasks;

  explicit spread_team(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      tasks.push_back(b.lane("t" + std::to_string(i)));
    for (auto& a : b.get().agents)
      a.runs_on = {"gpu"};
  }
};

std::string node_of(const engine_world& w, std::uint32_t agent) {
  return w.get().places().node_name_of(agent);
}

std::uint32_t agent_of(const engine_world& w, std::uint32_t task) {
  return w.get().task(task).agent;
}

} // namespace

BOOST_AUTO_TEST_SUITE(engine_nodes)

BOOST_AUTO_TEST_CASE(agents_wait_for_a_node_with_all_their_labels) { // §32
  spread_team t{1};
  engine_world w{t.b.get(), with_nodes({"cpu"})};
  w.begin_run();
  auto agent = agent_of(w, t.tasks[0]);
  BOOST_TEST(node_of(w, agent).empty());
  BOOST_TEST(!w.get().over()); // a node may yet join (rule 7)
  BOOST_TEST(w.get().places().missing_labels(agent)
             == std::vector<std::string>{"gpu"});
  w.step(joining("slow", {"cpu"}));
  BOOST_TEST(node_of(w, agent).empty());
  w.step(joining("fast", {"gpu", "linux"}));
  BOOST_TEST(node_of(w, agent) == "fast");
  w.begin_all();
  w.end(t.tasks[0]);
  BOOST_TEST((w.last(fact_kind::run_ended)->status == run_status::succeeded));
}

BOOST_AUTO_TEST_CASE(without_nodes_that_may_join_the_run_says_it_waits) {
  spread_team t{1};
  auto options = with_nodes();
  options.nodes_may_join = false;
  engine_world w{t.b.get(), options};
  w.begin_run();
  BOOST_TEST((w.last(fact_kind::run_ended)->status == run_status::waiting));
}

BOOST_AUTO_TEST_CASE(this_machine_is_a_node_too) {
  spread_team t{1};
  engine_world w{t.b.get(), with_nodes({"gpu"})};
  w.begin_run();
  BOOST_TEST(node_of(w, agent_of(w, t.tasks[0])) == local_node);
}

BOOST_AUTO_TEST_CASE(nodes_that_are_there_share_the_agents) {
  spread_team t{4};
  engine_world w{t.b.get(), with_nodes()};
  engine::run_begins first;
  first.nodes = {joining("n1", {"gpu"}), joining("n2", {"gpu"})};
  w.step(first);
  std::map<std::string, int> count;
  for (auto x : t.tasks)
    ++count[node_of(w, agent_of(w, x))];
  BOOST_TEST(count["n1"] == 2);
  BOOST_TEST(count["n2"] == 2);
}

BOOST_AUTO_TEST_CASE(who_has_begun_nothing_goes_where_there_is_more_room) {
  spread_team t{2};
  engine_world w{t.b.get(), with_nodes()};
  w.begin_run();
  w.step(joining("n1", {"gpu"}, 1));
  BOOST_TEST(w.get().task(t.tasks[0]).assigned);
  w.step(joining("n2", {"gpu"}, 4));
  BOOST_TEST(node_of(w, agent_of(w, t.tasks[0])) == "n1");
  BOOST_TEST(node_of(w, agent_of(w, t.tasks[1])) == "n2");
}

BOOST_AUTO_TEST_CASE(slots_of_a_node_are_tokens) { // §1
  spread_team t{3};
  engine_world w{t.b.get(), with_nodes()};
  w.begin_run();
  w.step(joining("n1", {"gpu"}, 2));
  w.begin_all();
  BOOST_TEST(w.running.size() == 2u);
  w.end(w.running.begin()->first.task);
  w.begin_all();
  BOOST_TEST(w.running.size() == 2u);
}

BOOST_AUTO_TEST_CASE(what_a_lost_node_was_at_runs_elsewhere) { // §33, row 8
  spread_team t{1};
  auto x = t.tasks[0];
  engine_world w{t.b.get(), with_nodes()};
  w.begin_run();
  w.step(joining("n1", {"gpu"}));
  w.begin_all();
  w.step(joining("n2", {"gpu"}));
  w.step(engine::node_is_lost{"n1", "it has not answered for 16s"});
  BOOST_TEST(w.get().task(x).failures == 0u); // and uses no retry
  BOOST_TEST(node_of(w, agent_of(w, x)) == "n2");
  BOOST_TEST(w.get().task(x).attempt == 2u);
  // Its late result counts for nothing (rule 6, row 11).
  engine::result_is_late late;
  late.what = {agent_id{agent_of(w, x)}, 1, task_id{x}, 1};
  w.step(late);
  BOOST_TEST(w.get().counts().late == 1u);
  BOOST_TEST((w.state(x) == task_state::ready));
  w.begin_all();
  w.end(x);
  BOOST_TEST((w.last(fact_kind::run_ended)->status == run_status::succeeded));
}

// Of a node that was silent for its own supervisor.
BOOST_AUTO_TEST_CASE(what_ends_for_its_nodes_sake_runs_again) { // §33
  spread_team t{1};
  auto x = t.tasks[0];
  t.b[x].retries.max = 0;
  engine_world w{t.b.get(), with_nodes()};
  w.begin_run();
  w.step(joining("n1", {"gpu"}));
  w.begin_all();
  w.end(x, attempt_end::stopped);
  w.begin_all();
  BOOST_TEST((w.state(x) == task_state::running));
  BOOST_TEST(w.get().task(x).attempt == 2u);
  BOOST_TEST(w.get().task(x).failures == 0u);
  w.end(x);
  BOOST_TEST((w.state(x) == task_state::succeeded));
}

BOOST_AUTO_TEST_CASE(an_exclusive_task_waits_until_its_node_is_gone) { // §33
  spread_team t{1};
  auto x = t.tasks[0];
  t.b[x].exclusive = true;
  engine_world w{t.b.get(), with_nodes()};
  w.begin_run();
  w.step(joining("n1", {"gpu"}));
  w.begin_all();
  w.step(joining("n2", {"gpu"}));
  w.step(engine::node_is_lost{"n1", "silent"});
  BOOST_TEST(!w.get().task(x).assigned);
  BOOST_TEST(!w.get().over());
  BOOST_TEST(w.fire_next_timer()); // `keep` is over
  BOOST_TEST(w.now >= 10min);
  BOOST_TEST(w.get().task(x).assigned);
}

BOOST_AUTO_TEST_CASE(an_exclusive_task_starts_once_its_node_is_back) {
  spread_team t{1};
  auto x = t.tasks[0];
  t.b[x].exclusive = true;
  engine_world w{t.b.get(), with_nodes()};
  w.begin_run();
  w.step(joining("n1", {"gpu"}));
  w.begin_all();
  w.step(engine::node_is_lost{"n1", "silent"});
  w.step(joining("n1", {"gpu"}));
  BOOST_TEST(w.get().task(x).assigned);
  BOOST_TEST(node_of(w, agent_of(w, x)) == "n1");
}

BOOST_AUTO_TEST_CASE(a_drained_node_keeps_what_it_is_at) {
  spread_team t{1};
  auto x = t.tasks[0];
  auto agent = t.b[x].agents[0];
  auto y = t.b.task("after", {x});
  t.b[y].agents = {agent};
  engine_world w{t.b.get(), with_nodes()};
  w.begin_run();
  w.step(joining("n1", {"gpu"}));
  w.begin_all();
  w.step(joining("n2", {"gpu"}));
  w.step(engine::drain_requested{"n1"});
  BOOST_TEST(node_of(w, agent.value) == "n1");
  w.end(x);
  BOOST_TEST(node_of(w, agent.value) == "n2");
  w.step(engine::node_is_gone{"n1"}); // it has left
  BOOST_TEST((w.get().places().nodes()[w.get().places().find("n1")].state
              == engine::node_state::lost));
  w.begin_all();
  w.end(y);
  BOOST_TEST((w.last(fact_kind::run_ended)->status == run_status::succeeded));
  w.step(engine::drain_requested{"nobody"});
}

// Found by `tutti play --explore --nodes`: it waited for ever.
BOOST_AUTO_TEST_CASE(who_waits_inside_goes_on_on_a_drained_node) { // §20, §32
  spread_team t{2};
  auto x = t.tasks[0];
  t.b.integrate(x, {t.tasks[1]});
  engine_world w{t.b.get(), with_nodes()};
  w.begin_run();
  w.step(joining("n1", {"gpu"}));
  w.begin_all();
  w.step(engine::wait_begins{task_id{x}, 1});
  BOOST_REQUIRE(w.get().task(x).waits);
  w.step(engine::drain_requested{"n1"});
  BOOST_TEST(node_of(w, agent_of(w, x)) == "n1");
  w.step(engine::wait_ends{task_id{x}, 1});
  BOOST_TEST(!w.get().task(x).waits);
}

BOOST_AUTO_TEST_CASE(nodes_that_are_not_there_cannot_be_drained) {
  spread_team t{1};
  engine_world w{t.b.get(), with_nodes()};
  w.begin_run();
  w.step(engine::drain_requested{"n1"});
  BOOST_TEST(w.out.refusal == "there is no node 'n1' in this run");
}

BOOST_AUTO_TEST_CASE(what_goes_on_while_tutti_is_gone_is_taken_over) { // §31
  spread_team t{2};
  engine_world w{t.b.get(), with_nodes()};
  w.begin_run();
  w.step(joining("n1", {"gpu"}));
  w.begin_all();
  auto [x, y] = std::pair{t.tasks[0], t.tasks[1]};
  w.crash();
  BOOST_TEST((w.state(x) == task_state::running));
  auto back = joining("n1", {"gpu"});
  for (auto task : {x, y})
    back.keeps.push_back(agent_id{agent_of(w, task)});
  back.holds.push_back({agent_id{agent_of(w, x)}, 1, task_id{x}, 1});
  w.step(back);
  BOOST_TEST((w.state(x) == task_state::running)); // it is held
  BOOST_TEST(w.get().task(x).attempt == 1u);
  BOOST_TEST(w.get().task(y).attempt == 2u); // it is not: again
  w.end(x);
  BOOST_TEST((w.state(x) == task_state::succeeded));
}

BOOST_AUTO_TEST_CASE(an_end_that_is_told_again_is_no_late_result) { // §31
  spread_team t{2};
  engine_world w{t.b.get(), with_nodes()};
  w.begin_run();
  w.step(joining("n1", {"gpu"}));
  w.begin_all();
  auto x = t.tasks[0];
  w.end(x);
  w.crash();
  auto back = joining("n1", {"gpu"});
  for (auto task : t.tasks)
    back.keeps.push_back(agent_id{agent_of(w, task)});
  back.holds.push_back({agent_id{agent_of(w, x)}, 1, task_id{x}, 1});
  w.step(back);
  w.step(engine_world::finished({x, 1}, attempt_end::success));
  BOOST_TEST(w.get().counts().late == 0u);
  BOOST_TEST((w.state(x) == task_state::succeeded));
}

// The node did not hear that its result was taken before it was lost (§34).
BOOST_AUTO_TEST_CASE(a_result_that_was_taken_is_not_late_when_told_again) {
  spread_team t{2};
  auto x = t.tasks[0];
  engine_world w{t.b.get(), with_nodes()};
  w.begin_run();
  w.step(joining("n1", {"gpu"}));
  w.begin_all();
  w.step(engine::node_is_lost{"n1", "it has not answered for 16s"});
  w.step(joining("n2", {"gpu"}));
  w.begin_all();
  auto told = [&](std::uint32_t attempt) {
    engine::result_is_late late;
    late.what = {agent_id{agent_of(w, x)}, 1, task_id{x}, attempt};
    w.step(late);
    return w.get().counts().late;
  };
  w.end(x); // attempt 2
  BOOST_TEST(w.get().task(x).attempt == 2u);
  BOOST_TEST(told(2) == 0u);
  w.crash();
  BOOST_TEST(told(2) == 0u);
  BOOST_TEST(told(1) == 1u); // of the one that was lost
  BOOST_TEST(told(1) == 1u); // that is one result
}

// What it asks for a second time is another request (§19).
BOOST_AUTO_TEST_CASE(an_attempt_that_is_taken_over_goes_on_counting) { // §31
  team_builder b;
  auto crud = b.lane("morgan");
  auto page = b.lane("sam");
  b.answers(crud);
  b[page].retries.max = 1;
  b[page].integrate.present = true;
  auto sam = b[page].agents[0];
  b.get().agents[sam.value].runs_on = {"gpu"};
  engine_world w{b.get(), with_nodes()};
  w.begin_run();
  w.step(joining("n1", {"gpu"}));
  w.begin_all();
  using texts = std::vector<std::string>;
  using list = std::vector<std::uint32_t>;
  auto ask = [&](texts what) {
    engine::requests_arrive e;
    e.task = task_id{page};
    e.attempt = w.get().task(page).attempt;
    e.to = "morgan";
    e.texts = std::move(what);
    w.step(e);
    return w.out.numbers;
  };
  BOOST_TEST((ask({"roll", "roll"}) == list{1, 2}));
  w.crash();
  auto back = joining("n1", {"gpu"});
  back.keeps = {sam};
  back.holds = {{sam, 1, task_id{page}, 1}};
  w.step(back);
  BOOST_TEST((ask({"roll", "other"}) == list{3, 4}));
  // Another attempt counts from the first again.
  w.end(page, attempt_end::failure);
  w.begin_all();
  BOOST_TEST((ask({"roll", "roll", "roll"}) == list{1, 2, 3}));
}

// It was lost as its node came back, which has nothing of it: nothing haunts
// it.
BOOST_AUTO_TEST_CASE(an_exclusive_task_of_a_node_that_is_back_starts) { // §33
  spread_team t{1};
  auto x = t.tasks[0];
  t.b[x].exclusive = true;
  engine_world w{t.b.get(), with_nodes()};
  w.begin_run();
  w.step(joining("n1", {"gpu"}));
  w.begin_all();
  w.crash();
  auto back = joining("n1", {"gpu"});
  back.keeps.push_back(agent_id{agent_of(w, x)});
  w.step(back);
  BOOST_TEST(w.get().task(x).assigned);
}

BOOST_AUTO_TEST_SUITE_END()
