// SPDX-License-Identifier: BSD-3-Clause
// What a run has left in its folder, read while nothing of it lives.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tutti::test {

/// A command of the plan that was started, as it said so itself: a witness
/// beside the journal.
struct execution {
  std::string task;
  std::uint32_t attempt = 0;
  std::uint32_t version = 0;
  std::string phase;
  /// Tasks whose results it was shown beside what it needs, and answers
  /// ("request/1"): what an after-each task runs for, and what arrived while it
  /// ran.
  std::vector<std::string> shown = {};

  friend bool operator==(const execution&, const execution&) = default;
};

/// A row of the journal's view `facts`, as text.
struct journal_fact {
  std::uint64_t number = 0;
  std::string kind;
  std::string subject;
  std::string cause;
  std::uint32_t attempt = 0;
  std::uint32_t version = 0;
  std::string phase;
  std::string state; ///< of a service, too
  std::string ended;
  std::string extra;
  std::string details;

  friend bool operator==(const journal_fact&, const journal_fact&) = default;
};

struct evidence {
  std::vector<execution> executions; ///< in the order of their starts
  std::vector<journal_fact> facts;   ///< of the last run that has any
  /// So many facts were durable, as somebody heard; 0: nobody can say.
  std::uint64_t told = 0;
  /// The journal has what it was not given, or not in that order.
  bool strange = false;
};

/// All of a journal, or none where it was not yet made. Changes what lies
/// beside it. `vfs`: one of SQLite's; null: the default.
[[nodiscard]] std::vector<journal_fact> read_facts(const std::string& path,
                                                   const char* vfs = nullptr);

/// The words of a text, as TUTTI_TRIGGER has them.
[[nodiscard]] std::vector<std::string> words_of(const std::string& text);

/// Leaves the folder as it is.
[[nodiscard]] evidence read_evidence(const std::string& folder);

/// In a line each.
[[nodiscard]] std::string to_text(const execution& x);
[[nodiscard]] std::string to_text(const journal_fact& x);

} // namespace tutti::test
