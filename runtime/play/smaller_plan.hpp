// SPDX-License-Identifier: BSD-3-Clause
// Plans with less in them. Names stay; ids are dense again. None where the
// plan would make no sense without that.
#pragma once

#include "messages/plan.hpp"

#include <cstdint>
#include <optional>

namespace tutti::play {

[[nodiscard]] std::optional<plan> without_task(const plan& p,
                                               std::uint32_t task);
/// And without its reviews.
[[nodiscard]] std::optional<plan> without_gate(const plan& p,
                                               std::uint32_t gate);
[[nodiscard]] std::optional<plan> without_service(const plan& p,
                                                  std::uint32_t service);

/// How many single parts `without_part` can leave out of a task.
[[nodiscard]] std::size_t parts_of(const task& t);
/// Without one need, trigger, clock, retry, …: part `n` of a task.
[[nodiscard]] std::optional<plan>
without_part(const plan& p, std::uint32_t task, std::size_t n);

/// Without approval (0) or rework (1) of a gate, or what it blocks (2).
inline constexpr std::size_t gate_parts = 3;
[[nodiscard]] std::optional<plan>
without_gate_part(const plan& p, std::uint32_t gate, std::size_t n);

/// Only of an agent that has no task.
[[nodiscard]] std::optional<plan> without_agent(const plan& p,
                                                std::uint32_t agent);
/// Without phases and pools that nothing names, and without `fail-fast`.
[[nodiscard]] plan without_trimmings(const plan& p);

} // namespace tutti::play
