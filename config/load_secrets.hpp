// SPDX-License-Identifier: BSD-3-Clause
// `secrets`: what there is, and who gets it.
#pragma once

#include "config/loader_context.hpp"

#include <vector>

namespace tutti::config {

/// One of the plan's `secrets`.
void declare_secret(loader_context& c, node_id name, node_id body);

/// Names of secrets, each once.
[[nodiscard]] std::vector<secret_use> read_secrets(loader_context& c,
                                                   node_id x);

/// Those that are no variable of `env` as well; reports the others.
[[nodiscard]] std::vector<secret_id>
bind_secrets(loader_context& c, const std::vector<secret_use>& xs,
             const std::vector<const env_template*>& env);

} // namespace tutti::config
