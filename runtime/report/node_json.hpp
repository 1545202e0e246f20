// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/report/json_writer.hpp"
#include "runtime/report/run_model.hpp"

#include <cstdint>

namespace tutti::report {

/// A node as `tutti status` and `tutti nodes` write it, an element of a list.
void write_node(json_writer& w, const run_model& m, std::uint32_t node);

/// Likewise an agent that is on none.
void write_unplaced(json_writer& w, const run_model& m, agent_id x);

} // namespace tutti::report
