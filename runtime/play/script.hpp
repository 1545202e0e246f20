// SPDX-License-Identifier: BSD-3-Clause
// What a simulated attempt does, and how a story reaches into it.
#pragma once

#include "actors/agent/driver.hpp"
#include "messages/plan.hpp"
#include "messages/value.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tutti::play {

/// Something that an attempt asks of an agent.
struct played_request {
  duration at{0}; ///< since the attempt's start
  std::string to; ///< name of an agent
  std::vector<std::string> texts;
  bool awaited = true;
};

/// It looks into its inbox and waits for what is to come (semantics §20).
struct played_wait {
  duration at{0}; ///< since the attempt's start
  duration span{0};
};

struct played_attempt {
  duration takes{0};
  bool fails = false;
  std::int32_t exit_code = 1;       ///< where it fails
  std::string message;              ///< why, likewise
  tutti::outputs outputs;           ///< where it does not fail
  std::string note;                 ///< goes with its handoff
  duration progress{0};             ///< it reports progress so often; 0: never
  std::vector<played_request> asks; ///< by time
  std::vector<played_wait> waits;   ///< by time
  std::vector<std::uint32_t> percents; ///< of its time, to be told of
};

/// Who decides what attempts do, and hears how they get on. All are called in
/// the actors' turns.
class script {
public:
  virtual ~script() = default;
  /// An attempt of `agent` is about to begin.
  [[nodiscard]] virtual played_attempt attempt(agent_id agent,
                                               const attempt_work& x) = 0;
  /// So much of its time is over.
  virtual void reached(task_id task, std::uint32_t attempt,
                       std::uint32_t percent) = 0;
  /// The agent works again after a crash.
  virtual void back(agent_id agent) = 0;
  /// Something came for an attempt that is worked on.
  virtual void handed(agent_id agent, const handoff& x) = 0;
  virtual void answered(agent_id agent, const request_answer& x) = 0;
};

} // namespace tutti::play
