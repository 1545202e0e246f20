// SPDX-License-Identifier: BSD-3-Clause
// The words of `tutti stress`.
#include "runtime/cli/parse_parts.hpp"

#include "config/duration_text.hpp"
#include "runtime/cli/size_text.hpp"
#include "runtime/session/run_nodes.hpp"
#include "runtime/stress/patterns.hpp"

#include <algorithm>
#include <chrono>

namespace tutti::cli {

namespace {

using stress::knob;

constexpr std::uint64_t payload_max = 16 << 20;
constexpr std::uint32_t threads_max = 256;
constexpr std::uint64_t rate_max = 100'000'000;

constexpr duration usual_time = std::chrono::seconds{5};
constexpr duration usual_warm_up = std::chrono::milliseconds{500};

/// Options that were given and that the pattern has no use for.
usage_error check_use(const stress_options& x) {
  const std::pair<const std::string&, std::pair<const char*, knob>> given[] = {
      {x.time_text, {"--duration", knob::time}},
      {x.count_text, {"--count", knob::count}},
      {x.warm_up_text, {"--warm-up", knob::warm_up}},
      {x.payload_text, {"--payload", knob::payload}},
      {x.actors_text, {"--actors", knob::actors}},
      {x.threads_text, {"--threads", knob::threads}},
      {x.scheduler, {"--scheduler", knob::scheduler}},
      {x.rate_text, {"--rate", knob::rate}},
      {x.durability, {"--durability", knob::durability}},
  };
  for (const auto& [text, option] : given)
    if (!text.empty() && !has(x.settings.pattern->takes, option.second))
      return usage(fmt::format("'{}' has no use for {}; 'tutti stress --list' "
                               "says what it takes",
                               x.pattern, option.first));
  return {};
}

usage_error read_time(std::string_view option, const std::string& text,
                      duration least, duration& into) {
  auto time = config::parse_duration(text);
  if (time.flaw != config::duration_flaw::none || time.value < least)
    return usage(fmt::format("{} takes a duration such as 5s or 500ms, and "
                             "'{}' is not one",
                             option, text));
  into = time.value;
  return {};
}

usage_error read_end(stress_options& x) {
  auto& s = x.settings;
  const auto& p = *s.pattern;
  if (!x.time_text.empty()) {
    duration time{0};
    if (auto e = read_time("--duration", x.time_text, duration{1}, time))
      return e;
    s.time = time;
  }
  if (!x.count_text.empty()) {
    std::uint64_t count = 0;
    if (auto e = whole_number("--count", x.count_text, std::uint64_t{1}, count))
      return e;
    if (count > p.count_max)
      return usage(fmt::format("--count takes {} at most for '{}'", p.count_max,
                               p.name));
    s.count = count;
  }
  if (!s.time && !s.count && p.count > 0)
    s.count = p.count;
  if (!s.time && !s.count)
    s.time = usual_time;
  if (has(p.takes, knob::warm_up))
    s.warm_up = usual_warm_up;
  if (!x.warm_up_text.empty())
    return read_time("--warm-up", x.warm_up_text, duration{0}, s.warm_up);
  return {};
}

usage_error read_payload(stress_options& x) {
  x.settings.payload_bytes = x.settings.pattern->payload_bytes;
  if (x.payload_text.empty())
    return {};
  std::uint64_t bytes = 0;
  if (auto size = parse_size(x.payload_text))
    bytes = *size;
  else if (whole_number("", x.payload_text, std::uint64_t{0}, bytes))
    return usage(fmt::format("--payload takes bytes such as 64 or 4KiB, and "
                             "'{}' is not that",
                             x.payload_text));
  if (bytes > payload_max)
    return usage("--payload takes 16MiB at most");
  x.settings.payload_bytes = bytes;
  return {};
}

usage_error read_nodes(stress_options& x) {
  const auto& p = *x.settings.pattern;
  auto& n = x.settings.nodes;
  split_names(x.connect);
  bool connects = !x.connect.empty();
  if (!connects && (!x.certificates.empty() || !x.own_name.empty()))
    return usage(fmt::format("{} is for nodes on other machines, which "
                             "--connect names",
                             x.own_name.empty() ? "--certs" : "--name"));
  if (x.nodes_text.empty() && !connects)
    return {};
  if (!has(p.takes, knob::nodes))
    return usage(fmt::format("'{}' cannot be played with nodes; those that can "
                             "are {}",
                             p.name, fmt::join(stress::node_patterns(), ", ")));
  if (!x.nodes_text.empty() && connects)
    return usage("--nodes starts nodes here, and --connect reaches others: "
                 "only one of them");
  if (!connects)
    if (auto e = whole_number("--nodes", x.nodes_text, 1u, n))
      return e;
  for (const auto& where : x.connect)
    if (auto address = session::read_host_port(where, false); !address)
      return usage(fmt::format("--connect: {}", address.error().detail));
  if (connects)
    n = static_cast<std::uint32_t>(
        std::min<std::size_t>(x.connect.size(), stress::nodes_max + 1));
  if (n > stress::nodes_max)
    return usage(fmt::format("{} takes {} at most",
                             connects ? "--connect" : "--nodes",
                             stress::nodes_max));
  x.settings.connect = x.connect;
  return {};
}

usage_error read_actors(stress_options& x) {
  const auto& p = *x.settings.pattern;
  auto nodes = x.settings.nodes;
  x.settings.actors = stress::actors_usual(p, nodes);
  if (x.actors_text.empty())
    return {};
  auto& n = x.settings.actors;
  if (auto e = whole_number("--actors", x.actors_text, p.actors_min, n))
    return e;
  if (n < stress::actors_min(p, nodes))
    return usage(fmt::format("--actors takes at least {} for '{}' with nodes: "
                             "each of the {} has one",
                             stress::actors_min(p, nodes), p.name, nodes));
  if (n > p.actors_max)
    return usage(fmt::format("--actors takes {} at most for '{}'", p.actors_max,
                             p.name));
  if (n % p.actors_step != 0)
    return usage(fmt::format("--actors takes a multiple of {} for '{}', and "
                             "{} is not one",
                             p.actors_step, p.name, n));
  if (nodes > 0 && stress::ends_with_conductor(p) && n % 2 == 0)
    return usage(fmt::format("--actors takes an odd number for '{}' with "
                             "nodes: every second one is on a node, and the "
                             "last is not",
                             p.name));
  return {};
}

usage_error read_turns(stress_options& x) {
  auto& s = x.settings;
  if (!x.threads_text.empty()) {
    if (auto e = whole_number("--threads", x.threads_text, 1u, s.threads))
      return e;
    if (s.threads > threads_max)
      return usage(fmt::format("--threads takes {} at most", threads_max));
  }
  if (!x.scheduler.empty()) {
    if (auto e = one_of("scheduler", x.scheduler, {"sharing", "stealing"}))
      return e;
    s.scheduler = x.scheduler == "sharing" ? stress::scheduling::sharing
                                           : stress::scheduling::stealing;
  }
  if (!x.rate_text.empty()) {
    std::uint64_t rate = 0;
    if (auto e = whole_number("--rate", x.rate_text, std::uint64_t{1}, rate))
      return e;
    if (rate > rate_max)
      return usage(fmt::format("--rate takes {} at most", rate_max));
    s.rate = static_cast<double>(rate);
  }
  return {};
}

usage_error read_durability(stress_options& x) {
  using journal::durability;
  if (x.durability.empty())
    return {};
  if (auto e = one_of("durability", x.durability, {"full", "normal", "off"}))
    return e;
  x.settings.durability = x.durability == "full"   ? durability::full
                        : x.durability == "normal" ? durability::normal
                                                   : durability::off;
  return {};
}

/// Of a process that has parts of patterns.
usage_error finish_serve(stress_options& x) {
  const std::pair<const std::string&, const char*> others[] = {
      {x.pattern, "a pattern"},      {x.time_text, "--duration"},
      {x.count_text, "--count"},     {x.warm_up_text, "--warm-up"},
      {x.payload_text, "--payload"}, {x.actors_text, "--actors"},
      {x.rate_text, "--rate"},       {x.durability, "--durability"},
      {x.nodes_text, "--nodes"},     {x.own_name, "--name"},
      {x.json_file, "--json"},
  };
  if (!x.connect.empty())
    return usage("--serve is to be a node, and --connect to have some: only "
                 "one of them");
  for (const auto& [text, option] : others)
    if (!text.empty())
      return usage(fmt::format("--serve has no use for {}: it takes part in "
                               "what others measure",
                               option));
  if (auto address = session::read_host_port(x.serve, true); !address)
    return usage(fmt::format("--serve: {}", address.error().detail));
  return read_turns(x);
}

/// As a shell reads it.
std::string quoted(const std::string& word) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyz"
                                     "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "0123456789-_./=:,+@%";
  if (!word.empty() && word.find_first_not_of(plain) == word.npos)
    return word;
  std::string result = "'";
  for (char c : word)
    result += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return result + "'";
}

} // namespace

usage_error finish(stress_options& x) {
  if (x.list) {
    if (x.words.size() > 2)
      return usage("--list goes alone: it prints all patterns");
    return {};
  }
  if (!x.serve.empty())
    return finish_serve(x);
  if (x.pattern.empty())
    return usage("'tutti stress' needs a pattern; 'tutti stress --list' has "
                 "all");
  if (auto e = one_of("pattern", x.pattern, stress::pattern_names()))
    return e;
  x.settings.pattern = stress::find_pattern(x.pattern);
  if (auto e = check_use(x))
    return e;
  for (auto* read : {read_nodes, read_end, read_payload, read_actors,
                     read_turns, read_durability})
    if (auto e = read(x))
      return e;
  x.settings.command = "tutti";
  for (const auto& word : x.words)
    x.settings.command += ' ' + quoted(word);
  return {};
}

} // namespace tutti::cli
