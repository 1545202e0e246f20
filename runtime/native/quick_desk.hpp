// SPDX-License-Identifier: BSD-3-Clause
// Where an agent works that is a quick function: its queue, what it was handed,
// and what is on its way to the disk or back. It is its actor's
// (quick_agent.hpp) and, where that has nothing to do, the orchestrator's.
#pragma once

#include "actors/agent/agent.hpp"
#include "actors/agent/payload_shelf.hpp"
#include "actors/orchestrator/desk.hpp"
#include "runtime/native/handed_pool.hpp"
#include "runtime/native/native.hpp"

#include <caf/actor_addr.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace tutti::native {

/// To itself: it has let others have their turn.
struct quick_turn {};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, quick_turn&) {
  return f(caf::meta::type_name("quick_turn"));
}

using quick_actor = batch_agent_actor::extend<caf::reacts_to<quick_turn>>;

/// When a desk is free for the orchestrator.
struct desk_trust {
  /// A task that takes no longer is a short one: a few messages' worth.
  std::chrono::nanoseconds short_max = std::chrono::microseconds(20);
  /// So many in a row its agent has to have seen.
  std::uint32_t short_ones_min = 4;
};

class quick_desk final : public desk {
public:
  quick_desk(agent_options options,
             std::shared_ptr<const agents::quick_function> work,
             desk_trust trust = {});

  // -- for the orchestrator ---------------------------------------------------

  [[nodiscard]] bool is_free() const override;
  void sent() override;
  void work_off(agent_orders& orders, agent_reports& told) override;
  void took_long() override;

  // -- for its actor, in its turn; what is over is to be told
  // ------------------

  /// First: who it is.
  void belongs_to(const quick_actor& x);
  [[nodiscard]] agent_reports take(agent_orders& x);
  [[nodiscard]] agent_reports take_turn();
  /// What the last of these returned has been told; the second: of `take`, for
  /// a message that was `sent`.
  void has_told();
  void has_told_of_sent();
  void take_loaded(payload_loaded x);
  void take_kept(const payload_kept& x);
  void take_back(const revoke_task& x);
  void leave();

  [[nodiscard]] const agent_options& options() const {
    return options_;
  }

private:
  using clock = std::chrono::steady_clock;

  /// A task that waits for results that lie on disk; how many of them.
  struct loading {
    assign_task order;
    std::size_t missing = 0;
    std::string mistake;
    /// As it travels, by what was read back of it for this attempt.
    std::unordered_map<const attempt_details*, shared_details> lay;
  };
  struct load {
    task_id to;
    task_id from;       ///< none: what its run phase put out
    shared_details lay; ///< as it travels
  };

  void accept(agent_orders& x);
  void work();
  void begin(const assign_task& order);
  bool begin_load(const assign_task& order);
  void put(loading& w, const load& x, const shared_details& whole);
  void lay_back(task_id task, const loading& x);
  void run(const assign_task& order);
  void call(const assign_task& order);
  void end(const assign_task& order, attempt_end how,
           std::shared_ptr<attempt_details> details);
  void fail(const assign_task& order, attempt_end how, std::string message);
  void keep_last();
  void take_turn_soon();
  void publish();
  [[nodiscard]] bool is_long();
  [[nodiscard]] bool keeps_handed(task_id task, attempt_end end) const;
  [[nodiscard]] std::uint64_t new_id();
  /// Sends in its actor's name.
  template <class To, class Message>
  void send(const To& to, Message x);

  const agent_options options_;
  const std::shared_ptr<const agents::quick_function> work_;
  const desk_trust trust_;
  const bool can_rework_; ///< what it was handed may be needed once more
  caf::actor_addr actor_; ///< no handle: its actor holds the desk
  /// So many messages with orders have not been worked off and told of.
  std::atomic<std::uint32_t> under_way_{0};
  std::atomic<bool> has_more_{false}; ///< left to be done, or told later
  /// In a row, as its agent has seen them; up to `short_ones_min`.
  std::atomic<std::uint32_t> short_ones_{0};

  std::mutex mutex_; ///< over all that follows
  handed_pool handed_;
  /// From `next_`, best rank first.
  std::vector<assign_task> queue_;
  std::size_t next_ = 0;
  bool turn_is_coming_ = false;
  agent_reports told_; ///< not yet
  clock::time_point told_at_;
  std::uint32_t until_look_ = 0; ///< tasks before the clock is looked at
  std::uint32_t looks_every_ = 1;
  std::unordered_map<std::uint32_t, loading> loadings_; ///< by task
  std::unordered_map<std::uint64_t, load> loads_;       ///< by id
  /// Ends that are told once what they put out is on disk, by id.
  std::unordered_map<std::uint64_t, attempt_report> keeps_;
  std::size_t moving_bytes_ = 0; ///< to the disk or back, at the moment
  std::uint64_t ids_ = 0;
};

} // namespace tutti::native

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::native::quick_turn)
