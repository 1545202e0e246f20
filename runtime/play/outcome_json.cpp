// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/expectations.hpp"
#include "runtime/play/outcome.hpp"
#include "runtime/report/json_writer.hpp"

namespace tutti::play {

namespace {

constexpr std::int64_t schema_version = 1;

void add_place(report::json_writer& to, const config::source_text& source,
               config::span where) {
  if (!where.valid()) {
    to.raw("line", "null");
    to.raw("column", "null");
    return;
  }
  auto at = source.position(where.offset);
  to.integer("line", at.line);
  to.integer("column", at.column);
}

void add_failures(report::json_writer& to, const scenario_outcome& x) {
  to.open("failures", '[');
  if (x.failed)
    for (const auto& f : x.failed->failures) {
      to.line();
      to.open('{');
      add_place(to, *x.source, f.where);
      to.seconds("at_s", f.at);
      to.text("at", moment_text(*x.story, f.at));
      to.text("text", f.text);
      to.close('}');
    }
  to.close(']');
  to.open("trace", '[');
  if (x.failed)
    for (const auto& line : trace_lines(*x.story, x.facts)) {
      to.line();
      to.text(line);
    }
  to.close(']');
}

void add(report::json_writer& to, const scenario_outcome& x) {
  to.line();
  to.open('{');
  to.text("file", x.source->name);
  to.text("scenario", x.story->name);
  add_place(to, *x.source, x.story->where);
  to.boolean("passed", !x.failed && !x.stopped);
  to.boolean("stopped", x.stopped);
  to.integer("plays", static_cast<std::int64_t>(x.plays));
  to.integer("messages", static_cast<std::int64_t>(x.messages));
  to.seconds("took_s", x.took);
  to.number("wall_s", x.wall_s);
  if (x.failed)
    to.integer("seed", static_cast<std::int64_t>(x.failed->seed));
  else
    to.raw("seed", "null");
  add_failures(to, x);
  to.close('}');
}

} // namespace

std::string outcomes_json(const std::vector<scenario_outcome>& xs,
                          double wall_s) {
  std::int64_t failed = 0;
  std::int64_t stopped = 0;
  std::int64_t plays = 0;
  std::int64_t messages = 0;
  for (const auto& x : xs) {
    failed += x.failed.has_value();
    stopped += x.stopped;
    plays += static_cast<std::int64_t>(x.plays);
    messages += static_cast<std::int64_t>(x.messages);
  }
  report::json_writer to;
  to.open('{');
  to.integer("schema_version", schema_version);
  to.integer("passed", static_cast<std::int64_t>(xs.size()) - failed - stopped);
  to.integer("failed", failed);
  to.integer("stopped", stopped);
  to.integer("plays", plays);
  to.integer("messages", messages);
  to.number("wall_s", wall_s);
  to.open("scenarios", '[');
  for (const auto& x : xs)
    add(to, x);
  to.close(']');
  to.close('}');
  return to.take() + "\n";
}

} // namespace tutti::play
