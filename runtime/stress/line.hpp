// SPDX-License-Identifier: BSD-3-Clause
// One end of the connection between the conductor of a pattern and a node: what
// actors send there is put in on their threads; an actor of its own has the
// link (runtime/cluster/peer_link.hpp) and hands what comes to the actors here.
//
//   asks:    connect ─▶ says hello ─▶ hears hello, and is up, or why not
//   answers: listens ─▶ hears hello ─▶ says hello, and is up, or why not
//
// Who answers takes one at a time.
#pragma once

#include "messages/error.hpp"
#include "runtime/cluster/letter_box.hpp"
#include "runtime/cluster/tls_transport.hpp"
#include "runtime/stress/ledger.hpp"
#include "runtime/stress/messages.hpp"
#include "runtime/stress/wire.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tutti::stress {

struct line_options {
  cluster::tls_options tls;
  std::string name; ///< what this side calls itself
  /// Begins to connect or to listen; the error says why it cannot.
  std::function<std::optional<error>(cluster::tls_transport&)> start;
  bool asks = false;
  // What is told, on the line's actor.
  std::function<void()> up;
  /// What is for no actor.
  std::function<void(envelope_content&)> told;
  /// Why it is over, or could not begin: the last, but for `again`.
  std::function<void(const std::string& why)> over;
  /// Somebody was turned away; may be empty.
  std::function<void(const std::string& who, const std::string& why)> refused;
};

class line {
public:
  /// The error is that the credentials are of no use, or that of `start`.
  [[nodiscard]] static expected<std::shared_ptr<line>>
  open(caf::actor_system& system, line_options options);

  /// Ends its actor, and with it the connection. Nobody puts anything in any
  /// more.
  void close();
  /// Of who answers, once it is over: the next one may come. Nobody puts
  /// anything in, or waits for room.
  void again();
  /// Who gets what comes, by place; before anything can come.
  void seat(std::vector<player> players);

  /// The clock of the other side is so much ahead of this one's: times of loads
  /// are told in its own.
  void set_ahead(std::int64_t ns) {
    ahead_ns_.store(ns, std::memory_order_relaxed);
  }

  // -- any thread -------------------------------------------------------------

  /// However full it is: who answers is bounded by what is asked.
  void put(envelope x);
  /// False: so much waits already; `who` is told to look again once it does
  /// not.
  [[nodiscard]] bool has_room(const player& who);
  /// How often there was no room.
  [[nodiscard]] std::uint64_t pauses() const {
    return pauses_.load(std::memory_order_relaxed);
  }
  /// When the other side last said anything; 0: never.
  [[nodiscard]] std::int64_t heard_ns() const {
    return heard_ns_.load(std::memory_order_relaxed);
  }
  /// Of each sender, of what the other side has acknowledged.
  [[nodiscard]] std::vector<tally> acknowledged() const;

private:
  friend class line_state;

  void tell_waiting();
  void note_acknowledged(const load& x);
  void shift(load& x, std::int64_t sign) const {
    if (x.begun_ns != 0)
      x.begun_ns += sign * ahead_ns_.load(std::memory_order_relaxed);
  }

  cluster::letter_box<envelope> box_;
  caf::actor gate_;
  std::atomic<std::int64_t> ahead_ns_{0};
  std::atomic<std::int64_t> heard_ns_{0};
  std::atomic<std::uint64_t> pauses_{0};
  mutable std::mutex mutex_;
  std::vector<player> waiting_;
  std::vector<tally> acknowledged_;
};

/// Where an actor is: here, or at the other end of a line.
class way {
public:
  way() = default;
  /// A player is where it is.
  way(player x) : here_(std::move(x)) {
  }
  way(std::shared_ptr<line> over, std::uint32_t place)
    : over_(std::move(over)), place_(place) {
  }

  template <class Self, class T>
  void send(Self& from, T&& x) const {
    if (over_)
      over_->put({place_, std::forward<T>(x)});
    else
      from->send(here_, std::forward<T>(x));
  }
  /// False: `who` is told to look again.
  template <class Self>
  [[nodiscard]] bool has_room(Self& who) const {
    return !over_ || over_->has_room(player{who});
  }

private:
  player here_;
  std::shared_ptr<line> over_; ///< null: it is here
  std::uint32_t place_ = 0;
};

} // namespace tutti::stress
