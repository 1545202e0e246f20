// SPDX-License-Identifier: BSD-3-Clause
// One way of a link (semantics §34) over a network of which nothing is
// expected: what is sent arrives in order and once, though frames are lost,
// doubled and swapped on the way. Between nodes, where connections keep the
// order, envelopes.hpp does the same.
// Both ends are passive: who owns them moves frames, acknowledgements and time.
//
//   push ─▶ take_new ─▶ frame ─wire─▶ take ─▶ delivered
//   acknowledged ◀──── number ◀─wire── received
//   unacknowledged ─▶ the same frames again, after a silence
//
// At most `window` frames are under way, on both sides (rule 9); what is pushed
// beyond waits at the sender.
#pragma once

#include "messages/mutant.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <utility>
#include <vector>

namespace tutti::cluster {

/// How many frames may be under way without an acknowledgement.
inline constexpr std::size_t link_window = 1024;

template <class Content>
struct frame {
  std::uint64_t number = 0; ///< from 1
  Content content;
};

template <class Content>
class link_sender {
public:
  void push(Content x) {
    frames_.push_back({++last_, std::move(x)});
  }

  /// What may leave for the first time, in order.
  [[nodiscard]] std::vector<frame<Content>> take_new() {
    std::vector<frame<Content>> result;
    while (left_ < frames_.size() && left_ < link_window)
      result.push_back(frames_[left_++]);
    return result;
  }

  /// All frames up to this number have arrived.
  void acknowledged(std::uint64_t number) {
    while (!frames_.empty() && frames_.front().number <= number && left_ > 0) {
      frames_.pop_front();
      --left_;
    }
  }

  /// What has left and may have been lost, in order.
  [[nodiscard]] std::vector<frame<Content>> unacknowledged() const {
    auto end = frames_.begin() + static_cast<std::ptrdiff_t>(left_);
    return {frames_.begin(), end};
  }
  [[nodiscard]] bool is_quiet() const {
    return frames_.empty();
  }
  /// A new connection: what has not arrived leaves again, as new.
  void back_to(std::uint64_t received) {
    left_ = 0;
    while (left_ < frames_.size() && frames_[left_].number <= received)
      ++left_;
  }
  /// Number of the last frame that was pushed.
  [[nodiscard]] std::uint64_t last() const {
    return last_;
  }

private:
  std::deque<frame<Content>> frames_; ///< not acknowledged
  std::size_t left_ = 0;              ///< so many of them have left
  std::uint64_t last_ = 0;
};

template <class Content>
class link_receiver {
public:
  /// What can be delivered now, in order, each once.
  [[nodiscard]] std::vector<Content> take(frame<Content> x) {
    std::vector<Content> result;
    if (TUTTI_MUTANT(frame_delivered_twice) && x.number <= received_)
      return {std::move(x.content)};
    if (x.number <= received_ || x.number > received_ + link_window)
      return result; // seen before; or beyond what its sender may send
    ahead_.emplace(x.number, std::move(x.content));
    while (!ahead_.empty() && ahead_.begin()->first == received_ + 1) {
      result.push_back(std::move(ahead_.begin()->second));
      ahead_.erase(ahead_.begin());
      ++received_;
    }
    return result;
  }

  /// All frames up to this one have arrived: what the sender is to be told.
  [[nodiscard]] std::uint64_t received() const {
    return received_;
  }

private:
  std::uint64_t received_ = 0;
  std::map<std::uint64_t, Content> ahead_;
};

} // namespace tutti::cluster
