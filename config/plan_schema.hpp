// SPDX-License-Identifier: BSD-3-Clause
// The one table of keys × places of the plan file. The loader accepts what it
// holds and nothing else, suggests from it, and the JSON Schema and
// docs/plan.md are made of it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::config {

/// A kind of mapping with a fixed set of keys.
enum class place : std::uint8_t {
  plan, ///< the top of the file
  param,
  agent,
  task,
  phase,
  gate,
  defaults,
  pool,
  contract,
  service,
  notify,
  agent_choice, ///< the long form of a task's `agent`
  retries,      ///< the long form of `retries`
  estimate,     ///< the long form of `estimate`
  integrate,    ///< the long form of `integrate`
  artifacts,    ///< the long form of `artifacts`
  batch,        ///< the long form of `batch`
  requests,     ///< the long form of an agent's `requests`
  approval,     ///< the long form of a gate's `approval`
  approvers,    ///< the long form of an approval's `by`
  rework,       ///< of a gate
  ready,        ///< the long form of a service's `ready`
  secret,       ///< the long form of one of `secrets`
  nodes,        ///< what a run asks of its nodes
  lease,        ///< how it watches them
};
inline constexpr std::size_t place_count = 25;

/// "a task", "the plan": as messages name the place.
[[nodiscard]] std::string_view to_string(place x);

/// Every key of the language, once, wherever it may stand.
enum class key : std::uint8_t {
  after,
  after_each,
  agent,
  agents,
  allow_failure,
  any_of,
  approval,
  artifacts,
  backoff,
  batch,
  blocks,
  by,
  capacity,
  choices,
  contracts,
  deadline,
  default_,
  defaults,
  defined_by,
  doc,
  env,
  env_file,
  estimate,
  every,
  exclude,
  exclusive,
  fail_fast,
  fd,
  file,
  finally,
  gates,
  grace,
  idle_timeout,
  if_,
  include,
  integrate,
  integrate_each,
  jitter,
  keep,
  lease,
  matrix,
  max,
  max_parallel,
  max_restarts,
  max_rounds,
  max_wait,
  message,
  min,
  mock,
  mode,
  name,
  native,
  needs,
  needs_later,
  nodes,
  note,
  notify,
  on,
  on_exhausted,
  on_failure,
  on_timeout,
  params,
  paths,
  phases,
  pool,
  pools,
  priority,
  prompt,
  provides,
  queue_timeout,
  ready,
  requests,
  restart,
  retries,
  rework,
  role,
  run,
  runs_on,
  schema,
  secrets,
  services,
  session,
  slots,
  tasks,
  timeout,
  to,
  type,
  wait,
  wait_for,
  working_directory,
};

/// What may stand behind a key.
enum class value_type : std::uint8_t {
  text,
  text_template, ///< a text in which `${{ }}` is filled in
  boolean,
  count, ///< a whole number
  number,
  duration,
  scalar, ///< text, number or boolean
  name_list,
  labels, ///< of nodes: names that are defined nowhere
  text_list,
  command,
  condition,
  environment,
  needs,
  agent_choice,
  blocks,
  pool_need,
  retries,
  estimate,
  integrate,
  artifacts,
  batch,
  batch_size,
  matrix,
  requests,
  approval,
  approvers,
  rework,
  rework_targets, ///< `any`, or names
  ready,
  notify,
  moments, ///< of `notify`
  nodes,
  lease,
  word, ///< one of a few, which `doc` lists
  param_type,
  settings, ///< the place `defaults`
  map_of_params,
  map_of_agents,
  map_of_tasks,
  map_of_phases,
  map_of_gates,
  map_of_pools,
  map_of_contracts,
  map_of_services,
  map_of_secrets,
  phase_tasks, ///< a map of tasks, or a list of names
};

struct key_row {
  place where;
  key id;
  std::string_view name;
  value_type type;
  std::string_view initial; ///< what counts where the key is absent; or ""
  std::string_view doc;     ///< full sentences
  bool required = false;
};

/// All rows, place by place, in the order in which the reference shows them.
[[nodiscard]] std::span<const key_row> key_rows();

/// The rows of one place.
[[nodiscard]] std::span<const key_row> key_rows(place where);

/// The key that this name is at this place, if it is one.
[[nodiscard]] const key_row* find_key(place where, std::string_view name);

/// The names of the keys of a place.
[[nodiscard]] std::vector<std::string_view> key_names(place where);

/// Where else a key is known, as "a task, a phase"; empty: nowhere.
[[nodiscard]] std::string places_of_key(std::string_view name);

/// A JSON Schema (draft-07) of the plan file, for editors.
[[nodiscard]] std::string plan_json_schema();

/// The whole text of docs/plan.md.
[[nodiscard]] std::string plan_reference_markdown();

} // namespace tutti::config
