// SPDX-License-Identifier: BSD-3-Clause
// usage: bench_engine [--rounds N] [--json] [--quick] [--benchmark_…]
//
// The bare engine: a layered graph of 1,000 x 1,000 tasks with 3 needs each.
// Every fact and command is consumed and checksummed; each task costs two
// events (begun, ended), and in the last benchmark three acknowledged handoffs.
#include "actors/orchestrator/engine/engine.hpp"
#include "bench/benchmark_rows.hpp"
#include "bench/memory.hpp"

#include <algorithm>
#include <cstdint>
#include <malloc.h>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace tutti;

struct mix {
  bool pools = false;      ///< every 8th task takes a token of a pool
  bool conditions = false; ///< every 8th task has an `if`, needs `completed`
  bool acknowledge = false;
};

plan layered_plan(std::uint32_t layers, std::uint32_t width, mix m) {
  plan p;
  p.agents.push_back({"ahead", "", 64, false});
  p.agents.push_back({"pooled", "", 64, false});
  p.pools.push_back({"cores", 48});
  p.tasks.resize(std::size_t{layers} * width);
  for (std::uint32_t i = 0; i < p.tasks.size(); ++i) {
    auto& t = p.tasks[i];
    bool special = i % 8 == 3;
    t.agents = {agent_id{m.pools && special ? 1u : 0u}};
    if (m.pools && special)
      t.pools = {{pool_id{0}, 1}};
    auto layer = i / width;
    if (layer == 0)
      continue;
    auto base = (layer - 1) * width;
    for (std::uint32_t k = 0; k < 3; ++k) {
      auto from = base + (i % width + k * 17) % width;
      auto condition = m.conditions && special ? need_condition::completed
                                               : need_condition::succeeded;
      t.needs.push_back({{node_kind::task, from}, condition});
    }
    if (m.conditions && special)
      t.condition = literal_expression("true");
  }
  return p;
}

/// Plays all agents: begins what is assigned while slots are free, ends the
/// oldest, acknowledges handoffs where asked.
class world {
public:
  world(engine::engine& e, bool acknowledge)
    : engine_(e), acknowledge_(acknowledge) {
    queue_.resize(e.plan_graph().task_count + 1); // touched before the clock
    queue_.clear();
  }

  std::uint64_t run() {
    step(engine::run_begins{});
    while (!over_ && head_ < queue_.size()) {
      auto [task, attempt] = queue_[head_++];
      step(engine::attempt_begins{task_id{task}, attempt});
      step(engine::attempt_ends{task_id{task}, attempt, attempt_end::success, 0,
                                nullptr});
      if (acknowledge_) {
        for (auto [from, to] : handed_)
          step(engine::handoff_arrives{task_id{from}, task_id{to}});
        handed_.clear();
      }
    }
    return checksum_;
  }

  [[nodiscard]] std::uint64_t handoffs() const {
    return handoffs_;
  }

private:
  void step(const engine::event& e) {
    now_ += duration{1};
    engine_.decide(now_, e, out_);
    for (const auto& f : out_.facts)
      checksum_ = checksum_ * 31 + f.subject + static_cast<unsigned>(f.kind);
    for (const auto& c : out_.commands) {
      checksum_ =
          checksum_ * 31 + c.task + c.other + static_cast<unsigned>(c.kind);
      if (c.kind == engine::command_kind::assign) {
        queue_.emplace_back(c.task, c.attempt);
      } else if (c.kind == engine::command_kind::deliver) {
        ++handoffs_;
        if (acknowledge_)
          pending_.emplace_back(c.other, c.task);
      } else if (c.kind == engine::command_kind::end_run) {
        over_ = true;
      }
    }
    if (!pending_.empty() && handed_.empty())
      handed_.swap(pending_);
  }

  engine::engine& engine_;
  bool acknowledge_;
  engine::decision out_;
  duration now_{0};
  std::vector<std::pair<std::uint32_t, std::uint32_t>> queue_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> handed_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pending_;
  std::size_t head_ = 0;
  std::uint64_t checksum_ = 0;
  std::uint64_t handoffs_ = 0;
  bool over_ = false;
};

/// Layers, and tasks in each.
std::uint32_t side = 1000;

void run_layered(benchmark::State& state, mix m) {
  auto p = layered_plan(side, side, m);
  double bytes = 0;
  std::uint64_t handoffs = 0;
  ::malloc_trim(0);
  for (auto _ : state) {
    state.PauseTiming();
    auto before = bench::resident_bytes();
    {
      engine::engine e{engine::compile(p, {})};
      world w{e, m.acknowledge};
      state.ResumeTiming();
      benchmark::DoNotOptimize(w.run());
      state.PauseTiming();
      if (e.counts().unfinished != 0)
        state.SkipWithError("not all tasks ended");
      // Later iterations find their pages already there.
      bytes = std::max(bytes,
                       static_cast<double>(bench::resident_bytes() - before));
      handoffs = w.handoffs();
    }
    state.ResumeTiming();
  }
  auto tasks = static_cast<double>(p.tasks.size());
  state.counters["completions"] =
      benchmark::Counter(tasks * static_cast<double>(state.iterations()),
                         benchmark::Counter::kIsRate);
  state.counters["bytes_per_task"] = bytes / tasks;
  state.counters["handoffs"] = static_cast<double>(handoffs);
}

void layered(benchmark::State& state) {
  run_layered(state, {});
}

void layered_pools_conditions(benchmark::State& state) {
  run_layered(state, {true, true, false});
}

void layered_acknowledged(benchmark::State& state) {
  run_layered(state, {true, true, true});
}

BENCHMARK(layered)->Unit(benchmark::kMillisecond)->Iterations(3);
BENCHMARK(layered_pools_conditions)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(3);
BENCHMARK(layered_acknowledged)->Unit(benchmark::kMillisecond)->Iterations(3);

} // namespace

int main(int argc, char** argv) {
  if (std::find(argv, argv + argc, std::string_view{"--quick"}) != argv + argc)
    side = 30;
  return tutti::bench::benchmark_main(argc, argv, [](const auto& run) {
    return std::vector<std::pair<tutti::bench::row, double>>{
        {{"engine." + tutti::bench::row_name(run),
          "tasks/s",
          tutti::bench::better::higher,
          {},
          {},
          {},
          {}},
         run.counters.at("completions")}};
  });
}
