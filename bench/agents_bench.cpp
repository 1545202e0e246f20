// SPDX-License-Identifier: BSD-3-Clause
// usage: bench_agents [--rounds N] [--only NAME] [--json] [--quick]
//
// A million agents (actors/agent/agent.hpp, as a run spawns those that work by
// commands) beside as many actors of bare CAF with one handler: all are spawned
// and told to leave, which each of them answers to one that counts. How many a
// second, and what each has allocated once it has answered. As CAF's own
// actor_creation and Savina's fork join (create), but for the answer.
#include "bench/apart.hpp"
#include "bench/rows.hpp"
#include "runtime/session/any_agent.hpp"
#include "runtime/session/system_config.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
#include <utility>
#include <vector>

namespace {

using namespace tutti;
using clock_type = std::chrono::steady_clock;

/// Hears who leaves; of an orchestrator nothing else is needed here.
orchestrator_actor::behavior_type counting(orchestrator_actor::pointer,
                                           std::size_t count,
                                           std::promise<void>* all) {
  auto left = std::make_shared<std::size_t>(count);
  return {
      [](const begin_run&) {},
      [](const attempt_started&) {},
      [](const attempt_finished&) {},
      [](const task_returned&) {},
      [](const handoff_accepted&) {},
      [](const answer_accepted&) {},
      [](const attempt_waits&) {},
      [](const wait_over&) {},
      [](const make_requests&) {},
      [left, all](const agent_left&) {
        if (--*left == 0)
          all->set_value();
      },
      [](const service_changed&) {},
      [](const control_call&) {},
      [](const facts_durable&) {},
      [](const journal_stuck&) {},
      [](const node_joined&) {},
      [](const node_lost&) {},
      [](const node_gone&) {},
      [](const late_result&) {},
      [](const link_mark&) {},
      [](const stop_run&) {},
  };
}

struct bare_state {
  std::uint64_t heard = 0;
};

caf::behavior bare_agent(caf::stateful_actor<bare_state>* self,
                         const orchestrator_actor& lead, agent_id id) {
  return {[=](leave_run) {
    ++self->state.heard;
    self->send(lead, agent_left{id});
  }};
}

struct figures {
  double per_second = 0;
  double bytes = 0; ///< of each
};

/// `spawn(system, orchestrator, number)` makes one.
template <class Spawn>
figures measure(std::size_t count, Spawn spawn) {
  session::system_config config;
  caf::actor_system system{config};
  std::promise<void> all;
  auto lead = system.spawn(counting, count, &all);
  std::vector<decltype(spawn(system, lead, count))> actors;
  actors.reserve(count);
  auto before = bench::allocated_bytes();
  auto begin = clock_type::now();
  for (std::size_t i = 0; i < count; ++i)
    actors.push_back(spawn(system, lead, i));
  for (const auto& x : actors)
    caf::anon_send(x, leave_run{});
  all.get_future().wait();
  std::chrono::duration<double> span = clock_type::now() - begin;
  auto after = bench::allocated_bytes();
  auto n = static_cast<double>(count);
  return {n / span.count(), static_cast<double>(after - before) / n};
}

std::shared_ptr<const plan> make_plan() {
  plan p;
  p.agents.push_back({"agent", "", 1, false});
  p.tasks.resize(1);
  p.tasks[0].name = "task";
  p.tasks[0].agents = {agent_id{0}};
  return std::make_shared<const plan>(std::move(p));
}

figures ours(std::size_t count) {
  agent_options common;
  common.work = make_plan();
  common.looked_at = outputs_looked_at(*common.work);
  return measure(count, [&](caf::actor_system& system,
                            const orchestrator_actor& lead, std::size_t) {
    auto mine = common;
    mine.orchestrator = lead;
    mine.id = agent_id{0};
    return session::spawn_any_agent(system, std::move(mine), nullptr);
  });
}

figures bare(std::size_t count) {
  return measure(count, [](caf::actor_system& system,
                           const orchestrator_actor& lead, std::size_t i) {
    return system.spawn(bare_agent, lead, agent_id{i});
  });
}

/// In a process of its own, which ends before the actors do.
figures measure_apart(bool counted, std::size_t count,
                      figures (*work)(std::size_t)) {
  auto x = bench::apart(2, [=] {
    if (counted)
      bench::count_allocations();
    auto f = work(count);
    return std::vector<double>{f.per_second, f.bytes};
  });
  return {x[0], x[1]};
}

} // namespace

int main(int argc, char** argv) {
  auto how = bench::take_row_options(argc, argv);
  std::size_t count = how.quick ? 1'000 : 1'000'000;
  bench::row created{"agents.created",
                     "agents/s",
                     bench::better::higher,
                     {},
                     "bare CAF actors",
                     {},
                     {}};
  bench::row bytes{
      "agents.bytes", "B", bench::better::lower, {}, "bare CAF actors", {}, {}};
  // Where allocations are counted, threads wait for each other at them.
  for (int i = 0; i < how.rounds; ++i) {
    if (how.wants("agents.created")) {
      created.samples.push_back(measure_apart(false, count, ours).per_second);
      created.reference.push_back(measure_apart(false, count, bare).per_second);
    }
    if (how.wants("agents.bytes")) {
      bytes.samples.push_back(measure_apart(true, count, ours).bytes);
      bytes.reference.push_back(measure_apart(true, count, bare).bytes);
    }
  }
  for (const auto& x : {created, bytes})
    if (!x.samples.empty())
      print(how, x);
}
