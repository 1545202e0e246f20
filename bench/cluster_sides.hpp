// SPDX-License-Identifier: BSD-3-Clause
// Two processes, and the ways by which a handoff gets from an actor of one to
// an actor of the other: the link between nodes, or CAF's network module with
// one message a send. All of them pass one actor on the way out.
#pragma once

#include "messages/handoff.hpp"

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace tutti::bench {

enum class way : std::uint8_t { link, basp, link_tls, basp_tls };

inline constexpr std::array ways = {way::link, way::basp, way::link_tls,
                                    way::basp_tls};

inline std::string_view to_string(way x) {
  switch (x) {
  case way::link:
    return "link";
  case way::basp:
    return "CAF";
  case way::link_tls:
    return "link, TLS";
  case way::basp_tls:
    return "CAF, TLS";
  }
  return "";
}

inline bool has_tls(way x) {
  return x == way::link_tls || x == way::basp_tls;
}

/// The far consumer answers a handoff with this version, and no other.
inline constexpr std::uint32_t answered_version = 2;

/// How many handoffs the far consumer has taken, as far as it has answered.
class tally {
public:
  void confirm(std::uint64_t count) {
    std::lock_guard lock{mutex_};
    count_ = count;
    changed_.notify_all();
  }
  /// False: they were not within `most`.
  bool wait_for(std::uint64_t count, std::chrono::seconds most) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, most, [&] {
      return count_ >= count;
    });
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t count_ = 0;
};

/// Where handoffs come from; `from` numbers them.
class near_side {
public:
  virtual ~near_side() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  /// Until the far side has come.
  virtual void wait() = 0;
  virtual void send(handoff x) = 0;
};

/// `certificates`: a folder with those of the orchestrator and of `far_name`.
[[nodiscard]] std::unique_ptr<near_side>
make_link_near(bool tls, const std::string& certificates, tally& told);
[[nodiscard]] std::unique_ptr<near_side>
make_basp_near(bool tls, const std::string& certificates, tally& told);

/// Where they go to: goes on until the near side is gone.
void run_link_far(bool tls, const std::string& certificates,
                  std::uint16_t port);
void run_basp_far(bool tls, const std::string& certificates,
                  std::uint16_t port);

inline constexpr const char* far_name = "far";

} // namespace tutti::bench
