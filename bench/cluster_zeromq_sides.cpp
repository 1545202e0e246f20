// SPDX-License-Identifier: BSD-3-Clause
// ZeroMQ: PUSH to PULL over TCP, and another such pair for answers. Its
// defaults, among them at most 1,000 messages waiting at each end.
#include "bench/cluster_sides.hpp"
#include "messages/assert.hpp"

#include <zmq.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>

namespace tutti::bench {

namespace {

using namespace std::chrono_literals;

class zeromq_socket {
public:
  zeromq_socket(void* context, int kind) : socket_(zmq_socket(context, kind)) {
    TUTTI_ASSERT(socket_ != nullptr);
    zmq_msg_init(&message_);
    int at_once = 0;
    zmq_setsockopt(socket_, ZMQ_LINGER, &at_once, sizeof(at_once));
  }
  zeromq_socket(const zeromq_socket&) = delete;
  zeromq_socket& operator=(const zeromq_socket&) = delete;
  ~zeromq_socket() {
    zmq_msg_close(&message_);
    zmq_close(socket_);
  }

  std::uint16_t bind() {
    TUTTI_ASSERT(zmq_bind(socket_, "tcp://127.0.0.1:*") == 0);
    char at[128];
    std::size_t size = sizeof(at);
    TUTTI_ASSERT(zmq_getsockopt(socket_, ZMQ_LAST_ENDPOINT, at, &size) == 0);
    std::string text{at};
    return static_cast<std::uint16_t>(
        std::atoi(text.substr(text.rfind(':') + 1).c_str()));
  }
  void connect(std::uint16_t port) {
    auto at = "tcp://127.0.0.1:" + std::to_string(port);
    TUTTI_ASSERT(zmq_connect(socket_, at.c_str()) == 0);
  }
  /// False: nobody could take it.
  bool send(const void* bytes, std::size_t size, int flags = 0) {
    return zmq_send(socket_, bytes, size, flags) >= 0;
  }
  /// Valid until the next call; empty: the context is gone.
  std::string_view receive() {
    zmq_msg_close(&message_);
    zmq_msg_init(&message_);
    if (zmq_msg_recv(&message_, socket_, 0) < 0)
      return {};
    return {static_cast<const char*>(zmq_msg_data(&message_)),
            zmq_msg_size(&message_)};
  }

private:
  void* socket_;
  zmq_msg_t message_;
};

struct zeromq_context {
  zeromq_context() = default;
  zeromq_context(const zeromq_context&) = delete;
  zeromq_context& operator=(const zeromq_context&) = delete;
  ~zeromq_context() {
    zmq_ctx_term(content);
  }
  void* content = zmq_ctx_new();
};

std::uint32_t number_in(std::string_view x) {
  std::uint32_t result = 0;
  TUTTI_ASSERT(x.size() >= sizeof(result));
  std::memcpy(&result, x.data(), sizeof(result));
  return result;
}

constexpr std::uint32_t hello = UINT32_MAX;

class zeromq_near : public near_side {
public:
  explicit zeromq_near(tally& told) {
    port_ = out_.bind();
    std::uint16_t back = 0;
    tally bound;
    reader_ = std::thread{[this, &told, &back, &bound] {
      zeromq_socket in{context_.content, ZMQ_PULL};
      back = in.bind();
      bound.confirm(1);
      for (auto x = in.receive(); !x.empty(); x = in.receive()) {
        if (number_in(x) == hello)
          came_.confirm(1);
        else
          told.confirm(number_in(x) + 1);
      }
    }};
    TUTTI_ASSERT(bound.wait_for(1, 20s));
    back_ = back;
  }
  ~zeromq_near() override {
    zmq_ctx_shutdown(context_.content);
    reader_.join();
  }
  [[nodiscard]] std::uint16_t port() const override {
    return port_;
  }
  void wait() override {
    // Where answers go to.
    TUTTI_ASSERT(out_.send(&back_, sizeof(back_)));
    TUTTI_ASSERT(came_.wait_for(1, 20s));
  }
  bool send(handoff x) override {
    bytes_.clear();
    write_plain(x, bytes_);
    return out_.send(bytes_.data(), bytes_.size());
  }

private:
  zeromq_context context_;
  zeromq_socket out_{context_.content, ZMQ_PUSH};
  std::uint16_t port_ = 0;
  std::uint16_t back_ = 0;
  tally came_;
  std::string bytes_;
  std::thread reader_;
};

} // namespace

std::unique_ptr<near_side> make_zeromq_near(tally& told) {
  return std::make_unique<zeromq_near>(told);
}

void run_zeromq_far(std::uint16_t port) {
  zeromq_context context;
  zeromq_socket in{context.content, ZMQ_PULL};
  zeromq_socket out{context.content, ZMQ_PUSH};
  in.connect(port);
  std::uint16_t back = 0;
  auto where = in.receive();
  TUTTI_ASSERT(where.size() == sizeof(back));
  std::memcpy(&back, where.data(), sizeof(back));
  out.connect(back);
  out.send(&hello, sizeof(hello));
  for (auto x = in.receive(); !x.empty(); x = in.receive()) {
    plain_handoff head;
    std::memcpy(&head, x.data(), sizeof(head));
    if (head.answered != 0)
      out.send(&head.number, sizeof(head.number));
  }
}

} // namespace tutti::bench
