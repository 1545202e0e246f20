// SPDX-License-Identifier: BSD-3-Clause
// Where work is done: labels of nodes, and what a run asks of its nodes
// (semantics §32, §33).
#pragma once

#include "config/load_parts.hpp"
#include "config/loader_context.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tutti::config {

/// Labels in which parameters and values of a matrix are not filled in yet;
/// those that are none are reported and left out.
[[nodiscard]] std::vector<template_text>
read_labels(loader_context& c, node_id x, std::string_view what);

/// The same with all filled in, sorted, each once. What comes out empty is
/// none.
[[nodiscard]] std::vector<std::string>
bind_labels(loader_context& c, const std::vector<template_text>& labels,
            const template_scope& scope);

/// Adds labels that are not there yet. Both are sorted.
void add_labels(std::vector<std::string>& to,
                const std::vector<std::string>& labels);

/// Who works on tasks that name no agent: `local`, or for each set of labels an
/// agent of its own, because `local` stays on the machine of the run. Stands
/// behind all agents that the plan names, and comes into being here.
[[nodiscard]] agent_id implicit_agent(loader_context& c,
                                      const std::vector<std::string>& labels);

/// The values of the keys of the plan; `no_node` where they are absent.
struct node_keys {
  node_id nodes = no_node;
  node_id lease = no_node;
  node_id keep = no_node;
};

void read_nodes(loader_context& c, const node_keys& keys);

/// Once all agents have the labels of their tasks: what else a node must have.
void settle_nodes(loader_context& c);

/// Warns of what is hardly meant so. The plan is whole.
void check_nodes(loader_context& c);

} // namespace tutti::config
