// SPDX-License-Identifier: BSD-3-Clause
// The transport between real machines: frames over TLS 1.3 over TCP, each side
// with a certificate of the cluster's CA; or, on one machine and only where it
// is asked for, without TLS. One plain thread for all connections.
//
// Strangers cost little: they are few at a time, have a short while and small
// frames, and what they send harms no other connection (docs/cluster.md).
#pragma once

#include "messages/error.hpp"
#include "runtime/cluster/certificates.hpp"
#include "runtime/cluster/transport.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace tutti::cluster {

struct tls_options {
  /// None: without TLS (`--insecure`); then only this machine is spoken to.
  std::optional<credentials> identity = {};
  /// From the first packet of a connection until it is admitted; then it is
  /// closed.
  std::chrono::milliseconds patience = std::chrono::seconds(10);
  /// How long what was sent before `close` may take to leave.
  std::chrono::milliseconds last_moment = std::chrono::seconds(5);
  /// Of those that have connected and are not admitted. Further ones are
  /// refused at once.
  std::size_t strangers_max = 64;
  /// Events within ten seconds; what is more is told in one at their end.
  std::size_t refusals_told_max = 10;
};

/// Frames on an outbound connection may have their full size from the start:
/// it is who connects that has chosen the other side, and has seen its
/// certificate.
class tls_transport : public transport {
public:
  /// The error is that the credentials are of no use (exit 7). Starts the
  /// thread.
  [[nodiscard]] static expected<std::unique_ptr<tls_transport>>
  make(tls_options options, transport_events events);

  tls_transport(const tls_transport&) = delete;
  tls_transport& operator=(const tls_transport&) = delete;
  /// Closes all connections, with a second for what was sent. No event comes
  /// after it. Within an event it is over at once.
  ~tls_transport() override;

  /// Takes connections from now on. No host: at all addresses. Port 0: any that
  /// is free. Returns the port; the error says why it cannot (exit 7).
  [[nodiscard]] expected<std::uint16_t> listen(const std::string& host,
                                               std::uint16_t port);

  connection_id connect(const std::string& host, std::uint16_t port) override;
  void admit(connection_id x) override;
  void send(connection_id x, std::string frame) override;
  [[nodiscard]] std::size_t unsent_bytes(connection_id x) const override;
  void close(connection_id x) override;

private:
  struct state;
  explicit tls_transport(std::shared_ptr<state> x);
  std::shared_ptr<state> state_;
};

} // namespace tutti::cluster
