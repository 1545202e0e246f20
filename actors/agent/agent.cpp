// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/agent.hpp"

#include "actors/agent/command_driver.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <utility>

namespace tutti {

namespace {

using self_pointer = agent_with_timers::stateful_pointer<agent_state>;

class actor_ports : public agent_ports {
public:
  explicit actor_ports(self_pointer self) : self_(self) {
  }

  void send(attempt_started x) override {
    self_->send(options().orchestrator, x);
  }
  void send(attempt_finished x) override {
    self_->send(options().orchestrator, std::move(x));
  }
  void send(task_returned x) override {
    self_->send(options().orchestrator, x);
  }
  void send(handoff_accepted x) override {
    self_->send(options().orchestrator, x);
  }
  void send(answer_accepted x) override {
    self_->send(options().orchestrator, x);
  }
  void send(attempt_waits x) override {
    self_->send(options().orchestrator, x);
  }
  void send(wait_over x) override {
    self_->send(options().orchestrator, x);
  }
  void send(make_requests x) override {
    self_->send(options().orchestrator, std::move(x));
  }
  void send(agent_left x) override {
    self_->send(options().orchestrator, x);
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

  self_pointer self_;
};

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
  s.ports = std::make_unique<actor_ports>(self);
  s.core = std::make_unique<agent_core>(std::move(mine), *s.ports);
}

} // namespace

agent_with_timers::behavior_type agent_behavior(self_pointer self,
                                                agent_options options) {
  set_up(self, std::move(options));
  auto core = self->state.core.get();
  return {
      [core](assign_task& x) {
        core->on(std::move(x));
      },
      [core](const revoke_task& x) {
        core->on(x);
      },
      [core](const end_task& x) {
        core->on(x);
      },
      [core](leave_run x) {
        core->on(x);
      },
      [core](const handoff& x) {
        core->on(x);
      },
      [core](const requests_made& x) {
        core->on(x);
      },
      [core](const request_answer& x) {
        core->on(x);
      },
      [core](continue_attempt x) {
        core->on(x);
      },
      [core](const wait_refused& x) {
        core->on(x);
      },
      [core](live_call& x) {
        core->on(std::move(x));
      },
      [core](live_gone x) {
        core->on(x);
      },
      [core](artifacts_captured& x) {
        core->on(std::move(x));
      },
      [core](const artifacts_placed& x) {
        core->on(x);
      },
      [core](const payload_kept& x) {
        core->on(x);
      },
      [core](payload_loaded& x) {
        core->on(std::move(x));
      },
      [](const process_started&) {
        // The attempt began when it left the queue; the pid is of no use here.
      },
      [core](const process_line& x) {
        core->on(x);
      },
      [core](const process_output& x) {
        core->on(x);
      },
      [core](process_exited& x) {
        core->on(x);
      },
      [core](wake_driver x) {
        core->on(x);
      },
      [self, core](agent_timer x) {
        if (is_due(self->state.options.clock, self, x))
          core->on_timer(x.timer);
      },
  };
}

} // namespace tutti
