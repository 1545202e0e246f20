// SPDX-License-Identifier: BSD-3-Clause
// What an agent keeps of an attempt that has begun and not ended.
#pragma once

#include "actors/agent/attempt_result.hpp"
#include "actors/agent/driver.hpp"
#include "actors/agent/payload_shelf.hpp"
#include "messages/task.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tutti {

/// Names an attempt: task and number.
using attempt_key = std::pair<std::uint32_t, std::uint32_t>;

/// What a task was given: large payloads are on disk until it is `load`ed.
struct given {
  std::vector<handoff> handed;
  std::vector<request_answer> answers;
};

/// Something that came for a task: a handoff, or the answer to a request.
struct arrival {
  task_id from;              ///< of a handoff
  std::uint32_t request = 0; ///< of an answer: its number, from 1

  friend auto operator<=>(const arrival&, const arrival&) = default;
};

/// What an attempt has not been shown yet, in order of arrival, each once.
class unseen_arrivals {
public:
  void add(const arrival& x) {
    if (known_.insert(x).second)
      order_.push_back(x);
  }
  [[nodiscard]] bool empty() const {
    return order_.empty();
  }
  [[nodiscard]] std::size_t size() const {
    return order_.size();
  }
  [[nodiscard]] arrival take_first() {
    auto result = order_.front();
    order_.pop_front();
    known_.erase(result);
    return result;
  }

private:
  std::deque<arrival> order_;
  std::set<arrival> known_;
};

/// Whom a live call's reply goes to.
struct reply_to {
  std::uint64_t call = 0;
  bool driver = false; ///< else the live server
};

/// preparing: payloads and artifacts are fetched. ending: its driver is done,
/// artifacts are taken in.
enum class attempt_stage : std::uint8_t { preparing, working, ending };

/// none → waiting (§20, without a slot) → returning (wants it back) → none.
enum class wait_state : std::uint8_t { none, waiting, returning };

/// Something that came for a task that may be worked on.
struct delivery {
  task_id to;
  arrival what;
  std::uint32_t version = 0; ///< of a handoff
};

struct attempt_record {
  assign_task order;
  attempt_stage stage = attempt_stage::preparing;
  bool told_to_end = false; ///< while it was prepared
  std::string token;

  // Rendered as it starts, from what it was given then.
  std::string directory;
  std::string plan_note;
  std::vector<std::string> patterns; ///< of its artifacts
  std::optional<std::string> schema; ///< of the contract that it provides

  live_additions live;
  bool told_alive = false; ///< a moment ago
  /// What came while it was prepared; its driver has not heard of it.
  std::vector<delivery> early;
  unseen_arrivals unseen;
  wait_state wait = wait_state::none;
  std::vector<reply_to> inbox_calls; ///< that wait
  std::uint32_t coming = 0;          ///< deliveries that are under way to it
  /// Calls of the inbox that came meanwhile, while there was nothing to show.
  std::vector<std::pair<live_call, reply_to>> held_calls;

  work_result result;

  [[nodiscard]] attempt_key key() const {
    return {order.task.value, order.attempt};
  }
};

/// What a task asked of others, and what it was answered.
struct task_requests {
  /// Of its result: a later one asks anew. 0: only answers came so far, as
  /// after a resume.
  std::uint32_t version = 0;
  bool awaited = false; ///< it is done only after its answers
  std::set<std::uint32_t> open;
  std::map<std::uint32_t, request_answer> answers;
};

} // namespace tutti
