// SPDX-License-Identifier: BSD-3-Clause
// How CAF reads and writes the message types. Value headers stay free of CAF.
#pragma once

#include "messages/handoff.hpp"
#include "messages/process.hpp"
#include "messages/run.hpp"
#include "messages/task.hpp"

#include <caf/error.hpp>
#include <caf/meta/load_callback.hpp>
#include <caf/meta/type_name.hpp>
#include <caf/none.hpp>

namespace tutti {

namespace detail {

/// Runs `visit` on a value in place of a shared pointer to it: copied out
/// before saving, made anew after loading.
template <class Inspector, class T, class Visit>
typename Inspector::result_type
inspect_shared(Inspector&, std::shared_ptr<const T>& x, Visit visit) {
  T copy{};
  if constexpr (Inspector::reads_state) {
    if (x)
      copy = *x;
    return visit(copy, [] {
      return caf::error{};
    });
  } else {
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
typename Inspector::result_type inspect(Inspector& f, attempt_details& x) {
  return f(caf::meta::type_name("attempt_details"), x.outputs, x.message, x.log,
           x.dropped_bytes, x.leaked);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, fact& x) {
  return detail::inspect_shared(
      f, x.details, [&](attempt_details& details, auto loaded) {
        return f(caf::meta::type_name("fact"), x.kind, x.phase, x.state, x.end,
                 x.status, x.cause_kind, x.cause, x.subject, x.agent, x.attempt,
                 x.version, x.exit_code, x.at, details,
                 caf::meta::load_callback(loaded));
      });
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, run_facts& x) {
  return f(caf::meta::type_name("run_facts"), x.facts);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, task_progress& x) {
  return f(caf::meta::type_name("task_progress"), x.task, x.attempt, x.line);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, begin_run&) {
  return f(caf::meta::type_name("begin_run"));
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, stop_run& x) {
  return f(caf::meta::type_name("stop_run"), x.exit_code, x.at_once);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, assign_task& x) {
  return f(caf::meta::type_name("assign_task"), x.task, x.attempt, x.rank);
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
typename Inspector::result_type inspect(Inspector& f, start_process& x) {
  return f(caf::meta::type_name("start_process"), x.id, x.name, x.argv, x.env,
           x.env_files, x.directory, x.input, x.idle_timeout, x.grace);
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

} // namespace tutti
