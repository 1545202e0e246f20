// SPDX-License-Identifier: BSD-3-Clause
// Envelopes over a link (rule 9), on connections that keep the order: parts of
// them are numbered, and batches of them are frames. What waits to leave is
// kept as a value, which others share, and becomes bytes as it leaves; so much
// is under way and no more, however slow the peer is. A large envelope goes in
// parts.
//
//   push ─▶ take ─▶ frame ─wire─▶ take ─▶ delivered, each once and in order
//   acknowledged ◀── number ◀─wire─ received
//   resume: on a new connection what has not arrived leaves again
//
// The values stay until they are acknowledged: where a link is lost for good
// they are taken back, for another one.
#pragma once

#include "messages/assert.hpp"
#include "runtime/cluster/frames.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tutti::cluster {

/// How many parts may be under way without an acknowledgement,
inline constexpr std::size_t parts_under_way_max = 32 * 1024;
/// and how many bytes of them.
inline constexpr std::size_t bytes_under_way_max = std::size_t{4} << 20;
/// Of one part.
inline constexpr std::size_t part_bytes_max = std::size_t{512} << 10;
/// Of one batch, beyond which it takes no other part. Allocators keep pieces of
/// this size, and it stays in a cache from one end to the other.
inline constexpr std::size_t batch_bytes = std::size_t{48} << 10;
/// Of one envelope, whole.
inline constexpr std::size_t envelope_bytes_max = std::size_t{256} << 20;

template <class Envelope>
class envelope_sender {
public:
  /// `bytes`: how long it is, encoded, where that is known.
  void push(Envelope x, std::size_t bytes = 0) {
    queue_.emplace_back(std::move(x), bytes);
  }

  /// What may leave now, as frames, in order.
  [[nodiscard]] std::vector<std::string> take() {
    std::vector<std::string> result;
    while (can_leave()) {
      batch_writer frame{next_, room_for_waiting()};
      do
        put_next(frame);
      while (frame.size_bytes() < batch_bytes && can_leave());
      result.push_back(frame.finish());
    }
    return result;
  }

  /// Parts up to this number need not be kept. `visit` is called with each
  /// envelope of which that was the last, in order. False: no such has left.
  template <class Visit>
  bool acknowledged(const acknowledgement& x, Visit visit) {
    if (x.number > numbered_)
      return false;
    credit_ = std::min<std::size_t>(x.credit, parts_under_way_max);
    if (x.number <= acknowledged_)
      return true;
    while (!queue_.empty() && queue_.front().is_numbered()
           && queue_.front().last() <= x.number) {
      bytes_ -= queue_.front().bytes_from(acknowledged_ + 1);
      acknowledged_ = queue_.front().last();
      visit(queue_.front().envelope);
      if (left_ > 0)
        --left_;
      else
        go_on_at(acknowledged_ + 1);
      queue_.pop_front();
    }
    if (x.number > acknowledged_) { // a part of a large one
      bytes_ -= queue_.front().bytes_from(acknowledged_ + 1)
              - queue_.front().bytes_from(x.number + 1);
      acknowledged_ = x.number;
      if (left_ == 0 && next_ <= x.number)
        go_on_at(x.number + 1);
    }
    return true;
  }

  /// A new connection, and these parts have arrived. False: no such has left.
  [[nodiscard]] bool resume(std::uint64_t received) {
    if (received > numbered_)
      return false;
    left_ = 0;
    while (left_ < queue_.size() && queue_[left_].is_numbered()
           && queue_[left_].last() <= received)
      ++left_;
    go_on_at(std::max(received, acknowledged_) + 1);
    return true;
  }

  /// All that is not acknowledged, in order; nothing is left.
  [[nodiscard]] std::vector<Envelope> take_back() {
    std::vector<Envelope> result;
    for (auto& x : queue_)
      result.push_back(std::move(x.envelope));
    *this = {};
    return result;
  }

  [[nodiscard]] bool is_quiet() const {
    return queue_.empty();
  }
  /// Some are left that may not leave yet, or have not been taken.
  [[nodiscard]] bool has_waiting() const {
    return left_ < queue_.size();
  }
  [[nodiscard]] std::size_t bytes_under_way() const {
    return bytes_;
  }

private:
  struct entry {
    entry(Envelope x, std::size_t size) : envelope(std::move(x)), bytes(size) {
    }

    Envelope envelope;
    std::size_t bytes;       ///< encoded; 0: not known yet
    std::uint64_t first = 0; ///< number of its first part; 0: it has none yet

    [[nodiscard]] bool is_numbered() const {
      return first != 0;
    }
    [[nodiscard]] std::uint64_t last() const {
      return first + (bytes - 1) / part_bytes_max;
    }
    /// Of its parts from this number on.
    [[nodiscard]] std::size_t bytes_from(std::uint64_t number) const {
      return bytes - std::min(bytes, (number - first) * part_bytes_max);
    }
    [[nodiscard]] std::size_t bytes_of_part(std::uint64_t number) const {
      return std::min(bytes_from(number), part_bytes_max);
    }
  };

  /// Whether one more part may be under way.
  bool can_leave() {
    if (left_ == queue_.size())
      return false;
    if (next_ <= numbered_)
      return true;
    if (numbered_ - acknowledged_ >= credit_)
      return false;
    auto& x = queue_[left_];
    if (x.bytes == 0) {
      x.bytes = encoded_bytes(x.envelope);
      // What attempts leave behind is bounded far below.
      TUTTI_ASSERT(x.bytes <= envelope_bytes_max);
    }
    auto first = x.is_numbered() ? x.first : next_;
    auto size =
        std::min(x.bytes - (next_ - first) * part_bytes_max, part_bytes_max);
    return bytes_ == 0 || bytes_ + size <= bytes_under_way_max;
  }

  /// About, of a batch with what waits.
  [[nodiscard]] std::size_t room_for_waiting() const {
    return std::min(batch_bytes + batch_bytes / 8,
                    (queue_.size() - left_) * (queue_[left_].bytes + 8) + 16);
  }

  void put_next(batch_writer& frame) {
    auto& x = queue_[left_];
    if (!x.is_numbered())
      x.first = next_;
    bool is_last = next_ == x.last();
    if (x.bytes <= part_bytes_max) {
      frame.add(x.envelope, x.bytes);
    } else {
      if (large_.empty())
        large_ = encode(x.envelope);
      auto at = (next_ - x.first) * part_bytes_max;
      frame.add(!is_last, std::string_view{large_}.substr(at, part_bytes_max));
    }
    if (next_ > numbered_) {
      numbered_ = next_;
      bytes_ += x.bytes_of_part(next_);
    }
    if (is_last) {
      ++left_;
      large_ = {};
    }
    ++next_;
  }

  void go_on_at(std::uint64_t number) {
    next_ = number;
    large_ = {};
  }

  std::deque<entry> queue_;        ///< not acknowledged
  std::size_t left_ = 0;           ///< so many of them have left, whole,
  std::uint64_t next_ = 1;         ///< and of all parts those before this one
  std::uint64_t numbered_ = 0;     ///< the last that ever left
  std::uint64_t acknowledged_ = 0; ///< the last of which that is known
  std::string large_;              ///< encoded, of which a part has left
  std::size_t bytes_ = 0;          ///< under way
  std::size_t credit_ = parts_under_way_max;
};

/// Puts parts together again.
class envelope_receiver {
public:
  enum class reception : std::uint8_t {
    fine,
    out_of_order, ///< no honest sender's, on a connection that keeps the order
    refused,      ///< by `visit`
  };

  /// Calls `visit` with the bytes of each envelope that is whole, in order,
  /// each once, until it returns false.
  template <class Visit>
  [[nodiscard]] reception take(batch x, Visit visit) {
    if (x.first == 0 || x.first > received_ + 1)
      return reception::out_of_order;
    envelope_part part;
    for (auto number = x.first; x.take(part); ++number) {
      if (number <= received_)
        continue; // seen before
      received_ = number;
      if (begun_.size() + part.bytes.size() > envelope_bytes_max)
        return reception::out_of_order;
      if (part.more || !begun_.empty())
        begun_ += part.bytes;
      if (part.more)
        continue;
      auto whole = std::exchange(begun_, {});
      if (!visit(whole.empty() ? part.bytes : std::string_view{whole}))
        return reception::refused;
    }
    return reception::fine;
  }

  /// All parts up to this one have arrived.
  [[nodiscard]] std::uint64_t received() const {
    return received_;
  }

private:
  std::uint64_t received_ = 0;
  std::string begun_; ///< of an envelope that goes on
};

} // namespace tutti::cluster
