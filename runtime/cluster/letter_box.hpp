// SPDX-License-Identifier: BSD-3-Clause
// What waits for a link: any thread puts envelopes in, one actor takes all that
// is there at once. So senders pay for no message each, and what came together
// leaves together; nothing waits for others to come.
//
// It holds so many bytes and no more (rule 9): beyond it refuses, and who sends
// tries again later. Who answers others is bounded by what they ask, and need
// not.
#pragma once

#include "runtime/cluster/frames.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace tutti::cluster {

/// Of what waits in a box, encoded.
inline constexpr std::size_t letter_bytes_max = std::size_t{4} << 20;

template <class Envelope>
struct letter {
  letter(Envelope&& x, std::size_t size) : envelope(std::move(x)), bytes(size) {
  }

  Envelope envelope;
  std::size_t bytes; ///< encoded
};

enum class posting : std::uint8_t {
  refused, ///< there is no room; the envelope is as it was
  taken,
  first, ///< taken, and who empties the box is to be told
};

template <class Envelope>
class letter_box {
public:
  [[nodiscard]] posting put(Envelope&& x) {
    auto bytes = encoded_bytes(x);
    std::lock_guard lock{mutex_};
    if (!letters_.empty() && bytes_of_all() + bytes > letter_bytes_max)
      return posting::refused;
    return add(std::move(x), bytes);
  }
  /// Whether there is room or not.
  posting put_anyway(Envelope&& x) {
    auto bytes = encoded_bytes(x);
    std::lock_guard lock{mutex_};
    return add(std::move(x), bytes);
  }
  [[nodiscard]] bool is_full() const {
    return bytes_of_all() >= letter_bytes_max;
  }

  /// All that is there, in order; `into` is empty, and its room is used for
  /// what comes next.
  void take(std::vector<letter<Envelope>>& into) {
    std::lock_guard lock{mutex_};
    letters_.swap(into);
    bytes_.store(0, std::memory_order_relaxed);
    told_ = false;
  }

private:
  [[nodiscard]] std::size_t bytes_of_all() const {
    return bytes_.load(std::memory_order_relaxed);
  }
  posting add(Envelope&& x, std::size_t bytes) {
    bytes_.store(bytes_of_all() + bytes, std::memory_order_relaxed);
    letters_.emplace_back(std::move(x), bytes);
    return std::exchange(told_, true) ? posting::taken : posting::first;
  }

  std::mutex mutex_;
  std::vector<letter<Envelope>> letters_;
  std::atomic<std::size_t> bytes_{0}; ///< written with the lock only
  bool told_ = false;                 ///< since it was emptied
};

} // namespace tutti::cluster
