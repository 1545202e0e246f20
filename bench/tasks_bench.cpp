// SPDX-License-Identifier: BSD-3-Clause
// usage: bench_tasks [--rounds N] [--only NAME] [--json] [--quick]
//
// What a task costs that does nothing: whole runs in one process (engine,
// orchestrator, agents, observer, journal without syncs, the model that a board
// shows) beside bare CAF, where one actor that counts needs sends a typed
// message for each task and gets one back; in turn, each in a process of its
// own. Eight agents: quick functions, actors of one's own (native/actor.hpp),
// and functions with threads. The last row is how long a plan of a million
// tasks takes from the first line that builds it.
#include "bench/apart.hpp"
#include "bench/live_run.hpp"
#include "bench/quiet_agent.hpp"
#include "bench/rows.hpp"
#include "runtime/native/actor.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace tutti;
using clock_type = std::chrono::steady_clock;
using seconds = std::chrono::duration<double>;

constexpr std::uint32_t agent_count = 8;

/// Needs by task; what a plan is made of, and what the bare program counts.
using shape = std::vector<std::vector<std::uint32_t>>;

shape chain(std::uint32_t n) {
  shape result(n);
  for (std::uint32_t i = 1; i < n; ++i)
    result[i] = {i - 1};
  return result;
}

shape fan(std::uint32_t n) {
  shape result(n + 2);
  for (std::uint32_t i = 1; i <= n; ++i) {
    result[i] = {0};
    result[n + 1].push_back(i);
  }
  return result;
}

shape layered(std::uint32_t layers, std::uint32_t width) {
  shape result(std::size_t{layers} * width);
  for (std::uint32_t i = width; i < result.size(); ++i)
    for (std::uint32_t k = 0; k < 3; ++k)
      result[i].push_back((i / width - 1) * width
                          + (i % width + k * 17) % width);
  return result;
}

// -- ours ---------------------------------------------------------------------

/// By the name that the plan has for them.
constexpr auto quick = "quick";
constexpr auto actor = "actor";
constexpr auto function = "function";

plan plan_of(const shape& x, const char* native) {
  plan p;
  p.name = "tasks";
  for (std::uint32_t i = 0; i < agent_count; ++i) {
    p.agents.push_back({fmt::format("agent-{}", i), "", 64, false});
    p.agents.back().native = native;
  }
  p.tasks.resize(x.size());
  for (std::uint32_t i = 0; i < p.tasks.size(); ++i) {
    auto& t = p.tasks[i];
    t.name = fmt::format("task-{}", i);
    t.agents = {agent_id{i % agent_count}};
    t.needs.reserve(x[i].size());
    for (auto need : x[i])
      t.needs.push_back({{node_kind::task, need}, need_condition::succeeded});
  }
  return p;
}

struct times {
  double run_s = 0; ///< from the order to begin to the end
  double all_s = 0; ///< and what is before and after it: plan, graph, files
};

times ours_here(const shape& x, const char* native) {
  auto start = clock_type::now();
  auto processes = process::supervisor::fork_now();
  if (!processes)
    std::exit(2);
  bench::scratch_folder folder;
  bench::live_run_options run;
  run.work = plan_of(x, native);
  run.work.directory = folder.path();
  run.durability = journal::durability::off;
  run.agents.add_quick(quick, [](const native::quick_task&) {
    return native::result{};
  });
  run.agents.add(function, [](native::task&) {
    return native::result{};
  });
  native::add_actor(
      run.agents, actor,
      [](caf::actor_system& system, const native::actor_place& place) {
        return system.spawn(bench::idle_agent, place.orchestrator, place.id);
      });
  clock_type::time_point begin;
  clock_type::time_point end;
  run.begins = [&] {
    begin = clock_type::now();
  };
  run.seen = [&](const fact& f) {
    if (f.kind == fact_kind::run_ended)
      end = clock_type::now();
  };
  if (bench::run_live(std::move(run), folder.path(), **processes) != 0)
    std::exit(2);
  return {seconds{end - begin}.count(),
          seconds{clock_type::now() - start}.count()};
}

times ours(const shape& x, const char* native) {
  auto took = bench::apart(2, [&] {
    auto here = ours_here(x, native);
    return std::vector<double>{here.run_s, here.all_s};
  });
  return {took[0], took[1]};
}

// -- bare ---------------------------------------------------------------------

using bare_worker =
    caf::typed_actor<caf::replies_to<assign_task>::with<attempt_finished>>;

/// Seconds.
double bare_here(const shape& x) {
  caf::actor_system_config config;
  config.set("scheduler.max-threads", std::size_t{2});
  caf::actor_system system{config};
  auto count = x.size();
  std::vector<std::uint32_t> missing(count);
  std::vector<std::vector<std::uint32_t>> next(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    missing[i] = static_cast<std::uint32_t>(x[i].size());
    for (auto from : x[i])
      next[from].push_back(i);
  }
  std::vector<caf::actor> workers;
  for (std::uint32_t i = 0; i < agent_count; ++i)
    workers.push_back(system.spawn([](caf::event_based_actor* self) {
      return caf::behavior{[self](const assign_task& t) {
        self->send(caf::actor_cast<caf::actor>(self->current_sender()),
                   attempt_finished{t.task, t.attempt, attempt_end::success, 0,
                                    nullptr});
      }};
    }));
  std::promise<void> done;
  auto begin = clock_type::now();
  auto master = system.spawn([&](caf::event_based_actor* self) {
    auto left = std::make_shared<std::size_t>(count);
    auto order = [&, self](std::uint32_t i) {
      assign_task t;
      t.task = task_id{i};
      t.attempt = 1;
      self->send(workers[i % agent_count], t);
    };
    for (std::uint32_t i = 0; i < count; ++i)
      if (missing[i] == 0)
        order(i);
    return caf::behavior{[&, self, left, order](const attempt_finished& t) {
      for (auto i : next[t.task.value])
        if (--missing[i] == 0)
          order(i);
      if (--*left == 0) {
        done.set_value();
        self->quit();
      }
    }};
  });
  done.get_future().wait();
  auto end = clock_type::now();
  for (const auto& w : workers)
    caf::anon_send_exit(w, caf::exit_reason::user_shutdown);
  return seconds{end - begin}.count();
}

double bare(const shape& x) {
  return bench::apart(1, [&x] {
    return std::vector<double>{bare_here(x)};
  })[0];
}

// -- rows ---------------------------------------------------------------------

bench::row tasks_row(const std::string& name) {
  return {name, "tasks/s", bench::better::higher, {}, "bare CAF", {}, {}};
}

/// `million`: only quick functions, and how long all of it takes.
void measure(const bench::row_options& how, const std::string& name,
             const shape& x, bool million) {
  if (!how.wants(name) && !(million && how.wants("tasks.million")))
    return;
  auto n = static_cast<double>(x.size());
  auto quicks = tasks_row(name);
  auto actors = tasks_row(name + ".actors");
  auto functions = tasks_row(name + ".functions");
  bench::row whole{"tasks.million", "s", bench::better::lower, {}, {}, {}, {}};
  for (int i = 0; i < how.rounds; ++i) {
    auto took = ours(x, quick);
    auto by = n / bare(x);
    quicks.samples.push_back(n / took.run_s);
    quicks.reference.push_back(by);
    whole.samples.push_back(took.all_s);
    if (million)
      continue;
    actors.samples.push_back(n / ours(x, actor).run_s);
    actors.reference.push_back(by);
    functions.samples.push_back(n / ours(x, function).run_s);
    functions.reference.push_back(by);
  }
  print(how, quicks);
  if (million)
    return print(how, whole);
  print(how, actors);
  print(how, functions);
}

} // namespace

int main(int argc, char** argv) {
  auto how = bench::take_row_options(argc, argv);
  std::uint32_t wide = how.quick ? 100 : 10'000;
  std::uint32_t side = how.quick ? 10 : 100;
  measure(how, "tasks.chain", chain(wide), false);
  measure(how, "tasks.fan", fan(wide), false);
  measure(how, "tasks.layered", layered(side, side), false);
  measure(how, "tasks.large", layered(10 * side, 10 * side), true);
}
