// SPDX-License-Identifier: BSD-3-Clause
// One connection of the transport. All of it runs on the transport's thread.
//
//   connect ─▶ connecting ─▶ shaking ─▶ open ─▶ closing ─▶ leaving ─▶ gone
//   accept ────────────────▶ (hands)      │     (what was     (the other side
//                               └─────────┴──▶   sent leaves)  hears why)
//
// The last word about it is said once, on the way to `leaving` or `gone`.
#pragma once

#include "runtime/cluster/frame_reader.hpp"
#include "runtime/cluster/outbox.hpp"
#include "runtime/cluster/tls_refusals.hpp"
#include "runtime/cluster/tls_session.hpp"
#include "runtime/cluster/tls_transport.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tutti::cluster {

/// "192.0.2.7:40112"; empty: it is not known any more.
[[nodiscard]] std::string address_text(const boost::asio::ip::tcp::endpoint& x);

/// "Connection refused" as a clause.
[[nodiscard]] std::string failure_text(const boost::system::error_code& x);

/// Asio opens its sockets for every program that is started.
void keep_from_children(int fd);

/// What the connections of a transport share.
struct connection_surroundings {
  boost::asio::io_context& loop;
  const tls_options& options;
  SSL_CTX* context; ///< none: without TLS
  const transport_events& events;
  /// While it can be locked `loop` is there.
  std::weak_ptr<void> transport;
  std::function<void(refusal)> refused;
  std::function<void(connection_id)> gone;
  std::string input;   ///< what has just been read,
  std::string content; ///< and what it says
};

class tls_connection : public std::enable_shared_from_this<tls_connection> {
public:
  tls_connection(connection_surroundings& with, connection_id id,
                 std::shared_ptr<outbox> out);

  void connect(const std::string& host, std::uint16_t port);
  void accept(boost::asio::ip::tcp::socket from, std::string address);

  void admit();
  /// There is something in the outbox.
  void wake();
  /// Once what was sent has left.
  void close();
  /// At once, without a word.
  void drop();

  /// Whether it has connected and is not admitted.
  [[nodiscard]] bool is_stranger() const {
    return peer_.is_inbound && !admitted_;
  }

private:
  enum class phase : std::uint8_t {
    connecting,
    shaking,
    open,
    closing,
    leaving,
    gone,
  };
  using failure = boost::system::error_code;

  void resolve(const std::string& host, const std::string& port);
  void reach(const boost::asio::ip::tcp::resolver::results_type& where);
  void begin();
  void open();
  void read();
  void take_in();
  void take_in(std::string_view bytes);
  void deliver(std::string_view content);
  void pump();
  void fill();
  void written(const failure& why);
  void watch(std::chrono::milliseconds patience);
  void too_late();
  void end(const closing& how);
  void end(const std::string& why) {
    end(closing{why, {}});
  }
  void tell_end(const closing& how);
  void tell_end(const std::string& why) {
    tell_end(closing{why, {}});
  }
  void leave();

  connection_surroundings& with_;
  connection_id id_;
  std::shared_ptr<outbox> outbox_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  phase phase_ = phase::connecting;
  peer peer_;
  bool admitted_ = false;
  bool told_ = false; ///< the last word
  std::optional<tls_session> tls_;
  frame_reader reader_{stranger_frame_bytes_max};
  std::size_t stranger_frames_ = 0;
  std::string batch_; ///< taken from the outbox
  std::string out_;   ///< is being written
  std::string last_words_;
  bool writing_ = false;
  bool write_failed_ = false;
  bool said_goodbye_ = false;
  std::size_t ignored_bytes_ = 0; ///< while it leaves
};

} // namespace tutti::cluster
