// SPDX-License-Identifier: BSD-3-Clause
// The agent behind `agents::add_quick`: no threads and no processes. It takes
// orders together, calls the function for each in its own turn, and tells what
// came of them together; of a large result once it is on disk (semantics §21).
#pragma once

#include "actors/agent/agent.hpp"
#include "actors/agent/payload_shelf.hpp"
#include "runtime/native/handed_pool.hpp"
#include "runtime/native/native.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
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

struct quick_state {
  static inline const char* name = "agent";

  agent_options options;
  std::shared_ptr<const agents::quick_function> work;
  handed_pool handed;
  /// From `next`, best rank first.
  std::vector<assign_task> queue;
  std::size_t next = 0;
  bool turn_is_coming = false;
  agent_reports told; ///< not yet
  std::chrono::steady_clock::time_point told_at;
  std::uint32_t until_look = 0; ///< so many tasks before the clock is looked at
  std::uint32_t looks_every = 1;
  bool can_rework = false; ///< what it was handed may be needed once more
  /// Tasks that wait for results that lie on disk; how many of them.
  struct loading {
    assign_task order;
    std::size_t missing = 0;
    std::string mistake;
    /// As it travels, by what was read back of it for this attempt.
    std::unordered_map<const attempt_details*, shared_details> lay;
  };
  std::unordered_map<std::uint32_t, loading> loadings; ///< by task
  struct load {
    task_id to;
    task_id from;       ///< none: what its run phase put out
    shared_details lay; ///< as it travels
  };
  std::unordered_map<std::uint64_t, load> loads; ///< by id
  /// Ends that are told once what they put out is on disk.
  std::unordered_map<std::uint64_t, attempt_report> keeps; ///< by id
  std::size_t moving_bytes = 0; ///< to the disk or back, at the moment
  std::uint64_t ids = 0;
};

quick_actor::behavior_type
quick_behavior(quick_actor::stateful_pointer<quick_state> self,
               agent_options options,
               std::shared_ptr<const agents::quick_function> work);

} // namespace tutti::native

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::native::quick_turn)
