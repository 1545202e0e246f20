// SPDX-License-Identifier: BSD-3-Clause
// usage: bench_tasks [ROUNDS]
//
// What a task costs that does nothing: whole runs in one process (engine,
// orchestrator, agents, observer, journal without syncs, the model that a board
// shows) beside bare CAF, where one actor that counts needs sends a typed
// message for each task and gets one back. ROUNDS (5) times in turn, of which
// the middle one counts. Eight agents; actors of one's own (native/actor.hpp),
// and functions.
#include "bench/live_run.hpp"
#include "bench/memory.hpp"
#include "runtime/native/actor.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <future>
#include <string>
#include <vector>

namespace {

using namespace tutti;
using clock_type = std::chrono::steady_clock;

constexpr std::uint32_t agent_count = 8;

/// Needs by task; what a plan is made of, and what the bare program counts.
struct shape {
  std::string name;
  std::vector<std::vector<std::uint32_t>> needs;
};

shape chain(std::uint32_t n) {
  shape result{fmt::format("chain {}", n), {}};
  result.needs.resize(n);
  for (std::uint32_t i = 1; i < n; ++i)
    result.needs[i] = {i - 1};
  return result;
}

shape fan(std::uint32_t n) {
  shape result{fmt::format("fan 1>{}>1", n), {}};
  result.needs.resize(n + 2);
  for (std::uint32_t i = 1; i <= n; ++i) {
    result.needs[i] = {0};
    result.needs[n + 1].push_back(i);
  }
  return result;
}

shape layered(std::uint32_t layers, std::uint32_t width) {
  shape result{fmt::format("layered {}x{}x3", layers, width), {}};
  result.needs.resize(std::size_t{layers} * width);
  for (std::uint32_t i = width; i < result.needs.size(); ++i)
    for (std::uint32_t k = 0; k < 3; ++k)
      result.needs[i].push_back((i / width - 1) * width
                                + (i % width + k * 17) % width);
  return result;
}

// -- ours ---------------------------------------------------------------------

enum class kind : std::uint8_t { quick, actor, function };

plan plan_of(const shape& x, kind how) {
  plan p;
  p.name = "tasks";
  for (std::uint32_t i = 0; i < agent_count; ++i) {
    p.agents.push_back({fmt::format("agent-{}", i), "", 64, false});
    p.agents.back().native = how == kind::quick   ? "quick"
                           : how == kind::actor ? "actor"
                                                : "function";
  }
  p.tasks.resize(x.needs.size());
  for (std::uint32_t i = 0; i < p.tasks.size(); ++i) {
    auto& t = p.tasks[i];
    t.name = fmt::format("task-{}", i);
    t.agents = {agent_id{i % agent_count}};
    for (auto need : x.needs[i])
      t.needs.push_back({{node_kind::task, need}, need_condition::succeeded});
  }
  return p;
}

agent_actor::behavior_type idle_agent(agent_actor::pointer self,
                                      const native::actor_place& place) {
  auto lead = place.orchestrator;
  auto id = place.id;
  auto nothing = std::make_shared<const attempt_details>();
  return {
      [=](const assign_task& x) {
        self->send(lead, attempt_started{x.task, x.attempt});
        attempt_finished end;
        end.task = x.task;
        end.attempt = x.attempt;
        end.details = nothing;
        self->send(lead, std::move(end));
      },
      [=](const handoff& x) {
        self->send(lead, handoff_accepted{x.from, x.to, x.version});
      },
      [=](leave_run) {
        self->send(lead, agent_left{id});
      },
      [](const revoke_task&) {},
      [](const end_task&) {},
      [](const requests_made&) {},
      [](const request_answer&) {},
      [](const continue_attempt&) {},
      [](const wait_refused&) {},
      [](const live_call&) {},
      [](const live_gone&) {},
      [](const wake_driver&) {},
      [](const artifacts_captured&) {},
      [](const artifacts_placed&) {},
      [](const payload_kept&) {},
      [](const payload_loaded&) {},
      [](const process_started&) {},
      [](const process_line&) {},
      [](const process_output&) {},
      [](const process_exited&) {},
  };
}

/// Seconds; from the order to begin to the end of the run.
double ours(const shape& x, kind how) {
  auto processes = process::supervisor::fork_now();
  if (!processes)
    std::exit(1);
  bench::scratch_folder folder;
  bench::live_run_options run;
  run.work = plan_of(x, how);
  run.work.directory = folder.path();
  run.durability = journal::durability::off;
  run.agents.add("function", [](native::task&) {
    return native::result{};
  });
  run.agents.add_quick("quick", [](const native::quick_task&) {
    return native::result{};
  });
  native::add_actor(
      run.agents, "actor",
      [](caf::actor_system& system, const native::actor_place& place) {
        return system.spawn(idle_agent, place);
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
    std::exit(1);
  return std::chrono::duration<double>(end - begin).count();
}

// -- bare ---------------------------------------------------------------------

using bare_worker =
    caf::typed_actor<caf::replies_to<assign_task>::with<attempt_finished>>;

/// Seconds.
double bare(const shape& x) {
  caf::actor_system_config config;
  config.set("scheduler.max-threads", std::size_t{2});
  caf::actor_system system{config};
  auto count = x.needs.size();
  std::vector<std::uint32_t> missing(count);
  std::vector<std::vector<std::uint32_t>> next(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    missing[i] = static_cast<std::uint32_t>(x.needs[i].size());
    for (auto from : x.needs[i])
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
  return std::chrono::duration<double>(end - begin).count();
}

double middle(std::vector<double> xs) {
  std::sort(xs.begin(), xs.end());
  return xs[xs.size() / 2];
}

} // namespace

int main(int argc, char** argv) {
  int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
  std::string only = argc > 2 ? argv[2] : "";
  std::string kinds = argc > 3 ? argv[3] : "qaf";
  fmt::print("{:<22} {:>12} {:>12} {:>8} {:>12} {:>8} {:>12} {:>8}\n", "",
             "bare tasks/s", "quick", "to bare", "actors", "to bare",
             "functions", "to bare");
  std::vector<shape> shapes{chain(10'000), fan(10'000), layered(100, 100),
                            layered(1000, 1000)};
  for (const auto& x : shapes) {
    if (!only.empty() && x.name.find(only) == x.name.npos)
      continue;
    bool small = x.needs.size() < 100'000;
    std::vector<double> a;
    std::vector<double> b[3];
    for (int i = 0; i < rounds; ++i) {
      a.push_back(bare(x));
      if (kinds.find('q') != kinds.npos)
        b[0].push_back(ours(x, kind::quick));
      if (kinds.find('a') != kinds.npos && small)
        b[1].push_back(ours(x, kind::actor));
      if (kinds.find('f') != kinds.npos && small)
        b[2].push_back(ours(x, kind::function));
    }
    auto n = static_cast<double>(x.needs.size());
    fmt::print("{:<22} {:>12.0f}", x.name, n / middle(a));
    for (const auto& y : b)
      fmt::print(" {:>12.0f} {:>8.2f}", y.empty() ? 0 : n / middle(y),
                 y.empty() ? 0 : middle(a) / middle(y));
    fmt::print("\n");
  }
}
