// SPDX-License-Identifier: BSD-3-Clause
// Why something ended as it did, in the words that all displays share.
#pragma once

#include "messages/fact.hpp"
#include "runtime/report/run_model.hpp"

#include <cstdint>
#include <string>

namespace tutti::display {

/// The program itself ended the attempt, by a signal.
[[nodiscard]] bool was_told_to_end(attempt_end x);

/// What there is to say of an attempt that was told to end, beside that: "limit
/// 5.0s". Signals that the program sent itself are not named.
[[nodiscard]] std::string end_note(const task& t, attempt_end end,
                                   const attempt_details* details);

/// Why an attempt failed: "exit 3", "./missing: not found (exit 127)", "timed
/// out (limit 5.0s)".
[[nodiscard]] std::string failure_reason(const task& t, attempt_end end,
                                         std::int32_t exit_code,
                                         const attempt_details* details);

/// Why a task that has failed did: as above, or what of others it failed for
/// ("needs-later: crud failed", "run for login: exit 1", "service db: exit 1"),
/// which clock was over, or what its review lacks.
[[nodiscard]] std::string failure_reason(const report::run_model& m,
                                         std::uint32_t task);

/// The same of the attempt of a task that has just ended.
[[nodiscard]] std::string attempt_reason(const report::run_model& m,
                                         const fact& x);

/// What an attempt left that a user should know of, however it ended:
/// "processes left behind were ended, log cut: 3.1 MB dropped"; else empty.
[[nodiscard]] std::string warning_text(attempt_end end,
                                       const attempt_details* details);

/// Why a task was cancelled: "fail-fast: schema failed"; empty where the user
/// wanted it.
[[nodiscard]] std::string cancel_cause(const report::run_model& m);

/// Why a task was skipped or a gate closed: "needs schema: failed"; empty where
/// no cause is known.
[[nodiscard]] std::string cause_text(const report::run_model& m, node_kind kind,
                                     std::uint32_t index);

/// The same of a task that has worked and failed for what it needs later:
/// "needs-later: crud failed".
[[nodiscard]] std::string later_text(const report::run_model& m, node_kind kind,
                                     std::uint32_t index);

} // namespace tutti::display
