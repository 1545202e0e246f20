// SPDX-License-Identifier: BSD-3-Clause
// Looks whether a machine and a state directory are fit for runs.
#pragma once

#include "messages/error.hpp"
#include "runtime/display/terminal.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::cli {

enum class check_status : std::uint8_t { ok, warn, fail };

[[nodiscard]] std::string_view to_string(check_status x);

/// What came of one look.
struct health_check {
  std::string name; ///< "free-space"
  check_status status = check_status::ok;
  std::string text;   ///< what was seen, one sentence
  std::string remedy; ///< what to do; empty: nothing
  /// What a failure makes the program exit with.
  exit_code code = exit_code::environment;
};

using health_checks = std::vector<health_check>;

/// The disk below a state directory: where it is not there yet, that of the
/// nearest folder above it. Writes a few small files into a folder of its own
/// and removes it.
void check_disk(const std::string& state_directory, health_checks& into);

/// What the kernel, the limits and the terminal allow.
void check_system(health_checks& into);

/// What runs have left in the state directory, and their journals, each read to
/// its end.
void check_runs(const std::string& state_directory, std::int64_t now_ns,
                health_checks& into);

/// The certificates of a cluster, where the state directory has some: whole,
/// for their owner alone, and for how long they are valid.
void check_certificates(const std::string& state_directory, std::int64_t now_ns,
                        health_checks& into);

/// A line a check, with its remedy below it.
[[nodiscard]] std::string checks_text(const health_checks& all,
                                      const display::traits& can);

/// The document of config/schema/doctor.schema.json.
[[nodiscard]] std::string checks_json(const std::string& state_directory,
                                      const health_checks& all);

/// 8 goes before 7, and that before 2; 0: none has failed.
[[nodiscard]] int exit_code_of(const health_checks& all);

} // namespace tutti::cli
