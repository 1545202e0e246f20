// SPDX-License-Identifier: BSD-3-Clause
// Whole runs of quick functions on the deterministic scheduler.
#include "runtime/native/quick_agent.hpp"

#include "actors/observer/observer.hpp"
#include "actors/orchestrator/orchestrator.hpp"
#include "tests/support/actor_stage.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/plan_builder.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace tutti;
using namespace tutti::test;
using native::quick_task;
using native::result;

namespace {

artifact_actor::behavior_type
store_behavior(artifact_actor::pointer self,
               const std::shared_ptr<const attempt_details>* disk) {
  return {
      [](const capture_artifacts&) {},
      [](const place_artifacts&) {},
      [](const keep_payload&) {},
      [self, disk](const load_payload& x) {
        payload_loaded answer{x.id, *disk, {}};
        if (!*disk)
          answer.mistake = "it is gone";
        self->send(caf::actor_cast<agent_actor>(self->current_sender()),
                   std::move(answer));
      },
  };
}

/// One agent that works by a quick function.
class quick_run {
public:
  quick_run(plan_builder b, native::agents::quick_function work,
            std::uint64_t seed = 1, duration gathers = duration{0})
    : stage_(seed) {
    for (auto& t : b.get().tasks)
      t.run = {};
    plan_ = std::make_shared<const plan>(std::move(b.get()));
    auto viewer = stage_.spawn(seen_behavior, &seen);
    orchestrator_options options;
    options.work = plan_;
    options.observer =
        stage_.spawn(observer_behavior, std::vector<viewer_actor>{viewer});
    options.gathers = gathers;
    options.takes_batches = [](agent_id) {
      return true;
    };
    options.spawn_agents =
        [this, work = std::move(work)](const orchestrator_actor& to) {
          agent_options mine;
          mine.id = agent_id{0};
          mine.work = plan_;
          mine.orchestrator = to;
          mine.reports = caf::actor_cast<report_actor>(to);
          mine.artifacts = stage_.spawn(store_behavior, &on_disk);
          auto shared =
              std::make_shared<const native::agents::quick_function>(work);
          agent = stage_.spawn(native::quick_behavior, std::move(mine), shared);
          return std::vector<agent_actor>{agent};
        };
    lead = stage_.spawn(orchestrator_behavior, std::move(options));
    stage_.settle();
  }
  ~quick_run() {
    lead = nullptr;
    agent = nullptr;
    stage_.clear();
  }
  quick_run(const quick_run&) = delete;
  quick_run& operator=(const quick_run&) = delete;

  void go() {
    caf::anon_send(lead, begin_run{});
    stage_.settle();
  }
  void advance(duration x) {
    stage_.advance(x);
  }
  /// Messages and timers in an order drawn by the dice, until there are none.
  void go_in_any_order(dice& d) {
    caf::anon_send(lead, begin_run{});
    while (stage_.has_message() || stage_.timers() > 0)
      if (stage_.has_message() && (stage_.timers() == 0 || !d.one_in(5)))
        stage_.step();
      else
        (void)stage_.next_timer();
  }
  void settle() {
    stage_.settle();
  }

  [[nodiscard]] std::vector<fact> ends() const {
    return of(fact_kind::attempt_finished);
  }
  [[nodiscard]] std::vector<fact> of(fact_kind kind) const {
    std::vector<fact> result;
    for (const auto& f : seen.facts)
      if (f.kind == kind)
        result.push_back(f);
    return result;
  }

  seen_run seen;
  std::shared_ptr<const attempt_details> on_disk;
  orchestrator_actor lead;
  agent_actor agent;

private:
  std::shared_ptr<const plan> plan_;
  actor_stage stage_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_quick_agent)

BOOST_AUTO_TEST_CASE(outputs_reach_who_needs_them) {
  plan_builder b;
  auto one = b.task("one");
  auto two = b.task("two");
  b.task("sum", {one, two});
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::vector<std::string> from;
    quick_run run{b,
                  [&from](const quick_task& t) {
                    if (t.name() != "sum")
                      return result{}.set("n", t.name() == "one" ? 1 : 2);
                    for (const auto& x : t.inputs())
                      from.push_back(x.from);
                    return result{}.set("n", t.input<int>("one", "n")
                                                 + t.input<int>("two", "n"));
                  },
                  seed};
    run.go();
    auto ends = run.ends();
    BOOST_REQUIRE(ends.size() == 3u);
    const auto* sum = find_output(ends[2].details->outputs, "n");
    BOOST_REQUIRE(sum != nullptr);
    BOOST_TEST(sum->text == "3");
    BOOST_TEST((from == std::vector<std::string>{"one", "two"}));
    BOOST_TEST(run.of(fact_kind::handoff_sent).size() == 2u);
    BOOST_TEST(run.of(fact_kind::handoff_accepted).size() == 2u);
    BOOST_TEST((run.seen.facts.back().kind == fact_kind::run_ended));
  }
}

BOOST_AUTO_TEST_CASE(one_at_a_time_whatever_came_together) {
  plan_builder b;
  for (int i = 0; i < 100; ++i)
    b.task("t" + std::to_string(i));
  quick_run run{b, [](const quick_task&) {
                  return result{};
                }};
  run.go();
  int live = 0;
  int most = 0;
  for (const auto& f : run.seen.facts) {
    live += f.kind == fact_kind::attempt_started;
    live -= f.kind == fact_kind::attempt_finished;
    most = std::max(most, live);
  }
  BOOST_TEST(most == 1);
  BOOST_TEST(run.ends().size() == 100u);
}

// Facts for viewers may gather; what has to be done never waits with them.
BOOST_AUTO_TEST_CASE(a_run_whose_facts_gather_comes_to_its_end) {
  plan_builder b;
  b.task("t0");
  for (std::uint32_t i = 1; i < 40; ++i)
    b.task("t" + std::to_string(i), {(i - 1) / 2});
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    quick_run run{b,
                  [](const quick_task&) {
                    return result{};
                  },
                  seed, std::chrono::milliseconds(5)};
    dice d{seed};
    run.go_in_any_order(d);
    BOOST_TEST(run.ends().size() == 40u, "seed " << seed);
    BOOST_TEST((run.seen.facts.back().kind == fact_kind::run_ended),
               "seed " << seed);
  }
}

BOOST_AUTO_TEST_CASE(what_it_throws_fails_the_attempt) {
  plan_builder b;
  b.task("a");
  quick_run run{b, [](const quick_task& t) -> result {
                  (void)t.input<int>("nobody", "n");
                  return {};
                }};
  run.go();
  auto ends = run.ends();
  BOOST_REQUIRE(ends.size() == 1u);
  BOOST_TEST((ends[0].state == task_state::failed));
  BOOST_TEST(ends[0].details->message == "'nobody' has handed nothing to 'a'");
}

BOOST_AUTO_TEST_CASE(a_retry_has_what_the_first_attempt_had) {
  plan_builder b;
  auto one = b.task("one");
  auto two = b.task("two", {one});
  b[two].retries.max = 1;
  std::vector<std::size_t> inputs;
  quick_run run{b, [&inputs](const quick_task& t) {
                  if (t.name() == "one")
                    return result{}.set("n", 1);
                  inputs.push_back(t.inputs().size());
                  return t.attempt_number() == 1 ? result::failure("not yet")
                                                 : result{};
                }};
  run.go();
  run.advance(std::chrono::minutes(1));
  BOOST_TEST((inputs == std::vector<std::size_t>{1, 1}));
  BOOST_TEST((run.seen.facts.back().status == run_status::succeeded));
}

/// A result that lies on disk, as the agent hears of it.
handoff large_from(std::uint32_t from, std::uint32_t to) {
  attempt_details x;
  x.payload.size_bytes = 10;
  handoff h;
  h.from = task_id{from};
  h.to = task_id{to};
  h.details = std::make_shared<const attempt_details>(std::move(x));
  return h;
}

BOOST_AUTO_TEST_CASE(what_lies_on_disk_is_loaded_first) { // §21
  plan_builder b;
  b.agent("worker");
  b.agent("another");
  auto one = b.task("one");
  auto two = b.task("two", {one});
  b[one].agents = {agent_id{1}};
  for (bool there : {true, false}) {
    std::string read;
    quick_run run{b, [&read](const quick_task& t) {
                    read = t.input<std::string>("one", "text");
                    return result{};
                  }};
    if (there) {
      attempt_details x;
      x.outputs = {{"text", make_text("long")}};
      run.on_disk = std::make_shared<const attempt_details>(std::move(x));
    }
    auto agent = caf::actor_cast<batch_agent_actor>(run.agent);
    agent_orders orders;
    orders.handed = {large_from(one, two)};
    orders.tasks.emplace_back();
    orders.tasks[0].task = task_id{two};
    orders.tasks[0].attempt = 1;
    caf::anon_send(agent, std::move(orders));
    run.settle();
    BOOST_TEST(read == (there ? "long" : ""));
  }
}

BOOST_AUTO_TEST_SUITE_END()
