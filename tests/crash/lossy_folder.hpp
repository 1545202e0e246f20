// SPDX-License-Identifier: BSD-3-Clause
// The disk on which a whole run loses its power, and goes on: the real
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
  bool died = false;            ///< the disk did; no projection, no facts
  std::optional<error> refused; ///< the journal cannot be gone on with
  std::uint64_t changes = 0;    ///< of the disk
};

/// One thread at a time.
class lossy_folder {
public:
  lossy_folder(const crash_plan& p, const lossy_folder_options& options);

  /// Runs the plan up to its end, or the death of the disk.
  [[nodiscard]] lossy_outcome run(turns order, change_hook hook = {});
  /// Goes on with the last run; begins anew where that had not yet begun.
  [[nodiscard]] lossy_outcome resume(turns order, change_hook hook = {});
  /// What is left then.
  [[nodiscard]] evidence lose_power(loss how, std::uint64_t seed);

  /// Keeps all that there is now.
  void save();
  /// Makes it again as it was then.
  void restore();

private:
  struct state {
    lossy_disk disk;
    kept_outside outside;
    std::uint32_t runs = 0; ///< that were begun, one after the other
    std::uint64_t told = 0; ///< facts of the last run that were durable
  };
  [[nodiscard]] std::string path() const;
  [[nodiscard]] lossy_outcome play(bool anew, turns order);
  /// To its end, or the death of the disk; adds what a viewer sees meanwhile.
  void work_on(session::run_record record, turns order,
               std::vector<fact>& seen);

  const crash_plan& plan_;
  lossy_folder_options options_;
  std::shared_ptr<const plan> work_;
  lossy_vfs vfs_;
  state now_;
  state saved_;
};

} // namespace tutti::test
