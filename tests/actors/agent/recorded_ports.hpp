// SPDX-License-Identifier: BSD-3-Clause
// An agent without actors: what it sends is written down, what it is sent is a
// function call.
#pragma once

#include "actors/agent/agent_core.hpp"
#include "actors/agent/command_driver.hpp"
#include "tests/support/plan_builder.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tutti::test {

class recorded_ports : public agent_ports {
public:
#define TUTTI_RECORD(type)                                                     \
  void send(type x) override {                                                 \
    type##_sent.push_back(std::move(x));                                       \
  }                                                                            \
  std::vector<type> type##_sent;

  TUTTI_RECORD(attempt_started)
  TUTTI_RECORD(attempt_finished)
  TUTTI_RECORD(task_returned)
  TUTTI_RECORD(handoff_accepted)
  TUTTI_RECORD(answer_accepted)
  TUTTI_RECORD(attempt_waits)
  TUTTI_RECORD(wait_over)
  TUTTI_RECORD(make_requests)
  TUTTI_RECORD(agent_left)
  TUTTI_RECORD(task_progress)
  TUTTI_RECORD(start_process)
  TUTTI_RECORD(process_input)
  TUTTI_RECORD(process_alive)
  TUTTI_RECORD(end_process)
  TUTTI_RECORD(capture_artifacts)
  TUTTI_RECORD(place_artifacts)
  TUTTI_RECORD(keep_payload)
  TUTTI_RECORD(load_payload)
  TUTTI_RECORD(open_live)
  TUTTI_RECORD(close_live)
  TUTTI_RECORD(live_reply)
#undef TUTTI_RECORD

  void wake_after(duration span, std::uint64_t timer) override {
    timers.emplace_back(span, timer);
  }
  [[nodiscard]] std::function<void()> waker() override {
    return [] {};
  }
  std::vector<std::pair<duration, std::uint64_t>> timers;
};

/// One agent, number 0 of the plan, with a store and a live server.
class lone_agent {
public:
  explicit lone_agent(plan p, std::uint32_t slots = 1, text_mask mask = {})
    : work(std::make_shared<const plan>(std::move(p))) {
    agent_core_options options;
    options.id = agent_id{0};
    options.slots = slots;
    options.work = work;
    options.has_store = true;
    options.live_socket = "/run/s";
    options.mask = std::move(mask);
    options.make_token = [this] {
      return "token-" + std::to_string(++tokens);
    };
    options.make_driver = [this](driver_host& host) {
      return std::make_unique<command_driver>(
          command_options{work, agent_id{0}, {}}, host);
    };
    core = std::make_unique<agent_core>(std::move(options), ports);
  }

  void assign(std::uint32_t task, std::uint32_t attempt = 1,
              work_phase phase = work_phase::run,
              assignment_details details = {}, std::uint32_t version = 1) {
    core->on(assign_task{
        task_id{task}, attempt, task, phase, version,
        std::make_shared<const assignment_details>(std::move(details))});
  }

  void hand(std::uint32_t from, std::uint32_t to, attempt_details x = {},
            std::uint32_t version = 1) {
    core->on(handoff{task_id{from}, task_id{to}, version, task_state::succeeded,
                     std::make_shared<const attempt_details>(std::move(x))});
  }

  /// The latest process exits.
  void exit(std::int32_t code = 0, std::string output = {}) {
    BOOST_REQUIRE(!ports.start_process_sent.empty());
    process_exited x;
    x.id = ports.start_process_sent.back().id;
    x.code = code;
    x.output = std::move(output);
    core->on(x);
  }

  /// The reply to a live call; none yet: null.
  const live_reply* say(live_call x) {
    x.id = ++calls;
    core->on(std::move(x));
    return reply(calls);
  }
  [[nodiscard]] const live_reply* reply(std::uint64_t id) const {
    for (const auto& x : ports.live_reply_sent)
      if (x.id == id)
        return &x;
    return nullptr;
  }

  [[nodiscard]] nlohmann::json input() const {
    return nlohmann::json::parse(ports.start_process_sent.back().input);
  }
  [[nodiscard]] const attempt_finished& finished() const {
    BOOST_REQUIRE(!ports.attempt_finished_sent.empty());
    return ports.attempt_finished_sent.back();
  }
  [[nodiscard]] std::string message() const {
    return finished().details ? finished().details->message : "";
  }
  /// All timers that are armed now are due.
  void ring() {
    for (auto [span, timer] : std::exchange(ports.timers, {}))
      core->on_timer(timer);
  }

  std::shared_ptr<const plan> work;
  recorded_ports ports;
  std::uint64_t tokens = 0;
  std::uint64_t calls = 0;
  std::unique_ptr<agent_core> core;
};

inline attempt_details with_output(std::string name, std::string text) {
  attempt_details x;
  x.outputs = {{std::move(name), make_text(std::move(text))}};
  return x;
}

inline live_call call_of(live_kind kind, std::uint32_t task,
                         std::uint32_t attempt = 1) {
  live_call x;
  x.kind = kind;
  x.task = task_id{task};
  x.attempt = attempt;
  return x;
}

} // namespace tutti::test
