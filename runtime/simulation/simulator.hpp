// SPDX-License-Identifier: BSD-3-Clause
// Plays a plan on the engine in virtual time: agents with slots and queues, and
// a clock that goes from event to event. No actor, no thread, no waiting.
#pragma once

#include "actors/orchestrator/engine/engine.hpp"
#include "runtime/simulation/quad_heap.hpp"
#include "runtime/simulation/script.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace tutti::simulation {

/// How a play ended.
struct outcome {
  duration end{0};       ///< the run's
  duration last_work{0}; ///< when the last attempt ended
  bool complete = false; ///< every task came to an end
};

/// Takes the facts of a play in order, those about handoffs too: each arrives
/// at once. They make a journal that the engine and the report read like any.
using fact_sink = std::function<void(const fact&)>;

class simulator {
public:
  /// Plays once. The script must outlive it.
  simulator(engine::graph g, const script& s);

  /// Without a sink nobody asks for facts, which makes it faster.
  outcome play(const fact_sink& facts = {});

  [[nodiscard]] const engine::engine& played() const {
    return engine_;
  }

private:
  enum class due_kind : std::uint8_t {
    attempt_ends,
    given_back,
    people_decide, ///< `subject` a gate
    service_ready, ///< `subject` a service
    timer,
  };

  struct due_event {
    duration at{0};
    /// Counts up, above the two kinds: equal moments stay in order.
    std::uint64_t order = 0;
    std::uint32_t subject = 0;
    std::uint32_t attempt = 0;

    [[nodiscard]] due_kind kind() const {
      return static_cast<due_kind>(order & 7u);
    }
    [[nodiscard]] engine::timer_kind timer() const {
      return static_cast<engine::timer_kind>(order >> 3 & 31u);
    }
  };

  struct is_due_first {
    bool operator()(const due_event& x, const due_event& y) const {
      return x.at != y.at ? x.at < y.at : x.order < y.order;
    }
  };

  struct queued {
    std::uint32_t rank = 0; ///< no two in a queue are equal
    std::uint32_t task = 0;
    std::uint32_t attempt = 0;
  };

  struct ranks_first {
    bool operator()(const queued& x, const queued& y) const {
      return x.rank < y.rank;
    }
  };

  struct worker {
    /// What it was assigned and has not begun, best rank first.
    quad_heap<queued, ranks_first> queue;
    std::uint32_t free_slots = 0;
  };

  void step(const engine::event& e);
  void obey(const engine::command& c);
  void tell(const fact_sink& facts);
  void accept_handoffs();
  void take_back(const engine::command& c);
  void start_service(std::uint32_t service);
  void ask_people(std::uint32_t gate, std::uint32_t review);
  void begin_work();
  void begin_next(std::uint32_t agent);
  void finish(std::uint32_t task, std::uint32_t attempt);
  void handle(const due_event& x);
  void add_due(duration at, due_kind kind, std::uint32_t subject,
               std::uint32_t attempt, engine::timer_kind timer = {});
  void look_ahead(std::uint32_t task) const;
  [[nodiscard]] duration time_of(const estimate& x, std::uint64_t stream,
                                 std::uint64_t index) const;

  const script& script_;
  engine::engine engine_;
  engine::decision decided_;
  std::vector<worker> workers_;
  std::vector<std::uint32_t> woken_; ///< agents that may begin something
  quad_heap<due_event, is_due_first> due_;
  std::vector<engine::handoff_arrives> sent_;
  const fact_sink* facts_ = nullptr;
  std::uint64_t order_ = 0;
  bool has_approvals_ = false;
  duration now_{0};
  outcome result_;
};

} // namespace tutti::simulation
