// SPDX-License-Identifier: BSD-3-Clause
// NATS core: a server between the two, which speaks lines of text:
//
//   CONNECT {...}                           nothing is answered (not verbose)
//   SUB subject id                          MSG subject id bytes, payload
//   PUB subject bytes, payload              PING is answered with PONG
//
// The client sends all that waits at once, as that of NATS does.
#include "bench/cluster_sides.hpp"
#include "messages/assert.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <thread>
#include <utility>

namespace tutti::bench {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 20s;
/// Of what waits in a client; the default of NATS's own.
constexpr std::size_t waiting_max = std::size_t{8} << 20;
constexpr std::size_t input_bytes = std::size_t{256} << 10;

std::string server_path() {
  for (const char* x : {"/usr/sbin/nats-server", "/usr/bin/nats-server",
                        "/usr/local/bin/nats-server"})
    if (std::filesystem::exists(x))
      return x;
  return {};
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  result.sin_port = htons(port);
  return result;
}

/// One that was free just now.
std::uint16_t free_port() {
  auto fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto at = loopback(0);
  socklen_t size = sizeof(at);
  auto* address = reinterpret_cast<sockaddr*>(&at);
  TUTTI_ASSERT(::bind(fd, address, size) == 0);
  TUTTI_ASSERT(::getsockname(fd, address, &size) == 0);
  ::close(fd);
  return ntohs(at.sin_port);
}

/// -1: nobody is there.
int connected(std::uint16_t port) {
  auto fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto at = loopback(port);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&at), sizeof(at)) != 0) {
    ::close(fd);
    return -1;
  }
  int yes = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
  return fd;
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    auto n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

/// One connection to the server: a thread that reads, and one that writes what
/// waits.
class client {
public:
  using message_handler = std::function<void(std::string_view payload)>;

  client(std::uint16_t port, std::string_view subject, message_handler on)
    : fd_(connected(port)), on_(std::move(on)) {
    TUTTI_ASSERT(fd_ >= 0);
    put(fmt::format("CONNECT {{\"verbose\":false,\"pedantic\":false}}\r\n"
                    "SUB {} 1\r\n",
                    subject));
    writer_ = std::thread{[this] {
      write();
    }};
    reader_ = std::thread{[this] {
      read();
    }};
  }
  client(const client&) = delete;
  client& operator=(const client&) = delete;
  ~client() {
    {
      std::lock_guard lock{mutex_};
      ends_ = true;
    }
    changed_.notify_all();
    ::shutdown(fd_, SHUT_RDWR);
    writer_.join();
    reader_.join();
    ::close(fd_);
  }

  /// False: too much waits.
  bool publish(std::string_view subject, std::size_t bytes,
               const std::function<void(std::string&)>& payload) {
    {
      std::lock_guard lock{mutex_};
      if (waiting_.size() > waiting_max)
        return false;
      fmt::format_to(std::back_inserter(waiting_), "PUB {} {}\r\n", subject,
                     bytes);
      payload(waiting_);
      waiting_ += "\r\n";
      if (!std::exchange(idle_, false))
        return true;
    }
    changed_.notify_all();
    return true;
  }

  /// Until the server is gone.
  void wait() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] {
      return ends_;
    });
  }

private:
  void put(std::string_view x) {
    {
      std::lock_guard lock{mutex_};
      waiting_ += x;
      idle_ = false;
    }
    changed_.notify_all();
  }

  void write() {
    std::string out;
    for (;;) {
      {
        std::unique_lock lock{mutex_};
        idle_ = waiting_.empty();
        changed_.wait(lock, [this] {
          return ends_ || !waiting_.empty();
        });
        if (ends_)
          return;
        out.clear();
        out.swap(waiting_);
      }
      if (!write_all(fd_, out))
        return;
    }
  }

  void read() {
    std::string input(input_bytes, '\0');
    std::size_t used = 0;
    for (;;) {
      auto n = ::recv(fd_, input.data() + used, input.size() - used, 0);
      if (n <= 0)
        break;
      used += static_cast<std::size_t>(n);
      std::string_view left{input.data(), used};
      while (take(left))
        continue;
      used = left.size();
      std::memmove(input.data(), left.data(), used);
    }
    std::lock_guard lock{mutex_};
    ends_ = true;
    changed_.notify_all();
  }

  /// The next line, and what belongs to it; false: not all of it is there.
  bool take(std::string_view& left) {
    auto end = left.find("\r\n");
    if (end == std::string_view::npos)
      return false;
    auto line = left.substr(0, end);
    auto rest = left.substr(end + 2);
    if (line.starts_with("MSG ")) {
      std::size_t size = 0;
      auto digits = line.substr(line.rfind(' ') + 1);
      std::from_chars(digits.data(), digits.data() + digits.size(), size);
      if (rest.size() < size + 2)
        return false;
      on_(rest.substr(0, size));
      rest.remove_prefix(size + 2);
    } else if (line == "PING") {
      put("PONG\r\n");
    } else {
      TUTTI_ASSERT(!line.starts_with("-ERR"));
    }
    left = rest;
    return true;
  }

  int fd_;
  message_handler on_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string waiting_;
  bool idle_ = false; ///< the thread that writes has nothing to do
  bool ends_ = false;
  std::thread writer_;
  std::thread reader_;
};

class server {
public:
  server() : port_(free_port()) {
    auto path = server_path();
    auto port = std::to_string(port_);
    pid_ = ::fork();
    TUTTI_ASSERT(pid_ >= 0);
    if (pid_ == 0) {
      ::execl(path.c_str(), path.c_str(), "--addr", "127.0.0.1", "--port",
              port.c_str(), "--log", "/dev/null", nullptr);
      ::_exit(127);
    }
    auto end = std::chrono::steady_clock::now() + patience;
    int fd = -1;
    while ((fd = connected(port_)) < 0) {
      TUTTI_ASSERT(std::chrono::steady_clock::now() < end);
      std::this_thread::sleep_for(10ms);
    }
    ::close(fd);
  }
  server(const server&) = delete;
  server& operator=(const server&) = delete;
  ~server() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  [[nodiscard]] std::uint16_t port() const {
    return port_;
  }

private:
  std::uint16_t port_;
  pid_t pid_ = -1;
};

constexpr std::uint32_t hello = UINT32_MAX;

class nats_near : public near_side {
public:
  explicit nats_near(tally& told)
    : client_(server_.port(), "answers", [this, &told](std::string_view x) {
        std::uint32_t number = 0;
        std::memcpy(&number, x.data(), sizeof(number));
        if (number == hello)
          came_.confirm(1);
        else
          told.confirm(number + 1);
      }) {
  }
  [[nodiscard]] std::uint16_t port() const override {
    return server_.port();
  }
  void wait() override {
    TUTTI_ASSERT(came_.wait_for(1, patience));
  }
  bool send(handoff x) override {
    return client_.publish("handoffs", x.outputs().front().value.text.size(),
                           [&x](std::string& to) {
                             write_plain(x, to);
                           });
  }

private:
  server server_;
  tally came_;
  client client_;
};

} // namespace

bool has_nats() {
  return !server_path().empty();
}

std::unique_ptr<near_side> make_nats_near(tally& told) {
  return std::make_unique<nats_near>(told);
}

void run_nats_far(std::uint16_t port) {
  client* to = nullptr;
  auto answer = [&to](std::uint32_t number) {
    to->publish("answers", sizeof(number), [number](std::string& x) {
      x.append(reinterpret_cast<const char*>(&number), sizeof(number));
    });
  };
  std::mutex ready;
  std::unique_lock hold{ready};
  client mine{port, "handoffs", [&](std::string_view x) {
                plain_handoff head;
                std::memcpy(&head, x.data(), sizeof(head));
                if (head.answered == 0)
                  return;
                std::lock_guard wait{ready};
                answer(head.number);
              }};
  to = &mine;
  hold.unlock();
  answer(hello);
  mine.wait();
}

} // namespace tutti::bench
