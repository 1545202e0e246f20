// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/tls_reasons.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace tutti::cluster {

namespace {

constexpr const char* issue_anew = "'tutti certs issue NAME --out DIR' on the "
                                   "orchestrator's machine makes the "
                                   "folder for this node (--certs)";
constexpr const char* see_there =
    "'tutti certs show' and 'tutti doctor' on the orchestrator's machine say "
    "what is wrong with its certificate";

/// Of the other side's certificate.
closing certificate_reason(long verified) {
  switch (verified) {
  case X509_V_ERR_CERT_HAS_EXPIRED:
    return {"certificate expired", see_there};
  case X509_V_ERR_CERT_NOT_YET_VALID:
    return {"certificate not valid yet (is a clock wrong?)", {}};
  case X509_V_ERR_INVALID_PURPOSE:
    return {"certificate for another role", see_there};
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
  case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
  case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
  case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
  case X509_V_ERR_CERT_SIGNATURE_FAILURE:
  case X509_V_ERR_CERT_CHAIN_TOO_LONG:
    return {"certificate of another CA", issue_anew};
  default:
    return {"certificate that is not valid", see_there};
  }
}

/// The other side said it: about us. Nothing: it said nothing.
closing told_reason(int code) {
  switch (code) {
  case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
  case SSL_R_SSLV3_ALERT_NO_CERTIFICATE:
    return {"it refuses us: no certificate", issue_anew};
  case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    return {"it refuses us: our certificate is of another CA", issue_anew};
  case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    return {"it refuses us: our certificate has expired", issue_anew};
  case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    return {"it refuses us: our certificate is not valid (is a clock wrong?)",
            {}};
  case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
  case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
  case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
  case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
    return {"it refuses us: our certificate is not for this role", issue_anew};
  case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    return {"it speaks another version of TLS", {}};
  case SSL_R_SSLV3_ALERT_UNEXPECTED_MESSAGE:
    return one_sided("it takes us for no TLS");
  default:
    return {};
  }
}

} // namespace

closing one_sided(const std::string& what) {
  return {what + ": only one side runs with --insecure",
          "start both with it, or both without"};
}

closing tls_reason(long verified) {
  auto newest = ERR_peek_last_error();
  if (newest == 0)
    return {};
  if (ERR_GET_LIB(newest) != ERR_LIB_SSL)
    return {"broken TLS", {}};
  auto code = ERR_GET_REASON(newest);
  if (auto told = told_reason(code); !told.why.empty())
    return told;
  switch (code) {
  case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
    return {"no certificate", {}};
  case SSL_R_CERTIFICATE_VERIFY_FAILED:
    return certificate_reason(verified);
  case SSL_R_UNSUPPORTED_PROTOCOL:
  case SSL_R_NO_PROTOCOLS_AVAILABLE:
  case SSL_R_WRONG_SSL_VERSION:
    return {"a version of TLS before 1.3", {}};
  case SSL_R_UNEXPECTED_EOF_WHILE_READING:
    return {"it closed the connection", {}};
  default:
    return {"broken TLS", {}};
  }
}

} // namespace tutti::cluster
