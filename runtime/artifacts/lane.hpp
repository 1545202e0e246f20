// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace tutti::artifacts {

/// A thread that does jobs which block, one after the other, in the order in
/// which they were posted. Its queue is as long as those who post let it be.
class lane {
public:
  lane();
  lane(const lane&) = delete;
  lane& operator=(const lane&) = delete;
  ~lane(); ///< calls `stop`

  /// On any thread; returns at once.
  void post(std::function<void()> job);
  /// Waits for the job that is under way; those behind it, and all that are
  /// posted later, are dropped. Not from a job.
  void stop();

private:
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool ending_ = false;
  std::thread thread_;
};

} // namespace tutti::artifacts
