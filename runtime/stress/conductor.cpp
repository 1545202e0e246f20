// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/conductor.hpp"

#include "runtime/stress/patterns.hpp"

#include <caf/config_value.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <chrono>
#include <limits>
#include <string_view>
#include <utility>

namespace tutti::stress {

namespace {

using namespace std::chrono_literals;

constexpr duration glance = 100ms;
/// Patterns of more actors have one place for all of them.
constexpr std::uint32_t seats_max = 10'000;

constexpr std::pair<std::string_view, pattern_maker> makers[] = {
    {"ping-pong", make_ping_pong}, {"fan-in", make_fan_in},
    {"fan-out", make_fan_out},     {"ring", make_ring},
    {"create", make_create},       {"big", make_big},
    {"pipeline", make_pipeline},   {"scatter-gather", make_scatter_gather},
    {"mixed", make_mixed},
};

duration next_look(const round& x, duration elapsed) {
  if (!x.time || elapsed >= *x.time)
    return glance;
  return std::min(glance, *x.time - elapsed);
}

} // namespace

stage::config::config(const settings& how) {
  add_message_types<caf::id_block::tutti_stress>();
  if (how.threads > 0)
    set("scheduler.max-threads", std::size_t{how.threads});
  if (how.scheduler == scheduling::as_runs)
    return;
  module_factories.clear(); // of which a run's scheduler is the only one
  set("scheduler.policy", how.scheduler == scheduling::stealing
                              ? caf::atom("stealing")
                              : caf::atom("sharing"));
}

std::uint32_t stage::threads() const {
  return static_cast<std::uint32_t>(
      caf::get_or(config_of, "scheduler.max-threads", std::size_t{0}));
}

std::size_t seat_count(const settings& how) {
  return node_seat(how, how.nodes + 1);
}

std::size_t node_seat(const settings& how, std::uint32_t node) {
  return std::min(how.actors, seats_max) + node - 1;
}

std::unique_ptr<pattern> make_pattern(const scene& on) {
  for (auto [name, maker] : makers)
    if (name == on.how.pattern->name)
      return maker(on);
  return nullptr;
}

course conductor::play(const round& x) {
  auto start = now_ns();
  auto before = in_.handled();
  auto paces = begin(x, start);
  std::optional<metronome> beats;
  if (how_.rate && !paces.empty())
    beats.emplace(std::move(paces));
  course result;
  bool over = false;
  auto handled = before;
  duration moved{0};
  while (!over) {
    duration elapsed{now_ns() - start};
    if (!result.stopped && !watch_.goes_on()) {
      result.stopped = true;
      stop();
    }
    if (x.time && elapsed >= *x.time)
      stop();
    if (auto so_far = in_.handled(); so_far != handled) {
      handled = so_far;
      moved = elapsed;
    }
    result.lost = with_ != nullptr && with_->is_lost();
    result.stalled = !patient_ && elapsed - moved > patience;
    if (result.lost || result.stalled)
      break;
    watch_.show({handled - before, elapsed, !x.measured});
    over = in_.wait(next_look(x, elapsed));
  }
  result.elapsed = duration{(over ? in_.ended_ns() : now_ns()) - start};
  return result;
}

std::vector<metronome::voice> conductor::begin(const round& x,
                                               std::int64_t start) {
  auto n = who_.source_count();
  in_.begin(who_.sources().size() + (with_ != nullptr ? with_->sources() : 0),
            x.measured);
  if (with_ != nullptr)
    with_->begin(x);
  auto all = x.count.value_or(std::numeric_limits<std::uint64_t>::max());
  std::vector<metronome::voice> result;
  for (const auto& [who, i] : who_.sources()) {
    round_begins order;
    order.quota = x.count ? all / n + (i < all % n) : all;
    if (how_.rate)
      order.pace = {*how_.rate, i, n, start};
    result.push_back({who, order.pace});
    caf::anon_send(who, order);
  }
  return result;
}

void conductor::stop() {
  if (in_.stopping())
    return;
  in_.stop();
  for (const auto& x : who_.sources())
    caf::anon_send(x.who, look_again{});
  if (with_ != nullptr)
    with_->stop();
}

} // namespace tutti::stress
