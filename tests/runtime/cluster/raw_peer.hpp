// SPDX-License-Identifier: BSD-3-Clause
// Peers that do what they want: bytes to and from a port of this machine, and
// TLS with whatever certificate, or none.
#pragma once

#include "runtime/cluster/tls_session.hpp"
#include "runtime/process/unique_fd.hpp"

#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tutti::test {

/// Never waits longer than 30 s.
class raw_tcp {
public:
  explicit raw_tcp(process::unique_fd fd) : fd_(std::move(fd)) {
  }
  explicit raw_tcp(std::uint16_t port)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    auto at = address(port);
    auto done =
        ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at);
    BOOST_REQUIRE_MESSAGE(done == 0, "cannot connect");
    int yes = 1;
    ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  }

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      auto n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n < 0)
        return;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  /// What there is; empty at the end, however it came.
  [[nodiscard]] std::string read() const {
    std::array<char, 4096> chunk{};
    pollfd x{fd_.get(), POLLIN, 0};
    BOOST_REQUIRE(::poll(&x, 1, 30'000) == 1);
    auto n = ::recv(fd_.get(), chunk.data(), chunk.size(), 0);
    return {chunk.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
  }
  void read_to_end() const {
    while (!read().empty()) {
    }
  }
  void leave() {
    fd_.reset();
  }

  static sockaddr_in address(std::uint16_t port) {
    sockaddr_in result{};
    result.sin_family = AF_INET;
    result.sin_port = htons(port);
    result.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return result;
  }

private:
  process::unique_fd fd_;
};

/// Takes one connection, and does not do what it should with it.
class raw_door {
public:
  raw_door() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    auto at = raw_tcp::address(0);
    socklen_t size = sizeof at;
    auto* any = reinterpret_cast<sockaddr*>(&at);
    BOOST_REQUIRE(::bind(fd_.get(), any, size) == 0);
    BOOST_REQUIRE(::listen(fd_.get(), 1) == 0);
    BOOST_REQUIRE(::getsockname(fd_.get(), any, &size) == 0);
    port_ = ntohs(at.sin_port);
  }
  [[nodiscard]] std::uint16_t port() const {
    return port_;
  }
  [[nodiscard]] raw_tcp take() const {
    return raw_tcp{process::unique_fd{::accept(fd_.get(), nullptr, nullptr)}};
  }

private:
  process::unique_fd fd_;
  std::uint16_t port_ = 0;
};

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
    return session_.why();
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
