// SPDX-License-Identifier: BSD-3-Clause
// What the gateway says to others. The actor sends it; a test writes it down.
#pragma once

#include "messages/cluster.hpp"
#include "runtime/cluster/gateway.hpp"
#include "runtime/cluster/hub_ports.hpp"

#include <string>

namespace tutti::cluster {

class gateway_ports {
public:
  virtual ~gateway_ports() = default;

  /// As `gateway_options::begin_run`; a mistake, or empty.
  virtual std::string begin_run(const node_run& x) = 0;
  virtual void end_run() = 0;
  virtual void done(const gateway_end& x) = 0;

  virtual void spawn_seat(const agent_address& x) = 0;
  virtual void to_agent(const agent_address& x, to_node_content what) = 0;
  /// Its processes are killed; `seat_is_quiet` follows.
  virtual void end_seat(const agent_address& x) = 0;
  virtual void drop_seat(const agent_address& x) = 0;

  virtual void to_files(file_word x) = 0;
  /// `gateway_core::flush` soon, after what has come already.
  virtual void flush_soon() = 0;
};

} // namespace tutti::cluster
