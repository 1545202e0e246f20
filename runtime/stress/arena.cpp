// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/arena.hpp"

#include <utility>

namespace tutti::stress {

namespace {

/// So that the lock is taken rarely, and an actor keeps less than 1 KiB.
constexpr std::size_t pending_max = 100;

} // namespace

arena::arena(std::size_t seats) : seats_(seats) {
}

void arena::record(std::int64_t ns) {
  std::lock_guard lock{mutex_};
  times_.add(ns);
}

void arena::record(const std::vector<std::int64_t>& all) {
  std::lock_guard lock{mutex_};
  for (auto ns : all)
    times_.add(ns);
}

void arena::leave() {
  std::lock_guard lock{mutex_};
  if (playing_ == 0 || --playing_ > 0)
    return;
  ended_ns_ = now_ns();
  changed_.notify_all();
}

void arena::begin(std::size_t sources, bool recording) {
  std::lock_guard lock{mutex_};
  playing_ = sources;
  stopping_.store(false, std::memory_order_relaxed);
  recording_.store(recording, std::memory_order_relaxed);
}

bool arena::wait(std::chrono::nanoseconds span) {
  std::unique_lock lock{mutex_};
  changed_.wait_for(lock, span, [this] {
    return playing_ == 0 || nudged_;
  });
  nudged_ = false;
  return playing_ == 0;
}

void arena::nudge() {
  std::lock_guard lock{mutex_};
  nudged_ = true;
  changed_.notify_all();
}

std::int64_t arena::ended_ns() const {
  std::lock_guard lock{mutex_};
  return ended_ns_;
}

std::uint64_t arena::handled() const {
  std::uint64_t result = 0;
  for (const auto& x : seats_)
    result += x.handled.load(std::memory_order_relaxed);
  return result;
}

histogram arena::take_times() {
  std::lock_guard lock{mutex_};
  return std::exchange(times_, histogram{});
}

void stopwatch::note(std::int64_t begun_ns) {
  if (!in_.recording())
    return;
  pending_.push_back(now_ns() - begun_ns);
  if (pending_.size() == pending_max)
    flush();
}

void stopwatch::flush() {
  if (pending_.empty())
    return;
  in_.record(pending_);
  pending_.clear();
}

} // namespace tutti::stress
