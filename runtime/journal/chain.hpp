// SPDX-License-Identifier: BSD-3-Clause
// What ties the rows of a journal together, so that a changed, missing, added
// or swapped row is noticed wherever it is.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace tutti::journal {

/// A running sum of 64 bits over all that was added, in order. Every step can
/// be undone, so two different steps never lead to the same sum by themselves:
/// a single changed number is always seen. No defence against an attacker.
class chain {
public:
  constexpr chain() = default;
  constexpr explicit chain(std::uint64_t value) : value_(value) {
  }

  constexpr void add(std::uint64_t x) {
    value_ = (value_ ^ x) * 0x9e3779b97f4a7c15u;
    value_ ^= value_ >> 32;
    value_ = std::rotl(value_, 23);
  }

  void add(std::string_view x) {
    add(x.size());
    while (!x.empty()) {
      std::uint64_t word = 0;
      auto part = x.substr(0, sizeof(word));
      std::memcpy(&word, part.data(), part.size());
      add(word);
      x.remove_prefix(part.size());
    }
  }

  [[nodiscard]] constexpr std::uint64_t value() const {
    return value_;
  }

  friend constexpr bool operator==(chain, chain) = default;

private:
  std::uint64_t value_ = 0;
};

} // namespace tutti::journal
