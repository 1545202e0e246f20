// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/engine/graph_classes.hpp"

#include "messages/assert.hpp"

namespace tutti::engine {

std::uint32_t graph_classes::class_of(const task& t) {
  TUTTI_ASSERT(!t.agents.empty());
  // Most are pinned and need no tokens.
  bool plain = t.agents.size() == 1 && t.pools.empty();
  if (plain) {
    plain_.resize(g_.slots.size(), task_id::none);
    if (auto known = plain_.at(t.agents[0].value); known != task_id::none)
      return known;
  }
  pool_key pools;
  for (const auto& x : t.pools)
    pools.emplace_back(x.pool.value, x.count);
  auto [at, fresh] =
      classes_.try_emplace({t.agents, std::move(pools)}, g_.classes.size());
  if (fresh)
    g_.classes.push_back({t.agents, t.pools, 0, 0, false});
  if (plain)
    plain_[t.agents[0].value] = at->second;
  return at->second;
}

std::uint32_t graph_classes::policy_of(const task& t) {
  task_policy mine;
  mine.timeout = t.timeout;
  mine.deadline = t.deadline;
  mine.queue_timeout = t.queue_timeout;
  mine.retries = t.retries;
  mine.allow_failure = t.allow_failure;
  mine.is_finally = t.is_finally;
  mine.integrates = t.integrate.present;
  mine.integrate_each = t.integrate_each;
  if (mine.deadline > duration::zero() || mine.queue_timeout > duration::zero())
    g_.has_clocks = true;
  // Most plans have a handful; the last one found is nearly always it.
  if (last_policy_ < g_.policies.size() && g_.policies[last_policy_] == mine)
    return last_policy_;
  auto [at, fresh] = policies_.try_emplace(mine, g_.policies.size());
  if (fresh)
    g_.policies.push_back(mine);
  return last_policy_ = at->second;
}

} // namespace tutti::engine
