// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/ledger.hpp"

#include <algorithm>
#include <cstddef>

namespace tutti::stress {

ledger::account& ledger::of(std::uint32_t sender) {
  if (sender >= accounts_.size())
    accounts_.resize(std::size_t{sender} + 1);
  return accounts_[sender];
}

void ledger::sent(std::uint32_t sender, const tally& x) {
  of(sender).sent.add(x);
}

void ledger::received(std::uint32_t sender, const tally& x) {
  of(sender).received.add(x);
}

void ledger::corrupted(std::uint64_t count) {
  corrupted_ += count;
}

ledger_result ledger::result() const {
  ledger_result result;
  result.corrupted = corrupted_;
  for (const auto& x : accounts_) {
    auto both = std::min(x.sent.count, x.received.count);
    result.senders += x.sent.count > 0;
    result.sent += x.sent.count;
    result.received += x.received.count;
    result.missing += x.sent.count - both;
    result.surplus += x.received.count - both;
    result.unequal +=
        x.sent.count == x.received.count && x.sent.sum != x.received.sum;
  }
  return result;
}

} // namespace tutti::stress
