// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/run_clock.hpp"

namespace tutti::session {

run_clock::time_point run_clock::now() const {
  std::lock_guard lock{mutex_};
  return (stands_ ? stopped_at_ : source_()) - stood_;
}

void run_clock::stop() {
  std::lock_guard lock{mutex_};
  if (!std::exchange(stands_, true))
    stopped_at_ = source_();
}

void run_clock::go_on() {
  std::lock_guard lock{mutex_};
  if (std::exchange(stands_, false))
    stood_ += source_() - stopped_at_;
}

} // namespace tutti::session
