// SPDX-License-Identifier: BSD-3-Clause
// A scenario as a value (docs/scenarios.md): a plan, what its simulated agents
// do, and a timeline of what is done and what must hold. Names are resolved to
// the ids of the plan.
#pragma once

#include "config/source_text.hpp"
#include "messages/fact.hpp"
#include "messages/plan.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tutti::config {

/// What `asks` says: something that an attempt asks of an agent.
struct scripted_request {
  duration at{0}; ///< since the attempt's start
  agent_id agent;
  std::vector<std::string> texts; ///< one request each; not empty
  bool awaited = true;
};

/// One attempt of a task, one batch of requests, or one round of a gate.
struct scripted_attempt {
  std::optional<duration> takes;     ///< none: the task's estimate, else 1m
  std::optional<duration> integrate; ///< likewise, of its integrate phase
  bool fails = false;
  std::string failure;        ///< what it says as it fails; may be empty
  std::int32_t exit_code = 1; ///< where it fails: `fails: exit 3`
  duration progress{0};       ///< it reports progress so often; 0: never
  tutti::outputs outputs;     ///< by name, as a command would write them
  std::string note;           ///< goes with its handoff
  std::vector<scripted_request> asks; ///< by time
  // Of a gate's round.
  tutti::verdict verdict = tutti::verdict::approved;
  std::vector<task_id> to; ///< of `changes-requested`
  std::string feedback;
};

/// What simulated agents do at a task, attempt by attempt, or as the reviewers
/// of a gate, round by round. The last one repeats.
struct scripted_work {
  node_kind of = node_kind::task;         ///< task or gate
  std::uint32_t index = 0;                ///< requests/AGENT is a task, too
  std::vector<scripted_attempt> attempts; ///< not empty
};

enum class moment_kind : std::uint8_t {
  clock,      ///< `span` since the start of the run: "09:15" less `clock`
  later,      ///< `span` after the step before: +13m
  started,    ///< task, any attempt or `attempt`
  percent,    ///< task: so much of the time of its phase is over
  ran,        ///< task: its run phase has ended well
  integrated, ///< task: its integrate phase has ended well
  done,       ///< task: succeeded
  failed,     ///< task: failed, or error
  skipped,    ///< task
  timed_out,  ///< task
  cancelled,  ///< task
  asked,      ///< gate
  open,       ///< gate
  back,       ///< agent: works again after a crash
  lost,       ///< node
  joined,     ///< node, one that is described
  gone,       ///< likewise: nothing of it can be alive any more
  answered,   ///< all requests made so far have been answered
};

/// When a step happens: the first such moment that has not been before the step
/// in front of it. At one instant what is due happens first, then free agents
/// are given work.
struct moment {
  moment_kind kind = moment_kind::clock;
  duration span{0};
  std::uint32_t subject = 0; ///< index of the task, gate, agent or node
  std::uint32_t attempt = 0; ///< TASK#2 started; 0: the next one
  std::uint32_t percent = 0;
};

enum class deed_kind : std::uint8_t {
  crash,           ///< agent; span: back after, none: for good
  hang,            ///< task: its running attempt never ends by itself
  fail,            ///< task: its running attempt fails now
  cancel,          ///< task or phase, as `tutti cancel`
  late_result,     ///< task, attempt: its success arrives now
  ask,             ///< agent, task that asks, text
  approve,         ///< gate, by, text
  request_changes, ///< gate, by, to, text
  reject,          ///< gate, by, text
  lose_node,       ///< node: its agents crash; span: back after
  join_node,       ///< node that is described: it is switched on
  drain_node,      ///< likewise: as `tutti node drain`
  freeze_node,     ///< node: its agents and links stand still; span: for
  wake_node,       ///< node that is described: it moves again
  cut,             ///< the link between two nodes; span: for, none: for good
  heal,            ///< likewise, of nodes that are described: it is whole again
  slow,            ///< node: its links take `by` longer; span: for
  drop,            ///< the next handoff from an agent to an agent
  duplicate,       ///< likewise
  reorder,         ///< likewise, with the one behind it
  clock_jump,      ///< the wall clock, by span; may be negative
  kill_run,        ///< tutti is killed; span: resumed after
  disk_full,       ///< the journal takes nothing; span: for
};

struct deed {
  deed_kind kind = deed_kind::crash;
  /// Of a task, phase, gate or agent, as `kind` says.
  node_ref subject;
  std::uint32_t agent = agent_id::none;    ///< who crashes, is asked, or sends
  std::uint32_t receiver = agent_id::none; ///< of a handoff
  std::uint32_t attempt = 0;
  std::uint32_t nodes[2] = {0, 0};
  bool one_way = false; ///< cut, heal: only what goes from the first
  std::optional<duration> span;
  duration slower{0};      ///< slow: by
  std::string by;          ///< a person; empty: somebody
  std::string text;        ///< feedback, comment, what is asked for
  std::vector<task_id> to; ///< request_changes
  bool awaited = true;     ///< ask
  config::span where;
};

enum class handoff_state : std::uint8_t {
  none,       ///< not sent yet
  sent,       ///< under way
  arrived,    ///< its receiver's agent has it; its task has not used it
  integrated, ///< its task has used it, `times` times
};

enum class expectation_kind : std::uint8_t {
  clock,         ///< span since the start of the run
  working,       ///< agent; tasks, none: on nothing. `requests` is its own task
  task,          ///< task, state
  attempts,      ///< task, number: so many were started
  gate,          ///< gate, state
  handoff,       ///< tasks[0] → tasks[1], state, number of times; 0: any
  inbox,         ///< agent, number: requests that it has not taken, handoffs
                 ///< that wait for their task
  batches,       ///< number: of requests that were taken together
  answered,      ///< number: of requests
  open_requests, ///< number: without an answer
  output,        ///< task, text: its name, value
  late,          ///< number: stale results that were ignored
  place,         ///< agent, text: the node that it is on; empty: none
  placings,      ///< agent, number: how often it was placed
  ran_on,        ///< task, texts: the nodes of its attempts; one: of the last
  idle_while_ready, ///< agent: has a free slot while a task of it is ready
  // of `end` only
  run,    ///< status of the run
  took,   ///< span from its start to its end
  idle,   ///< agent, span: not working, from start to end of the run
  waited, ///< agent, span: up and free, with unfinished tasks but none ready
};

/// One thing that must hold or, under `never`, must not.
struct expectation {
  expectation_kind kind = expectation_kind::clock;
  std::uint32_t subject = 0; ///< task, gate or agent
  std::vector<task_id> tasks;
  duration span{0};
  std::uint32_t number = 0;
  task_state task = task_state::waiting;
  gate_state gate = gate_state::waiting;
  handoff_state handoff = handoff_state::none;
  run_status run = run_status::succeeded;
  std::string text;
  std::vector<std::string> texts;
  bool is_list = false; ///< ran_on: `texts` is of all attempts
  tutti::value value;
  config::span where; ///< the entry, as a failure shows it
};

/// A machine that a story describes.
struct scripted_machine {
  std::vector<std::string> labels; ///< sorted
  std::uint32_t slots = 4;
  bool at_start = true; ///< it is there as the run begins
};

struct scripted_step {
  moment at;
  std::optional<duration> within; ///< of the step before it
  std::vector<deed> deeds;
  std::vector<expectation> expects;
  config::span where;
};

/// What is never to be: all parts of one entry at once.
struct forbidden {
  std::vector<expectation> all;
  config::span where;
};

struct scenario {
  std::string name;
  std::shared_ptr<const plan> work;
  std::string plan_path;  ///< as the scenario has it; empty: inline
  duration clock{0};      ///< since midnight, what the clock shows at the start
  bool has_clock = false; ///< it was said: texts show clock times
  std::uint32_t seeds = 1;        ///< how many orders it is to be played in
  std::vector<std::string> nodes; ///< empty: one, without a name
  /// Of each of `nodes`, the first of which is `local`; empty: these are only
  /// names, over which the agents are dealt out.
  std::vector<scripted_machine> machines;
  std::vector<scripted_work> works;
  std::vector<scripted_step> timeline;
  std::vector<forbidden> never;
  std::vector<expectation> end;
  config::span where;
};

} // namespace tutti::config
