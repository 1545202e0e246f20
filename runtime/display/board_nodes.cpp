// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/display/board_sections.hpp"
#include "runtime/display/text_width.hpp"
#include "runtime/report/format.hpp"
#include "runtime/report/node_text.hpp"
#include "runtime/report/wait_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace tutti::display {

namespace {

using report::node_state;

constexpr std::size_t agents_max = 3;

style style_of(node_state x) {
  switch (x) {
  case node_state::up:
    return style::green;
  case node_state::lost:
    return style::red;
  case node_state::gone:
    return style::dim;
  case node_state::draining:
  case node_state::awaited:
    break;
  }
  return style::yellow;
}

/// Those that are not as they should be come first, those that left last.
int rank_of(node_state x) {
  return x == node_state::up ? 1 : x == node_state::gone ? 2 : 0;
}

styled_line node_line(const board_view& v, std::uint32_t node,
                      std::size_t names) {
  const auto& m = v.model;
  const auto& x = m.nodes().nodes()[node];
  styled_line line("  ");
  line.add(fit(x.name, names, v.on.can.unicode))
      .add(fmt::format("  {}", to_string(x.state)), style_of(x.state));
  if (x.state != node_state::up)
    line.add(
        fmt::format(", {}", report::format_elapsed(m.up_time(x.since, v.now))));
  if (!is_there(x.state))
    return line.add(x.why.empty() ? "" : ": ").add(x.why, style::dim);
  line.add("  " + load_text(m, node));
  if (auto who = agents_on(m, node, agents_max); !who.empty())
    line.add("  ").add(who, style::cyan);
  if (!x.labels.empty())
    line.add("  ").add(labels_text(x), style::dim);
  return line;
}

styled_line unplaced_line(const board_view& v, agent_id x) {
  styled_line line("  ");
  return line.add(report::agent_name(v.model.plan(), x), style::cyan)
      .add(" has no node", style::red)
      .add(": ")
      .add(unplaced_text(v.model, x));
}

} // namespace

section nodes(const board_view& v) {
  const auto& m = v.model;
  const auto& all = m.nodes().nodes();
  auto lacking = m.unplaced();
  section result{"NODES", {}, 0, 0, 1, false, 0};
  const auto& address = v.on.join_address;
  if (!m.nodes().is_spread() && lacking.empty() && address.empty())
    return result;
  result.total = all.size();
  result.wanted = all.size() + lacking.size() + (address.empty() ? 0 : 1);
  result.least = std::min(result.wanted, lacking.size() + 1);
  for (auto x : lacking)
    if (result.lines.size() < v.rows)
      result.lines.push_back(unplaced_line(v, x));
  std::size_t names = 1;
  for (const auto& x : all)
    names = std::max(names, width_of(x.name));
  names = std::min(names, v.columns / 4);
  for (auto rank : {0, 1, 2})
    for (std::uint32_t i = 0; i < all.size(); ++i)
      if (rank_of(all[i].state) == rank && result.lines.size() < v.rows)
        result.lines.push_back(node_line(v, i, names));
  if (!address.empty() && result.lines.size() < v.rows)
    result.lines.push_back(styled_line("  others join at ").add(address));
  return result;
}

} // namespace tutti::display
