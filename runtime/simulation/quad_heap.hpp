// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace tutti::simulation {

/// A priority queue of small values, four children to a node: half as deep as
/// a binary heap, and the children of a node lie side by side. `Before` orders
/// them; no two may be equal, so that what comes out is one order only.
template <class T, class Before>
class quad_heap {
public:
  [[nodiscard]] bool empty() const {
    return items_.empty();
  }
  [[nodiscard]] std::size_t size() const {
    return items_.size();
  }
  /// What comes first; there is something.
  [[nodiscard]] const T& top() const {
    return items_.front();
  }

  void push(const T& x) {
    items_.push_back(x);
    rise(items_.size() - 1, x);
  }

  /// Takes what comes first; there is something.
  T pop() {
    auto result = items_.front();
    auto last = items_.back();
    items_.pop_back();
    if (!items_.empty())
      sink(last);
    return result;
  }

  /// Takes one that fits, wherever it is; false: there is none. Looks at all.
  template <class Fits>
  bool remove(Fits fits) {
    auto i = std::find_if(items_.begin(), items_.end(), fits);
    if (i == items_.end())
      return false;
    items_.erase(i);
    std::sort(items_.begin(), items_.end(), Before{}); // which is a heap
    return true;
  }

private:
  static constexpr std::size_t children = 4;

  void rise(std::size_t at, const T& x) {
    while (at > 0) {
      auto parent = (at - 1) / children;
      if (!Before{}(x, items_[parent]))
        break;
      items_[at] = items_[parent];
      at = parent;
    }
    items_[at] = x;
  }

  void sink(const T& x) {
    std::size_t at = 0;
    for (;;) {
      auto first = at * children + 1;
      if (first >= items_.size())
        break;
      auto last = std::min(first + children, items_.size());
      auto best = first;
      for (auto i = first + 1; i < last; ++i)
        if (Before{}(items_[i], items_[best]))
          best = i;
      if (!Before{}(items_[best], x))
        break;
      items_[at] = items_[best];
      at = best;
    }
    items_[at] = x;
  }

  std::vector<T> items_;
};

} // namespace tutti::simulation
