// SPDX-License-Identifier: BSD-3-Clause
// `tutti simulate` on one core: a million tasks of a wide plan, a deep one and
// one of teams, in virtual time. Beside each the bare engine on the same plan,
// without a clock: what the simulator adds is the difference. Loading and
// compiling the plan is not counted, making the engine is not either.
#include "runtime/simulation/simulator.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace {

using namespace tutti;
using std::chrono::minutes;

constexpr std::uint32_t task_count = 1'000'000;

duration some_time(std::uint32_t i) {
  return minutes(1 + i * 7919 % 59);
}

task make_task(std::uint32_t i, std::uint32_t agent) {
  task t;
  t.agents = {agent_id{agent}};
  auto time = some_time(i);
  t.estimate = {time / 2, time, time * 2};
  return t;
}

void add_need(task& t, std::uint32_t from) {
  t.needs.push_back({{node_kind::task, from}, need_condition::succeeded});
}

/// All are ready at once, for 16 agents of 64 slots.
plan wide_plan() {
  plan p;
  for (int i = 0; i < 16; ++i)
    p.agents.push_back({"agent", "", 64, false});
  for (std::uint32_t i = 0; i < task_count; ++i)
    p.tasks.push_back(make_task(i, i % 16));
  return p;
}

/// 64 chains, each of an agent of its own.
plan deep_plan() {
  plan p;
  for (int i = 0; i < 64; ++i)
    p.agents.push_back({"agent", "", 1, false});
  for (std::uint32_t i = 0; i < task_count; ++i) {
    auto t = make_task(i, i % 64);
    if (i >= 64)
      add_need(t, i - 64);
    p.tasks.push_back(std::move(t));
  }
  return p;
}

/// Layers of 1,000 tasks by 100 agents with 10 slots; each task needs three of
/// the layer before, as in the bench of the engine.
plan layered_plan() {
  plan p;
  for (int i = 0; i < 100; ++i)
    p.agents.push_back({"agent", "", 10, false});
  for (std::uint32_t i = 0; i < task_count; ++i) {
    auto t = make_task(i, i % 100);
    for (std::uint32_t k = 0; i >= 1000 && k < 3; ++k)
      add_need(t, i / 1000 * 1000 - 1000 + (i % 1000 + k * 17) % 1000);
    p.tasks.push_back(std::move(t));
  }
  return p;
}

/// 20,000 features of 50 tasks by eight agents of 25 slots: a design, then the
/// rest in parallel, every fifth with something that it needs later.
plan team_plan() {
  plan p;
  for (int i = 0; i < 8; ++i)
    p.agents.push_back({"agent", "", 25, false});
  for (std::uint32_t i = 0; i < task_count; ++i) {
    auto feature = i / 50 * 50;
    auto t = make_task(i, i % 8);
    if (i > feature)
      add_need(t, feature);
    if (i > feature + 8)
      add_need(t, i - 8);
    if (i % 5 == 4) {
      t.needs_later.push_back(
          {{node_kind::task, i - 1}, need_condition::succeeded});
      t.integrate.present = true;
    }
    p.tasks.push_back(std::move(t));
  }
  return p;
}

simulation::script script_of(const plan& p) {
  simulation::script s;
  for (const auto& t : p.tasks)
    s.work.push_back({t.estimate, t.integrate.estimate});
  return s;
}

/// The engine alone: what is assigned begins and ends, the oldest first.
void play_bare(engine::engine& e) {
  struct assigned {
    std::uint32_t task;
    std::uint32_t attempt;
  };
  std::vector<assigned> queue;
  queue.reserve(std::size_t{2} * task_count);
  engine::decision out;
  duration now{0};
  auto step = [&](const engine::event& x) {
    e.decide(now += duration{1}, x, out);
    for (const auto& c : out.commands)
      if (c.kind == engine::command_kind::assign)
        queue.push_back({c.task, c.attempt});
  };
  step(engine::run_begins{});
  for (std::size_t i = 0; i < queue.size() && !e.over(); ++i) {
    auto x = queue[i];
    step(engine::attempt_begins{task_id{x.task}, x.attempt});
    step(engine::attempt_ends{task_id{x.task}, x.attempt, attempt_end::success,
                              0, nullptr});
  }
}

using make_plan = plan (*)();

void engine_alone(benchmark::State& state, make_plan make) {
  auto g = engine::compile(make(), {});
  for (auto _ : state) {
    state.PauseTiming();
    auto e = std::make_unique<engine::engine>(g);
    state.ResumeTiming();
    play_bare(*e);
    state.PauseTiming();
    if (e->counts().unfinished != 0)
      state.SkipWithError("not all tasks ended");
    e.reset();
    state.ResumeTiming();
  }
  state.counters["tasks"] = benchmark::Counter(
      static_cast<double>(task_count) * static_cast<double>(state.iterations()),
      benchmark::Counter::kIsRate);
}

void simulate(benchmark::State& state, make_plan make, bool draws) {
  auto p = make();
  auto s = script_of(p);
  if (draws)
    s.seed = 1;
  auto g = engine::compile(p, {});
  std::uint64_t events = 0;
  for (auto _ : state) {
    state.PauseTiming();
    auto x = std::make_unique<simulation::simulator>(g, s);
    state.ResumeTiming();
    auto result = x->play();
    state.PauseTiming();
    if (!result.complete)
      state.SkipWithError("not all tasks ended");
    events += result.events;
    x.reset();
    state.ResumeTiming();
  }
  auto runs = static_cast<double>(state.iterations());
  state.counters["tasks"] = benchmark::Counter(
      static_cast<double>(task_count) * runs, benchmark::Counter::kIsRate);
  state.counters["events"] = benchmark::Counter(static_cast<double>(events),
                                                benchmark::Counter::kIsRate);
}

#define TUTTI_PLAN(name)                                                       \
  BENCHMARK_CAPTURE(engine_alone, name, name##_plan)                           \
      ->Unit(benchmark::kMillisecond)                                          \
      ->Iterations(3);                                                         \
  BENCHMARK_CAPTURE(simulate, name, name##_plan, false)                        \
      ->Unit(benchmark::kMillisecond)                                          \
      ->Iterations(3);                                                         \
  BENCHMARK_CAPTURE(simulate, name##_drawn, name##_plan, true)                 \
      ->Unit(benchmark::kMillisecond)                                          \
      ->Iterations(3)

TUTTI_PLAN(wide);
TUTTI_PLAN(deep);
TUTTI_PLAN(layered);
TUTTI_PLAN(team);

} // namespace

BENCHMARK_MAIN();
