// SPDX-License-Identifier: BSD-3-Clause
// The folder in which a run is killed, and goes on.
#pragma once

#include "tests/crash/crash_plan.hpp"
#include "tests/crash/evidence.hpp"
#include "tests/support/program.hpp"
#include "tests/support/temporary_directory.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tutti::test {

/// Where a program is to die.
struct crash_point {
  std::uint64_t number = 0; ///< from 1; 0: nowhere
  bool fine = false;        ///< every change of a file counts
};

/// How a run came out.
struct outcome {
  program_result end;
  std::uint64_t points = 0; ///< that it has passed; 0: it was killed
  /// What counts of it, a line each, sorted: exit code, status, version and
  /// outputs of tasks, digests of artifacts, gates, verdicts, requests, and
  /// handoffs that were accepted. Empty where it was killed.
  std::vector<std::string> projection;
  evidence left;

  [[nodiscard]] bool killed() const {
    return end.status == 137 && !end.timed_out;
  }
};

/// The line of a projection that says so.
[[nodiscard]] std::string accepted_line(const std::string& from,
                                        std::uint32_t version,
                                        const std::string& to);

/// One thread at a time.
class crash_folder {
public:
  explicit crash_folder(const crash_plan& p);

  /// Runs the plan up to its end or death, and until nothing of it lives.
  [[nodiscard]] outcome run(crash_point at = {}) const;
  /// The same, with `--resume`.
  [[nodiscard]] outcome resume(crash_point at = {}) const;

  /// Keeps what is in the folder now.
  void save() const;
  /// Makes it again as it was then.
  void restore() const;

private:
  [[nodiscard]] outcome start(std::vector<std::string> args,
                              crash_point at) const;

  temporary_directory base_;
  std::string path_; ///< the folder, in `base_`
  std::string tag_;
};

} // namespace tutti::test
