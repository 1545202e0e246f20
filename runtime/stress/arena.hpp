// SPDX-License-Identifier: BSD-3-Clause
// What the actors of a pattern share with the thread that conducts it: who is
// still at it, whether to stop, how much was handled, and how long it took.
#pragma once

#include "runtime/stress/histogram.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace tutti::stress {

/// Of the steady clock.
[[nodiscard]] inline std::int64_t now_ns() noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// What one actor has handled, on a cache line of its own. Only that actor
/// writes.
struct alignas(64) seat {
  std::atomic<std::uint64_t> handled{0};

  void note() noexcept {
    handled.store(handled.load(std::memory_order_relaxed) + 1,
                  std::memory_order_relaxed);
  }
};

class arena {
public:
  explicit arena(std::size_t seats);

  // -- actors -----------------------------------------------------------------

  [[nodiscard]] seat& seat_of(std::size_t i) {
    return seats_[i];
  }
  /// Sources are to come to an end.
  [[nodiscard]] bool stopping() const noexcept {
    return stopping_.load(std::memory_order_relaxed);
  }
  /// Times count.
  [[nodiscard]] bool recording() const noexcept {
    return recording_.load(std::memory_order_relaxed);
  }
  void record(std::int64_t ns);
  void record(const std::vector<std::int64_t>& all);
  /// A source has seen the last of its round.
  void leave();

  // -- the conductor ----------------------------------------------------------

  void begin(std::size_t sources, bool recording);
  void stop() noexcept {
    stopping_.store(true, std::memory_order_relaxed);
  }
  /// Whether all have left; waits up to `span`, or a nudge.
  [[nodiscard]] bool wait(std::chrono::nanoseconds span);
  /// Somebody is to look, whatever it waits for.
  void nudge();
  /// When the last of them left.
  [[nodiscard]] std::int64_t ended_ns() const;
  [[nodiscard]] std::uint64_t handled() const;
  [[nodiscard]] histogram take_times();

private:
  std::vector<seat> seats_;
  alignas(64) std::atomic<bool> stopping_{false};
  std::atomic<bool> recording_{false};
  alignas(64) mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t playing_ = 0;
  bool nudged_ = false;
  std::int64_t ended_ns_ = 0;
  histogram times_;
};

/// The times that one actor takes, given to the arena many at once.
class stopwatch {
public:
  explicit stopwatch(arena& in) : in_(in) {
  }
  /// Of a message that has come to its end; 0: its time is not taken.
  void lap(std::int64_t begun_ns) {
    if (begun_ns != 0)
      note(begun_ns);
  }
  /// Before the round's end.
  void flush();

private:
  void note(std::int64_t begun_ns);

  arena& in_;
  std::vector<std::int64_t> pending_;
};

} // namespace tutti::stress
