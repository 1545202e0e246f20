// SPDX-License-Identifier: BSD-3-Clause
// Patterns in which a token goes round.
#include "runtime/stress/pattern.hpp"
#include "runtime/stress/patterns.hpp"
#include "runtime/stress/role.hpp"

#include <deque>

namespace tutti::stress {

namespace {

/// Hands the token on; one hop in `sample_every` has its time taken.
class hop_role : public role {
public:
  using role::on;

  hop_role(arena& in, std::uint32_t place, std::uint32_t from,
           const settings& how)
    : role(in, place), in_box(from, 1), out(place, how.payload_bytes),
      sample_every_(how.pattern->sample_every) {
  }

  player next;
  inlet in_box;
  outlet out;

protected:
  /// Looks at what came; true: the token has hops left.
  bool take(const load& x) {
    in_box.take(x);
    seat_.note();
    if (x.begun_ns != 0 && in_.recording())
      in_.record(now_ns() - x.begun_ns);
    return x.left > 0;
  }
  void pass(load&& x) {
    --x.left;
    x.begun_ns = begun(x.left);
    out.sign(x);
    send(next, std::move(x));
  }
  void send_first(std::uint64_t hops) {
    auto x = out.next(begun(hops));
    x.left = hops - 1;
    send(next, std::move(x));
  }

private:
  [[nodiscard]] std::int64_t begun(std::uint64_t left) const {
    return left % sample_every_ == 0 ? now_ns() : 0;
  }

  std::uint32_t sample_every_;
};

// -- ring ---------------------------------------------------------------------

class ring_role : public hop_role {
public:
  using hop_role::hop_role;
  using hop_role::on;

  void on(const round_begins& x) {
    send_first(x.quota);
  }
  void on(load& x) {
    if (take(x) && !in_.stopping())
      pass(std::move(x));
    else
      in_.leave();
  }
};

class ring : public pattern {
public:
  ring(caf::actor_system& system, arena& in, const settings& how) {
    for (std::uint32_t i = 0; i < how.actors; ++i) {
      auto before = i == 0 ? how.actors - 1 : i - 1;
      roles_.emplace_back(in, i, before, how);
    }
    std::vector<player> all;
    for (auto& x : roles_)
      all.push_back(spawn_role(system, x));
    for (std::uint32_t i = 0; i < how.actors; ++i)
      roles_[i].next = all[(i + 1) % how.actors];
    keep_source(all[0]);
    for (std::uint32_t i = 1; i < how.actors; ++i)
      keep(all[i]);
  }
  std::uint64_t operations() const override {
    std::uint64_t result = 0;
    for (const auto& x : roles_)
      result += x.out.count();
    return result;
  }
  void add_to(ledger& to) const override {
    for (const auto& x : roles_) {
      x.in_box.add_to(to);
      x.out.add_to(to);
    }
  }

private:
  std::deque<ring_role> roles_;
};

// -- mixed --------------------------------------------------------------------

/// Of one ring: who leads it, who hands the token on, and who computes.
constexpr std::uint32_t ring_size = 50;
constexpr std::uint32_t member_count = ring_size - 2;
constexpr std::uint64_t hops_of_a_life = 1000;
/// The product of two primes, which division finds in some 0.2 ms.
constexpr std::uint64_t composite = std::uint64_t{100'003} * 100'019;

class member_role : public hop_role {
public:
  using hop_role::hop_role;
  using hop_role::on;

  void on(load& x) {
    if (take(x))
      pass(std::move(x));
    else
      send(lead, source_ends{});
  }
  /// Its life is over. What it says last lets another one be made of the role.
  void on(source_ends) {
    self_->quit();
    next = nullptr;
    send(lead, credit{});
  }

  player lead;
};

/// Finds the smallest prime factor of what it is sent.
class factor_role : public role {
public:
  using role::on;

  factor_role(arena& in, std::uint32_t place, std::uint32_t from)
    : role(in, place), in_box(from, 1), out(place, 0) {
  }
  void on(load& x) {
    in_box.take(x);
    seat_.note();
    std::uint64_t factor = 2;
    while (x.left % factor != 0)
      ++factor;
    x.left = factor;
    out.sign(x);
    send(lead, std::move(x));
  }

  player lead;
  inlet in_box;
  outlet out;
};

/// Leads a ring: makes its members, sends the token round and a number to be
/// factorised, ends all members, and begins anew.
class lead_role : public hop_role {
public:
  using hop_role::on;

  lead_role(arena& in, std::uint32_t place, const settings& how)
    : hop_role(in, place, place + member_count, how),
      factors(in, place + ring_size - 1, place),
      answers(place + ring_size - 1, 1), lives(how.pattern->sample_every) {
    for (std::uint32_t i = 1; i <= member_count; ++i)
      members.emplace_back(in, place + i, place + i - 1, how);
  }
  void on(const round_begins& x) {
    lives.begin(x);
    live();
  }
  void on(load& x) {
    if (x.sender != factors_place()) {
      if (take(x))
        return pass(std::move(x));
      return end_members();
    }
    answers.take(x);
    seat_.note();
    answered_ = true;
    end_life();
  }
  void on(source_ends) { // from a member: the token has made its hops
    end_members();
  }
  void on(const credit&) {
    --lives_now_;
    end_life();
  }

  factor_role factors;
  std::deque<member_role> members;
  inlet answers;
  turn lives;
  player me;
  player factoring; ///< the actor of `factors`

private:
  [[nodiscard]] std::uint32_t factors_place() const {
    return factors.out.sender();
  }
  void live() {
    std::int64_t ignored = 0;
    if (lives.take(in_, ignored) != turn::next::begins)
      return in_.leave();
    next = me;
    for (auto i = members.rbegin(); i != members.rend(); ++i) {
      i->lead = me;
      i->next = next;
      next = spawn_role<caf::linked>(*self_, *i);
      actors_.push_back(next);
    }
    lives_now_ = member_count;
    answered_ = ending_ = false;
    auto question = out.next(0);
    question.left = composite;
    send(factoring, std::move(question));
    send_first(hops_of_a_life);
  }
  void end_members() {
    ending_ = true;
    for (const auto& x : actors_)
      send(x, source_ends{});
    actors_.clear();
  }
  void end_life() {
    if (answered_ && ending_ && lives_now_ == 0)
      live();
  }

  std::vector<player> actors_;
  std::uint32_t lives_now_ = 0;
  bool ending_ = false;
  bool answered_ = false;
};

class mixed : public pattern {
public:
  mixed(caf::actor_system& system, arena& in, const settings& how) {
    for (std::uint32_t i = 0; i < how.actors; i += ring_size) {
      auto& x = leads_.emplace_back(in, i, how);
      x.me = spawn_role(system, x);
      x.factors.lead = x.me;
      x.factoring = spawn_role(system, x.factors);
      keep_source(x.me);
      keep(x.factoring);
    }
  }
  std::uint64_t operations() const override {
    std::uint64_t result = 0;
    for (const auto& x : leads_)
      result += x.lives.total();
    return result;
  }
  void add_to(ledger& to) const override {
    for (const auto& x : leads_) {
      add(x, to);
      x.answers.add_to(to);
      x.factors.in_box.add_to(to);
      x.factors.out.add_to(to);
      for (const auto& m : x.members)
        add(m, to);
    }
  }

private:
  static void add(const hop_role& x, ledger& to) {
    x.in_box.add_to(to);
    x.out.add_to(to);
  }

  std::deque<lead_role> leads_;
};

} // namespace

std::unique_ptr<pattern> make_ring(const scene& on) {
  return std::make_unique<ring>(on.system, on.in, on.how);
}

std::unique_ptr<pattern> make_mixed(const scene& on) {
  return std::make_unique<mixed>(on.system, on.in, on.how);
}

} // namespace tutti::stress
