// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/handoff_table.hpp"

#include "messages/mutant.hpp"

namespace tutti {

bool handoff_table::accept(const handoff& x) {
  auto& e = entries_[{x.to.value, x.from.value}];
  if (TUTTI_MUTANT(handoff_taken_twice) && x.version == e.version)
    return true;
  if (x.version <= e.version)
    return std::erase(e.gaps, x.version) > 0;
  for (auto v = e.version + 1; v < x.version; ++v)
    e.gaps.push_back(v);
  e.version = x.version;
  e.status = x.status;
  e.details = x.details;
  return true;
}

} // namespace tutti
