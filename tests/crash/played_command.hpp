// SPDX-License-Identifier: BSD-3-Clause
// What the commands of the crash plans (crash_plan.hpp) do, without a process:
// the same as their scripts.
#pragma once

#include "messages/live.hpp"
#include "messages/plan.hpp"
#include "messages/process.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::test {

/// Content by absolute path.
using played_files = std::map<std::string, std::string>;

struct command_end {
  std::int32_t code = 0;
  std::string output; ///< into the file named by TUTTI_OUTPUT
};

/// Throws where nobody knows what the command does.
[[nodiscard]] command_end play_command(const start_process& x,
                                       played_files& files);

/// What it says and asks before it ends, one after the other. `waits_inside`:
/// what needs something later, or has asked for something, waits for it before
/// it ends (§20).
[[nodiscard]] std::vector<live_call>
calls_of(const plan& p, const start_process& x, bool waits_inside);

/// What its environment says.
[[nodiscard]] std::string env_text(const start_process& x,
                                   std::string_view name);
[[nodiscard]] std::uint32_t env_number(const start_process& x,
                                       std::string_view name);

} // namespace tutti::test
