// SPDX-License-Identifier: BSD-3-Clause
// Objects of OpenSSL that go with their owner.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>

namespace tutti::cluster {

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* x) const {
    Free(x);
  }
};

using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free_all>>;
using certificate_ptr = std::unique_ptr<X509, freed_by<X509_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using tls_context_ptr = std::unique_ptr<SSL_CTX, freed_by<SSL_CTX_free>>;
using tls_ptr = std::unique_ptr<SSL, freed_by<SSL_free>>;

} // namespace tutti::cluster
