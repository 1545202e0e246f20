// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace tutti::session {

/// Opens once; others wait for it.
class latch {
public:
  void open();
  /// False: it did not open in time.
  bool wait(std::chrono::milliseconds span);
  void wait();

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

} // namespace tutti::session
