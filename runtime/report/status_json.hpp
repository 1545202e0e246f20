// SPDX-License-Identifier: BSD-3-Clause
// What `tutti status` says of a run that goes on: who works on what, who waits
// for whom and what they do meanwhile, what is done.
#pragma once

#include "runtime/report/run_model.hpp"

#include <cstddef>
#include <string>

namespace tutti::report {

/// The version of the document; grows when a field changes its meaning.
inline constexpr int status_schema_version = 1;

struct status_options {
  std::string run_id;
  std::string join_address = {}; ///< where nodes may join; empty: nowhere
  /// What has to join before the run begins: "2 of 3 nodes"; empty: nothing.
  std::string awaited_nodes = {};
  std::size_t limit = 1000;   ///< entries of one list
  std::size_t columns = 0;    ///< of a line of text; 0: not cut
  std::size_t completed = 10; ///< the latest completed tasks that text shows
};

/// One JSON object with a newline at its end, as
/// config/schema/status.schema.json describes it; `now` counts from the run's
/// start.
[[nodiscard]] std::string status_json(const run_model& m, duration now,
                                      const status_options& options = {});

/// The same for people, in lines that end with a newline.
[[nodiscard]] std::string status_text(const run_model& m, duration now,
                                      const status_options& options = {});

} // namespace tutti::report
