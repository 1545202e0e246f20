// SPDX-License-Identifier: BSD-3-Clause
// What only some facts carry, as JSON text. Nothing is lost on the way there
// and back but what is no UTF-8; tasks and contracts stand by name, so that a
// changed plan finds them.
#pragma once

#include "messages/fact.hpp"
#include "messages/plan.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tutti::journal {

[[nodiscard]] std::string to_json(const plan& p, const attempt_details& x);
[[nodiscard]] std::string to_json(const plan& p, const fact_extra& x);

/// What is done about a name that the plan does not have.
enum class unknown_names : std::uint8_t { refused, left_out };

/// Where names lead in a plan.
struct plan_names {
  plan_names(const plan& p, unknown_names unknown);

  unknown_names policy;

  std::unordered_map<std::string_view, std::uint32_t> tasks;
  std::unordered_map<std::string_view, std::uint32_t> contracts;
};

/// None: the text is none of ours, or names what the plan does not have and is
/// to be refused for that.
[[nodiscard]] std::optional<attempt_details>
details_of_json(const plan_names& p, std::string_view text);
/// What details name that lies elsewhere.
struct named_files {
  std::vector<std::string> digests; ///< of artifacts
  payload_ref payload;              ///< no size: all is here
};

[[nodiscard]] std::optional<named_files> files_of_json(std::string_view text);
/// The path of the log in details.
[[nodiscard]] std::optional<std::string> log_of_json(std::string_view text);
[[nodiscard]] std::optional<fact_extra> extra_of_json(const plan_names& p,
                                                      std::string_view text);

} // namespace tutti::journal
