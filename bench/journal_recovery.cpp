// SPDX-License-Identifier: BSD-3-Clause
#include "bench/journal_recovery.hpp"

#include "actors/orchestrator/engine/engine.hpp"
#include "runtime/journal/journal_file.hpp"
#include "runtime/journal/journal_reader.hpp"

#include <fmt/format.h>

#include <deque>
#include <filesystem>
#include <stdexcept>
#include <time.h>
#include <utility>
#include <vector>

namespace tutti::bench {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::uint32_t agent_count = 100;

/// Of this thread.
seconds processor_time() {
  timespec t{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return std::chrono::seconds{t.tv_sec} + std::chrono::nanoseconds{t.tv_nsec};
}

plan make_plan(std::uint32_t task_count) {
  plan p;
  p.name = "large";
  for (std::uint32_t i = 0; i < agent_count; ++i)
    p.agents.push_back({fmt::format("agent-{}", i), "", 1, false});
  p.tasks.resize(task_count);
  for (std::uint32_t i = 0; i < task_count; ++i) {
    auto& t = p.tasks[i];
    t.name = fmt::format("task-{}", i);
    t.agents = {agent_id{i % agent_count}};
    if (i >= agent_count)
      t.needs = {
          {{node_kind::task, i - agent_count}, need_condition::succeeded}};
  }
  return p;
}

/// The engine's steps of a run in which all goes well, one fact list each.
std::vector<append_facts> play(const plan& p) {
  engine::engine e{engine::compile(p, {})};
  std::vector<append_facts> steps;
  std::deque<engine::event> next{engine::run_begins{}};
  engine::decision out;
  std::uint64_t number = 0;
  for (duration now{0}; !next.empty(); now += duration{1'000'000}) {
    e.decide(now, next.front(), out);
    next.pop_front();
    number += out.facts.size();
    if (!out.facts.empty())
      steps.push_back({number, out.facts});
    for (const auto& c : out.commands) {
      if (c.kind == engine::command_kind::assign) {
        auto details = std::make_shared<attempt_details>();
        details->log = fmt::format("logs/task-{}.1.log", c.task);
        next.push_back(engine::attempt_begins{task_id{c.task}, c.attempt});
        next.push_back(engine::attempt_ends{task_id{c.task}, c.attempt,
                                            attempt_end::success, 0,
                                            std::move(details)});
      } else if (c.kind == engine::command_kind::deliver) {
        next.push_back(
            engine::handoff_arrives{task_id{c.other}, task_id{c.task}});
      }
    }
  }
  if (e.counts().unfinished != 0)
    throw std::runtime_error("the run did not come to its end");
  return steps;
}

} // namespace

large_journal::large_journal(std::string path, std::uint32_t task_count)
  : path_(std::move(path)),
    work_(std::make_shared<const plan>(make_plan(task_count))) {
  journal::journal_options options;
  options.path = path_;
  options.how = journal::durability::off;
  journal::journal_file file{options, work_};
  if (auto wrong = file.create({}, {}, {}, {}))
    throw std::runtime_error(wrong->detail);
  if (auto failed = file.append(play(*work_)))
    throw std::runtime_error(failed->text);
}

recovery_times large_journal::recover() const {
  recovery_times result;
  auto processor = processor_time();
  auto start = clock::now();
  auto took = [&start] {
    auto from = std::exchange(start, clock::now());
    return seconds{start - from};
  };
  auto reader = journal::journal_reader::open(path_);
  if (!reader)
    throw std::runtime_error(reader.error().detail);
  result.open = took();
  auto facts = (*reader)->facts(*work_);
  if (!facts)
    throw std::runtime_error(facts.error().detail);
  result.read = took();
  engine::engine e{engine::compile(*work_, {})};
  for (const auto& x : *facts)
    e.fold(x);
  result.fold = took();
  result.processor = processor_time() - processor;
  result.facts = facts->size();
  result.bytes = std::filesystem::file_size(path_);
  result.same = e.over() && e.counts().unfinished == 0;
  return result;
}

} // namespace tutti::bench
