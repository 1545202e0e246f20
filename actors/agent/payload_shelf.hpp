// SPDX-License-Identifier: BSD-3-Clause
// What an agent was given and does not need yet: small things stay in memory up
// to a budget, the rest goes to disk (semantics §21, "payload on disk").
#pragma once

#include "actors/agent/agent_ports.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace tutti {

using shared_details = std::shared_ptr<const attempt_details>;

/// Details in memory, or the id of a payload on disk.
struct shelved {
  shared_details details; ///< null: nothing, or on disk
  std::uint64_t payload = 0;

  [[nodiscard]] bool on_disk() const {
    return payload != 0;
  }
};

class payload_shelf {
public:
  /// Payload ids count from `first_id`; without a store all stays in memory.
  payload_shelf(agent_ports& ports, std::uint64_t first_id, bool has_store)
    : ports_(ports), next_id_(first_id), has_store_(has_store) {
  }

  [[nodiscard]] shelved put(shared_details x);

  /// It is not needed any more.
  void drop(const shelved& x);

  /// Where the details are at hand: null for those that `load` must get.
  [[nodiscard]] shared_details at_hand(const shelved& x) const;

  /// Gets payloads back from disk, then calls `done` with the details in the
  /// order of `payloads`, or with a mistake. May call it before it returns.
  using loaded =
      std::function<void(std::vector<shared_details>, const std::string&)>;
  void load(const std::vector<std::uint64_t>& payloads, loaded done);

  void on(const payload_kept& x);
  void on(payload_loaded x);

  /// Of what is in memory and counts.
  [[nodiscard]] std::size_t bytes() const {
    return bytes_;
  }

  /// Beyond so many bytes payloads go to disk.
  static constexpr std::size_t budget_bytes = std::size_t{4} << 20;
  /// Smaller ones cost more on disk than here.
  static constexpr std::size_t small_bytes = 256;

private:
  struct fetch {
    std::vector<std::uint64_t> payloads;
    std::vector<shared_details> details;
    std::size_t missing = 0;
    loaded done;
  };

  void take(fetch& f, const payload_loaded& x);

  agent_ports& ports_;
  std::uint64_t next_id_;
  bool has_store_;
  std::size_t bytes_ = 0;
  /// How often each is held here: receivers of one sender share it.
  std::unordered_map<const attempt_details*, std::uint32_t> held_;
  /// On their way to disk, or refused by it.
  std::unordered_map<std::uint64_t, shared_details> leaving_;
  /// The latest that went to disk: its other receivers come next.
  std::weak_ptr<const attempt_details> latest_;
  std::uint64_t latest_id_ = 0;
  std::vector<std::shared_ptr<fetch>> fetches_;
};

} // namespace tutti
