// SPDX-License-Identifier: BSD-3-Clause
// How many actors a second are made, get a message, answer it, and end; and
// what each takes in memory while it lives.
#include "runtime/stress/pattern.hpp"
#include "runtime/stress/patterns.hpp"
#include "runtime/stress/role.hpp"

#include <caf/send.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace tutti::stress {

namespace {

/// How many are made before the first of them has answered.
constexpr std::uint64_t unanswered_max = 1024;

/// Answers with what it gets, and says when it ends.
using newcomer =
    caf::typed_actor<caf::reacts_to<load>, caf::reacts_to<source_ends>>;

newcomer::behavior_type newcomer_behavior(newcomer::pointer self,
                                          const player& maker) {
  return {
      [self, maker](load& x) {
        self->send(maker, std::move(x));
      },
      [self, maker](source_ends) {
        self->send(maker, credit{});
        self->quit();
      },
  };
}

class maker_role : public role {
public:
  using role::on;

  maker_role(arena& in, const settings& how)
    : role(in, 0), in_box(0, 1), out(0, how.payload_bytes),
      now(how.pattern->sample_every), most_(how.actors), watch_(in) {
    alive_.reserve(most_);
  }
  void on(const round_begins& x) {
    now.begin(x);
    over_ = false;
    begin_cycle();
  }
  void on(load& x) {
    in_box.take(x);
    seat_.note();
    watch_.lap(x.begun_ns);
    ++answered_;
    make();
  }
  void on(const credit&) {
    if (++gone_ < alive_.size())
      return;
    alive_.clear();
    begin_cycle();
  }

  inlet in_box;
  outlet out;
  turn now;
  player me;
  double bytes_each = 0; ///< of the first time that all were alive

private:
  void begin_cycle() {
    answered_ = gone_ = 0;
    if (bytes_each == 0)
      before_ = resident_bytes();
    make();
  }
  void make() {
    while (!over_ && alive_.size() < most_
           && alive_.size() - answered_ < unanswered_max) {
      std::int64_t begun_ns = 0;
      if (now.take(in_, begun_ns) != turn::next::begins) {
        over_ = true;
        break;
      }
      alive_.push_back(self_->spawn(newcomer_behavior, me));
      self_->send(alive_.back(), out.next(begun_ns));
    }
    if (answered_ == alive_.size() && (over_ || answered_ == most_))
      all_live();
  }
  void all_live() {
    watch_.flush();
    if (alive_.empty())
      return in_.leave();
    if (bytes_each == 0) {
      auto grown =
          static_cast<double>(resident_bytes()) - static_cast<double>(before_);
      bytes_each = std::max(grown, 0.0) / static_cast<double>(alive_.size());
    }
    for (const auto& x : alive_)
      self_->send(x, source_ends{});
  }

  std::size_t most_;
  stopwatch watch_;
  std::vector<newcomer> alive_;
  std::size_t answered_ = 0;
  std::size_t gone_ = 0;
  std::size_t before_ = 0;
  bool over_ = false;
};

class create : public pattern {
public:
  create(caf::actor_system& system, arena& in, const settings& how)
    : maker_(in, how) {
    maker_.me = spawn_role(system, maker_);
    keep_source(maker_.me);
  }
  std::uint64_t operations() const override {
    return maker_.now.total();
  }
  void add_to(ledger& to) const override {
    maker_.in_box.add_to(to);
    maker_.out.add_to(to);
  }
  void add_to(std::vector<figure>& to) const override {
    to.push_back({"bytes_per_actor", maker_.bytes_each,
                  fmt::format("{:.0f} bytes of memory for each actor alive, "
                              "its handle included",
                              maker_.bytes_each)});
  }

private:
  maker_role maker_;
};

} // namespace

std::unique_ptr<pattern> make_create(const scene& on) {
  return std::make_unique<create>(on.system, on.in, on.how);
}

} // namespace tutti::stress
