// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/plan.hpp"

#include <sys/types.h>

#include <vector>

namespace tutti::process {

/// Kills and reaps the children of this process that it inherited, with all
/// their descendants, until none is left or `bound` is over. Returns whether
/// none is left. Inherited are those of another session than this process's,
/// as every attempt leads its own; `spared` are living supervisors.
bool kill_orphans(duration bound, const std::vector<pid_t>& spared);

} // namespace tutti::process
