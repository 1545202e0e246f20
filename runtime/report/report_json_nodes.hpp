// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/report/json_writer.hpp"
#include "runtime/report/node_rows.hpp"

namespace tutti::report {

/// `nodes`, `losses` and `moves` of the report.
void write_nodes(json_writer& w, const node_rows& x);

} // namespace tutti::report
