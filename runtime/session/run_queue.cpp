// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/run_queue.hpp"

#include <algorithm>
#include <utility>

namespace tutti::session {

namespace {

/// Two that talk let others have their turn after so many messages.
constexpr std::size_t in_a_row_max = 64;
/// So many wait before a thread is woken for them.
constexpr std::size_t worth_waking = 2;
constexpr auto closely = std::chrono::microseconds(100);
constexpr auto seldom = std::chrono::milliseconds(10);

} // namespace

void run_queue::set_workers(std::size_t count) {
  workers_.resize(count);
}

/// Who is idle and not on its way yet; it is now. Null: nobody.
std::condition_variable* run_queue::whom_to_wake() {
  if (idle_ > 0) {
    --idle_;
    ++woken_;
    return &changed_;
  }
  return has_watcher_ ? &looks_ : nullptr;
}

void run_queue::put_next(std::size_t worker, job x) {
  std::unique_lock guard{lock_};
  auto& mine = workers_[worker];
  mine.put = ++puts_;
  if (auto before = std::exchange(mine.next, x))
    queue_.push_back(before);
  bool wakes = queue_.size() >= worth_waking || !has_watcher_;
  is_quiet_ = false;
  auto* whom = wakes ? whom_to_wake() : nullptr;
  guard.unlock();
  if (whom != nullptr)
    whom->notify_one();
}

void run_queue::put(job x) {
  std::unique_lock guard{lock_};
  ++puts_;
  queue_.push_back(x);
  is_quiet_ = false;
  auto* whom = whom_to_wake();
  guard.unlock();
  if (whom != nullptr)
    whom->notify_one();
}

void run_queue::put_back(job x) {
  std::lock_guard guard{lock_};
  ++puts_;
  queue_.push_back(x);
}

run_queue::job run_queue::take_now(std::size_t worker) {
  auto& mine = workers_[worker];
  auto next = std::exchange(mine.next, nullptr);
  if (next != nullptr && (queue_.empty() || ++mine.in_a_row < in_a_row_max))
    return next;
  mine.in_a_row = 0;
  if (next != nullptr)
    queue_.push_back(next);
  if (queue_.empty())
    return nullptr;
  auto result = queue_.front();
  queue_.pop_front();
  return result;
}

bool run_queue::is_stuck(const worker_state& x) {
  return x.next != nullptr && x.put == x.seen;
}

/// What is still next on a thread as it was a moment ago.
run_queue::job run_queue::take_stuck() {
  auto i = std::find_if(workers_.begin(), workers_.end(), is_stuck);
  return i == workers_.end() ? nullptr : std::exchange(i->next, nullptr);
}

run_queue::job run_queue::take(std::size_t worker) {
  std::unique_lock guard{lock_};
  for (;;) {
    if (auto x = take_now(worker))
      return x;
    if (has_watcher_ || is_quiet_) {
      wait(guard);
      continue;
    }
    watch(guard);
    if (queue_.empty())
      if (auto x = take_stuck())
        return x;
  }
}

/// Until somebody has woken it.
void run_queue::wait(std::unique_lock<std::mutex>& guard) {
  ++idle_;
  changed_.wait(guard, [this] {
    return woken_ > 0;
  });
  --woken_;
}

/// Returns where something is in the queue, or stuck, or nobody works and
/// nothing has come since the last look.
void run_queue::watch(std::unique_lock<std::mutex>& guard) {
  has_watcher_ = true;
  auto known = puts_;
  for (auto& x : workers_)
    x.seen = x.put;
  while (queue_.empty()) {
    auto late = looks_.wait_for(guard, interval_) == std::cv_status::timeout;
    if (!late)
      continue;
    if (!queue_.empty()
        || std::any_of(workers_.begin(), workers_.end(), is_stuck)) {
      interval_ = closely;
      break;
    }
    for (auto& x : workers_)
      x.seen = x.put;
    interval_ = std::min<clock::duration>(2 * interval_, seldom);
    bool all_idle = idle_ + 1 == workers_.size();
    if (all_idle && known == puts_) {
      is_quiet_ = true;
      break;
    }
    known = puts_;
  }
  has_watcher_ = false;
}

std::vector<run_queue::job> run_queue::take_all() {
  std::lock_guard guard{lock_};
  std::vector<job> result(queue_.begin(), queue_.end());
  queue_.clear();
  for (auto& x : workers_)
    if (auto next = std::exchange(x.next, nullptr))
      result.push_back(next);
  return result;
}

} // namespace tutti::session
