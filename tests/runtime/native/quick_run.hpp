// SPDX-License-Identifier: BSD-3-Clause
// A whole run of quick functions on the deterministic scheduler, with a store
// that keeps results in memory.
#pragma once

#include "actors/observer/observer.hpp"
#include "actors/orchestrator/orchestrator.hpp"
#include "runtime/native/quick_agent.hpp"
#include "tests/support/actor_stage.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/plan_builder.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tutti::test {

/// Values of `at_desk`; each case is run with both.
inline const auto ways_to_work = boost::unit_test::data::make({false, true});

/// The disk of a run, which takes its time where a test says so.
struct fake_shelf {
  std::vector<shared_details> kept; ///< by offset
  std::vector<keep_payload> asked;  ///< not answered yet
  std::size_t loads = 0;            ///< that were asked for
  std::string mistake;              ///< of what is to be kept; empty: none
  bool holds = false;               ///< it keeps nothing until `answer`
  agent_actor asker;

  void answer() {
    for (auto& x : std::exchange(asked, {})) {
      payload_kept told{x.id, {kept.size(), 1000, {kept.size(), 0}}, mistake};
      if (mistake.empty())
        kept.push_back(std::move(x.details));
      caf::anon_send(asker, std::move(told));
    }
  }
};

inline artifact_actor::behavior_type
fake_shelf_behavior(artifact_actor::pointer self, fake_shelf* disk) {
  return {
      [](const capture_artifacts&) {},
      [](const place_artifacts&) {},
      [self, disk](const keep_payload& x) {
        disk->asker = caf::actor_cast<agent_actor>(self->current_sender());
        disk->asked.push_back(x);
        if (!disk->holds)
          disk->answer();
      },
      [self, disk](const load_payload& x) {
        ++disk->loads;
        payload_loaded told{x.id, nullptr, "it is gone"};
        if (x.payload.offset < disk->kept.size())
          told = {x.id, disk->kept[x.payload.offset], {}};
        self->send(caf::actor_cast<agent_actor>(self->current_sender()),
                   std::move(told));
      },
  };
}

/// Counts the messages that leave for its agent.
class counted_desk final : public desk {
public:
  counted_desk(std::shared_ptr<desk> at, std::size_t& messages)
    : at_(std::move(at)), messages_(messages) {
  }
  [[nodiscard]] bool is_free() const override {
    return at_->is_free();
  }
  void sent() override {
    ++messages_;
    at_->sent();
  }
  void work_off(agent_orders& orders, agent_reports& told) override {
    at_->work_off(orders, told);
  }
  void took_long() override {
    at_->took_long();
  }

private:
  std::shared_ptr<desk> at_;
  std::size_t& messages_;
};

/// One agent that works by a quick function: `at_desk`, in the orchestrator's
/// own turn where that may be, else by messages only.
class quick_run {
public:
  quick_run(plan_builder b, bool at_desk, native::agents::quick_function work,
            std::uint64_t seed = 1, duration gathers = duration{0})
    : stage_(seed) {
    // However long a task takes on this machine.
    native::desk_trust trust{std::chrono::hours(1), 0};
    if (!at_desk)
      trust.short_ones_min = ~std::uint32_t{0};
    for (auto& t : b.get().tasks)
      t.run = {};
    plan_ = std::make_shared<const plan>(std::move(b.get()));
    auto viewer = stage_.spawn(seen_behavior, &seen);
    orchestrator_options options;
    options.work = plan_;
    options.observer =
        stage_.spawn(observer_behavior, std::vector<viewer_actor>{viewer});
    options.gathers = gathers;
    options.takes_batches = [](agent_id) {
      return true;
    };
    options.desk_of = [this](agent_id) {
      return std::make_shared<counted_desk>(std::exchange(desk_, nullptr),
                                            messages);
    };
    options.spawn_agents = [this, trust, work = std::move(work)](
                               const orchestrator_actor& to) {
      agent_options mine;
      mine.id = agent_id{0};
      mine.work = plan_;
      mine.orchestrator = to;
      mine.reports = caf::actor_cast<report_actor>(to);
      mine.artifacts = stage_.spawn(fake_shelf_behavior, &disk);
      auto shared =
          std::make_shared<const native::agents::quick_function>(work);
      desk_ =
          std::make_shared<native::quick_desk>(std::move(mine), shared, trust);
      agent = stage_.spawn(native::quick_behavior, desk_);
      return std::vector<agent_actor>{agent};
    };
    lead = stage_.spawn(orchestrator_behavior, std::move(options));
    stage_.settle();
  }
  ~quick_run() {
    lead = nullptr;
    agent = nullptr;
    disk.asker = nullptr;
    stage_.clear();
  }
  quick_run(const quick_run&) = delete;
  quick_run& operator=(const quick_run&) = delete;

  void go() {
    caf::anon_send(lead, begin_run{});
    stage_.settle();
  }
  void advance(duration x) {
    stage_.advance(x);
  }
  /// Messages and timers in an order drawn by the dice, until there are none.
  void go_in_any_order(dice& d) {
    caf::anon_send(lead, begin_run{});
    while (stage_.has_message() || stage_.timers() > 0)
      if (stage_.has_message() && (stage_.timers() == 0 || !d.one_in(5)))
        stage_.step();
      else
        (void)stage_.next_timer();
  }
  void settle() {
    stage_.settle();
  }
  /// Somebody decides about the only gate.
  void decide(verdict x, std::vector<task_id> tasks = {}) {
    control_call call;
    call.kind = control_kind::give_verdict;
    call.subject = {node_kind::gate, 0};
    call.verdict = x;
    call.who = "sue";
    call.tasks = std::move(tasks);
    caf::anon_send(lead, std::move(call));
    stage_.settle();
  }

  [[nodiscard]] std::vector<fact> ends() const {
    return of(fact_kind::attempt_finished);
  }
  [[nodiscard]] std::vector<fact> of(fact_kind kind) const {
    std::vector<fact> result;
    for (const auto& f : seen.facts)
      if (f.kind == kind)
        result.push_back(f);
    return result;
  }

  seen_run seen;
  fake_shelf disk;
  std::size_t messages = 0; ///< with orders, that left for the agent
  orchestrator_actor lead;
  agent_actor agent;

private:
  std::shared_ptr<native::quick_desk> desk_; ///< until it is asked for
  std::shared_ptr<const plan> plan_;
  actor_stage stage_;
};

} // namespace tutti::test
