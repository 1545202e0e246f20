// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/report_json_nodes.hpp"

#include <string_view>

namespace tutti::report {

namespace {

void write(json_writer& w, const node_row& x) {
  w.open('{');
  w.text("node", x.name);
  w.text("state", to_string(x.state));
  w.text_or_null("reason", x.reason);
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
  w.integer("losses", x.losses);
  w.integer("attempts", x.attempts);
  w.seconds("busy_s", x.busy);
  w.seconds("lost_s", x.lost);
  w.close('}');
}

std::string_view name_of(lost_work::kind x) {
  switch (x) {
  case lost_work::attempt:
    return "attempt";
  case lost_work::queued:
    return "queued";
  case lost_work::result:
    return "result";
  }
  return "unknown";
}

void write_next(json_writer& w, const lost_row& x) {
  if (x.next == 0)
    return w.raw("next", "null");
  w.open("next", '{');
  w.integer("attempt", x.next);
  w.text_or_null("agent", x.next_agent);
  w.text_or_null("node", x.next_node);
  w.seconds("started_s", x.next_started);
  w.close('}');
}

void write(json_writer& w, const lost_row& x) {
  w.open('{');
  w.text("task", x.task);
  w.text("agent", x.agent);
  w.text("what", name_of(x.what));
  w.text("phase", to_string(x.phase));
  w.integer("attempt", x.attempt);
  w.integer("version", x.version);
  w.boolean("exclusive", x.exclusive);
  w.seconds("started_s", x.started);
  w.seconds("late_s", x.ended);
  w.text_or_null("late_end", x.ended ? to_string(x.end) : std::string_view{});
  write_next(w, x);
  w.seconds("both_s", x.both ? std::optional{x.both->length} : std::nullopt);
  if (x.both)
    w.boolean("both_is_exact", x.both->is_exact);
  else
    w.raw("both_is_exact", "null");
  w.close('}');
}

void write(json_writer& w, const loss_row& x) {
  w.open('{');
  w.text("node", x.node);
  w.seconds("at_s", x.at);
  w.text("reason", x.why);
  w.seconds("over_s", x.over);
  w.open("work", '[');
  for (const auto& y : x.work) {
    w.line();
    write(w, y);
  }
  w.close(']');
  w.close('}');
}

void write(json_writer& w, const move_row& x) {
  w.open('{');
  w.text("agent", x.agent);
  w.text("from", x.from);
  w.seconds("left_s", x.left);
  w.text("reason", x.why);
  w.text_or_null("to", x.to);
  w.seconds("placed_s", x.placed);
  w.close('}');
}

template <class Row>
void write(json_writer& w, std::string_view key, const std::vector<Row>& rows) {
  w.line();
  w.open(key, '[');
  for (const auto& x : rows) {
    w.line();
    write(w, x);
  }
  w.close(']');
}

} // namespace

void write_nodes(json_writer& w, const node_rows& x) {
  write(w, "nodes", x.nodes);
  write(w, "losses", x.losses);
  write(w, "moves", x.moves);
}

} // namespace tutti::report
