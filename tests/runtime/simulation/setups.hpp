// SPDX-License-Identifier: BSD-3-Clause
// What is simulated in tests: plans by hand or by chance, with their times.
#pragma once

#include "runtime/simulation/estimates.hpp"
#include "runtime/simulation/study.hpp"
#include "tests/support/plan_builder.hpp"
#include "tests/support/random_team.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace tutti::test {

inline estimate exactly(duration x) {
  return {x, x, x};
}

/// A task of an agent with an estimate and plain needs.
inline std::uint32_t timed(plan_builder& b, std::string name, agent_id agent,
                           duration time,
                           std::vector<std::uint32_t> needs = {}) {
  auto t = b.task(std::move(name), std::move(needs));
  b[t].agents = {agent};
  b[t].estimate = exactly(time);
  b[t].has_estimate = true;
  return t;
}

inline simulation::setup
setup_of(const plan& p, const simulation::script_options& options = {}) {
  simulation::setup result{
      p, simulation::make_script(p, {}, options).script, {}};
  simulation::remove_clocks(result.plan);
  return result;
}

inline duration makespan(const plan& p) {
  return simulation::play(setup_of(p)).end;
}

/// Everything of §1 to §23 with random times; tasks may fail, gates may be
/// rejected.
inline simulation::setup random_setup(dice& d) {
  auto p = random_team{d}.make();
  for (auto& t : p.tasks) {
    t.estimate = exactly(std::chrono::minutes(d.roll(90)));
    t.integrate.estimate = exactly(std::chrono::minutes(d.roll(30)));
  }
  auto result = setup_of(p);
  for (std::size_t i = 0; i < p.tasks.size(); ++i)
    result.script.fails.push_back(d.one_in(8));
  for (std::size_t i = 0; i < p.gates.size(); ++i) {
    result.script.people[i] = exactly(std::chrono::minutes(d.roll(60)));
    result.script.rejects.push_back(d.one_in(6));
  }
  if (d.one_in(3))
    result.options.jobs = 1 + d.roll(4);
  result.options.plan_order = d.one_in(4);
  return result;
}

} // namespace tutti::test
