// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/display/reasons.hpp"

#include "runtime/report/format.hpp"
#include "runtime/report/work_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace tutti::display {

using report::joined;

namespace {

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

// Which clock of a task is over: its deadline, or that it had to start.
std::string clock_text(const report::run_model& m, std::uint32_t task) {
  const auto& x = m.plan().tasks[task];
  if (m.task(task).overdue)
    return fmt::format("deadline {} was over",
                       report::format_duration(x.deadline));
  return fmt::format("queue-timeout {} was over before it started",
                     report::format_duration(x.queue_timeout));
}

// What a review that ended well lacks (semantics §16).
std::string review_text(const report::run_model& m, std::uint32_t task,
                        const attempt_details* details) {
  const auto* said =
      details == nullptr ? nullptr : find_output(details->outputs, "verdict");
  if (said == nullptr)
    return "it put out no verdict";
  const auto& gate = m.plan().gates[m.plan().tasks[task].review_of.value];
  if (said->text != to_string(verdict::changes_requested))
    return fmt::format("'{}' is no verdict: write approved, "
                       "changes-requested or rejected",
                       said->text);
  if (!gate.rework.present)
    return fmt::format("it asks for changes, and gate {} has no rework",
                       gate.name);
  return fmt::format("it asks for changes, and its output 'to' does not name "
                     "what is to be done again: {}",
                     report::names_text(m.plan(), gate.rework.to));
}

// Of an after-each task: the first run that counts as failed.
std::string failed_run_text(const report::run_model& m, std::uint32_t task) {
  auto runs = m.failed_runs(task);
  if (runs.empty())
    return {};
  const auto& x = runs.front();
  auto more = runs.size() > 1 ? fmt::format("; {} more", runs.size() - 1)
                              : std::string{};
  return fmt::format(
      "run for {}: {}{}", m.plan().tasks[x.trigger.value].name,
      failure_reason(m.plan().tasks[task], x.end, x.exit_code, x.details.get()),
      more);
}

} // namespace

std::string later_text(const report::run_model& m, node_kind kind,
                       std::uint32_t index) {
  if (index == task_id::none || kind != node_kind::task)
    return cause_text(m, kind, index);
  return fmt::format("needs-later: {} {}", m.plan().tasks[index].name,
                     to_string(m.task(index).state));
}

bool was_told_to_end(attempt_end x) {
  return x == attempt_end::timed_out || x == attempt_end::cancelled
      || x == attempt_end::stopped;
}

std::string end_note(const task& t, attempt_end end,
                     const attempt_details* details) {
  auto message = own_message(end, details);
  if (end != attempt_end::timed_out || t.timeout <= duration{0}
      || message.find("no output for ") != std::string::npos)
    return message;
  return fmt::format("limit {}{}{}", report::format_duration(t.timeout),
                     message.empty() ? "" : "; ", message);
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

std::string attempt_reason(const report::run_model& m, const fact& x) {
  const auto& t = m.plan().tasks[x.subject];
  if (t.kind == task_kind::review && x.end == attempt_end::failure
      && x.exit_code == 0)
    return review_text(m, x.subject, x.details.get());
  if (x.end == attempt_end::timed_out && m.task(x.subject).overdue)
    return clock_text(m, x.subject);
  return failure_reason(t, x.end, x.exit_code, x.details.get());
}

std::string failure_reason(const report::run_model& m, std::uint32_t task) {
  const auto& t = m.task(task);
  if (m.plan().tasks[task].kind == task_kind::after_each)
    if (auto why = failed_run_text(m, task); !why.empty())
      return why;
  auto cause = cause_text(m, t.cause_kind, t.cause);
  if (t.state == task_state::timed_out
      && (t.overdue || t.attempts == 0 || t.end == attempt_end::success))
    return clock_text(m, task);
  if (t.attempts == 0 && !cause.empty())
    return cause;
  if (t.end == attempt_end::success && !cause.empty())
    return later_text(m, t.cause_kind, t.cause);
  fact last;
  last.subject = task;
  last.end = t.end;
  last.exit_code = t.exit_code;
  last.details = t.details;
  return attempt_reason(m, last);
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
  // What is on its way to its end has no state that says more.
  auto state_of = [](std::string_view state, bool is_final) {
    return is_final ? fmt::format(": {}", state) : std::string{};
  };
  switch (kind) {
  case node_kind::task: {
    auto state = m.task(index).state;
    return fmt::format("needs {}{}", p.tasks[index].name,
                       state_of(to_string(state), is_terminal(state)));
  }
  case node_kind::gate: {
    auto state = m.gate(index).state;
    return fmt::format(
        "gate {}{}", p.gates[index].name,
        state_of(to_string(state), state >= gate_state::rejected));
  }
  case node_kind::phase:
    return fmt::format("needs phase {}: {} of {} failed", p.phases[index].name,
                       m.phase(index).failed, m.phase(index).total);
  case node_kind::service: {
    const auto& s = m.service(index);
    auto why = s.text.empty() ? std::string(to_string(s.state)) : s.text;
    return fmt::format("service {}: {}", p.services[index].name, why);
  }
  }
  return {};
}

} // namespace tutti::display
