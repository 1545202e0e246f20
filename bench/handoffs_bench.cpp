// SPDX-License-Identifier: BSD-3-Clause
// usage: bench_handoffs [--json] [--quick] [HANDOFFS [BYTES [RECEIVERS]]]
//
// Many senders, one slow receiver (semantics §21, rule 9): 8 agents do HANDOFFS
// tasks (100,000), each agent one after the other, each with an output of BYTES
// (1,024) of its own, for the RECEIVERS (1,000) tasks of one agent, whose only
// slot is taken until all of it waits there. Then the receiver works it off and
// looks at each. Rows: what is in memory beyond the idle run (begun, with
// nothing done yet), at most and when all wait. Fails over 64 MB, for a handoff
// that is lost, changed or out of its sender's order. One round: memory has no
// noise.
#include "bench/live_run.hpp"
#include "bench/memory.hpp"
#include "bench/rows.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <fmt/format.h>
#include <mutex>
#include <string>
#include <vector>

namespace {

using namespace tutti;

constexpr std::uint32_t sender_count = 8;
constexpr double growth_max_mb = 64;

struct sizes {
  std::uint32_t handoffs = 100'000;
  std::size_t bytes = 1024;
  std::uint32_t receivers = 1'000;
};

/// The content of handoff `i`: unlike that of any other.
std::string payload(std::uint32_t i, std::size_t bytes) {
  auto result = fmt::format("{:08} ", i);
  std::uint32_t state = i * 2654435761u + 1;
  while (result.size() < bytes) {
    state = state * 1664525u + 1013904223u;
    result += static_cast<char>('!' + (state >> 24) % 90);
  }
  result.resize(bytes);
  return result;
}

plan make_plan(const sizes& n) {
  plan p;
  p.name = "slow-receiver";
  for (std::uint32_t i = 0; i < sender_count; ++i)
    p.agents.push_back({fmt::format("sender-{}", i), "", 1, false});
  p.agents.push_back({"receiver", "", 1, false});
  for (std::uint32_t i = 0; i < sender_count; ++i)
    p.agents[i].native = "sender";
  p.agents.back().native = "receiver";
  auto idle = n.handoffs;
  p.tasks.resize(n.handoffs + 2 + n.receivers);
  for (std::uint32_t i = 0; i < n.handoffs; ++i) {
    auto& t = p.tasks[i];
    t.name = fmt::format("put-{}", i);
    t.agents = {agent_id{i % sender_count}};
    t.after = {{node_kind::task, i < sender_count ? idle : i - sender_count}};
    p.tasks[idle + 2 + i % n.receivers].needs.push_back(
        {{node_kind::task, i}, need_condition::succeeded});
  }
  for (std::uint32_t i = 0; i < n.receivers + 2; ++i) {
    auto& t = p.tasks[idle + i];
    t.name = i == 0 ? "idle" : i == 1 ? "slow" : fmt::format("take-{}", i - 2);
    t.agents = {agent_id{sender_count}};
    t.priority = i < 2 ? 2 - static_cast<std::int32_t>(i) : 0;
  }
  return p;
}

/// Holds the receiver's slot until it is opened.
class latch {
public:
  void wait() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] {
      return open_;
    });
  }
  void open() {
    std::lock_guard lock{mutex_};
    open_ = true;
    changed_.notify_all();
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

/// What is looked at while it runs.
struct watch {
  std::size_t idle = 0;
  std::size_t queued = 0; ///< resident when all had arrived
  std::uint32_t accepted = 0;
  std::uint32_t out_of_order = 0;
  std::vector<std::int64_t> last =
      std::vector<std::int64_t>(sender_count, -1); ///< task, by sender
  std::atomic<std::uint32_t> wrong = 0;
  latch slow;
};

native::agents make_agents(const sizes& n, watch& w) {
  native::agents result;
  result.add("sender", [n](native::task& t) {
    auto i = static_cast<std::uint32_t>(std::stoul(t.name().substr(4)));
    return native::result{}.set("text", payload(i, n.bytes));
  });
  result.add("receiver", [n, &w](native::task& t) {
    if (t.name() == "idle") {
      bench::reset_peak();
      w.idle = bench::resident_bytes();
    }
    if (t.name() == "slow")
      w.slow.wait();
    for (const auto& x : t.inputs()) {
      auto i = static_cast<std::uint32_t>(std::stoul(x.from.substr(4)));
      if (x.get<std::string>("text") != payload(i, n.bytes))
        ++w.wrong;
    }
    return native::result{};
  });
  return result;
}

void look(const sizes& n, watch& w, const fact& x) {
  if (x.kind != fact_kind::handoff_accepted)
    return;
  auto& last = w.last[x.cause % sender_count];
  w.out_of_order += x.cause <= last;
  last = x.cause;
  if (++w.accepted < n.handoffs)
    return;
  w.queued = bench::resident_bytes();
  w.slow.open();
}

} // namespace

int main(int argc, char** argv) {
  auto how = bench::take_row_options(argc, argv);
  auto processes = process::supervisor::fork_now();
  if (!processes) {
    fmt::print(stderr, "{}\n", processes.error().detail);
    return 2;
  }
  sizes n;
  if (how.quick)
    n = {1'000, 1'024, 10};
  auto argument = [&how](std::size_t i, std::size_t otherwise) {
    return i < how.arguments.size()
             ? std::strtoul(how.arguments[i].c_str(), nullptr, 10)
             : otherwise;
  };
  n.handoffs = static_cast<std::uint32_t>(argument(0, n.handoffs));
  n.bytes = argument(1, n.bytes);
  n.receivers = static_cast<std::uint32_t>(argument(2, n.receivers));
  watch w;
  bench::scratch_folder folder;
  bench::live_run_options run;
  run.work = make_plan(n);
  run.work.directory = folder.path();
  run.agents = make_agents(n, w);
  run.seen = [&](const fact& x) {
    look(n, w, x);
  };
  auto code = bench::run_live(std::move(run), folder.path(), **processes);
  auto peak = bench::in_mb(bench::peak_bytes(), w.idle);
  auto of = [&](const char* name, double mb, const char* when) {
    bench::row x{name, "MB", bench::better::lower, {mb}, {}, {}, {}};
    x.note = fmt::format("{}: {} handoffs of {} B, over idle ({:.1f} MB)", when,
                         n.handoffs, n.bytes, bench::in_mb(w.idle, 0));
    print(how, x);
  };
  of("queue.memory", peak, "at most");
  of("queue.memory.waiting", bench::in_mb(w.queued, w.idle), "all wait");
  if (code != 0 || w.accepted != n.handoffs || w.out_of_order + w.wrong > 0)
    fmt::print(stderr, "exit code {}, {} accepted, {} out of order, {} wrong\n",
               code, w.accepted, w.out_of_order, w.wrong.load());
  bool good = code == 0 && w.accepted == n.handoffs && w.out_of_order == 0
           && w.wrong == 0 && peak <= growth_max_mb;
  return good ? 0 : 1;
}
