// SPDX-License-Identifier: BSD-3-Clause
#include "bench/cluster_sides.hpp"

#include "messages/assert.hpp"
#include "runtime/cluster/frames.hpp"
#include "runtime/cluster/net_events.hpp"
#include "runtime/cluster/peer_link.hpp"
#include "runtime/cluster/seat_actors.hpp"
#include "runtime/cluster/tls_transport.hpp"
#include "runtime/session/system_config.hpp"

#include <caf/actor_system.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include <ctime>
#include <functional>
#include <future>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tutti::bench {

namespace {

using namespace cluster;

/// What a frame brought.
template <class In>
struct arrivals {
  std::vector<In> all;
};

template <class Out>
struct gate_state {
  static inline const char* name = "gate";
  std::unique_ptr<tls_transport> net;
  peer_link<Out> link;
};

template <class Out>
using gate_pointer = caf::stateful_actor<gate_state<Out>>*;

/// Where this process puts what is for the other one.
template <class Out>
struct outlet {
  letter_box<Out> box;
  caf::actor gate;

  /// False: it is full.
  bool put(Out&& x) {
    auto how = box.put(std::move(x));
    if (how == posting::first)
      caf::anon_send(gate, flush_link{});
    return how != posting::refused;
  }
};

template <class Out>
void flush_soon(gate_pointer<Out> self) {
  if (self->state.link.flush_is_due())
    self->send(self, flush_link{});
}

template <class Out, class In>
void take(gate_pointer<Out> self, const net_arrived& x,
          const std::function<void(std::vector<In>)>& deliver) {
  auto content = decode(x.frame);
  TUTTI_ASSERT(content);
  std::vector<In> all;
  if (const auto* b = std::get_if<batch>(&*content))
    all.reserve(b->count);
  auto is_fine = self->state.link.take(
      *content,
      [&all](std::string_view bytes) {
        return decode(bytes, all.emplace_back());
      },
      [](const Out&) {});
  TUTTI_ASSERT(is_fine);
  if (!all.empty())
    deliver(std::move(all));
  flush_soon<Out>(self);
}

template <class Out, class In>
caf::behavior gate(gate_pointer<Out> self, tls_options options,
                   std::function<void(tls_transport&)> start,
                   std::function<void()> came, std::function<void()> left,
                   std::function<void(std::vector<In>)> deliver,
                   std::shared_ptr<outlet<Out>> from) {
  auto made = tls_transport::make(std::move(options),
                                  events_to(caf::actor_cast<caf::actor>(self)));
  TUTTI_ASSERT(made);
  self->state.net = std::move(*made);
  start(*self->state.net);
  return {
      [self, came](const net_opened& x) {
        self->state.link.open(*self->state.net, x.connection);
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
      [self, from](flush_link) {
        self->state.link.flush(from->box);
      },
      // One that came as a message of its own.
      [self](Out& x) {
        self->state.link.push(std::move(x));
        flush_soon<Out>(self);
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
  link_near(bool tls, bool each, const std::string& certificates, tally& told)
    : each_(each) {
    auto listen = [this](tls_transport& net) {
      auto port = net.listen("127.0.0.1", 0);
      TUTTI_ASSERT(port);
      port_.set_value(*port);
    };
    auto came = [this] {
      came_.set_value();
    };
    out_->gate = system_.spawn(
        gate<to_node, to_hub>, options_of(tls, certificates, orchestrator_name),
        listen, came, [] {},
        [&told](const std::vector<to_hub>& all) {
          const auto& last = all.back();
          told.confirm(std::get<handoff_accepted>(last.content).from.value + 1);
        },
        out_);
    at_ = port_.get_future().get();
  }
  ~link_near() override {
    caf::anon_send_exit(out_->gate, caf::exit_reason::user_shutdown);
    out_->gate = nullptr;
  }
  [[nodiscard]] std::uint16_t port() const override {
    return at_;
  }
  void wait() override {
    came_.get_future().wait();
  }
  bool send(handoff x) override {
    to_node letter{{}, std::move(x)};
    if (!each_)
      return out_->put(std::move(letter));
    caf::anon_send(out_->gate, std::move(letter));
    return true;
  }

private:
  bool each_;
  session::system_config config_;
  caf::actor_system system_{config_};
  std::promise<std::uint16_t> port_;
  std::promise<void> came_;
  std::shared_ptr<outlet<to_node>> out_ = std::make_shared<outlet<to_node>>();
  std::uint16_t at_ = 0;
};

} // namespace

std::unique_ptr<near_side> make_link_near(bool tls, bool each,
                                          const std::string& certificates,
                                          tally& told) {
  return std::make_unique<link_near>(tls, each, certificates, told);
}

void run_link_far(bool tls, bool each, const std::string& certificates,
                  std::uint16_t port) {
  session::system_config settings;
  caf::actor_system system{settings};
  std::promise<void> over;
  auto out = std::make_shared<outlet<to_hub>>();
  auto consumer = system.spawn([out] {
    auto take = [out](const to_node& x) {
      const auto& y = std::get<handoff>(x.content);
      if (y.version == answered_version)
        TUTTI_ASSERT(out->put({{}, handoff_accepted{y.from, y.to, y.version}}));
    };
    return caf::behavior{
        [take](const arrivals<to_node>& x) {
          for (const auto& y : x.all)
            take(y);
        },
        [take](const to_node& x) {
          take(x);
        },
    };
  });
  auto connect = [port](tls_transport& net) {
    net.connect("127.0.0.1", port);
  };
  auto left = [&over] {
    over.set_value();
  };
  out->gate = system.spawn(
      gate<to_hub, to_node>, options_of(tls, certificates, far_name), connect,
      [] {}, left,
      [consumer = consumer, each](std::vector<to_node> all) {
        if (!each)
          return caf::anon_send(consumer, arrivals<to_node>{std::move(all)});
        for (auto& x : all)
          caf::anon_send(consumer, std::move(x));
      },
      out);
  over.get_future().wait();
  caf::anon_send_exit(out->gate, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(consumer, caf::exit_reason::user_shutdown);
  out->gate = nullptr;
}

} // namespace tutti::bench

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::bench::arrivals<tutti::to_node>)
