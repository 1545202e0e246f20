// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/report_json.hpp"

#include "runtime/report/json_writer.hpp"
#include "runtime/report/report_json_nodes.hpp"

#include <fmt/format.h>

#include <string_view>

namespace tutti::report {

namespace {

void write(json_writer& w, const task_row& x, const whole_result& whole) {
  w.open('{');
  w.text("name", x.name);
  w.text_or_null("agent", x.agent);
  w.open("nodes", '[');
  for (const auto& y : x.nodes)
    w.text(y);
  w.close(']');
  w.text("status", to_string(x.status));
  w.boolean("kept", x.kept);
  w.open("sessions", '[');
  for (auto y : x.sessions)
    w.integer(y);
  w.close(']');
  w.integer("attempts", x.attempts);
  w.integer("version", x.version);
  w.integer("runs", x.runs);
  w.seconds("run_s", x.run);
  w.seconds("integrate_s", x.integrate);
  w.seconds("waited_later_s", x.waited_later);
  w.seconds("waited_inside_s", x.waited_inside);
  w.seconds("queue_s", x.queue);
  w.seconds("slack_s", x.slack);
  w.seconds("on_path_s", x.on_path);
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
  w.integer("version", x.version);
  w.seconds("sent_s", x.sent);
  w.seconds("received_s", x.received);
  w.close('}');
}

void write(json_writer& w, const gate_row& x) {
  w.open('{');
  w.text("name", x.name);
  w.text("status", to_string(x.status));
  w.seconds("opened_s", x.opened);
  w.seconds("closed_s", x.closed);
  w.text_or_null("reason", x.reason);
  w.integer("rounds", x.rounds);
  w.integer("opened_version", x.opened_version);
  w.seconds("asked_s", x.asked);
  w.seconds("asked_for_s", x.asked_for);
  w.seconds("waited_for_people_s", x.people);
  w.close('}');
}

void write(json_writer& w, std::string_view key,
           const std::vector<std::string>& names) {
  w.open(key, '[');
  for (const auto& x : names)
    w.text(x);
  w.close(']');
}

void write(json_writer& w, const verdict_row& x) {
  w.open('{');
  w.text("gate", x.gate);
  w.integer("round", x.round);
  w.text("verdict", to_string(x.verdict));
  w.text("who", x.who);
  if (x.uid)
    w.integer("uid", *x.uid);
  else
    w.raw("uid", "null");
  w.seconds("at_s", x.at);
  w.text_or_null("comment", x.comment);
  write(w, "to", x.to);
  w.close('}');
}

void write(json_writer& w, const request_row& x) {
  w.open('{');
  w.integer("request", x.number);
  w.text("from", x.from);
  w.text("to", x.to);
  w.text("text", x.text);
  w.text("status", x.status);
  w.boolean("awaited", x.awaited);
  w.integer("batch", x.batch);
  w.seconds("made_s", x.made);
  w.seconds("taken_s", x.taken);
  w.seconds("ended_s", x.ended);
  w.seconds("waited_s", x.waited);
  w.close('}');
}

void write(json_writer& w, const refused_row& x) {
  w.open('{');
  w.text("from", x.from);
  w.text("to", x.to);
  w.text("why", x.why);
  w.seconds("at_s", x.at);
  w.close('}');
}

void write(json_writer& w, const rework_row& x) {
  w.open('{');
  w.text("gate", x.gate);
  w.integer("round", x.round);
  write(w, "tasks", x.tasks);
  w.text_or_null("feedback", x.text);
  w.text_or_null("after_each", x.after_each);
  w.seconds("at_s", x.at);
  w.close('}');
}

void write(json_writer& w, const version_row& x) {
  w.open('{');
  w.text("task", x.task);
  w.integer("version", x.version);
  w.boolean("kept", x.kept);
  w.text("phase", to_string(x.phase));
  w.seconds("at_s", x.at);
  w.close('}');
}

void write(json_writer& w, const stale_row& x) {
  w.open('{');
  w.text("task", x.task);
  w.text("producer", x.producer);
  w.integer("has_version", x.has);
  w.integer("latest_version", x.latest);
  w.close('}');
}

void write(json_writer& w, const service_row& x) {
  w.open('{');
  w.text("name", x.name);
  w.text("status", to_string(x.status));
  w.integer("restarts", x.restarts);
  w.seconds("started_s", x.started);
  w.seconds("ready_s", x.ready);
  w.seconds("starting_s", x.starting);
  w.text_or_null("reason", x.reason);
  w.close('}');
}

void write(json_writer& w, const session_row& x) {
  w.open('{');
  w.integer("session", x.number);
  w.seconds("from_s", x.from);
  w.seconds("until_s", x.until);
  w.text_or_null("status", x.status ? to_string(*x.status) : "");
  w.integer("kept", x.kept);
  write(w, "again", x.again);
  w.seconds("cut_s", x.cut);
  w.close('}');
}

void write(json_writer& w, const late_row& x) {
  w.open('{');
  w.text("task", x.task);
  w.integer("attempt", x.attempt);
  w.text("end", to_string(x.end));
  w.seconds("at_s", x.at);
  w.close('}');
}

void write(json_writer& w, const path_row& x) {
  w.open('{');
  w.text("kind", x.kind);
  w.seconds("from_s", x.from);
  w.seconds("until_s", x.until);
  w.text_or_null("of", x.of);
  w.text_or_null("agent", x.agent);
  w.text_or_null("node", x.node);
  if (x.kind == "work") {
    w.text("phase", to_string(x.phase));
    w.integer("attempt", x.attempt);
    w.integer("version", x.version);
  } else {
    for (const auto* key : {"phase", "attempt", "version"})
      w.raw(key, "null");
  }
  w.text_or_null("why", x.why);
  w.text_or_null("cause", x.cause);
  w.text_or_null("cause_agent", x.cause_agent);
  w.seconds("waited_s", x.waited);
  w.text("text", x.text);
  w.close('}');
}

void write(json_writer& w, const ideal_row& x) {
  w.open('{');
  w.text(x.is_gate ? "gate" : "task", x.name);
  w.text("phase", to_string(x.phase));
  w.seconds("length_s", x.length);
  w.close('}');
}

void write(json_writer& w, const idle_row& x) {
  w.open('{');
  w.text("agent", x.agent);
  w.integer("slots", x.time.slots);
  for (std::size_t i = 0; i < slot_use_count; ++i) {
    auto use = static_cast<slot_use>(i);
    w.seconds(fmt::format("{}_s", use == slot_use::no_work ? "no_work"
                                                           : to_string(use)),
              x.time[use]);
  }
  w.close('}');
}

void write(json_writer& w, const wait_row& x) {
  w.open('{');
  w.text("agent", x.waiter);
  w.text_or_null("on", x.on);
  w.seconds("time_s", x.time);
  w.text_or_null("most", x.most);
  w.seconds("most_s", x.most_time);
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

void write_blame(json_writer& w, const blame_rows& x) {
  w.line();
  w.open("path_time", '{');
  w.seconds("work_s", x.work);
  for (std::size_t i = 0; i < wait_kind_count; ++i)
    w.seconds(fmt::format("{}_s", to_string(static_cast<wait_kind>(i))),
              x.waits[i]);
  w.close('}');
  w.line();
  w.seconds("ideal_s", x.ideal);
  w.seconds("contention_s", x.contention());
  w.boolean("alarm", x.alarms);
  write(w, "path", x.path);
  write(w, "ideal_path", x.ideal_path);
  write(w, "idle", x.idle);
  write(w, "agent_waits", x.agent_waits);
}

void write_honesty(json_writer& w, const honesty_row& x) {
  w.line();
  w.open("honesty", '{');
  w.text("clock", x.is_virtual ? "virtual" : "monotonic");
  w.number("estimated_share", x.estimated_share);
  w.integer("unseen_attempts", x.unseen);
  w.seconds("unseen_s", x.unseen_time);
  w.integer("dropped_bytes", static_cast<std::int64_t>(x.dropped_bytes));
  w.boolean("truncated", x.truncated);
  w.open("notes", '[');
  for (const auto& y : x.notes)
    w.text(y);
  w.close(']');
  w.close('}');
}

void write_against(json_writer& w, const std::optional<comparison>& x) {
  w.line();
  if (!x)
    return w.raw("against", "null");
  w.open("against", '{');
  w.text("run_id", x->run_id);
  w.seconds("makespan_s", x->makespan);
  w.open("tasks", '[');
  for (const auto& y : x->tasks) {
    w.line();
    w.open('{');
    w.text("name", y.name);
    w.seconds("before_s", y.before);
    w.seconds("now_s", y.now);
    w.close('}');
  }
  w.close(']');
  w.open("waits", '[');
  for (const auto& y : x->waits) {
    w.line();
    w.open('{');
    w.text("agent", y.waiter);
    w.text_or_null("on", y.on);
    w.seconds("before_s", y.before);
    w.seconds("now_s", y.now);
    w.close('}');
  }
  w.close(']');
  w.open("order", '[');
  for (const auto& y : x->order) {
    w.line();
    w.open('{');
    w.text("agent", y.agent);
    w.text("task", y.task);
    w.integer("before", y.before);
    w.integer("now", y.now);
    w.close('}');
  }
  w.close(']');
  w.close('}');
}

} // namespace

std::string to_json(const run_report& x) {
  json_writer w;
  w.open('{');
  w.line();
  w.integer("schema_version", schema_version);
  w.text("run_id", x.run_id);
  w.text("plan", x.plan);
  w.text("status", x.ended     ? to_string(x.status)
                   : x.is_live ? "running"
                               : "lost");
  if (x.ended || !x.is_live)
    w.integer("exit_code", x.exit_code);
  else
    w.raw("exit_code", "null");
  w.line();
  w.integer("revision", x.revision);
  w.text_or_null("replaced", x.replaced);
  w.integer("kept_count", static_cast<std::int64_t>(x.kept_count));
  w.seconds("down_s", x.down);
  w.seconds("up_s", x.up);
  write(w, "sessions", x.sessions);
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
  w.line();
  w.seconds("waited_for_people_s", x.people);
  w.integer("late_count", static_cast<std::int64_t>(x.late_count));
  w.integer("refused_count", static_cast<std::int64_t>(x.refused_count));
  write(w, "tasks", x.tasks, x.whole);
  write(w, "agents", x.agents);
  write(w, "handoffs", x.handoffs);
  write(w, "gates", x.gates);
  write(w, "verdicts", x.verdicts);
  write(w, "reworks", x.reworks);
  write(w, "versions", x.versions);
  write(w, "stale", x.stale);
  write(w, "requests", x.requests);
  write(w, "refused", x.refused);
  write(w, "services", x.services);
  write(w, "late", x.late);
  write_nodes(w, x.nodes);
  write_blame(w, x.blame);
  write_honesty(w, x.honesty);
  write_against(w, x.against);
  w.close('}');
  return w.take() + '\n';
}

} // namespace tutti::report
