// SPDX-License-Identifier: BSD-3-Clause
// The nodes of a run as who asks from outside sees them: `tutti nodes`.
#pragma once

#include "messages/plan.hpp"

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace tutti::cluster {

enum class node_presence : std::uint8_t {
  joining, ///< it ends what it still had, before it takes part
  present,
  silent,   ///< out of reach, not yet lost
  draining, ///< present, and given no new work
  lost,
  left,
};

[[nodiscard]] const char* to_string(node_presence x);

struct listed_node {
  std::string name;
  std::string address; ///< where it connected from, the last time
  std::string version; ///< of its tutti
  std::vector<std::string> labels;
  std::uint32_t slots = 1; ///< 0: no limit
  node_presence presence = node_presence::joining;
  duration since{0};        ///< of `presence`; by the clock of the run
  duration last_heard{0};   ///< of its last acknowledged heartbeat
  std::uint32_t agents = 0; ///< that are placed there

  friend bool operator==(const listed_node&, const listed_node&) = default;
};

/// Kept up by the hub; may be read on any thread.
class node_list {
public:
  void put(std::vector<listed_node> xs) {
    std::lock_guard lock{mutex_};
    nodes_ = std::move(xs);
  }
  [[nodiscard]] std::vector<listed_node> nodes() const {
    std::lock_guard lock{mutex_};
    return nodes_;
  }

private:
  mutable std::mutex mutex_;
  std::vector<listed_node> nodes_; ///< by name
};

} // namespace tutti::cluster
