// SPDX-License-Identifier: BSD-3-Clause
// usage: bench_simulate [--rounds N] [--only NAME] [--json] [--quick]
//
// `tutti simulate`, a million tasks each: plans of that size (wide, deep,
// layered, many teams at once), and 20,000 plays of one team's plan, as
// `--runs` makes them. Beside each the bare engine on the same plan, without a
// clock: what the simulator adds is the difference. In seconds of one core, as
// others may use the machine. Loading and compiling plans is not counted;
// making the engine is only where a plan is played often.
#include "bench/rows.hpp"
#include "runtime/simulation/simulator.hpp"
#include "runtime/simulation/study.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

namespace {

using namespace tutti;
using std::chrono::minutes;

std::uint32_t task_count = 1'000'000; ///< far fewer for --quick

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

constexpr std::uint32_t team_size = 50;

/// Features of 50 tasks by eight agents: a design, then the rest in parallel,
/// every fifth with something that it needs later.
plan features(std::uint32_t tasks, std::uint32_t slots) {
  plan p;
  for (int i = 0; i < 8; ++i)
    p.agents.push_back({"agent", "", slots, false});
  for (std::uint32_t i = 0; i < tasks; ++i) {
    auto feature = i / team_size * team_size;
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

plan teams_plan() {
  return features(task_count, 25);
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
  queue.reserve(std::size_t{2} * e.plan_graph().task_count);
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

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec)
       + static_cast<double>(now.tv_nsec) / 1e9;
}

void require(bool ended) {
  if (ended)
    return;
  std::fprintf(stderr, "not all tasks ended\n");
  std::exit(2);
}

/// `make` is not counted, `play` is.
template <class Make, class Play>
double tasks_a_second(Make make, Play play) {
  auto x = make();
  auto start = cpu_seconds();
  play(x);
  return task_count / (cpu_seconds() - start);
}

struct rates {
  double engine = 0;
  double simulated = 0;
  double drawn = 0;
};

rates measure(const plan& p) {
  auto g = engine::compile(p, {});
  auto s = script_of(p);
  auto simulated = [&] {
    return tasks_a_second(
        [&] {
          return simulation::simulator{g, s};
        },
        [](simulation::simulator& x) {
          require(x.play().complete);
        });
  };
  rates result;
  result.engine = tasks_a_second(
      [&] {
        return engine::engine{g};
      },
      [](engine::engine& e) {
        play_bare(e);
        require(e.counts().unfinished == 0);
      });
  result.simulated = simulated();
  s.seed = 1;
  result.drawn = simulated();
  return result;
}

/// One team's plan again and again: each play has an engine of its own.
rates measure_team() {
  simulation::setup x{features(team_size, 1), {}, {}};
  auto g = engine::compile(x.plan, {});
  x.script = script_of(x.plan);
  auto times = task_count / team_size;
  auto nothing = [] {
    return 0;
  };
  rates result;
  result.engine = tasks_a_second(nothing, [&](int) {
    for (std::uint32_t i = 0; i < times; ++i) {
      engine::engine e{g};
      play_bare(e);
    }
  });
  result.simulated = tasks_a_second(nothing, [&](int) {
    for (std::uint32_t i = 0; i < times; ++i)
      require(simulation::simulator{g, x.script}.play().complete);
  });
  result.drawn = tasks_a_second(nothing, [&](int) {
    auto all = simulation::play_many(x, times, 1, [] {
      return false;
    });
    require(all && all->incomplete == 0);
  });
  return result;
}

struct shape {
  const char* name;
  const char* note;
  plan (*make)(); ///< null: a team's plan again and again
};

/// The simulator's median.
double measure(const bench::row_options& how, const shape& x) {
  auto of = [&x](const char* end, const char* note) {
    return bench::row{x.name + std::string{end},
                      "tasks/s",
                      bench::better::higher,
                      {},
                      "bare engine",
                      {},
                      note};
  };
  auto simulated = of("", x.note);
  auto drawn = of(".drawn", "times are drawn");
  plan p = x.make ? x.make() : plan{};
  for (int i = 0; i < how.rounds; ++i) {
    auto one = x.make ? measure(p) : measure_team();
    simulated.samples.push_back(one.simulated);
    drawn.samples.push_back(one.drawn);
    simulated.reference.push_back(one.engine);
    drawn.reference.push_back(one.engine);
  }
  print(how, simulated);
  print(how, drawn);
  return simulated.value();
}

} // namespace

int main(int argc, char** argv) {
  constexpr double rate_min = 1'000'000;
  auto how = bench::take_row_options(argc, argv);
  if (how.quick)
    task_count = 10'000;
  bool fast = true;
  for (const auto& x : std::vector<shape>{
           {"simulate.team", "a plan of 50 tasks, 20,000 times", nullptr},
           {"simulate.deep", "64 chains", deep_plan},
           {"simulate.layered", "layers of 1,000, 3 needs each", layered_plan},
           {"simulate.wide", "all ready at once, 1,024 slots", wide_plan}})
    if (how.wants(x.name))
      fast = measure(how, x) >= rate_min && fast;
  // Each step looks at another of 20,000 teams: memory is what it waits for.
  if (how.wants("simulate.teams"))
    measure(how, {"simulate.teams", "20,000 teams in one plan", teams_plan});
  return fast ? 0 : 1;
}
