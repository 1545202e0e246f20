// SPDX-License-Identifier: BSD-3-Clause
// A fact as a row of table `fact`, and back.
#pragma once

#include "runtime/journal/chain.hpp"
#include "runtime/journal/fact_json.hpp"
#include "runtime/journal/journal_info.hpp"
#include "runtime/journal/schema.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace tutti::journal {

/// The numeric columns after `number`, in their order.
enum class column : std::uint8_t {
  at,
  kind,
  subject,
  cause_kind,
  cause,
  agent,
  attempt,
  version,
  phase,
  state,
  ended,
  status,
  exit_code,
  service,
};
inline constexpr std::size_t column_count = 14;

/// What a column without a value holds.
inline constexpr std::int64_t absent = std::numeric_limits<std::int64_t>::min();

struct fact_row {
  std::uint64_t number = 0;
  std::array<std::int64_t, column_count> numbers{};
  std::optional<std::string> extra;
  std::optional<std::string> details;

  [[nodiscard]] std::int64_t& operator[](column x) {
    return numbers[static_cast<std::size_t>(x)];
  }
  [[nodiscard]] std::int64_t operator[](column x) const {
    return numbers[static_cast<std::size_t>(x)];
  }
  void add_to(chain& x) const;
};

/// The numbers of a fact, by those that names and words have in its journal;
/// leaves the row's number and texts as they are.
void set_numbers(fact_row& row, const name_ids& names, const word_ids& words,
                 const fact& x);
/// Those of a fact about a task that differ most from fact to fact.
struct near_row {
  std::int64_t kind = 0;
  std::int64_t at = 0;
  std::int64_t subject = absent;
  std::int64_t cause = absent;
  std::int64_t agent = absent;
};

[[nodiscard]] near_row near_numbers(const name_ids& names,
                                    const word_ids& words, const fact& x);
void set_texts(fact_row& row, const plan& p, const fact& x);

/// All of it.
[[nodiscard]] fact_row row_of(const plan& p, const name_ids& names,
                              const word_ids& words, std::uint64_t number,
                              const fact& x);

/// Reads rows back: the journal's words and names lead to those of a plan.
class row_decoder {
public:
  /// `p` must outlive this. Where unknown names are left out, an agent or a
  /// cause that the plan does not have is none.
  row_decoder(const plan& p, const journal_info& journal,
              unknown_names policy = unknown_names::refused);

  /// None: the row says something that this plan or this program does not
  /// know; `unknown` says what.
  [[nodiscard]] std::optional<fact> decode(const fact_row& x);

  [[nodiscard]] const std::string& unknown() const {
    return unknown_;
  }
  /// What is not known is a word that the journal has: a newer program wrote
  /// it.
  [[nodiscard]] bool is_newer() const {
    return is_newer_;
  }

private:
  template <class T>
  bool word(const fact_row& x, column at, vocabulary in, T& result);
  bool name(const fact_row& x, column at, name_kind kind,
            std::uint32_t& result);
  bool texts(const fact_row& x, fact& result);

  plan_names names_of_plan_;
  std::array<std::unordered_map<std::int64_t, int>, vocabulary_count> words_;
  std::array<std::unordered_map<std::int64_t, std::uint32_t>, name_kind_count>
      ids_;
  /// Words of the journal that this program does not have.
  std::array<std::unordered_map<std::int64_t, std::string>, vocabulary_count>
      newer_words_;
  std::string unknown_;
  bool is_newer_ = false;
};

} // namespace tutti::journal
