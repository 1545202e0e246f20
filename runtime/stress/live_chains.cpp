// SPDX-License-Identifier: BSD-3-Clause
// How soon a task starts once it may: after a handoff, after the last of
// several, after a gate.
#include "runtime/stress/live_pattern.hpp"
#include "runtime/stress/pacer.hpp"
#include "runtime/stress/patterns.hpp"

#include <fmt/format.h>

#include <sys/prctl.h>

#include <algorithm>
#include <thread>

namespace tutti::stress {

namespace {

// -- handoff ------------------------------------------------------------------

/// One chain of tasks round all agents.
class handoff_chain : public live_pattern {
public:
  explicit handoff_chain(const settings& how) : live_pattern(how) {
    for (std::uint32_t i = 0; i < how.actors; ++i)
      add_agent(fmt::format("relay-{}", i), "relay");
    auto last = add_task("hop", agent_id{0});
    for (std::uint64_t i = 0; i < *how.count; ++i) {
      auto next = add_task(
          "hop", agent_id{static_cast<std::uint32_t>((i + 1) % how.actors)});
      add_need(last, next);
      last = next;
    }
  }
  void add_agents(native::agents& to) override {
    to.add_quick("relay", [this](const native::quick_task& t) {
      auto x = enter(t);
      if (x.given_ns != 0) {
        record(x.begun_ns - x.given_ns);
        count_operations(1);
      }
      return leave(x);
    });
  }
};

// -- readiness ----------------------------------------------------------------

/// Waits for a moment of an open loop; `gone` ends it.
void wait_for(std::int64_t moment_ns, const std::atomic<bool>& gone) {
  using namespace std::chrono_literals;
  // Else Linux may wake it 50 microseconds too late.
  thread_local bool exact = ::prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0) == 0;
  static_cast<void>(exact);
  while (!gone) {
    std::chrono::nanoseconds left{moment_ns - now_ns()};
    if (left <= 0ns)
      return;
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(left, 50ms));
  }
}

/// Rounds: one task needs what each of the feeders does, and in a closed loop
/// they the one of the round before.
class readiness : public live_pattern {
public:
  explicit readiness(const settings& how) : live_pattern(how) {
    auto feeders = how.actors - 1;
    auto joiner = add_agent("joiner", "joiner");
    for (std::uint32_t i = 0; i < feeders; ++i)
      add_agent(fmt::format("feeder-{}", i), "feeder");
    std::uint32_t before = 0;
    for (std::uint64_t i = 0; i < *how.count; ++i) {
      auto joined = add_task("join", joiner);
      for (std::uint32_t k = 1; k <= feeders; ++k) {
        auto fed = add_task("feed", agent_id{k});
        add_need(fed, joined);
        if (i > 0 && !how.rate)
          add_need(before, fed);
      }
      before = joined;
    }
  }
  void add_agents(native::agents& to) override {
    to.add_quick("joiner", [this](const native::quick_task& t) {
      auto x = enter(t);
      record(x.begun_ns - x.given_ns);
      count_operations(1);
      return leave(x);
    });
    to.add("feeder", [this](native::task& t) {
      auto x = enter(t);
      auto result = leave(x);
      if (how().rate) {
        auto moment = moment_of(x.task / how().actors);
        wait_for(moment, gone_);
        done_ns_[x.task] = moment; // it counts from then
      }
      return result;
    });
  }
  void release() override {
    gone_ = true;
  }

private:
  /// The first feeder that begins says when the first moment is.
  std::int64_t moment_of(std::uint64_t round) {
    constexpr std::int64_t ahead = 20'000'000;
    std::call_once(begun_, [this] {
      pace_ = pacer{*how().rate, 0, 1, now_ns() + ahead};
    });
    return pace_.moment(round);
  }

  std::once_flag begun_;
  pacer pace_;
  std::atomic<bool> gone_{false};
};

// -- gate-storm ---------------------------------------------------------------

/// One task opens all gates at once; behind each waits another.
class gate_storm : public live_pattern {
public:
  explicit gate_storm(const settings& how) : live_pattern(how) {
    auto opener = add_agent("opener", "opener");
    for (std::uint32_t i = 1; i < how.actors; ++i)
      add_agent(fmt::format("waiter-{}", i), "waiter");
    auto first = add_task("open", opener);
    for (std::uint64_t i = 0; i < *how.count; ++i) {
      auto who = static_cast<std::uint32_t>(1 + i % (how.actors - 1));
      auto behind = add_task("behind", agent_id{who});
      add_need(first, behind);
      gate x;
      x.name = fmt::format("gate-{}", i);
      x.needs = {{{node_kind::task, first}, need_condition::succeeded}};
      x.blocks = {{node_kind::task, behind}};
      work().gates.push_back(std::move(x));
    }
  }
  void add_agents(native::agents& to) override {
    to.add_quick("opener", [this](const native::quick_task& t) {
      return leave(enter(t));
    });
    to.add_quick("waiter", [this](const native::quick_task& t) {
      auto x = enter(t);
      record(x.begun_ns - x.given_ns);
      count_operations(1);
      return leave(x);
    });
  }
  void see(const fact& x) override {
    opened_ += x.kind == fact_kind::gate_opened;
  }
  void add_to(std::vector<figure>& to) const override {
    to.push_back({"gates_opened", static_cast<double>(opened_),
                  fmt::format("{} gates opened", opened_)});
  }

private:
  std::uint64_t opened_ = 0;
};

} // namespace

std::unique_ptr<live_pattern> make_handoff(const settings& how) {
  return std::make_unique<handoff_chain>(how);
}

std::unique_ptr<live_pattern> make_readiness(const settings& how) {
  return std::make_unique<readiness>(how);
}

std::unique_ptr<live_pattern> make_gate_storm(const settings& how) {
  return std::make_unique<gate_storm>(how);
}

} // namespace tutti::stress
