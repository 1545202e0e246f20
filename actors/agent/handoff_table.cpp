// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/handoff_table.hpp"

#include <utility>

namespace tutti {

bool handoff_table::accept(handoff x) {
  if (!seen_.insert({x.from, x.to, x.version}).second)
    return false;
  kept_[x.to].push_back(std::move(x));
  return true;
}

const std::vector<handoff>& handoff_table::of(task_id task) const {
  static const std::vector<handoff> nothing;
  auto i = kept_.find(task);
  return i == kept_.end() ? nothing : i->second;
}

void handoff_table::forget(task_id task) {
  kept_.erase(task);
}

} // namespace tutti
