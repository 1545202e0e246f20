// SPDX-License-Identifier: BSD-3-Clause
// The journal of a run as its session begins: made for a new run, read and gone
// on with for one that is resumed (semantics §29, §31).
#pragma once

#include "actors/orchestrator/engine/engine.hpp"
#include "messages/error.hpp"
#include "messages/fact.hpp"
#include "messages/plan.hpp"
#include "runtime/journal/journal_file.hpp"
#include "runtime/session/state_directory.hpp"

#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace tutti::session {

/// How a run is to go on.
struct resume_choice {
  bool settled = false;      ///< keep accepted results, plan the rest anew
  bool retry_failed = false; ///< try again what failed or was cancelled
};

struct record_options {
  run_directory files;
  std::shared_ptr<const plan> work;
  engine::graph_options graph;
  journal::durability how = journal::durability::full;
  std::string plan_path; ///< absolute
  std::string settings;  ///< JSON: what the command line said of the plan
  /// One of SQLite's, on a disk of its own; empty: the platform's.
  std::string vfs;
};

/// What a run begins, or goes on, with.
struct run_record {
  /// Null: the run had ended, and nothing is to be done.
  std::unique_ptr<journal::journal_file> file;
  bool writes_behind = false; ///< only the end of the run waits for it
  /// The facts of the journal are folded into it. Null: as `file`.
  std::shared_ptr<engine::engine> engine;
  engine::event first = engine::run_begins{};
  std::vector<fact> history;   ///< for who looks on
  std::uint64_t journaled = 0; ///< number of the last fact
  duration elapsed{0};         ///< since the run's first start
  std::string notice;          ///< what a changed plan means; else empty
  bool torn = false; ///< the journal ended within a write, which is dropped
};

[[nodiscard]] expected<run_record> begin_record(const record_options& x);

/// The same, of a large plan on a thread of its own; `x` must live until then.
[[nodiscard]] std::future<expected<run_record>>
begin_record_beside(const record_options& x);

/// The error says why the journal cannot be gone on with (exit 7 or 8).
[[nodiscard]] expected<run_record> resume_record(const record_options& x,
                                                 const resume_choice& how);

} // namespace tutti::session
