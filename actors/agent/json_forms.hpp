// SPDX-License-Identifier: BSD-3-Clause
// How what tasks hand on looks in JSON: in TUTTI_INPUT, in an inbox, in what a
// session is told.
#pragma once

#include "messages/handoff.hpp"
#include "messages/plan.hpp"
#include "messages/request.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>

namespace tutti {

/// JSON text as JSON; a text where it is none.
[[nodiscard]] nlohmann::json parsed_or_text(const std::string& text);

/// {"outputs": {…}, "note": "…", "artifacts": […]}; `details` may be null.
[[nodiscard]] nlohmann::json details_json(const attempt_details* details);

/// {"id": "crud@2", "version": 2, "status": "succeeded", …details}.
[[nodiscard]] nlohmann::json handoff_json(const plan& p, const handoff& x);

/// {"id": "request/3", "agent": "morgan", "text": "…", "status": …, …details}.
[[nodiscard]] nlohmann::json answer_json(const plan& p,
                                         const request_answer& x);

/// "request/3".
[[nodiscard]] std::string request_name(std::uint32_t number);

} // namespace tutti
