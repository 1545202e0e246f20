// SPDX-License-Identifier: BSD-3-Clause
// How CAF reads and writes the message types. Value headers stay free of CAF.
#pragma once

#include "messages/batch.hpp"
#include "messages/control.hpp"
#include "messages/handoff.hpp"
#include "messages/journal.hpp"
#include "messages/live.hpp"
#include "messages/process.hpp"
#include "messages/request.hpp"
#include "messages/run.hpp"
#include "messages/service.hpp"
#include "messages/storage.hpp"
#include "messages/task.hpp"

#include <caf/error.hpp>
#include <caf/meta/load_callback.hpp>
#include <caf/meta/type_name.hpp>
#include <caf/none.hpp>

namespace tutti {

namespace detail {

/// Runs `visit` on a value in place of a shared pointer to it: on what it
/// points to for who only reads, made anew after loading.
template <class Inspector, class T, class Visit>
typename Inspector::result_type
inspect_shared(Inspector&, std::shared_ptr<const T>& x, Visit visit) {
  if constexpr (Inspector::reads_state) {
    static const T nothing{};
    // Inspectors take all by reference; this one writes to none of it.
    return visit(const_cast<T&>(x ? *x : nothing), [] {
      return caf::error{};
    });
  } else {
    T copy{};
    return visit(copy, [&] {
      x = std::make_shared<const T>(std::move(copy));
      return caf::error{};
    });
  }
}

} // namespace detail

template <class Inspector, class Tag>
typename Inspector::result_type inspect(Inspector& f, dense_id<Tag>& x) {
  return f(caf::meta::type_name("id"), x.value);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, value& x) {
  return f(caf::meta::type_name("value"), x.kind, x.text);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, output& x) {
  return f(caf::meta::type_name("output"), x.name, x.value);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, artifact& x) {
  return f(caf::meta::type_name("artifact"), x.path, x.digest, x.size_bytes,
           x.executable);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, contract_text& x) {
  return f(caf::meta::type_name("contract_text"), x.contract, x.schema, x.mock);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, payload_ref& x) {
  return f(caf::meta::type_name("payload_ref"), x.offset, x.size_bytes,
           x.digest);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, attempt_details& x) {
  return f(caf::meta::type_name("attempt_details"), x.outputs, x.note,
           x.artifacts, x.contracts, x.message, x.log, x.dropped_bytes,
           x.leaked, x.payload);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, node_ref& x) {
  return f(caf::meta::type_name("node_ref"), x.kind, x.index);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, work_item& x) {
  return f(caf::meta::type_name("work_item"), x.from, x.version, x.request,
           x.status, x.text, x.note);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, fact_extra& x) {
  return f(caf::meta::type_name("fact_extra"), x.verdict, x.who, x.uid, x.text,
           x.note, x.tasks, x.items, x.awaited);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, fact& x) {
  return detail::inspect_shared(
      f, x.details, [&](attempt_details& details, auto loaded) {
        return detail::inspect_shared(
            f, x.extra, [&](fact_extra& extra, auto more) {
              return f(caf::meta::type_name("fact"), x.kind, x.phase, x.state,
                       x.end, x.status, x.cause_kind, x.cause, x.subject,
                       x.agent, x.attempt, x.version, x.exit_code, x.at,
                       x.service, details, extra,
                       caf::meta::load_callback(loaded),
                       caf::meta::load_callback(more));
            });
      });
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, fact_list& x) {
  auto all = x.get();
  return f(caf::meta::type_name("fact_list"), all,
           caf::meta::load_callback([&]() -> caf::error {
             x = std::move(all);
             return caf::none;
           }));
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, run_facts& x) {
  return f(caf::meta::type_name("run_facts"), x.facts);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, task_progress& x) {
  return f(caf::meta::type_name("task_progress"), x.task, x.attempt, x.line,
           x.percent);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, begin_run&) {
  return f(caf::meta::type_name("begin_run"));
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, leave_run& x) {
  return f(caf::meta::type_name("leave_run"), x.at_once);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, agent_left& x) {
  return f(caf::meta::type_name("agent_left"), x.agent);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, stop_run& x) {
  return f(caf::meta::type_name("stop_run"), x.exit_code, x.at_once);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, gate_comment& x) {
  return f(caf::meta::type_name("gate_comment"), x.gate, x.text);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, assignment_details& x) {
  return detail::inspect_shared(
      f, x.earlier, [&](attempt_details& earlier, auto loaded) {
        return f(caf::meta::type_name("assignment_details"), x.round,
                 x.feedback, x.items, x.comments, earlier,
                 caf::meta::load_callback(loaded));
      });
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, assign_task& x) {
  return detail::inspect_shared(
      f, x.details, [&](assignment_details& details, auto loaded) {
        return f(caf::meta::type_name("assign_task"), x.task, x.attempt, x.rank,
                 x.phase, x.version, details, caf::meta::load_callback(loaded));
      });
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, revoke_task& x) {
  return f(caf::meta::type_name("revoke_task"), x.task, x.attempt, x.rank);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, end_task& x) {
  return f(caf::meta::type_name("end_task"), x.task, x.attempt, x.at_once);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, attempt_started& x) {
  return f(caf::meta::type_name("attempt_started"), x.task, x.attempt);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, attempt_finished& x) {
  return detail::inspect_shared(
      f, x.details, [&](attempt_details& details, auto loaded) {
        return f(caf::meta::type_name("attempt_finished"), x.task, x.attempt,
                 x.end, x.exit_code, details, caf::meta::load_callback(loaded));
      });
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, task_returned& x) {
  return f(caf::meta::type_name("task_returned"), x.task, x.attempt);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, handoff& x) {
  return detail::inspect_shared(
      f, x.details, [&](attempt_details& details, auto loaded) {
        return f(caf::meta::type_name("handoff"), x.from, x.to, x.version,
                 x.status, details, caf::meta::load_callback(loaded));
      });
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, handoff_accepted& x) {
  return f(caf::meta::type_name("handoff_accepted"), x.from, x.to, x.version);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, agent_orders& x) {
  return f(caf::meta::type_name("agent_orders"), x.handed, x.tasks);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, attempt_report& x) {
  return detail::inspect_shared(
      f, x.details, [&](attempt_details& details, auto loaded) {
        return f(caf::meta::type_name("attempt_report"), x.task, x.attempt,
                 x.began, x.ended, x.end, x.exit_code, details,
                 caf::meta::load_callback(loaded));
      });
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, agent_reports& x) {
  return f(caf::meta::type_name("agent_reports"), x.accepted, x.attempts);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, start_process& x) {
  return f(caf::meta::type_name("start_process"), x.id, x.name, x.argv, x.env,
           x.env_files, x.secrets, x.directory, x.input, x.idle_timeout,
           x.grace, x.interactive);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, process_started& x) {
  return f(caf::meta::type_name("process_started"), x.id, x.pid);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, process_line& x) {
  return f(caf::meta::type_name("process_line"), x.id, x.line);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, process_exited& x) {
  return f(caf::meta::type_name("process_exited"), x.id, x.end, x.code,
           x.message, x.output, x.log, x.dropped_bytes, x.leaked);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, end_process& x) {
  return f(caf::meta::type_name("end_process"), x.id, x.at_once);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, attempt_waits& x) {
  return f(caf::meta::type_name("attempt_waits"), x.task, x.attempt);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, wait_over& x) {
  return f(caf::meta::type_name("wait_over"), x.task, x.attempt);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, continue_attempt& x) {
  return f(caf::meta::type_name("continue_attempt"), x.task, x.attempt);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, wait_refused& x) {
  return f(caf::meta::type_name("wait_refused"), x.task, x.attempt, x.reason);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, wake_driver&) {
  return f(caf::meta::type_name("wake_driver"));
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, make_requests& x) {
  return f(caf::meta::type_name("make_requests"), x.call, x.task, x.attempt,
           x.to, x.texts, x.note, x.key, x.awaited);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, requests_made& x) {
  return f(caf::meta::type_name("requests_made"), x.call, x.numbers, x.refused);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, answer_accepted& x) {
  return f(caf::meta::type_name("answer_accepted"), x.number);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, open_live& x) {
  return f(caf::meta::type_name("open_live"), x.token, x.task, x.attempt);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, close_live& x) {
  return f(caf::meta::type_name("close_live"), x.token);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, live_call& x) {
  return f(caf::meta::type_name("live_call"), x.id, x.kind, x.task, x.attempt,
           x.percent, x.text, x.outputs, x.to, x.texts, x.key, x.awaited,
           x.wait);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, live_gone& x) {
  return f(caf::meta::type_name("live_gone"), x.id, x.task, x.attempt);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, live_reply& x) {
  return f(caf::meta::type_name("live_reply"), x.id, x.ok, x.text);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, control_call& x) {
  return f(caf::meta::type_name("control_call"), x.id, x.kind, x.subject,
           x.verdict, x.who, x.uid, x.from_run, x.text, x.tasks);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, control_reply& x) {
  return f(caf::meta::type_name("control_reply"), x.id, x.ok, x.text, x.ended);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, capture_artifacts& x) {
  return f(caf::meta::type_name("capture_artifacts"), x.id, x.directory,
           x.patterns, x.files, x.missing_ok);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, artifacts_captured& x) {
  return f(caf::meta::type_name("artifacts_captured"), x.id, x.artifacts,
           x.texts, x.mistake, x.no_space);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, place_artifacts& x) {
  return f(caf::meta::type_name("place_artifacts"), x.id, x.directory,
           x.artifacts);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, artifacts_placed& x) {
  return f(caf::meta::type_name("artifacts_placed"), x.id, x.mistake,
           x.no_space);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, start_service& x) {
  return f(caf::meta::type_name("start_service"), x.needs, x.comments);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, stop_service& x) {
  return f(caf::meta::type_name("stop_service"), x.at_once);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, service_changed& x) {
  return f(caf::meta::type_name("service_changed"), x.service, x.state, x.text);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, process_input& x) {
  return f(caf::meta::type_name("process_input"), x.id, x.data, x.close,
           x.taken_bytes);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, process_alive& x) {
  return f(caf::meta::type_name("process_alive"), x.id, x.waits);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, process_output& x) {
  return f(caf::meta::type_name("process_output"), x.id, x.data, x.taken_bytes);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, keep_payload& x) {
  return detail::inspect_shared(
      f, x.details, [&](attempt_details& details, auto loaded) {
        return f(caf::meta::type_name("keep_payload"), x.id, details,
                 caf::meta::load_callback(loaded));
      });
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, payload_kept& x) {
  return f(caf::meta::type_name("payload_kept"), x.id, x.payload, x.mistake);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, load_payload& x) {
  return f(caf::meta::type_name("load_payload"), x.id, x.payload);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, payload_loaded& x) {
  return detail::inspect_shared(
      f, x.details, [&](attempt_details& details, auto loaded) {
        return f(caf::meta::type_name("payload_loaded"), x.id, details,
                 x.mistake, caf::meta::load_callback(loaded));
      });
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, request_answer& x) {
  return detail::inspect_shared(
      f, x.details, [&](attempt_details& details, auto loaded) {
        return f(caf::meta::type_name("request_answer"), x.number, x.to, x.from,
                 x.text, x.status, details, caf::meta::load_callback(loaded));
      });
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, append_facts& x) {
  return f(caf::meta::type_name("append_facts"), x.last, x.facts);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, facts_durable& x) {
  return f(caf::meta::type_name("facts_durable"), x.last);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, journal_stuck& x) {
  return f(caf::meta::type_name("journal_stuck"), x.why, x.exit_code);
}

} // namespace tutti
