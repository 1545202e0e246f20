// SPDX-License-Identifier: BSD-3-Clause
// The folder in which a run is killed, and goes on.
#pragma once

#include "tests/crash/crash_plan.hpp"
#include "tests/crash/outcome.hpp"
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

/// How a program came out that ran it.
struct program_outcome : outcome {
  program_result end;
  std::uint64_t points = 0; ///< that it has passed; 0: it was killed

  [[nodiscard]] bool killed() const {
    return end.status == 137 && !end.timed_out;
  }
};

/// One thread at a time.
class crash_folder {
public:
  /// `durability` of the run; empty: the default.
  explicit crash_folder(const crash_plan& p, std::string durability = {});

  /// Runs the plan up to its end or death, and until nothing of it lives.
  [[nodiscard]] program_outcome run(crash_point at = {}) const;
  /// The same, with `--resume`.
  [[nodiscard]] program_outcome resume(crash_point at = {}) const;

  /// Somebody edits the plan.
  void change(const crash_plan& p) const;

  /// Keeps what is in the folder now.
  void save() const;
  /// Makes it again as it was then.
  void restore() const;

private:
  [[nodiscard]] program_outcome start(std::vector<std::string> args,
                                      crash_point at) const;

  temporary_directory base_;
  std::string path_; ///< the folder, in `base_`
  std::string tag_;
  std::string durability_;
};

} // namespace tutti::test
