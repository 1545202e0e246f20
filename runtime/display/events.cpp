// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/display/events.hpp"

#include "runtime/display/text_width.hpp"
#include "runtime/report/format.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tutti::display {

namespace {

constexpr std::size_t verb_width = 9; // "timed-out", "cancelled"
constexpr std::size_t agent_max = 16;
constexpr std::size_t task_max = 32;

struct event {
  std::string_view verb;
  style how = style::plain;
  std::string note;
};

style style_of(task_state x) {
  if (is_failure(x))
    return style::red;
  return x == task_state::succeeded ? style::green : style::yellow;
}

std::string joined(std::string first, const std::string& second) {
  if (!first.empty() && !second.empty())
    first += ", ";
  return first + second;
}

// The program itself ended the attempt, by a signal.
bool was_told_to_end(attempt_end x) {
  return x == attempt_end::timed_out || x == attempt_end::cancelled
      || x == attempt_end::stopped;
}

// The sentences of an attempt without that on the signal the program sent.
std::string own_message(attempt_end end, const attempt_details* details) {
  if (details == nullptr || !was_told_to_end(end))
    return details == nullptr ? std::string{} : details->message;
  std::string result;
  std::string_view rest = details->message;
  while (!rest.empty()) {
    auto cut = std::min(rest.find("; "), rest.size());
    auto sentence = rest.substr(0, cut);
    if (!sentence.starts_with("ended by signal ")) {
      result += result.empty() ? "" : "; ";
      result += sentence;
    }
    rest.remove_prefix(std::min(cut + 2, rest.size()));
  }
  return result;
}

// What there is to say of an attempt that was told to end, beside that.
std::string end_note(const task& t, attempt_end end,
                     const attempt_details* details) {
  auto message = own_message(end, details);
  if (end != attempt_end::timed_out || t.timeout <= duration{0}
      || message.find("no output for ") != std::string::npos)
    return message;
  return fmt::format("limit {}{}{}", report::format_duration(t.timeout),
                     message.empty() ? "" : "; ", message);
}

std::string size_text(std::uint64_t bytes) {
  auto x = static_cast<double>(bytes);
  if (bytes < 1000)
    return fmt::format("{} bytes", bytes);
  if (bytes < 1'000'000)
    return fmt::format("{:.1f} kB", x / 1e3);
  if (bytes < 1'000'000'000)
    return fmt::format("{:.1f} MB", x / 1e6);
  return fmt::format("{:.1f} GB", x / 1e9);
}

event finished_event(const report::run_model& m, const fact& x,
                     std::optional<duration> took) {
  const auto& t = m.plan().tasks[x.subject];
  auto time = took ? report::format_duration(*took) : std::string{};
  auto warning = warning_text(x.end, x.details.get());
  if (x.state == task_state::succeeded)
    return {"done", style::green, joined(time, warning)};
  auto reason = failure_reason(t, x.end, x.exit_code, x.details.get());
  // The verb says already that it was told to end.
  if (was_told_to_end(x.end)
      && (is_terminal(x.state) || x.end == attempt_end::stopped))
    reason = end_note(t, x.end, x.details.get());
  if (x.state == task_state::cancelled)
    reason = joined(cancel_cause(m), reason);
  reason = joined(reason, warning);
  if (is_terminal(x.state)) {
    if (t.allow_failure && is_failure(x.state))
      reason = joined(reason, "allowed");
    return {to_string(x.state), style_of(x.state), joined(reason, time)};
  }
  if (x.end == attempt_end::success)
    return {"worked", style::plain, joined(time, warning)};
  if (x.end == attempt_end::stopped || x.end == attempt_end::no_space)
    return {"stopped", style::yellow, joined(reason, time)};
  return {"retry", style::yellow,
          joined(reason, fmt::format("attempt {} took {}", x.attempt,
                                     time.empty() ? "no time" : time))};
}

std::string needs_text(const report::run_model& m, const fact& x) {
  return cause_text(m, x.cause_kind, x.cause);
}

// A task that no need left out was left out by its own condition, or by hand.
std::string left_out_text(const report::run_model& m, const fact& x) {
  if (x.cause != task_id::none)
    return needs_text(m, x);
  return m.plan().tasks[x.subject].condition.empty() ? "--skip" : "if: false";
}

// What happened to a task, or nothing worth a line.
std::optional<event> task_event(const report::run_model& m, const fact& x,
                                std::optional<duration> took, bool verbose) {
  switch (x.kind) {
  case fact_kind::attempt_started:
    return event{x.phase == work_phase::run ? "start" : "integrate",
                 style::plain,
                 x.attempt > 1 ? fmt::format("attempt {}", x.attempt) : ""};
  case fact_kind::attempt_finished:
    return finished_event(m, x, took);
  case fact_kind::task_skipped:
    return event{"skipped", style::yellow, needs_text(m, x)};
  case fact_kind::task_left_out:
    return event{"left-out", style::dim, left_out_text(m, x)};
  case fact_kind::task_cancelled:
    return event{"cancelled", style::yellow, cancel_cause(m)};
  case fact_kind::task_timed_out:
    return event{"timed-out", style::red, "before it started"};
  case fact_kind::result_late:
    return event{"late", style::yellow, "a stale result, ignored"};
  case fact_kind::task_assigned:
    if (verbose)
      return event{"assigned", style::dim, ""};
    return std::nullopt;
  default:
    return std::nullopt;
  }
}

} // namespace

std::optional<duration> event_lines::took(const report::run_model& m,
                                          const fact& x) {
  const auto& xs = m.intervals();
  for (auto i = next_interval_; i < xs.size(); ++i) {
    if (xs[i].finished > x.at)
      break;
    if (xs[i].task.value == x.subject && xs[i].finished == x.at) {
      next_interval_ = i + 1;
      return xs[i].finished - xs[i].started;
    }
  }
  return std::nullopt;
}

void event_lines::measure_columns(const plan& p) {
  agent_width_ = task_width_ = 1;
  for (const auto& x : p.agents)
    agent_width_ = std::max(agent_width_, width_of(x.name));
  for (const auto& x : p.tasks)
    task_width_ = std::max(task_width_, width_of(x.name));
  agent_width_ = std::min(agent_width_, agent_max);
  task_width_ = std::min(task_width_, task_max);
}

std::optional<styled_line> event_lines::line(const report::run_model& m,
                                             const fact& x, bool verbose) {
  const auto& p = m.plan();
  if (agent_width_ == 0)
    measure_columns(p);
  auto make = [&](std::string_view verb, style how, std::string_view agent,
                  std::string_view name, std::string_view note) {
    styled_line line(fmt::format("{:>7.1f}s  ",
                                 std::chrono::duration<double>(x.at).count()));
    line.add(fmt::format("{:<{}}  ", verb, verb_width), how);
    // Names are plain ASCII and never cut: somebody may search for them.
    line.add(fmt::format("{:<{}}  ", agent, agent_width_));
    if (note.empty())
      return line.add(name);
    return line.add(fmt::format("{:<{}}", name, task_width_))
        .add(fmt::format("  ({})", note), style::dim);
  };
  switch (x.kind) {
  case fact_kind::gate_opened:
    return make("open", style::green, "gate", p.gates[x.subject].name, "");
  case fact_kind::gate_closed:
    return make("closed", style::red, "gate", p.gates[x.subject].name,
                needs_text(m, x));
  case fact_kind::handoff_sent:
    if (!verbose)
      return std::nullopt;
    return make("handoff", style::cyan, agent_name(p, m.task(x.subject).agent),
                p.tasks[x.subject].name,
                fmt::format("from {}", name_of(p, {x.cause_kind, x.cause})));
  case fact_kind::stop_requested:
    return make("stop", style::yellow, "-", "-",
                x.end == attempt_end::cancelled ? "what runs is killed"
                                                : "the run is being stopped");
  default:
    break;
  }
  auto time = x.kind == fact_kind::attempt_finished ? took(m, x) : std::nullopt;
  auto what = task_event(m, x, time, verbose);
  if (!what)
    return std::nullopt;
  auto agent =
      x.agent != task_id::none ? agent_id{x.agent} : m.task(x.subject).agent;
  return make(what->verb, what->how, agent_name(p, agent),
              p.tasks[x.subject].name, what->note);
}

bool is_task_failure(const report::run_model&, const fact& x) {
  return x.kind == fact_kind::task_timed_out
      || (x.kind == fact_kind::attempt_finished && is_failure(x.state));
}

std::string failure_reason(const task& t, attempt_end end,
                           std::int32_t exit_code,
                           const attempt_details* details) {
  if (was_told_to_end(end)) {
    auto what = end == attempt_end::timed_out ? std::string("timed out")
                                              : std::string(to_string(end));
    auto note = end_note(t, end, details);
    return note.empty() ? what : fmt::format("{} ({})", what, note);
  }
  auto code = exit_code == fact::no_exit_code
                ? std::string{}
                : fmt::format("exit {}", exit_code);
  if (details != nullptr && !details->message.empty()) {
    if (code.empty() || exit_code == 0)
      return details->message;
    return fmt::format("{} ({})", details->message, code);
  }
  if (end == attempt_end::failure)
    return code.empty() ? "failed" : code;
  return std::string(to_string(end));
}

std::string warning_text(attempt_end end, const attempt_details* details) {
  if (details == nullptr)
    return {};
  std::string result;
  if (details->leaked)
    result = "processes left behind were ended";
  if (details->dropped_bytes > 0)
    result = joined(
        std::move(result),
        fmt::format("log cut: {} dropped", size_text(details->dropped_bytes)));
  // Of a failure the message is the reason.
  return end == attempt_end::success ? joined(result, details->message)
                                     : result;
}

std::string cancel_cause(const report::run_model& m) {
  const auto& p = m.plan();
  if (!p.fail_fast)
    return {};
  for (auto x : m.failures())
    if (!p.tasks[x.value].allow_failure)
      return fmt::format("fail-fast: {} {}", p.tasks[x.value].name,
                         to_string(m.task(x.value).state));
  return {};
}

std::string cause_text(const report::run_model& m, node_kind kind,
                       std::uint32_t index) {
  if (index == task_id::none)
    return {};
  const auto& p = m.plan();
  switch (kind) {
  case node_kind::task:
    return fmt::format("needs {}: {}", p.tasks[index].name,
                       to_string(m.task(index).state));
  case node_kind::gate:
    return fmt::format("gate {}: {}", p.gates[index].name,
                       to_string(m.gate(index).state));
  case node_kind::phase:
    return fmt::format("needs phase {}: {} of {} failed", p.phases[index].name,
                       m.phase(index).failed, m.phase(index).total);
  case node_kind::service:
    return fmt::format("service {}", p.services[index].name);
  }
  return {};
}

} // namespace tutti::display
