// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/conduct.hpp"

#include "runtime/session/system_config.hpp"
#include "runtime/stress/metronome.hpp"
#include "runtime/stress/pattern.hpp"
#include "runtime/stress/patterns.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <utility>

namespace tutti::stress {

namespace {

using namespace std::chrono_literals;

constexpr duration glance = 100ms;
/// Without any message handled; then it is given up.
constexpr duration patience = 10s;
/// Patterns of more actors have one place for all of them.
constexpr std::uint32_t seats_max = 10'000;

struct config : session::system_config {
  explicit config(const settings& how) {
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
};

constexpr std::pair<std::string_view, pattern_maker> makers[] = {
    {"ping-pong", make_ping_pong}, {"fan-in", make_fan_in},
    {"fan-out", make_fan_out},     {"ring", make_ring},
    {"create", make_create},       {"big", make_big},
    {"pipeline", make_pipeline},   {"scatter-gather", make_scatter_gather},
    {"mixed", make_mixed},
};

std::unique_ptr<pattern> make(caf::actor_system& system, arena& in,
                              const settings& how) {
  for (auto [name, maker] : makers)
    if (name == how.pattern->name)
      return maker(system, in, how);
  return nullptr;
}

struct round {
  std::optional<duration> time;
  std::optional<std::uint64_t> count;
  bool measured = true;
};

/// How a round went.
struct course {
  duration elapsed{0};
  bool stopped = false;
  bool stalled = false;
};

class conductor {
public:
  conductor(arena& in, const pattern& who, const settings& how,
            const watcher& watch)
    : in_(in), who_(who), how_(how), watch_(watch) {
  }

  course play(const round& x) {
    auto start = now_ns();
    auto before = in_.handled();
    auto paces = begin(x, start);
    std::optional<metronome> beats;
    if (how_.rate)
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
      if (elapsed - moved > patience) {
        result.stalled = true;
        break;
      }
      watch_.show({handled - before, elapsed, !x.measured});
      over = in_.wait(next_look(x, elapsed));
    }
    result.elapsed = duration{(over ? in_.ended_ns() : now_ns()) - start};
    return result;
  }

private:
  std::vector<metronome::voice> begin(const round& x, std::int64_t start) {
    auto n = static_cast<std::uint32_t>(who_.sources().size());
    in_.begin(n, x.measured);
    auto all = x.count.value_or(std::numeric_limits<std::uint64_t>::max());
    std::vector<metronome::voice> result;
    for (std::uint32_t i = 0; i < n; ++i) {
      round_begins order;
      order.quota = x.count ? all / n + (i < all % n) : all;
      if (how_.rate)
        order.pace = {*how_.rate, i, n, start};
      result.push_back({who_.sources()[i], order.pace});
      caf::anon_send(who_.sources()[i], order);
    }
    return result;
  }

  void stop() {
    if (in_.stopping())
      return;
    in_.stop();
    for (const auto& x : who_.sources())
      caf::anon_send(x, look_again{});
  }

  static duration next_look(const round& x, duration elapsed) {
    if (!x.time || elapsed >= *x.time)
      return glance;
    return std::min(glance, *x.time - elapsed);
  }

  arena& in_;
  const pattern& who_;
  const settings& how_;
  const watcher& watch_;
};

/// All of a pattern, from the first actor to the last.
struct stage {
  explicit stage(const settings& how)
    : config_of(how), system(config_of), in(std::min(how.actors, seats_max)),
      who(make(system, in, how)) {
  }

  config config_of;
  caf::actor_system system;
  arena in;
  std::unique_ptr<pattern> who;
};

/// Plays what is asked for into `result`; how it went at last.
course play_all(stage& on, const settings& how, const watcher& watch,
                outcome& result) {
  conductor lead{on.in, *on.who, how, watch};
  course went;
  if (how.warm_up > duration{0})
    went = lead.play({how.warm_up, {}, false});
  if (went.stopped || went.stalled) {
    went.elapsed = duration{0};
    return went;
  }
  reset_peak();
  auto cpu = cpu_used();
  auto operations = on.who->operations();
  auto messages = on.in.handled();
  went = lead.play({how.time, how.count, true});
  auto used = cpu_used();
  result.cpu = {used.user - cpu.user, used.system - cpu.system};
  result.peak_bytes = peak_bytes();
  result.operations = on.who->operations() - operations;
  result.messages = on.in.handled() - messages;
  return went;
}

} // namespace

outcome conduct(const settings& how, const watcher& watch) {
  outcome result;
  result.how = how;
  result.sample_every = how.rate ? 1 : how.pattern->sample_every;
  auto on = std::make_unique<stage>(how);
  result.how.threads = static_cast<std::uint32_t>(
      caf::get_or(on->config_of, "scheduler.max-threads", std::size_t{0}));
  auto went = play_all(*on, how, watch, result);
  on->who->end();
  if (!went.stalled)
    on->system.await_all_actors_done();
  result.stopped = went.stopped;
  result.elapsed = went.elapsed;
  if (went.stalled)
    result.trouble = fmt::format(
        "no message was handled for {}s",
        std::chrono::duration_cast<std::chrono::seconds>(patience).count());
  result.times = on->in.take_times();
  ledger book;
  on->who->add_to(book);
  on->who->add_to(result.figures);
  result.accounts = book.result();
  // Actors that hang cannot be ended: they are left to the program's end.
  if (went.stalled)
    static_cast<void>(on.release());
  return result;
}

} // namespace tutti::stress
