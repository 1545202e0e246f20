// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/journal_writer.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace tutti::journal {

namespace {

/// How often a disk that took no more is tried again.
constexpr auto try_again_after = std::chrono::milliseconds(500);

} // namespace

journal_writer::journal_writer(std::unique_ptr<journal_file> file,
                               writer_events events)
  : file_(std::move(file)), events_(std::move(events)), thread_([this] {
      work();
    }) {
}

journal_writer::~journal_writer() {
  stop();
}

void journal_writer::append(append_facts x) {
  std::lock_guard lock{mutex_};
  waiting_.push_back(std::move(x));
  changed_.notify_one();
}

void journal_writer::stop() {
  {
    std::lock_guard lock{mutex_};
    ending_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable())
    thread_.join();
  file_.reset();
}

void journal_writer::work() {
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [this] {
      return ending_ || !waiting_.empty();
    });
    if (waiting_.empty())
      return;
    write(lock);
    if (ending_ && !waiting_.empty())
      return; // the disk did not take it, and nobody waits any more
  }
}

/// What the last transaction made durable all the same is not written again.
std::optional<failure>
journal_writer::try_to_write(std::vector<append_facts>& steps) {
  std::erase_if(steps, [this](const append_facts& x) {
    return x.last <= file_->last();
  });
  return steps.empty() ? std::nullopt : file_->append(steps);
}

void journal_writer::write(std::unique_lock<std::mutex>& lock) {
  auto steps = std::exchange(waiting_, {});
  bool told = false;
  for (int left = 2;;) { // tries, once nobody waits any more
    lock.unlock();
    auto last = steps.empty() ? file_->last() : steps.back().last;
    auto failed = try_to_write(steps);
    if (!failed) {
      events_.durable({last});
      lock.lock();
      return;
    }
    if (!std::exchange(told, true)) {
      auto why = explain(*failed, file_->path());
      events_.stuck({why.detail, static_cast<std::int32_t>(why.code)});
    }
    lock.lock();
    if (!ending_)
      changed_.wait_for(lock, try_again_after, [this] {
        return ending_;
      });
    lock.unlock();
    auto still = file_->mend();
    lock.lock();
    // What came meanwhile goes with it.
    std::move(waiting_.begin(), waiting_.end(), std::back_inserter(steps));
    waiting_.clear();
    if (ending_ && (still || --left == 0)) {
      waiting_ = std::move(steps);
      return;
    }
  }
}

} // namespace tutti::journal
