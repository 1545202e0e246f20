// SPDX-License-Identifier: BSD-3-Clause
// TLS with whatever certificate, or none.
#pragma once

#include "runtime/cluster/tls_session.hpp"
#include "tests/support/raw_tcp.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tutti::test {

/// TLS that believes anybody.
class raw_tls {
public:
  /// Without credentials it has no certificate.
  raw_tls(std::uint16_t port, const std::optional<cluster::credentials>& x,
          int version = TLS1_3_VERSION)
    : tcp_(port), context_(context_of(x, version)), session_(*context_, false) {
    flush();
  }

  /// Until the handshake is over, one way or the other.
  void shake_hands() {
    while (session_.now() == cluster::tls_session::state::shaking)
      if (!take())
        return;
  }
  void send(std::string_view content) {
    session_.send(content);
    flush();
  }
  /// To the end; returns why, as this side sees it.
  std::string read_to_end() {
    while (take()) {
    }
    return session_.how().why;
  }

private:
  static cluster::tls_context_ptr
  context_of(const std::optional<cluster::credentials>& x, int version) {
    cluster::tls_context_ptr result;
    if (x) {
      auto made = cluster::make_tls_context(*x);
      BOOST_REQUIRE(made);
      result = std::move(*made);
    } else {
      result.reset(SSL_CTX_new(TLS_method()));
    }
    SSL_CTX_set_min_proto_version(result.get(), version);
    SSL_CTX_set_max_proto_version(result.get(), version);
    SSL_CTX_set_verify(result.get(), SSL_VERIFY_NONE, nullptr);
    return result;
  }
  bool take() {
    auto bytes = tcp_.read();
    std::string content;
    session_.arrived(bytes, content);
    flush();
    return !bytes.empty();
  }
  void flush() {
    std::string out;
    session_.take_output(out);
    tcp_.send(out);
  }

  raw_tcp tcp_;
  cluster::tls_context_ptr context_;
  cluster::tls_session session_;
};

} // namespace tutti::test
