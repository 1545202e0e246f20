// SPDX-License-Identifier: BSD-3-Clause
// Serves lines on Unix sockets: a request is a line, and so is its one reply.
// One plain thread for all sockets and connections; nobody waits for a client,
// and a client can cost no more than its connection's two buffers (rule 9).
#pragma once

#include "messages/error.hpp"
#include "runtime/control/local_socket.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace tutti::control {

/// Names a connection; never used twice.
using connection_id = std::uint64_t;

/// What to do with what clients say. Called on the server's thread; must return
/// at once.
struct line_handlers {
  /// A request, without its line feed; to be answered once. The next one of the
  /// same connection comes after that.
  std::function<void(connection_id, const peer&, std::string)> asked;
  /// Who asked has gone; an answer is not needed any more.
  std::function<void(connection_id)> gone;
};

struct line_limits {
  /// Of a request. Longer ones are refused and the connection is closed.
  std::size_t line_bytes_max = (std::size_t{1} << 20) + (std::size_t{64} << 10);
  /// 0: half of the descriptors that the process may have. Further clients are
  /// refused as `busy`.
  std::size_t connections_max = 0;
  /// So long a client has for its next request, and to take an answer; then
  /// the connection is closed. How long an answer takes is another matter.
  std::chrono::milliseconds patience = std::chrono::seconds(60);
};

class line_server {
public:
  explicit line_server(const line_limits& limits = {});
  line_server(const line_server&) = delete;
  line_server& operator=(const line_server&) = delete;
  ~line_server(); ///< calls `finish` and `join`

  /// Before `start`. The error says why there is no such socket.
  [[nodiscard]] std::optional<error> listen(const std::string& path,
                                            line_handlers handlers);

  /// Starts the thread. Once.
  void start();

  /// The reply to the open request of a connection; a line feed is added. Any
  /// thread. Without effect where the client has gone.
  void answer(connection_id to, std::string line);

  /// The end: removes the sockets, answers open requests as `ended`, and gives
  /// clients a moment to take what is theirs. Any thread, idempotent.
  void finish();

  /// After `finish`: waits for the thread, bounded. No handler runs any more.
  void join();

private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace tutti::control
