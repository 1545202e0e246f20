// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/report_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace tutti::report {

namespace {

// Writes straight into one text: a tree of 100,000 tasks would take longer to
// build and to free than to print.
class writer {
public:
  void text(std::string_view key, std::string_view x) {
    name(key);
    quote(x);
  }
  void text_or_null(std::string_view key, std::string_view x) {
    if (x.empty())
      raw(key, "null");
    else
      text(key, x);
  }
  void raw(std::string_view key, std::string_view x) {
    name(key);
    out_ += x;
  }
  void integer(std::string_view key, std::int64_t x) {
    name(key);
    fmt::format_to(std::back_inserter(out_), "{}", x);
  }
  void number(std::string_view key, std::optional<double> x) {
    if (x)
      name(key), fixed(*x);
    else
      raw(key, "null");
  }
  void seconds(std::string_view key, std::optional<duration> x) {
    number(key, x ? std::optional(std::chrono::duration<double>(*x).count())
                  : std::nullopt);
  }
  void open(char bracket) {
    separate();
    out_ += bracket;
    fresh_ = true;
  }
  void open(std::string_view key, char bracket) {
    name(key);
    out_ += bracket;
    fresh_ = true;
  }
  void close(char bracket) {
    out_ += bracket;
    fresh_ = false;
  }
  /// Starts the next element of a long list on its own line.
  void line() {
    out_ += fresh_ ? "\n" : ",\n";
    fresh_ = true;
  }
  void value(std::string_view key, const tutti::value& x) {
    name(key);
    // What a task wrote is not trusted to be JSON.
    auto is_json = x.kind != value_kind::text && nlohmann::json::accept(x.text);
    if (is_json)
      out_ += x.text;
    else
      quote(x.text);
  }
  std::string take() {
    return std::move(out_);
  }

private:
  void separate() {
    if (!fresh_)
      out_ += ", ";
    fresh_ = false;
  }
  void name(std::string_view key) {
    separate();
    quote(key);
    out_ += ": ";
  }
  void quote(std::string_view x) {
    using nlohmann::json;
    auto is_plain = std::all_of(x.begin(), x.end(), [](char c) {
      return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
    });
    if (is_plain) {
      out_ += '"';
      out_ += x;
      out_ += '"';
      return;
    }
    out_ += json(x).dump(-1, ' ', false, json::error_handler_t::replace);
  }
  void fixed(double x) { // microseconds, without trailing zeros
    auto s = fmt::format("{:.6f}", x);
    s.erase(s.find_last_not_of('0') + 1);
    if (s.back() == '.')
      s.pop_back();
    out_ += s;
  }

  std::string out_;
  bool fresh_ = true;
};

void write(writer& w, const task_row& x) {
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
  if (x.details)
    for (const auto& y : x.details->outputs)
      w.value(y.name, y.value);
  w.close('}');
  w.close('}');
}

void write(writer& w, const agent_row& x) {
  w.open('{');
  w.text("name", x.name);
  w.integer("slots", x.slots);
  w.integer("tasks", x.tasks);
  w.seconds("busy_s", x.busy);
  w.seconds("idle_s", x.idle);
  w.close('}');
}

void write(writer& w, const handoff_row& x) {
  w.open('{');
  w.text("from", x.from);
  w.text("to", x.to);
  w.seconds("sent_s", x.sent);
  w.seconds("received_s", x.received);
  w.close('}');
}

void write(writer& w, const gate_row& x) {
  w.open('{');
  w.text("name", x.name);
  w.text("status", to_string(x.status));
  w.seconds("opened_s", x.opened);
  w.close('}');
}

template <class Row>
void write(writer& w, std::string_view key, const std::vector<Row>& rows) {
  w.line();
  w.open(key, '[');
  for (const auto& x : rows) {
    w.line();
    write(w, x);
  }
  w.close(']');
}

} // namespace

std::string to_json(const run_report& x) {
  writer w;
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
  write(w, "tasks", x.tasks);
  write(w, "agents", x.agents);
  write(w, "handoffs", x.handoffs);
  write(w, "gates", x.gates);
  w.close('}');
  return w.take() + '\n';
}

} // namespace tutti::report
