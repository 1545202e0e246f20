// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/idle.hpp"

#include "messages/assert.hpp"
#include "runtime/report/causes.hpp"
#include "runtime/report/slices.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace tutti::report {

namespace {

slot_use use_of(wait_kind x) {
  switch (x) {
  case wait_kind::orchestrator:
  case wait_kind::handoff:
    return slot_use::starting;
  case wait_kind::gate:
    return slot_use::gate;
  case wait_kind::down:
    return slot_use::down;
  default:
    return slot_use::held;
  }
}

/// Goes through the tracks of all agents; each piece of time is given away
/// once.
class accountant {
public:
  accountant(const run_model& m, const slice_table& slices, const causes& why)
    : model_(m), slices_(slices), causes_(why) {
  }

  idle_times make() {
    result_.agents.resize(model_.plan().agents.size());
    for (std::uint32_t i = 0; i < result_.agents.size(); ++i)
      add_agent(i);
    add_waits();
    return std::move(result_);
  }

private:
  void add_agent(std::uint32_t agent) {
    agent_ = agent;
    auto& mine = result_.agents[agent];
    const auto& tracks = slices_.tracks_of(agent);
    mine.slots = static_cast<std::uint32_t>(tracks.size());
    is_last_told_ = false;
    for (const auto& track : tracks) {
      duration reached{0};
      for (auto i : track) {
        fill_before(i, reached);
        give(slot_use::busy, slices_[i].start, slices_[i].end);
        reached = slices_[i].end;
      }
      fill_end(reached);
    }
    duration sum{0};
    for (auto x : mine.of)
      sum += x;
    TUTTI_ASSERT(sum == model_.now() * mine.slots);
  }

  void give(slot_use use, duration from, duration until) {
    if (from < until)
      result_.agents[agent_].of[static_cast<std::size_t>(use)] += until - from;
  }

  /// As `give`, less the time in which tutti was not there.
  duration give_up_time(slot_use use, duration from, duration until) {
    if (from >= until)
      return duration{0};
    auto up = model_.up_time(from, until);
    result_.agents[agent_].of[static_cast<std::size_t>(use)] += up;
    result_.agents[agent_].of[static_cast<std::size_t>(slot_use::down)] +=
        until - from - up;
    return up;
  }

  /// The time of a track from `floor` to where a slice starts.
  void fill_before(std::uint32_t i, duration floor) {
    constexpr int steps_max = 64; // through gates and tasks that never ran
    if (slices_[i].start <= floor)
      return;
    auto cursor = slices_[i].start;
    auto back = causes_.before({happening::worked, i, cursor});
    if (back.why == reason::pool || back.why == reason::jobs
        || back.why == reason::node) {
      auto since = std::clamp(back.wanted, floor, std::max(cursor, floor));
      give_up_time(slot_use::held, since, cursor);
      cursor = since;
      back = causes_.release(i);
    }
    for (int n = 0; cursor > floor && n < steps_max; ++n) {
      cursor = fill(back, floor, cursor);
      if (cursor <= floor || back.from.what == happening::run_start)
        break;
      if (back.from.what == happening::worked)
        return blame(back.from.index, floor, cursor);
      back = causes_.before(back.from);
    }
    give_up_time(slot_use::starting, floor, cursor);
  }

  duration fill(const step_back& back, duration floor, duration cursor) {
    for (const auto& x : back.between) {
      auto from = std::max(x.from, floor);
      if (from >= cursor)
        continue;
      give(use_of(x.kind), from, cursor);
      if (x.kind == wait_kind::gate)
        waits_[{agent_, task_id::none, decided_gate(back)}] += cursor - from;
      cursor = from;
    }
    return cursor;
  }

  static std::uint32_t decided_gate(const step_back& back) {
    return back.from.what == happening::asked ? back.from.index : task_id::none;
  }

  void blame(std::uint32_t slice, duration floor, duration cursor) {
    const auto& x = slices_[slice];
    auto up = give_up_time(slot_use::blocked, floor, cursor);
    waits_[{agent_, x.agent.value, x.task.value}] += up;
  }

  /// Behind its last slice: what it has still to do, of a run that is not over.
  void fill_end(duration floor) {
    auto next = is_last_told_ ? std::nullopt : model_.next_of(agent_);
    if (!next) {
      give_up_time(slot_use::no_work, floor, model_.now());
      return;
    }
    is_last_told_ = true;
    auto x = model_.wait_of({node_kind::task, next->value}, 1);
    auto use = slot_use::held;
    const auto* on = x.on.empty() ? nullptr : &x.on.front();
    if (on != nullptr && on->of.kind == node_kind::gate)
      use = slot_use::gate;
    else if (on != nullptr
             && (on->why == wait_for::end || on->why == wait_for::start
                 || on->why == wait_for::answer))
      use = slot_use::blocked;
    auto up = give_up_time(use, floor, model_.now());
    if (use == slot_use::gate)
      waits_[{agent_, task_id::none, on->of.index}] += up;
    else if (use == slot_use::blocked && on->agent.valid())
      waits_[{agent_, on->agent.value, on->of.index}] += up;
  }

  void add_waits() {
    // By waiter and who is waited for; of the parts the largest is named.
    std::map<std::pair<std::uint32_t, std::uint32_t>, agent_wait> sums;
    for (const auto& [key, time] : waits_) {
      if (time <= duration{0})
        continue;
      auto [waiter, on, what] = key;
      auto& x = sums[{waiter, on}];
      x.waiter = agent_id{waiter};
      x.on = agent_id{on};
      x.time += time;
      if (time > x.most_time) {
        x.most_time = time;
        x.most = {on == task_id::none ? node_kind::gate : node_kind::task,
                  what};
      }
    }
    for (const auto& [key, x] : sums)
      result_.waits.push_back(x);
    std::stable_sort(result_.waits.begin(), result_.waits.end(),
                     [](const auto& x, const auto& y) {
                       return x.time > y.time;
                     });
  }

  const run_model& model_;
  const slice_table& slices_;
  const causes& causes_;
  idle_times result_;
  std::uint32_t agent_ = 0;
  bool is_last_told_ = false;
  /// Waiter, whom (none: people), for which task or gate.
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, duration>
      waits_;
};

} // namespace

std::string_view to_string(slot_use x) {
  constexpr std::array<std::string_view, slot_use_count> names{
      "busy", "starting", "blocked", "gate", "held", "no-work", "down"};
  return names[static_cast<std::size_t>(x)];
}

idle_times account(const run_model& m, const slice_table& slices,
                   const causes& why) {
  return accountant(m, slices, why).make();
}

} // namespace tutti::report
