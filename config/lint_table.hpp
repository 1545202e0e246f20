// SPDX-License-Identifier: BSD-3-Clause
// The warnings, each with a code that stays: what messages show, what a plan
// allows, and what `tutti check --explain` and docs/lints.md say of it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tutti::config {

/// Each warning by its code; `none` is that of errors.
enum class lint : std::uint8_t {
  none,
  // Who waits for whom.
  unreachable_task,
  unopenable_gate,
  forgotten_task,
  early_need,
  idle_need,
  serial_plan,
  // How long it takes.
  bottleneck,
  missing_estimates,
  short_timeout,
  unbatched_requests,
  // What nobody uses.
  no_tasks,
  empty_phase,
  idle_gate,
  unused_agent,
  unused_pool,
  unused_secret,
  unused_label,
  unused_parameter,
  unused_contract,
  unprovided_contract,
  // What is said twice, or hardly as meant.
  listed_twice,
  needed_twice,
  covered_by_all,
  idle_exclude,
  idle_exclusive,
  odd_axis,
  missing_native,
  // What is allowed.
  unknown_allow,
  unused_allow,
};

/// What there is to say of a warning. All texts are Markdown that reads well as
/// it is; paragraphs end in '\n'.
struct lint_rule {
  lint id = lint::none;
  std::string_view code;    ///< "early-need"
  std::string_view summary; ///< when it comes; no full stop
  std::string_view why;     ///< what is wrong with that
  std::string_view remedy;  ///< what to do, and when to leave it
  std::string_view example; ///< a plan that gets it; may be empty
  std::string_view mended;  ///< the same plan without it
};

/// All of them, by kind; the first of a kind has a heading.
[[nodiscard]] std::span<const lint_rule> lint_rules();

/// "early-need"; empty for `none`.
[[nodiscard]] std::string_view code_of(lint x);

/// The rule with that code, or null.
[[nodiscard]] const lint_rule* find_lint(std::string_view code);

/// What `tutti check --explain` prints.
[[nodiscard]] std::string explain_lint(const lint_rule& x);

/// docs/lints.md.
[[nodiscard]] std::string lints_markdown();

} // namespace tutti::config
