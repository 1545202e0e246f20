// SPDX-License-Identifier: BSD-3-Clause
// What a task's texts become when an attempt starts, whatever its driver.
#pragma once

#include "actors/agent/driver.hpp"
#include "messages/plan.hpp"

#include <string>

namespace tutti {

/// Joins a relative path to a directory; an absolute one stays.
[[nodiscard]] std::string path_below(const std::string& directory,
                                     std::string path);

/// All that a template of this attempt may look at (semantics §7). Refers to
/// both arguments.
[[nodiscard]] expression_scope scope_of(const plan& p, const attempt_work& x);

/// What TUTTI_PROMPT holds: the prompt of the phase; of a requests task without
/// one, what is asked, one a line.
[[nodiscard]] std::string prompt_of(const plan& p, const attempt_work& x);

/// What TUTTI_TRIGGER holds: the names of the triggers, a space between them.
[[nodiscard]] std::string trigger_of(const plan& p, const attempt_work& x);

/// Where the attempt works and its artifacts lie; absolute. A session's task
/// that names none works where the session does.
[[nodiscard]] std::string working_directory_of(const plan& p, agent_id agent,
                                               const attempt_work& x);

} // namespace tutti
