// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/json_writer.hpp"
#include "runtime/stress/patterns.hpp"
#include "runtime/stress/report.hpp"

#include <optional>
#include <string_view>

namespace tutti::stress {

namespace {

using report::json_writer;

void add_integer(json_writer& w, std::string_view key, std::uint64_t x) {
  w.integer(key, static_cast<std::int64_t>(x));
}

std::string_view scheduler_text(scheduling x) {
  switch (x) {
  case scheduling::as_runs:
    return "as-runs";
  case scheduling::sharing:
    return "sharing";
  case scheduling::stealing:
    return "stealing";
  }
  return "as-runs";
}

void add_settings(json_writer& w, const settings& how) {
  auto takes = how.pattern->takes;
  w.open("settings", '{');
  w.seconds("duration_s", how.time);
  if (how.count)
    add_integer(w, "count", *how.count);
  else
    w.raw("count", "null");
  w.seconds("warm_up_s", how.warm_up);
  add_integer(w, "payload_bytes", how.payload_bytes);
  w.integer("actors", how.actors);
  w.integer("nodes", how.nodes);
  w.integer("threads", how.threads);
  w.text_or_null("scheduler", has(takes, knob::scheduler)
                                  ? scheduler_text(how.scheduler)
                                  : "");
  w.number("rate_per_s", how.rate);
  w.text_or_null("durability",
                 has(takes, knob::durability) ? to_string(how.durability) : "");
  w.close('}');
}

std::optional<double> per_second(std::uint64_t count, duration span) {
  if (span <= duration{0})
    return {};
  return static_cast<double>(count) * 1e9 / static_cast<double>(span.count());
}

void add_throughput(json_writer& w, const outcome& x) {
  w.seconds("elapsed_s", x.elapsed);
  w.text("operation", x.how.pattern->unit);
  add_integer(w, "operations", x.operations);
  w.number("operations_per_s", per_second(x.operations, x.elapsed));
  add_integer(w, "messages", x.messages);
  w.number("messages_per_s", per_second(x.messages, x.elapsed));
}

void add_latency(json_writer& w, const outcome& x) {
  const auto& h = x.times;
  if (h.count() == 0)
    return w.raw("latency", "null");
  w.open("latency", '{');
  w.text("of", x.how.pattern->timed);
  w.integer("sample_every", x.sample_every);
  w.boolean("corrected_for_coordinated_omission", x.how.rate.has_value());
  add_integer(w, "count", h.count());
  w.integer("min_ns", h.min());
  w.number("mean_ns", h.mean());
  w.integer("p50_ns", h.percentile(.5));
  w.integer("p90_ns", h.percentile(.9));
  w.integer("p99_ns", h.percentile(.99));
  w.integer("p999_ns", h.percentile(.999));
  w.integer("max_ns", h.max());
  w.close('}');
}

void add_figures(json_writer& w, const outcome& x) {
  w.open("figures", '[');
  for (const auto& f : x.figures) {
    w.line();
    w.open('{');
    w.text("name", f.name);
    w.number("value", f.value);
    w.text("text", f.text);
    w.close('}');
  }
  w.close(']');
}

void add_nodes(json_writer& w, const outcome& x) {
  w.open("nodes", '[');
  for (const auto& n : x.nodes) {
    w.line();
    w.open('{');
    w.text("name", n.name);
    w.boolean("lost", n.lost);
    w.seconds("cpu_user_s", n.cpu.user);
    w.seconds("cpu_system_s", n.cpu.system);
    add_integer(w, "peak_memory_bytes", n.peak_bytes);
    add_integer(w, "pauses", n.pauses);
    w.close('}');
  }
  w.close(']');
}

void add_ledger(json_writer& w, const outcome& x) {
  const auto& l = x.accounts;
  w.open("ledger", '{');
  w.boolean("whole", l.whole());
  add_integer(w, "senders", l.senders);
  add_integer(w, "sent", l.sent);
  add_integer(w, "received", l.received);
  add_integer(w, "missing", l.missing);
  add_integer(w, "surplus", l.surplus);
  add_integer(w, "corrupted", l.corrupted);
  add_integer(w, "unequal_senders", l.unequal);
  w.close('}');
}

void add_place(json_writer& w) {
  auto m = this_machine();
  w.open("machine", '{');
  w.text("cpu", m.cpu);
  w.integer("cores", m.cores);
  add_integer(w, "memory_bytes", m.memory_bytes);
  w.text("kernel", m.kernel);
  w.close('}');
  auto b = this_build();
  w.open("build", '{');
  w.text("version", b.version);
  w.text("type", b.type);
  w.text("compiler", b.compiler);
  w.close('}');
}

} // namespace

std::string report_json(const outcome& x) {
  json_writer w;
  w.open('{');
  w.integer("schema_version", 1);
  w.text("pattern", x.how.pattern->name);
  w.text("follows", x.how.pattern->follows);
  w.text("command", x.how.command);
  add_settings(w, x.how);
  w.boolean("stopped", x.stopped);
  w.text_or_null("trouble", x.trouble);
  add_throughput(w, x);
  add_latency(w, x);
  w.seconds("cpu_user_s", x.cpu.user);
  w.seconds("cpu_system_s", x.cpu.system);
  add_integer(w, "peak_memory_bytes", x.peak_bytes);
  add_ledger(w, x);
  add_figures(w, x);
  add_nodes(w, x);
  add_place(w);
  w.close('}');
  return w.take() + '\n';
}

} // namespace tutti::stress
