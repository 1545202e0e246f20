// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/run_end.hpp"

#include "runtime/journal/schema.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tutti::journal {

std::optional<run_end> end_of(database& db, std::optional<failure>& failed) {
  // It is the last fact of its session. One that is further back was copied
  // when the plan was changed, which ends with `plan_replaced`.
  static const auto sql = fmt::format(
      "SELECT w.text, f.exit_code FROM (SELECT * FROM fact WHERE number >= "
      "(SELECT first_fact FROM session ORDER BY number DESC LIMIT 1) "
      "ORDER BY number DESC LIMIT 1) f "
      "JOIN word w ON w.vocabulary = 'status' AND w.id = f.status "
      "WHERE f.kind IN (SELECT id FROM word WHERE vocabulary = 'kind' AND "
      "text = '{}')",
      to_string(fact_kind::run_ended));
  auto row = db.prepare(sql);
  if (!row || !row.step()) {
    if (!failed && (!row || row.result() != 0))
      failed = db.last_failure();
    return std::nullopt;
  }
  const auto& words = words_of(vocabulary::status);
  auto at = std::find(words.begin(), words.end(), row.text(0));
  if (at == words.end())
    return std::nullopt;
  return run_end{static_cast<run_status>(at - words.begin()),
                 static_cast<std::int32_t>(row.integer(1))};
}

} // namespace tutti::journal
