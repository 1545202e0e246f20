// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/node_json.hpp"

#include "runtime/report/node_text.hpp"

namespace tutti::report {

void write_node(json_writer& w, const run_model& m, std::uint32_t node) {
  const auto& x = m.nodes().nodes()[node];
  const auto& p = m.plan();
  w.open('{');
  w.text("node", x.name);
  w.text("state", to_string(x.state));
  w.text_or_null("reason", x.why);
  w.seconds("joined_s", x.joined);
  w.seconds("since_s", x.since);
  w.open("labels", '[');
  for (const auto& y : x.labels)
    w.text(y);
  w.close(']');
  if (x.slots == 0)
    w.raw("slots", "null");
  else
    w.integer("slots", x.slots);
  w.integer("running", m.running_on(node));
  w.integer("losses", x.losses);
  w.boolean("may_still_work", x.lingers);
  w.open("agents", '[');
  for (std::size_t i = 0; i < p.agents.size(); ++i)
    if (m.nodes().is_chosen(agent_id{i})
        && m.nodes().place_of(agent_id{i}) == node)
      w.text(p.agents[i].name);
  w.close(']');
  w.close('}');
}

void write_unplaced(json_writer& w, const run_model& m, agent_id x) {
  const auto& a = m.plan().agents[x.value];
  w.open('{');
  w.text("agent", a.name);
  w.open("runs_on", '[');
  for (const auto& y : a.runs_on)
    w.text(y);
  w.close(']');
  w.text_or_null("reason", lacking_text(m, x));
  w.close('}');
}

} // namespace tutti::report
