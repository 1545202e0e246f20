// SPDX-License-Identifier: BSD-3-Clause
// A pattern that whole runs play: a plan, the native agents that work on it,
// and what they have counted. They rest on what every program with native
// agents has (docs/native.md) and on nothing else of the engine.
#pragma once

#include "messages/fact.hpp"
#include "messages/plan.hpp"
#include "runtime/native/native.hpp"
#include "runtime/session/run_record.hpp"
#include "runtime/stress/arena.hpp"
#include "runtime/stress/lanes.hpp"
#include "runtime/stress/outcome.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::stress {

/// What the program used while it was measured.
struct usage {
  cpu_times cpu;
  std::size_t peak_bytes = 0;
};

/// Made and asked on one thread; agents call from theirs.
class live_pattern {
public:
  using record_maker = std::function<expected<session::run_record>(
      const session::record_options&)>;

  explicit live_pattern(const settings& how);
  virtual ~live_pattern() = default;

  /// Once; afterwards `work` may be taken.
  [[nodiscard]] plan& work() {
    return work_;
  }
  virtual void add_agents(native::agents& to) = 0;
  /// Where the run's journal comes from; empty: a new one.
  virtual record_maker record() {
    return {};
  }
  /// Each fact, as a viewer sees it.
  virtual void see(const fact&) {
  }
  virtual void see(const task_progress&) {
  }
  /// The run is to stop: nobody is to be held any more.
  virtual void release() {
  }
  virtual void add_to(std::vector<figure>&) const {
  }

  [[nodiscard]] std::uint64_t operations() const {
    return operations_.load(std::memory_order_relaxed);
  }
  /// From the first task's start to the end of the last.
  [[nodiscard]] virtual duration elapsed() const;
  /// Null: what the whole run used.
  [[nodiscard]] virtual const usage* used() const {
    return nullptr;
  }
  [[nodiscard]] histogram take_times();
  [[nodiscard]] ledger_result accounts() const;

protected:
  /// What a task is given by those that it needs, and hands on itself.
  struct stay {
    std::uint32_t task = 0;
    std::int64_t begun_ns = 0;
    std::int64_t given_ns =
        0; ///< when the last that it needs was done; 0: none
  };

  // -- the plan ---------------------------------------------------------------

  /// `native` is the name of its agents' code.
  agent_id add_agent(std::string name, const char* native);
  /// Its name ends with its number, which is returned.
  std::uint32_t add_task(std::string_view name, agent_id who);
  /// `to` gets what `from` hands on.
  void add_need(std::uint32_t from, std::uint32_t to);

  // -- the agents -------------------------------------------------------------

  /// First thing in a task, of either kind: looks at what it was given.
  template <class Task>
  stay enter(const Task& t) {
    auto begun_ns = now_ns();
    return enter(t.name(), t.inputs(), begun_ns);
  }
  /// Last thing in a task: what it hands on.
  native::result leave(const stay& x);
  void count_operations(std::uint64_t n);
  void record(std::int64_t ns);
  [[nodiscard]] const settings& how() const {
    return how_;
  }
  [[nodiscard]] std::size_t task_count() const {
    return work_.tasks.size();
  }

  /// When each task was done, or meant to be.
  std::vector<std::int64_t> done_ns_;

private:
  stay enter(const std::string& name, const std::vector<native::handed>& inputs,
             std::int64_t begun_ns);
  void account(std::uint32_t task, const std::vector<native::handed>& inputs);

  const settings& how_;
  plan work_;
  std::vector<std::uint64_t> checks_; ///< of what each task handed on
  std::atomic<std::uint64_t> operations_{0};
  std::atomic<std::int64_t> first_ns_{0};
  std::atomic<std::int64_t> last_ns_{0};
  mutable std::mutex mutex_;
  ledger book_;
  histogram times_;
};

using live_maker = std::unique_ptr<live_pattern> (*)(const settings& how);

std::unique_ptr<live_pattern> make_handoff(const settings& how);
std::unique_ptr<live_pattern> make_readiness(const settings& how);
std::unique_ptr<live_pattern> make_gate_storm(const settings& how);
std::unique_ptr<live_pattern> make_status_flood(const settings& how);
std::unique_ptr<live_pattern> make_slow_receiver(const settings& how);
std::unique_ptr<live_pattern> make_resume(const settings& how);

} // namespace tutti::stress
