// SPDX-License-Identifier: BSD-3-Clause
// usage: bench_agents [--rounds N] [--only NAME] [--json] [--quick]
//
// A million agents, as a run spawns those that work by commands
// (runtime/session/any_agent.hpp), beside as many actors of bare CAF with one
// handler; neither kind is made ready before its first message.
//
// agents.created, agents.bytes: they are spawned, and each has allocated so
// much. agents.answering: they are spawned, and told to leave, which each
// answers to one that counts; and what each has allocated then. As CAF's own
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
  double answering_per_second = 0;
  double answering_bytes = 0;
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
  auto n = static_cast<double>(count);
  auto rate = [&] {
    return n / std::chrono::duration<double>(clock_type::now() - begin).count();
  };
  auto each = [&] {
    return static_cast<double>(bench::allocated_bytes() - before) / n;
  };
  figures result;
  for (std::size_t i = 0; i < count; ++i)
    actors.push_back(spawn(system, lead, i));
  result.per_second = rate();
  result.bytes = each();
  for (const auto& x : actors)
    caf::anon_send(x, leave_run{});
  all.get_future().wait();
  result.answering_per_second = rate();
  result.answering_bytes = each();
  caf::anon_send_exit(lead, caf::exit_reason::user_shutdown);
  return result;
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
  std::shared_ptr<const session::agent_team> team;
  return measure(count, [&](caf::actor_system& system,
                            const orchestrator_actor& lead, std::size_t) {
    if (!team) {
      session::agent_team x;
      x.common.work = make_plan();
      x.common.looked_at = outputs_looked_at(*x.common.work);
      x.common.orchestrator = lead;
      team = std::make_shared<const session::agent_team>(std::move(x));
    }
    return session::spawn_team_agent(system, team, agent_id{0}, 1);
  });
}

figures bare(std::size_t count) {
  return measure(count, [](caf::actor_system& system,
                           const orchestrator_actor& lead, std::size_t i) {
    return system.spawn<caf::lazy_init>(bare_agent, lead, agent_id{i});
  });
}

/// In a process of its own, which ends before the actors do. Where allocations
/// are counted, threads wait for each other at them.
figures measure_apart(bool counted, std::size_t count,
                      figures (*work)(std::size_t)) {
  auto x = bench::apart(4, [=] {
    if (counted)
      bench::count_allocations();
    auto f = work(count);
    return std::vector<double>{f.per_second, f.bytes, f.answering_per_second,
                               f.answering_bytes};
  });
  return {x[0], x[1], x[2], x[3]};
}

} // namespace

int main(int argc, char** argv) {
  auto how = bench::take_row_options(argc, argv);
  std::size_t count = how.quick ? 1'000 : 1'000'000;
  auto of = [](const char* name, bool is_rate) {
    auto want = is_rate ? bench::better::higher : bench::better::lower;
    return bench::row{
        name, is_rate ? "agents/s" : "B", want, {}, "bare CAF actors", {}, {}};
  };
  bench::row rows[] = {of("agents.created", true), of("agents.bytes", false),
                       of("agents.answering", true),
                       of("agents.answering.bytes", false)};
  auto add = [&rows](std::size_t i, double x, double by) {
    rows[i].samples.push_back(x);
    rows[i].reference.push_back(by);
  };
  for (int i = 0; i < how.rounds; ++i) {
    auto x = measure_apart(false, count, ours);
    auto y = measure_apart(false, count, bare);
    add(0, x.per_second, y.per_second);
    add(2, x.answering_per_second, y.answering_per_second);
    x = measure_apart(true, count, ours);
    y = measure_apart(true, count, bare);
    add(1, x.bytes, y.bytes);
    add(3, x.answering_bytes, y.answering_bytes);
  }
  for (const auto& x : rows)
    if (how.wants(x.name))
      print(how, x);
}
