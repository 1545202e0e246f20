// SPDX-License-Identifier: BSD-3-Clause
// Peers that do what they want: bytes to and from a port of this machine.
#pragma once

#include "runtime/process/unique_fd.hpp"

#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
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
  /// Whether something comes, be it the end, within so many milliseconds.
  [[nodiscard]] bool is_answered(int ms) const {
    pollfd x{fd_.get(), POLLIN, 0};
    return ::poll(&x, 1, ms) != 0;
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

} // namespace tutti::test
