// SPDX-License-Identifier: BSD-3-Clause
// What has been decided and not sent yet: it leaves together as soon as nothing
// waits in the orchestrator's mailbox. So a busy orchestrator sends less often,
// and an idle one at once.
#pragma once

#include "messages/batch.hpp"
#include "messages/interfaces.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace tutti {

/// By agent: handoffs and work for those that take them together.
class outbox {
public:
  outbox() = default;
  explicit outbox(std::size_t agent_count) : to_(agent_count) {
  }

  void put(std::uint32_t agent, handoff x) {
    open(agent).handed.push_back(std::move(x));
  }
  void put(std::uint32_t agent, assign_task x) {
    open(agent).tasks.push_back(std::move(x));
  }
  /// What there is for an agent; empty: nothing.
  [[nodiscard]] agent_orders take(std::uint32_t agent) {
    return std::exchange(to_[agent], {});
  }
  /// Whether there is something for one agent only, and no more than one task.
  [[nodiscard]] bool is_for_one() const {
    return open_.size() == 1 && to_[open_[0]].tasks.size() <= 1;
  }
  /// Of one that is for one: calls `use(agent, orders)`, which empties them.
  template <class Use>
  void use_only(Use use) {
    auto agent = open_[0];
    open_.clear();
    use(agent, to_[agent]);
  }
  /// Calls `send(agent, orders)` for all for whom there is something.
  template <class Send>
  void take_all(Send send) {
    for (auto agent : std::exchange(open_, {}))
      if (!to_[agent].empty())
        send(agent, take(agent));
  }

private:
  agent_orders& open(std::uint32_t agent) {
    auto& x = to_[agent];
    if (x.empty())
      open_.push_back(agent);
    return x;
  }

  std::vector<agent_orders> to_;
  std::vector<std::uint32_t>
      open_; ///< may name one twice, or one that is empty
};

} // namespace tutti
