// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/patterns.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace tutti::stress {

namespace {

constexpr auto classic = knob::time | knob::count | knob::warm_up
                       | knob::payload | knob::actors | knob::threads
                       | knob::scheduler;
constexpr auto paced = classic | knob::rate;

constexpr std::array all = {
    pattern_info{
        .name = "ping-pong",
        .what = "pairs of actors with one message between the two",
        .follows = "Savina PingPong",
        .unit = "round trip",
        .units = "round trips",
        .timed = "round trip",
        .takes = paced,
        .actors_step = 2,
    },
    pattern_info{
        .name = "fan-in",
        .what = "many senders, one receiver",
        .follows = "CAF mailbox_performance, at most 1,024 under way each",
        .unit = "message",
        .units = "messages",
        .timed = "message, from its sending to its handling",
        .takes = paced,
        .actors = 9,
    },
    pattern_info{
        .name = "fan-out",
        .what = "one sender, many receivers in turn",
        .follows = "Savina ForkJoinThroughput, at most 1,024 under way each",
        .unit = "message",
        .units = "messages",
        .timed = "message, from its sending to its handling",
        .takes = paced,
        .actors = 9,
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
        .takes = paced,
        .actors = 8,
    },
    pattern_info{
        .name = "scatter-gather",
        .what = "one gives each of the others a part and waits for all",
        .follows = "ours",
        .unit = "gathering",
        .units = "gatherings",
        .timed = "gathering",
        .takes = paced,
        .actors = 9,
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
};

constexpr std::pair<knob, std::string_view> words[] = {
    {knob::time, "--duration"},         {knob::count, "--count"},
    {knob::warm_up, "--warm-up"},       {knob::payload, "--payload"},
    {knob::actors, "--actors"},         {knob::threads, "--threads"},
    {knob::scheduler, "--scheduler"},   {knob::rate, "--rate"},
    {knob::durability, "--durability"},
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

std::string pattern_list() {
  std::string text;
  for (const auto& x : all) {
    text += fmt::format("{:<16}{}\n{:16}as {}; --actors {}", x.name, x.what, "",
                        x.follows, x.actors);
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
