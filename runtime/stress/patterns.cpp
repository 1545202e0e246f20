// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/patterns.hpp"

#include "runtime/stress/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tutti::stress {

namespace {

constexpr auto classic = knob::time | knob::count | knob::warm_up
                       | knob::payload | knob::actors | knob::threads
                       | knob::scheduler;
constexpr auto paced = classic | knob::rate;
constexpr auto spread_out = paced | knob::nodes;

/// What whole runs take: they end with their plan.
constexpr auto live =
    knob::count | knob::payload | knob::actors | knob::durability;
/// Of one plan.
constexpr std::uint64_t tasks_max = 1'000'000;

constexpr std::array all = {
    pattern_info{
        .name = "ping-pong",
        .what = "pairs of actors with one message between the two",
        .follows = "Savina PingPong",
        .unit = "round trip",
        .units = "round trips",
        .timed = "round trip",
        .takes = spread_out,
        .actors_step = 2,
        .on_nodes = spread::odd,
    },
    pattern_info{
        .name = "fan-in",
        .what = "many senders, one receiver",
        .follows = "CAF mailbox_performance, at most 1,024 under way each",
        .unit = "message",
        .units = "messages",
        .timed = "message, from its sending to its handling",
        .takes = spread_out,
        .actors = 9,
        .on_nodes = spread::all_but_last,
    },
    pattern_info{
        .name = "fan-out",
        .what = "one sender, many receivers in turn",
        .follows = "Savina ForkJoinThroughput, at most 1,024 under way each",
        .unit = "message",
        .units = "messages",
        .timed = "message, from its sending to its handling",
        .takes = spread_out,
        .actors = 9,
        .on_nodes = spread::all_but_first,
    },
    pattern_info{
        .name = "ring",
        .what = "one token that goes round",
        .follows = "Savina ThreadRing",
        .unit = "hop",
        .units = "hops",
        .timed = "hop",
        .takes = classic,
        .actors = 100,
    },
    pattern_info{
        .name = "create",
        .what = "actors that are made, answer one message, and end",
        .follows = "Savina ForkJoinActorCreation; memory as CAF actor_creation",
        .unit = "actor",
        .units = "actors",
        .timed = "actor, from its making to its answer",
        .takes = classic,
        .actors = 100'000,
        .actors_min = 1,
        .actors_max = 10'000'000,
    },
    pattern_info{
        .name = "big",
        .what = "all to all: each asks another at random, and answers all",
        .follows = "Savina Big",
        .unit = "round trip",
        .units = "round trips",
        .timed = "round trip",
        .takes = paced,
        .actors = 64,
        .actors_max = 2'000,
    },
    pattern_info{
        .name = "pipeline",
        .what = "a chain of actors that pass on what they get",
        .follows = "ours, at most 1,024 under way",
        .unit = "item",
        .units = "items",
        .timed = "item, from the first actor to the last",
        .takes = spread_out,
        .actors = 8,
        .on_nodes = spread::odd,
    },
    pattern_info{
        .name = "scatter-gather",
        .what = "one gives each of the others a part and waits for all",
        .follows = "ours",
        .unit = "gathering",
        .units = "gatherings",
        .timed = "gathering",
        .takes = spread_out,
        .actors = 9,
        .on_nodes = spread::all_but_first,
        .sample_every = 7,
    },
    pattern_info{
        .name = "mixed",
        .what = "rings of 50, made anew after 1,000 hops, one of whom computes",
        .follows = "CAF mixed_case, with a number that is factorised sooner",
        .unit = "life of a ring",
        .units = "lives of rings",
        .timed = "hop",
        .takes = classic,
        .actors = 1'000,
        .actors_min = 50,
        .actors_step = 50,
    },
    pattern_info{
        .name = "handoff",
        .what = "whole runs: one chain of tasks round all agents",
        .follows = "ours",
        .unit = "handoff",
        .units = "handoffs",
        .timed = "handoff, from a task's end to the next one's start",
        .takes = live,
        .kind = pattern_kind::run,
        .actors = 10,
        .actors_max = 1'000,
        .count = 20'000,
        .count_max = tasks_max,
        .sample_every = 1,
    },
    pattern_info{
        .name = "readiness",
        .what = "whole runs: a task starts once all others have been done",
        .follows = "ours",
        .unit = "start",
        .units = "starts",
        .timed = "start, from the end of the last task that was needed",
        .takes = live | knob::rate,
        .kind = pattern_kind::run,
        .actors = 4,
        .actors_max = 100,
        .count = 5'000,
        .count_max = tasks_max / 100,
        .sample_every = 1,
    },
    pattern_info{
        .name = "gate-storm",
        .what = "whole runs: all gates open at once, a task behind each",
        .follows = "ours",
        .unit = "gate",
        .units = "gates",
        .timed = "gate, from the end of what opens it to the start behind it",
        .takes = live,
        .kind = pattern_kind::run,
        .actors = 9,
        .actors_max = 1'000,
        .count = 5'000,
        .count_max = tasks_max,
        .sample_every = 1,
    },
    pattern_info{
        .name = "status-flood",
        .what = "whole runs: handoffs between two, while others talk",
        .follows = "ours",
        .unit = "handoff",
        .units = "handoffs",
        .timed = "handoff, from a task's end to the next one's start",
        .takes = live,
        .kind = pattern_kind::run,
        .actors = 4,
        .actors_min = 3,
        .actors_max = 100,
        .count = 5'000,
        .count_max = tasks_max,
        .sample_every = 1,
    },
    pattern_info{
        .name = "slow-receiver",
        .what = "whole runs: many hand on to one who does not look yet",
        .follows = "ours",
        .unit = "handoff",
        .units = "handoffs",
        .timed = "wait of a sender between two of its tasks",
        .takes = live,
        .kind = pattern_kind::run,
        .actors = 9,
        .actors_max = 1'000,
        .payload_bytes = 1024,
        .count = 20'000,
        .count_max = tasks_max,
        .sample_every = 1,
    },
    pattern_info{
        .name = "resume",
        .what = "whole runs: half of one is on disk, and it goes on",
        .follows = "ours",
        .unit = "fact",
        .units = "facts",
        .timed = "fact",
        .takes = live,
        .kind = pattern_kind::run,
        .actors = 10,
        .actors_max = 1'000,
        .count = 100'000,
        .count_max = 10 * tasks_max,
        .sample_every = 1,
    },
};

constexpr std::pair<knob, std::string_view> words[] = {
    {knob::time, "--duration"},         {knob::count, "--count"},
    {knob::warm_up, "--warm-up"},       {knob::payload, "--payload"},
    {knob::actors, "--actors"},         {knob::threads, "--threads"},
    {knob::scheduler, "--scheduler"},   {knob::rate, "--rate"},
    {knob::durability, "--durability"}, {knob::nodes, "--nodes"},
};

} // namespace

std::span<const pattern_info> patterns() {
  return all;
}

const pattern_info* find_pattern(std::string_view name) {
  for (const auto& x : all)
    if (x.name == name)
      return &x;
  return nullptr;
}

std::vector<std::string> pattern_names() {
  std::vector<std::string> result;
  for (const auto& x : all)
    result.emplace_back(x.name);
  return result;
}

std::uint32_t home_of(const settings& how, std::uint32_t place) {
  if (how.nodes == 0)
    return 0;
  auto in_turn = [&](std::uint32_t i) {
    return 1 + i % how.nodes;
  };
  switch (how.pattern->on_nodes) {
  case spread::none:
    return 0;
  case spread::odd:
    return place % 2 == 1 ? in_turn(place / 2) : 0;
  case spread::all_but_first:
    return place > 0 ? in_turn(place - 1) : 0;
  case spread::all_but_last:
    return place + 1 < how.actors ? in_turn(place) : 0;
  }
  return 0;
}

std::uint32_t actors_min(const pattern_info& x, std::uint32_t nodes) {
  if (nodes == 0)
    return x.actors_min;
  if (x.on_nodes == spread::odd)
    return 2 * nodes + (ends_with_conductor(x) ? 1 : 0);
  return std::max(x.actors_min, nodes + 1);
}

std::uint32_t actors_usual(const pattern_info& x, std::uint32_t nodes) {
  auto least = actors_min(x, nodes);
  // In a chain or in pairs, one on each node.
  return nodes > 0 && x.on_nodes == spread::odd ? least
                                                : std::max(x.actors, least);
}

std::vector<std::string_view> node_patterns() {
  std::vector<std::string_view> result;
  for (const auto& x : all)
    if (has(x.takes, knob::nodes))
      result.push_back(x.name);
  return result;
}

std::string pattern_list() {
  std::string text;
  for (const auto& x : all) {
    text += fmt::format("{:<16}{}\n{:16}{}{}; --actors {}", x.name, x.what, "",
                        x.follows.starts_with("ours") ? "" : "as ", x.follows,
                        x.actors);
    if (x.payload_bytes > 0)
      text += fmt::format(" --payload {}", x.payload_bytes);
    if (x.count > 0)
      text += fmt::format(" --count {}", x.count);
    std::vector<std::string_view> takes;
    for (auto [k, word] : words)
      if (has(x.takes, k))
        takes.push_back(word);
    text += fmt::format("\n{:16}takes {}\n", "", fmt::join(takes, " "));
  }
  return text;
}

} // namespace tutti::stress
