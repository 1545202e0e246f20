// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "tests/support/engine_world.hpp"
#include "tests/support/random_team.hpp"

#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace tutti::test {

/// Plays a plan on the engine with random times, results, verdicts, requests
/// and waits; first anything may go wrong, then all goes well, so that it ends.
class random_run {
public:
  random_run(const plan& p, dice& d)
    : plan_(p), dice_(d),
      world_(p, {engine::graph_options::no_jobs_limit, 1, false}) {
  }

  std::vector<fact> facts() {
    world_.begin_run();
    for (int i = 0; i < 120 && !over(); ++i)
      step(false);
    for (int i = 0; i < 20'000 && !over(); ++i)
      step(true);
    BOOST_REQUIRE_MESSAGE(over(), "rule 7: the run does not end");
    return std::move(world_.facts);
  }

private:
  bool over() const {
    return world_.get().over();
  }

  void step(bool well) {
    world_.now += duration{dice_.roll(1000)};
    switch (dice_.roll(9)) {
    case 0:
      return decide(well);
    case 1:
      return well ? void() : ask();
    case 2:
      return wait(well);
    case 3:
      return change_service();
    case 4:
      return world_.give_back_all();
    case 5:
      world_.fire_next_timer();
      return;
    case 6:
    case 7:
      return end_one(well);
    default:
      world_.begin_next(some(plan_.agents.size()));
    }
  }

  std::uint32_t some(std::size_t n) {
    return dice_.roll(static_cast<std::uint32_t>(n));
  }

  bool pick(attempt_key& key) {
    if (world_.running.empty())
      return false;
    auto i = world_.running.begin();
    std::advance(i, some(world_.running.size()));
    key = i->first;
    return true;
  }

  void end_one(bool well) {
    attempt_key key;
    if (!pick(key) || world_.waiting_inside.contains(key))
      return;
    outputs results{{"go", make_text("true")}};
    const auto& t = plan_.tasks[key.task];
    if (t.kind == task_kind::review)
      results = {{"verdict",
                  make_text(well || dice_.one_in(2) ? "approved"
                                                    : "changes-requested")}};
    auto failed = !well && dice_.one_in(4);
    world_.end(key.task, failed ? attempt_end::failure : attempt_end::success,
               std::move(results));
  }

  void decide(bool well) {
    if (plan_.gates.empty())
      return;
    engine::verdict_arrives e;
    e.gate = gate_id{some(plan_.gates.size())};
    e.who = "person" + std::to_string(dice_.roll(3));
    e.verdict = well || dice_.one_in(2) ? verdict::approved
                                        : verdict::changes_requested;
    const auto& to = plan_.gates[e.gate.value].rework.to;
    if (e.verdict == verdict::changes_requested && !to.empty())
      e.to = {to[some(to.size())]};
    world_.step(e);
  }

  void ask() {
    attempt_key key;
    if (!pick(key))
      return;
    engine::requests_arrive e;
    e.task = task_id{key.task};
    e.attempt = key.attempt;
    e.to = plan_.agents[some(plan_.agents.size())].name;
    e.texts = {"a", "b"};
    e.awaited = !dice_.one_in(3);
    world_.step(e);
  }

  void wait(bool well) {
    attempt_key key;
    if (!pick(key))
      return;
    if (world_.waiting_inside.contains(key))
      world_.step(engine::wait_ends{task_id{key.task}, key.attempt});
    else if (!well)
      world_.step(engine::wait_begins{task_id{key.task}, key.attempt});
  }

  void change_service() {
    if (world_.started_services.empty())
      return;
    engine::service_changes e;
    e.service = service_id{world_.started_services.back()};
    world_.started_services.pop_back();
    e.state = service_state::ready;
    world_.step(e);
  }

  const plan& plan_;
  dice& dice_;
  engine_world world_;
};

} // namespace tutti::test
