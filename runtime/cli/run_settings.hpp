// SPDX-License-Identifier: BSD-3-Clause
// What the command line says of a plan and its run, as the journal keeps it: a
// resumed run goes by it where the new command line says nothing.
#pragma once

#include "runtime/cli/options.hpp"

#include <string>

namespace tutti::cli {

/// {"set": {"K": "V"}, "only": […], "skip": […], "jobs": 3, "no-wait": true,
/// "durability": "off", "listen": "hub:7700", "labels": […], "min-nodes": 2,
/// "certs": "/DIR", "insecure": true, "nodes": 2}; what was not said is not
/// there.
[[nodiscard]] std::string settings_json(const run_options& x);

/// Whether `x` asks by --only for other tasks than those that the run has.
[[nodiscard]] bool chooses_other_tasks(const std::string& json,
                                       const run_options& x);

/// Fills in what `x` leaves open; of parameters, those that it does not set.
void apply_settings(const std::string& json, run_options& x);

} // namespace tutti::cli
