// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/handoff.hpp"

#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace tutti {

/// The handoffs an agent has been given, by the task that needs them. Each is
/// accepted exactly once, through duplicates and resends (rule 3).
class handoff_table {
public:
  /// False where it has been accepted before, even if its task is done.
  [[nodiscard]] bool accept(handoff x);

  /// What a task has been given, in order of arrival.
  [[nodiscard]] const std::vector<handoff>& of(task_id task) const;

  /// The task has succeeded: what it was given is not needed any more.
  void forget(task_id task);

private:
  struct key {
    task_id from;
    task_id to;
    std::uint32_t version = 1;

    friend bool operator==(const key&, const key&) = default;
  };
  struct key_hash {
    std::size_t operator()(const key& x) const noexcept {
      auto edge = std::uint64_t{x.from.value} << 32 | x.to.value;
      return std::hash<std::uint64_t>{}(edge * 31 + x.version);
    }
  };

  std::unordered_set<key, key_hash> seen_;
  std::unordered_map<task_id, std::vector<handoff>> kept_;
};

} // namespace tutti
