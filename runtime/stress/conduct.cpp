// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/conduct.hpp"

#include "runtime/stress/conductor.hpp"
#include "runtime/stress/crew.hpp"
#include "runtime/stress/patterns.hpp"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <utility>

namespace tutti::stress {

namespace {

/// After a round that went wrong.
constexpr auto last_words_max = std::chrono::seconds{2};

/// All of a pattern, from the first actor to the last. In the order in which
/// it is made.
struct production {
  production(const settings& how, const watcher& watch)
    : in(seat_count(how)), on(how) {
    if (how.nodes > 0)
      others = std::make_unique<crew>(how, in, watch.goes_on);
  }

  arena in;
  std::unique_ptr<crew> others; ///< null: all is here
  std::unique_ptr<pattern> who;
  stage on;
};

/// Makes the pattern, and its parts elsewhere. False: it is not to be played.
bool set_up(production& x, const settings& how) {
  scene here{x.on.system, x.in, how};
  if (x.others) {
    if (!x.others->open(x.on.system))
      return false;
    here.lines = x.others->lines();
  }
  x.who = make_pattern(here);
  return !x.others || x.others->begin_parts(*x.who);
}

void gather(production& x, const course& went) {
  if (x.others)
    x.others->gather(!went.lost && !went.stalled);
}

/// Plays what is asked for into `result`; how it went at last.
course play_all(production& x, const settings& how, const watcher& watch,
                outcome& result) {
  conductor lead{x.in, *x.who, how, watch, x.others.get()};
  course went;
  if (how.warm_up > duration{0}) {
    went = lead.play({how.warm_up, {}, false});
    gather(x, went);
  }
  if (went.stopped || went.stalled || went.lost) {
    went.elapsed = duration{0};
    return went;
  }
  reset_peak();
  auto cpu = cpu_used();
  auto operations = x.who->operations();
  auto messages = x.in.handled();
  went = lead.play({how.time, how.count, true});
  auto used = cpu_used();
  result.cpu = {used.user - cpu.user, used.system - cpu.system};
  result.peak_bytes = peak_bytes();
  result.operations = x.who->operations() - operations;
  gather(x, went);
  result.messages = x.in.handled() - messages;
  return went;
}

std::string trouble_of(const production& x, const course& went) {
  if (x.others)
    if (auto why = x.others->trouble(); !why.empty())
      return why;
  if (!went.stalled)
    return {};
  return fmt::format("no message was handled for {}s", patience.count());
}

/// Ends all actors, and holds what was sent against what was received.
void settle(production& x, const course& went, outcome& result) {
  ledger book;
  if (x.others) {
    static_cast<void>(x.who->end(last_words_max));
    x.who->add_to(book);
    bool went_wrong = went.stalled || went.lost;
    x.others->settle(book, went_wrong ? last_words_max : patience);
  } else {
    x.who->end();
    if (!went.stalled)
      x.on.system.await_all_actors_done();
    x.who->add_to(book);
  }
  result.times = x.in.take_times();
  x.who->add_to(result.figures);
  result.accounts = book.result();
}

} // namespace

outcome conduct(const settings& how, const watcher& watch) {
  outcome result;
  result.how = how;
  result.sample_every = how.rate ? 1 : how.pattern->sample_every;
  auto x = std::make_unique<production>(how, watch);
  result.how.threads = x->on.threads();
  course went;
  if (set_up(*x, how)) {
    went = play_all(*x, how, watch, result);
    settle(*x, went, result);
  } else {
    went.stopped = !x->others->is_lost();
    result.cannot_begin = !went.stopped;
    if (x->who)
      x->who->end();
  }
  if (x->others) {
    x->others->add_to(result);
    x->others->end();
  }
  result.stopped = went.stopped;
  result.elapsed = went.elapsed;
  result.trouble = trouble_of(*x, went);
  // Actors that hang cannot be ended: they are left to the program's end.
  if (went.stalled)
    static_cast<void>(x.release());
  return result;
}

} // namespace tutti::stress
