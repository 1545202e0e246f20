// SPDX-License-Identifier: BSD-3-Clause
// The facts of an open journal in their order, whether they stand in rows of
// their own or many in one (fact_pack.hpp).
#pragma once

#include "runtime/journal/chain.hpp"
#include "runtime/journal/database.hpp"
#include "runtime/journal/fact_pack.hpp"
#include "runtime/journal/fact_row.hpp"
#include "runtime/journal/schema.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tutti::journal {

/// A row of table `fact` or `pack`.
struct fact_entry {
  bool is_pack = false;
  std::uint64_t first = 0; ///< numbers
  std::uint64_t last = 0;
  std::int64_t at = 0; ///< of the last, as its column
  chain sum;           ///< as it is written there
  fact_row row;        ///< of one that is no pack
  std::string body;    ///< of a pack

  void add_to(chain& x) const;
};

/// What ties a pack to all before it.
void add_pack_to(chain& x, std::uint64_t first, std::uint64_t last,
                 std::int64_t at, std::string_view body);

/// Walks over a journal as it is at the first step, though somebody may write
/// on meanwhile.
class stored_facts {
public:
  /// From the fact behind `after` on, which has to be the last of its entry.
  explicit stored_facts(database& db, std::uint64_t after = 0);
  stored_facts(const stored_facts&) = delete;
  stored_facts& operator=(const stored_facts&) = delete;
  ~stored_facts();

  /// False: at the end, or it could not be read (`failed`).
  [[nodiscard]] bool next_entry();
  [[nodiscard]] const fact_entry& entry() const {
    return entry_;
  }
  /// The facts of the entry. False: that was all, or it is no pack of facts of
  /// these numbers (`failed`).
  [[nodiscard]] bool next_of_entry(fact_row& into);

  /// The next fact, of whatever entry. As above.
  [[nodiscard]] bool next(fact_row& into);

  /// A pack that cannot be read is damage.
  [[nodiscard]] const std::optional<failure>& failed() const {
    return failed_;
  }

private:
  [[nodiscard]] bool advance(statement& x, bool& there);
  void take_row();
  void take_pack();

  database* db_;
  bool reads_ = false; ///< it began a transaction
  statement rows_;
  statement packs_; ///< none in a journal of format 1
  bool has_row_ = false;
  bool has_pack_ = false;
  fact_entry entry_;
  pack_reader pack_;
  std::uint64_t next_ = 1; ///< number, in the entry
  std::optional<failure> failed_;
};

/// The last fact of a journal.
struct last_fact {
  std::uint64_t number = 0; ///< 0: it has none
  chain sum;
  std::int64_t at = 0;
};

[[nodiscard]] last_fact last_of(database& db, std::optional<failure>& failed);

/// The sum at a fact that is the last of its entry; none: there is no such.
[[nodiscard]] std::optional<chain> sum_at(database& db, std::uint64_t number);

/// How many there are.
[[nodiscard]] std::uint64_t count_facts(database& db,
                                        std::optional<failure>& failed);

/// What the numbers of a vocabulary mean.
[[nodiscard]] std::unordered_map<std::int64_t, std::string>
words_in(database& db, vocabulary x);

} // namespace tutti::journal
