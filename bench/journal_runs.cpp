// SPDX-License-Identifier: BSD-3-Clause
#include "bench/journal_runs.hpp"

#include "bench/live_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tutti::bench {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::uint32_t agent_count = 8;
constexpr auto quick = "quick";

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "bench_journal: %s\n", what);
  std::exit(2);
}

/// Nanoseconds, by a clock that all processes have.
std::int64_t now_ns() {
  return std::chrono::nanoseconds{clock::now().time_since_epoch()}.count();
}

plan make_plan(const durable_plan& x, const std::string& directory) {
  plan p;
  p.name = "durable";
  p.directory = directory;
  for (std::uint32_t i = 0; i < agent_count; ++i) {
    p.agents.push_back({fmt::format("agent-{}", i), "", 64, false});
    p.agents.back().native = quick;
  }
  p.tasks.resize(x.task_count());
  for (std::uint32_t i = 0; i < p.tasks.size(); ++i) {
    auto& t = p.tasks[i];
    t.name = fmt::format("task-{}", i);
    t.agents = {agent_id{i % agent_count}};
    if (i >= x.chains)
      t.needs = {{{node_kind::task, i - x.chains}, need_condition::succeeded}};
  }
  return p;
}

/// One run; when its end was durable. `begins` is called just before it begins.
std::int64_t run_once(const std::string& folder, const durable_plan& x,
                      std::function<void()> begins) {
  auto processes = process::supervisor::fork_now();
  if (!processes)
    give_up("there is no supervisor");
  scratch_folder files{folder};
  live_run_options run;
  run.work = make_plan(x, files.path());
  run.agents.add_quick(quick, [](const native::quick_task&) {
    return native::result{};
  });
  std::int64_t end = 0;
  run.begins = std::move(begins);
  run.seen = [&end](const fact& f) {
    if (f.kind == fact_kind::run_ended)
      end = now_ns();
  };
  if (run_live(std::move(run), files.path(), **processes) != 0)
    give_up("a run failed");
  return end;
}

double rate(std::uint64_t tasks, std::int64_t begin, std::int64_t end) {
  return static_cast<double>(tasks) * 1e9 / static_cast<double>(end - begin);
}

struct pipe_ends {
  int read = -1;
  int write = -1;
};

pipe_ends make_pipe() {
  int ends[2] = {-1, -1};
  if (::pipe(ends) != 0)
    give_up("there is no pipe");
  return {ends[0], ends[1]};
}

std::int64_t take_number(int from) {
  std::int64_t result = 0;
  if (::read(from, &result, sizeof result) != sizeof result)
    give_up("one of the runs failed");
  return result;
}

} // namespace

double durable_run(const std::string& folder, const durable_plan& x) {
  std::int64_t begin = 0;
  auto end = run_once(folder, x, [&begin] {
    begin = now_ns();
  });
  return rate(x.task_count(), begin, end);
}

double durable_runs(const std::string& folder, const durable_plan& x,
                    std::uint32_t runs) {
  auto told = make_pipe();
  auto go = make_pipe();
  auto tell = [&told](std::int64_t number) {
    if (::write(told.write, &number, sizeof number) != sizeof number)
      give_up("nobody listens");
  };
  std::vector<pid_t> children;
  for (std::uint32_t i = 0; i < runs; ++i) {
    auto child = ::fork();
    if (child < 0)
      give_up("there is no process");
    if (child > 0) {
      children.push_back(child);
      continue;
    }
    ::close(told.read);
    ::close(go.write);
    tell(run_once(folder, x, [&] {
      tell(0);
      char none = 0;
      (void)!::read(go.read, &none, 1); // until its other end is closed
    }));
    ::_exit(0);
  }
  ::close(told.write);
  ::close(go.read);
  for (std::uint32_t i = 0; i < runs; ++i)
    (void)take_number(told.read);
  auto begin = now_ns();
  ::close(go.write);
  std::int64_t end = 0;
  for (std::uint32_t i = 0; i < runs; ++i)
    end = std::max(end, take_number(told.read));
  ::close(told.read);
  for (auto child : children)
    ::waitpid(child, nullptr, 0);
  return rate(std::uint64_t{x.task_count()} * runs, begin, end);
}

} // namespace tutti::bench
