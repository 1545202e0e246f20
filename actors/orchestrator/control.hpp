// SPDX-License-Identifier: BSD-3-Clause
// What people ask of a live run, as events of the engine and sentences.
#pragma once

#include "actors/orchestrator/engine/engine.hpp"
#include "messages/control.hpp"

#include <functional>
#include <string>

namespace tutti {

struct control_result {
  bool ok = true;
  std::string text; ///< what was done, or why nothing was: one sentence
};

/// Does what a call asks for: `step` puts an event into the engine and says why
/// it was refused, or nothing. A phase stands for its tasks.
[[nodiscard]] control_result
run_control(const plan& p, const engine::engine& e, const control_call& x,
            const std::function<std::string(const engine::event&)>& step);

/// Why a task or gate is where it is, in one paragraph.
[[nodiscard]] std::string explain_now(const plan& p, const engine::engine& e,
                                      node_ref subject, duration now);

} // namespace tutti
