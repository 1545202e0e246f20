// SPDX-License-Identifier: BSD-3-Clause
// What a task says of itself, before anything is inherited.
#pragma once

#include "config/loader_context.hpp"

#include <optional>
#include <vector>

namespace tutti::config {

struct integrate_part {
  node_id node = no_node;
  node_id run_node = no_node;
  std::optional<command_template> run;
  std::optional<template_text> prompt;
  std::optional<tutti::estimate> estimate;
};

struct own_part {
  task_settings settings;
  node_id run_node = no_node;
  std::vector<agent_id> agents;
  node_id agent_node = no_node;
  std::optional<template_text> condition;
  std::optional<template_text> prompt;
  std::optional<template_text> note;
  std::vector<template_text> artifacts;
  std::optional<integrate_part> integrate;
};

/// Reads the body of a task; needs and flags go into the task at once.
[[nodiscard]] own_part read_own_part(loader_context& c, task& made,
                                     const task_source& source);

} // namespace tutti::config
