// SPDX-License-Identifier: BSD-3-Clause
#include "config/suggest.hpp"
#include "runtime/cli/commands.hpp"
#include "runtime/cli/load.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/simulate.hpp"
#include "runtime/journal/journal_reader.hpp"
#include "runtime/journal/run_list.hpp"
#include "runtime/simulation/time_text.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <set>
#include <string_view>
#include <thread>
#include <utility>

namespace tutti::cli {

namespace {

using simulation::change;
using simulation::change_kind;
using simulation::time_text;

/// Earlier runs that count, and how far back they are looked for.
constexpr std::size_t history_runs_max = 20;
constexpr std::size_t history_depth = 200;

volatile std::sig_atomic_t interrupted = 0;

void note_interrupt(int) {
  interrupted = 1;
}

bool is_interrupted() {
  return interrupted != 0;
}

/// Ctrl-C ends a long study between two plays, and nothing is printed by
/// halves. Signals that were ignored stay so.
void catch_interrupt() {
  if (std::signal(SIGINT, SIG_IGN) != SIG_IGN)
    std::signal(SIGINT, note_interrupt);
}

// -- names --------------------------------------------------------------------

template <class List>
std::optional<std::uint32_t> index_of(const List& xs, std::string_view name) {
  for (std::uint32_t i = 0; i < xs.size(); ++i)
    if (xs[i].name == name)
      return i;
  return {};
}

template <class List>
error unknown(std::string_view option, std::string_view what,
              std::string_view name, const List& xs) {
  std::vector<std::string_view> names;
  for (const auto& x : xs)
    names.push_back(x.name);
  auto hint = config::suggester{}.hint(name, names);
  if (hint.empty())
    hint = names.empty() ? fmt::format("the plan has no {}", what)
                         : fmt::format("there are {}", fmt::join(names, ", "));
  return {exit_code::bad_plan,
          fmt::format("{}: there is no {} '{}'; {}", option, what, name, hint)};
}

/// The changes that the options ask for, in the order of the help.
expected<std::vector<change>> changes_of(const simulate_options& options,
                                         const plan& p) {
  std::vector<change> result;
  for (const auto& [name, slots] : options.agents) {
    auto agent = index_of(p.agents, name);
    if (!agent)
      return unknown("--agents", "agent", name, p.agents);
    result.push_back({change_kind::agent_slots, *agent, slots});
  }
  if (options.slots) {
    auto local =
        std::find_if(p.agents.begin(), p.agents.end(), [](const agent& x) {
          return x.implicit;
        });
    if (local == p.agents.end())
      return error{exit_code::bad_plan,
                   "--slots is for tasks that name no agent, and the plan has "
                   "none; --agents NAME=N is for the others"};
    auto index = static_cast<std::uint32_t>(local - p.agents.begin());
    result.push_back({change_kind::agent_slots, index, *options.slots});
  }
  for (const auto& name : options.drop_gates) {
    auto gate = index_of(p.gates, name);
    if (!gate)
      return unknown("--drop-gate", "gate", name, p.gates);
    result.push_back({change_kind::drop_gate, *gate, 0});
  }
  if (options.later_as_needs) {
    if (simulation::later_could_close_a_circle(p))
      return error{exit_code::bad_plan,
                   "--later-as-needs: a task needs another to have started, "
                   "and with plain needs the two could wait for each other"};
    result.push_back({change_kind::later_as_needs, 0, 0});
  }
  if (options.fifo)
    result.push_back({change_kind::plan_order, 0, 0});
  return result;
}

expected<simulation::script_options>
script_options_of(const simulate_options& options, const plan& p) {
  simulation::script_options result;
  using simulation::history_use;
  result.history = options.history == "always" ? history_use::always
                 : options.history == "never"  ? history_use::never
                                               : history_use::missing;
  for (const auto& x : options.outputs) {
    auto task = index_of(p.tasks, x.task);
    if (!task)
      return unknown("--output", "task", x.task, p.tasks);
    result.outputs.push_back({task_id{*task}, {x.key, make_text(x.value)}});
  }
  result.people.resize(p.gates.size());
  for (const auto& [name, ns] : options.approvals) {
    auto gate = index_of(p.gates, name);
    if (!name.empty() && !gate)
      return unknown("--approval", "gate", name, p.gates);
    for (std::uint32_t i = 0; i < p.gates.size(); ++i)
      if (name.empty() ? !result.people[i] : i == *gate)
        result.people[i] = duration{ns};
  }
  return result;
}

// -- earlier runs -------------------------------------------------------------

std::string absolute(const std::string& path) {
  std::error_code failure;
  auto result = std::filesystem::absolute(path, failure);
  return failure ? path : result.lexically_normal().string();
}

/// The newest runs of this plan that have succeeded. One that cannot be read
/// is passed over with a warning: it is only asked how long it took.
simulation::measured_times read_history(const simulate_options& options,
                                        const plan& p,
                                        std::vector<std::string>& warnings) {
  simulation::measured_times result;
  auto path =
      absolute(options.plan.plan.empty() ? "tutti.yaml" : options.plan.plan);
  auto state =
      options.state_directory.empty()
          ? (std::filesystem::path{path}.parent_path() / ".tutti").string()
          : absolute(options.state_directory);
  auto runs = journal::list_runs(state, history_depth);
  if (!runs) {
    warnings.push_back(runs.error().detail);
    return result;
  }
  for (const auto& run : *runs) {
    if (result.runs() == history_runs_max)
      break;
    if (run.state != journal::run_state::succeeded || run.plan_path != path)
      continue;
    auto reader =
        journal::journal_reader::open(journal::journal_path(run.path));
    if (!reader) {
      warnings.push_back(reader.error().detail);
      continue;
    }
    auto facts = (*reader)->facts_known_to(p);
    if (facts)
      result.add(p, *facts);
    else
      warnings.push_back(facts.error().detail);
  }
  return result;
}

bool asks_history(simulation::history_use use, const plan& p,
                  const simulation::estimated_script& without) {
  using simulation::history_use;
  return use == history_use::always
      || (use == history_use::missing
          && without.count(p, simulation::time_source::guess) > 0);
}

// -- what is told besides -----------------------------------------------------

/// What the conditions of a task ask for that nothing says.
std::vector<std::string> unsaid(const plan& p, const simulation::script& s,
                                const task& x) {
  std::vector<std::string> result;
  for (const auto& node : x.condition.nodes) {
    if (node.op != expression_op::output_of)
      continue;
    const auto* details = node.task.value < s.results.size()
                            ? s.results[node.task.value].get()
                            : nullptr;
    if (details == nullptr
        || find_output(details->outputs, node.literal.text) == nullptr)
      result.push_back(p.tasks[node.task.value].name + '.' + node.literal.text);
  }
  return result;
}

std::vector<unknown_condition> unknown_conditions(const simulated& x) {
  const auto& m = x.play->model;
  std::vector<unknown_condition> result;
  for (std::uint32_t i = 0; i < m.plan().tasks.size(); ++i) {
    if (m.task(i).state != task_state::left_out
        || m.task(i).cause != task_id::none)
      continue;
    auto asks = unsaid(m.plan(), x.play->what.script, m.plan().tasks[i]);
    if (!asks.empty())
      result.push_back({task_id{i}, std::move(asks)});
  }
  return result;
}

/// A play has no clocks; a run would end what takes longer.
void warn_of_clocks(const plan& p, const simulation::script& s,
                    const report::run_model& m,
                    std::vector<std::string>& warnings) {
  auto say = [&](std::string_view name, std::string_view does, duration time,
                 std::string_view clock, duration limit) {
    if (limit > duration{0} && time > limit)
      warnings.push_back(fmt::format("task '{}' {} {}, and its {} is {}: a run "
                                     "would end it",
                                     name, does, time_text(time), clock,
                                     time_text(limit)));
  };
  for (std::size_t i = 0; i < p.tasks.size(); ++i) {
    const auto& t = p.tasks[i];
    const auto& r = m.task(i);
    if (r.attempts == 0)
      continue;
    say(t.name, "takes", s.work[i].run.max, "timeout", t.timeout);
    say(t.name, "takes to integrate", s.work[i].integrate.max, "timeout",
        t.timeout);
    if (r.ready_at && r.started_at)
      say(t.name, "waits for its agent for", *r.started_at - *r.ready_at,
          "queue-timeout", t.queue_timeout);
    if (r.ready_at && r.finished_at)
      say(t.name, "is done after", *r.finished_at - *r.ready_at, "deadline",
          t.deadline);
  }
  for (std::size_t i = 0; i < p.gates.size(); ++i)
    if (p.gates[i].approval.human)
      say(p.gates[i].name, "is decided after", s.people[i].max,
          "approval's timeout", p.gates[i].approval.timeout);
}

// -- the study ----------------------------------------------------------------

simulation::setup setup_of(const simulate_options& options, const plan& p,
                           const simulated& x) {
  simulation::setup result{p, x.times_from.script, {}};
  simulation::remove_clocks(result.plan);
  auto cores = std::max(1u, std::thread::hardware_concurrency());
  result.options.jobs =
      options.jobs.value_or(engine::graph_options::no_jobs_limit);
  result.options.implicit_slots = options.jobs.value_or(cores);
  if (x.seed && x.times == 0)
    result.script.seed = simulation::seed_of(*x.seed, 0);
  return result;
}

/// False: it was interrupted.
bool study(const simulate_options& options, const simulation::setup& base,
           simulated& x) {
  if (!x.changes.empty()) {
    auto trials = simulation::compare(
        base, x.changes, {x.times, x.seed.value_or(0)}, is_interrupted);
    if (!trials)
      return false;
    x.trials = std::move(*trials);
    x.many = x.trials.back().many;
  }
  auto shown = base;
  for (const auto& c : x.changes)
    simulation::apply(c, shown);
  if (x.changes.empty() && x.times > 0) {
    x.many = simulation::play_many(shown, x.times, *x.seed, is_interrupted);
    if (!x.many)
      return false;
  }
  x.play = simulation::play_whole(std::move(shown));
  if (options.advise) {
    x.advice = simulation::advise(*x.play, is_interrupted);
    if (!x.advice)
      return false;
  }
  return !is_interrupted();
}

int print(const simulate_options& options, const simulated& x) {
  if (!options.json_file.empty())
    if (int code = write_data(options.json_file, simulation_json(x)); code != 0)
      return code;
  if (options.json_file == "-")
    return 0;
  simulate_view view;
  view.can =
      display::detect(STDOUT_FILENO, {options.plain, options.plan.no_color});
  if (options.plain)
    view.can.color = view.can.unicode = false;
  auto columns = display::make_fd_output(STDOUT_FILENO)->size().columns;
  view.columns = static_cast<std::size_t>(std::max(columns, 40));
  view.plain = options.plain;
  return print_data(simulation_text(x, view));
}

} // namespace

int simulate_command(const simulate_options& options) {
  catch_interrupt();
  auto loaded = select_or_explain(load_or_explain(options.plan, false, false),
                                  options.only, options.skip);
  if (!loaded.value)
    return loaded.exit_code;
  const auto& p = *loaded.value;
  simulated x;
  auto changes = changes_of(options, p);
  if (!changes)
    return fail(changes.error());
  auto how = script_options_of(options, p);
  if (!how)
    return fail(how.error());
  x.changes = std::move(*changes);
  x.times = options.times;
  x.seed = options.seed;
  x.times_from = simulation::make_script(p, {}, *how);
  if (asks_history(how->history, p, x.times_from)) {
    auto history = read_history(options, p, x.warnings);
    x.history_runs = history.runs();
    x.times_from = simulation::make_script(p, history, *how);
  }
  if (!study(options, setup_of(options, p, x), x)) {
    note("interrupted: nothing is printed");
    return static_cast<int>(exit_code::interrupted);
  }
  x.left_out = unknown_conditions(x);
  warn_of_clocks(p, x.times_from.script, x.play->model, x.warnings);
  if (int code = print(options, x); code != 0)
    return code;
  return x.play->how.complete ? 0 : static_cast<int>(exit_code::waiting);
}

} // namespace tutti::cli
