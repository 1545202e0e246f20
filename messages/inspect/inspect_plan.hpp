// SPDX-License-Identifier: BSD-3-Clause
// As inspect.hpp, for the plan: it goes to a node as a value.
//
// `retry_policy` has doubles: an inspector that cannot write one that is not
// finite has to see to it.
#pragma once

#include "messages/inspect/inspect.hpp"
#include "messages/plan.hpp"

namespace tutti {

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, expression_node& x) {
  return f(caf::meta::type_name("expression_node"), x.op, x.left, x.right,
           x.task, x.literal);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, expression& x) {
  return f(caf::meta::type_name("expression"), x.nodes);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, need& x) {
  return f(caf::meta::type_name("need"), x.of, x.condition);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, pool_need& x) {
  return f(caf::meta::type_name("pool_need"), x.pool, x.count);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, retry_policy& x) {
  return f(caf::meta::type_name("retry_policy"), x.max, x.wait, x.backoff,
           x.max_wait, x.jitter);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, estimate& x) {
  return f(caf::meta::type_name("estimate"), x.min, x.mode, x.max);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, command_line& x) {
  return f(caf::meta::type_name("command_line"), x.kind, x.script, x.argv);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, env_entry& x) {
  return f(caf::meta::type_name("env_entry"), x.name, x.text);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, integrate_spec& x) {
  return f(caf::meta::type_name("integrate_spec"), x.run, x.prompt, x.estimate,
           x.has_estimate, x.present);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, batch_policy& x) {
  return f(caf::meta::type_name("batch_policy"), x.max, x.wait);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, request_spec& x) {
  return f(caf::meta::type_name("request_spec"), x.present, x.task);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, agent& x) {
  return f(caf::meta::type_name("agent"), x.name, x.role, x.slots, x.implicit,
           x.session, x.session_env, x.session_directory, x.session_secrets,
           x.native, x.requests, x.runs_on);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, secret& x) {
  return f(caf::meta::type_name("secret"), x.name, x.file, x.descriptor);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, pool& x) {
  return f(caf::meta::type_name("pool"), x.name, x.capacity);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, task& x) {
  return f(caf::meta::type_name("task"), x.name, x.kind, x.agents, x.phase,
           x.run, x.needs, x.after, x.needs_later, x.integrate,
           x.integrate_each, x.after_each, x.batch, x.review_of, x.provides,
           x.prompt, x.note, x.artifacts, x.keep_artifacts, x.condition, x.env,
           x.env_files, x.secrets, x.working_directory, x.pools, x.timeout,
           x.idle_timeout, x.deadline, x.queue_timeout, x.retries, x.estimate,
           x.priority, x.has_estimate, x.allow_failure, x.is_finally,
           x.exclusive);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, phase& x) {
  return f(caf::meta::type_name("phase"), x.name, x.tasks);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, approval_spec& x) {
  return f(caf::meta::type_name("approval_spec"), x.present, x.human, x.agents,
           x.reviews, x.min, x.timeout, x.on_timeout, x.message);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, rework_spec& x) {
  return f(caf::meta::type_name("rework_spec"), x.present, x.to, x.max_rounds,
           x.on_exhausted);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, gate& x) {
  return f(caf::meta::type_name("gate"), x.name, x.needs, x.blocks_all,
           x.blocks, x.closed_by_skip, x.approval, x.rework);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, contract& x) {
  return f(caf::meta::type_name("contract"), x.name, x.schema_path, x.mock_path,
           x.defined_by, x.provider, x.schema, x.mock);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, service& x) {
  return f(caf::meta::type_name("service"), x.name, x.run, x.needs, x.env,
           x.env_files, x.working_directory, x.ready, x.ready_every,
           x.ready_timeout, x.restart, x.restarts_max, x.secrets);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, notify_spec& x) {
  return f(caf::meta::type_name("notify_spec"), x.approval, x.failed,
           x.finished, x.run, x.secrets);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, node_spec& x) {
  return f(caf::meta::type_name("node_spec"), x.wait_for, x.wait_timeout,
           x.every, x.lease, x.keep);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, plan& x) {
  return f(caf::meta::type_name("plan"), x.name, x.directory, x.fail_fast,
           x.agents, x.pools, x.tasks, x.phases, x.gates, x.contracts,
           x.services, x.secrets, x.notify, x.nodes, x.grace, x.skipped);
}

} // namespace tutti
