// SPDX-License-Identifier: BSD-3-Clause
// The runs of a state directory, as far as their journals tell without a plan.
#pragma once

#include "messages/error.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::journal {

enum class run_state : std::uint8_t {
  live, ///< somebody holds its folder
  succeeded,
  failed,
  stopped,
  waiting,
  unfinished, ///< neither live nor ended: its program was gone
  no_journal, ///< it never began
  unreadable, ///< `trouble` says why
};

/// "succeeded", "no-journal".
[[nodiscard]] std::string_view to_string(run_state x);

/// Whether `--resume` has something to go on with.
[[nodiscard]] constexpr bool is_resumable(run_state x) {
  return x == run_state::unfinished || x == run_state::stopped
      || x == run_state::waiting;
}

struct run_entry {
  std::string id;
  std::string path; ///< of its folder, absolute
  run_state state = run_state::no_journal;
  std::string trouble; ///< one sentence, of what is unreadable
  tutti::exit_code trouble_code = tutti::exit_code::journal; ///< of it
  std::string plan_name;
  std::string plan_path; ///< absolute
  std::string settings;  ///< JSON: what the command line said of the plan
  std::uint32_t sessions = 0;
  std::int32_t pid = 0;         ///< of the last session
  std::int64_t started_ns = 0;  ///< since 1970, UTC; 0: not known
  std::int64_t last_ns = 0;     ///< of its last fact
  std::optional<int> exit_code; ///< of a run that has ended
  std::uint32_t tasks_done = 0; ///< terminal
  std::uint32_t tasks = 0;
  std::uint64_t facts = 0;
  std::uint64_t size_bytes = 0; ///< of its folder on disk
};

/// Whether a folder has the name of a run: "20261122-201500-1a2b".
[[nodiscard]] bool is_run_id(std::string_view name);

/// Where a run keeps its journal.
[[nodiscard]] std::string journal_path(const std::string& run_path);

/// The folder of all runs of a state directory.
[[nodiscard]] std::string runs_path(const std::string& state_directory);

/// Bytes that a folder takes on disk, with all below it.
[[nodiscard]] std::uint64_t size_on_disk(const std::string& path);

/// The newest runs, at most so many. Their ids begin with when they started, so
/// only those that are asked for are read. No state directory: no runs; one
/// that cannot be read is an error (exit 7).
[[nodiscard]] expected<std::vector<run_entry>>
list_runs(const std::string& state_directory,
          std::size_t most = std::numeric_limits<std::size_t>::max());

/// How many there are.
[[nodiscard]] std::size_t count_runs(const std::string& state_directory);

/// Which run is meant.
struct run_choice {
  std::string state_directory;
  std::string run_id; ///< may be shortened; empty: the newest
  /// Only runs of the plan with this absolute path; empty: of any. A run that
  /// is named by its id is taken whatever its plan.
  std::string plan_path;
};

/// The run with that id, else the newest that has a journal; one whose journal
/// cannot be read may be of any plan, so it is found, too. The error says
/// what there is: exit 2 where the id fits none or several, 4 where there is
/// no run to choose from, 7 where the state directory cannot be read.
[[nodiscard]] expected<run_entry> find_run(const run_choice& choice);

} // namespace tutti::journal
