// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/handoff_table.hpp"

#include <algorithm>

namespace tutti {

bool handoff_table::accept(handoff x) {
  auto [i, fresh] = entries_.try_emplace({x.to.value, x.from.value});
  auto& e = i->second;
  auto latest = fresh ? 0 : e.what.version;
  if (x.version <= latest)
    return std::erase(e.gaps, x.version) > 0;
  for (auto v = latest + 1; v < x.version; ++v)
    e.gaps.push_back(v);
  if (!fresh)
    shelf_.drop(e.details);
  e.details = shelf_.put(std::move(x.details));
  e.what = std::move(x);
  e.what.details = nullptr;
  return true;
}

const handoff_table::entry* handoff_table::find(task_id from,
                                                task_id to) const {
  auto i = entries_.find({to.value, from.value});
  return i == entries_.end() ? nullptr : &i->second;
}

} // namespace tutti
