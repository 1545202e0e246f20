// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/report_json.hpp"

#include "runtime/report/json_writer.hpp"

#include <string_view>

namespace tutti::report {

namespace {

void write(json_writer& w, const task_row& x, const whole_result& whole) {
  w.open('{');
  w.text("name", x.name);
  w.text_or_null("agent", x.agent);
  w.text("status", to_string(x.status));
  w.integer("attempts", x.attempts);
  w.seconds("ready_s", x.ready);
  w.seconds("started_s", x.started);
  w.seconds("finished_s", x.finished);
  if (x.exit_code)
    w.integer("exit_code", *x.exit_code);
  else
    w.raw("exit_code", "null");
  w.text_or_null("log", x.details ? x.details->log : std::string{});
  w.raw("leaked", x.details && x.details->leaked ? "true" : "false");
  w.integer("dropped_bytes",
            x.details ? static_cast<std::int64_t>(x.details->dropped_bytes)
                      : 0);
  w.open("outputs", '{');
  if (auto details = whole ? whole(x.details) : x.details)
    for (const auto& y : details->outputs)
      w.value(y.name, y.value);
  w.close('}');
  w.close('}');
}

void write(json_writer& w, const agent_row& x) {
  w.open('{');
  w.text("name", x.name);
  w.integer("slots", x.slots);
  w.integer("tasks", x.tasks);
  w.seconds("busy_s", x.busy);
  w.seconds("idle_s", x.idle);
  w.close('}');
}

void write(json_writer& w, const handoff_row& x) {
  w.open('{');
  w.text("from", x.from);
  w.text("to", x.to);
  w.seconds("sent_s", x.sent);
  w.seconds("received_s", x.received);
  w.close('}');
}

void write(json_writer& w, const gate_row& x) {
  w.open('{');
  w.text("name", x.name);
  w.text("status", to_string(x.status));
  w.seconds("opened_s", x.opened);
  w.close('}');
}

template <class Row, class... More>
void write(json_writer& w, std::string_view key, const std::vector<Row>& rows,
           const More&... more) {
  w.line();
  w.open(key, '[');
  for (const auto& x : rows) {
    w.line();
    write(w, x, more...);
  }
  w.close(']');
}

} // namespace

std::string to_json(const run_report& x) {
  json_writer w;
  w.open('{');
  w.line();
  w.integer("schema_version", schema_version);
  w.text("run_id", x.run_id);
  w.text("plan", x.plan);
  w.text("status", to_string(x.status));
  w.integer("exit_code", x.exit_code);
  w.line();
  w.seconds("makespan_s", x.makespan);
  w.seconds("sequential_s", x.sequential);
  w.number("speedup", x.speedup);
  w.line();
  w.seconds("lower_bound_s", x.bounds.value);
  w.text("tight_bound", to_string(x.bounds.tight));
  w.number("efficiency", x.efficiency);
  w.line();
  using seconds = std::optional<duration>;
  const auto& later = x.later;
  w.seconds("later_makespan_s", later ? seconds{later->as_planned} : seconds{});
  w.seconds("as_needs_makespan_s",
            later ? seconds{later->with_needs} : seconds{});
  w.seconds("saved_by_later_s", later ? seconds{later->saved()} : seconds{});
  write(w, "tasks", x.tasks, x.whole);
  write(w, "agents", x.agents);
  write(w, "handoffs", x.handoffs);
  write(w, "gates", x.gates);
  w.close('}');
  return w.take() + '\n';
}

} // namespace tutti::report
