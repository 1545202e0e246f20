// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/simulation/occupancy.hpp"

#include <algorithm>
#include <numeric>

namespace tutti::simulation {

namespace {

/// An agent's work ahead grows or shrinks by so much at a moment.
struct turn {
  duration at{0};
  std::int32_t running = 0;
  std::int32_t ahead = 0; ///< tasks not ended, those that run included
};

occupancy sum_up(std::vector<turn> turns, std::uint32_t slots, duration end) {
  std::sort(turns.begin(), turns.end(), [](const turn& x, const turn& y) {
    return x.at < y.at;
  });
  occupancy result;
  std::int64_t running = 0;
  std::int64_t ahead = 0;
  duration since{0};
  auto pass = [&](duration until) {
    auto span = until - since;
    auto free = std::max<std::int64_t>(slots - running, 0);
    auto blocked = std::clamp<std::int64_t>(ahead - running, 0, free);
    result.busy += span * running;
    result.blocked += span * blocked;
    result.idle += span * (free - blocked);
    since = until;
  };
  for (const auto& x : turns) {
    pass(std::min(x.at, end));
    running += x.running;
    ahead += x.ahead;
  }
  pass(end);
  return result;
}

} // namespace

std::vector<occupancy> occupancy_of(const report::run_model& m) {
  const auto& p = m.plan();
  std::vector<std::vector<turn>> turns(p.agents.size());
  for (const auto& x : m.intervals()) {
    auto& mine = turns[x.agent.value];
    mine.push_back({x.started, 1, 0});
    mine.push_back({x.finished, -1, 0});
  }
  for (std::size_t i = 0; i < p.tasks.size(); ++i) {
    const auto& t = m.task(i);
    // What only answers requests is no work ahead.
    if (p.tasks[i].kind == task_kind::requests || t.attempts == 0)
      continue;
    for (auto a : p.tasks[i].agents) {
      // Once one of several has it, it is ahead of nobody else.
      auto until = a == t.agent ? t.finished_at : t.started_at;
      turns[a.value].push_back({duration{0}, 0, 1});
      turns[a.value].push_back({until.value_or(m.now()), 0, -1});
    }
  }
  std::vector<occupancy> result;
  for (std::size_t i = 0; i < p.agents.size(); ++i)
    result.push_back(sum_up(std::move(turns[i]), m.agent(i).slots, m.now()));
  return result;
}

std::vector<slot_row> slot_rows(const report::run_model& m) {
  const auto& all = m.intervals();
  std::vector<std::uint32_t> order(all.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](auto x, auto y) {
    return std::pair{all[x].started, all[x].finished}
         < std::pair{all[y].started, all[y].finished};
  });
  struct slot {
    slot_row row;
    duration free_at{0};
  };
  std::vector<std::vector<slot>> by_agent(m.plan().agents.size());
  for (auto i : order) {
    const auto& x = all[i];
    auto& slots = by_agent[x.agent.value];
    auto free = std::find_if(slots.begin(), slots.end(), [&](const slot& s) {
      return s.free_at <= x.started;
    });
    if (free == slots.end()) {
      slots.push_back(
          {{x.agent, static_cast<std::uint32_t>(slots.size()), {}}, {}});
      free = slots.end() - 1;
    }
    free->row.stretch.push_back(i);
    free->free_at = x.finished;
  }
  std::vector<slot_row> result;
  for (std::size_t a = 0; a < by_agent.size(); ++a) {
    if (by_agent[a].empty() && m.agent(a).slots > 0)
      result.push_back({agent_id{a}, 0, {}});
    for (auto& s : by_agent[a])
      result.push_back(std::move(s.row));
  }
  return result;
}

} // namespace tutti::simulation
