// SPDX-License-Identifier: BSD-3-Clause
// The tables of a journal; docs/journal.md describes them for users.
#pragma once

#include "messages/fact.hpp"
#include "messages/plan.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace tutti::journal {

/// In the header of the file: what it is, and of which format.
inline constexpr std::int64_t application_id = 0x74757474; // "tutt"
inline constexpr std::int64_t format = 2;
/// From this one on many facts may stand in one row, and digests stand with
/// names. A journal that was made before is gone on with as it is.
inline constexpr std::int64_t format_of_packs = 2;
/// The oldest format that this program goes on with.
inline constexpr std::int64_t format_oldest = 1;

/// Makes all tables of a format, and the view `facts`, which shows the numbers
/// as words.
[[nodiscard]] std::string create_tables(std::int64_t of_format);

/// The columns of table `fact`, in their order; `number` is first and `chain`
/// last.
inline constexpr std::string_view fact_columns =
    "number, at_ns, kind, subject, cause_kind, cause, agent, attempt, version, "
    "phase, state, ended, status, exit_code, service, extra, details, chain";
inline constexpr int fact_column_count = 18;

/// The words that a journal writes as numbers, by the column that they stand
/// in. Their numbers are those of the program that made the journal; words that
/// only a later program knew have numbers of the session that brought them.
enum class vocabulary : std::uint8_t {
  kind,
  node,
  phase,
  state,
  end,
  status,
  service,
};
inline constexpr std::size_t vocabulary_count = 7;

/// Words that session N brought have numbers from N times this; those that the
/// journal was made with are below it.
inline constexpr std::int64_t word_stride = 4096;

/// "kind", "node", …: as table `word` names them.
[[nodiscard]] std::string_view name_of(vocabulary x);
/// All words of one, by their numbers in this program.
[[nodiscard]] const std::vector<std::string_view>& words_of(vocabulary x);

/// What names in the journal stand for.
enum class name_kind : std::uint8_t { task, phase, gate, service, agent };
inline constexpr std::size_t name_kind_count = 5;

[[nodiscard]] std::string_view to_string(name_kind x);
/// None: it is no kind of ours.
[[nodiscard]] std::optional<name_kind> name_kind_of(std::string_view text);

/// All names of a plan, kind by kind.
[[nodiscard]] std::vector<std::pair<name_kind, std::string_view>>
names_of(const plan& p);

} // namespace tutti::journal
