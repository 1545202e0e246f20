// SPDX-License-Identifier: BSD-3-Clause
// What OpenSSL's errors mean, in our words.
#pragma once

#include "runtime/cluster/transport.hpp"

#include <string>

namespace tutti::cluster {

/// Why a connection failed: what the newest error of the thread's queue says,
/// and what was found about the certificate (`X509_V_…`). Nothing where there
/// is no error. A remedy is for who has connected.
[[nodiscard]] closing tls_reason(long verified);

/// One side speaks TLS, and the other does not.
[[nodiscard]] closing one_sided(const std::string& what);

} // namespace tutti::cluster
