// SPDX-License-Identifier: BSD-3-Clause
// The words of blame: what time went by with, and why work started when it did.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tutti::report {

/// What the time between two happenings went by with.
enum class wait_kind : std::uint8_t {
  orchestrator, ///< nothing that anyone can name; should be next to nothing
  handoff,      ///< what was handed on, or an answer, was on its way
  slot,         ///< all slots of the agent were taken
  pool,         ///< the tokens of a pool were
  jobs,         ///< the most attempts at once were running
  node,    ///< no node was there for it, or its last attempt could be alive
  gate,    ///< whoever approves had not decided
  retry,   ///< the wait before the next attempt
  batch,   ///< what is taken together was being gathered
  service, ///< it was being started
  inside,  ///< an attempt waited for something that nobody sent
  paused,  ///< a person held it back
  down,    ///< tutti was not there
};

inline constexpr std::size_t wait_kind_count = 13;

[[nodiscard]] std::string_view to_string(wait_kind x);

/// Why something could happen when it did.
enum class reason : std::uint8_t {
  run_start, ///< it was there from the start
  need,      ///< the last thing that it needs was there
  start,     ///< what it needs to have started had
  later,     ///< the last thing that its integrate phase needs was there
  answer,    ///< the last answer was
  own,       ///< its own earlier phase, or run, was over
  retry,     ///< an attempt of it had failed, or was cut off
  trigger,   ///< what it runs after had ended
  request,   ///< somebody asked
  rework,    ///< it was sent back
  slot,      ///< a slot of its agent got free
  pool,      ///< tokens of a pool did
  jobs,      ///< an attempt, of whatever, ended
  node,      ///< an attempt on its node did, which had no free slot
  verdict,   ///< somebody decided
  service,   ///< a service was started
  resumed,   ///< by a person, who had held it back
  end,       ///< the last thing before the end of the run
};

[[nodiscard]] std::string_view to_string(reason x);

} // namespace tutti::report
