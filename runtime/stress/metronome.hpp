// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/stress/messages.hpp"
#include "runtime/stress/pacer.hpp"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace tutti::stress {

/// Tells the sources of an open loop when an operation of theirs is due; they
/// know themselves which. A thread of its own, from construction to end.
class metronome {
public:
  struct voice {
    player source;
    pacer pace;
  };

  /// They take turns: their moments follow one another in this order.
  explicit metronome(std::vector<voice> voices);
  ~metronome();
  metronome(const metronome&) = delete;
  metronome& operator=(const metronome&) = delete;

private:
  void beat();
  [[nodiscard]] std::int64_t moment(std::uint64_t i) const;

  std::vector<voice> voices_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  std::thread thread_;
};

} // namespace tutti::stress
