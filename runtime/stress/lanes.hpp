// SPDX-License-Identifier: BSD-3-Clause
// The two ends of what the ledger holds against each other: where messages are
// made, and where they are looked at.
#pragma once

#include "runtime/stress/ledger.hpp"
#include "runtime/stress/messages.hpp"

#include <bit>
#include <cstddef>
#include <cstring>

namespace tutti::stress {

/// A number that looks like no other's (the end of SplitMix64).
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/// Of sender, number and every byte.
[[nodiscard]] inline std::uint64_t check_of(const load& x) noexcept {
  auto result = x.number * 0x9e3779b97f4a7c15u + x.sender;
  const auto* at = x.bytes.data();
  auto left = x.bytes.size();
  for (; left >= 8; at += 8, left -= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    result = std::rotl((result ^ word) * 0xff51afd7ed558ccdu, 29);
  }
  for (; left > 0; ++at, --left)
    result = std::rotl((result ^ *at) * 0xff51afd7ed558ccdu, 29);
  return mix(result);
}

/// Where the messages of one sender are made.
class outlet {
public:
  outlet(std::uint32_t sender, std::size_t bytes)
    : sender_(sender), bytes_(bytes) {
  }

  [[nodiscard]] load next(std::int64_t begun_ns) {
    load x;
    x.begun_ns = begun_ns;
    if (bytes_ > 0)
      fill(x.bytes);
    sign(x);
    return x;
  }
  /// Makes what was received one of this sender's own, with the same bytes.
  void sign(load& x) {
    x.sender = sender_;
    x.number = sent_.count + 1;
    x.check = check_of(x);
    sent_.add(x.check);
  }
  [[nodiscard]] std::uint64_t count() const {
    return sent_.count;
  }
  [[nodiscard]] std::uint32_t sender() const {
    return sender_;
  }
  void add_to(ledger& to) const {
    to.sent(sender_, sent_);
  }

private:
  /// Other bytes each time.
  void fill(std::vector<std::uint8_t>& bytes) const;

  std::uint32_t sender_;
  std::size_t bytes_;
  tally sent_;
};

/// Where one receiver looks at what it gets of some senders.
class inlet {
public:
  inlet(std::uint32_t first, std::size_t senders)
    : first_(first), received_(senders) {
  }

  void take(const load& x) {
    auto i = x.sender - first_; // wraps where it is less
    if (i < received_.size() && check_of(x) == x.check)
      received_[i].add(x.check);
    else
      ++corrupted_;
  }
  void add_to(ledger& to) const {
    for (std::uint32_t i = 0; i < received_.size(); ++i)
      to.received(first_ + i, received_[i]);
    to.corrupted(corrupted_);
  }

private:
  std::uint32_t first_;
  std::vector<tally> received_;
  std::uint64_t corrupted_ = 0;
};

} // namespace tutti::stress
