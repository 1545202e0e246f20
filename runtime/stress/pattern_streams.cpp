// SPDX-License-Identifier: BSD-3-Clause
// Patterns in which messages flow one way. A receiver gives credit back for
// every quarter of a window, so that what waits is bounded however long it
// goes on.
#include "runtime/stress/pattern.hpp"
#include "runtime/stress/patterns.hpp"
#include "runtime/stress/role.hpp"

#include <algorithm>
#include <deque>

namespace tutti::stress {

namespace {

class source_role : public role {
public:
  using role::on;

  source_role(arena& in, std::uint32_t place, const settings& how)
    : role(in, place), out(place, how.payload_bytes),
      now(how.pattern->sample_every), window_(window_of(how)) {
  }
  void add_target(const way& x) {
    targets_.push_back({x, window_});
  }
  void on(const round_begins& x) {
    now.begin(x);
    ended_ = false;
    closed_ = 0;
    serve();
  }
  void on(look_again) {
    serve();
  }
  void on(const credit& x) {
    targets_[x.receiver].free += x.count;
    if (!x.last)
      return serve();
    if (++closed_ == targets_.size())
      in_.leave();
  }

  outlet out;
  turn now;

private:
  struct target {
    way who;
    std::uint32_t free = 0;
  };

  void serve() {
    while (!ended_ && targets_[next_].free > 0
           && may_send(targets_[next_].who)) {
      std::int64_t begun_ns = 0;
      auto what = now.take(in_, begun_ns);
      if (what == turn::next::waits)
        return;
      if (what == turn::next::over)
        return finish();
      --targets_[next_].free;
      send(targets_[next_].who, out.next(begun_ns));
      next_ = next_ + 1 == targets_.size() ? 0 : next_ + 1;
    }
  }
  void finish() {
    ended_ = true;
    for (const auto& x : targets_)
      send(x.who, source_ends{out.sender()});
  }

  std::uint32_t window_;
  std::vector<target> targets_;
  std::size_t next_ = 0;
  std::size_t closed_ = 0;
  bool ended_ = true;
};

/// Gets the messages of one or more senders, and gives credit to who began.
class sink_role : public role {
public:
  using role::on;

  sink_role(arena& in, std::uint32_t place, std::uint32_t first_sender,
            const settings& how)
    : role(in, place), first_(first_sender), watch_(in),
      quantum_(std::max(window_of(how) / 4, 1u)) {
  }
  /// `receiver`: as that source counts this one.
  void add_source(const way& x, std::uint32_t receiver) {
    from_.push_back({x, {receiver, 0, false}});
    in_box = inlet{first_, from_.size()};
  }
  void on(load& x) {
    in_box.take(x);
    seat_.note();
    watch_.lap(x.begun_ns);
    auto i = x.sender - first_;
    if (i < from_.size() && ++from_[i].owed.count == quantum_)
      pay(from_[i], false);
  }
  void on(source_ends x) {
    watch_.flush();
    pay(from_.size() == 1 ? from_[0] : from_[x.sender - first_], true);
  }

  inlet in_box{0, 0};

private:
  struct source {
    way who;
    credit owed;
  };

  void pay(source& to, bool last) {
    to.owed.last = last;
    send(to.who, to.owed);
    to.owed.count = 0;
  }

  std::uint32_t first_;
  stopwatch watch_;
  std::uint32_t quantum_;
  std::vector<source> from_;
};

/// Passes on what it gets.
class stage_role : public role {
public:
  using role::on;

  stage_role(arena& in, std::uint32_t place)
    : role(in, place), in_box(place - 1, 1), out(place, 0) {
  }
  void on(load& x) {
    in_box.take(x);
    out.sign(x);
    seat_.note();
    send(next, std::move(x));
  }
  void on(source_ends x) {
    send(next, x);
  }

  way next;
  inlet in_box;
  outlet out;
};

/// Sources, stages and sinks, in the order of their places.
class stream : public pattern {
public:
  std::uint64_t operations() const override {
    std::uint64_t result = 0;
    for (const auto& x : source_roles_)
      result += x.now.total();
    return result;
  }
  void add_to(ledger& to) const override {
    for (const auto& x : source_roles_)
      x.out.add_to(to);
    for (const auto& x : stage_roles_) {
      x.in_box.add_to(to);
      x.out.add_to(to);
    }
    for (const auto& x : sink_roles_)
      x.in_box.add_to(to);
  }

protected:
  std::deque<source_role> source_roles_;
  std::deque<stage_role> stage_roles_;
  std::deque<sink_role> sink_roles_;
};

class fan_in : public stream {
public:
  explicit fan_in(const scene& on) {
    auto last = on.how.actors - 1;
    auto* sink = on.cast(sink_roles_, last, 0u, on.how);
    auto to = enter(on, last, sink);
    for (std::uint32_t i = 0; i < last; ++i) {
      auto* x = on.cast(source_roles_, i, on.how);
      auto from = enter_source(on, i, x);
      if (x != nullptr)
        x->add_target(to);
      if (sink != nullptr)
        sink->add_source(from, 0);
    }
  }
};

class fan_out : public stream {
public:
  explicit fan_out(const scene& on) {
    auto* x = on.cast(source_roles_, 0, on.how);
    auto from = enter_source(on, 0, x);
    for (std::uint32_t i = 1; i < on.how.actors; ++i) {
      auto* sink = on.cast(sink_roles_, i, 0u, on.how);
      auto to = enter(on, i, sink);
      if (x != nullptr)
        x->add_target(to);
      if (sink != nullptr)
        sink->add_source(from, i - 1);
    }
  }
};

class pipeline : public stream {
public:
  explicit pipeline(const scene& on) {
    auto last = on.how.actors - 1;
    auto* sink = on.cast(sink_roles_, last, last - 1, on.how);
    auto next = enter(on, last, sink);
    for (auto i = last - 1; i > 0; --i) {
      auto* x = on.cast(stage_roles_, i);
      if (x != nullptr)
        x->next = next;
      next = enter(on, i, x);
    }
    auto* x = on.cast(source_roles_, 0, on.how);
    auto from = enter_source(on, 0, x);
    if (x != nullptr)
      x->add_target(next);
    if (sink != nullptr)
      sink->add_source(from, 0);
  }
};

} // namespace

std::unique_ptr<pattern> make_fan_in(const scene& on) {
  return std::make_unique<fan_in>(on);
}

std::unique_ptr<pattern> make_fan_out(const scene& on) {
  return std::make_unique<fan_out>(on);
}

std::unique_ptr<pattern> make_pipeline(const scene& on) {
  return std::make_unique<pipeline>(on);
}

} // namespace tutti::stress
