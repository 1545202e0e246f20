// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/gateway.hpp"

#include "messages/assert.hpp"
#include "runtime/cluster/gateway_core.hpp"
#include "runtime/cluster/gateway_ports.hpp"

#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace tutti::cluster {

namespace {

using self_pointer = gateway_actor::stateful_pointer<gateway_state>;

file_link_actor::behavior_type node_file_link(file_link_actor::pointer self,
                                              const gateway_actor& gateway) {
  return {
      [self, gateway](chunk_wanted& x) {
        self->send(gateway, std::move(x));
      },
      [self, gateway](chunk& x) {
        self->send(gateway, std::move(x));
      },
      [self, gateway](log_grew& x) {
        self->send(gateway, std::move(x));
      },
      [self, gateway](files_offered& x) {
        self->send(gateway, std::move(x));
      },
      [](const files_taken&) {
        // An orchestrator offers nothing.
      },
  };
}

template <class Handle>
void dismiss(const Handle& x) {
  caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
}

} // namespace

class gateway_actor_ports : public gateway_ports {
public:
  gateway_actor_ports(self_pointer self, const gateway_options& options)
    : self_(self), begin_run_(options.begin_run), end_run_(options.end_run),
      spawn_agent_(options.spawn_agent), done_(options.done),
      observer_(self->home_system().spawn(seat_observer_behavior,
                                          progress_sink{gateway_actor{self}})),
      files_(self->home_system().spawn(node_file_link, gateway_actor{self})) {
  }

  ~gateway_actor_ports() override {
    drop_all();
    dismiss(observer_);
    dismiss(files_);
  }

  std::string begin_run(const node_run& x) override {
    run_ = x;
    parts_ = begin_run_(run_, files_);
    return parts_.mistake;
  }
  void end_run() override {
    drop_all();
    parts_ = {};
    run_ = {};
    if (end_run_)
      end_run_();
  }
  void done(const gateway_end& x) override {
    if (done_)
      done_(x);
  }

  void spawn_seat(const agent_address& x) override {
    auto& system = self_->home_system();
    envelope_sink to = gateway_actor{self_};
    auto& made = seats_[x];
    made.lead = system.spawn(seat_lead_behavior, to, x);
    made.store = system.spawn(seat_store_behavior, to, x, parts_.artifacts);
    if (parts_.processes)
      made.processes =
          system.spawn(seat_processes_behavior,
                       quiet_sink{gateway_actor{self_}}, x, parts_.processes);
    seat_options mine;
    mine.who = x;
    mine.first_id = first_id_of(x.placing);
    mine.orchestrator = made.lead;
    mine.observer = observer_;
    mine.processes = made.processes;
    mine.artifacts = made.store;
    made.agent = spawn_agent_(run_, mine);
  }
  void to_agent(const agent_address& x, to_node_content what) override {
    auto i = seats_.find(x);
    if (i == seats_.end())
      return;
    std::visit(
        [&](auto& y) {
          if constexpr (is_for_agent<std::decay_t<decltype(y)>>)
            self_->send(i->second.agent, std::move(y));
        },
        what);
  }
  void end_seat(const agent_address& x) override {
    auto i = seats_.find(x);
    if (i == seats_.end())
      return;
    if (i->second.processes)
      self_->send(i->second.processes, end_seat_now());
    else
      self_->send(self_, seat_is_quiet{x});
  }
  void drop_seat(const agent_address& x) override {
    auto found = seats_.extract(x);
    if (found)
      drop(found.mapped());
  }

  void to_files(file_word x) override {
    if (parts_.files)
      std::visit(
          [this](auto& y) {
            caf::send_as(files_, parts_.files, std::move(y));
          },
          x);
  }

  void flush_soon() override {
    if (!std::exchange(flushes_, true))
      self_->send(self_, flush_link{});
  }
  void flushed() {
    flushes_ = false;
  }

private:
  struct seat {
    orchestrator_actor lead;
    artifact_actor store;
    seat_processes_actor processes; ///< null: it has none
    agent_actor agent;
  };

  [[nodiscard]] static tutti::cluster::end_seat end_seat_now() {
    return {};
  }
  static void drop(const seat& x) {
    dismiss(x.agent);
    dismiss(x.lead);
    dismiss(x.store);
    dismiss(x.processes);
  }
  void drop_all() {
    for (const auto& [who, x] : seats_)
      drop(x);
    seats_.clear();
  }

  self_pointer self_;
  std::function<node_parts(const node_run&, const file_link_actor&)> begin_run_;
  std::function<void()> end_run_;
  std::function<agent_actor(const node_run&, const seat_options&)> spawn_agent_;
  std::function<void(const gateway_end&)> done_;
  observer_actor observer_;
  file_link_actor files_;
  node_run run_;
  node_parts parts_;
  std::map<agent_address, seat> seats_;
  bool flushes_ = false;
};

gateway_state::gateway_state() = default;
gateway_state::~gateway_state() = default;

namespace {

/// The core has been told of something: its timer may be another one.
void arm(self_pointer self) {
  auto& s = self->state;
  auto due = s.core->next_due();
  if (!due || (s.armed != duration::zero() && s.armed <= *due))
    return;
  auto now = time_now(s.clock, self);
  s.armed = std::max(*due, now + duration{1});
  self->delayed_send(self, s.armed - now, gateway_timer{s.armed});
}

void on_timer(self_pointer self, gateway_timer x) {
  auto& s = self->state;
  if (x.at != s.armed || !is_due(s.clock, self, x))
    return;
  s.armed = duration::zero();
  s.core->on_time(time_now(s.clock, self));
  arm(self);
}

void set_up(self_pointer self, gateway_options options) {
  auto& s = self->state;
  TUTTI_ASSERT(options.begin_run && options.spawn_agent && options.open_net);
  s.clock = options.clock;
  s.ports = std::make_unique<gateway_actor_ports>(self, options);
  auto net = options.open_net(events_to(gateway_actor{self}));
  s.core = std::make_unique<gateway_core>(std::move(options), std::move(net),
                                          *s.ports);
  s.core->begin(time_now(s.clock, self));
  arm(self);
}

} // namespace

gateway_actor::behavior_type gateway_behavior(self_pointer self,
                                              gateway_options options) {
  set_up(self, std::move(options));
  auto core = self->state.core.get();
  auto now = [self] {
    return time_now(self->state.clock, self);
  };
  return {
      [self, core, now](const net_opened& x) {
        core->on(x, now());
        arm(self);
      },
      [self, core, now](const net_arrived& x) {
        core->on(x, now());
        arm(self);
      },
      [self, core, now](const net_closed& x) {
        core->on(x, now());
        arm(self);
      },
      [](const net_refused&) {
        // Nobody connects to a node.
      },
      [self, core](to_hub& x) {
        core->on(std::move(x));
        arm(self);
      },
      [core](task_progress& x) {
        core->on(std::move(x));
      },
      [self, core](const seat_is_quiet& x) {
        core->on(x);
        arm(self);
      },
      [core](chunk_wanted& x) {
        core->from_files(std::move(x));
      },
      [core](chunk& x) {
        core->from_files(std::move(x));
      },
      [core](log_grew& x) {
        core->from_files(std::move(x));
      },
      [core](files_offered& x) {
        core->from_files(std::move(x));
      },
      [self, core](const leave_cluster& x) {
        core->on(x);
        arm(self);
      },
      [self](gateway_timer x) {
        on_timer(self, x);
      },
      [self, core](flush_link) {
        self->state.ports->flushed();
        core->flush();
      },
  };
}

} // namespace tutti::cluster
