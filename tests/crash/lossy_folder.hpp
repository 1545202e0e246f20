// SPDX-License-Identifier: BSD-3-Clause
// The disk on which a whole run loses its power, or dies, and goes on: the real
// orchestrator, agents, services and observer in virtual time, on the real
// journal, on a lossy_vfs.
#pragma once

#include "messages/error.hpp"
#include "runtime/session/run_record.hpp"
#include "tests/crash/crash_plan.hpp"
#include "tests/crash/outcome.hpp"
#include "tests/crash/outside.hpp"
#include "tests/support/lossy_vfs.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tutti::test {

struct lossy_folder_options {
  journal::durability how = journal::durability::full;
  disk_traits disk;
  /// What must be found: facts are said to be durable before they are written.
  bool says_so_too_early = false;
};

/// In which order messages, processes and the disk take their turns. 0: what
/// has been said is heard before the disk writes, and nothing ends before it
/// has; else drawn, so that a write takes in the facts of many steps or of one.
/// In even ones, what is to get something later waits for it inside (§20).
using turns = std::uint64_t;

/// How a run on that disk came out.
struct lossy_outcome : outcome {
  bool died = false; ///< the disk or the program did; no projection, no facts
  std::optional<error> refused; ///< the journal cannot be gone on with
  std::uint64_t changes = 0;    ///< of the disk
  std::uint64_t steps = 0;      ///< of all that take part
};

/// One thread at a time.
class lossy_folder {
public:
  lossy_folder(const crash_plan& p, const lossy_folder_options& options);

  /// Runs the plan up to its end, or the death of the disk.
  [[nodiscard]] lossy_outcome run(turns order, change_hook hook = {});
  /// Goes on with the last run; begins anew where that had not yet begun.
  [[nodiscard]] lossy_outcome resume(turns order, change_hook hook = {});
  /// As `run`, up to the death of the program before that step, from 1.
  [[nodiscard]] lossy_outcome run_until(turns order, std::uint64_t step);
  /// The same of `resume`.
  [[nodiscard]] lossy_outcome resume_until(turns order, std::uint64_t step);
  /// What is left then.
  [[nodiscard]] evidence lose_power(loss how, std::uint64_t seed);
  /// What is left once only the program died.
  [[nodiscard]] evidence die();

  /// Keeps all that there is now.
  void save();
  /// Makes it again as it was then.
  void restore();

private:
  struct state {
    lossy_disk disk;
    kept_outside outside;
    std::uint32_t runs = 0;  ///< that were begun, one after the other
    std::uint64_t told = 0;  ///< facts of the last run that were durable
    std::vector<fact> given; ///< what its journal was given
  };
  [[nodiscard]] std::string path() const;
  [[nodiscard]] lossy_outcome go_on(turns order, std::uint64_t last_step);
  [[nodiscard]] lossy_outcome play(bool anew, turns order,
                                   std::uint64_t last_step);
  struct session_end {
    bool died = false;
    std::uint64_t steps = 0;
    std::vector<fact> seen; ///< by a viewer
  };
  /// To its end, or a death.
  [[nodiscard]] session_end work_on(session::run_record record, turns order,
                                    std::uint64_t last_step);
  /// What is to be seen on the disk as it is now.
  [[nodiscard]] evidence left();

  const crash_plan& plan_;
  lossy_folder_options options_;
  std::shared_ptr<const plan> work_;
  lossy_vfs vfs_;
  state now_;
  state saved_;
};

} // namespace tutti::test
