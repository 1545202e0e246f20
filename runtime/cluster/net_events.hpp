// SPDX-License-Identifier: BSD-3-Clause
// What a transport tells, as messages to the actor that owns it; and which
// values go between actors of one process only.
#pragma once

#include "messages/cluster.hpp"
#include "runtime/cluster/transport.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/send.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace tutti::cluster {

struct net_opened {
  connection_id connection = 0;
  peer who;
};

struct net_arrived {
  connection_id connection = 0;
  std::string frame;
};

struct net_closed {
  connection_id connection = 0;
  closing how;
};

struct net_refused {
  std::string address;
  std::string why;
};

/// Opens the transport of an actor as that one starts: it tells the actor what
/// happens. The actor owns it from then on.
using net_opener = std::function<std::shared_ptr<transport>(transport_events)>;

/// Events become messages to `to`, which may be gone.
template <class Handle>
[[nodiscard]] transport_events events_to(const Handle& to) {
  auto strong = caf::actor_cast<caf::strong_actor_ptr>(to);
  auto tell = [weak = caf::weak_actor_ptr{strong.get()}](auto x) {
    if (auto there = weak.lock())
      caf::anon_send(caf::actor_cast<Handle>(there), std::move(x));
  };
  transport_events result;
  result.opened = [tell](connection_id x, const peer& who) {
    tell(net_opened{x, who});
  };
  result.arrived = [tell](connection_id x, std::string frame) {
    tell(net_arrived{x, std::move(frame)});
  };
  result.closed = [tell](connection_id x, const closing& how) {
    tell(net_closed{x, how});
  };
  result.refused = [tell](const std::string& address, const std::string& why) {
    tell(net_refused{address, why});
  };
  return result;
}

} // namespace tutti::cluster

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::to_node)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::to_hub)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::cluster::net_opened)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::cluster::net_arrived)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::cluster::net_closed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::cluster::net_refused)
