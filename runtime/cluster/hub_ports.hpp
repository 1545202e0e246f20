// SPDX-License-Identifier: BSD-3-Clause
// What the hub says to others. The actor sends it; a test writes it down.
#pragma once

#include "messages/cluster.hpp"

#include <cstdint>
#include <string>
#include <variant>

namespace tutti::cluster {

/// To the orchestrator, about nodes.
using lead_word =
    std::variant<node_joined, node_lost, node_gone, late_result, link_mark>;

/// What one end of a link says to the other about files.
using file_word =
    std::variant<chunk_wanted, chunk, log_grew, files_offered, files_taken>;

class hub_ports {
public:
  virtual ~hub_ports() = default;

  virtual void to_lead(lead_word x) = 0;
  /// To the orchestrator, in the name of the agent's stand-in.
  virtual void as_agent(agent_id who, to_hub_content x) = 0;
  virtual void to_store(keep_payload x) = 0;
  virtual void to_store(load_payload x) = 0;
  virtual void to_observer(task_progress x) = 0;

  /// A node has a new link: the mover of files speaks with it from now on.
  virtual void open_files(const std::string& node, std::uint64_t link) = 0;
  virtual void close_files(const std::string& node) = 0;
  virtual void to_files(const std::string& node, file_word x) = 0;

  // Placings on `local`.
  virtual void spawn_local(const agent_address& x) = 0;
  virtual void to_local(const agent_address& x, to_node_content what) = 0;
  virtual void drop_local(const agent_address& x) = 0;

  /// `hub_core::flush` soon, after what has come already.
  virtual void flush_soon() = 0;
};

} // namespace tutti::cluster
