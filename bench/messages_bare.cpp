// SPDX-License-Identifier: BSD-3-Clause
#include "bench/messages_bare.hpp"

#include "messages/assert.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/meta/type_name.hpp>
#include <caf/send.hpp>
#include <caf/type_id.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <map>
#include <thread>
#include <vector>

namespace {

/// A message of a pattern.
struct item {
  std::uint64_t number = 0;
  std::uint64_t left = 0; ///< hops, of a token
  std::uint32_t sender = 0;
};

/// A receiver has handled so many.
struct room {
  std::uint32_t receiver = 0;
  std::uint32_t count = 0;
};

/// To who begins.
struct go {};

} // namespace

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(item)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(go)

namespace tutti::bench {

namespace {

using caf::actor;
using caf::behavior;
using caf::event_based_actor;

/// Under way from one sender to one receiver, as in `tutti stress`.
constexpr std::uint32_t window = 1'024;
constexpr std::uint32_t quantum = window / 4;

/// What a pattern runs in.
class stage {
public:
  explicit stage(std::uint64_t enders) : left_(enders) {
  }

  template <class... Arguments>
  actor spawn(Arguments... xs) {
    all_.push_back(system_.spawn(xs...));
    return all_.back();
  }
  /// Of one that has nothing more to do.
  void done() {
    if (--left_ == 0)
      over_.set_value();
  }
  /// Seconds until so many were `done`.
  double run(const std::vector<actor>& sources) {
    auto begin = std::chrono::steady_clock::now();
    for (const auto& x : sources)
      caf::anon_send(x, go{});
    over_.get_future().wait();
    std::chrono::duration<double> span =
        std::chrono::steady_clock::now() - begin;
    for (const auto& x : all_)
      caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
    all_.clear();
    return span.count();
  }

private:
  struct config : caf::actor_system_config {
    config() {
      auto cores = std::max(1u, std::thread::hardware_concurrency());
      set("scheduler.max-threads", std::size_t{cores});
    }
  };

  config config_;
  std::atomic<std::uint64_t> left_;
  std::promise<void> over_;
  std::vector<actor> all_;
  caf::actor_system system_{config_};
};

/// `total` shared among `parts`, as evenly as may be.
std::uint64_t share(std::uint64_t total, std::uint64_t parts, std::uint64_t i) {
  return total / parts + (i < total % parts ? 1 : 0);
}

// -- one message comes back before the next leaves ----------------------------

double ping_pong(const bare_setup& how) {
  auto pairs = how.actors / 2;
  stage s{pairs};
  std::vector<actor> pings;
  for (std::uint32_t i = 0; i < pairs; ++i) {
    auto pong = s.spawn([](event_based_actor* self) {
      return behavior{[self](const item& x) {
        self->send(caf::actor_cast<actor>(self->current_sender()), x);
      }};
    });
    auto rounds = share(how.count, pairs, i);
    pings.push_back(s.spawn([&s, pong, rounds](event_based_actor* self) {
      return behavior{[self, pong](go) {
                        self->send(pong, item{});
                      },
                      [&s, self, pong, rounds](const item& x) {
                        if (x.number + 1 == rounds)
                          s.done();
                        else
                          self->send(pong, item{x.number + 1, 0, 0});
                      }};
    }));
  }
  auto span = s.run(pings);
  return 2.0 * static_cast<double>(how.count) / span;
}

/// Each asks another one at random, and the next when that has answered.
double big(const bare_setup& how) {
  stage s{how.actors};
  std::vector<actor> all;
  for (std::uint32_t i = 0; i < how.actors; ++i) {
    auto asks = share(how.count, how.actors, i);
    all.push_back(s.spawn([&, i, asks](event_based_actor* self) {
      auto next = [&, i, self, left = asks, dice = i + 1]() mutable {
        if (left-- == 0)
          return s.done();
        dice = dice * 1664525u + 1013904223u;
        auto to = (dice >> 8) % (how.actors - 1);
        self->send(all[to < i ? to : to + 1], item{0, 1, i});
      };
      auto step = std::make_shared<decltype(next)>(next);
      return behavior{[step](go) {
                        (*step)();
                      },
                      [&all, self, step](const item& x) {
                        if (x.left == 0)
                          (*step)();
                        else
                          self->send(all[x.sender], item{x.number, 0, 0});
                      }};
    }));
  }
  auto span = s.run(all);
  return 2.0 * static_cast<double>(how.count) / span;
}

double scatter_gather(const bare_setup& how) {
  stage s{1};
  auto workers = how.actors - 1;
  std::vector<actor> all;
  for (std::uint32_t i = 0; i < workers; ++i)
    all.push_back(s.spawn([](event_based_actor* self) {
      return behavior{[self](const item& x) {
        self->send(caf::actor_cast<actor>(self->current_sender()), x);
      }};
    }));
  auto master = s.spawn([&](event_based_actor* self) {
    auto scatter = [&all, self] {
      for (const auto& x : all)
        self->send(x, item{});
    };
    return behavior{
        [scatter](go) {
          scatter();
        },
        [&, scatter, missing = workers, left = how.count](const item&) mutable {
          if (--missing > 0)
            return;
          missing = workers;
          if (--left == 0)
            s.done();
          else
            scatter();
        }};
  });
  auto span = s.run({master});
  return 2.0 * workers * static_cast<double>(how.count) / span;
}

// -- messages flow one way ----------------------------------------------------

behavior source(event_based_actor* self, stage* s, std::vector<actor> to,
                std::uint64_t count, std::uint32_t number) {
  struct state {
    std::vector<actor> to;
    std::vector<std::uint32_t> free;
    std::uint64_t sent = 0;
    std::uint64_t handled = 0;
    std::size_t next = 0;
  };
  auto x = std::make_shared<state>();
  x->free.assign(to.size(), window);
  x->to = std::move(to);
  auto serve = [self, x, count, number] {
    while (x->sent < count && x->free[x->next] > 0) {
      --x->free[x->next];
      self->send(x->to[x->next], item{++x->sent, 0, number});
      x->next = x->next + 1 == x->to.size() ? 0 : x->next + 1;
    }
  };
  return {
      [serve](go) {
        serve();
      },
      [s, x, serve, count](const room& y) {
        x->free[y.receiver] += y.count;
        x->handled += y.count;
        if (x->handled == count)
          s->done();
        else
          serve();
      },
  };
}

/// Gives room back by the quantum, and at the end of what each sender has for
/// it. `sources` are complete before the first message.
behavior sink(event_based_actor* self, const std::vector<actor>* sources,
              std::uint32_t receiver, std::uint64_t from_each) {
  struct account {
    std::uint64_t got = 0;
    std::uint32_t owed = 0;
  };
  auto all = std::make_shared<std::vector<account>>(1);
  return {[=](const item& x) {
    if (x.sender >= all->size())
      all->resize(sources->size());
    auto& mine = (*all)[x.sender];
    ++mine.owed;
    if (++mine.got < from_each && mine.owed < quantum)
      return;
    self->send((*sources)[x.sender], room{receiver, mine.owed});
    mine.owed = 0;
  }};
}

double fan_in(const bare_setup& how) {
  auto sources = how.actors - 1;
  auto each = std::max<std::uint64_t>(how.count / sources, 1);
  std::vector<actor> all;
  stage s{sources};
  auto to = s.spawn(sink, &all, 0u, each);
  for (std::uint32_t i = 0; i < sources; ++i)
    all.push_back(s.spawn(source, &s, std::vector<actor>{to}, each, i));
  auto span = s.run(all);
  return static_cast<double>(each * sources) / span;
}

double fan_out(const bare_setup& how) {
  auto sinks = how.actors - 1;
  auto each = std::max<std::uint64_t>(how.count / sinks, 1);
  std::vector<actor> to;
  std::vector<actor> from;
  stage s{1};
  for (std::uint32_t i = 0; i < sinks; ++i)
    to.push_back(s.spawn(sink, &from, i, each));
  from.push_back(s.spawn(source, &s, to, each * sinks, 0u));
  auto span = s.run(from);
  return static_cast<double>(each * sinks) / span;
}

behavior relay(event_based_actor* self, const actor& next) {
  return {[self, next](const item& x) {
    self->send(next, x);
  }};
}

double pipeline(const bare_setup& how) {
  std::vector<actor> from;
  stage s{1};
  auto next = s.spawn(sink, &from, 0u, how.count);
  for (std::uint32_t i = 2; i < how.actors; ++i)
    next = s.spawn(relay, next);
  from.push_back(s.spawn(source, &s, std::vector<actor>{next}, how.count, 0u));
  auto span = s.run(from);
  return (how.actors - 1.0) * static_cast<double>(how.count) / span;
}

// -- others -------------------------------------------------------------------

/// A token that goes round.
double ring(const bare_setup& how) {
  std::vector<actor> all(how.actors);
  stage s{1};
  for (std::uint32_t i = 0; i < how.actors; ++i)
    all[i] = s.spawn([&, i](event_based_actor* self) {
      const auto* next = &all[(i + 1) % how.actors];
      return behavior{[self, next, &how](go) {
                        self->send(*next, item{0, how.count - 1, 0});
                      },
                      [&s, self, next](const item& x) {
                        if (x.left == 0)
                          s.done();
                        else
                          self->send(*next, item{0, x.left - 1, 0});
                      }};
    });
  auto span = s.run({all[0]});
  return static_cast<double>(how.count) / span;
}

/// Makes actors, at most 1,024 before the first has answered; once as many are
/// alive as there are to be, all of them end, and it goes on.
behavior maker(event_based_actor* self, stage* s, const bare_setup& how) {
  struct state {
    std::vector<actor> alive;
    std::size_t answered = 0;
    std::size_t gone = 0;
    std::uint64_t made = 0;
  };
  auto x = std::make_shared<state>();
  auto make = [=] {
    while (x->made < how.count && x->alive.size() < how.actors
           && x->alive.size() - x->answered < window) {
      ++x->made;
      auto born = [](event_based_actor* me, const actor& parent) {
        return behavior{[=](const item& y) {
                          me->send(parent, y);
                        },
                        [=](go) {
                          me->send(parent, room{});
                          me->quit();
                        }};
      };
      x->alive.push_back(self->spawn(born, actor{self}));
      self->send(x->alive.back(), item{});
    }
    if (x->answered == x->alive.size())
      for (const auto& y : x->alive)
        self->send(y, go{});
  };
  return {
      [=](go) {
        make();
      },
      [=](const item&) {
        ++x->answered;
        make();
      },
      [=](room) {
        if (++x->gone < x->alive.size())
          return;
        x->alive.clear();
        x->answered = x->gone = 0;
        if (x->made == how.count)
          s->done();
        else
          make();
      },
  };
}

double create(const bare_setup& how) {
  stage s{1};
  auto span = s.run({s.spawn(maker, &s, how)});
  return static_cast<double>(how.count) / span;
}

// As in runtime/stress/pattern_rings.cpp.
constexpr std::uint32_t ring_size = 50;
constexpr std::uint32_t member_count = ring_size - 2;
constexpr std::uint64_t hops_of_a_life = 1'000;
constexpr std::uint64_t composite = std::uint64_t{100'003} * 100'019;

behavior member(event_based_actor* self, const actor& next, const actor& lead) {
  return {[=](const item& x) {
            if (x.left > 0)
              self->send(next, item{0, x.left - 1, 0});
            else
              self->send(lead, room{});
          },
          [=](go) {
            self->quit();
          }};
}

behavior factoriser(event_based_actor* self) {
  return {[=](const item& x) {
    std::uint64_t factor = 2;
    while (x.left % factor != 0)
      ++factor;
    self->send(caf::actor_cast<actor>(self->current_sender()),
               item{factor, x.left, 1});
  }};
}

/// Makes a ring, sends the token round and a number to be factorised, ends the
/// ring, and begins anew.
behavior leader(event_based_actor* self, stage* s, std::uint64_t lives) {
  struct state {
    std::vector<actor> members;
    actor next;
    std::uint64_t left = 0;
    bool answered = false;
    bool over = false;
  };
  auto x = std::make_shared<state>();
  x->left = lives;
  auto factors = self->spawn<caf::linked>(factoriser);
  auto live = [=] {
    if (x->left-- == 0) {
      x->next = nullptr;
      return s->done();
    }
    x->answered = x->over = false;
    x->next = self;
    for (std::uint32_t i = 0; i < member_count; ++i) {
      x->next = self->spawn<caf::linked>(member, x->next, actor{self});
      x->members.push_back(x->next);
    }
    self->send(factors, item{0, composite, 0});
    self->send(x->next, item{0, hops_of_a_life - 1, 0});
  };
  auto end_life = [=](bool by_token) {
    if (by_token) {
      x->over = true;
      for (const auto& y : x->members)
        self->send(y, go{});
      x->members.clear();
    } else {
      x->answered = true;
    }
    if (x->over && x->answered)
      live();
  };
  return {
      [=](go) {
        live();
      },
      [=](const item& y) {
        if (y.sender == 1)
          end_life(false);
        else if (y.left > 0)
          self->send(x->next, item{0, y.left - 1, 0});
        else
          end_life(true);
      },
      [=](room) {
        end_life(true);
      },
  };
}

double mixed(const bare_setup& how) {
  auto rings = std::max(how.actors / ring_size, 1u);
  stage s{rings};
  std::vector<actor> all;
  for (std::uint32_t i = 0; i < rings; ++i)
    all.push_back(s.spawn(leader, &s, share(how.count, rings, i)));
  auto span = s.run(all);
  return static_cast<double>(how.count * (hops_of_a_life + 2)) / span;
}

using pattern = double (*)(const bare_setup&);

const std::map<std::string_view, pattern> patterns{
    {"ping-pong", ping_pong},
    {"fan-in", fan_in},
    {"fan-out", fan_out},
    {"ring", ring},
    {"big", big},
    {"pipeline", pipeline},
    {"scatter-gather", scatter_gather},
    {"create", create},
    {"mixed", mixed},
};

} // namespace

double bare_messages_per_second(std::string_view name, const bare_setup& how) {
  auto i = patterns.find(name);
  TUTTI_ASSERT(i != patterns.end() && how.actors > 1 && how.count > 0);
  return i->second(how);
}

} // namespace tutti::bench
