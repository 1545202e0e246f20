// SPDX-License-Identifier: BSD-3-Clause
#include "actors/service/service.hpp"

#include <utility>

namespace tutti {

namespace {

using self_pointer = service_with_timers::stateful_pointer<service_actor_state>;

class actor_ports : public service_ports {
public:
  actor_ports(self_pointer self, service_options options)
    : self_(self), options_(std::move(options)) {
  }

  void start(start_process x) override {
    self_->send(options_.processes, std::move(x));
  }
  void end(end_process x) override {
    self_->send(options_.processes, x);
  }
  void tell(service_state state, std::string text) override {
    self_->send(options_.orchestrator,
                service_changed{options_.id, state, std::move(text)});
  }
  void wake_after(duration span, std::uint64_t timer) override {
    send_after(options_.clock, self_, span, service_timer{timer});
  }

private:
  self_pointer self_;
  service_options options_;
};

/// Agents have the numbers below (their own in the upper bits, too).
process_id first_process(const service_options& x) {
  auto number = x.work->agents.size() + x.id.value;
  return static_cast<process_id>(number) << 40 | 1;
}

} // namespace

service_with_timers::behavior_type service_behavior(self_pointer self,
                                                    service_options options) {
  service_keeper_options mine{options.work, options.id, options.grace,
                              first_process(options)};
  auto& s = self->state;
  s.clock = options.clock;
  s.ports = std::make_unique<actor_ports>(self, std::move(options));
  s.keeper = std::make_unique<service_keeper>(std::move(mine), *s.ports);
  return {
      [self](start_service& x) {
        self->state.keeper->start(std::move(x));
      },
      [self](stop_service x) {
        self->state.keeper->stop(x.at_once);
      },
      [self](const process_started& x) {
        self->state.keeper->on(x);
      },
      [](const process_line&) {
        // It is in the log.
      },
      [self](const process_exited& x) {
        self->state.keeper->on(x);
      },
      [self](service_timer x) {
        if (is_due(self->state.clock, self, x))
          self->state.keeper->on_timer(x.timer);
      },
  };
}

} // namespace tutti
