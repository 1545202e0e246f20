// SPDX-License-Identifier: BSD-3-Clause
// The time of a run, which stands still while the program is stopped
// (semantics §26).
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <utility>

namespace tutti::session {

/// May be asked on any thread. From `stop` to `go_on` it says the same: a
/// thread that wakes before the one that calls `go_on` sees no jump.
class run_clock {
public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit run_clock(
      std::function<time_point()> source = std::chrono::steady_clock::now)
    : source_(std::move(source)) {
  }

  [[nodiscard]] time_point now() const;
  /// Just before the program stops.
  void stop();
  /// As soon as it runs again.
  void go_on();

private:
  std::function<time_point()> source_;
  mutable std::mutex mutex_;
  bool stands_ = false;
  time_point stopped_at_;             ///< by `source_`, while it stands
  std::chrono::nanoseconds stood_{0}; ///< in all, before
};

} // namespace tutti::session
