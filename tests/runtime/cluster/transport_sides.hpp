// SPDX-License-Identifier: BSD-3-Clause
// Both ends of transports, on real sockets of this machine.
#pragma once

#include "runtime/cluster/certificate_form.hpp"
#include "runtime/cluster/tls_transport.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <condition_variable>
#include <ctime>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace tutti::test {

inline std::int64_t now_s() {
  return std::time(nullptr);
}

/// A cluster's CA, and what it issues.
class certified {
public:
  cluster::credentials orchestrator() {
    auto x = cluster::orchestrator_credentials(folder(), now_s());
    BOOST_REQUIRE_MESSAGE(x, (x ? "" : x.error().detail));
    return *x;
  }
  cluster::credentials node(const std::string& name = "gpu-1") {
    static_cast<void>(orchestrator()); // with it comes the CA
    auto x = cluster::node_credentials(folder(), name, now_s());
    BOOST_REQUIRE_MESSAGE(x, (x ? "" : x.error().detail));
    return *x;
  }
  /// Whatever somebody with the CA's key might make.
  cluster::credentials any(const cluster::certificate_wish& wish) {
    auto result = orchestrator();
    auto authority = cluster::certificate_of(result.authority);
    auto authority_key = cluster::key_of(dir.read("certs/ca.key"));
    auto key = cluster::make_key();
    auto made = cluster::make_certificate(
        wish, *key, {authority.get(), authority_key.get()});
    return {wish.name, result.authority, cluster::pem_of(*made),
            cluster::pem_of(*key)};
  }
  [[nodiscard]] std::string folder() const {
    return dir / "certs";
  }

  temporary_directory dir;
};

/// What a transport told, in order, for a test that waits for it.
struct told {
  enum class kind { opened, arrived, closed, refused };
  kind what;
  cluster::connection_id id = 0;
  std::string text; ///< name, frame, or why
  std::string address;
  std::string remedy{};
};

class told_list {
public:
  void add(told x) {
    std::lock_guard lock{mutex_};
    all_.push_back(std::move(x));
    changed_.notify_all();
  }
  /// The next one; fails the test after 30 s.
  told next() {
    std::unique_lock lock{mutex_};
    bool there = changed_.wait_for(lock, std::chrono::seconds(30), [this] {
      return !all_.empty();
    });
    BOOST_REQUIRE_MESSAGE(there, "nothing was told within 30s");
    auto result = std::move(all_.front());
    all_.pop_front();
    return result;
  }
  /// The next one, which is of this kind.
  told next(told::kind what) {
    auto result = next();
    BOOST_REQUIRE_MESSAGE(result.what == what, "told: " << result.text);
    return result;
  }
  [[nodiscard]] bool empty() const {
    std::lock_guard lock{mutex_};
    return all_.empty();
  }

private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<told> all_;
};

/// A transport and what it tells.
class side {
public:
  explicit side(cluster::tls_options options = {}) {
    auto made = cluster::tls_transport::make(
        std::move(options),
        {[this](auto id, const cluster::peer& x) {
           list.add({told::kind::opened, id, x.name, x.address});
         },
         [this](auto id, std::string frame) {
           if (before_frame)
             before_frame();
           list.add({told::kind::arrived, id, std::move(frame), {}});
         },
         [this](auto id, const cluster::closing& how) {
           list.add({told::kind::closed, id, how.why, {}, how.remedy});
         },
         [this](const std::string& address, const std::string& why) {
           list.add({told::kind::refused, 0, why, address});
         }});
    BOOST_REQUIRE_MESSAGE(made, (made ? "" : made.error().detail));
    transport = std::move(*made);
  }
  explicit side(const cluster::credentials& x)
    : side(cluster::tls_options{.identity = x}) {
  }

  std::uint16_t listen() {
    auto port = transport->listen("127.0.0.1", 0);
    BOOST_REQUIRE_MESSAGE(port, (port ? "" : port.error().detail));
    return *port;
  }
  told next(told::kind what) {
    return list.next(what);
  }

  told_list list;
  std::function<void()> before_frame; ///< on the transport's thread
  std::unique_ptr<cluster::tls_transport> transport;
};

} // namespace tutti::test
