// SPDX-License-Identifier: BSD-3-Clause
// A client for tests, and what they wait for.
#pragma once

#include "runtime/control/local_socket.hpp"
#include "runtime/control/protocol.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tutti::test {

/// Raw bytes to and from a socket; never waits longer than 20 s.
class raw_client {
public:
  explicit raw_client(const std::string& path) {
    auto fd = control::connect_to(path);
    BOOST_REQUIRE_MESSAGE(fd, "cannot connect");
    fd_ = std::move(*fd);
  }

  /// False: the other side has had enough.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      auto n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n < 0)
        return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  void done_writing() {
    ::shutdown(fd_.get(), SHUT_WR);
  }
  void leave() {
    fd_.reset();
  }

  /// The next line; none at the end, or where none comes.
  std::optional<std::string> line() {
    for (;;) {
      if (auto end = in_.find('\n'); end != std::string::npos) {
        auto result = in_.substr(0, end);
        in_.erase(0, end + 1);
        return result;
      }
      pollfd x{fd_.get(), POLLIN, 0};
      std::array<char, 4096> chunk{};
      if (::poll(&x, 1, 20'000) <= 0)
        return {};
      auto n = ::recv(fd_.get(), chunk.data(), chunk.size(), 0);
      if (n <= 0)
        return {};
      in_.append(chunk.data(), static_cast<std::size_t>(n));
    }
  }

  control::json reply() {
    auto text = line();
    BOOST_REQUIRE(text);
    auto result = control::json::parse(*text, nullptr, false);
    BOOST_REQUIRE(result.is_object());
    return result;
  }
  control::json ask(std::string_view line) {
    BOOST_TEST(send(std::string{line} + "\n"));
    return reply();
  }
  /// The code of a refusal; empty: it was done.
  std::string code_of(std::string_view line) {
    return ask(line).value("code", std::string{});
  }

private:
  process::unique_fd fd_;
  std::string in_;
};

/// Things that happen on other threads, in order.
template <class T>
class happenings {
public:
  void add(T x) {
    std::lock_guard lock{mutex_};
    all_.push_back(std::move(x));
    changed_.notify_all();
  }
  /// The next one; fails the test after 20 s.
  T next() {
    std::unique_lock lock{mutex_};
    bool there = changed_.wait_for(lock, std::chrono::seconds(20), [this] {
      return !all_.empty();
    });
    BOOST_REQUIRE(there);
    auto result = std::move(all_.front());
    all_.pop_front();
    return result;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> all_;
};

} // namespace tutti::test
