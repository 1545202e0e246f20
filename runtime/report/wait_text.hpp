// SPDX-License-Identifier: BSD-3-Clause
// Who waits for whom, in the words that displays, the summary and the status
// share (rule 7).
#pragma once

#include "runtime/report/run_model.hpp"

#include <cstddef>
#include <string>

namespace tutti::report {

/// The name of an agent; "-" for none.
[[nodiscard]] std::string agent_name(const plan& p, agent_id x);

/// One thing that is waited for: "crud (morgan)", "gate deploy (approval
/// asked)", "request 3 to morgan", "a slot of morgan, busy with crud".
[[nodiscard]] std::string awaited_text(const run_model& m, const awaited& x);

/// All that somebody waits for: "crud (morgan), gate deploy and 2 more".
[[nodiscard]] std::string awaited_text(const run_model& m, const wait& x,
                                       std::size_t limit);

/// The same of a task that waits to integrate: "waits to integrate crud
/// (morgan)", "waits to integrate, for a slot of sam, busy with layouts".
[[nodiscard]] std::string integrate_text(const run_model& m, const wait& x,
                                         std::size_t limit);

/// What an agent works on while somebody waits: "layouts, navigation"; empty:
/// nothing.
[[nodiscard]] std::string meanwhile_text(const run_model& m, agent_id agent,
                                         std::size_t limit);

/// What is asked of who approves a gate, as far as it is known by now.
[[nodiscard]] std::string approval_message(const run_model& m,
                                           std::uint32_t gate);

/// Whether a person may decide over a gate that asks.
[[nodiscard]] bool asks_person(const run_model& m, std::uint32_t gate);

/// Who may approve: "a person, riley or casey; 2 of them".
[[nodiscard]] std::string approvers_text(const run_model& m,
                                         std::uint32_t gate);

/// The command that approves a gate: "tutti approve deploy --run ID".
[[nodiscard]] std::string approve_command(const run_model& m,
                                          std::uint32_t gate,
                                          std::string_view run_id);

/// The command that sends work back, with the tasks that can be named: "tutti
/// request-changes deploy --to crud|page -m WHY --run ID"; empty where the gate
/// has no rework.
[[nodiscard]] std::string changes_command(const run_model& m,
                                          std::uint32_t gate,
                                          std::string_view run_id);

} // namespace tutti::report
