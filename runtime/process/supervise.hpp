// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/process/unique_fd.hpp"

namespace tutti::process {

/// What a supervisor exits with that has no memory left.
inline constexpr int out_of_memory = 12; // as ENOMEM

/// The life of the forked supervisor. `socket` leads to tutti.
[[noreturn]] void supervise(unique_fd socket);

} // namespace tutti::process
