// SPDX-License-Identifier: BSD-3-Clause
#include "config/findings.hpp"

#include <algorithm>

namespace tutti::config {

void findings::add(diagnostic x) {
  if (x.where.valid()) {
    auto at = x.where.offset;
    bool fresh = x.level == severity::error
                   ? error_places_.insert(at).second
                   : warning_places_.insert({at, x.code}).second;
    if (!fresh)
      return;
  }
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
  sort_by_place(kept_);
  return std::move(kept_);
}

} // namespace tutti::config
