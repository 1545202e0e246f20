// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/engine/graph.hpp"

#include <algorithm>

namespace tutti::engine {

const gate_info* graph::special_gate(std::uint32_t gate) const {
  auto i = std::lower_bound(special_gates.begin(), special_gates.end(), gate,
                            [](const gate_info& x, std::uint32_t key) {
                              return x.gate < key;
                            });
  return i != special_gates.end() && i->gate == gate ? &*i : nullptr;
}

const stream_info* graph::stream(std::uint32_t task) const {
  if (!tasks[task].loose)
    return nullptr;
  auto i = std::lower_bound(streams.begin(), streams.end(), task,
                            [](const stream_info& x, std::uint32_t key) {
                              return x.task < key;
                            });
  return &*i;
}

bool graph::is_plain() const {
  return std::all_of(tasks.begin(), tasks.end(), [](const task_info& x) {
    return x.kind == task_kind::work && x.later == 0
        && x.integrate == task_info::no_unit;
  });
}

std::size_t graph::out_index(node_index from, node_index to) const {
  auto row = out_of(from);
  auto i =
      std::lower_bound(row.begin(), row.end(), to, [](edge x, node_index key) {
        return x.target() < key;
      });
  return out_begin[from] + static_cast<std::size_t>(i - row.begin());
}

} // namespace tutti::engine
