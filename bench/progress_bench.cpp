// SPDX-License-Identifier: BSD-3-Clause
// usage: bench_progress [--rounds N] [--json] [--quick] [UPDATES [HANDOFFS]]
//
// Two agents hand work to each other HANDOFFS (5,000) times, one after the
// other, first alone, then while two more agents say how far they are, as fast
// as they can, UPDATES (1,000,000) times at least (semantics §25, rules 5 and
// 9). How long a handoff takes from its sending to its acceptance (p99), and
// what is in memory over idle, beside the run without updates; fails where that
// grows by over 8 MB or 10 ms.
#include "bench/live_run.hpp"
#include "bench/memory.hpp"
#include "bench/rows.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fmt/format.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

using namespace tutti;
using milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::uint32_t chatty_count = 2;
constexpr double growth_max_mb = 8;
constexpr double delay_max_ms = 10;

struct sizes {
  std::uint64_t updates = 1'000'000;
  std::uint32_t handoffs = 5'000;
};

/// What one run came to; written to a pipe.
struct figures {
  int exit_code = 1;
  std::uint64_t updates = 0;
  double growth_mb = 0;
  double p99_ms = 0;
};

plan make_plan(const sizes& n, bool with_updates) {
  plan p;
  p.name = "progress";
  for (const auto* name : {"ping", "pong"})
    p.agents.push_back({name, "", 1, false});
  p.agents[0].native = p.agents[1].native = "player";
  for (std::uint32_t i = 0; i <= n.handoffs; ++i) {
    task t;
    t.name = fmt::format("hit-{}", i);
    t.agents = {agent_id{i % 2}};
    if (i > 0)
      t.needs.push_back({{node_kind::task, i - 1}, need_condition::succeeded});
    p.tasks.push_back(std::move(t));
  }
  for (std::uint32_t i = 0; with_updates && i < chatty_count; ++i) {
    p.agents.push_back({fmt::format("chatty-{}", i), "", 1, false});
    p.agents.back().native = "chatty";
    task t;
    t.name = fmt::format("chat-{}", i);
    t.agents = {agent_id{p.agents.size() - 1}};
    p.tasks.push_back(std::move(t));
  }
  return p;
}

struct watch {
  std::atomic<bool> over = false; ///< the last handoff has arrived
  std::atomic<std::uint64_t> updates = 0;
  std::vector<duration> sent;
  std::vector<milliseconds> took;
  std::size_t idle = 0;
};

native::agents make_agents(const sizes& n, watch& w) {
  native::agents result;
  result.add("player", [&w](native::task& t) {
    if (t.name() == "hit-0") {
      bench::reset_peak();
      w.idle = bench::resident_bytes();
    }
    return native::result{}.set("ball", "a handoff of a few bytes");
  });
  result.add("chatty", [n, &w](native::task& t) {
    std::uint64_t count = 0;
    for (; count * chatty_count < n.updates || !w.over; ++count)
      t.progress(static_cast<int>(count % 100), "one of very many updates");
    w.updates += count;
    return native::result{};
  });
  return result;
}

void look(const sizes& n, watch& w, const fact& x) {
  if (x.kind == fact_kind::handoff_sent) {
    w.sent.at(x.subject) = x.at;
  } else if (x.kind == fact_kind::handoff_accepted) {
    w.took.emplace_back(x.at - w.sent.at(x.subject));
    w.over = x.subject == n.handoffs;
  }
}

figures measure(const sizes& n, bool with_updates,
                process::supervisor& processes) {
  watch w;
  w.sent.resize(n.handoffs + 1 + chatty_count);
  w.took.reserve(n.handoffs);
  bench::scratch_folder folder;
  bench::live_run_options run;
  run.work = make_plan(n, with_updates);
  run.work.directory = folder.path();
  run.agents = make_agents(n, w);
  run.seen = [&](const fact& x) {
    look(n, w, x);
  };
  figures result;
  result.exit_code = bench::run_live(std::move(run), folder.path(), processes);
  result.growth_mb = bench::in_mb(bench::peak_bytes(), w.idle);
  result.updates = w.updates;
  if (w.took.size() != n.handoffs || w.took.empty()) {
    result.exit_code = 1;
    return result;
  }
  std::sort(w.took.begin(), w.took.end());
  result.p99_ms = w.took[w.took.size() * 99 / 100].count();
  return result;
}

/// Each run has a process of its own: their memory is not to mix.
figures measure_apart(const sizes& n, bool with_updates) {
  figures result;
  int ends[2] = {-1, -1};
  if (::pipe(ends) != 0)
    return result;
  auto child = ::fork();
  if (child == 0) {
    auto processes = process::supervisor::fork_now();
    if (!processes)
      ::_exit(1);
    auto mine = measure(n, with_updates, **processes);
    ::_exit(::write(ends[1], &mine, sizeof mine) == sizeof mine ? 0 : 1);
  }
  ::close(ends[1]);
  if (::read(ends[0], &result, sizeof result) != sizeof result)
    result = {};
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return result;
}

} // namespace

int main(int argc, char** argv) {
  auto how = bench::take_row_options(argc, argv);
  sizes n;
  if (how.quick)
    n = {10'000, 500};
  if (!how.arguments.empty())
    n.updates = std::strtoull(how.arguments[0].c_str(), nullptr, 10);
  if (how.arguments.size() > 1)
    n.handoffs = static_cast<std::uint32_t>(
        std::strtoul(how.arguments[1].c_str(), nullptr, 10));
  bench::row memory{"progress.memory", "MB", bench::better::lower, {},
                    "without updates", {},   "over idle"};
  bench::row delay{"progress.handoff",
                   "ms",
                   bench::better::lower,
                   {},
                   "without updates",
                   {},
                   "p99"};
  for (int i = 0; i < how.rounds; ++i) {
    auto flooded = measure_apart(n, true);
    auto alone = measure_apart(n, false);
    if (alone.exit_code != 0 || flooded.exit_code != 0
        || flooded.updates < n.updates)
      return 2;
    memory.samples.push_back(flooded.growth_mb);
    memory.reference.push_back(alone.growth_mb);
    delay.samples.push_back(flooded.p99_ms);
    delay.reference.push_back(alone.p99_ms);
  }
  print(how, memory);
  print(how, delay);
  auto more = [](const bench::row& x) {
    return x.value() - bench::median(x.reference);
  };
  return more(memory) <= growth_max_mb && more(delay) <= delay_max_ms ? 0 : 1;
}
