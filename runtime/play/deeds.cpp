// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/deeds.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tutti::play {

using config::deed;
using config::deed_kind;

std::string deeds::run(const deed& x) {
  if (!world_.is_up())
    return "tutti is gone at this moment: nobody hears it";
  switch (x.kind) {
  case deed_kind::crash:
    world_.crash(agent_id{x.agent}, x.span);
    return {};
  case deed_kind::hang:
  case deed_kind::fail:
  case deed_kind::ask:
    return of_attempt(x);
  case deed_kind::cancel:
    return cancel(x);
  case deed_kind::late_result:
    world_.send_result(task_id{x.subject.index}, x.attempt);
    return {};
  case deed_kind::approve:
  case deed_kind::request_changes:
  case deed_kind::reject:
    return ask_person(x);
  case deed_kind::clock_jump:
    world_.jump_clock(x.span.value_or(duration{0}));
    return {};
  case deed_kind::kill_run:
    return kill_run(x);
  case deed_kind::disk_full:
    return fill_disk(x);
  case deed_kind::lose_node:
    lose_node(x);
    return {};
  case deed_kind::freeze_node:
  case deed_kind::cut:
  case deed_kind::slow:
    change_weather(x);
    return {};
  case deed_kind::drop:
  case deed_kind::duplicate:
  case deed_kind::reorder:
    return mishap_of(x);
  }
  return {};
}

std::string deeds::of_attempt(const deed& x) {
  task_id task{x.subject.index};
  bool done = x.kind == deed_kind::hang ? world_.hang(task)
            : x.kind == deed_kind::fail
                ? world_.fail(task)
                : world_.ask(task, {duration{0},
                                    story_.work->agents[x.agent].name,
                                    {x.text},
                                    x.awaited});
  if (done)
    return {};
  const auto& name = story_.work->tasks[task.value].name;
  return fmt::format("{} has no attempt that runs: it is {}", name,
                     to_string(watch_.state().task(task.value).state));
}

std::string deeds::ask_person(const deed& x) {
  control_call call;
  call.kind = control_kind::give_verdict;
  call.subject = x.subject;
  call.verdict = x.kind == deed_kind::approve ? verdict::approved
               : x.kind == deed_kind::reject  ? verdict::rejected
                                              : verdict::changes_requested;
  call.who = x.by.empty() ? "somebody" : x.by;
  call.text = x.text;
  call.tasks = x.to;
  world_.call(std::move(call));
  return {};
}

std::string deeds::cancel(const deed& x) {
  control_call call;
  call.kind = control_kind::cancel;
  call.subject = x.subject;
  world_.call(std::move(call));
  return {};
}

// -- nodes and what is between them -------------------------------------------

std::uint32_t node_of(const config::scenario& story, agent_id x) {
  auto nodes = static_cast<std::uint32_t>(story.nodes.size());
  return nodes == 0 ? 0 : x.value % nodes;
}

std::vector<bool> wired_agents(const config::scenario& story) {
  std::vector<bool> result(story.work->agents.size(), false);
  for (std::uint32_t i = 0; i < result.size(); ++i)
    result[i] = node_of(story, agent_id{i}) > 0;
  for (const auto& step : story.timeline)
    for (const auto& x : step.deeds)
      if (x.receiver != agent_id::none)
        result[x.receiver] = true;
  return result;
}

/// The agents behind the link between two nodes, of which the orchestrator is
/// on the first one: nothing else goes from node to node.
static std::vector<agent_id> behind_link(const config::scenario& story,
                                         const std::uint32_t (&nodes)[2]) {
  std::vector<agent_id> result;
  if (std::min(nodes[0], nodes[1]) != 0)
    return result;
  auto far = std::max(nodes[0], nodes[1]);
  for (std::uint32_t i = 0; i < story.work->agents.size(); ++i)
    if (node_of(story, agent_id{i}) == far && far != 0)
      result.emplace_back(i);
  return result;
}

static std::vector<agent_id> agents_on(const config::scenario& story,
                                       std::uint32_t node) {
  std::vector<agent_id> result;
  for (std::uint32_t i = 0; i < story.work->agents.size(); ++i)
    if (node_of(story, agent_id{i}) == node)
      result.emplace_back(i);
  return result;
}

void deeds::lose_node(const deed& x) {
  for (auto a : agents_on(story_, x.nodes[0]))
    world_.crash(a, x.span);
  watch_.on(happening{world_.now(), config::moment_kind::lost, x.nodes[0]});
}

/// Changes are sums, so that two at a time end one by one.
void deeds::change_weather(const deed& x) {
  auto of = x.kind == deed_kind::cut ? behind_link(story_, x.nodes)
                                     : agents_on(story_, x.nodes[0]);
  auto change = [this, of, x](int sign) {
    for (auto a : of) {
      auto& w = world_.weather_of(a);
      if (x.kind == deed_kind::cut)
        w.cuts += sign;
      else if (x.kind == deed_kind::slow)
        w.latency += sign * x.slower;
      else if (sign > 0)
        w.frozen_until = world_.now() + x.span.value_or(duration{0});
    }
  };
  change(1);
  if (x.span && x.kind != deed_kind::freeze_node)
    world_.at(world_.now() + *x.span, [change] {
      change(-1);
    });
}

std::string deeds::mishap_of(const deed& x) {
  auto* w = world_.wire_of(agent_id{x.receiver});
  mishap y;
  y.what = x.kind == deed_kind::drop      ? mishap::kind::drop
         : x.kind == deed_kind::duplicate ? mishap::kind::duplicate
                                          : mishap::kind::reorder;
  auto used = std::make_shared<bool>(false);
  y.from = [this, used, sender = x.agent](task_id from) {
    bool is = world_.engine().task(from.value).agent == sender;
    *used = *used || is;
    return is;
  };
  w->expect(std::move(y));
  ambushes_.push_back({x.where, std::move(used)});
  return {};
}

std::vector<config::span> deeds::unused() const {
  std::vector<config::span> result;
  for (const auto& x : ambushes_)
    if (!*x.used)
      result.push_back(x.where);
  return result;
}

std::string deeds::kill_run(const deed& x) {
  world_.kill();
  world_.at(world_.now() + x.span.value_or(duration{0}), [this] {
    world_.resume();
  });
  return {};
}

std::string deeds::fill_disk(const deed& x) {
  world_.fill_disk();
  if (x.span)
    world_.at(world_.now() + *x.span, [this] {
      world_.mend_disk();
    });
  return {};
}

} // namespace tutti::play
