// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/engine/explain_place.hpp"

#include "actors/orchestrator/engine/explain_words.hpp"

#include <vector>

namespace tutti::engine {

std::string place_clause(const engine& e, std::uint32_t agent) {
  const auto& places = e.places();
  if (!places.is_chosen(agent))
    return {};
  auto at = places.place_of(agent).node;
  if (at == placement::nowhere) {
    std::vector<std::string> labels;
    for (const auto& x : places.missing_labels(agent))
      labels.push_back(quoted(x));
    return "is on no node: no node that is up has the label"
         + std::string{labels.size() == 1 ? " " : "s "} + listed(labels);
  }
  const auto& n = places.nodes()[at];
  if (n.state == node_state::awaited)
    return "is on node " + quoted(n.name)
         + ", which has not come back since the run went on";
  if (n.state == node_state::draining && !e.has_room(agent))
    return "leaves node " + quoted(n.name) + ", which is being drained";
  if (n.slots.total > 0 && n.slots.left() == 0)
    return "is on node " + quoted(n.name) + ", whose "
         + counted(n.slots.total, "slot")
         + (n.slots.total == 1 ? " is" : " are") + " in use";
  return {};
}

std::string haunted_text(const engine& e, std::uint32_t task) {
  auto node = e.haunted_by(task);
  if (node == placement::nowhere)
    return {};
  return "It is exclusive, and its last attempt may still be alive on node "
       + quoted(e.places().nodes()[node].name)
       + ", which is lost: it starts once that node is back, or has had its "
         "time.";
}

} // namespace tutti::engine
