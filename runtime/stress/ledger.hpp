// SPDX-License-Identifier: BSD-3-Clause
// Every message accounted for. Senders and receivers each keep a count and a
// sum of checks by sender; the ledger holds one against the other.
#pragma once

#include <cstdint>
#include <vector>

namespace tutti::stress {

/// How many messages, and the sum of their checks. No order: messages to many
/// receivers add up.
struct tally {
  std::uint64_t count = 0;
  std::uint64_t sum = 0;

  void add(std::uint64_t check) noexcept {
    ++count;
    sum += check;
  }
  void add(const tally& x) noexcept {
    count += x.count;
    sum += x.sum;
  }
  friend bool operator==(const tally&, const tally&) = default;
};

/// What of one sender is known.
struct account {
  std::uint32_t sender = 0;
  tally sent;
  tally received;
};

struct ledger_result {
  std::uint64_t senders = 0;
  std::uint64_t sent = 0;
  std::uint64_t received = 0;  ///< whole
  std::uint64_t missing = 0;   ///< sent and not received whole
  std::uint64_t surplus = 0;   ///< received more often than sent
  std::uint64_t corrupted = 0; ///< received with content that was not sent
  /// Senders of whom as many arrived as were sent, but not the same: at least
  /// one is missing, and another came twice.
  std::uint64_t unequal = 0;

  /// All that was sent arrived, once and unchanged.
  [[nodiscard]] bool whole() const {
    return missing == 0 && surplus == 0 && corrupted == 0 && unequal == 0;
  }
};

/// Senders are numbered from 0. One thread.
class ledger {
public:
  void sent(std::uint32_t sender, const tally& x);
  void received(std::uint32_t sender, const tally& x);
  /// Messages of unknown or wrong content; of whom is not known either.
  void corrupted(std::uint64_t count);
  /// As another process knows it.
  void add(const account& x);
  /// What this one has sent nobody can say any more: what was received of it
  /// counts as that.
  void lose(std::uint32_t sender);

  /// Of those of whom there is something.
  [[nodiscard]] std::vector<account> accounts() const;
  [[nodiscard]] std::uint64_t corrupted() const {
    return corrupted_;
  }
  [[nodiscard]] ledger_result result() const;

private:
  account& of(std::uint32_t sender);

  std::vector<account> accounts_; ///< by sender
  std::uint64_t corrupted_ = 0;
};

} // namespace tutti::stress
