// SPDX-License-Identifier: BSD-3-Clause
// What leaves the orchestrator, and when: a fact is durable before what it
// releases leaves (semantics §30). Work that was released long ago leaves at
// once, so that a slot is filled again without a wait for the disk. Only
// `tutti explain` looks ahead: it tells what the engine has decided.
#pragma once

#include "messages/fact.hpp"

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

namespace tutti {

class held_sends {
public:
  using send = std::function<void()>;

  /// `journaled`: so many facts are durable already. Without a journal all that
  /// is decided counts as durable.
  held_sends(std::size_t task_count, bool has_journal, std::uint64_t journaled);

  /// The facts of a step were given to the journal; they have the next numbers.
  void note(const std::vector<fact>& facts);

  /// Leaves once everything that was noted is durable.
  void after_all(send x);
  /// About a task: leaves after what was held for it before, and once what last
  /// became of another (or the same) task is durable.
  void after_result_of(std::uint32_t task, std::uint32_t result_of, send x);
  /// About a task: leaves after what was held for it before.
  void in_order(std::uint32_t task, send x);
  /// About a task: as `after_all`, in order.
  void after_all_for(std::uint32_t task, send x);

  /// Somebody only looks on: as `after_all`.
  void to_viewers(send x);

  /// Nothing becomes durable any more: what was for viewers leaves, in order,
  /// and all else that waits never does.
  void give_up();

  /// All up to this number is durable: lets go, in order, of what waited.
  void durable(std::uint64_t last);

  /// The journal is stuck, or no more: while it is no work is given out.
  void hold_work(bool x) {
    holds_work_ = x;
  }
  /// Number of the last fact that was noted.
  [[nodiscard]] std::uint64_t noted() const {
    return noted_;
  }
  /// Whether all that was noted is durable.
  [[nodiscard]] bool all_durable() const {
    return noted_ <= durable_;
  }

private:
  struct entry {
    std::uint64_t needs = 0;
    std::uint32_t task = task_id::none;
    send leave;
    bool for_viewers = false;
  };
  void post(entry x);

  std::vector<std::uint64_t> became_; ///< per task: what last became of it
  std::unordered_map<std::uint32_t, std::uint64_t> held_; ///< per task: until
  std::vector<entry> waiting_;                            ///< in order
  std::uint64_t noted_ = 0;
  std::uint64_t durable_ = 0;
  bool has_journal_ = false;
  bool holds_work_ = false;
};

} // namespace tutti
