// SPDX-License-Identifier: BSD-3-Clause
// Nodes in the words that displays, the report and the status share.
#pragma once

#include "runtime/report/run_model.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tutti::report {

/// "gpu, linux"; empty: it has no labels.
[[nodiscard]] std::string labels_text(const node_record& x);

/// "no limit", "1 slot", "4 slots".
[[nodiscard]] std::string slots_text(const node_record& x);

/// Why no node that is up is one for the agent: "no node has 'gpu'", "box1,
/// which has all it asks for, is lost"; empty: one is.
[[nodiscard]] std::string lacking_text(const run_model& m, agent_id x);

/// The same where something has to be said in any case.
[[nodiscard]] std::string unplaced_text(const run_model& m, agent_id x);

/// "up", "draining", "lost: it has not answered for 16s".
[[nodiscard]] std::string node_state_text(const node_record& x);

/// A node in one line: "box1: up, 12s, 2 of 4 slots busy; gpu, linux; quinn".
[[nodiscard]] std::string node_line(const run_model& m, std::uint32_t node,
                                    duration now);

/// "2 of 4 slots busy", "2 at work".
[[nodiscard]] std::string load_text(const run_model& m, std::uint32_t node);

/// The agents that are on a node, in plan order: "quinn, riley".
[[nodiscard]] std::string agents_on(const run_model& m, std::uint32_t node,
                                    std::size_t limit);

/// All nodes as lists show them: `local`, then by name, box2 before box10.
[[nodiscard]] std::vector<std::uint32_t> nodes_by_name(const run_model& m);

/// "box1" where the run is on several machines; else empty.
[[nodiscard]] std::string node_of(const run_model& m, std::uint32_t task);

} // namespace tutti::report
