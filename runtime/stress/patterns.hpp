// SPDX-License-Identifier: BSD-3-Clause
// The patterns of `tutti stress`: what each is, whose definition it follows,
// and what it can be told.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::stress {

/// Options that not every pattern has a use for.
enum class knob : std::uint16_t {
  none = 0,
  time = 1 << 0, ///< --duration
  count = 1 << 1,
  warm_up = 1 << 2,
  payload = 1 << 3,
  actors = 1 << 4,
  threads = 1 << 5,
  scheduler = 1 << 6,
  rate = 1 << 7,
  durability = 1 << 8,
  nodes = 1 << 9, ///< and --connect
};

[[nodiscard]] constexpr knob operator|(knob x, knob y) {
  return static_cast<knob>(static_cast<unsigned>(x) | static_cast<unsigned>(y));
}

[[nodiscard]] constexpr bool has(knob all, knob x) {
  return (static_cast<unsigned>(all) & static_cast<unsigned>(x)) != 0;
}

/// With one pattern.
inline constexpr std::uint32_t nodes_max = 16;

enum class pattern_kind : std::uint8_t {
  actors, ///< actors of its own, and the messages between them
  run,    ///< a whole run: engine, orchestrator, agents, journal
};

/// Which actors of a pattern are on its nodes, in turn, where it has any; the
/// others are with the conductor.
enum class spread : std::uint8_t {
  none, ///< it takes none
  odd,  ///< those of odd places
  all_but_first,
  all_but_last,
};

struct pattern_info {
  std::string_view name;
  std::string_view what;    ///< one line
  std::string_view follows; ///< whose definition: "Savina PingPong"
  std::string_view unit;    ///< one operation: "round trip"
  std::string_view units;   ///< many
  std::string_view timed;   ///< what latency is of: "round trip"
  knob takes = knob::none;
  pattern_kind kind = pattern_kind::actors;
  std::uint32_t actors = 2; ///< by default; likewise below
  std::uint32_t actors_min = 2;
  std::uint32_t actors_max = 10'000;
  std::uint32_t actors_step = 1; ///< a multiple of it
  spread on_nodes = spread::none;
  std::uint32_t payload_bytes = 0;
  /// Operations where neither time nor count is said; 0: time ends it.
  std::uint64_t count = 0;
  std::uint64_t count_max = 1'000'000'000'000;
  /// In a closed loop every so many-eth operation has its time taken.
  std::uint32_t sample_every = 61;
};

[[nodiscard]] std::span<const pattern_info> patterns();
/// Null: there is none.
[[nodiscard]] const pattern_info* find_pattern(std::string_view name);
[[nodiscard]] std::vector<std::string> pattern_names();

struct settings;

/// Where the actor of a place is: 0, with the conductor, or the number of a
/// node.
[[nodiscard]] std::uint32_t home_of(const settings& how, std::uint32_t place);
/// The least actors with which so many nodes all have one.
[[nodiscard]] std::uint32_t actors_min(const pattern_info& x,
                                       std::uint32_t nodes);
/// Of those at odd places on nodes: whether the last is not, and so their
/// number is odd.
[[nodiscard]] constexpr bool ends_with_conductor(const pattern_info& x) {
  return x.on_nodes == spread::odd && x.actors_step == 1;
}
/// How many it has where nothing is said.
[[nodiscard]] std::uint32_t actors_usual(const pattern_info& x,
                                         std::uint32_t nodes);
/// Those that nodes may have a part of.
[[nodiscard]] std::vector<std::string_view> node_patterns();

/// The list that `--list` prints.
[[nodiscard]] std::string pattern_list();

} // namespace tutti::stress
