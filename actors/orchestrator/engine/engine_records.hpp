// SPDX-License-Identifier: BSD-3-Clause
// What the engine keeps of tasks, gates, services, groups, streams and
// requests; a journal's facts folded.
#pragma once

#include "actors/orchestrator/engine/ready_set.hpp"
#include "messages/fact.hpp"
#include "messages/task.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tutti::engine {

/// The changing part of a task. Every edge and fact touches one or more: two
/// fit into a cache line.
struct task_record {
  std::uint32_t pending = 0; ///< edges not yet met that hold back its start
  std::uint32_t later = 0;   ///< needs-later and awaited answers not yet there
  std::uint32_t attempt = 0; ///< the current one, from 1; 0: never assigned
  std::uint32_t agent = task_id::none; ///< pinned or assigned
  std::uint32_t cause = task_id::none; ///< node for which it never started
  std::uint32_t failures = 0;          ///< attempts that used up a retry
  std::uint32_t version = 1;           ///< of the result it works on, or has
  task_state state = task_state::waiting;

  attempt_end ending : 4 = attempt_end::success; ///< why it was told to end
  bool assigned : 1 = false;
  bool is_ending : 1 = false;   ///< told to end; or asked back, if not begun
  bool cancelled : 1 = false;   ///< told to end for good: no retry any more
  bool overdue : 1 = false;     ///< its deadline is over: no retry any more
  bool backing_off : 1 = false; ///< its retry has to wait
  bool ever_started : 1 = false;
  bool begun_version : 1 = false; ///< an attempt of this version began
  bool ran : 1 = false;           ///< its run phase of this version ended well
  bool renewed : 1 = false;       ///< made again: it is to be given all anew
  bool may_miss : 1 = false; ///< something it needs may not come: look for it
  bool later_missed : 1 = false; ///< it failed for what it needs later (§11)
  bool arrived : 1 = false;      ///< something came since it last integrated
  bool asked : 1 = false;        ///< it has awaited requests of this version
  bool waits : 1 = false;        ///< its attempt waits inside: no slot (§20)
  bool wants_slot : 1 = false;   ///< it waits no more, and for its slot
  bool paused : 1 = false;       ///< not started until it is resumed (§26)
  bool may_integrate : 1 =
      false;                ///< parked, and all that it waits for is there
  bool doubted : 1 = false; ///< what it was made of is being made again (§18)
};

static_assert(sizeof(task_record) == 32);

/// The changing part of a gate, a service or a group.
struct node_record {
  std::uint32_t pending = 0; ///< edges not yet met; group: members not ended
  std::uint32_t cause = task_id::none;
  gate_state state = gate_state::waiting; ///< gate
  service_state service = service_state::waiting;
  bool unmet : 1 = false;   ///< group: a member fell short; else: one may have
  bool failed : 1 = false;  ///< group: a member failed
  bool started : 1 = false; ///< group: a member started
};

/// The changing part of a gate with approval or rework.
struct approval_record {
  std::vector<std::string> approved_by; ///< agents, in this review
  std::optional<std::string> person;    ///< who approved in this review
  /// How often a failed after-each result sent a task back.
  std::map<std::uint32_t, std::uint32_t> rounds_of_trigger;
  std::string comment;        ///< of the last verdict
  std::uint32_t review = 0;   ///< how often approval was asked
  duration asked_at{0};       ///< of the last time
  std::uint32_t round = 1;    ///< 1 + how often changes were requested
  bool human_decides = false; ///< its rounds or its time are over (§17)

  /// People together count as one of those who are asked (§16).
  [[nodiscard]] std::size_t approvals() const {
    return approved_by.size() + person.has_value();
  }
};

/// After-each work that has waited for so long ranks like any task (§4).
inline constexpr duration aging_after = std::chrono::minutes(30);

/// What an after-each or requests task has to work off.
struct stream_record {
  struct item {
    work_item work;
    duration since{0};
  };
  std::vector<item> queue;      ///< oldest first
  std::vector<work_item> taken; ///< by the attempt that is assigned
  std::vector<std::pair<std::uint32_t, bool>> results; ///< trigger, failed
  std::uint32_t open_triggers = 0; ///< edges of kind `trigger` not yet met
  std::uint32_t batch_epoch = 0;
  std::uint32_t aging_epoch = 0;
  std::uint32_t assigned_rank = 0; ///< of what is assigned
  bool fell_short = false;  ///< a trigger ended neither succeeded nor left out
  bool batch_armed = false; ///< it waits for more to come
  bool aged = false;        ///< it has waited for long: ranks like any task
};

/// Since when the deadline of a task's version runs.
struct clock_start {
  std::uint32_t version = 0;
  duration at{0};
};

/// What a task came to the last time it ended.
struct result_record {
  task_state state = task_state::waiting;
  std::shared_ptr<const attempt_details> details; ///< what it handed on
};

/// One request from agent to agent, by its number minus one.
struct request_record {
  work_item work;            ///< from: who asked
  std::uint32_t server = 0;  ///< the task `requests/AGENT`
  std::uint32_t version = 1; ///< of who asked
  bool awaited = true;
  bool accepted = false; ///< who asked has the answer
  task_state state = task_state::waiting;
  std::shared_ptr<const attempt_details> details; ///< of the answer
};

/// What of an agent's or a pool's capacity is in use.
struct capacity {
  std::uint32_t total = 0;
  std::uint32_t used = 0;
  std::uint32_t queued = 0; ///< agent: assigned ahead and not begun

  [[nodiscard]] std::uint32_t left() const {
    return total > used ? total - used : 0;
  }
  /// Whether a slot is left that what is queued will not take.
  [[nodiscard]] bool is_idle() const {
    return left() > queued;
  }
};

struct engine_counts {
  std::uint32_t unfinished = 0;  ///< tasks not terminal
  std::uint32_t live = 0;        ///< attempts running
  std::uint32_t assigned = 0;    ///< attempts assigned or running
  std::uint32_t backing_off = 0; ///< retries that wait
  std::uint32_t late = 0;        ///< stale results ignored
  std::uint32_t failed = 0;      ///< failures that were not allowed
  std::uint32_t cancelled = 0;
  std::uint32_t doubted = 0;  ///< tasks in question
  std::uint32_t paused = 0;   ///< tasks paused and not terminal
  std::uint32_t rejected = 0; ///< gates
  std::uint32_t overdue = 0;  ///< tasks whose deadline was over
  std::uint32_t starting = 0; ///< services not yet ready, but started
};

struct class_record {
  std::uint32_t head = ready_set::none; ///< best ready position
  std::uint32_t epoch = 0;              ///< of its reserve timer
  bool active = false;                  ///< listed in active_
  bool passed_over = false;             ///< its reserve timer is armed
  bool reserving = false;
};

/// What only a few tasks have.
struct rare_record {
  std::uint32_t later_cause = task_id::none;
  std::uint32_t round = 1;        ///< of rework
  std::string feedback;           ///< of who asked for changes
  std::uint32_t feedback_for = 0; ///< the version that it is for
  std::uint32_t errors = 0;       ///< crashes of its session in a row
  std::uint32_t asked_again = 0;  ///< reviews without a verdict
  std::uint32_t review = 0;       ///< that its attempt was started for
  std::uint32_t open_requests = 0;
  std::uint64_t open_bytes = 0;  ///< of the texts of its open requests
  bool cancelled_review = false; ///< it counts as cancelled
  /// Of a text, or of what stands for it, in this attempt.
  std::map<std::string, std::uint32_t> uses;
};

} // namespace tutti::engine
