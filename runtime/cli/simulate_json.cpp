// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/plan_words.hpp"
#include "runtime/cli/simulate.hpp"
#include "runtime/report/json_writer.hpp"
#include "runtime/simulation/occupancy.hpp"

#include <string_view>

namespace tutti::cli {

namespace {

using report::json_writer;
using simulation::time_source;

void add_figures(json_writer& w, const simulated& x) {
  const auto& r = x.play->report;
  w.integer("schema_version", 1);
  w.text("plan", x.play->model.plan().name);
  w.boolean("complete", x.play->how.complete);
  w.seconds("sequential_s", r.sequential);
  w.seconds("makespan_s", x.play->how.end);
  w.seconds("any_team_s", x.play->any_team());
  w.seconds("lower_bound_s", r.bounds.value);
  w.text("tight_bound", report::to_string(r.bounds.tight));
  w.number("efficiency", r.efficiency);
  w.text("explanation", r.explanation);
  w.open("bounds", '{');
  for (std::size_t i = 0; i < r.bounds.of.size(); ++i)
    w.seconds(std::string{report::to_string(static_cast<report::bound_kind>(i))}
                  + "_s",
              r.bounds.of[i].value);
  w.close('}');
  w.seconds("as_needs_makespan_s",
            r.later ? std::optional{r.later->with_needs} : std::nullopt);
  w.seconds("saved_by_later_s",
            r.later ? std::optional{r.later->saved()} : std::nullopt);
}

void add_estimates(json_writer& w, const simulated& x) {
  const auto& p = x.play->model.plan();
  w.open("estimates", '{');
  for (auto from :
       {time_source::plan, time_source::history, time_source::guess})
    w.integer(simulation::to_string(from),
              static_cast<std::int64_t>(x.times_from.count(p, from)));
  w.integer("history_runs", x.history_runs);
  w.close('}');
}

void add_tasks(json_writer& w, const simulated& x) {
  const auto& m = x.play->model;
  const auto& rows = x.play->report.tasks;
  w.open("tasks", '[');
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (m.plan().tasks[i].kind == task_kind::requests)
      continue;
    const auto& t = rows[i];
    w.line();
    w.open('{');
    w.text("name", t.name);
    w.text_or_null("agent", t.agent);
    w.text("status", to_string(t.status));
    w.text("estimate", simulation::to_string(x.times_from.run[i]));
    w.seconds("run_s", t.run);
    w.seconds("integrate_s", t.integrate);
    w.seconds("waited_later_s", t.waited_later);
    w.seconds("ready_s", t.ready);
    w.seconds("started_s", t.started);
    w.seconds("finished_s", t.finished);
    w.close('}');
  }
  w.close(']');
}

void add_agents(json_writer& w, const simulated& x) {
  const auto& m = x.play->model;
  auto all = simulation::occupancy_of(m);
  w.open("agents", '[');
  for (std::size_t i = 0; i < all.size(); ++i) {
    w.line();
    w.open('{');
    w.text("name", m.plan().agents[i].name);
    w.integer("slots", m.agent(i).slots);
    w.seconds("busy_s", all[i].busy);
    w.seconds("blocked_s", all[i].blocked);
    w.seconds("idle_s", all[i].idle);
    w.close('}');
  }
  w.close(']');
}

void add_gates(json_writer& w, const simulated& x) {
  w.open("gates", '[');
  for (const auto& g : x.play->report.gates) {
    w.line();
    w.open('{');
    w.text("name", g.name);
    w.text("status", to_string(g.status));
    w.seconds("asked_s", g.asked);
    w.seconds("opened_s", g.opened);
    w.seconds("waited_for_people_s", g.people);
    w.close('}');
  }
  w.close(']');
}

/// What the chart shows.
void add_work(json_writer& w, const simulated& x) {
  const auto& m = x.play->model;
  const auto& p = m.plan();
  w.open("work", '[');
  for (const auto& slot : simulation::slot_rows(m))
    for (auto i : slot.stretch) {
      const auto& a = m.intervals()[i];
      w.line();
      w.open('{');
      w.text("agent", p.agents[a.agent.value].name);
      w.integer("slot", slot.slot + 1);
      w.text("task", p.tasks[a.task.value].name);
      w.text("phase", to_string(a.phase));
      w.seconds("start_s", a.started);
      w.seconds("end_s", a.finished);
      w.close('}');
    }
  w.close(']');
}

void add_chain(json_writer& w, const simulated& x) {
  w.open("critical_path", '[');
  for (const auto& c : longest_chain(x)) {
    w.line();
    w.open('{');
    w.text("kind", c.people ? "gate" : "task");
    w.text("name", c.name);
    w.text_or_null("agent", c.agent);
    w.text("phase", to_string(c.phase));
    w.seconds("start_s", c.start);
    w.seconds("end_s", c.end);
    w.close('}');
  }
  w.close(']');
}

void add_spread(json_writer& w, std::string_view key,
                const std::optional<simulation::spread>& many) {
  if (!many)
    return w.raw(key, "null");
  w.open(key, '{');
  w.integer("count", static_cast<std::int64_t>(many->makespans.size()));
  w.integer("incomplete", static_cast<std::int64_t>(many->incomplete));
  w.seconds("min_s", many->makespans.front());
  w.seconds("p10_s", many->percentile(0.1));
  w.seconds("p50_s", many->percentile(0.5));
  w.seconds("p90_s", many->percentile(0.9));
  w.seconds("p99_s", many->percentile(0.99));
  w.seconds("max_s", many->makespans.back());
  w.seconds("mean_s", many->mean());
  w.close('}');
}

void add_trials(json_writer& w, const simulated& x) {
  w.open("trials", '[');
  for (const auto& t : x.trials) {
    w.line();
    w.open('{');
    w.text("change", t.text);
    w.integer("changes", static_cast<std::int64_t>(t.changes.size()));
    w.boolean("complete", t.how.complete);
    w.seconds("makespan_s", t.how.end);
    w.seconds("difference_s", t.how.end - x.trials.front().how.end);
    add_spread(w, "runs", t.many);
    w.close('}');
  }
  w.close(']');
}

void add_advice(json_writer& w, const simulated& x) {
  if (!x.advice)
    return w.raw("advice", "null");
  w.open("advice", '[');
  for (const auto& r : x.advice->rows) {
    w.line();
    w.open('{');
    w.text("change", r.text);
    w.seconds("makespan_s", r.makespan);
    w.seconds("gain_s", r.gain);
    w.close('}');
  }
  w.close(']');
}

void add_unknown(json_writer& w, const simulated& x) {
  const auto& p = x.play->model.plan();
  w.open("left_out", '[');
  for (const auto& c : x.left_out) {
    w.line();
    w.open('{');
    w.text("task", p.tasks[c.task.value].name);
    w.open("asks", '[');
    for (const auto& name : c.asks)
      w.text(name);
    w.close(']');
    w.close('}');
  }
  w.close(']');
  w.open("warnings", '[');
  for (const auto& text : x.warnings)
    w.text(text);
  w.close(']');
}

} // namespace

std::string simulation_json(const simulated& x) {
  json_writer w;
  w.open('{');
  add_figures(w, x);
  // As text: 64 bits are more than every reader's numbers hold.
  w.text_or_null("seed", x.seed ? std::to_string(*x.seed) : "");
  add_estimates(w, x);
  add_agents(w, x);
  add_tasks(w, x);
  add_gates(w, x);
  add_work(w, x);
  add_chain(w, x);
  add_spread(w, "runs", x.many);
  add_trials(w, x);
  add_advice(w, x);
  add_unknown(w, x);
  w.close('}');
  return w.take() + '\n';
}

} // namespace tutti::cli
