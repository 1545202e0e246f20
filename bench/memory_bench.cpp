// SPDX-License-Identifier: BSD-3-Clause
// usage: bench_memory [--rounds N] [--only NAME] [--json] [--quick]
//
// What a task costs in memory that has not begun: a plan of 1,000 layers of
// 1,000 tasks with three needs each, made by the API, and a run of it whose
// agents take what they are assigned and do nothing. `memory.task` is what the
// engine (and its graph), the orchestrator and the names of tasks take;
// `memory.task.all` the same with the whole value of the plan, of which names
// are a part. The model is what a board or a report adds. Counted is what is
// allocated.
#include "actors/orchestrator/orchestrator.hpp"
#include "bench/apart.hpp"
#include "bench/quiet_agent.hpp"
#include "bench/rows.hpp"
#include "runtime/report/run_model.hpp"
#include "runtime/session/system_config.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <fmt/format.h>

#include <atomic>
#include <cstdint>
#include <future>
#include <memory>
#include <utility>
#include <vector>

namespace {

using namespace tutti;

constexpr std::uint32_t agent_count = 8;

std::shared_ptr<const plan> make_plan(std::uint32_t side) {
  auto p = std::make_shared<plan>();
  p->name = "pending";
  for (std::uint32_t i = 0; i < agent_count; ++i)
    p->agents.push_back({fmt::format("agent-{}", i), "", 64, false});
  p->tasks.resize(std::size_t{side} * side);
  for (std::uint32_t i = 0; i < p->tasks.size(); ++i) {
    auto& t = p->tasks[i];
    t.name = fmt::format("task-{}", i);
    t.agents = {agent_id{i % agent_count}};
    if (i < side)
      continue;
    t.needs.reserve(3);
    for (std::uint32_t k = 0; k < 3; ++k)
      t.needs.push_back({{node_kind::task,
                          (i / side - 1) * side + (i % side + k * 17) % side},
                         need_condition::succeeded});
  }
  return p;
}

/// The run stands once all that is ready is assigned, and its facts are told.
struct begun {
  std::atomic<std::uint32_t> left;
  std::promise<void> all;

  void one() {
    if (--left == 0)
      all.set_value();
  }
};

agent_actor::behavior_type waiting_agent(agent_actor::pointer, begun* b) {
  return bench::quiet_agent(
      [b](const assign_task&) {
        b->one();
      },
      [](const handoff&) {}, [](leave_run) {});
}

observer_actor::behavior_type idle_observer(observer_actor::pointer, begun* b) {
  return {
      [b, told = false](const run_facts&) mutable {
        if (!std::exchange(told, true))
          b->one();
      },
      [](const task_progress&) {},
  };
}

double bytes_since(std::size_t before) {
  return static_cast<double>(bench::allocated_bytes() - before);
}

/// What the orchestrator of a run holds that has begun.
double orchestrator_bytes(const std::shared_ptr<const plan>& work,
                          std::uint32_t ready) {
  session::system_config config;
  caf::actor_system system{config};
  begun b;
  b.left = ready + 1;
  auto before = bench::allocated_bytes();
  std::vector<caf::strong_actor_ptr> all;
  auto keep = [&](auto x) {
    all.push_back(caf::actor_cast<caf::strong_actor_ptr>(x));
    return x;
  };
  orchestrator_options mine;
  mine.work = work;
  mine.observer = keep(system.spawn(idle_observer, &b));
  mine.spawn_agents = [&](const orchestrator_actor&) {
    std::vector<agent_actor> result;
    for (std::uint32_t i = 0; i < agent_count; ++i)
      result.push_back(keep(system.spawn(waiting_agent, &b)));
    return result;
  };
  auto lead = system.spawn(orchestrator_behavior, std::move(mine));
  caf::anon_send(lead, begin_run{});
  b.all.get_future().wait();
  auto result = bytes_since(before);
  keep(lead);
  for (const auto& x : all)
    caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
  return result;
}

enum part {
  in_names,
  in_plan,
  in_graph,
  in_engine,
  in_orchestrator,
  in_model,
  parts
};

/// Of a text: where it lies, and what does not lie in there.
double name_bytes(const std::string& x) {
  auto inside = std::string{}.capacity();
  return static_cast<double>(sizeof x
                             + (x.capacity() > inside ? x.capacity() + 1 : 0));
}

/// Bytes a task, by part.
std::vector<double> measure(std::uint32_t side) {
  bench::count_allocations();
  std::vector<double> result(parts);
  auto before = bench::allocated_bytes();
  auto work = make_plan(side);
  result[in_plan] = bytes_since(before);
  for (const auto& t : work->tasks)
    result[in_names] += name_bytes(t.name);
  result[in_orchestrator] = orchestrator_bytes(work, side);
  before = bench::allocated_bytes();
  auto graph = engine::compile(*work, {});
  result[in_graph] = bytes_since(before);
  before = bench::allocated_bytes();
  engine::engine e{std::move(graph)};
  result[in_engine] = bytes_since(before);
  result[in_orchestrator] -= result[in_graph] + result[in_engine];
  before = bench::allocated_bytes();
  report::run_model model{*work, std::vector<std::uint32_t>(agent_count, 64)};
  result[in_model] = bytes_since(before);
  for (auto& x : result)
    x /= static_cast<double>(work->tasks.size());
  return result;
}

} // namespace

int main(int argc, char** argv) {
  auto how = bench::take_row_options(argc, argv);
  auto of = [](const char* name, const char* note) {
    return bench::row{name, "B", bench::better::lower, {}, {}, {}, note};
  };
  auto task = of("memory.task", "names, graph, engine and orchestrator");
  auto all = of("memory.task.all", "plan, graph, engine and orchestrator");
  std::vector<bench::row> split{
      of("memory.task.names", ""),
      of("memory.task.plan", "the value itself, names included"),
      of("memory.task.graph", ""),
      of("memory.task.engine", ""),
      of("memory.task.orchestrator", "the rest of it"),
      of("memory.task.model", "for who looks on")};
  for (int i = 0; i < how.rounds; ++i) {
    auto x = bench::apart(parts, [&] {
      return measure(how.quick ? 30 : 1'000);
    });
    for (std::size_t k = 0; k < parts; ++k)
      split[k].samples.push_back(x[k]);
    auto run = x[in_graph] + x[in_engine] + x[in_orchestrator];
    task.samples.push_back(x[in_names] + run);
    all.samples.push_back(x[in_plan] + run);
  }
  print(how, task);
  print(how, all);
  for (const auto& x : split)
    print(how, x);
}
