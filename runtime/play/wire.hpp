// SPDX-License-Identifier: BSD-3-Clause
// The way between the orchestrator and an agent on another node: links with all
// that can go wrong on a network, in virtual time.
#pragma once

#include "messages/interfaces.hpp"
#include "messages/plan.hpp"
#include "runtime/cluster/link.hpp"
#include "runtime/play/play_clock.hpp"

#include <caf/actor.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/message.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace tutti::play {

/// A message under way, and who gets it.
struct parcel {
  caf::message content;
  /// Of a handoff that is delivered: who made it.
  std::optional<task_id> handoff_from;
};

enum class wire_end : std::uint8_t { lead, agent };

/// How a network behaves at the moment.
struct weather {
  int cuts = 0;             ///< above 0: all frames are lost
  duration latency{0};      ///< of each frame
  duration frozen_until{0}; ///< nothing arrives before; max: ever
};

/// What befalls the next handoffs of one sender on a wire.
struct mishap {
  enum class kind : std::uint8_t { drop, duplicate, reorder };
  kind what = kind::drop;
  std::function<bool(task_id)> from; ///< whose handoff
};

/// After so long without an acknowledgement frames are sent again.
inline constexpr duration resend_after = std::chrono::seconds(1);

/// Both directions between the orchestrator and one agent.
class wire {
public:
  /// `now` and `mishaps` outlive it; see `look_up`.
  wire(play_clock clock, const weather& now, std::vector<mishap>& mishaps);
  wire(const wire&) = delete;
  wire& operator=(const wire&) = delete;

  /// Who stands for the agent at the orchestrator, and for the orchestrator at
  /// the agent: what they are sent goes through the wire.
  void connect(caf::actor for_agent, caf::actor for_lead);
  /// The ends of it.
  void reach(caf::actor lead, caf::actor agent);
  /// Nothing arrives any more.
  void close();

  /// The weather has changed: what was lost meanwhile is sent again.
  void look_up();

  /// Somebody at this end has sent it.
  void send(wire_end from, caf::message x);

  /// It befalls the next handoff that fits.
  void expect(mishap x) {
    mishaps_.push_back(std::move(x));
  }

private:
  struct way {
    cluster::link_sender<parcel> sender;
    cluster::link_receiver<parcel> receiver;
    bool resends = false;
    std::optional<cluster::frame<parcel>> held; ///< goes behind the next one
  };

  [[nodiscard]] way& from(wire_end x) {
    return ways_[static_cast<std::size_t>(x)];
  }
  void put_out(wire_end from_end);
  void resend_later(wire_end from_end);
  void resend(wire_end from_end);
  void transmit(wire_end from_end, cluster::frame<parcel> x);
  void travel(wire_end from_end, const cluster::frame<parcel>& x);
  void arrive(wire_end from_end, cluster::frame<parcel> x);
  void deliver(wire_end from_end, const parcel& x);
  [[nodiscard]] std::optional<mishap::kind> take_mishap(const parcel& x);
  [[nodiscard]] std::function<void()> if_open(std::function<void()> then);

  play_clock clock_;
  const weather& weather_;
  std::vector<mishap>& mishaps_;
  way ways_[2];
  caf::actor for_agent_;
  caf::actor for_lead_;
  caf::actor lead_;
  caf::actor agent_;
  std::shared_ptr<bool> open_ = std::make_shared<bool>(true);
};

/// Stands for somebody at the other end of a wire, which must outlive it.
caf::behavior stand_in(caf::event_based_actor* self, wire* through,
                       wire_end from);

} // namespace tutti::play
