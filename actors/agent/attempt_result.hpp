// SPDX-License-Identifier: BSD-3-Clause
// What an attempt leaves behind, put together from what its driver reports and
// what it said while it ran.
#pragma once

#include "actors/agent/driver.hpp"
#include "messages/plan.hpp"

#include <string>

namespace tutti {

/// What an attempt said of its own handoff (semantics §10).
struct live_additions {
  tutti::outputs outputs;
  std::string note; ///< lines
};

/// Adds a line to a note; an empty one adds nothing.
void add_line(std::string& note, const std::string& line);

/// Puts under what the driver reports what was said live, and the note that
/// the plan has for it. On equal names the driver's outputs count.
void add_live(attempt_details& x, live_additions live, std::string plan_note);

/// What the integrate phase leaves behind is the whole result of its task: it
/// is put over what the run phase left, artifacts by path, notes line by line.
void put_over_earlier(attempt_details& x, const attempt_details* earlier);

} // namespace tutti
