// SPDX-License-Identifier: BSD-3-Clause
// What a run came to, for comparison.
#pragma once

#include "tests/crash/evidence.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tutti::test {

/// How a run came out.
struct outcome {
  /// What counts of it, as `project` says. Empty where it did not come to its
  /// end.
  std::vector<std::string> projection;
  evidence left;
};

/// A line each, sorted: exit code, status, version and outputs of tasks,
/// digests of artifacts, gates, verdicts, requests, and handoffs that were
/// accepted. `report` is the JSON document.
[[nodiscard]] std::vector<std::string>
project(int exit_code, const std::string& report,
        const std::vector<journal_fact>& facts);

/// The line of a projection that says so.
[[nodiscard]] std::string accepted_line(const std::string& from,
                                        std::uint32_t version,
                                        const std::string& to);

} // namespace tutti::test
