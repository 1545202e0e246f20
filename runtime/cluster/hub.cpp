// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/hub.hpp"

#include "runtime/cluster/hub_core.hpp"
#include "runtime/cluster/seat_actors.hpp"

#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <map>
#include <utility>

namespace tutti::cluster {

namespace {

using self_pointer = hub_with_net::stateful_pointer<hub_state>;

file_link_actor::behavior_type file_link(file_link_actor::pointer self,
                                         const hub_with_net& hub,
                                         const std::string& node,
                                         link_id link) {
  auto pass = [self, hub, node, link](auto& x) {
    using type = std::decay_t<decltype(x)>;
    self->send(hub, over_link<type>{node, link, std::move(x)});
  };
  return {
      [pass](chunk_wanted& x) {
        pass(x);
      },
      [pass](chunk& x) {
        pass(x);
      },
      // Nodes are not told of these.
      [](const log_grew&) {},
      [](const files_offered&) {},
      [pass](files_taken& x) {
        pass(x);
      },
  };
}

template <class Handle>
void dismiss(const Handle& x) {
  caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
}

} // namespace

class hub_actor_ports : public hub_ports {
public:
  hub_actor_ports(self_pointer self, const hub_options& options)
    : self_(self), lead_(options.orchestrator), observer_(options.observer),
      store_(options.artifacts), files_(options.files),
      spawn_local_(options.spawn_local),
      stand_ins_(options.work->agents.size()) {
  }

  ~hub_actor_ports() override {
    for (const auto& [node, x] : links_)
      dismiss(x);
    for (const auto& [who, x] : locals_) {
      dismiss(x.agent);
      dismiss(x.lead);
    }
  }

  /// The sender of what came last stands for this agent.
  void stands_for(agent_id who) {
    if (who.value < stand_ins_.size())
      stand_ins_[who.value] =
          caf::actor_cast<agent_actor>(self_->current_sender());
  }

  void to_lead(lead_word x) override {
    std::visit(
        [this](auto& y) {
          self_->send(lead_, std::move(y));
        },
        x);
  }
  void as_agent(agent_id who, to_hub_content x) override {
    std::visit(
        [&](auto& y) {
          using type = std::decay_t<decltype(y)>;
          if constexpr (
              !std::is_same_v<
                  type,
                  keep_payload> && !std::is_same_v<type, load_payload> && !std::is_same_v<type, files_offered>)
            caf::send_as(stand_ins_[who.value], lead_, std::move(y));
        },
        x);
  }
  void to_store(keep_payload x) override {
    if (store_)
      return self_->send(store_, std::move(x));
    self_->send(self_, payload_kept{x.id, {}, "this run keeps no payloads"});
  }
  void to_store(load_payload x) override {
    if (store_)
      return self_->send(store_, x);
    self_->send(self_,
                payload_loaded{x.id, nullptr, "this run keeps no payloads"});
  }
  void to_observer(task_progress x) override {
    self_->send(observer_, std::move(x));
  }

  void open_files(const std::string& node, std::uint64_t link) override {
    close_files(node);
    links_[node] =
        self_->home_system().spawn(file_link, hub_with_net{self_}, node, link);
  }
  void close_files(const std::string& node) override {
    auto found = links_.extract(node);
    if (found)
      dismiss(found.mapped());
  }
  void to_files(const std::string& node, file_word x) override {
    auto i = links_.find(node);
    if (files_ && i != links_.end())
      std::visit(
          [&](auto& y) {
            caf::send_as(i->second, files_, std::move(y));
          },
          x);
    else if (const auto* y = std::get_if<files_offered>(&x))
      refuse_files(node, *y);
  }

  void spawn_local(const agent_address& x) override {
    if (!spawn_local_)
      return;
    auto& made = locals_[x];
    made.lead = self_->home_system().spawn(
        seat_lead_behavior, envelope_sink{hub_with_net{self_}}, x);
    made.agent = spawn_local_(x.agent, made.lead, first_id_of(x.placing));
  }
  void to_local(const agent_address& x, to_node_content what) override {
    auto i = locals_.find(x);
    if (i == locals_.end())
      return;
    std::visit(
        [&](auto& y) {
          if constexpr (is_for_agent<std::decay_t<decltype(y)>>)
            self_->send(i->second.agent, std::move(y));
        },
        what);
  }
  void drop_local(const agent_address& x) override {
    auto found = locals_.extract(x);
    if (!found)
      return;
    dismiss(found.mapped().agent);
    dismiss(found.mapped().lead);
  }

  void flush_soon() override {
    if (!std::exchange(flushes_, true))
      self_->send(self_, flush_link{});
  }
  void flushed() {
    flushes_ = false;
  }

private:
  struct local {
    orchestrator_actor lead;
    agent_actor agent;
  };

  void refuse_files(const std::string& node, const files_offered& x) {
    auto i = links_.find(node);
    if (i != links_.end())
      self_->send(i->second,
                  files_taken{x.id, "this run takes in no files", false});
  }

  self_pointer self_;
  orchestrator_actor lead_;
  observer_actor observer_;
  artifact_actor store_;
  file_mover_actor files_;
  std::function<agent_actor(agent_id, const orchestrator_actor&, std::uint64_t)>
      spawn_local_;
  std::vector<agent_actor> stand_ins_; ///< by agent
  std::map<std::string, file_link_actor> links_;
  std::map<agent_address, local> locals_;
  bool flushes_ = false;
};

hub_state::hub_state() = default;
hub_state::~hub_state() = default;

namespace {

/// The core has been told of something: its timer may be another one.
void arm(self_pointer self) {
  auto& s = self->state;
  auto now = time_now(s.clock, self);
  auto due = s.core->next_due(now);
  if (!due || (s.armed != duration::zero() && s.armed <= *due))
    return;
  s.armed = std::max(*due, now + duration{1});
  self->delayed_send(self, s.armed - now, hub_timer{s.armed});
}

void on_timer(self_pointer self, hub_timer x) {
  auto& s = self->state;
  if (x.at != s.armed || !is_due(s.clock, self, x))
    return;
  s.armed = duration::zero();
  auto now = time_now(s.clock, self);
  s.core->on_time(now, now - x.at);
  arm(self);
}

void set_up(self_pointer self, hub_options options) {
  auto& s = self->state;
  s.clock = options.clock;
  s.ports = std::make_unique<hub_actor_ports>(self, options);
  auto net = options.open_net ? options.open_net(events_to(hub_with_net{self}))
                              : nullptr;
  s.core =
      std::make_unique<hub_core>(std::move(options), std::move(net), *s.ports);
  s.core->begin(time_now(s.clock, self));
  arm(self);
  self->set_exit_handler([self](const caf::exit_msg& x) {
    self->state.core->dismiss(time_now(self->state.clock, self));
    self->quit(x.reason);
  });
}

} // namespace

hub_with_net::behavior_type hub_behavior(self_pointer self,
                                         hub_options options) {
  set_up(self, std::move(options));
  auto core = self->state.core.get();
  auto now = [self] {
    return time_now(self->state.clock, self);
  };
  return {
      [core](const link_marked& x) {
        core->on(x);
      },
      [core](const net_opened& x) {
        core->on(x);
      },
      [self, core, now](const net_arrived& x) {
        core->on(x, now());
        arm(self);
      },
      [self, core, now](const net_closed& x) {
        core->on(x, now());
        arm(self);
      },
      [core](const net_refused& x) {
        core->on(x);
      },
      [self, core, now](to_node& x) {
        self->state.ports->stands_for(x.to.agent);
        core->on(std::move(x), now());
      },
      [core](to_hub& x) {
        core->on(std::move(x));
      },
      [core](payload_kept& x) {
        core->on(std::move(x));
      },
      [core](payload_loaded& x) {
        core->on(std::move(x));
      },
      [core](over_link<chunk_wanted>& x) {
        core->from_files(x.node, x.link, std::move(x.what));
      },
      [core](over_link<chunk>& x) {
        core->from_files(x.node, x.link, std::move(x.what));
      },
      [core](over_link<files_taken>& x) {
        core->from_files(x.node, x.link, std::move(x.what));
      },
      [self, core, now](const drain_node& x) {
        core->on(x, now());
        arm(self);
      },
      [self, core, now](dismiss_nodes) {
        core->dismiss(now());
        arm(self);
      },
      [self](hub_timer x) {
        on_timer(self, x);
      },
      [self, core](flush_link) {
        self->state.ports->flushed();
        core->flush();
      },
  };
}

placed_agent_actor::behavior_type
stand_in_behavior(placed_agent_actor::pointer self, const hub_with_net& hub,
                  agent_id agent) {
  auto pass = [self, hub, agent](auto& x) {
    self->send(hub, to_node{{agent, 0}, std::move(x)});
  };
  return {
      [pass](assign_task& x) {
        pass(x);
      },
      [pass](revoke_task& x) {
        pass(x);
      },
      [pass](end_task& x) {
        pass(x);
      },
      [pass](leave_run& x) {
        pass(x);
      },
      [pass](place_agent& x) {
        pass(x);
      },
      [pass](handoff& x) {
        pass(x);
      },
      [pass](requests_made& x) {
        pass(x);
      },
      [pass](request_answer& x) {
        pass(x);
      },
      [pass](continue_attempt& x) {
        pass(x);
      },
      [pass](wait_refused& x) {
        pass(x);
      },
      // What follows is said only to who works.
      [](const live_call&) {},
      [](live_gone) {},
      [](wake_driver) {},
      [](const artifacts_captured&) {},
      [](const artifacts_placed&) {},
      [](const payload_kept&) {},
      [](const payload_loaded&) {},
      [](process_started) {},
      [](const process_line&) {},
      [](const process_output&) {},
      [](const process_exited&) {},
  };
}

} // namespace tutti::cluster
