// SPDX-License-Identifier: BSD-3-Clause
// What is done to nodes that a story describes.
#include "runtime/play/deeds.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tutti::play {

using config::deed;
using config::deed_kind;

std::vector<fleet_node> fleet_of(const config::scenario& story) {
  std::vector<fleet_node> result;
  for (std::size_t i = 1; i < story.machines.size(); ++i) {
    const auto& x = story.machines[i];
    result.push_back({story.nodes[i], x.labels, x.slots, x.at_start});
  }
  return result;
}

std::string deeds::befall_machine(const deed& x) {
  if (x.kind == deed_kind::cut || x.kind == deed_kind::heal)
    return cut_machine(x);
  if (x.kind == deed_kind::drain_node)
    return drain_machine(x);
  auto& all = *world_.nodes();
  auto node = std::size_t{x.nodes[0]} - 1;
  const auto& name = story_.nodes[x.nodes[0]];
  auto until = x.span ? world_.now() + *x.span : duration::max();
  switch (x.kind) {
  case deed_kind::join_node:
    if (all.is_running(node))
      return fmt::format("{} is switched on already", name);
    all.start(node);
    return {};
  case deed_kind::lose_node:
    return lose_machine(x, node);
  case deed_kind::freeze_node:
    if (!all.is_running(node))
      return fmt::format("{} is not switched on", name);
    all.freeze(node, until);
    return {};
  case deed_kind::wake_node:
    if (!all.stands_still(node))
      return fmt::format("{} does not stand still", name);
    all.wake(node);
    return {};
  default:
    all.slow(node, x.slower);
    if (x.span)
      world_.at(until, [&all, node, by = x.slower] {
        all.slow(node, -by);
      });
    return {};
  }
}

std::string deeds::lose_machine(const deed& x, std::size_t node) {
  auto& all = *world_.nodes();
  if (!all.is_running(node))
    return fmt::format("{} is not switched on", story_.nodes[x.nodes[0]]);
  all.lose(node);
  if (x.span)
    world_.at(world_.now() + *x.span, [&all, node] {
      all.start(node);
    });
  return {};
}

std::string deeds::drain_machine(const deed& x) {
  control_call call;
  call.kind = control_kind::drain_node;
  call.text = story_.nodes[x.nodes[0]];
  world_.call(std::move(call));
  return {};
}

std::string deeds::cut_machine(const deed& x) {
  auto& all = *world_.nodes();
  auto node = std::size_t{std::max(x.nodes[0], x.nodes[1])} - 1;
  auto out = x.nodes[0] == 0 ? net_way::to_node : net_way::to_hub;
  auto until = x.span ? world_.now() + *x.span : duration::max();
  for (auto way : {net_way::to_node, net_way::to_hub}) {
    if (x.one_way && way != out)
      continue;
    if (x.kind == deed_kind::cut)
      all.cut(node, way, until);
    else
      all.heal(node, way);
  }
  return {};
}

} // namespace tutti::play
