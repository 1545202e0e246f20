// SPDX-License-Identifier: BSD-3-Clause
// What was handed to tasks that have not ended: a list for each, the cells of
// all lists in one place, and no allocation once that place is large enough.
#pragma once

#include "messages/handoff.hpp"

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tutti::native {

class handed_pool {
public:
  /// False: this version of it, or a later one, is known (rule 3). Of each
  /// producer the latest is kept.
  bool add(const handoff& x) {
    auto& list = list_of(x.to.value);
    if (auto known = find_in(list, x); known != none) {
      if (cells_[known].what.version >= x.version)
        return false;
      cells_[known].what = x;
      return true;
    }
    auto fresh = take_cell();
    cells_[fresh].what = x;
    cells_[fresh].next = list.head;
    list.head = fresh;
    if (++list.count == wide_from)
      for (auto i = list.head; i != none; i = cells_[i].next)
        wide_.emplace(key_of(cells_[i].what), i);
    else if (list.count > wide_from)
      wide_.emplace(key_of(x), fresh);
    return true;
  }

  /// Calls `use` with each, which it may change; in no order.
  template <class Use>
  void for_each(task_id to, Use use) {
    auto at = find(to.value);
    if (at == slots_.size())
      return;
    for (auto i = slots_[at].head; i != none; i = cells_[i].next)
      use(cells_[i].what);
  }

  /// The same of one producer; null: it has handed nothing to it. Until the
  /// next change.
  handoff* get(task_id from, task_id to) {
    auto at = find(to.value);
    if (at == slots_.size())
      return nullptr;
    handoff x;
    x.from = from;
    x.to = to;
    auto known = find_in(slots_[at], x);
    return known == none ? nullptr : &cells_[known].what;
  }

  /// The task needs it no more.
  void drop(task_id to) {
    auto at = find(to.value);
    if (at == slots_.size())
      return;
    for (auto i = slots_[at].head; i != none;) {
      auto next = cells_[i].next;
      if (slots_[at].count >= wide_from)
        wide_.erase(key_of(cells_[i].what));
      cells_[i].what.details.reset();
      cells_[i].next = free_;
      free_ = i;
      i = next;
    }
    erase(at);
  }

private:
  static constexpr auto none = ~std::uint32_t{0};

  struct cell {
    handoff what;
    std::uint32_t next = none;
  };
  struct slot {
    std::uint32_t task = none;
    std::uint32_t head = none;
    std::uint32_t count = 0;
  };

  /// From so many on a list is not looked through any more.
  static constexpr std::uint32_t wide_from = 16;

  [[nodiscard]] static std::uint64_t key_of(const handoff& x) {
    return std::uint64_t{x.to.value} << 32 | x.from.value;
  }

  [[nodiscard]] std::uint32_t find_in(const slot& list,
                                      const handoff& x) const {
    if (list.count >= wide_from) {
      auto i = wide_.find(key_of(x));
      return i == wide_.end() ? none : i->second;
    }
    auto i = list.head;
    while (i != none && cells_[i].what.from != x.from)
      i = cells_[i].next;
    return i;
  }

  [[nodiscard]] std::size_t home_of(std::uint32_t task) const {
    return (task * std::uint64_t{0x9E3779B97F4A7C15}) >> shift_;
  }
  [[nodiscard]] std::size_t next_of(std::size_t at) const {
    return (at + 1) & (slots_.size() - 1);
  }

  std::uint32_t take_cell() {
    if (free_ == none) {
      cells_.emplace_back();
      return static_cast<std::uint32_t>(cells_.size() - 1);
    }
    auto result = free_;
    free_ = cells_[result].next;
    return result;
  }

  /// The size of the table where there is none.
  [[nodiscard]] std::size_t find(std::uint32_t task) const {
    if (used_ == 0)
      return slots_.size();
    for (auto at = home_of(task); slots_[at].task != none; at = next_of(at))
      if (slots_[at].task == task)
        return at;
    return slots_.size();
  }

  slot& list_of(std::uint32_t task) {
    if (2 * (used_ + 1) > slots_.size())
      grow();
    auto at = home_of(task);
    for (; slots_[at].task != none; at = next_of(at))
      if (slots_[at].task == task)
        return slots_[at];
    ++used_;
    slots_[at] = {task, none, 0};
    return slots_[at];
  }

  void grow() {
    auto old = std::exchange(
        slots_, std::vector<slot>(slots_.empty() ? 16 : 2 * slots_.size()));
    shift_ = 64;
    for (auto n = slots_.size(); n > 1; n /= 2)
      --shift_;
    for (const auto& x : old) {
      if (x.task == none)
        continue;
      auto at = home_of(x.task);
      while (slots_[at].task != none)
        at = next_of(at);
      slots_[at] = x;
    }
  }

  /// Those behind it move up, so that none is lost to `find`.
  void erase(std::size_t hole) {
    for (auto at = next_of(hole); slots_[at].task != none; at = next_of(at)) {
      auto home = home_of(slots_[at].task);
      auto mask = slots_.size() - 1;
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        slots_[hole] = slots_[at];
        hole = at;
      }
    }
    slots_[hole] = {};
    --used_;
  }

  std::vector<cell> cells_;
  std::uint32_t free_ = none;
  std::vector<slot> slots_; ///< a power of two, at most half of it used
  std::size_t used_ = 0;
  int shift_ = 64;
  /// Of long lists: the cell by receiver and producer.
  std::unordered_map<std::uint64_t, std::uint32_t> wide_;
};

} // namespace tutti::native
