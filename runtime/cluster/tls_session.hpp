// SPDX-License-Identifier: BSD-3-Clause
// One connection's TLS 1.3, without its socket: bytes of the network and bytes
// of the other side go in and come out. Both sides show a certificate of the
// cluster's CA, for their role (docs/cluster.md).
#pragma once

#include "messages/error.hpp"
#include "runtime/cluster/certificates.hpp"
#include "runtime/cluster/tls_handles.hpp"
#include "runtime/cluster/transport.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tutti::cluster {

/// Tells who speaks TLS that the other side does not, or the other way round: a
/// record with a fatal alert, "unexpected message".
inline constexpr std::string_view no_tls_alert{"\x15\x03\x03\x00\x02\x02\x0a",
                                               7};

/// What the connections of a process have in common. The error is that the
/// credentials are of no use.
[[nodiscard]] expected<tls_context_ptr>
make_tls_context(const credentials& identity);

class tls_session {
public:
  enum class state : std::uint8_t {
    shaking, ///< of hands
    open,
    over,   ///< the other side has said goodbye
    failed, ///< `how` says why
  };

  /// `inbound`: the other side has connected and is to be a node; else it is
  /// to be the orchestrator.
  tls_session(SSL_CTX& context, bool inbound);

  [[nodiscard]] state now() const {
    return state_;
  }
  /// "certificate expired"
  [[nodiscard]] const closing& how() const {
    return how_;
  }
  /// Of the other side's certificate, once open.
  [[nodiscard]] const std::string& peer_name() const {
    return peer_name_;
  }

  /// Takes what has arrived; what it says is appended to `content`.
  void arrived(std::string_view bytes, std::string& content);

  /// Encrypts; only while open.
  void send(std::string_view content);

  /// Says goodbye.
  void finish();

  /// Appends what is to leave, whatever the state: also that it has failed.
  void take_output(std::string& into);

private:
  void shake_hands();
  void read(std::string& content);
  /// Looks at what OpenSSL says of the last call.
  void give_up(int result);
  void fail(closing how);

  tls_ptr tls_;
  BIO* in_ = nullptr;  ///< both belong to `tls_`
  BIO* out_ = nullptr; ///< likewise
  bool inbound_;
  bool seen_ = false; ///< something has arrived
  state state_ = state::shaking;
  closing how_;
  std::string peer_name_;
};

} // namespace tutti::cluster
