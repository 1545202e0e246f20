// SPDX-License-Identifier: BSD-3-Clause
// Certificates for processes that are started for a while and need no others
// than each other: of a CA of their own, whose key nobody keeps. In memory
// only.
#pragma once

#include "runtime/cluster/certificates.hpp"

#include <cstdint>
#include <string>

namespace tutti::cluster {

struct passing_credentials {
  credentials listener; ///< as the orchestrator has them
  credentials caller;   ///< as a node has them
};

/// `caller`: its name. Valid for a year from `now_s`, since 1970.
[[nodiscard]] passing_credentials
make_passing_credentials(const std::string& caller, std::int64_t now_s);

} // namespace tutti::cluster
