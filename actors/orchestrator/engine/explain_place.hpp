// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/orchestrator/engine/engine.hpp"

#include <cstdint>
#include <string>

namespace tutti::engine {

/// Why an agent can be given nothing where it is, as a clause behind its name:
/// "is on no node: no node that is up has the label 'gpu'". Empty: it can, or
/// its place is not chosen.
[[nodiscard]] std::string place_clause(const engine& e, std::uint32_t agent);

/// Of an exclusive task whose last attempt may still be alive (§33), a
/// sentence; empty: it is none.
[[nodiscard]] std::string haunted_text(const engine& e, std::uint32_t task);

} // namespace tutti::engine
