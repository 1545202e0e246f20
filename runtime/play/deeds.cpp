// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/deeds.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tutti::play {

using config::deed;
using config::deed_kind;

namespace {

/// After a disk has space again messages may be late for so long.
constexpr duration disk_takes = std::chrono::seconds(5);

/// Machines, disks and clocks change without it.
bool needs_tutti(deed_kind x) {
  switch (x) {
  case deed_kind::crash:
  case deed_kind::lose_node:
  case deed_kind::join_node:
  case deed_kind::freeze_node:
  case deed_kind::wake_node:
  case deed_kind::cut:
  case deed_kind::heal:
  case deed_kind::slow:
  case deed_kind::clock_jump:
  case deed_kind::disk_full:
    return false;
  default:
    return true;
  }
}

} // namespace

/// A run that ended so goes on when it is resumed (§31).
bool deeds::can_go_on() const {
  auto end = watch_.end();
  return end
      && (end->status == run_status::stopped
          || end->status == run_status::waiting);
}

std::string deeds::run(const deed& x) {
  if (!world_.is_up() && needs_tutti(x.kind))
    return "tutti is gone at this moment: nobody hears it";
  if (world_.over() && !(x.kind == deed_kind::kill_run && can_go_on()))
    return "the run has ended";
  switch (x.kind) {
  case deed_kind::crash:
    if (world_.is_away(agent_id{x.agent}))
      return fmt::format("{} is away already",
                         story_.work->agents[x.agent].name);
    world_.crash(agent_id{x.agent}, x.span);
    return {};
  case deed_kind::hang:
  case deed_kind::fail:
  case deed_kind::ask:
    return of_attempt(x);
  case deed_kind::cancel:
    return cancel(x);
  case deed_kind::late_result:
    return late_result(x);
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
    return world_.nodes() ? befall_machine(x) : lose_node(x);
  case deed_kind::freeze_node:
    return world_.nodes() ? befall_machine(x) : freeze_node(x);
  case deed_kind::cut:
  case deed_kind::slow:
    return world_.nodes() ? befall_machine(x) : change_links(x);
  case deed_kind::join_node:
  case deed_kind::drain_node:
  case deed_kind::wake_node:
  case deed_kind::heal:
    return befall_machine(x);
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

/// Of an attempt that was given up.
std::string deeds::late_result(const deed& x) {
  const auto& t = watch_.state().task(x.subject.index);
  const auto& name = story_.work->tasks[x.subject.index].name;
  if (x.attempt > t.attempt || (x.attempt == t.attempt && !t.ever_started))
    return fmt::format("{} has had no attempt {}", name, x.attempt);
  bool runs =
      t.state == task_state::running || t.state == task_state::integrating;
  if (x.attempt == t.attempt && runs)
    return fmt::format("attempt {} of {} still runs", x.attempt, name);
  if (x.attempt == t.attempt && t.state == task_state::succeeded)
    return fmt::format("attempt {} of {} was not given up: it succeeded",
                       x.attempt, name);
  rules_.late_result_sent();
  world_.send_result(task_id{x.subject.index}, x.attempt);
  return {};
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
  return nodes == 0 || !story.machines.empty() ? 0 : x.value % nodes;
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

/// The agents behind the links that a deed is about. The orchestrator is on the
/// first node: nothing else goes from node to node.
static std::vector<agent_id> behind_link(const config::scenario& story,
                                         const deed& x) {
  std::vector<agent_id> result;
  bool all = x.kind == deed_kind::slow;
  if (!all && std::min(x.nodes[0], x.nodes[1]) != 0)
    return result;
  auto far = std::max(x.nodes[0], x.nodes[1]);
  for (std::uint32_t i = 0; i < story.work->agents.size(); ++i)
    if (auto node = node_of(story, agent_id{i});
        node != 0 && (all || node == far))
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

std::string deeds::lose_node(const deed& x) {
  if (auto wrong = about_node(x); !wrong.empty())
    return wrong;
  for (auto a : agents_on(story_, x.nodes[0]))
    world_.crash(a, x.span);
  watch_.on(happening{world_.now(), config::moment_kind::lost, x.nodes[0]});
  return {};
}

/// Why a node cannot be lost or frozen; empty: it can.
std::string deeds::about_node(const deed& x) const {
  const auto& name = story_.nodes[x.nodes[0]];
  if (x.nodes[0] == 0)
    return fmt::format("the run itself is kept on {}: kill-run ends it there",
                       name);
  if (agents_on(story_, x.nodes[0]).empty())
    return fmt::format("no agent is on {}: agents are dealt out over the nodes "
                       "in plan order",
                       name);
  return {};
}

std::string deeds::freeze_node(const deed& x) {
  if (auto wrong = about_node(x); !wrong.empty())
    return wrong;
  for (auto a : agents_on(story_, x.nodes[0])) {
    world_.freeze(a, x.span);
    world_.change_weather(a, [&](weather& w) {
      w.frozen_until = x.span ? std::max(w.frozen_until, world_.now() + *x.span)
                              : duration::max();
    });
  }
  return {};
}

/// Changes are sums, so that two at a time end one by one.
std::string deeds::change_links(const deed& x) {
  bool cuts = x.kind == deed_kind::cut;
  auto of = cuts || x.nodes[0] == 0 ? behind_link(story_, x)
                                    : agents_on(story_, x.nodes[0]);
  if (of.empty())
    return "nothing goes that way: all goes through the first node";
  auto change = [this, of, cuts, slower = x.slower](int sign) {
    for (auto a : of)
      world_.change_weather(a, [&](weather& w) {
        if (cuts)
          w.cuts += sign;
        else
          w.latency += sign * slower;
      });
  };
  change(1);
  if (x.span)
    world_.at(world_.now() + *x.span, [change] {
      change(-1);
    });
  return {};
}

std::string deeds::mishap_of(const deed& x) {
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
  world_.expect(agent_id{x.receiver}, std::move(y));
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
  rules_.disturbed(x.span ? world_.now() + *x.span + disk_takes
                          : duration::max());
  // Of two at a time the later end counts.
  full_until_ =
      std::max(full_until_, x.span ? world_.now() + *x.span : duration::max());
  if (x.span)
    world_.at(world_.now() + *x.span, [this] {
      if (full_until_ <= world_.now())
        world_.mend_disk();
    });
  return {};
}

} // namespace tutti::play
