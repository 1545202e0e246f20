// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/scenario.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace tutti::bench {

/// Five agents; each task needs one of another agent before it, and every
/// fourth needs one later and integrates it.
inline config::scenario team_story(std::uint32_t tasks) {
  constexpr std::uint32_t agents = 5;
  constexpr std::uint32_t back = 7;
  plan p;
  p.name = "team";
  p.directory = "/";
  for (std::uint32_t i = 0; i < agents; ++i) {
    agent a;
    a.name = "agent" + std::to_string(i);
    p.agents.push_back(std::move(a));
  }
  for (std::uint32_t i = 0; i < tasks; ++i) {
    task t;
    t.name = "task" + std::to_string(i);
    t.agents = {agent_id{i % agents}};
    t.estimate.mode = std::chrono::seconds(1);
    if (i >= back) {
      need n;
      n.of = {node_kind::task, i - back};
      bool later = i % 4 == 0;
      (later ? t.needs_later : t.needs).push_back(n);
      t.integrate.present = later;
      t.integrate.estimate.mode = std::chrono::seconds(1);
    }
    p.tasks.push_back(std::move(t));
  }
  config::scenario result;
  result.name = "team";
  result.work = std::make_shared<const plan>(std::move(p));
  return result;
}

} // namespace tutti::bench
