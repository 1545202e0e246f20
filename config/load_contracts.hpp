// SPDX-License-Identifier: BSD-3-Clause
// Interfaces agreed early (semantics §12).
#pragma once

#include "config/loader_context.hpp"

namespace tutti::config {

/// Finds who provides which contract, and what defines it.
void declare_providers(loader_context& c);

/// Adds to a task what its `needs-later` implies: the task that defines the
/// contract of what it needs later.
void imply_definitions(loader_context& c, std::uint32_t task);

/// Reads the files of contracts that are agreed at load.
void read_contract_files(loader_context& c);

} // namespace tutti::config
