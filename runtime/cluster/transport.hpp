// SPDX-License-Identifier: BSD-3-Clause
// What carries the frames of links between machines: connections on which
// opaque frames arrive whole, in order and unchanged, until one breaks. Real
// ones are TLS over TCP; tests have simulated ones.
//
//   connect / listen ─▶ opened ─▶ frames both ways ─▶ closed
//
// A connection is a stranger's until it is admitted: small frames only, and it
// is closed where that takes too long.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace tutti::cluster {

/// Names a connection; never used twice by a transport.
using connection_id = std::uint64_t;

/// Of a frame, its length not counted. A longer one closes its connection
/// before anything of that size is allocated.
inline constexpr std::size_t frame_bytes_max = std::size_t{4} << 20;
/// The same before a connection is admitted.
inline constexpr std::size_t stranger_frame_bytes_max = std::size_t{64} << 10;

/// Who is at the other end, as far as the transport knows.
struct peer {
  std::string name;    ///< of its certificate; empty: it was not asked for one
  std::string address; ///< "192.0.2.7:40112"
  bool is_inbound = false;
};

/// Why a connection is closed, or was none.
struct closing {
  std::string why; ///< one clause: "connection refused"
  /// What a person has to do, one clause: "join at 127.0.0.1"; empty: to try
  /// again may help.
  std::string remedy;
};

/// What a transport tells. Called on its own thread, one at a time; must not
/// block.
struct transport_events {
  std::function<void(connection_id, const peer&)> opened;
  std::function<void(connection_id, std::string frame)> arrived;
  /// The last word about a connection, and the only one about an attempt to
  /// connect that failed.
  std::function<void(connection_id, const closing&)> closed;
  /// Somebody was turned away before `opened`: `why` as above, nothing secret.
  std::function<void(const std::string& address, const std::string& why)>
      refused;
};

/// May be called on any thread; nothing blocks.
class transport {
public:
  virtual ~transport() = default;

  /// Tries to reach somebody; `opened` or `closed` follows.
  virtual connection_id connect(const std::string& host,
                                std::uint16_t port) = 0;
  /// The peer has shown who it is: larger frames, and no time limit any more.
  virtual void admit(connection_id x) = 0;
  /// Frames leave in order. Unknown or closed ids are ignored, here and below.
  virtual void send(connection_id x, std::string frame) = 0;
  /// Bytes that were sent and have not left yet.
  [[nodiscard]] virtual std::size_t unsent_bytes(connection_id x) const = 0;
  /// Closes once what was sent has left, within a bound; `closed` follows.
  virtual void close(connection_id x) = 0;
};

} // namespace tutti::cluster
