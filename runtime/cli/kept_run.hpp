// SPDX-License-Identifier: BSD-3-Clause
// A run from its journal, with the plan that it went by: what is told of runs
// that are over, or go on elsewhere.
#pragma once

#include "messages/error.hpp"
#include "messages/plan.hpp"
#include "runtime/artifacts/payload_file.hpp"
#include "runtime/journal/run_list.hpp"
#include "runtime/report/report.hpp"
#include "runtime/report/run_model.hpp"

#include <memory>
#include <string>

namespace tutti::cli {

/// Which run is meant.
struct kept_choice {
  std::string run_id;          ///< may be shortened; empty: the newest
  std::string plan;            ///< of this plan; empty: of any
  std::string state_directory; ///< empty: .tutti beside the plan, or here
};

struct kept_run {
  journal::run_entry entry;
  std::string state_directory;      ///< absolute
  std::unique_ptr<const plan> work; ///< the model points to it
  std::unique_ptr<report::run_model> model;
  report::report_options told;
  std::shared_ptr<const artifacts::payload_file> payloads;

  /// The whole report.
  [[nodiscard]] report::run_report report() const;
  /// The file of a log, though the state directory may have been moved since;
  /// empty: it is not there.
  [[nodiscard]] std::string log_path(const std::string& log) const;
};

/// Finds the run and reads it. Changes nothing. The error names what is wrong:
/// exit 2 for an unknown run, or a plan that cannot be read any more; 4 where
/// there is none, 7 and 8 as the journal.
[[nodiscard]] expected<kept_run> read_kept_run(const kept_choice& choice);

} // namespace tutti::cli
