// SPDX-License-Identifier: BSD-3-Clause
#include "bench/cluster_sides.hpp"

#include "messages/assert.hpp"
#include "messages/type_ids.hpp"
#include "runtime/cluster/envelopes.hpp"
#include "runtime/cluster/frames.hpp"
#include "runtime/cluster/net_events.hpp"
#include "runtime/cluster/seat_actors.hpp"
#include "runtime/cluster/tls_transport.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include <ctime>
#include <functional>
#include <future>
#include <utility>
#include <variant>

namespace tutti::bench {

namespace {

using namespace cluster;

struct config : caf::actor_system_config {
  config() {
    add_message_types<caf::id_block::tutti>();
  }
};

/// As hub and gateway have it: envelopes of what came since the last flush
/// leave together.
template <class Out>
struct gate_state {
  static inline const char* name = "gate";
  std::unique_ptr<tls_transport> net;
  connection_id at = 0;
  envelope_sender<Out> out;
  envelope_receiver in;
  bool flushes = false;
};

template <class Out>
using gate_pointer = caf::stateful_actor<gate_state<Out>>*;

template <class Out>
void flush_soon(gate_pointer<Out> self) {
  if (!std::exchange(self->state.flushes, true))
    self->send(self, flush_link{});
}

template <class Out>
void flush(gate_pointer<Out> self) {
  auto& x = self->state;
  for (auto& b : x.out.take())
    x.net->send(x.at, encode(frame_content{std::move(b)}));
}

template <class Out, class In>
void take(gate_pointer<Out> self, const net_arrived& x,
          const std::function<void(In)>& deliver) {
  auto& state = self->state;
  auto content = decode(x.frame);
  TUTTI_ASSERT(content);
  if (auto* a = std::get_if<acknowledgement>(&*content)) {
    TUTTI_ASSERT(state.out.acknowledged(*a, [](const Out&) {}));
    return flush(self);
  }
  auto* b = std::get_if<batch>(&*content);
  TUTTI_ASSERT(b != nullptr);
  auto all = state.in.take(std::move(*b));
  TUTTI_ASSERT(all.has_value());
  for (const auto& bytes : *all) {
    In envelope;
    TUTTI_ASSERT(decode(bytes, envelope));
    deliver(std::move(envelope));
  }
  state.net->send(
      x.connection,
      encode(frame_content{acknowledgement{state.in.received(), link_window}}));
}

template <class Out, class In>
caf::behavior gate(gate_pointer<Out> self, tls_options options,
                   std::function<void(tls_transport&)> start,
                   std::function<void()> came, std::function<void()> left,
                   std::function<void(In)> deliver) {
  auto made = tls_transport::make(std::move(options),
                                  events_to(caf::actor_cast<caf::actor>(self)));
  TUTTI_ASSERT(made);
  self->state.net = std::move(*made);
  start(*self->state.net);
  auto put = [self](auto x) {
    self->state.out.push(Out{{}, std::move(x)});
    flush_soon<Out>(self);
  };
  return {
      [self, came](const net_opened& x) {
        self->state.at = x.connection;
        self->state.net->admit(x.connection);
        came();
      },
      [self, deliver](const net_arrived& x) {
        take<Out, In>(self, x, deliver);
      },
      [left](const net_closed&) {
        left();
      },
      [](const net_refused&) {},
      [self](flush_link) {
        self->state.flushes = false;
        flush<Out>(self);
      },
      [put](handoff& x) {
        if constexpr (std::is_same_v<Out, to_node>)
          put(std::move(x));
      },
      [put](handoff_accepted& x) {
        if constexpr (std::is_same_v<Out, to_hub>)
          put(std::move(x));
      },
  };
}

tls_options options_of(bool tls, const std::string& certificates,
                       const char* name) {
  tls_options result;
  if (!tls)
    return result;
  auto x = load_credentials(certificates, name, std::time(nullptr));
  TUTTI_ASSERT(x);
  result.identity = std::move(*x);
  return result;
}

class link_near : public near_side {
public:
  link_near(bool tls, const std::string& certificates, tally& told) {
    auto listen = [this](tls_transport& net) {
      auto port = net.listen("127.0.0.1", 0);
      TUTTI_ASSERT(port);
      port_.set_value(*port);
    };
    auto came = [this] {
      came_.set_value();
    };
    gate_ = system_.spawn(
        gate<to_node, to_hub>, options_of(tls, certificates, orchestrator_name),
        listen, came, [] {},
        [&told](to_hub x) {
          told.confirm(std::get<handoff_accepted>(x.content).from.value + 1);
        });
    at_ = port_.get_future().get();
  }
  ~link_near() override {
    caf::anon_send_exit(gate_, caf::exit_reason::user_shutdown);
  }
  [[nodiscard]] std::uint16_t port() const override {
    return at_;
  }
  void wait() override {
    came_.get_future().wait();
  }
  void send(handoff x) override {
    caf::anon_send(gate_, std::move(x));
  }

private:
  config config_;
  caf::actor_system system_{config_};
  std::promise<std::uint16_t> port_;
  std::promise<void> came_;
  caf::actor gate_;
  std::uint16_t at_ = 0;
};

} // namespace

std::unique_ptr<near_side>
make_link_near(bool tls, const std::string& certificates, tally& told) {
  return std::make_unique<link_near>(tls, certificates, told);
}

void run_link_far(bool tls, const std::string& certificates,
                  std::uint16_t port) {
  config settings;
  caf::actor_system system{settings};
  std::promise<void> over;
  auto to_gate = std::make_shared<caf::actor>();
  auto consumer = system.spawn([to_gate](caf::event_based_actor* self) {
    return caf::behavior{
        [self, to_gate](const handoff& x) {
          if (x.version == answered_version)
            self->send(*to_gate, handoff_accepted{x.from, x.to, x.version});
        },
    };
  });
  auto connect = [port](tls_transport& net) {
    net.connect("127.0.0.1", port);
  };
  auto left = [&over] {
    over.set_value();
  };
  *to_gate = system.spawn(
      gate<to_hub, to_node>, options_of(tls, certificates, far_name), connect,
      [] {}, left,
      [consumer = consumer](to_node x) {
        caf::anon_send(consumer, std::get<handoff>(std::move(x.content)));
      });
  over.get_future().wait();
  caf::anon_send_exit(*to_gate, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(consumer, caf::exit_reason::user_shutdown);
  *to_gate = nullptr;
}

} // namespace tutti::bench
