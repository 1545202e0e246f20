// SPDX-License-Identifier: BSD-3-Clause
// The keys that task, phase, agent and defaults share (semantics §22).
#pragma once

#include "config/load_values.hpp"
#include "config/loader_context.hpp"

#include <string_view>
#include <vector>

namespace tutti::config {

/// Reads the value of a shared key into the layer; false where the key is no
/// shared one.
bool read_setting(loader_context& c, task_settings& layer, key which,
                  node_id value);

/// True for the name of an environment variable.
[[nodiscard]] bool is_variable_name(std::string_view text);

/// A command: a text, or a list of texts. `what` is its key.
[[nodiscard]] std::optional<command_template>
read_command(loader_context& c, node_id x, std::string_view what = "run");

/// The same; what is broken still counts as a command, so that nothing else is
/// said of it.
[[nodiscard]] command_template read_some_command(loader_context& c, node_id x,
                                                 std::string_view what = "run");

/// `estimate`: a duration, or its long form.
[[nodiscard]] std::optional<tutti::estimate> read_estimate(loader_context& c,
                                                           node_id x);

/// Reads a mapping in which every key must be one of the place; calls `use`
/// with each row and value.
template <class Use>
void for_each_key(loader_context& c, place where, node_id mapping, Use use) {
  auto elder = no_node;
  for (auto [name, value] : c.tree.entries(mapping)) {
    if (!is_comma_mistake(c, mapping, name, elder))
      if (const auto* row = known_key(c, where, name))
        use(*row, value);
    elder = value;
  }
}

} // namespace tutti::config
