// SPDX-License-Identifier: BSD-3-Clause
// What an attempt is, beside its task's name, in the words that displays, the
// summary and the status share.
#pragma once

#include "runtime/report/run_model.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tutti::report {

/// The first few of some names: "crud, login and 3 more".
[[nodiscard]] std::string names_text(std::span<const std::string> names,
                                     std::size_t total);
[[nodiscard]] std::string names_text(const plan& p, std::span<const task_id> xs,
                                     std::size_t limit = 3);

/// What the latest run of an after-each or a requests task is for: "run 2 for
/// login", "for page: createUser, getUser and 1 more"; else empty.
[[nodiscard]] std::string run_text(const run_model& m, std::uint32_t task);

/// The same for any task, and which try of what it is: "version 2", "round 2",
/// "attempt 2"; empty for a first attempt at a first version.
[[nodiscard]] std::string attempt_text(const run_model& m, std::uint32_t task);

/// Whether what was sent back is still being done again.
[[nodiscard]] bool goes_on(const run_model& m, const rework_record& x);

/// Two parts of a note, with a comma where both say something.
[[nodiscard]] std::string joined(std::string first, std::string_view second);

} // namespace tutti::report
