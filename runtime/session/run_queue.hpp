// SPDX-License-Identifier: BSD-3-Clause
// Who works on what, for the threads of CAF's scheduler. An actor that is sent
// something by the one that is running goes next on the same thread: what it
// needs is warm, and nobody has to be woken. To wake a thread costs more than
// most messages take, so one is woken only where there is more than that to do:
//
// - Two or more wait in the queue that all threads share.
// - Something comes from outside, and a thread is idle.
// - Something has waited for a moment behind one that takes long: an idle
// thread
//   looks for that, every tenth of a millisecond where it finds something, ever
//   more seldom (down to a hundred times a second) where it does not, and not
//   at all where nobody works and nothing comes.
#pragma once

#include <caf/resumable.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

namespace tutti::session {

class run_queue {
public:
  using job = caf::resumable*;

  /// Before threads take from it.
  void set_workers(std::size_t count);

  /// From what `worker` runs.
  void put_next(std::size_t worker, job x);
  /// From elsewhere.
  void put(job x);
  /// It has had its share: all others first.
  void put_back(job x);
  /// Waits until there is one.
  [[nodiscard]] job take(std::size_t worker);
  /// All that is left; no thread takes any more.
  [[nodiscard]] std::vector<job> take_all();

private:
  using clock = std::chrono::steady_clock;

  struct worker_state {
    job next = nullptr;
    std::uint64_t put = 0;    ///< when: a number that grows
    std::uint64_t seen = 0;   ///< `put`, when the watcher looked last
    std::size_t in_a_row = 0; ///< that were taken from `next`
  };

  [[nodiscard]] job take_now(std::size_t worker);
  [[nodiscard]] static bool is_stuck(const worker_state& x);
  [[nodiscard]] job take_stuck();
  void wait(std::unique_lock<std::mutex>& guard);
  void watch(std::unique_lock<std::mutex>& guard);
  [[nodiscard]] std::condition_variable* whom_to_wake();

  std::mutex lock_;
  std::condition_variable changed_; ///< for idle threads but the watcher
  std::condition_variable looks_;   ///< for the watcher
  std::deque<job> queue_;
  std::vector<worker_state> workers_;
  std::size_t idle_ = 0;  ///< that wait for `changed_`, and nobody woke yet
  std::size_t woken_ = 0; ///< that are on their way back from there
  bool has_watcher_ = false;
  bool is_quiet_ = false; ///< the watcher has gone, as nothing happened
  clock::duration interval_ =
      std::chrono::microseconds(100); ///< of the watcher
  std::uint64_t puts_ = 0;            ///< how often something was put
};

} // namespace tutti::session
