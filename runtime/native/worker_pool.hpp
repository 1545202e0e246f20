// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <memory>

namespace tutti::native {

/// Threads for what may block: as many as there are jobs at once, kept for the
/// next ones. All functions may be called from any thread.
class worker_pool {
public:
  /// Whose job it is; keeps what the job needs alive.
  using owner = std::shared_ptr<const void>;

  worker_pool();
  /// Waits for the jobs that run, but for those of abandoned owners.
  ~worker_pool();
  worker_pool(const worker_pool&) = delete;
  worker_pool& operator=(const worker_pool&) = delete;

  /// False where no thread can be made: the job will not run.
  [[nodiscard]] bool run(owner of, std::function<void()> job);

  /// `run` as a function that may outlive the pool, and is false from then on.
  /// Never the last to hold what the pool's end must wait for.
  using runner = std::function<bool(owner, std::function<void()>)>;
  [[nodiscard]] runner run_function() const;

  /// The jobs of this owner may never return: nothing waits for them any more,
  /// and those that have not begun never do.
  void abandon(const owner& of);

private:
  struct work;
  struct state;

  static bool start(const std::shared_ptr<state>& s, work x);

  std::shared_ptr<state> state_;
};

} // namespace tutti::native
