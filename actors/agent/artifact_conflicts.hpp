// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/handoff.hpp"
#include "messages/plan.hpp"
#include "messages/request.hpp"

#include <string>
#include <vector>

namespace tutti {

/// The files that a receiver is to find, each path once.
struct placed_files {
  std::vector<artifact> files; ///< sorted by path
  std::string mistake;         ///< one sentence; empty: none
};

/// Where two producers hand on different files of one path, that of the later
/// one counts if it is made from the other's; else it is a mistake.
[[nodiscard]] placed_files
files_to_place(const plan& p, const std::vector<handoff>& handed,
               const std::vector<request_answer>& answers);

} // namespace tutti
