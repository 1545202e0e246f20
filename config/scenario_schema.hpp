// SPDX-License-Identifier: BSD-3-Clause
// The one table of keys × places of the scenario file. The loader accepts what
// it holds and nothing else, suggests from it, and the JSON Schema and
// docs/scenarios.md are made of it.
#pragma once

#include "config/scenario.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::config {

/// A kind of mapping with a fixed set of keys. Each deed is one, in the order
/// of `deed_kind`; its first row is the deed itself.
enum class scenario_place : std::uint8_t {
  scenario, ///< the top of a document
  machine,  ///< an entry of `nodes`
  work,     ///< the long form of a task's attempt
  review,   ///< the long form of a gate's round
  ask,      ///< an item of `asks`
  step,     ///< an item of `timeline`
  expect,
  requests, ///< what `expect` says of requests
  never,    ///< has the keys of `expect`, too
  end,      ///< likewise
  ends,     ///< between whom handoffs are meddled with
  crash,
  hang,
  fail,
  cancel,
  late_result,
  ask_deed,
  approve,
  request_changes,
  reject,
  lose_node,
  join_node,
  drain_node,
  freeze_node,
  wake_node,
  cut,
  heal,
  slow,
  drop,
  duplicate,
  reorder,
  clock_jump,
  kill_run,
  disk_full,
};
inline constexpr std::size_t scenario_place_count = 34;
inline constexpr std::size_t deed_count = 23;

[[nodiscard]] constexpr scenario_place place_of(deed_kind x) {
  return static_cast<scenario_place>(
      static_cast<std::uint8_t>(scenario_place::crash)
      + static_cast<std::uint8_t>(x));
}

/// "a scenario", "'crash'": as messages name the place.
[[nodiscard]] std::string to_string(scenario_place x);

/// Every key of the language, once, wherever it may stand.
enum class scenario_key : std::uint8_t {
  agent,
  answered,
  approve,
  ask,
  asks,
  at,
  at_start,
  attempts,
  back_after,
  batches,
  by,
  cancel,
  clock,
  clock_jump,
  crash,
  cut,
  disk_full,
  do_,
  drain_node,
  drop,
  duplicate,
  end,
  expect,
  fail,
  fails,
  feedback,
  for_,
  freeze_node,
  from,
  gates,
  handoffs,
  hang,
  heal,
  idle,
  inbox,
  integrate,
  join_node,
  kill_run,
  labels,
  late,
  late_result,
  lose_node,
  never,
  nodes,
  note,
  one_way,
  open,
  outputs,
  places,
  placings,
  plan,
  progress,
  ran_on,
  reject,
  reorder,
  request_changes,
  requests,
  resume_after,
  run,
  scenario,
  seeds,
  slots,
  slow,
  takes,
  tasks,
  timeline,
  to,
  took,
  verdict,
  wait,
  waited,
  wake_node,
  while_,
  within,
  work,
  working,
};

/// What may stand behind a key.
enum class scenario_value : std::uint8_t {
  text,
  texts,
  boolean,
  yes, ///< `true`
  count,
  duration,
  any_duration, ///< may be negative
  clock,
  moment,
  plan,
  nodes, ///< new names, or descriptions
  work,
  failure,
  outputs,
  asks,
  verdict,
  steps,
  deeds,
  expectations,
  forbidden,
  end,
  agent,
  some_agent, ///< or `any`
  task,
  tasks,        ///< a task or phase
  task_list,    ///< tasks or phases
  attempt_name, ///< TASK#2
  gate,
  node,
  two_nodes,
  ends,
  work_of_agents,
  states_of_tasks,
  counts_of_tasks,
  outputs_of_tasks,
  states_of_gates,
  states_of_handoffs,
  counts_of_agents,
  nodes_of_agents,
  nodes_of_tasks,
  durations_of_agents,
  requests,
  run_status,
  ready, ///< `ready`
};

struct scenario_row {
  scenario_place where;
  scenario_key id;
  std::string_view name;
  scenario_value type;
  std::string_view initial; ///< what counts where the key is absent; or ""
  std::string_view doc;     ///< full sentences
  bool required = false;
};

/// All rows, place by place, in the order in which the reference shows them.
[[nodiscard]] std::span<const scenario_row> scenario_rows();

/// The rows of one place; not those that it shares with `expect`.
[[nodiscard]] std::span<const scenario_row> scenario_rows(scenario_place where);

/// True for a place that has the keys of `expect`, too.
[[nodiscard]] constexpr bool expects_too(scenario_place x) {
  return x == scenario_place::never || x == scenario_place::end;
}

/// The key that this name is at this place, if it is one.
[[nodiscard]] const scenario_row* find_scenario_key(scenario_place where,
                                                    std::string_view name);

/// The names of the keys of a place.
[[nodiscard]] std::vector<std::string_view>
scenario_key_names(scenario_place where);

/// Where else a key is known, as "a step, 'crash'"; empty: nowhere.
[[nodiscard]] std::string places_of_scenario_key(std::string_view name);

/// "name of an agent", "duration": in documents and hints.
[[nodiscard]] std::string_view words_for(scenario_value x);

/// A word that a moment ends with: `TASK done`.
struct moment_word {
  std::string_view name;
  moment_kind kind;
  std::string_view doc;
};

/// What a moment's word is said of.
enum class moment_subject : std::uint8_t { task, gate, agent, node, requests };

[[nodiscard]] std::span<const moment_word> moment_words();
[[nodiscard]] moment_subject subject_of(moment_kind x);

/// How a moment's subject is called: "task", "gate".
[[nodiscard]] std::string_view to_string(moment_subject x);

/// A JSON Schema (draft-07) of the scenario file, for editors.
[[nodiscard]] std::string scenario_json_schema();

/// The whole text of docs/scenarios.md.
[[nodiscard]] std::string scenario_reference_markdown();

} // namespace tutti::config
