// SPDX-License-Identifier: BSD-3-Clause
// A run's facts and a journal of them, and what is read back of one.
#pragma once

#include "runtime/journal/journal_file.hpp"
#include "runtime/journal/journal_reader.hpp"
#include "tests/support/dice.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tutti::test {

/// The facts of a random run with everything in it, in the groups that are made
/// durable together. The same seed gives the same.
struct sample_run {
  sample_run(std::uint64_t seed, std::uint32_t tasks_max,
             std::size_t facts_min = 0);

  std::shared_ptr<const plan> work;
  std::vector<append_facts> steps;
  /// Each fact as text, in order.
  std::vector<std::string> texts;

  [[nodiscard]] std::uint64_t fact_count() const {
    return texts.size();
  }
};

/// All that a fact says.
[[nodiscard]] std::string text_of(const plan& p, const fact& x);

/// Makes the journal of a new run. None: it could not; `why` says so.
struct sample_writer {
  sample_writer(journal::journal_options options, const sample_run& run);

  /// Writes these steps, each a transaction; returns how many facts are
  /// acknowledged then. Stops at the first that fails.
  std::uint64_t append(std::size_t first, std::size_t last);
  /// The same, all in one transaction.
  std::uint64_t append_together(std::size_t first, std::size_t last);
  /// All that are not yet written.
  std::uint64_t append_all() {
    return append(next, run.steps.size());
  }

  const sample_run& run;
  std::unique_ptr<journal::journal_file> file; ///< none: it could not be made
  std::optional<error> refused;
  std::optional<journal::failure> failed; ///< what an `append` failed with
  std::size_t next = 0;                   ///< step
};

/// What a reader makes of a journal.
struct read_back {
  std::optional<error> refused;
  std::uint64_t facts = 0; ///< where it was not refused
  bool same = false;       ///< they are the first facts of the run

  /// A step is read whole or not at all.
  bool whole_steps = false;

  /// Neither less than what was acknowledged nor anything else.
  [[nodiscard]] bool has_all(std::uint64_t acknowledged) const {
    return !refused && same && whole_steps && facts >= acknowledged;
  }
};

[[nodiscard]] read_back read_journal(const std::string& path,
                                     const sample_run& run,
                                     const std::string& vfs = {});

/// Goes on with a journal as a resumed run does: reads it, begins a session and
/// writes what is missing.
struct gone_on {
  std::optional<error> refused;
  std::uint64_t found = 0;        ///< facts that were there
  std::uint64_t acknowledged = 0; ///< facts that are durable now
};

[[nodiscard]] gone_on go_on(const journal::journal_options& options,
                            const sample_run& run);

} // namespace tutti::test
