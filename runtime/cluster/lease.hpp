// SPDX-License-Identifier: BSD-3-Clause
// Who counts as alive, at both ends of a link (semantics §33). Times are handed
// in, each end's by its own clock. Only an acknowledged heartbeat renews:
//
//   hub   heartbeat n ─▶ node         hub: renewed as the answer arrives
//   hub ◀─ answer n       node
//   hub   heartbeat n+1, says that n was answered ─▶ node: renewed as of when
//                                                    it had answered n
//
// so the node never counts on a renewal that the hub has not got, and what it
// has renewed is never later than what the hub has.
#pragma once

#include "messages/plan.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

namespace tutti::cluster {

struct lease_times {
  duration every{0}; ///< from heartbeat to heartbeat
  duration lease{0};
  duration keep{0};  ///< so long a node goes on without an orchestrator
  duration grace{0}; ///< so long it takes to end its processes
};

enum class lease_state : std::uint8_t {
  alive,
  silent, ///< no answer for `lease`
  lost,   ///< nor for the grace: what it works on is given to others
  gone,   ///< nothing of it can be alive any more
};

/// A node, for the hub.
class node_lease {
public:
  /// As if a heartbeat had been answered now.
  node_lease(const lease_times& times, duration now);

  /// A heartbeat leaves; its number.
  [[nodiscard]] std::uint64_t beat(duration now);
  /// False: no such heartbeat is under way, or it comes too late.
  bool answered(std::uint64_t number, duration now);
  /// It has said hello: counts like an answer.
  void renew(duration now);
  /// The hub itself stood still for so long: nobody could have been heard.
  void pardon(duration span);
  /// It has left, or nothing more of it is believed.
  void give_up();

  [[nodiscard]] lease_state at(duration now) const;
  [[nodiscard]] bool is_beat_due(duration now) const {
    return now >= next_beat_;
  }
  /// When `at` changes or a heartbeat is due; none: never.
  [[nodiscard]] std::optional<duration> next(duration now,
                                             bool is_connected) const;
  [[nodiscard]] std::uint64_t last_answered() const {
    return answered_;
  }
  [[nodiscard]] duration renewed() const {
    return renewed_;
  }
  /// When nothing of it can be alive any more.
  [[nodiscard]] duration gone_at() const {
    return renewed_ + times_.lease + times_.keep + times_.grace;
  }

private:
  [[nodiscard]] duration lost_at() const {
    return renewed_ + pardoned_ + times_.lease + times_.grace;
  }

  lease_times times_;
  duration renewed_;
  duration pardoned_{0}; ///< since `renewed_`
  duration next_beat_;
  std::uint64_t beats_ = 0;
  std::uint64_t answered_ = 0;
  bool given_up_ = false;
};

/// The orchestrator, for a node.
class lead_lease {
public:
  lead_lease(const lease_times& times, duration now);

  /// A heartbeat was answered; it said which answer has arrived at the latest.
  void answer(std::uint64_t number, std::uint64_t arrived, duration now);
  /// It has welcomed this node, which had said hello at that moment.
  void welcomed(duration said_hello, duration now);

  /// Others may not be followed.
  [[nodiscard]] bool is_alive(duration now) const {
    return now < renewed_ + times_.lease;
  }
  /// Nothing was heard for so long that the connection is of no use.
  [[nodiscard]] bool is_silent(duration now) const {
    return now >= heard_ + times_.lease;
  }
  /// The node has waited long enough.
  [[nodiscard]] bool is_over(duration now) const {
    return now >= over_at();
  }
  [[nodiscard]] duration silent_at() const {
    return heard_ + times_.lease;
  }
  [[nodiscard]] duration over_at() const {
    return renewed_ + times_.lease + times_.keep;
  }

private:
  lease_times times_;
  duration renewed_;
  duration heard_;
  /// Answers that have not been said to have arrived: number, when.
  std::deque<std::pair<std::uint64_t, duration>> answers_;
  std::uint64_t last_ = 0; ///< that was answered
};

} // namespace tutti::cluster
