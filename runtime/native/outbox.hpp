// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/agent/driver.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace tutti::native {

class attempt;

/// What a thread that works on an attempt has for the agent actor.
struct said {
  enum class kind {
    called,     ///< call
    progressed, ///< the attempt has the latest
    finished,   ///< result
  };

  kind what = kind::called;
  std::shared_ptr<attempt> by;
  live_call call = {};
  work_result result = {};
};

/// Where threads leave it, in order; the driver takes it away. Thread-safe.
class outbox {
public:
  /// `wake`: called where there is something after there was nothing.
  explicit outbox(std::function<void()> wake);

  void leave(said x);
  [[nodiscard]] std::vector<said> take();

private:
  std::function<void()> wake_;
  std::mutex mutex_;
  std::vector<said> left_;
};

} // namespace tutti::native
