// SPDX-License-Identifier: BSD-3-Clause
// All that the hub does, without CAF. Times are handed in.
//
// A node, as it is seen here:
//
//   hello ─▶ clearing ─ready─▶ present ◀──resumed──▶ out of reach
//                                 │ goodbye, drained        │ lease and grace
//                                 ▼                         ▼
//                               left                       lost ─▶ gone
//
// hub_core.cpp: connections, handshake. hub_links.cpp: envelopes, where agents
// are. hub_nodes.cpp: leases, who is waited for, who leaves.
#pragma once

#include "runtime/cluster/envelopes.hpp"
#include "runtime/cluster/frames.hpp"
#include "runtime/cluster/hub.hpp"
#include "runtime/cluster/hub_ports.hpp"
#include "runtime/cluster/lease.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tutti::cluster {

class hub_core {
public:
  /// `net` may be null: no nodes but `local`. `ports` must outlive it.
  hub_core(hub_options options, std::shared_ptr<transport> net,
           hub_ports& ports);

  /// Kept placings are expected.
  void begin(duration now);

  // From the transport.
  void on(const net_opened& x);
  void on(const net_arrived& x, duration now);
  void on(const net_closed& x, duration now);
  void on(const net_refused& x) const;

  /// From a stand-in: for the agent, wherever it is.
  void on(to_node x, duration now);
  /// From an agent on `local`.
  void on(to_hub x);
  // From the orchestrator and the run's store.
  void on(const link_marked& x);
  void on(payload_kept x);
  void on(payload_loaded x);
  /// From a file link.
  void from_files(const std::string& name, link_id link, file_word x);
  // From who owns the run.
  void on(const drain_node& x, duration now);
  /// The run is over: all nodes are told, no others are let in.
  void dismiss(duration now);

  /// What waits to leave leaves.
  void flush();
  /// `late`: so much later than it was due.
  void on_time(duration now, duration late);
  /// When `on_time` has something to do; none: never.
  [[nodiscard]] std::optional<duration> next_due(duration now) const;

private:
  enum class stage : std::uint8_t {
    absent,   ///< it has no connection
    clearing, ///< welcome; it ends what it is not to keep
    present,
  };

  /// That all up to `received` on a link was handed over, asked and not
  /// confirmed.
  struct mark {
    std::uint64_t number = 0;
    link_id link = 0;
    std::uint64_t received = 0;
  };

  struct node {
    explicit node(std::string x) : name(std::move(x)) {
    }

    std::string name;
    hello said; ///< the last time
    std::string address;
    connection_id connection = 0; ///< 0: none
    stage at = stage::absent;
    /// The orchestrator counts it as one that takes part.
    bool is_in = false;
    /// So it does, for an earlier one had placed agents there: it has not come
    /// yet.
    bool is_expected = false;
    bool is_lost = false; ///< it was told so, and not that it is gone
    bool is_draining = false;
    bool has_left = false;
    link_id link = 0;
    envelope_sender<to_node> out;
    envelope_receiver in;
    std::optional<node_lease> lease; ///< none: never heard of
    std::uint64_t marks = 0;
    std::optional<mark> asked;
    std::uint64_t durable = 0; ///< so much of `in` was acknowledged
    /// It follows another one, whose lease is alive: since when.
    std::optional<duration> follows_another;
    duration since{0}; ///< of its presence
    duration last_heard{0};
    node_presence shown = node_presence::joining;
  };

  struct connected {
    peer who;
    std::string node; ///< empty: a stranger
  };

  /// Where an agent is.
  struct place {
    std::string node; ///< empty: nowhere
    std::uint32_t placing = 0;
    bool kept = false;       ///< and its node has not said that it has it
    bool is_leaving = false; ///< told to leave, and has not said that it has
  };

  /// An agent on `local`.
  struct local_seat {
    std::set<std::pair<std::uint32_t, std::uint32_t>> begun; ///< task, attempt
    bool ends = false;
    bool has_left = false;
  };

  // Handshake (hub_core.cpp).
  void hear(connection_id from, node& n, frame_content x, duration now);
  void meet(connection_id from, const hello& x, duration now);
  [[nodiscard]] std::optional<refused>
  objection(const connected& from, const hello& x, duration now) const;
  [[nodiscard]] std::vector<agent_address> start_link(node& n);
  void take_in(node& n, const ready& x, duration now);
  void send_plan(const node& n);
  void refuse(connection_id to, refused x);
  void turned_down(node& n, const refused& x, duration now);
  void cut(node& n);
  void send(const node& n, const frame_content& x);
  void fail(node& n, const std::string& why);
  [[nodiscard]] node& get(const std::string& name);
  [[nodiscard]] node* find(const std::string& name);
  void note(const std::string& x) const;

  // Envelopes (hub_links.cpp).
  void take(node& n, const batch& x);
  void take(node& n, to_hub x);
  void deliver(to_hub x);
  void count_late(const to_hub& x);
  void ask_mark(node& n);
  void put(node& n, to_node x);
  void hear_files(node& n, file_word x);
  void take_over(const place_agent& x, duration now);
  void place_it(const place_agent& x, duration now);
  void unplace(agent_id who);
  void end_local(const agent_address& who);
  void drop_local_if_done(const agent_address& who);
  void leave(agent_id who, leave_run x);
  void say_left(agent_id who);
  void answer(std::uint64_t id, to_node_content x);
  [[nodiscard]] bool is_at(const agent_address& x,
                           const std::string& name) const;

  // Presence (hub_nodes.cpp).
  void lose(node& n, const std::string& why, duration now);
  void say_gone(node& n);
  void forget(node& n);
  void part(node& n, const std::string& why, duration now);
  void check_lease(node& n, duration now);
  void beat(node& n, duration now);
  void drain_if_idle(node& n, duration now);
  void check_enough(duration now);
  [[nodiscard]] std::string missing() const;
  void show(duration now);
  [[nodiscard]] node_presence presence_of(const node& n, duration now) const;
  [[nodiscard]] std::uint32_t agents_at(const std::string& name) const;

  hub_options options_;
  std::shared_ptr<transport> net_;
  hub_ports& ports_;
  lease_times times_;
  std::string plan_; ///< encoded
  std::string plan_digest_;
  std::map<std::string, node> nodes_;
  std::unordered_map<connection_id, connected> connections_;
  std::vector<place> places_; ///< by agent
  std::map<agent_address, local_seat> locals_;
  /// Payloads that are kept or fetched: the id that the store was asked with,
  /// and whose it is.
  std::unordered_map<std::uint64_t, agent_address> askers_;
  link_id links_ = 0; ///< the last one that was given out
  bool is_over_ = false;
  duration begun_{0};
  bool waits_for_nodes_ = true;
  std::string told_missing_;
};

} // namespace tutti::cluster
