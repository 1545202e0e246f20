// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/ledger.hpp"

#include <algorithm>
#include <cstddef>

namespace tutti::stress {

account& ledger::of(std::uint32_t sender) {
  while (sender >= accounts_.size())
    accounts_.push_back({static_cast<std::uint32_t>(accounts_.size()), {}, {}});
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

void ledger::add(const account& x) {
  sent(x.sender, x.sent);
  received(x.sender, x.received);
}

void ledger::lose(std::uint32_t sender) {
  auto& x = of(sender);
  x.sent = x.received;
}

std::vector<account> ledger::accounts() const {
  std::vector<account> result;
  for (const auto& x : accounts_)
    if (x.sent.count > 0 || x.received.count > 0)
      result.push_back(x);
  return result;
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
