// SPDX-License-Identifier: BSD-3-Clause
// A random plan with everything of §10–§23 around an engine_world, and what may
// happen to it from outside: attempts end, people speak, attempts ask and wait,
// services change.
#pragma once

#include "tests/support/engine_world.hpp"
#include "tests/support/random_nodes.hpp"
#include "tests/support/random_team.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace tutti::test {

class random_stimuli {
protected:
  random_stimuli(std::uint64_t seed, std::uint32_t tasks_max, bool nodes)
    : dice_(seed),
      plan_(nodes
                ? spread_over_nodes(random_team{dice_, tasks_max}.make(), seed)
                : random_team{dice_, tasks_max}.make()),
      world_(plan_, options_for(nodes)) {
  }

  [[nodiscard]] bool over() const {
    return world_.get().over();
  }

  std::uint32_t some_task() {
    return dice_.roll(static_cast<std::uint32_t>(plan_.tasks.size()));
  }

  attempt_key some_running() {
    auto i = world_.running.begin();
    std::advance(i,
                 dice_.roll(static_cast<std::uint32_t>(world_.running.size())));
    return i->first;
  }

  void end_one(bool well) {
    auto key = some_running();
    while (well && world_.waiting_inside.contains(key))
      key = some_running();
    static constexpr attempt_end ends[] = {
        attempt_end::success,   attempt_end::success,     attempt_end::success,
        attempt_end::success,   attempt_end::failure,     attempt_end::failure,
        attempt_end::timed_out, attempt_end::system_error};
    auto how = well ? attempt_end::success : ends[dice_.roll(8)];
    outputs results;
    if (dice_.one_in(2))
      results = {{"go", make_text(dice_.one_in(2) ? "true" : "yes")}};
    if (plan_.tasks[key.task].kind == task_kind::review)
      results = review(key.task, well);
    world_.end(key.task, how, std::move(results));
  }

  outputs review(std::uint32_t task, bool well) {
    static constexpr const char* words[] = {"approved", "changes-requested",
                                            "rejected", "nonsense"};
    outputs result;
    const auto& g = plan_.gates[plan_.tasks[task].review_of.value];
    if (g.rework.present && dice_.one_in(2)) {
      auto to =
          g.rework
              .to[dice_.roll(static_cast<std::uint32_t>(g.rework.to.size()))];
      result.push_back({"to", make_text(plan_.tasks[to.value].name)});
    }
    result.push_back({"verdict", make_text(words[well ? 0 : dice_.roll(4)])});
    return result;
  }

  void say(bool well) {
    if (plan_.gates.empty())
      return;
    engine::verdict_arrives e;
    auto first = dice_.roll(static_cast<std::uint32_t>(plan_.gates.size()));
    for (std::uint32_t k = 0; k < plan_.gates.size() && !over(); ++k) {
      auto i = (first + k) % static_cast<std::uint32_t>(plan_.gates.size());
      e.gate = gate_id{i};
      e.who = fmt::format("person{}", dice_.roll(3));
      e.from_run = !well && dice_.one_in(5);
      e.verdict =
          well ? verdict::approved : static_cast<verdict>(dice_.roll(3));
      const auto& g = plan_.gates[i];
      e.to.clear();
      if (e.verdict == verdict::changes_requested && g.rework.present)
        e.to = {g.rework.to[dice_.roll(
            static_cast<std::uint32_t>(g.rework.to.size()))]};
      world_.step(e);
      if (!well)
        return;
    }
  }

  void ask() {
    if (world_.running.empty())
      return;
    auto key = some_running();
    engine::requests_arrive e;
    e.task = task_id{key.task};
    e.attempt = key.attempt;
    e.to = dice_.one_in(10) ? "nobody"
                            : plan_
                                  .agents[dice_.roll(static_cast<std::uint32_t>(
                                      plan_.agents.size()))]
                                  .name;
    for (auto n = 1 + dice_.roll(3); n > 0; --n)
      e.texts.push_back(fmt::format("text{}", dice_.roll(4)));
    e.key = dice_.one_in(3) ? "k" : "";
    e.awaited = !dice_.one_in(3);
    world_.step(e);
  }

  void begin_wait() {
    if (world_.running.empty())
      return;
    auto key = some_running();
    if (!world_.waiting_inside.contains(key))
      world_.step(engine::wait_begins{task_id{key.task}, key.attempt});
  }

  void end_wait() {
    if (world_.waiting_inside.empty())
      return;
    auto key = *world_.waiting_inside.begin();
    world_.step(engine::wait_ends{task_id{key.task}, key.attempt});
  }

  void change_service() {
    if (world_.started_services.empty())
      return;
    engine::service_changes e;
    auto started = static_cast<std::uint32_t>(world_.started_services.size());
    e.service = service_id{world_.started_services[dice_.roll(started)]};
    e.state = dice_.one_in(6) ? service_state::failed : service_state::ready;
    world_.step(e);
  }

  dice dice_;
  plan plan_;
  engine_world world_;

private:
  engine::graph_options options_for(bool nodes) {
    engine::graph_options result;
    if (dice_.one_in(4))
      result.jobs = 1 + dice_.roll(3);
    result.placement = result.nodes_may_join = nodes;
    return result;
  }
};

} // namespace tutti::test
