// SPDX-License-Identifier: BSD-3-Clause
// Separate hosts on one machine: a network namespace for each, with a stack of
// its own, and between them a wire that the test holds in its hands. Each
// packet goes through it, so that it can be lost on one way and not on the
// other, late, or answered by a reset, and the test knows that it was. (What
// the kernel has for that, netem, is missing from many.)
#pragma once

#include "tests/support/program.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tutti::test {

/// What happens to the packets from one host to another.
struct wire_way {
  bool cut = false;
  double loss = 0; ///< of each packet, the chance
  std::chrono::milliseconds delay{0};
  /// Not zero: so long it works, so long it is cut, and so on.
  std::chrono::milliseconds flap{0};
};

/// The hosts have the addresses 10.99.0.1, 10.99.0.2 and so on; nothing but
/// they can be reached from them.
class wire {
public:
  /// Why there can be none here; empty: there can.
  [[nodiscard]] static std::string lacking();

  explicit wire(std::size_t hosts);
  wire(const wire&) = delete;
  wire& operator=(const wire&) = delete;
  ~wire();

  // -- queries ----------------------------------------------------------------

  [[nodiscard]] static std::string address(std::size_t host);
  /// How many packets were lost on this way.
  [[nodiscard]] std::size_t lost(std::size_t from, std::size_t to) const;
  /// How often a flapping way was cut.
  [[nodiscard]] std::size_t flaps() const;

  // -- changes ----------------------------------------------------------------

  /// Starts a program on a host.
  [[nodiscard]] std::unique_ptr<program> start(std::size_t number,
                                               const program_options& x);
  void set(std::size_t from, std::size_t to, wire_way x);
  void set_both(std::size_t a, std::size_t b, wire_way x);
  /// Everything is as at first.
  void heal();
  /// The next TCP packet from one to the other is lost, and both hosts are told
  /// that the connection is reset.
  void reset(std::size_t from, std::size_t to);

private:
  using clock = std::chrono::steady_clock;

  struct host {
    int space = -1; ///< its namespace
    int tun = -1;   ///< where its packets come out and go in
  };
  struct way : wire_way {
    clock::time_point since; ///< it was set
    bool was_cut = false;
    bool reset_next = false;
    std::size_t lost = 0;
  };
  struct late_packet {
    clock::time_point due;
    std::size_t to;
    std::string bytes;
  };

  [[nodiscard]] way& at(std::size_t from, std::size_t to);
  void run();
  void take(std::size_t from, std::string packet);
  /// Whether the packet does not get through.
  bool loses(way& x);
  void put(std::size_t to, const std::string& packet);
  /// When the next late packet is due, in milliseconds; -1: there is none.
  int put_due();

  std::vector<host> hosts_;
  std::array<int, 2> stop_{-1, -1};
  mutable std::mutex mutex_; // guards what follows
  std::vector<way> ways_;
  std::size_t flaps_ = 0;
  std::deque<late_packet> late_;
  std::minstd_rand random_{4711};
  std::thread thread_; // the last: it uses all of these
};

} // namespace tutti::test
