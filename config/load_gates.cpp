// SPDX-License-Identifier: BSD-3-Clause
#include "config/load_parts.hpp"
#include "config/load_settings.hpp"
#include "config/load_values.hpp"

#include <fmt/format.h>

#include <unordered_set>

namespace tutti::config {

namespace {

/// `all`, or names of tasks and phases.
void load_blocks(loader_context& c, gate& made, node_id x) {
  std::unordered_set<std::string_view> seen;
  for (auto item : read_list(c, x, "blocks")) {
    auto n = c.node(item);
    if (n.kind == yaml_kind::scalar && n.text == "all") {
      made.blocks_all = true;
      continue;
    }
    auto ref = find_node(c, item, "blocks");
    if (!ref)
      continue;
    if (ref->kind == node_kind::gate)
      c.error(item,
              fmt::format("'{}' is a gate, and gates block tasks and "
                          "phases",
                          n.text),
              fmt::format("to open '{}' later, put '{}' into its 'needs'",
                          n.text, made.name));
    else if (ref->kind == node_kind::task
             && c.result.tasks[ref->index].is_finally)
      c.error(item,
              fmt::format("no gate blocks the 'finally' task '{}'", n.text));
    else if (!seen.insert(n.text).second)
      c.warning(item, fmt::format("'{}' is listed twice", n.text));
    else
      made.blocks.push_back(*ref);
  }
  if (made.blocks_all && !made.blocks.empty()) {
    c.warning(x, "'all' blocks the others of this list, too");
    made.blocks.clear();
  }
}

} // namespace

void load_gates(loader_context& c) {
  for (std::size_t i = 0; i < c.gate_bodies.size(); ++i) {
    auto body = c.gate_bodies[i];
    auto& made = c.result.gates[i];
    if (!is_mapping(c, body, fmt::format("gate '{}'", made.name)))
      continue;
    bool has_needs = false;
    for_each_key(c, place::gate, body, [&](const key_row& row, node_id x) {
      if (row.id == key::needs) {
        has_needs = true;
        made.needs = read_needs(c, x);
        if (made.needs.empty() && c.node(x).is_null())
          has_needs = false;
      } else {
        load_blocks(c, made, x);
      }
    });
    if (!has_needs && !c.has_error_in(body))
      c.found.error(c.map.gates[i],
                    fmt::format("gate '{}' needs nothing, so it would always "
                                "be open",
                                made.name),
                    "name in 'needs' what it waits for");
  }
}

} // namespace tutti::config
