// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/display/fact_words.hpp"

#include "runtime/display/node_words.hpp"
#include "runtime/display/reasons.hpp"
#include "runtime/report/format.hpp"
#include "runtime/report/wait_text.hpp"
#include "runtime/report/work_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tutti::display {

namespace {

using report::agent_name;
using report::joined;
using report::run_model;

constexpr std::size_t names_max = 3;

style style_of(task_state x) {
  if (is_failure(x))
    return style::red;
  return x == task_state::succeeded ? style::green : style::yellow;
}

words of_task(const run_model& m, const fact& x, std::string_view verb,
              style how, std::string note = {}) {
  auto agent =
      x.agent != task_id::none ? agent_id{x.agent} : m.task(x.subject).agent;
  return {verb, how, agent_name(m.plan(), agent),
          m.plan().tasks[x.subject].name, std::move(note)};
}

words of_gate(const run_model& m, const fact& x, std::string_view verb,
              style how, std::string note = {}) {
  return {verb, how, "gate", m.plan().gates[x.subject].name, std::move(note)};
}

// -- attempts -----------------------------------------------------------------

// How long the attempt that has just ended took; none where it could not even
// be started.
std::string time_of(const run_model& m, const fact& x) {
  auto time = m.task(x.subject).attempt_busy;
  return time > duration{0} ? report::format_duration(time) : std::string{};
}

// "waits to integrate crud (morgan)" behind a task that has done its own part.
std::string later_note(const run_model& m, std::uint32_t task) {
  auto x = m.wait_of({node_kind::task, task}, names_max);
  if (x.on.empty() || x.on.front().why == report::wait_for::slot)
    return {};
  return fmt::format("waits to integrate {}", awaited_text(m, x, names_max));
}

std::string success_note(const run_model& m, const fact& x, std::string time) {
  auto integrated = x.phase == work_phase::integrate && !time.empty();
  auto warning = warning_text(x.end, x.details.get());
  return joined(attempt_text(m, x.subject),
                joined((integrated ? "integrated in " : "") + time, warning));
}

// One run of a task that runs again and again.
words run_ended(const run_model& m, const fact& x, const std::string& time) {
  if (x.end == attempt_end::success)
    return of_task(m, x, "done", style::green, success_note(m, x, time));
  auto is_cut = x.end == attempt_end::cancelled;
  auto reason = is_cut ? std::string{}
                       : failure_reason(m.plan().tasks[x.subject], x.end,
                                        x.exit_code, x.details.get());
  return of_task(m, x, is_cut ? "cancelled" : "failed", style::yellow,
                 joined(run_text(m, x.subject), joined(reason, time)));
}

words task_ended(const run_model& m, const fact& x, const std::string& time) {
  const auto& t = m.plan().tasks[x.subject];
  if (x.state == task_state::succeeded)
    return of_task(m, x, "done", style::green, success_note(m, x, time));
  std::string reason;
  if (was_told_to_end(x.end) && !m.task(x.subject).overdue)
    reason = end_note(t, x.end, x.details.get()); // the verb says the rest
  else if (x.end == attempt_end::success)
    reason = later_text(m, x.cause_kind, x.cause);
  else
    reason = attempt_reason(m, x);
  if (x.state == task_state::cancelled)
    reason = joined(cancel_cause(m), reason);
  reason = joined(reason, warning_text(x.end, x.details.get()));
  if (t.allow_failure && is_failure(x.state))
    reason = joined(reason, "allowed");
  return of_task(m, x, to_string(x.state), style_of(x.state),
                 joined(reason, time));
}

words attempt_ended(const run_model& m, const fact& x) {
  auto time = time_of(m, x);
  if (is_terminal(x.state))
    return task_ended(m, x, time);
  auto is_parked = x.end == attempt_end::success
                && x.state == task_state::waiting_to_integrate;
  if (is_parked)
    return of_task(m, x, "worked", style::plain,
                   joined(success_note(m, x, time), later_note(m, x.subject)));
  if (x.state == task_state::waiting)
    return run_ended(m, x, time);
  const auto& t = m.plan().tasks[x.subject];
  auto is_stopped =
      x.end == attempt_end::stopped || x.end == attempt_end::no_space;
  auto reason = x.end == attempt_end::stopped
                  ? end_note(t, x.end, x.details.get())
                  : attempt_reason(m, x);
  reason = joined(reason, warning_text(x.end, x.details.get()));
  if (x.end == attempt_end::node_lost)
    return of_task(m, x, "lost", style::yellow, joined(lost_text(m, x), time));
  if (m.task(x.subject).lost && is_stopped)
    return of_task(m, x, "lost", style::yellow, "tutti was gone");
  if (is_stopped)
    return of_task(m, x, "stopped", style::yellow, joined(reason, time));
  return of_task(
      m, x, "retry", style::yellow,
      joined(reason, fmt::format("attempt {} took {}", m.task(x.subject).tries,
                                 time.empty() ? "no time" : time)));
}

// A task that no need left out was left out by its own condition, or by hand;
// a review, because the gate was decided without it.
std::string left_out_text(const run_model& m, const fact& x) {
  const auto& t = m.plan().tasks[x.subject];
  if (x.cause != task_id::none)
    return cause_text(m, x.cause_kind, x.cause);
  if (t.kind == task_kind::review)
    return "the gate is decided";
  return t.condition.empty() ? "--skip" : "if: false";
}

std::optional<words> of_attempt(const run_model& m, const fact& x,
                                bool verbose) {
  switch (x.kind) {
  case fact_kind::attempt_started:
    return of_task(m, x, x.phase == work_phase::run ? "start" : "integrate",
                   style::plain, attempt_text(m, x.subject));
  case fact_kind::attempt_finished:
    return attempt_ended(m, x);
  case fact_kind::result_late:
    return of_task(m, x, "late", style::yellow, late_text(m, x));
  case fact_kind::task_assigned:
    if (verbose)
      return of_task(m, x, "assigned", style::dim);
    return std::nullopt;
  case fact_kind::attempt_waits:
    if (verbose)
      return of_task(
          m, x, "waits", style::dim,
          fmt::format("inside, for {}",
                      awaited_text(m, m.wait_of({node_kind::task, x.subject}),
                                   names_max)));
    return std::nullopt;
  default:
    return std::nullopt;
  }
}

// -- tasks --------------------------------------------------------------------

// The end of all runs of an after-each task; each run had its own line.
std::optional<words> stream_ended(const run_model& m, const fact& x) {
  if (m.plan().tasks[x.subject].kind == task_kind::requests
      && !is_failure(x.state))
    return std::nullopt;
  if (is_failure(x.state))
    return of_task(m, x, to_string(x.state), style::red,
                   failure_reason(m, x.subject));
  auto runs = m.task(x.subject).runs;
  return of_task(
      m, x, x.state == task_state::succeeded ? "done" : to_string(x.state),
      style_of(x.state),
      x.state != task_state::succeeded
          ? cause_text(m, x.cause_kind, x.cause)
          : fmt::format("{} {} in all", runs, runs == 1 ? "run" : "runs"));
}

std::optional<words> of_plain_task(const run_model& m, const fact& x) {
  auto cause = cause_text(m, x.cause_kind, x.cause);
  switch (x.kind) {
  case fact_kind::task_skipped:
    return of_task(m, x, "skipped", style::yellow, cause);
  case fact_kind::task_left_out:
    if (m.plan().tasks[x.subject].kind == task_kind::requests)
      return std::nullopt;
    return of_task(m, x, "left-out", style::dim, left_out_text(m, x));
  case fact_kind::task_cancelled:
    return of_task(m, x, "cancelled", style::yellow, cancel_cause(m));
  case fact_kind::task_timed_out:
    return of_task(m, x, "timed-out", style::red, failure_reason(m, x.subject));
  case fact_kind::task_errored:
    return of_task(m, x, "error", style::red, cause);
  case fact_kind::later_failed:
    return of_task(m, x, to_string(x.state), style_of(x.state),
                   is_failure(x.state) ? failure_reason(m, x.subject)
                                       : cancel_cause(m));
  case fact_kind::integrate_ready:
    if (is_terminal(x.state)) // it had nothing to integrate
      return of_task(m, x, "done", style::green);
    return std::nullopt;
  case fact_kind::stream_ended:
    return stream_ended(m, x);
  case fact_kind::version_kept:
    return of_task(m, x, "kept", style::dim,
                   fmt::format("version {}: what it needs came out equal",
                               m.task(x.subject).version));
  case fact_kind::task_paused:
    return of_task(
        m, x, "paused", style::yellow,
        fmt::format("until tutti resume {}", m.plan().tasks[x.subject].name));
  case fact_kind::task_resumed:
    return of_task(m, x, "resumed", style::plain);
  case fact_kind::task_retried:
    return of_task(m, x, "retried", style::plain, "by hand");
  case fact_kind::run_lost:
    return of_task(m, x, "lost", style::yellow, lost_text(m, x));
  default:
    return std::nullopt;
  }
}

// A handoff is news where its receiver has begun: it arrived while that worked,
// or while its agent worked on something else.
std::optional<words> of_handoff(const run_model& m, const fact& x,
                                bool verbose) {
  const auto& t = m.task(x.subject);
  auto is_later = t.attempt_open || t.state == task_state::waiting_to_integrate;
  auto from =
      fmt::format("from {}", name_of(m.plan(), {x.cause_kind, x.cause}));
  if (x.version > 1)
    from += fmt::format(", version {}", x.version);
  if (x.kind == fact_kind::handoff_sent || !is_later)
    return verbose ? std::optional{of_task(m, x, "handoff", style::cyan, from)}
                   : std::nullopt;
  auto other = meanwhile_text(m, t.agent, names_max);
  if (t.attempt_open)
    from += ", while it works";
  else if (!other.empty())
    from += fmt::format(", while {} works on {}", agent_name(m.plan(), t.agent),
                        other);
  return of_task(m, x, "arrived", style::cyan, from);
}

// -- gates and services -------------------------------------------------------

std::string verdict_note(const run_model& m, const fact& x) {
  const auto& g = m.gate(x.subject);
  const auto& made = g.verdicts.back();
  auto note = std::string(to_string(made.verdict));
  auto min = m.plan().gates[x.subject].approval.min;
  if (made.verdict == verdict::approved && min > 1) {
    auto n = std::count_if(g.verdicts.begin(), g.verdicts.end(), [&](auto& y) {
      return y.verdict == verdict::approved && y.round == made.round;
    });
    note += fmt::format(", {} of {}", n, min);
  }
  if (made.verdict == verdict::changes_requested && g.person_decides)
    note += ", its rounds are over: a person decides";
  return made.comment.empty() ? note
                              : fmt::format("{}: {}", note, made.comment);
}

words rework_words(const run_model& m, const fact& x) {
  const auto& made = m.reworks().back();
  auto note = fmt::format("round {}: {} {} done again", made.round,
                          report::names_text(m.plan(), made.tasks),
                          made.tasks.size() == 1 ? "is" : "are");
  // A verdict has just said why.
  if (x.cause != task_id::none)
    note =
        joined(note, fmt::format("{} failed{}{}", m.plan().tasks[x.cause].name,
                                 made.text.empty() ? "" : ": ", made.text));
  return of_gate(m, x, "rework", style::yellow, note);
}

// Other gates on the way lose what was approved; of the gate itself the line on
// its rework tells.
bool is_reset_by_itself(const run_model& m, const fact& x) {
  return !m.reworks().empty() && m.reworks().back().gate.value == x.subject
      && m.reworks().back().at == x.at;
}

std::string asked_note(const run_model& m, const fact& x) {
  auto note = fmt::format("asks {}", report::approvers_text(m, x.subject));
  if (auto round = m.gate(x.subject).rounds; round > 1)
    note += fmt::format(", round {}", round);
  auto message = report::approval_message(m, x.subject);
  return message.empty() ? note : fmt::format("{}: {}", note, message);
}

std::optional<words> of_any_gate(const run_model& m, const fact& x) {
  const auto& g = m.gate(x.subject);
  switch (x.kind) {
  case fact_kind::gate_opened:
    return of_gate(m, x, "open", style::green);
  case fact_kind::gate_closed:
    return of_gate(m, x, "closed", style::red,
                   cause_text(m, x.cause_kind, x.cause));
  case fact_kind::gate_rejected:
    return of_gate(m, x, "rejected", style::red, g.reason);
  case fact_kind::approval_asked:
    return of_gate(m, x, "asked", style::yellow, asked_note(m, x));
  case fact_kind::verdict_given: {
    auto result = of_gate(m, x, "verdict", style::cyan, verdict_note(m, x));
    result.who = g.verdicts.back().who;
    return result;
  }
  case fact_kind::rework_requested:
    return rework_words(m, x);
  case fact_kind::gate_reset:
    if (is_reset_by_itself(m, x))
      return std::nullopt;
    return of_gate(m, x, "reset", style::yellow, "its approvals are lost");
  default:
    return std::nullopt;
  }
}

std::optional<words> of_service(const run_model& m, const fact& x) {
  const auto& s = m.service(x.subject);
  auto make = [&](std::string_view verb, style how, std::string note = {}) {
    return words{verb, how, "service", m.plan().services[x.subject].name,
                 std::move(note)};
  };
  switch (x.service) {
  case service_state::starting:
    if (s.restarts > 0)
      return make("restart", style::yellow,
                  joined(fmt::format("number {}", s.restarts), s.text));
    return make("starting", style::plain);
  case service_state::ready:
    return make(
        "ready", style::green,
        fmt::format("after {}", report::format_duration(s.last_starting)));
  case service_state::failed:
    return make("failed", style::red, s.text);
  default:
    return std::nullopt;
  }
}

// -- the run ------------------------------------------------------------------

std::string resumed_note(const run_model& m) {
  const auto& x = m.session();
  auto note = fmt::format("session {}: {} of {} tasks are kept", x.number,
                          x.kept, m.task_count());
  if (!x.taken_over.empty())
    note += fmt::format(", nodes went on with {}",
                        report::names_text(m.plan(), x.taken_over, names_max));
  if (!x.again.empty())
    note += fmt::format(", {} {} again",
                        report::names_text(m.plan(), x.again, names_max),
                        x.again.size() == 1 ? "runs" : "run");
  if (m.sessions().size() < 2)
    return note;
  auto down = x.from - m.sessions()[m.sessions().size() - 2].until;
  return note
       + fmt::format("; tutti was gone for {}", report::format_duration(down));
}

std::optional<words> of_run(const run_model& m, const fact& x) {
  switch (x.kind) {
  case fact_kind::stop_requested:
    return words{"stop", style::yellow, "-", "-",
                 x.end == attempt_end::cancelled ? "what runs is killed"
                                                 : "the run is being stopped"};
  case fact_kind::run_resumed:
    return words{"resume", style::cyan, "run", m.plan().name, resumed_note(m)};
  case fact_kind::plan_replaced:
    return words{"replaced", style::cyan, "plan", m.plan().name,
                 fmt::format("revision {}", m.revision())};
  default:
    return std::nullopt;
  }
}

} // namespace

std::optional<words> words_of(const report::run_model& m, const fact& x,
                              bool verbose) {
  switch (x.kind) {
  case fact_kind::gate_opened:
  case fact_kind::gate_closed:
  case fact_kind::gate_rejected:
  case fact_kind::gate_reset:
  case fact_kind::approval_asked:
  case fact_kind::verdict_given:
  case fact_kind::rework_requested:
    return of_any_gate(m, x);
  case fact_kind::service_changed:
    return of_service(m, x);
  case fact_kind::handoff_sent:
  case fact_kind::handoff_accepted:
    return of_handoff(m, x, verbose);
  case fact_kind::request_refused:
    return words{"refused", style::yellow,
                 agent_name(m.plan(), m.task(x.cause).agent),
                 m.plan().tasks[x.cause].name,
                 x.extra ? fmt::format("to {}: {}", x.extra->who, x.extra->text)
                         : std::string{}};
  case fact_kind::stop_requested:
  case fact_kind::run_resumed:
  case fact_kind::plan_replaced:
    return of_run(m, x);
  case fact_kind::node_joined:
  case fact_kind::node_lost:
  case fact_kind::node_gone:
  case fact_kind::node_draining:
  case fact_kind::agent_placed:
  case fact_kind::agent_unplaced:
    return node_words(m, x, verbose);
  case fact_kind::attempt_started:
  case fact_kind::attempt_finished:
  case fact_kind::result_late:
  case fact_kind::task_assigned:
  case fact_kind::attempt_waits:
    return of_attempt(m, x, verbose);
  default:
    return of_plain_task(m, x);
  }
}

std::vector<words> contract_words(const report::run_model& m, const fact& x) {
  std::vector<words> result;
  if (x.kind != fact_kind::attempt_finished || !x.details
      || x.state != task_state::succeeded)
    return result;
  for (const auto& y : x.details->contracts) {
    const auto& known = m.contract(y.contract.value);
    if (known.at != x.at)
      continue; // it came out equal
    auto by = fmt::format("by {}", m.plan().tasks[x.subject].name);
    result.push_back(
        {"contract", style::cyan, agent_name(m.plan(), agent_id{x.agent}),
         m.plan().contracts[y.contract.value].name,
         known.redefined == 0
             ? "defined " + by
             : fmt::format("redefined {}; who uses it is told", by)});
  }
  return result;
}

bool is_task_failure(const fact& x) {
  switch (x.kind) {
  case fact_kind::task_timed_out:
  case fact_kind::task_errored:
    return true;
  case fact_kind::attempt_finished:
  case fact_kind::later_failed:
  case fact_kind::stream_ended:
    return is_failure(x.state);
  default:
    return false;
  }
}

bool is_kept(const fact& x) {
  switch (x.kind) {
  case fact_kind::gate_closed:
  case fact_kind::gate_rejected:
  case fact_kind::verdict_given:
  case fact_kind::rework_requested:
  case fact_kind::run_resumed:
  case fact_kind::plan_replaced:
  case fact_kind::node_lost:
    return true;
  case fact_kind::service_changed:
    return x.service == service_state::failed;
  default:
    return is_task_failure(x);
  }
}

} // namespace tutti::display
