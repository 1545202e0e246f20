// SPDX-License-Identifier: BSD-3-Clause
// A second witness of how far a journal is: a small file beside it, written
// after each transaction. A journal without the fact that it names has lost
// what was durable: an older copy was put back, or its -wal file is missing. It
// is never synced: after a power loss it may say less than the journal, and it
// says more only of a session that was not to survive one.
#pragma once

#include "runtime/journal/chain.hpp"
#include "runtime/process/unique_fd.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace tutti::journal {

struct journal_head {
  std::uint64_t last = 0; ///< number of a fact
  chain sum;              ///< there
  /// The fact was to survive a power loss, too (durability `full`).
  bool is_promise = false;
};

/// Of the journal at a path.
[[nodiscard]] std::string head_path(const std::string& journal);

/// None: there is none, or it was being written when the power went.
[[nodiscard]] std::optional<journal_head> read_head(const std::string& path);

class head_file {
public:
  /// What cannot be written is not: it is a witness, no record.
  void write(const std::string& path, journal_head x);

private:
  process::unique_fd fd_;
};

} // namespace tutti::journal
