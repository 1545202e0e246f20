// SPDX-License-Identifier: BSD-3-Clause
// usage: bench_delivery [--rounds N] [--only NAME] [--json] [--quick]
//
// How fast work is handed on within one process, in whole runs without syncs,
// among quick functions.
//
// handoffs.local: one chain round ten agents, each task of which begins when
// the one before is done: handoffs a second, beside bare CAF, where a request
// is delegated round a ring of ten actors; each in a process of its own.
// handoffs.flat: the same in the last tenth of a long run, beside its first.
//
// handoffs.readiness: an open loop. A thread tells the ends of tasks at moments
// that were set before, 100,000 of them a second, and one other task needs
// each: from when an end was told until that task begins, 99 of 100. The same
// from the moment when it was due, which counts how late the kernel woke that
// thread.
#include "bench/apart.hpp"
#include "bench/live_run.hpp"
#include "bench/quiet_agent.hpp"
#include "bench/rows.hpp"
#include "runtime/native/actor.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace tutti;
using clock_type = std::chrono::steady_clock;
using seconds = std::chrono::duration<double>;

constexpr std::uint32_t ring_size = 10;

/// As many agents as tell each other apart, `kind` each; tasks in turn.
plan make_plan(std::uint32_t agents, std::uint32_t tasks) {
  plan p;
  p.name = "delivery";
  for (std::uint32_t i = 0; i < agents; ++i)
    p.agents.push_back({fmt::format("agent-{}", i), "", 64, false});
  p.tasks.resize(tasks);
  for (std::uint32_t i = 0; i < tasks; ++i) {
    p.tasks[i].name = fmt::format("task-{}", i);
    p.tasks[i].agents = {agent_id{i % agents}};
  }
  return p;
}

void add_need(plan& p, std::uint32_t to, std::uint32_t from) {
  p.tasks[to].needs.push_back(
      {{node_kind::task, from}, need_condition::succeeded});
}

void run(bench::live_run_options x) {
  auto processes = process::supervisor::fork_now();
  if (!processes)
    std::exit(2);
  bench::scratch_folder folder;
  x.work.directory = folder.path();
  x.durability = journal::durability::off;
  if (bench::run_live(std::move(x), folder.path(), **processes) != 0)
    std::exit(2);
}

// -- one after the other ------------------------------------------------------

/// When each handoff was sent.
std::vector<duration> chain_times(std::uint32_t count) {
  bench::live_run_options x;
  x.work = make_plan(ring_size, count + 1);
  for (auto& a : x.work.agents)
    a.native = "idle";
  for (std::uint32_t i = 1; i <= count; ++i)
    add_need(x.work, i, i - 1);
  x.agents.add_quick("idle", [](const native::quick_task&) {
    return native::result{};
  });
  std::vector<duration> result;
  result.reserve(count);
  x.seen = [&](const fact& f) {
    if (f.kind == fact_kind::handoff_sent)
      result.push_back(f.at);
  };
  run(std::move(x));
  if (result.size() != count)
    std::exit(2);
  return result;
}

double rate(const std::vector<duration>& xs, std::size_t first,
            std::size_t last) {
  return static_cast<double>(last - first)
       / seconds{xs[last] - xs[first]}.count();
}

caf::behavior passing_on(caf::event_based_actor* self,
                         const std::vector<caf::actor>* ring, std::uint32_t i) {
  return {[=](std::uint64_t left) -> caf::result<caf::message> {
    if (left == 0)
      return caf::make_message(left);
    return self->delegate((*ring)[(i + 1) % ring->size()], left - 1);
  }};
}

double delegations_per_second(std::uint64_t count) {
  caf::actor_system_config config;
  config.set("scheduler.max-threads", std::size_t{2});
  caf::actor_system system{config};
  std::vector<caf::actor> ring;
  for (std::uint32_t i = 0; i < ring_size; ++i)
    ring.push_back(system.spawn(passing_on, &ring, i));
  caf::scoped_actor self{system};
  auto begin = clock_type::now();
  self->request(ring[0], std::chrono::minutes(1), count)
      .receive([](std::uint64_t) {},
               [](const caf::error&) {
                 std::exit(2);
               });
  seconds span = clock_type::now() - begin;
  for (const auto& x : ring)
    caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
  return static_cast<double>(count) / span.count();
}

void measure_chains(const bench::row_options& how) {
  bench::row local{"handoffs.local",
                   "handoffs/s",
                   bench::better::higher,
                   {},
                   "bare CAF delegate, ring of 10",
                   {},
                   {}};
  bench::row flat{"handoffs.flat",
                  "handoffs/s",
                  bench::better::higher,
                  {},
                  "in the first tenth",
                  {},
                  {}};
  std::uint32_t count = how.quick ? 1'000 : 200'000;
  for (int i = 0; i < how.rounds; ++i) {
    auto ours = bench::apart(3, [count] {
      auto all = chain_times(count);
      auto last = all.size() - 1;
      return std::vector<double>{rate(all, 0, last),
                                 rate(all, all.size() * 9 / 10, last),
                                 rate(all, 0, all.size() / 10)};
    });
    auto bare = bench::apart(1, [count] {
      return std::vector<double>{delegations_per_second(5 * count)};
    });
    local.samples.push_back(ours[0]);
    local.reference.push_back(bare[0]);
    flat.samples.push_back(ours[1]);
    flat.reference.push_back(ours[2]);
  }
  print(how, local);
  print(how, flat);
}

// -- an open loop -------------------------------------------------------------

constexpr double rate_per_second = 100'000;
/// So long after all have begun, whose facts keep the journal and the viewer
/// busy until then.
constexpr std::int64_t settling_ns = 500'000'000;

/// Tasks that end at set moments: task i of the first half; i + count needs it.
struct metronome {
  explicit metronome(std::uint32_t tasks)
    : count(tasks), sent_ns(tasks), begun_ns(tasks) {
  }

  [[nodiscard]] std::int64_t moment(std::uint32_t i) const {
    return start + static_cast<std::int64_t>(i * 1e9 / rate_per_second);
  }
  static std::int64_t now() {
    return std::chrono::nanoseconds{clock_type::now().time_since_epoch()}
        .count();
  }
  /// Ends them, on a thread of its own, once all of them have begun.
  void beat(const orchestrator_actor& lead) {
    start = now() + settling_ns;
    auto nothing = std::make_shared<const attempt_details>();
    for (std::uint32_t i = 0; i < count; ++i) {
      std::this_thread::sleep_until(
          clock_type::time_point{std::chrono::nanoseconds{moment(i)}});
      sent_ns[i] = now();
      attempt_finished end;
      end.task = task_id{i};
      end.attempt = 1;
      end.details = nothing;
      caf::anon_send(lead, std::move(end));
    }
  }

  std::uint32_t count;
  std::int64_t start = 0;
  std::uint32_t begun = 0;
  std::vector<std::int64_t> sent_ns;  ///< when its end was told
  std::vector<std::int64_t> begun_ns; ///< of who needs it
  std::thread thread;
};

agent_actor::behavior_type beaten(agent_actor::pointer self, metronome* m,
                                  const native::actor_place& place) {
  auto lead = place.orchestrator;
  return bench::quiet_agent(
      [=](const assign_task& x) {
        self->send(lead, attempt_started{x.task, x.attempt});
        if (++m->begun == m->count)
          m->thread = std::thread{[=] {
            m->beat(lead);
          }};
      },
      [](const handoff&) {},
      [=, id = place.id](leave_run) {
        self->send(lead, agent_left{id});
      });
}

/// As its name says it.
std::uint32_t number_of(const native::quick_task& x) {
  constexpr std::string_view before = "task-";
  std::uint32_t result = 0;
  const auto& name = x.name();
  std::from_chars(name.data() + before.size(), name.data() + name.size(),
                  result);
  return result;
}

/// Milliseconds that 99 of 100 do not exceed.
struct readiness {
  double since_told = 0;
  double since_due = 0;
};

double p99_ms(std::vector<std::int64_t> ns) {
  auto at = ns.begin() + static_cast<std::ptrdiff_t>(ns.size() * 99 / 100);
  std::nth_element(ns.begin(), at, ns.end());
  return static_cast<double>(*at) / 1e6;
}

readiness readiness_p99(std::uint32_t count) {
  metronome m{count};
  bench::live_run_options x;
  x.work = make_plan(ring_size + 1, count * 2);
  for (auto& a : x.work.agents)
    a.native = "timed";
  x.work.agents[0].native = "beaten";
  x.work.agents[0].slots = count;
  for (std::uint32_t i = 0; i < count; ++i) {
    x.work.tasks[i].agents = {agent_id{0}};
    x.work.tasks[count + i].agents = {agent_id{1 + i % ring_size}};
    add_need(x.work, count + i, i);
  }
  native::add_actor(
      x.agents, "beaten",
      [&m](caf::actor_system& system, const native::actor_place& place) {
        return system.spawn(beaten, &m, place);
      });
  x.agents.add_quick("timed", [&m](const native::quick_task& t) {
    m.begun_ns[number_of(t) - m.count] = metronome::now();
    return native::result{};
  });
  x.seen = [](const fact&) {};
  run(std::move(x));
  m.thread.join();
  std::vector<std::int64_t> told;
  std::vector<std::int64_t> due;
  for (std::uint32_t i = 0; i < count; ++i) {
    told.push_back(m.begun_ns[i] - m.sent_ns[i]);
    due.push_back(m.begun_ns[i] - m.moment(i));
  }
  return {p99_ms(std::move(told)), p99_ms(std::move(due))};
}

void measure_readiness(const bench::row_options& how) {
  auto row = [](const char* name) {
    return bench::row{name,
                      "ms",
                      bench::better::lower,
                      {},
                      {},
                      {},
                      "p99, open loop of 100,000 a second"};
  };
  auto told = row("handoffs.readiness");
  auto due = row("handoffs.readiness.due");
  for (int i = 0; i < how.rounds; ++i) {
    auto x = readiness_p99(how.quick ? 1'000 : 100'000);
    told.samples.push_back(x.since_told);
    due.samples.push_back(x.since_due);
  }
  print(how, told);
  print(how, due);
}

} // namespace

int main(int argc, char** argv) {
  auto how = bench::take_row_options(argc, argv);
  if (how.wants("handoffs.local") || how.wants("handoffs.flat"))
    measure_chains(how);
  if (how.wants("handoffs.readiness"))
    measure_readiness(how);
}
