// SPDX-License-Identifier: BSD-3-Clause
// What leaves the orchestrator, and when: a fact is durable before what it
// releases leaves (semantics §30). Work that was released long ago leaves at
// once, so that a slot is filled again without a wait for the disk. Only
// `tutti explain` looks ahead: it tells what the engine has decided.
//
// Where nothing is to be durable first (`--durability off`, or no journal), all
// leaves at once but the end of the run, which is told once it is written, and
// exclusive work that others are given. Should the journal fall far behind, the
// rest waits for it, too.
#pragma once

#include "messages/fact.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

namespace tutti {

/// Whether nothing that follows from a fact of this kind waits for it: that
/// work was given out, began or waits, or that a handoff was sent (§30).
[[nodiscard]] bool releases_nothing(fact_kind x);

class held_sends {
public:
  /// So many facts the journal of a run that does not wait for it may be
  /// behind: some 100 MB.
  static constexpr std::uint64_t behind_max = 1'000'000;

  using send = std::function<void()>;

  /// What is to be durable before what follows from it leaves.
  enum class wait_for : std::uint8_t {
    nothing, ///< there is no journal
    the_end, ///< only the end of the run, unless it is `behind_max` behind
    all_of_it,
  };

  /// `journaled`: so many facts are durable already.
  held_sends(std::size_t task_count, wait_for how, std::uint64_t journaled);

  /// The facts of a step, those of a list behind the first `before`, are given
  /// to the journal; they have the next numbers.
  void note(const std::vector<fact>& facts, std::size_t before = 0);

  /// Whether what is posted about a task, after the result of another, would
  /// leave at once: then it need not be posted.
  [[nodiscard]] bool leaves_now(std::uint32_t task,
                                std::uint32_t result_of) const;

  /// Leaves once everything that was noted is durable.
  void after_all(send x);
  /// About a task: leaves after what was held for it before, and once what last
  /// became of another (or the same) task is durable.
  void after_result_of(std::uint32_t task, std::uint32_t result_of, send x);
  /// About a task: leaves after what was held for it before.
  void in_order(std::uint32_t task, send x);
  /// About a task: as `after_all`, in order.
  void after_all_for(std::uint32_t task, send x);

  /// As `after_all_for`, also where only the end waits.
  void once_written_for(std::uint32_t task, send x);

  /// Somebody only looks on: as `after_all`.
  void to_viewers(send x);
  /// As `to_viewers`, of the end of the run.
  void at_the_end(send x);

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
    bool always = false; ///< also where only the end waits
  };
  void post(entry x);
  [[nodiscard]] bool is_held(const entry& x) const;
  [[nodiscard]] std::uint64_t needed_for(std::uint32_t result_of) const;

  std::vector<std::uint64_t> became_; ///< per task: what last became of it
  std::unordered_map<std::uint32_t, std::uint64_t> held_; ///< per task: until
  std::vector<entry> waiting_;                            ///< in order
  std::uint64_t noted_ = 0;
  std::uint64_t durable_ = 0;
  wait_for how_ = wait_for::nothing;
  bool holds_work_ = false;
};

} // namespace tutti
