// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/metronome.hpp"

#include "runtime/stress/arena.hpp"

#include <caf/send.hpp>

#include <sys/prctl.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace tutti::stress {

namespace {

using namespace std::chrono_literals;

/// Between two looks at the clock: what is due at once is told at once.
constexpr auto shortest = 20us;

} // namespace

metronome::metronome(std::vector<voice> voices)
  : voices_(std::move(voices)), thread_([this] {
      beat();
    }) {
}

metronome::~metronome() {
  {
    std::lock_guard lock{mutex_};
    over_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::int64_t metronome::moment(std::uint64_t i) const {
  return voices_[i % voices_.size()].pace.moment(i / voices_.size());
}

void metronome::beat() {
  // Else Linux may wake it 50 microseconds too late.
  ::prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
  std::unique_lock lock{mutex_};
  for (std::uint64_t next = 0; !over_;) {
    auto now = now_ns();
    // Each is told once, however many of its operations are due.
    for (std::size_t told = 0; moment(next) <= now; ++next)
      if (told++ < voices_.size())
        caf::anon_send(voices_[next % voices_.size()].source, look_again{});
    auto pause = std::max<std::chrono::nanoseconds>(
        std::chrono::nanoseconds{moment(next) - now_ns()}, shortest);
    changed_.wait_for(lock, pause, [this] {
      return over_;
    });
  }
}

} // namespace tutti::stress
