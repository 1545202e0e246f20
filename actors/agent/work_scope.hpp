// SPDX-License-Identifier: BSD-3-Clause
// What a task's texts become when an attempt starts, whatever its driver.
#pragma once

#include "actors/agent/driver.hpp"
#include "messages/plan.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace tutti {

/// Joins a relative path to a directory; an absolute one stays.
[[nodiscard]] std::string path_below(const std::string& directory,
                                     std::string path);

/// So much of what others said (a feedback, a comment, the requests, the
/// triggers) goes into one variable of a process. Linux takes 128 KiB in one,
/// and a prompt may name several of them. TUTTI_INPUT has all.
inline constexpr std::size_t said_bytes_max = std::size_t{32} << 10;
/// The last word of what was cut.
inline constexpr std::string_view cut_mark = "[cut:TUTTI_INPUT-has-all]";

/// All that a template of this attempt may look at (semantics §7); what others
/// said is cut. Refers to both arguments.
[[nodiscard]] expression_scope scope_of(const plan& p, const attempt_work& x);

/// The prompt of the phase; of a requests task without one, what is asked, one
/// a line. Nothing is cut.
[[nodiscard]] std::string prompt_of(const plan& p, const attempt_work& x);

/// What TUTTI_PROMPT, TUTTI_FEEDBACK and TUTTI_TRIGGER hold.
struct said_variables {
  std::string prompt;   ///< `prompt_of`, but what others said in it is cut
  std::string feedback; ///< cut
  std::string trigger;  ///< the names, a space between them; cut
};

[[nodiscard]] said_variables said_variables_of(const plan& p,
                                               const attempt_work& x);

/// Where the attempt works and its artifacts lie; absolute. A session's task
/// that names none works where the session does.
[[nodiscard]] std::string working_directory_of(const plan& p, agent_id agent,
                                               const attempt_work& x);

} // namespace tutti
