// SPDX-License-Identifier: BSD-3-Clause
// What certificates of a cluster look like: makes them and reads them. Touches
// no files.
#pragma once

#include "runtime/cluster/certificates.hpp"
#include "runtime/cluster/tls_handles.hpp"

#include <cstdint>
#include <string>

namespace tutti::cluster {

/// None: the text is none.
[[nodiscard]] certificate_ptr certificate_of(const std::string& pem);
[[nodiscard]] key_ptr key_of(const std::string& pem);

/// For a curve that all have, P-256.
[[nodiscard]] key_ptr make_key();

[[nodiscard]] std::string pem_of(X509& x);
[[nodiscard]] std::string pem_of(EVP_PKEY& x);

struct certificate_wish {
  std::string name;
  certificate_role role = certificate_role::node;
  std::int64_t valid_from_s = 0;
  std::int64_t valid_until_s = 0;
};

/// Whose signature a certificate gets; none: its own.
struct issuer {
  X509* certificate = nullptr;
  EVP_PKEY* key = nullptr;
};

[[nodiscard]] certificate_ptr make_certificate(const certificate_wish& wish,
                                               EVP_PKEY& key, issuer by);

[[nodiscard]] certificate_info info_of(X509& x);

/// The name it is for; empty: none that could be one.
[[nodiscard]] std::string name_of(X509& x);

/// Whether it is meant for this role, and says so.
[[nodiscard]] bool has_role(X509& x, certificate_role role);

} // namespace tutti::cluster
