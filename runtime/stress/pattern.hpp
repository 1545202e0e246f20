// SPDX-License-Identifier: BSD-3-Clause
// A classic pattern at work: its actors, and what they have counted.
#pragma once

#include "runtime/stress/arena.hpp"
#include "runtime/stress/ledger.hpp"
#include "runtime/stress/line.hpp"
#include "runtime/stress/messages.hpp"
#include "runtime/stress/outcome.hpp"
#include "runtime/stress/patterns.hpp"
#include "runtime/stress/role.hpp"
#include "runtime/stress/settings.hpp"

#include <caf/actor_system.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

namespace tutti::stress {

/// Where the actors of a pattern are made: all of them, or some, where others
/// are in processes at the other end of lines.
struct scene {
  caf::actor_system& system;
  arena& in;
  const settings& how;
  std::uint32_t process = 0; ///< this one: 0, or the number of a node
  /// To the others: of the conductor to each node, of a node to the conductor;
  /// none: all actors are here.
  std::vector<std::shared_ptr<line>> lines = {};

  [[nodiscard]] bool has(std::uint32_t place) const {
    return lines.empty() || home_of(how, place) == process;
  }
  /// The role of a place; null: it is not here.
  template <class Role, class... Ts>
  [[nodiscard]] Role* cast(std::deque<Role>& into, std::uint32_t place,
                           Ts&&... xs) const {
    return has(place) ? &into.emplace_back(in, place, std::forward<Ts>(xs)...)
                      : nullptr;
  }
  /// To an actor that is not here.
  [[nodiscard]] way to(std::uint32_t place) const {
    return {lines[process == 0 ? home_of(how, place) - 1 : 0], place};
  }
};

/// Made and asked on the conductor's thread. What it counts is read between two
/// rounds, or once all actors have ended.
class pattern {
public:
  virtual ~pattern() = default;

  struct source {
    player who;
    std::uint32_t number = 0; ///< from 0, over all processes
  };

  /// Those here that begin a round, and leave the arena at its end.
  [[nodiscard]] const std::vector<source>& sources() const {
    return sources_;
  }
  /// In all processes.
  [[nodiscard]] std::uint32_t source_count() const {
    return source_count_;
  }
  /// Those that lines may speak to, by place; null: not here.
  [[nodiscard]] const std::vector<player>& by_place() const {
    return by_place_;
  }
  /// Begun since it was made.
  [[nodiscard]] virtual std::uint64_t operations() const = 0;
  virtual void add_to(ledger& to) const = 0;
  virtual void add_to(std::vector<figure>&) const {
  }
  /// Ends all actors; that they have ended says the actor system.
  void end();
  /// The same, and waits for it; false: some have not, within `most`.
  [[nodiscard]] bool end(std::chrono::milliseconds most);

protected:
  void keep(const player& x) {
    all_.push_back(x);
  }
  void keep_source(const player& x) {
    sources_.push_back({x, source_count_++});
    keep(x);
  }
  /// Makes the actor of a role, which lines may speak to, and says where it is;
  /// null: it is not here.
  template <class Role>
  way enter(const scene& on, std::uint32_t place, Role* x) {
    if (x == nullptr)
      return on.to(place);
    auto result = spawn_role(on.system, *x);
    keep(result);
    keep_at(place, result);
    return result;
  }
  template <class Role>
  way enter_source(const scene& on, std::uint32_t place, Role* x) {
    if (x == nullptr) {
      ++source_count_;
      return on.to(place);
    }
    auto result = spawn_role(on.system, *x);
    keep_source(result);
    keep_at(place, result);
    return result;
  }

private:
  void keep_at(std::uint32_t place, const player& x) {
    if (place >= by_place_.size())
      by_place_.resize(std::size_t{place} + 1);
    by_place_[place] = x;
  }

  std::vector<source> sources_;
  std::uint32_t source_count_ = 0;
  std::vector<player> by_place_;
  std::vector<player> all_;
};

using pattern_maker = std::unique_ptr<pattern> (*)(const scene& on);

std::unique_ptr<pattern> make_ping_pong(const scene& on);
std::unique_ptr<pattern> make_fan_in(const scene& on);
std::unique_ptr<pattern> make_fan_out(const scene& on);
std::unique_ptr<pattern> make_ring(const scene& on);
std::unique_ptr<pattern> make_create(const scene& on);
std::unique_ptr<pattern> make_big(const scene& on);
std::unique_ptr<pattern> make_pipeline(const scene& on);
std::unique_ptr<pattern> make_scatter_gather(const scene& on);
std::unique_ptr<pattern> make_mixed(const scene& on);

/// How many messages of one source to one receiver are under way: 1,024, fewer
/// where they are large.
[[nodiscard]] std::uint32_t window_of(const settings& how);

} // namespace tutti::stress
