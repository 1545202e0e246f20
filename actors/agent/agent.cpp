// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/agent.hpp"

#include "actors/agent/command_driver.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <utility>

namespace tutti {

using self_pointer = agent_with_timers::stateful_pointer<agent_state>;

/// What an agent tells the orchestrator of leaves in order; what can gather
/// does so until the end of a turn.
class agent_actor_ports : public agent_ports {
public:
  explicit agent_actor_ports(self_pointer self) : self_(self) {
  }

  void end_turn() {
    if (!gathered_.empty())
      self_->send(options().reports, std::exchange(gathered_, {}));
  }

  void send(attempt_started x) override {
    if (!options().reports)
      return self_->send(options().orchestrator, x);
    auto& r = gathered_.attempts.emplace_back();
    r.task = x.task;
    r.attempt = x.attempt;
    r.began = true;
  }
  void send(attempt_finished x) override {
    if (!options().reports)
      return self_->send(options().orchestrator, std::move(x));
    auto& all = gathered_.attempts;
    bool same = !all.empty() && all.back().task == x.task
             && all.back().attempt == x.attempt;
    auto& r = same ? all.back() : all.emplace_back();
    r.task = x.task;
    r.attempt = x.attempt;
    r.ended = true;
    r.end = x.end;
    r.exit_code = x.exit_code;
    r.details = std::move(x.details);
  }
  void send(handoff_accepted x) override {
    if (options().reports)
      gathered_.accepted.push_back(x);
    else
      self_->send(options().orchestrator, x);
  }
  void send(task_returned x) override {
    tell_lead(x);
  }
  void send(answer_accepted x) override {
    tell_lead(x);
  }
  void send(attempt_waits x) override {
    tell_lead(x);
  }
  void send(wait_over x) override {
    tell_lead(x);
  }
  void send(make_requests x) override {
    tell_lead(std::move(x));
  }
  void send(agent_left x) override {
    tell_lead(x);
  }
  void send(task_progress x) override {
    self_->send(options().observer, std::move(x));
  }
  void send(start_process x) override {
    self_->send(options().processes, std::move(x));
  }
  void send(process_input x) override {
    self_->send(options().processes, std::move(x));
  }
  void send(process_alive x) override {
    self_->send(options().processes, x);
  }
  void send(end_process x) override {
    self_->send(options().processes, x);
  }
  void send(capture_artifacts x) override {
    self_->send(options().artifacts, std::move(x));
  }
  void send(place_artifacts x) override {
    self_->send(options().artifacts, std::move(x));
  }
  void send(keep_payload x) override {
    self_->send(options().artifacts, std::move(x));
  }
  void send(load_payload x) override {
    self_->send(options().artifacts, std::move(x));
  }
  void send(open_live x) override {
    self_->send(options().live, std::move(x));
  }
  void send(close_live x) override {
    self_->send(options().live, std::move(x));
  }
  void send(live_reply x) override {
    self_->send(options().live, std::move(x));
  }
  void wake_after(duration span, std::uint64_t timer) override {
    send_after(options().clock, self_, span, agent_timer{timer});
  }
  std::function<void()> waker() override {
    // Weak: a thread that never ends must not keep the actor.
    return [to = caf::weak_actor_ptr{self_->ctrl()}] {
      if (auto there = to.lock())
        caf::anon_send(caf::actor_cast<agent_actor>(there), wake_driver{});
    };
  }

private:
  [[nodiscard]] const agent_options& options() const {
    return self_->state.options;
  }
  template <class Message>
  void tell_lead(Message x) {
    end_turn();
    self_->send(options().orchestrator, std::move(x));
  }

  self_pointer self_;
  agent_reports gathered_;
};

agent_state::agent_state() = default;
agent_state::~agent_state() = default;

namespace {

void set_up(self_pointer self, agent_options options) {
  auto& s = self->state;
  s.options = std::move(options);
  const auto& o = s.options;
  agent_core_options mine;
  mine.id = o.id;
  mine.slots = o.slots;
  mine.work = o.work;
  mine.has_store = static_cast<bool>(o.artifacts);
  mine.looked_at = o.looked_at ? o.looked_at : outputs_looked_at(*o.work);
  if (o.live) {
    mine.live_socket = o.live_socket;
    mine.make_token = o.make_token;
  }
  mine.mask = o.mask;
  mine.first_id = o.first_id;
  mine.make_driver = o.make_driver;
  if (!mine.make_driver)
    mine.make_driver = [&o](driver_host& host) -> std::unique_ptr<driver> {
      return std::make_unique<command_driver>(
          command_options{o.work, o.id, o.grace}, host);
    };
  s.ports = std::make_unique<agent_actor_ports>(self);
  s.core = std::make_unique<agent_core>(std::move(mine), *s.ports);
}

} // namespace

agent_with_timers::behavior_type agent_behavior(self_pointer self,
                                                agent_options options) {
  set_up(self, std::move(options));
  auto* core = self->state.core.get();
  auto* ports = self->state.ports.get();
  return {
      [core, ports](assign_task& x) {
        core->on(std::move(x));
        ports->end_turn();
      },
      [core, ports](const revoke_task& x) {
        core->on(x);
        ports->end_turn();
      },
      [core, ports](const end_task& x) {
        core->on(x);
        ports->end_turn();
      },
      [core, ports](leave_run x) {
        core->on(x);
        ports->end_turn();
      },
      [core, ports](const handoff& x) {
        core->on(x);
        ports->end_turn();
      },
      [core, ports](const requests_made& x) {
        core->on(x);
        ports->end_turn();
      },
      [core, ports](const request_answer& x) {
        core->on(x);
        ports->end_turn();
      },
      [core, ports](continue_attempt x) {
        core->on(x);
        ports->end_turn();
      },
      [core, ports](const wait_refused& x) {
        core->on(x);
        ports->end_turn();
      },
      [core, ports](live_call& x) {
        core->on(std::move(x));
        ports->end_turn();
      },
      [core, ports](live_gone x) {
        core->on(x);
        ports->end_turn();
      },
      [core, ports](artifacts_captured& x) {
        core->on(std::move(x));
        ports->end_turn();
      },
      [core, ports](const artifacts_placed& x) {
        core->on(x);
        ports->end_turn();
      },
      [core, ports](const payload_kept& x) {
        core->on(x);
        ports->end_turn();
      },
      [core, ports](payload_loaded& x) {
        core->on(std::move(x));
        ports->end_turn();
      },
      [](const process_started&) {
        // The attempt began when it left the queue; the pid is of no use here.
      },
      [core, ports](const process_line& x) {
        core->on(x);
        ports->end_turn();
      },
      [core, ports](const process_output& x) {
        core->on(x);
        ports->end_turn();
      },
      [core, ports](process_exited& x) {
        core->on(x);
        ports->end_turn();
      },
      [core, ports](wake_driver x) {
        core->on(x);
        ports->end_turn();
      },
      [core, ports](agent_orders& x) {
        for (const auto& h : x.handed)
          core->on(h);
        for (auto& t : x.tasks)
          core->on(std::move(t));
        ports->end_turn();
      },
      [self, core, ports](agent_timer x) {
        if (is_due(self->state.options.clock, self, x))
          core->on_timer(x.timer);
        ports->end_turn();
      },
  };
}

} // namespace tutti
