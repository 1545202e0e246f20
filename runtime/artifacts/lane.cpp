// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/artifacts/lane.hpp"

#include <utility>

namespace tutti::artifacts {

lane::lane()
  : thread_([this] {
      work();
    }) {
}

lane::~lane() {
  stop();
}

void lane::stop() {
  std::deque<std::function<void()>> dropped;
  {
    std::lock_guard lock{mutex_};
    ending_ = true;
    dropped.swap(jobs_);
    changed_.notify_one();
  }
  if (thread_.joinable())
    thread_.join();
}

void lane::post(std::function<void()> job) {
  std::lock_guard lock{mutex_};
  if (ending_)
    return;
  jobs_.push_back(std::move(job));
  changed_.notify_one();
}

void lane::work() {
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [this] {
      return ending_ || !jobs_.empty();
    });
    if (ending_)
      return;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
  }
}

} // namespace tutti::artifacts
