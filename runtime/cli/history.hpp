// SPDX-License-Identifier: BSD-3-Clause
// The runs of a state directory, for people and for programs.
#pragma once

#include "runtime/display/terminal.hpp"
#include "runtime/journal/run_list.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tutti::cli {

/// What `tutti history` shows.
struct history {
  std::string state_directory;          ///< absolute
  std::vector<journal::run_entry> runs; ///< newest first
  std::size_t more = 0;                 ///< older ones that are not shown
  std::int64_t now_ns = 0;              ///< since 1970
};

/// A table where it fits into the columns, else a few lines a run; below it
/// what is wrong with runs and how to go on with one.
[[nodiscard]] std::string
history_text(const history& x, const display::traits& can, std::size_t columns);

/// The document of config/schema/history.schema.json.
[[nodiscard]] std::string history_json(const history& x);

/// What lets a run that is resumable go on.
[[nodiscard]] std::string resume_command(const std::string& state_directory,
                                         const journal::run_entry& run);

/// "2026-11-28T08:24:00Z".
[[nodiscard]] std::string utc_text(std::int64_t since_1970_ns);

/// "12s", "5m", "3h", "2d": how long ago that was.
[[nodiscard]] std::string age_text(std::int64_t age_ns);

} // namespace tutti::cli
