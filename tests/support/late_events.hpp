// SPDX-License-Identifier: BSD-3-Clause
// Events that come late, twice or from nowhere: what a run must refuse, or take
// note of, without any change.
#pragma once

#include "tests/support/engine_world.hpp"
#include "tests/support/random_team.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <tuple>

namespace tutti::test {

/// From, to and the receiver's agent → the version it has.
using handed_versions =
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>,
             std::uint32_t>;

class late_events {
public:
  late_events(dice& d, const plan& p, const engine_world& world,
              const handed_versions& handed)
    : dice_(d), plan_(p), world_(world), handed_(handed) {
  }

  /// None: there is nothing of the kind that was drawn.
  std::optional<engine::event> draw() {
    constexpr std::uint32_t nowhere = 1'000'000;
    auto x = dice_.one_in(8) ? nowhere : some_task();
    task_id task{x};
    std::uint32_t stale = nowhere;
    bool working = false;
    if (x != nowhere) {
      const auto& t = world_.get().task(x);
      working =
          t.state == task_state::running || t.state == task_state::integrating;
      bool earlier = t.attempt > 1 && dice_.one_in(2);
      stale = earlier ? 1 + dice_.roll(t.attempt - 1) : t.attempt + 1;
      if (!working && !t.assigned && dice_.one_in(2))
        stale = t.attempt; // over already
    }
    switch (dice_.roll(13)) {
    case 0:
      if (x == nowhere)
        return std::nullopt;
      return engine_world::finished({x, stale}, dice_.one_in(2)
                                                    ? attempt_end::success
                                                    : attempt_end::failure);
    case 1:
      return engine::attempt_begins{task, stale};
    case 2:
      return engine::attempt_given_back{task, stale};
    case 3:
      return engine::wait_begins{task, stale};
    case 4:
      return engine::wait_ends{task, stale};
    case 5:
      return engine::timer_fires{static_cast<engine::timer_kind>(dice_.roll(8)),
                                 dice_.one_in(4) ? nowhere : dice_.roll(4),
                                 nowhere + dice_.roll(2)};
    case 6:
      if (handed_.empty())
        return std::nullopt;
      return received_again();
    case 7:
      return engine::answer_arrives{dice_.one_in(2) ? 0 : nowhere};
    case 8:
      return verdict_too_late();
    case 9:
      return engine::service_changes{
          service_id{nowhere}, service_state::failed, {}};
    case 10:
      return engine::run_begins{};
    case 11:
      return person_too_late(x, x == nowhere);
    default: {
      engine::requests_arrive e;
      e.task = task;
      e.attempt = stale;
      e.to = plan_.agents[0].name;
      e.texts = {"too late"};
      return e;
    }
    }
  }

private:
  std::uint32_t some_task() {
    return dice_.roll(static_cast<std::uint32_t>(plan_.tasks.size()));
  }

  engine::event received_again() {
    auto i = handed_.begin();
    std::advance(i, dice_.roll(static_cast<std::uint32_t>(handed_.size())));
    auto [from, to, agent] = i->first;
    return engine::handoff_arrives{task_id{from}, task_id{to}, i->second};
  }

  /// A verdict on a gate that is not asked, or that its agents decide.
  std::optional<engine::event> verdict_too_late() {
    engine::verdict_arrives e;
    e.who = "late";
    e.verdict = static_cast<verdict>(dice_.roll(3));
    if (plan_.gates.empty())
      return std::nullopt;
    e.gate =
        gate_id{dice_.roll(static_cast<std::uint32_t>(plan_.gates.size()))};
    if (world_.gate(e.gate.value) == gate_state::asked)
      e.from_run = true;
    return e;
  }

  std::optional<engine::event> person_too_late(std::uint32_t x, bool nowhere) {
    task_id task{x};
    if (nowhere)
      return dice_.one_in(2) ? engine::event{engine::cancel_requested{task}}
                             : engine::event{engine::retry_requested{task}};
    const auto& t = world_.get().task(x);
    if (t.paused)
      return engine::pause_requested{task};
    if (is_terminal(t.state) && dice_.one_in(2))
      return engine::cancel_requested{task};
    if (!is_failure(t.state) && t.state != task_state::cancelled
        && dice_.one_in(2))
      return engine::retry_requested{task};
    return engine::resume_requested{task};
  }

  dice& dice_;
  const plan& plan_;
  const engine_world& world_;
  const handed_versions& handed_;
};

} // namespace tutti::test
