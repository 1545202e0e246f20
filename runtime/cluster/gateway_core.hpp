// SPDX-License-Identifier: BSD-3-Clause
// All that the gateway does, without CAF. Times are handed in. For its stages
// see gateway.hpp.
//
// Whoever is followed says which placings are kept: the others are ended, which
// takes as long as their processes do, before the node says that it is ready.
// Of those that are kept the node tells what they hold.
//
// gateway_core.cpp: connections, handshake, leases. gateway_seats.cpp: agents
// here, what they say and are told.
#pragma once

#include "runtime/cluster/envelopes.hpp"
#include "runtime/cluster/frames.hpp"
#include "runtime/cluster/gateway.hpp"
#include "runtime/cluster/gateway_ports.hpp"
#include "runtime/cluster/lease.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tutti::cluster {

class gateway_core {
public:
  /// `ports` must outlive it.
  gateway_core(gateway_options options, std::shared_ptr<transport> net,
               gateway_ports& ports);

  void begin(duration now);

  // From the transport.
  void on(const net_opened& x, duration now);
  void on(const net_arrived& x, duration now);
  void on(const net_closed& x, duration now);

  // From the agents here, and who moves files.
  void on(to_hub x);
  void on(task_progress x);
  void on(const seat_is_quiet& x);
  void from_files(file_word x);
  // From who owns the node.
  void on(const leave_cluster& x);

  /// What waits to leave leaves.
  void flush();
  void on_time(duration now);
  /// When `on_time` has something to do; none: never.
  [[nodiscard]] std::optional<duration> next_due() const;

private:
  using attempt_key = std::pair<std::uint32_t, std::uint32_t>; ///< task, number

  enum class stage : std::uint8_t {
    seeking,  ///< there is no connection; see `retry_at_`
    greeting, ///< connecting, or hello was said
    clearing, ///< welcome
    present,  ///< it takes part
    done,
  };

  /// What happens once all that was told to end has ended.
  enum class after : std::uint8_t { nothing, ready, end_run, leave };

  /// An agent here.
  struct seat {
    bool ends = false;
    std::map<attempt_key, std::uint32_t> assigned; ///< not begun: their ranks
    /// Begun; true: their end was told and is not acknowledged.
    std::map<attempt_key, bool> begun;
    /// What it asked, and was not answered: it is asked again where an answer
    /// may be lost. By the id that the answer has.
    std::map<std::uint64_t, to_hub_content> asked;
  };

  struct membership {
    node_run run;
    std::string digest; ///< of the plan
    bool has_plan = false;
    std::string plan; ///< encoded, as far as it has come
    link_id link = 0; ///< 0: none that could be resumed
    envelope_sender<to_hub> out;
    envelope_receiver in;
    bool owes_acknowledgement = false; ///< something has arrived
    std::map<agent_address, seat> seats;
    std::map<std::uint64_t, files_offered> offers; ///< not taken yet
  };

  // Connections, handshake, leases (gateway_core.cpp).
  void connect(duration now);
  void retry(duration now);
  void cut(duration now);
  void fail(const std::string& why, duration now);
  void send(const frame_content& x);
  void say_hello();
  void hear(frame_content x, duration now);
  void take(const welcome& x, duration now);
  void turn_down(allegiance x, duration now);
  void resume(const welcome& x, duration now);
  void start_afresh(const welcome& x, duration now);
  void say_ready();
  void take(plan_part x, duration now);
  void take(const goodbye& x, duration now);
  void take(const refused& x, duration now);
  void begin_membership();
  void finish(gateway_end x);
  void note(const std::string& x) const;
  void note_failure(const std::string& x, duration now);

  // Agents (gateway_seats.cpp).
  void take(const batch& x, duration now);
  void deliver(to_node x);
  void place_it(const agent_address& who, const place_agent& x);
  void acknowledged(const to_hub& x);
  void relink(const std::vector<agent_address>& kept);
  void revoke_unbegun(duration now);
  void end_silent_seats();
  [[nodiscard]] duration revoked_until() const;
  void end_seat(const agent_address& who, seat& x);
  void end_all(after then);
  void settle();
  [[nodiscard]] std::vector<agent_address> keeps() const;
  [[nodiscard]] std::vector<held_attempt> holds() const;
  [[nodiscard]] seat* find(const agent_address& who);
  void push(to_hub x);

  gateway_options options_;
  std::shared_ptr<transport> net_;
  gateway_ports& ports_;
  stage stage_ = stage::seeking;
  after after_ = after::nothing;
  connection_id connection_ = 0;
  bool is_open_ = false; ///< the connection is
  duration retry_at_{0};
  duration wait_{0};    ///< before the next try but one
  std::string failure_; ///< the last that was told of since it took part
  duration failure_at_{0};
  duration greeted_{0};        ///< hello was said, or a connection tried
  std::optional<epoch> known_; ///< whom it follows
  std::optional<lead_lease> lease_;
  lease_times times_;
  std::optional<welcome> welcome_; ///< while clearing
  std::optional<membership> run_;
  /// Assignments that were taken back here: nobody is told that they were.
  std::set<std::pair<agent_address, attempt_key>> revoked_;
  duration revoked_at_{0}; ///< the first of them
  gateway_end end_;        ///< once it is done
  bool is_last_ = false;   ///< it is done once the run has ended
};

} // namespace tutti::cluster
