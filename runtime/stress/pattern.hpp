// SPDX-License-Identifier: BSD-3-Clause
// A classic pattern at work: its actors, and what they have counted.
#pragma once

#include "runtime/stress/arena.hpp"
#include "runtime/stress/ledger.hpp"
#include "runtime/stress/messages.hpp"
#include "runtime/stress/outcome.hpp"
#include "runtime/stress/settings.hpp"

#include <caf/actor_system.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace tutti::stress {

/// Made and asked on the conductor's thread. What it counts is read between two
/// rounds, or once all actors have ended.
class pattern {
public:
  virtual ~pattern() = default;

  /// Those that begin a round, and leave the arena at its end.
  [[nodiscard]] const std::vector<player>& sources() const {
    return sources_;
  }
  /// Begun since it was made.
  [[nodiscard]] virtual std::uint64_t operations() const = 0;
  virtual void add_to(ledger& to) const = 0;
  virtual void add_to(std::vector<figure>&) const {
  }
  /// Ends all actors; that they have ended says the actor system.
  void end();

protected:
  void keep(const player& x) {
    all_.push_back(x);
  }
  void keep_source(const player& x) {
    sources_.push_back(x);
    keep(x);
  }

private:
  std::vector<player> sources_;
  std::vector<player> all_;
};

using pattern_maker = std::unique_ptr<pattern> (*)(caf::actor_system& system,
                                                   arena& in,
                                                   const settings& how);

std::unique_ptr<pattern> make_ping_pong(caf::actor_system& system, arena& in,
                                        const settings& how);
std::unique_ptr<pattern> make_fan_in(caf::actor_system& system, arena& in,
                                     const settings& how);
std::unique_ptr<pattern> make_fan_out(caf::actor_system& system, arena& in,
                                      const settings& how);
std::unique_ptr<pattern> make_ring(caf::actor_system& system, arena& in,
                                   const settings& how);
std::unique_ptr<pattern> make_create(caf::actor_system& system, arena& in,
                                     const settings& how);
std::unique_ptr<pattern> make_big(caf::actor_system& system, arena& in,
                                  const settings& how);
std::unique_ptr<pattern> make_pipeline(caf::actor_system& system, arena& in,
                                       const settings& how);
std::unique_ptr<pattern> make_scatter_gather(caf::actor_system& system,
                                             arena& in, const settings& how);
std::unique_ptr<pattern> make_mixed(caf::actor_system& system, arena& in,
                                    const settings& how);

/// How many messages of one source to one receiver are under way: 1,024, fewer
/// where they are large.
[[nodiscard]] std::uint32_t window_of(const settings& how);

} // namespace tutti::stress
