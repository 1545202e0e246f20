// SPDX-License-Identifier: BSD-3-Clause
#include "messages/fact.hpp"

namespace tutti {

std::string_view to_string(task_state x) {
  switch (x) {
  case task_state::waiting:
    return "waiting";
  case task_state::ready:
    return "ready";
  case task_state::running:
    return "running";
  case task_state::waiting_to_integrate:
    return "waiting-to-integrate";
  case task_state::integrating:
    return "integrating";
  case task_state::succeeded:
    return "succeeded";
  case task_state::failed:
    return "failed";
  case task_state::timed_out:
    return "timed-out";
  case task_state::error:
    return "error";
  case task_state::skipped:
    return "skipped";
  case task_state::left_out:
    return "left-out";
  case task_state::cancelled:
    return "cancelled";
  }
  return "unknown";
}

std::string_view to_string(gate_state x) {
  switch (x) {
  case gate_state::waiting:
    return "waiting";
  case gate_state::asked:
    return "asked";
  case gate_state::open:
    return "open";
  case gate_state::rejected:
    return "rejected";
  case gate_state::closed:
    return "closed";
  }
  return "unknown";
}

std::string_view to_string(verdict x) {
  switch (x) {
  case verdict::approved:
    return "approved";
  case verdict::changes_requested:
    return "changes-requested";
  case verdict::rejected:
    return "rejected";
  }
  return "unknown";
}

std::string_view to_string(service_state x) {
  switch (x) {
  case service_state::waiting:
    return "waiting";
  case service_state::starting:
    return "starting";
  case service_state::ready:
    return "ready";
  case service_state::failed:
    return "failed";
  case service_state::ended:
    return "ended";
  }
  return "unknown";
}

std::string_view to_string(work_phase x) {
  switch (x) {
  case work_phase::run:
    return "run";
  case work_phase::integrate:
    return "integrate";
  }
  return "unknown";
}

std::string_view to_string(attempt_end x) {
  switch (x) {
  case attempt_end::success:
    return "success";
  case attempt_end::failure:
    return "failure";
  case attempt_end::timed_out:
    return "timed-out";
  case attempt_end::system_error:
    return "system-error";
  case attempt_end::cancelled:
    return "cancelled";
  case attempt_end::stopped:
    return "stopped";
  case attempt_end::no_space:
    return "no-space";
  case attempt_end::unkillable:
    return "unkillable";
  case attempt_end::node_lost:
    return "node-lost";
  }
  return "unknown";
}

std::string_view to_string(fact_kind x) {
  switch (x) {
  case fact_kind::run_started:
    return "run-started";
  case fact_kind::task_ready:
    return "task-ready";
  case fact_kind::task_assigned:
    return "task-assigned";
  case fact_kind::attempt_started:
    return "attempt-started";
  case fact_kind::attempt_finished:
    return "attempt-finished";
  case fact_kind::attempt_ending:
    return "attempt-ending";
  case fact_kind::attempt_revoked:
    return "attempt-revoked";
  case fact_kind::task_skipped:
    return "task-skipped";
  case fact_kind::task_left_out:
    return "task-left-out";
  case fact_kind::task_cancelled:
    return "task-cancelled";
  case fact_kind::task_timed_out:
    return "task-timed-out";
  case fact_kind::gate_opened:
    return "gate-opened";
  case fact_kind::gate_closed:
    return "gate-closed";
  case fact_kind::handoff_sent:
    return "handoff-sent";
  case fact_kind::handoff_accepted:
    return "handoff-accepted";
  case fact_kind::result_late:
    return "result-late";
  case fact_kind::stop_requested:
    return "stop-requested";
  case fact_kind::run_ended:
    return "run-ended";
  case fact_kind::task_errored:
    return "task-errored";
  case fact_kind::integrate_ready:
    return "integrate-ready";
  case fact_kind::later_failed:
    return "later-failed";
  case fact_kind::approval_asked:
    return "approval-asked";
  case fact_kind::verdict_given:
    return "verdict-given";
  case fact_kind::gate_rejected:
    return "gate-rejected";
  case fact_kind::gate_reset:
    return "gate-reset";
  case fact_kind::rework_requested:
    return "rework-requested";
  case fact_kind::version_started:
    return "version-started";
  case fact_kind::version_doubted:
    return "version-doubted";
  case fact_kind::version_kept:
    return "version-kept";
  case fact_kind::trigger_queued:
    return "trigger-queued";
  case fact_kind::stream_ended:
    return "stream-ended";
  case fact_kind::request_made:
    return "request-made";
  case fact_kind::request_answered:
    return "request-answered";
  case fact_kind::request_cancelled:
    return "request-cancelled";
  case fact_kind::request_refused:
    return "request-refused";
  case fact_kind::answer_accepted:
    return "answer-accepted";
  case fact_kind::attempt_waits:
    return "attempt-waits";
  case fact_kind::wait_over:
    return "wait-over";
  case fact_kind::attempt_goes_on:
    return "attempt-goes-on";
  case fact_kind::task_paused:
    return "task-paused";
  case fact_kind::task_resumed:
    return "task-resumed";
  case fact_kind::task_retried:
    return "task-retried";
  case fact_kind::service_changed:
    return "service-changed";
  case fact_kind::deadline_over:
    return "deadline-over";
  case fact_kind::run_resumed:
    return "run-resumed";
  case fact_kind::plan_replaced:
    return "plan-replaced";
  case fact_kind::node_joined:
    return "node-joined";
  case fact_kind::node_lost:
    return "node-lost";
  case fact_kind::node_gone:
    return "node-gone";
  case fact_kind::node_draining:
    return "node-draining";
  case fact_kind::agent_placed:
    return "agent-placed";
  case fact_kind::agent_unplaced:
    return "agent-unplaced";
  case fact_kind::run_lost:
    return "run-lost";
  }
  return "unknown";
}

bool same_content(const attempt_details* x, const attempt_details* y) {
  static const attempt_details nothing;
  const auto& a = x != nullptr ? *x : nothing;
  const auto& b = y != nullptr ? *y : nothing;
  // What is large is on disk, so one that is there is unlike one that is not.
  if (a.payload.size_bytes != 0 || b.payload.size_bytes != 0)
    return a.payload.size_bytes != 0 && b.payload.size_bytes != 0
        && a.payload.digest == b.payload.digest;
  return a.outputs == b.outputs && a.artifacts == b.artifacts
      && a.contracts == b.contracts;
}

subject_kind subject_of(fact_kind x) {
  switch (x) {
  case fact_kind::run_started:
  case fact_kind::stop_requested:
  case fact_kind::run_ended:
  case fact_kind::request_refused:
  case fact_kind::run_resumed:
  case fact_kind::plan_replaced:
  case fact_kind::node_joined:
  case fact_kind::node_lost:
  case fact_kind::node_gone:
  case fact_kind::node_draining:
  case fact_kind::agent_placed:
  case fact_kind::agent_unplaced:
    return subject_kind::none;
  case fact_kind::gate_opened:
  case fact_kind::gate_closed:
  case fact_kind::approval_asked:
  case fact_kind::verdict_given:
  case fact_kind::gate_rejected:
  case fact_kind::gate_reset:
  case fact_kind::rework_requested:
    return subject_kind::gate;
  case fact_kind::request_made:
  case fact_kind::request_answered:
  case fact_kind::request_cancelled:
  case fact_kind::answer_accepted:
    return subject_kind::request;
  case fact_kind::service_changed:
    return subject_kind::service;
  default:
    return subject_kind::task;
  }
}

std::string_view to_string(run_status x) {
  switch (x) {
  case run_status::succeeded:
    return "succeeded";
  case run_status::failed:
    return "failed";
  case run_status::stopped:
    return "stopped";
  case run_status::waiting:
    return "waiting";
  }
  return "unknown";
}

} // namespace tutti
