// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/history.hpp"

#include "runtime/cli/size_text.hpp"
#include "runtime/display/styled_line.hpp"
#include "runtime/display/summary.hpp"
#include "runtime/display/text_width.hpp"
#include "runtime/report/format.hpp"
#include "runtime/report/json_writer.hpp"
#include "runtime/session/resume_command.hpp"
#include "runtime/version.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>

namespace tutti::cli {

namespace {

using display::style;
using display::styled_line;
using journal::run_entry;
using journal::run_state;

constexpr int history_schema_version = 1;

style style_of(run_state x) {
  switch (x) {
  case run_state::live:
    return style::cyan;
  case run_state::succeeded:
    return style::green;
  case run_state::failed:
  case run_state::unreadable:
    return style::red;
  case run_state::stopped:
  case run_state::waiting:
  case run_state::unfinished:
    return style::yellow;
  case run_state::no_journal:
    break;
  }
  return style::dim;
}

struct cells {
  std::string tasks;
  std::string started;
  std::string took;
  std::string size;
  std::string plan;
};

cells cells_of(const run_entry& x, std::int64_t now_ns) {
  cells result;
  bool known = x.started_ns != 0;
  result.tasks =
      known ? fmt::format("{}/{}", x.tasks_done, x.tasks) : std::string{"-"};
  result.started =
      known ? age_text(now_ns - x.started_ns) + " ago" : std::string{"-"};
  auto end = x.state == run_state::live ? now_ns : x.last_ns;
  result.took = known ? report::format_elapsed(duration{end - x.started_ns})
                      : std::string{"-"};
  result.size = size_text(x.size_bytes);
  result.plan = x.plan_name.empty() ? "-" : x.plan_name;
  if (x.sessions > 1)
    result.plan +=
        fmt::format(" (resumed {})",
                    x.sessions == 2 ? std::string{"once"}
                                    : fmt::format("{} times", x.sessions - 1));
  return result;
}

/// Widths of the columns; the plan has what is left.
struct widths {
  std::size_t id = 3;
  std::size_t state = 5;
  std::size_t tasks = 5;
  std::size_t started = 7;
  std::size_t took = 4;
  std::size_t size = 4;

  [[nodiscard]] std::size_t before_plan() const {
    constexpr std::size_t gaps = 6 * 2;
    return id + state + tasks + started + took + size + gaps;
  }
};

widths widths_of(const history& x) {
  widths w;
  for (const auto& run : x.runs) {
    auto c = cells_of(run, x.now_ns);
    w.id = std::max(w.id, display::width_of(run.id));
    w.state = std::max(w.state, journal::to_string(run.state).size());
    w.tasks = std::max(w.tasks, c.tasks.size());
    w.started = std::max(w.started, c.started.size());
    w.took = std::max(w.took, c.took.size());
    w.size = std::max(w.size, c.size.size());
  }
  return w;
}

styled_line row(const widths& w, std::string_view id, std::string_view state,
                style how, const cells& c) {
  styled_line result{display::fit(id, w.id, true)};
  result.add(fmt::format("  {:<{}}", state, w.state), how);
  result.add(fmt::format("  {:>{}}  {:>{}}  {:>{}}  {:>{}}  {}", c.tasks,
                         w.tasks, c.started, w.started, c.took, w.took, c.size,
                         w.size, c.plan));
  return result;
}

std::vector<styled_line> table(const history& x, const widths& w) {
  std::vector<styled_line> result;
  result.push_back(row(w, "RUN", "STATE", style::plain,
                       {"TASKS", "STARTED", "TOOK", "SIZE", "PLAN"}));
  for (const auto& run : x.runs)
    result.push_back(row(w, run.id, journal::to_string(run.state),
                         style_of(run.state), cells_of(run, x.now_ns)));
  return result;
}

/// For terminals that the table does not fit into.
std::vector<styled_line> narrow(const history& x) {
  std::vector<styled_line> result;
  for (const auto& run : x.runs) {
    auto c = cells_of(run, x.now_ns);
    result.push_back(styled_line{run.id}.add("  ").add(
        journal::to_string(run.state), style_of(run.state)));
    if (run.started_ns != 0)
      result.push_back(styled_line{
          fmt::format("  {}, {} tasks, {}", c.plan, c.tasks, c.started)});
    result.push_back(styled_line{
        run.started_ns == 0 ? fmt::format("  {}", c.size)
                            : fmt::format("  took {}, {}", c.took, c.size)});
  }
  return result;
}

/// The newest that can be gone on with, and what is wrong with others. Whole
/// sentences, which wrap.
std::string notes(const history& x) {
  std::string result;
  for (const auto& run : x.runs)
    if (!run.trouble.empty())
      result += fmt::format("{}: {}\n", run.id, run.trouble);
  for (const auto& run : x.runs)
    if (journal::is_resumable(run.state)) {
      result += fmt::format("To go on with {}: {}\n", run.id,
                            resume_command(x.state_directory, run));
      break;
    }
  if (x.more > 0)
    result += fmt::format("{} more; 'tutti history -n 0' shows all\n", x.more);
  return result;
}

bool is_object(const std::string& text) {
  return nlohmann::json::parse(text, nullptr, false).is_object();
}

void add_run(report::json_writer& w, const run_entry& x) {
  w.line();
  w.open('{');
  w.text("id", x.id);
  w.text("state", journal::to_string(x.state));
  w.boolean("resumable", journal::is_resumable(x.state));
  w.text_or_null("trouble", x.trouble);
  w.text_or_null("plan", x.plan_name);
  w.text_or_null("plan_path", x.plan_path);
  // Text of a file that somebody may have changed.
  w.raw("settings", is_object(x.settings) ? x.settings : std::string{"null"});
  w.text("folder", x.path);
  w.text_or_null("started_at",
                 x.started_ns == 0 ? std::string{} : utc_text(x.started_ns));
  w.text_or_null("last_at",
                 x.started_ns == 0 ? std::string{} : utc_text(x.last_ns));
  w.integer("sessions", x.sessions);
  if (x.exit_code)
    w.integer("exit_code", *x.exit_code);
  else
    w.raw("exit_code", "null");
  w.integer("tasks_done", x.tasks_done);
  w.integer("tasks", x.tasks);
  w.integer("facts", static_cast<std::int64_t>(x.facts));
  w.integer("size_bytes", static_cast<std::int64_t>(x.size_bytes));
  w.close('}');
}

} // namespace

std::string utc_text(std::int64_t since_1970_ns) {
  using namespace std::chrono;
  auto seconds_since = floor<seconds>(nanoseconds{since_1970_ns}).count();
  auto time = static_cast<std::time_t>(seconds_since);
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
                     parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string age_text(std::int64_t age_ns) {
  auto s = std::max<std::int64_t>(age_ns, 0) / 1'000'000'000;
  if (s < 60)
    return fmt::format("{}s", s);
  if (s < 3600)
    return fmt::format("{}m", s / 60);
  if (s < 2 * 86400)
    return fmt::format("{}h", s / 3600);
  return fmt::format("{}d", s / 86400);
}

std::string resume_command(const std::string& state_directory,
                           const journal::run_entry& run) {
  std::filesystem::path state{state_directory};
  std::filesystem::path plan{run.plan_path};
  // Of a project that was moved: the plan of that name beside it.
  auto beside = state.parent_path() / plan.filename();
  std::error_code ignored;
  if (!std::filesystem::exists(plan, ignored)
      && std::filesystem::exists(beside, ignored))
    plan = beside;
  bool is_usual = state == plan.parent_path() / ".tutti";
  return session::resume_command(
      plan.string(), is_usual ? std::string{} : state_directory, {}, run.id);
}

std::string history_text(const history& x, const display::traits& can,
                         std::size_t columns) {
  constexpr std::size_t plan_min = 8;
  auto w = widths_of(x);
  bool fits = w.before_plan() + plan_min <= columns;
  std::string result;
  for (const auto& line : fits ? table(x, w) : narrow(x))
    result += line.render(can, columns) + '\n';
  return result + display::note_lines(notes(x), can);
}

std::string history_json(const history& x) {
  report::json_writer w;
  w.open('{');
  w.integer("schema_version", history_schema_version);
  w.text("tutti", runtime::version());
  w.text("state_directory", x.state_directory);
  w.integer("more", static_cast<std::int64_t>(x.more));
  w.open("runs", '[');
  for (const auto& run : x.runs)
    add_run(w, run);
  w.close(']');
  w.close('}');
  return w.take() + "\n";
}

} // namespace tutti::cli
