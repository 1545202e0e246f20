// SPDX-License-Identifier: BSD-3-Clause
// What OpenSSL's errors mean, in our words.
#pragma once

#include <string>

namespace tutti::cluster {

/// Why a connection failed: what the newest error of the thread's queue says,
/// and what was found about the certificate (`X509_V_…`). One clause; "" where
/// there is no error.
[[nodiscard]] std::string tls_reason(long verified);

} // namespace tutti::cluster
