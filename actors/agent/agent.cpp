// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/agent.hpp"

#include "actors/agent/command_driver.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <utility>

namespace tutti {

using self_pointer = agent_with_timers::stateful_pointer<agent_state>;

namespace {

agent_core_options core_options(agent_options& x) {
  agent_core_options mine;
  mine.id = x.id;
  mine.slots = x.slots;
  mine.work = x.work;
  mine.has_store = static_cast<bool>(x.artifacts);
  mine.looked_at = x.looked_at ? x.looked_at : outputs_looked_at(*x.work);
  if (x.live) {
    mine.live_socket = std::move(x.live_socket);
    mine.make_token = std::move(x.make_token);
  }
  mine.mask = std::move(x.mask);
  mine.first_id = x.first_id;
  mine.make_driver = std::move(x.make_driver);
  if (!mine.make_driver)
    mine.make_driver = [of = command_options{x.work, x.id, x.grace}](
                           driver_host& host) -> std::unique_ptr<driver> {
      return std::make_unique<command_driver>(of, host);
    };
  return mine;
}

} // namespace

/// An agent, and whom it speaks to. What it tells the orchestrator leaves in
/// order; what can gather does so until the end of a turn.
class agent_parts : private agent_ports {
public:
  agent_parts(self_pointer self, agent_options x)
    : self_(self), orchestrator_(std::move(x.orchestrator)),
      reports_(std::move(x.reports)), observer_(std::move(x.observer)),
      processes_(std::move(x.processes)), artifacts_(x.artifacts),
      live_(x.live), clock_(std::move(x.clock)), core_(core_options(x), *this) {
  }

  template <class Message>
  void hear(Message&& x) {
    core_.on(std::forward<Message>(x));
    end_turn();
  }
  void hear(agent_orders& x) {
    for (const auto& h : x.handed)
      core_.on(h);
    for (auto& t : x.tasks)
      core_.on(std::move(t));
    end_turn();
  }
  void hear(agent_timer x) {
    if (is_due(clock_, self_, x))
      core_.on_timer(x.timer);
    end_turn();
  }

private:
  void send(attempt_started x) override {
    if (!reports_)
      return self_->send(orchestrator_, x);
    auto& r = gathered_.attempts.emplace_back();
    r.task = x.task;
    r.attempt = x.attempt;
    r.began = true;
  }
  void send(attempt_finished x) override {
    if (!reports_)
      return self_->send(orchestrator_, std::move(x));
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
    if (reports_)
      gathered_.accepted.push_back(x);
    else
      self_->send(orchestrator_, x);
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
    self_->send(observer_, std::move(x));
  }
  void send(start_process x) override {
    self_->send(processes_, std::move(x));
  }
  void send(process_input x) override {
    self_->send(processes_, std::move(x));
  }
  void send(process_alive x) override {
    self_->send(processes_, x);
  }
  void send(end_process x) override {
    self_->send(processes_, x);
  }
  void send(capture_artifacts x) override {
    self_->send(artifacts_, std::move(x));
  }
  void send(place_artifacts x) override {
    self_->send(artifacts_, std::move(x));
  }
  void send(keep_payload x) override {
    self_->send(artifacts_, std::move(x));
  }
  void send(load_payload x) override {
    self_->send(artifacts_, std::move(x));
  }
  void send(open_live x) override {
    self_->send(live_, std::move(x));
  }
  void send(close_live x) override {
    self_->send(live_, std::move(x));
  }
  void send(live_reply x) override {
    self_->send(live_, std::move(x));
  }
  void wake_after(duration span, std::uint64_t timer) override {
    send_after(clock_, self_, span, agent_timer{timer});
  }
  std::function<void()> waker() override {
    // Weak: a thread that never ends must not keep the actor.
    return [to = caf::weak_actor_ptr{self_->ctrl()}] {
      if (auto there = to.lock())
        caf::anon_send(caf::actor_cast<agent_actor>(there), wake_driver{});
    };
  }

  void end_turn() {
    if (!gathered_.empty())
      self_->send(reports_, std::exchange(gathered_, {}));
  }
  template <class Message>
  void tell_lead(Message x) {
    end_turn();
    self_->send(orchestrator_, std::move(x));
  }

  self_pointer self_;
  orchestrator_actor orchestrator_;
  report_actor reports_;
  observer_actor observer_;
  process_actor processes_;
  artifact_actor artifacts_;
  live_actor live_;
  time_source clock_;
  agent_reports gathered_;
  agent_core core_; ///< goes first: it speaks to all of this
};

agent_state::agent_state() = default;
agent_state::~agent_state() = default;

agent_with_timers::behavior_type agent_behavior(self_pointer self,
                                                agent_options options) {
  auto* parts = (self->state.parts =
                     std::make_unique<agent_parts>(self, std::move(options)))
                    .get();
  return {
      [parts](assign_task& x) {
        parts->hear(std::move(x));
      },
      [parts](const revoke_task& x) {
        parts->hear(x);
      },
      [parts](const end_task& x) {
        parts->hear(x);
      },
      [parts](leave_run x) {
        parts->hear(x);
      },
      [parts](const handoff& x) {
        parts->hear(x);
      },
      [parts](const requests_made& x) {
        parts->hear(x);
      },
      [parts](const request_answer& x) {
        parts->hear(x);
      },
      [parts](continue_attempt x) {
        parts->hear(x);
      },
      [parts](const wait_refused& x) {
        parts->hear(x);
      },
      [parts](live_call& x) {
        parts->hear(std::move(x));
      },
      [parts](live_gone x) {
        parts->hear(x);
      },
      [parts](artifacts_captured& x) {
        parts->hear(std::move(x));
      },
      [parts](const artifacts_placed& x) {
        parts->hear(x);
      },
      [parts](const payload_kept& x) {
        parts->hear(x);
      },
      [parts](payload_loaded& x) {
        parts->hear(std::move(x));
      },
      [](const process_started&) {
        // The attempt began when it left the queue; the pid is of no use here.
      },
      [parts](const process_line& x) {
        parts->hear(x);
      },
      [parts](const process_output& x) {
        parts->hear(x);
      },
      [parts](process_exited& x) {
        parts->hear(x);
      },
      [parts](wake_driver x) {
        parts->hear(x);
      },
      [parts](agent_orders& x) {
        parts->hear(x);
      },
      [parts](agent_timer x) {
        parts->hear(x);
      },
  };
}

} // namespace tutti
