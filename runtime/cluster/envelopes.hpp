// SPDX-License-Identifier: BSD-3-Clause
// Envelopes over a link, above its numbered frames (rule 9): what waits to
// leave is kept as a value, which others share, and becomes bytes as it leaves;
// so much is under way and no more, however slow the peer is. A large envelope
// goes in parts.
//
// The values stay until they are acknowledged: where a link is lost for good
// they are taken back, for another one.
#pragma once

#include "runtime/cluster/frames.hpp"
#include "runtime/cluster/link.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tutti::cluster {

/// Of encoded envelopes, under way on a link.
inline constexpr std::size_t bytes_under_way_max = std::size_t{4} << 20;
/// Of one part.
inline constexpr std::size_t part_bytes_max = std::size_t{512} << 10;
/// Of one batch, beyond which it takes no other part.
inline constexpr std::size_t batch_bytes = std::size_t{256} << 10;
/// Of one envelope, whole.
inline constexpr std::size_t envelope_bytes_max = std::size_t{256} << 20;

/// In parts of `part_bytes_max`, one at least.
[[nodiscard]] std::vector<envelope_part> in_parts(std::string bytes);

template <class Envelope>
class envelope_sender {
public:
  void push(Envelope x) {
    waiting_.push_back(std::move(x));
  }

  /// What may leave now, in order.
  [[nodiscard]] std::vector<batch> take() {
    while (put_next())
      continue;
    std::vector<batch> result;
    std::size_t bytes = 0;
    for (auto& x : link_.take_new()) {
      if (result.empty() || bytes >= batch_bytes) {
        result.push_back({x.number, {}});
        bytes = 0;
      }
      bytes += x.content->bytes.size();
      result.back().parts.push_back(*x.content);
    }
    return result;
  }

  /// Parts up to this number need not be kept. `visit` is called with each
  /// envelope of which that was the last, in order. False: no such has left.
  template <class Visit>
  bool acknowledged(const acknowledgement& x, Visit visit) {
    if (x.number > link_.last())
      return false;
    credit_ = std::min<std::size_t>(x.credit, link_window);
    link_.acknowledged(x.number);
    while (!sizes_.empty() && sizes_.front().first <= x.number) {
      bytes_ -= sizes_.front().second;
      sizes_.pop_front();
    }
    while (!leaving_.empty() && leaving_.front().last != 0
           && leaving_.front().last <= x.number) {
      visit(leaving_.front().envelope);
      leaving_.pop_front();
    }
    return true;
  }

  /// A new connection, and these parts have arrived. False: no such has left.
  [[nodiscard]] bool resume(std::uint64_t received) {
    if (received > link_.last())
      return false;
    link_.back_to(received);
    return true;
  }

  /// All that is not acknowledged, in order; nothing is left.
  [[nodiscard]] std::vector<Envelope> take_back() {
    std::vector<Envelope> result;
    for (auto& x : leaving_)
      result.push_back(std::move(x.envelope));
    for (auto& x : waiting_)
      result.push_back(std::move(x));
    *this = {};
    return result;
  }

  [[nodiscard]] bool is_quiet() const {
    return leaving_.empty() && waiting_.empty();
  }
  [[nodiscard]] std::size_t bytes_under_way() const {
    return bytes_;
  }

private:
  struct leaving {
    Envelope envelope;
    std::uint64_t last = 0; ///< number of its last part; 0: not put yet
  };

  /// One more part may be under way.
  bool put_next() {
    if (parts_.empty()) {
      if (waiting_.empty())
        return false;
      if (!has_room(0))
        return false;
      leaving_.push_back({std::move(waiting_.front()), 0});
      waiting_.pop_front();
      for (auto& x : in_parts(encode(leaving_.back().envelope)))
        parts_.push_back(std::move(x));
    }
    auto size = parts_.front().bytes.size();
    if (!has_room(size))
      return false;
    link_.push(
        std::make_shared<const envelope_part>(std::move(parts_.front())));
    parts_.pop_front();
    sizes_.emplace_back(link_.last(), size);
    bytes_ += size;
    if (parts_.empty())
      leaving_.back().last = link_.last();
    return true;
  }

  [[nodiscard]] bool has_room(std::size_t size) const {
    return sizes_.size() < credit_
        && (bytes_ == 0 || bytes_ + size <= bytes_under_way_max);
  }

  std::deque<Envelope> waiting_;
  std::deque<leaving> leaving_;
  std::deque<envelope_part> parts_; ///< of the last one that leaves
  link_sender<std::shared_ptr<const envelope_part>> link_;
  /// Of the parts under way: number, bytes.
  std::deque<std::pair<std::uint64_t, std::size_t>> sizes_;
  std::size_t bytes_ = 0;
  std::size_t credit_ = link_window;
};

/// Puts parts together again.
class envelope_receiver {
public:
  /// The envelopes that are whole, in order, each once; none: what came is not
  /// what an honest sender would send on a connection that keeps the order.
  [[nodiscard]] std::optional<std::vector<std::string>> take(batch x);

  /// All parts up to this one have arrived.
  [[nodiscard]] std::uint64_t received() const {
    return link_.received();
  }

private:
  link_receiver<envelope_part> link_;
  std::string begun_; ///< of an envelope that goes on
};

} // namespace tutti::cluster
