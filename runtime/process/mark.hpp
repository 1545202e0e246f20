// SPDX-License-Identifier: BSD-3-Clause
// By what a process is known as one of a run's, wherever it has gone.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tutti::process {

/// The variable of the first mark: "RUN.ATTEMPT", after the value of an outer
/// run and a colon.
inline constexpr std::string_view process_variable = "TUTTI_PROCESS";

/// Names a run and numbers its attempts in two ways, both of which fork and
/// exec hand on: in a variable, to which a nested run adds its own, and in the
/// soft limit RLIMIT_LOCKS, which no `env -i` takes away. Linux has enforced
/// nothing by that limit since 2.4.25.
class run_mark {
public:
  /// A new one, unlike that of any other run on this machine.
  [[nodiscard]] static run_mark make();
  /// From `text()`.
  [[nodiscard]] static std::optional<run_mark> parse(std::string_view text);

  /// Nine hexadecimal digits.
  [[nodiscard]] std::string text() const;

  /// What the processes of an attempt get; attempts count from 1, and no run
  /// has a billion.
  [[nodiscard]] std::string variable(std::uint64_t attempt) const;
  [[nodiscard]] std::uint64_t limit(std::uint64_t attempt) const;

  /// The attempt that a process bears the mark of; none: no mark of this run,
  /// or it may not be looked at.
  [[nodiscard]] std::optional<std::uint64_t> attempt_of(pid_t pid) const;

private:
  explicit run_mark(std::uint64_t number) : number_(number) {
  }

  std::uint64_t number_;
};

/// Gives the calling process the second mark. Makes nothing but system calls.
void bear_limit(std::uint64_t limit);

} // namespace tutti::process
