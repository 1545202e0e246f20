// SPDX-License-Identifier: BSD-3-Clause
// Patterns in which a message comes back before the next one leaves.
#include "runtime/stress/pattern.hpp"
#include "runtime/stress/patterns.hpp"
#include "runtime/stress/role.hpp"

#include <algorithm>
#include <deque>

namespace tutti::stress {

namespace {

// -- ping-pong ----------------------------------------------------------------

/// Sends back what it gets.
class pong_role : public role {
public:
  using role::on;

  pong_role(arena& in, std::uint32_t place, std::uint32_t from)
    : role(in, place), in_box(from, 1), out(place, 0) {
  }
  void on(load& x) {
    in_box.take(x);
    out.sign(x);
    seat_.note();
    send(back, std::move(x));
  }

  way back;
  inlet in_box;
  outlet out;
};

class ping_role : public role {
public:
  using role::on;

  ping_role(arena& in, std::uint32_t place, const settings& how)
    : role(in, place), in_box(place + 1, 1), out(place, how.payload_bytes),
      now(how.pattern->sample_every), watch_(in) {
  }
  void on(const round_begins& x) {
    now.begin(x);
    serve();
  }
  void on(look_again) {
    if (waits_)
      serve();
  }
  void on(load& x) {
    in_box.take(x);
    seat_.note();
    watch_.lap(x.begun_ns);
    serve();
  }

  way pong;
  inlet in_box;
  outlet out;
  turn now;

private:
  void serve() {
    waits_ = !may_send(pong);
    if (waits_)
      return;
    std::int64_t begun_ns = 0;
    auto next = now.take(in_, begun_ns);
    waits_ = next == turn::next::waits;
    if (next == turn::next::begins)
      return send(pong, out.next(begun_ns));
    if (next == turn::next::waits)
      return;
    watch_.flush();
    in_.leave();
  }

  stopwatch watch_;
  bool waits_ = false;
};

class ping_pong : public pattern {
public:
  explicit ping_pong(const scene& on) {
    for (std::uint32_t i = 0; i < on.how.actors; i += 2) {
      auto* ping = on.cast(pings_, i, on.how);
      auto* pong = on.cast(pongs_, i + 1, i);
      auto from = enter_source(on, i, ping);
      auto to = enter(on, i + 1, pong);
      if (ping != nullptr)
        ping->pong = to;
      if (pong != nullptr)
        pong->back = from;
    }
  }
  std::uint64_t operations() const override {
    std::uint64_t result = 0;
    for (const auto& x : pings_)
      result += x.now.total();
    return result;
  }
  void add_to(ledger& to) const override {
    for (const auto& x : pings_) {
      x.in_box.add_to(to);
      x.out.add_to(to);
    }
    for (const auto& x : pongs_) {
      x.in_box.add_to(to);
      x.out.add_to(to);
    }
  }

private:
  std::deque<ping_role> pings_;
  std::deque<pong_role> pongs_;
};

// -- big ----------------------------------------------------------------------

/// Asks others at random, one at a time, and answers all.
class talker_role : public role {
public:
  using role::on;

  talker_role(arena& in, std::uint32_t place, const settings& how,
              const std::vector<player>& all)
    : role(in, place), in_box(0, how.actors), out(place, how.payload_bytes),
      now(how.pattern->sample_every), all_(all), place_(place),
      dice_(place + 1), watch_(in) {
  }
  void on(const round_begins& x) {
    now.begin(x);
    ask();
  }
  void on(look_again) {
    if (waits_)
      ask();
  }
  void on(load& x) {
    in_box.take(x);
    seat_.note();
    if (x.left > 0) { // a question
      auto from = x.sender;
      x.left = 0;
      out.sign(x);
      return send(all_[from], std::move(x));
    }
    watch_.lap(x.begun_ns);
    ask();
  }

  inlet in_box;
  outlet out;
  turn now;

private:
  void ask() {
    std::int64_t begun_ns = 0;
    auto next = now.take(in_, begun_ns);
    waits_ = next == turn::next::waits;
    if (next == turn::next::begins) {
      auto x = out.next(begun_ns);
      x.left = 1;
      return send(all_[another()], std::move(x));
    }
    if (next == turn::next::waits)
      return;
    watch_.flush();
    in_.leave();
  }
  std::size_t another() {
    dice_ = mix(dice_ + 0x9e3779b97f4a7c15u);
    auto i = dice_ % (all_.size() - 1);
    return i < place_ ? i : i + 1;
  }

  const std::vector<player>& all_;
  std::uint32_t place_;
  std::uint64_t dice_;
  stopwatch watch_;
  bool waits_ = false;
};

class big : public pattern {
public:
  big(caf::actor_system& system, arena& in, const settings& how) {
    all_talkers_.reserve(how.actors);
    for (std::uint32_t i = 0; i < how.actors; ++i) {
      auto& x = roles_.emplace_back(in, i, how, all_talkers_);
      all_talkers_.push_back(spawn_role(system, x));
      keep_source(all_talkers_.back());
    }
  }
  std::uint64_t operations() const override {
    std::uint64_t result = 0;
    for (const auto& x : roles_)
      result += x.now.total();
    return result;
  }
  void add_to(ledger& to) const override {
    for (const auto& x : roles_) {
      x.in_box.add_to(to);
      x.out.add_to(to);
    }
  }

private:
  std::vector<player> all_talkers_;
  std::deque<talker_role> roles_;
};

// -- scatter-gather -----------------------------------------------------------

/// Gives each worker a part, and begins anew once all have answered.
class master_role : public role {
public:
  using role::on;

  master_role(arena& in, const settings& how)
    : role(in, 0), in_box(1, how.actors - 1), out(0, how.payload_bytes),
      now(how.pattern->sample_every), watch_(in) {
  }
  void on(const round_begins& x) {
    now.begin(x);
    scatter();
  }
  void on(look_again) {
    if (waits_)
      scatter();
  }
  void on(load& x) {
    in_box.take(x);
    seat_.note();
    if (--missing_ > 0)
      return;
    watch_.lap(x.begun_ns);
    scatter();
  }

  std::vector<way> workers;
  inlet in_box;
  outlet out;
  turn now;

private:
  void scatter() {
    waits_ = !std::all_of(workers.begin(), workers.end(), [this](const way& x) {
      return may_send(x);
    });
    if (waits_)
      return;
    std::int64_t begun_ns = 0;
    auto next = now.take(in_, begun_ns);
    waits_ = next == turn::next::waits;
    if (next == turn::next::begins) {
      missing_ = workers.size();
      for (const auto& x : workers)
        send(x, out.next(begun_ns));
      return;
    }
    if (next == turn::next::waits)
      return;
    watch_.flush();
    in_.leave();
  }

  stopwatch watch_;
  std::size_t missing_ = 0;
  bool waits_ = false;
};

class scatter_gather : public pattern {
public:
  explicit scatter_gather(const scene& on) : master_(on.in, on.how) {
    auto master = enter_source(on, 0, on.has(0) ? &master_ : nullptr);
    for (std::uint32_t i = 1; i < on.how.actors; ++i) {
      auto* x = on.cast(workers_, i, 0u);
      if (x != nullptr)
        x->back = master;
      master_.workers.push_back(enter(on, i, x));
    }
  }
  std::uint64_t operations() const override {
    return master_.now.total();
  }
  void add_to(ledger& to) const override {
    master_.in_box.add_to(to);
    master_.out.add_to(to);
    for (const auto& x : workers_) {
      x.in_box.add_to(to);
      x.out.add_to(to);
    }
  }

private:
  master_role master_;
  std::deque<pong_role> workers_;
};

} // namespace

std::unique_ptr<pattern> make_ping_pong(const scene& on) {
  return std::make_unique<ping_pong>(on);
}

std::unique_ptr<pattern> make_big(const scene& on) {
  return std::make_unique<big>(on.system, on.in, on.how);
}

std::unique_ptr<pattern> make_scatter_gather(const scene& on) {
  return std::make_unique<scatter_gather>(on);
}

} // namespace tutti::stress
