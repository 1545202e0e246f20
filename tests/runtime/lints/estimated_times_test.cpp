// SPDX-License-Identifier: BSD-3-Clause
// What the bottleneck is judged by: no simulated run in which everything
// succeeds is shorter than any of these bounds.
#include "runtime/lints/estimated_times.hpp"

#include "tests/runtime/simulation/setups.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t seeds = 400;

/// All of its tasks run, each once, or once for each of what it follows.
plan random_work(dice& d) {
  plan_builder b;
  auto agents = 2 + d.roll(2);
  for (std::uint32_t i = 0; i < agents; ++i)
    b.agent("a" + std::to_string(i), 1 + d.roll(2));
  auto pool = b.pool("p", 1 + d.roll(2));
  auto tasks = 1 + d.roll(20);
  for (std::uint32_t i = 0; i < tasks; ++i) {
    std::vector<std::uint32_t> needs;
    for (auto n = d.roll(3); n > 0 && i > 0; --n)
      needs.push_back(d.roll(i));
    auto t = timed(b, "t" + std::to_string(i), agent_id{d.roll(agents)},
                   std::chrono::minutes(1 + d.roll(60)), std::move(needs));
    auto& x = b[t];
    if (d.one_in(4))
      x.agents = {agent_id{0}, agent_id{1}};
    if (d.one_in(4))
      x.pools = {{pool, 1}};
    if (i > 0 && d.one_in(4))
      x.after.push_back({node_kind::task, d.roll(i)});
    if (i > 0 && d.one_in(3))
      x.needs_later.push_back(on_task(d.roll(i)));
    x.integrate.present = !x.needs_later.empty() && d.one_in(2);
    x.integrate.estimate = exactly(std::chrono::minutes(d.roll(30)));
  }
  if (tasks > 2 && d.one_in(2)) {
    auto t = timed(b, "each", agent_id{0}, std::chrono::minutes(d.roll(30)));
    auto& x = b[t];
    x.kind = task_kind::after_each;
    x.after_each = {task_id{0}, task_id{1}, task_id{2}};
    x.batch.max = d.roll(2);
  }
  return b.get();
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_lints_estimated_times)

BOOST_AUTO_TEST_CASE(no_run_is_shorter_than_any_bound) {
  std::size_t tight = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    dice d{seed};
    auto p = random_work(d);
    auto end = makespan(p);
    lints::estimated_times times{p};
    auto best = std::max(times.longest(), lints::shared_bound(p, times));
    for (const auto& x : lints::agent_loads(p, times))
      best = std::max(best, x.bound);
    BOOST_TEST(best.count() <= end.count(), "seed " << seed);
    tight += best == end ? 1 : 0;
  }
  // Where little is shared the bounds say exactly how long it takes.
  BOOST_TEST(tight > seeds / 3);
}

// 30m before, 1h + 2h for one, 15m behind.
BOOST_AUTO_TEST_CASE(what_is_before_and_behind_counts) {
  plan_builder b;
  auto ann = b.agent("ann");
  auto bob = b.agent("bob");
  auto first = timed(b, "first", bob, 30min);
  auto one = timed(b, "one", ann, 1h, {first});
  auto two = timed(b, "two", ann, 2h, {first});
  (void)timed(b, "last", bob, 15min, {one, two});
  lints::estimated_times times{b.get()};
  auto loads = lints::agent_loads(b.get(), times);
  BOOST_TEST((loads[0].work == 3h));
  BOOST_TEST((loads[0].bound == 3h + 45min));
  BOOST_TEST(loads[0].tasks == 2u);
  BOOST_TEST((loads[1].bound == 45min));
  BOOST_TEST((times.longest() == 2h + 45min));
  BOOST_TEST((makespan(b.get()) == 3h + 45min));
}

BOOST_AUTO_TEST_SUITE_END()
