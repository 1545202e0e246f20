// SPDX-License-Identifier: BSD-3-Clause
#include "config/load_approval.hpp"
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
    else if (!seen.insert(n.text).second)
      c.warning(item, lint::listed_twice,
                fmt::format("'{}' is listed twice", n.text));
    else
      made.blocks.push_back(*ref);
  }
  if (made.blocks_all && !made.blocks.empty()) {
    c.warning(x, lint::covered_by_all,
              "'all' blocks the others of this list, too");
    made.blocks.clear();
  }
}

/// All but `to`, which is looked up when the whole graph is known.
void load_rework(loader_context& c, rework_spec& made, node_id x) {
  constexpr integer_range rounds{1, 1'000};
  constexpr std::uint32_t usual_rounds = 3;
  made.present = true;
  made.max_rounds = usual_rounds;
  if (!is_mapping(c, x, "'rework'"))
    return;
  bool has_targets = false;
  for_each_key(c, place::rework, x, [&](const key_row& row, node_id value) {
    if (row.id == key::to)
      has_targets = true;
    else if (row.id == key::max_rounds)
      made.max_rounds = static_cast<std::uint32_t>(
          read_integer(c, value, row.name, rounds).value_or(usual_rounds));
    else
      made.on_exhausted = read_exhausted(c, value, row.name, "fail")
                              .value_or(exhausted_action::reject);
  });
  if (!has_targets && !c.has_error_in(x))
    c.error(x, "'rework' does not say which tasks may be sent back",
            "write { to: any }, or name them: { to: [a, b] }");
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
      } else if (row.id == key::blocks) {
        load_blocks(c, made, x);
      } else if (row.id == key::rework) {
        load_rework(c, made.rework, x);
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
