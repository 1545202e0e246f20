// SPDX-License-Identifier: BSD-3-Clause
// What happened, in the words and columns that all displays share.
#pragma once

#include "messages/fact.hpp"
#include "runtime/display/styled_line.hpp"
#include "runtime/report/run_model.hpp"
#include "runtime/report/wait_text.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace tutti::display {

/// Turns facts into lines: "   1.2s  done       taylor  schema  (1.2s)". Facts
/// must have been applied to the model, and come once each and in order.
class event_lines {
public:
  /// The line of a fact; none where a reader would not miss it. With `verbose`
  /// handoffs and assignments have lines too.
  [[nodiscard]] std::optional<styled_line> line(const report::run_model& m,
                                                const fact& x, bool verbose);

private:
  [[nodiscard]] std::optional<duration> took(const report::run_model& m,
                                             const fact& x);
  void measure_columns(const plan& p);

  std::size_t next_interval_ = 0;
  std::size_t agent_width_ = 0; ///< 0: not measured yet
  std::size_t task_width_ = 0;
};

/// A fact that ends a task as failed, timed-out or error.
[[nodiscard]] bool is_task_failure(const report::run_model& m, const fact& x);

/// Why an attempt failed: "exit 3", "./missing: not found (exit 127)", "timed
/// out (limit 5.0s)". Signals that the program sent itself are not named.
[[nodiscard]] std::string failure_reason(const task& t, attempt_end end,
                                         std::int32_t exit_code,
                                         const attempt_details* details);

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

using report::agent_name;
using report::awaited_text;

} // namespace tutti::display
