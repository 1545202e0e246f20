// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace tutti::report {

/// Doubly linked lists over the indexes 0 to items-1, each index in at most one
/// list at a time. Every change is O(1); a list keeps the order of insertion.
class index_lists {
public:
  static constexpr std::uint32_t none =
      std::numeric_limits<std::uint32_t>::max();

  index_lists(std::size_t items, std::size_t lists)
    : links_(items), heads_(lists) {
  }

  // -- changes ----------------------------------------------------------------

  /// Puts an item that is in no list at the end of one.
  void push_back(std::size_t list, std::uint32_t item) {
    auto& head = heads_[list];
    links_[item] = {head.last, none, static_cast<std::uint32_t>(list)};
    (head.last == none ? head.first : links_[head.last].next) = item;
    head.last = item;
    ++head.size;
  }

  /// Takes an item out of its list, if it is in one.
  void erase(std::uint32_t item) {
    auto& link = links_[item];
    if (link.list == none)
      return;
    auto& head = heads_[link.list];
    (link.previous == none ? head.first : links_[link.previous].next) =
        link.next;
    (link.next == none ? head.last : links_[link.next].previous) =
        link.previous;
    --head.size;
    link = {};
  }

  /// Moves an item to the end of a list, unless it is in that list already.
  void move_to(std::size_t list, std::uint32_t item) {
    if (links_[item].list == list)
      return;
    erase(item);
    push_back(list, item);
  }

  // -- queries ----------------------------------------------------------------

  /// The first item of a list, or `none`.
  [[nodiscard]] std::uint32_t front(std::size_t list) const {
    return heads_[list].first;
  }
  /// The item after this one in its list, or `none`.
  [[nodiscard]] std::uint32_t next(std::uint32_t item) const {
    return links_[item].next;
  }
  [[nodiscard]] std::size_t size(std::size_t list) const {
    return heads_[list].size;
  }
  /// The list that an item is in, or `none`.
  [[nodiscard]] std::uint32_t list_of(std::uint32_t item) const {
    return links_[item].list;
  }

  /// The first items of a list, at most `limit` of them.
  [[nodiscard]] std::vector<std::uint32_t> first(std::size_t list,
                                                 std::size_t limit) const {
    std::vector<std::uint32_t> result;
    for (auto i = front(list); i != none && result.size() < limit; i = next(i))
      result.push_back(i);
    return result;
  }

private:
  struct link_type {
    std::uint32_t previous = none;
    std::uint32_t next = none;
    std::uint32_t list = none;
  };
  struct head_type {
    std::uint32_t first = none;
    std::uint32_t last = none;
    std::uint32_t size = 0;
  };

  std::vector<link_type> links_;
  std::vector<head_type> heads_;
};

} // namespace tutti::report
