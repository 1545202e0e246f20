// SPDX-License-Identifier: BSD-3-Clause
// What befalls the nodes of an explored run.
#include "runtime/play/exploration.hpp"

#include <fmt/format.h>

namespace tutti::play {

using namespace std::chrono_literals;

bool exploration::befall_fleet(const fault& x, befallen& told) {
  auto& all = *world_->nodes();
  auto node = x.pick % all.size();
  // On the first one everybody finds a place: it stays.
  if (x.kind == fault_kind::drain && node == 0)
    return false;
  const auto& name = all.name_of(node);
  auto span = span_text(x.span);
  told.text = fmt::format("{} {} for {}", to_string(x.kind), name, span);
  switch (x.kind) {
  case fault_kind::cut:
  case fault_kind::cut_one_way:
    return cut_off(x, told);
  case fault_kind::slow: {
    duration by = 1ms * (x.pick % 5000);
    told.deed = fmt::format("{{ slow: {}, by: {}, for: {} }}", name,
                            span_text(by), span);
    all.slow(node, by);
    world_->at(world_->now() + x.span, [this, &all, node, by] {
      if (!healing_)
        all.slow(node, -by);
    });
    return true;
  }
  case fault_kind::reset:
    told.text = fmt::format("all connections of {} are reset", name);
    all.reset(node);
    return true;
  case fault_kind::join:
    told.text = name + " joins";
    told.deed = fmt::format("{{ join-node: {} }}", name);
    if (all.is_running(node))
      return false;
    all.start(node);
    return true;
  case fault_kind::drain: {
    told.text = name + " is drained";
    told.deed = fmt::format("{{ drain-node: {} }}", name);
    control_call y;
    y.kind = control_kind::drain_node;
    y.text = name;
    world_->call(std::move(y));
    return true;
  }
  case fault_kind::lose_node:
    told.deed = fmt::format("{{ lose-node: {}, back-after: {} }}", name, span);
    if (!all.is_running(node))
      return false;
    all.lose(node);
    world_->at(world_->now() + x.span, [&all, node] {
      all.start(node);
    });
    return true;
  default:
    told.deed = fmt::format("{{ freeze-node: {}, for: {} }}", name, span);
    if (!all.is_running(node) || x.span == duration::zero())
      return false;
    all.freeze(node, world_->now() + x.span);
    return true;
  }
}

bool exploration::cut_off(const fault& x, befallen& told) {
  auto& all = *world_->nodes();
  auto node = x.pick % all.size();
  const auto& name = all.name_of(node);
  bool one_way = x.kind == fault_kind::cut_one_way;
  bool out = x.pick / 8 % 2 == 0;
  if (x.span == duration::zero())
    return false;
  told.deed = fmt::format("{{ cut: [{}, {}], for: {}{} }}",
                          out ? "local" : name, out ? name : "local",
                          span_text(x.span), one_way ? ", one-way: true" : "");
  for (auto way : {net_way::to_node, net_way::to_hub})
    if (!one_way || (way == net_way::to_node) == out)
      all.cut(node, way, world_->now() + x.span);
  return true;
}

} // namespace tutti::play
