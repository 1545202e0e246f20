// SPDX-License-Identifier: BSD-3-Clause
// What the roles of classic patterns have in common. A role is the state of one
// actor; the pattern owns it, and it outlives the actor.
#pragma once

#include "runtime/stress/arena.hpp"
#include "runtime/stress/lanes.hpp"
#include "runtime/stress/line.hpp"
#include "runtime/stress/messages.hpp"

#include <caf/actor_system.hpp>
#include <caf/spawn_options.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace tutti::stress {

/// Ignores all that `player` accepts: roles hide what they have a use for.
class role {
public:
  role(arena& in, std::size_t place) : in_(in), seat_(in.seat_of(place)) {
  }

  void on(load&) {
  }
  void on(const credit&) {
  }
  void on(look_again) {
  }
  void on(source_ends) {
  }
  void on(const round_begins&) {
  }
  void plays_as(player::pointer self) {
    self_ = self;
  }

protected:
  /// One allocation, that of the message.
  template <class T>
  void send(const player& to, T&& x) {
    self_->send(to, std::forward<T>(x));
  }
  template <class T>
  void send(const way& to, T&& x) {
    to.send(self_, std::forward<T>(x));
  }
  /// Whether a source may send something there now; else `look_again` comes. At
  /// the end of a round nothing is sent any more.
  [[nodiscard]] bool may_send(const way& to) {
    return in_.stopping() || to.has_room(self_);
  }

  arena& in_;
  seat& seat_;
  player::pointer self_ = nullptr;
};

/// Makes an actor of a role, in an actor system or by an actor that it is to
/// end with. Roles have `using role::on` and their own.
template <caf::spawn_options Options = caf::no_spawn_options, class Host,
          class Role>
player spawn_role(Host& host, Role& x) {
  auto play = [r = &x](player::pointer self) -> player::behavior_type {
    r->plays_as(self);
    return {
        [r](load& y) {
          r->on(y);
        },
        [r](const credit& y) {
          r->on(y);
        },
        [r](look_again y) {
          r->on(y);
        },
        [r](source_ends y) {
          r->on(y);
        },
        [r](const round_begins& y) {
          r->on(y);
        },
    };
  };
  return host.template spawn<Options>(play);
}

/// How far a source is in its round.
class turn {
public:
  enum class next : std::uint8_t {
    begins, ///< now
    waits,  ///< for its moment: `look_again` comes
    over,   ///< none begins any more
  };

  /// In a closed loop every so many-eth operation has its time taken.
  explicit turn(std::uint32_t sample_every) : sample_every_(sample_every) {
  }

  void begin(const round_begins& x) {
    round_ = x;
    begun_ = 0;
  }
  /// Whether the next operation begins; if so, `begun_ns` is what `load` wants.
  next take(const arena& in, std::int64_t& begun_ns) {
    if (begun_ == round_.quota || in.stopping())
      return next::over;
    if (round_.pace.active()) {
      begun_ns = round_.pace.moment(begun_);
      if (begun_ns > now_ns())
        return next::waits;
    } else {
      begun_ns = begun_ % sample_every_ == 0 ? now_ns() : 0;
    }
    ++begun_;
    ++total_;
    return next::begins;
  }
  /// Over all rounds.
  [[nodiscard]] std::uint64_t total() const {
    return total_;
  }

private:
  round_begins round_;
  std::uint64_t begun_ = 0;
  std::uint64_t total_ = 0;
  std::uint32_t sample_every_;
};

} // namespace tutti::stress
