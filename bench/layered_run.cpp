// SPDX-License-Identifier: BSD-3-Clause
#include "bench/layered_run.hpp"

#include "actors/orchestrator/engine/engine.hpp"

#include <deque>
#include <fmt/format.h>
#include <stdexcept>
#include <utility>

namespace tutti::bench {

namespace {

/// Apart from each other in a layer, as far as that goes.
constexpr std::uint32_t stride = 17;

fact sent(const engine::engine& e, const engine::command& c, duration at) {
  fact f;
  f.kind = fact_kind::handoff_sent;
  f.subject = c.task;
  f.cause = c.other;
  f.version = e.task(c.other).version;
  f.at = at;
  return f;
}

} // namespace

plan layered_plan(const layered_options& x) {
  plan p;
  p.name = "layered";
  for (std::uint32_t i = 0; i < x.agents; ++i)
    p.agents.push_back({fmt::format("agent-{}", i), "", 64, false});
  p.tasks.resize(std::size_t{x.layers} * x.width);
  for (std::uint32_t i = 0; i < p.tasks.size(); ++i) {
    auto& t = p.tasks[i];
    t.name = fmt::format("task-{}", i);
    t.agents = {agent_id{i % x.agents}};
    if (i < x.width)
      continue;
    auto before = (i / x.width - 1) * x.width;
    for (std::uint32_t k = 0; k < x.needs; ++k)
      t.needs.push_back(
          {{node_kind::task, before + (i % x.width + k * stride) % x.width},
           need_condition::succeeded});
  }
  return p;
}

std::vector<fact> facts_of_run(const plan& p) {
  engine::engine e{engine::compile(p, {})};
  auto nothing = std::make_shared<const attempt_details>();
  std::vector<fact> result;
  std::deque<engine::event> next{engine::run_begins{}};
  engine::decision out;
  for (duration now{0}; !next.empty(); now += duration{1000}) {
    e.decide(now, next.front(), out);
    next.pop_front();
    for (auto& f : out.facts)
      if (f.kind != fact_kind::run_ended)
        result.push_back(f);
    for (const auto& c : out.commands)
      if (c.kind == engine::command_kind::assign) {
        next.push_back(engine::attempt_begins{task_id{c.task}, c.attempt});
        next.push_back(engine::attempt_ends{task_id{c.task}, c.attempt,
                                            attempt_end::success, 0, nothing});
      } else if (c.kind == engine::command_kind::deliver) {
        result.push_back(sent(e, c, now));
        next.push_back(
            engine::handoff_arrives{task_id{c.other}, task_id{c.task}});
      }
    if (!out.facts.empty() && out.facts.back().kind == fact_kind::run_ended)
      result.push_back(out.facts.back());
  }
  if (e.counts().unfinished != 0)
    throw std::runtime_error("the run did not come to its end");
  return result;
}

} // namespace tutti::bench
