// SPDX-License-Identifier: BSD-3-Clause
#include "config/findings.hpp"

#include <algorithm>

namespace tutti::config {

void findings::add(diagnostic x) {
  auto& places = x.level == severity::error ? error_places_ : warning_places_;
  if (x.where.valid() && !places.insert(x.where.offset).second)
    return;
  if (x.level == severity::error)
    ++errors_;
  if (kept_.size() < kept_max)
    kept_.push_back(std::move(x));
}

bool findings::has_error_in(span where) const {
  auto at = error_places_.lower_bound(where.offset);
  return at != error_places_.end() && *at - where.offset < where.length;
}

std::vector<diagnostic> findings::take() {
  // `nowhere` is the largest offset; adding one makes it the smallest.
  auto order = [](const diagnostic& x) {
    return x.where.offset + 1;
  };
  std::stable_sort(kept_.begin(), kept_.end(),
                   [&](const diagnostic& x, const diagnostic& y) {
                     return order(x) < order(y);
                   });
  return std::move(kept_);
}

} // namespace tutti::config
