// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/tls_session.hpp"

#include "messages/assert.hpp"
#include "runtime/cluster/certificate_form.hpp"
#include "runtime/cluster/tls_reasons.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace tutti::cluster {

namespace {

/// Of the certificates that a stranger may send; ours have less than 1 KiB.
constexpr long certificates_bytes_max = 16 * 1024;
/// Every record of TLS begins with its kind and a 3.
constexpr char handshake_record = 0x16;

error unusable(const credentials& x, const char* what) {
  return {exit_code::environment,
          "the certificate of '" + x.name + "' cannot be used: " + what};
}

/// The queue of errors belongs to the thread: what one connection leaves there
/// would be taken for an error of the next one.
struct clean_errors {
  clean_errors() {
    ERR_clear_error();
  }
  clean_errors(const clean_errors&) = delete;
  clean_errors& operator=(const clean_errors&) = delete;
  ~clean_errors() {
    ERR_clear_error();
  }
};

/// OpenSSL looks whether a certificate is from our CA, valid now and not for
/// something else. That it says what it is for, and for whom, is left.
int check_role(int fine, X509_STORE_CTX* checks) {
  if (fine != 1 || X509_STORE_CTX_get_error_depth(checks) != 0)
    return fine;
  const auto* tls = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(checks, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto role = SSL_is_server(tls) == 1 ? certificate_role::node
                                      : certificate_role::orchestrator;
  if (has_role(*X509_STORE_CTX_get_current_cert(checks), role))
    return 1;
  X509_STORE_CTX_set_error(checks, X509_V_ERR_INVALID_PURPOSE);
  return 0;
}

} // namespace

expected<tls_context_ptr> make_tls_context(const credentials& identity) {
  clean_errors guard;
  auto authority = certificate_of(identity.authority);
  auto certificate = certificate_of(identity.certificate);
  auto key = key_of(identity.key);
  if (!authority || !certificate || !key)
    return unusable(identity, "a part of it is missing");
  tls_context_ptr result{SSL_CTX_new(TLS_method())};
  auto* x = result.get();
  if (x == nullptr || SSL_CTX_set_min_proto_version(x, TLS1_3_VERSION) != 1
      || SSL_CTX_set_max_proto_version(x, TLS1_3_VERSION) != 1)
    return unusable(identity, "OpenSSL has no TLS 1.3");
  if (SSL_CTX_use_certificate(x, certificate.get()) != 1
      || SSL_CTX_use_PrivateKey(x, key.get()) != 1
      || SSL_CTX_check_private_key(x) != 1)
    return unusable(identity, "its key does not fit");
  if (X509_STORE_add_cert(SSL_CTX_get_cert_store(x), authority.get()) != 1)
    return unusable(identity, "the CA is none");
  SSL_CTX_set_verify(x, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                     check_role);
  SSL_CTX_set_verify_depth(x, 0); // the CA signs for itself
  SSL_CTX_set_max_cert_list(x, certificates_bytes_max);
  SSL_CTX_set_session_cache_mode(x, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(x, 0);
  SSL_CTX_set_options(x, SSL_OP_NO_TICKET);
  SSL_CTX_set_mode(x, SSL_MODE_RELEASE_BUFFERS);
  return result;
}

tls_session::tls_session(SSL_CTX& context, bool inbound)
  : tls_(SSL_new(&context)), in_(BIO_new(BIO_s_mem())),
    out_(BIO_new(BIO_s_mem())), inbound_(inbound) {
  TUTTI_ASSERT(tls_ != nullptr && in_ != nullptr && out_ != nullptr);
  SSL_set_bio(tls_.get(), in_, out_);
  if (inbound) {
    SSL_set_accept_state(tls_.get());
  } else {
    SSL_set_connect_state(tls_.get());
    shake_hands(); // who connects speaks first
  }
}

void tls_session::arrived(std::string_view bytes, std::string& content) {
  if (bytes.empty() || state_ == state::failed || state_ == state::over)
    return;
  if (!std::exchange(seen_, true) && inbound_
      && bytes.front() != handshake_record) {
    fail({"plain bytes instead of TLS", {}});
    BIO_write(out_, no_tls_alert.data(), static_cast<int>(no_tls_alert.size()));
    return;
  }
  TUTTI_ASSERT(bytes.size() <= std::numeric_limits<int>::max());
  clean_errors guard;
  auto taken = BIO_write(in_, bytes.data(), static_cast<int>(bytes.size()));
  TUTTI_ASSERT(taken == static_cast<int>(bytes.size()));
  if (state_ == state::shaking)
    shake_hands();
  if (state_ == state::open)
    read(content);
}

void tls_session::shake_hands() {
  clean_errors guard;
  auto result = SSL_do_handshake(tls_.get());
  if (result != 1)
    return give_up(result);
  certificate_ptr x{SSL_get1_peer_certificate(tls_.get())};
  TUTTI_ASSERT(x != nullptr); // without one the handshake fails
  peer_name_ = name_of(*x);
  state_ = state::open;
}

void tls_session::read(std::string& content) {
  constexpr std::size_t record_bytes_max = 16 * 1024;
  auto size = content.size();
  for (;;) {
    content.resize(size + record_bytes_max);
    std::size_t n = 0;
    auto result =
        SSL_read_ex(tls_.get(), content.data() + size, record_bytes_max, &n);
    size += n;
    content.resize(size);
    if (result != 1)
      return give_up(result);
  }
}

void tls_session::give_up(int result) {
  switch (SSL_get_error(tls_.get(), result)) {
  case SSL_ERROR_WANT_READ:
    return;
  case SSL_ERROR_ZERO_RETURN:
    state_ = state::over;
    return;
  default: {
    auto how = tls_reason(SSL_get_verify_result(tls_.get()));
    fail(how.why.empty() ? closing{"broken TLS", {}} : std::move(how));
  }
  }
}

void tls_session::send(std::string_view content) {
  clean_errors guard;
  while (!content.empty() && state_ == state::open) {
    std::size_t n = 0;
    auto result = SSL_write_ex(tls_.get(), content.data(), content.size(), &n);
    if (result != 1)
      return give_up(result);
    content.remove_prefix(n);
  }
}

void tls_session::finish() {
  clean_errors guard;
  if (state_ == state::open)
    SSL_shutdown(tls_.get());
}

void tls_session::take_output(std::string& into) {
  auto size = BIO_ctrl_pending(out_);
  if (size == 0)
    return;
  auto at = into.size();
  into.resize(at + size);
  auto n = BIO_read(out_, into.data() + at, static_cast<int>(size));
  TUTTI_ASSERT(n == static_cast<int>(size));
}

void tls_session::fail(closing how) {
  state_ = state::failed;
  how_ = std::move(how);
}

} // namespace tutti::cluster
