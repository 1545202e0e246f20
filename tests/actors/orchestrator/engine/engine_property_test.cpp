// SPDX-License-Identifier: BSD-3-Clause
// The rules of the design on random plans and random events, against the naive
// oracle, and on all graphs of up to four tasks. The seed is in the message.
//
//   rule 1  a begun task's needs hold              (oracle, at each begin)
//   rule 2  nothing runnable is unassigned         (invariant I5, each step)
//   rule 6  stale results change nothing           (fingerprint)
//   rule 7  every run ends, or says what it waits for
//   rule 8  same events, same decisions; replayed facts, same state (§29)
#include "tests/support/engine_world.hpp"
#include "tests/support/naive_oracle.hpp"
#include "tests/support/random_team.hpp"
#include "tests/support/seeds.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

using namespace tutti;
using namespace tutti::test;

namespace {

/// Plays one run of a plan by a seed and checks every step of it.
class random_run {
public:
  random_run(plan p, std::uint64_t seed, bool disturb)
    : plan_(std::move(p)), seed_(seed), dice_(seed), disturb_(disturb),
      world_(plan_, {dice_.one_in(4) ? 1 + dice_.roll(3)
                                     : engine::graph_options::no_jobs_limit,
                     1}) {
    known_.resize(plan_.tasks.size());
  }

  void play() {
    world_.begin_run();
    look();
    for (int steps = 0; !world_.get().over(); ++steps) {
      BOOST_REQUIRE_MESSAGE(steps < 2000, at("rule 7: the run does not end"));
      move();
      look();
    }
    BOOST_REQUIRE_MESSAGE(world_.running.empty(),
                          at("rule 7: the run ended while a task ran"));
    BOOST_REQUIRE_MESSAGE(world_.replayed() == fingerprint(world_.get()),
                          at("rule 8: replayed facts give another state:\n")
                              + world_.replayed() + "live:\n"
                              + fingerprint(world_.get()));
    check_status();
  }

  [[nodiscard]] std::string trace() const {
    std::string result = decided_;
    for (const auto& f : world_.facts)
      result += fmt::format("{} {} {} {}\n", to_string(f.kind), f.subject,
                            f.attempt, f.agent);
    return result;
  }

private:
  [[nodiscard]] std::string at(std::string_view what) const {
    return fmt::format("{} (seed {}, disturbed {})", what, seed_, disturb_);
  }

  void move() {
    if (disturb_ && disturbance())
      return;
    for (int tries = 0; tries < 4; ++tries) {
      auto agent = dice_.roll(static_cast<std::uint32_t>(plan_.agents.size()));
      if (dice_.one_in(2) && begin(agent))
        return;
      if (!world_.running.empty() && dice_.one_in(2))
        return end_one();
    }
    for (std::uint32_t a = 0; a < plan_.agents.size(); ++a)
      if (begin(a))
        return;
    if (!world_.running.empty())
      return end_one();
    world_.give_back_all();
    if (!world_.get().over())
      world_.fire_next_timer();
  }

  bool begin(std::uint32_t agent) {
    auto before = world_.running;
    if (!world_.begin_next(agent))
      return false;
    for (const auto& [key, who] : world_.running)
      if (!before.contains(key))
        BOOST_REQUIRE_MESSAGE(
            stopped_ || oracle().allows(key.task, task_state::running)
                || world_.get().task(key.task).is_ending,
            at(fmt::format("rule 1: task {} began too early", key.task)));
    return true;
  }

  void end_one() {
    auto i = world_.running.begin();
    std::advance(i,
                 dice_.roll(static_cast<std::uint32_t>(world_.running.size())));
    auto key = i->first;
    static constexpr attempt_end ends[] = {
        attempt_end::success,     attempt_end::success, attempt_end::success,
        attempt_end::failure,     attempt_end::failure, attempt_end::timed_out,
        attempt_end::system_error};
    auto how = ends[dice_.roll(7)];
    if (dice_.one_in(60))
      how = attempt_end::unkillable;
    outputs results;
    if (dice_.one_in(2))
      results = {{"go", make_text("true")}};
    world_.end(key.task, how, std::move(results));
    ended_.push_back(key);
  }

  /// Stale results, stops, cancels, timers out of order, give-backs.
  bool disturbance() {
    switch (dice_.roll(16)) {
    case 0:
      if (ended_.empty())
        return false;
      return stale_result();
    case 1:
      if (dice_.one_in(4)) {
        world_.stop(dice_.one_in(3));
        stopped_ = true;
      }
      return true;
    case 2:
      if (dice_.one_in(3))
        world_.step(engine::cancel_requested{task_id{
            dice_.roll(static_cast<std::uint32_t>(plan_.tasks.size()))}});
      return true;
    case 3:
      world_.give_back_all();
      return true;
    case 4:
      return world_.fire_next_timer();
    default:
      return false;
    }
  }

  bool stale_result() {
    auto key = ended_[dice_.roll(static_cast<std::uint32_t>(ended_.size()))];
    auto late = world_.get().counts().late;
    auto strip = [](std::string x) {
      return x.substr(0, x.rfind('\n', x.size() - 2));
    };
    auto before = strip(fingerprint(world_.get()));
    world_.step(engine_world::finished(key, attempt_end::success));
    BOOST_REQUIRE_MESSAGE(before == strip(fingerprint(world_.get())),
                          at("rule 6: a stale result changed the state"));
    BOOST_REQUIRE_MESSAGE(world_.get().over()
                              || world_.get().counts().late == late + 1,
                          at("rule 6: a stale result was not recorded"));
    return true;
  }

  naive_oracle oracle() {
    for (std::uint32_t i = 0; i < known_.size(); ++i) {
      const auto& t = world_.get().task(i);
      auto& k = known_[i];
      k.actual = t.state;
      k.ever_started = t.ever_started;
      bool by_attempt = t.ever_started || t.state == task_state::cancelled;
      k.result =
          is_terminal(t.state) && by_attempt ? t.state : task_state::waiting;
      k.condition = condition_of(i);
    }
    return naive_oracle{plan_, known_};
  }

  bool condition_of(std::uint32_t i) {
    const auto& t = plan_.tasks[i];
    if (t.condition.empty())
      return true;
    auto details = world_.get().details_of(t.condition.nodes[0].task.value);
    return details != nullptr;
  }

  /// After a stop or a fail-fast nothing but `finally` starts anew, and a stop
  /// makes no failure of what it ends.
  void look_at_facts() {
    for (const auto& f : world_.out.facts) {
      decided_ +=
          fmt::format("{} {} {}\n", to_string(f.kind), f.subject, f.attempt);
      if (f.subject >= plan_.tasks.size() || plan_.tasks[f.subject].is_finally)
        continue;
      if (f.kind == fact_kind::task_assigned)
        BOOST_REQUIRE_MESSAGE(!stopped_ && !failed_fast_,
                              at("§9, §26: a task starts after the stop"));
      if (f.kind == fact_kind::attempt_finished && stopped_)
        BOOST_REQUIRE_MESSAGE(f.end == attempt_end::success
                                  || f.end == attempt_end::unkillable
                                  || f.state == task_state::ready
                                  || f.state == task_state::cancelled
                                  || f.state == task_state::timed_out,
                              at("§26: the stop made a failure"));
    }
    for (const auto& c : world_.out.commands)
      decided_ +=
          fmt::format("{} {} {} {}\n", int(c.kind), c.task, c.attempt, c.other);
    failed_fast_ =
        failed_fast_ || (plan_.fail_fast && world_.get().counts().failed > 0);
  }

  void look() {
    look_at_facts();
    if (stopped_)
      return; // §26 overrides what the oracle knows
    auto expected = oracle();
    for (std::uint32_t i = 0; i < plan_.tasks.size(); ++i)
      BOOST_REQUIRE_MESSAGE(
          expected.allows(i, world_.state(i)),
          at(fmt::format("task {} is {}", i, to_string(world_.state(i))))
              + describe());
    for (std::uint32_t i = 0; i < plan_.gates.size(); ++i)
      BOOST_REQUIRE_MESSAGE(
          expected.gate(i) == world_.gate(i),
          at(fmt::format("gate {} is {}", i, to_string(world_.gate(i)))));
  }

  [[nodiscard]] std::string describe() const {
    std::string result = "\n";
    for (const auto& t : plan_.tasks) {
      result += t.name + (t.allow_failure ? " allowed" : "")
              + (t.is_finally ? " finally" : "")
              + (t.condition.empty() ? "" : " if") + ":";
      for (const auto& n : t.needs)
        result +=
            fmt::format(" {}={}", name_of(plan_, n.of), to_string(n.condition));
      for (const auto& x : t.after)
        result += fmt::format(" after={}", name_of(plan_, x));
      result += "\n";
    }
    for (const auto& p : plan_.phases)
      result += fmt::format("{} has {} tasks\n", p.name, p.tasks.size());
    for (const auto& g : plan_.gates) {
      result += g.name + (g.blocks_all ? " all" : "") + ":";
      for (const auto& n : g.needs)
        result +=
            fmt::format(" {}={}", name_of(plan_, n.of), to_string(n.condition));
      for (const auto& x : g.blocks)
        result += fmt::format(" blocks={}", name_of(plan_, x));
      result += "\n";
    }
    return result + fingerprint(world_.get()) + trace();
  }

  void check_status() {
    const auto* end = world_.last(fact_kind::run_ended);
    bool all = world_.get().counts().unfinished == 0;
    if (!stopped_)
      BOOST_REQUIRE_MESSAGE(all || end->status == run_status::waiting,
                            at("rule 7: tasks are left and the run says no"));
    if (all)
      BOOST_REQUIRE_MESSAGE(end->status == run_status::succeeded
                                || end->status == run_status::failed,
                            at("§27: all tasks ended, the status says not"));
  }

  plan plan_;
  std::uint64_t seed_;
  dice dice_;
  bool disturb_;
  engine_world world_;
  std::vector<known_task> known_;
  std::vector<attempt_key> ended_;
  std::string decided_;
  bool stopped_ = false;
  bool failed_fast_ = false;
};

plan plan_of(std::uint64_t seed) {
  dice d{seed};
  return random_plan(d);
}

} // namespace

BOOST_AUTO_TEST_SUITE(engine_property)

BOOST_AUTO_TEST_CASE(random_plans_follow_the_oracle) {
  for (std::uint64_t seed = 1; seed <= case_count(1000, 20000); ++seed)
    random_run{plan_of(seed), seed, false}.play();
}

BOOST_AUTO_TEST_CASE(disturbed_random_plans_keep_the_rules) {
  for (std::uint64_t seed = 1; seed <= case_count(1000, 20000); ++seed)
    random_run{plan_of(seed), seed, true}.play();
}

BOOST_AUTO_TEST_CASE(the_same_events_give_the_same_decisions) { // rule 8
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    random_run a{plan_of(seed), seed, true};
    random_run b{plan_of(seed), seed, true};
    a.play();
    b.play();
    BOOST_REQUIRE_MESSAGE(a.trace() == b.trace(), "seed " << seed);
  }
}

/// Every directed acyclic graph of up to four tasks, with each kind of edge
/// between each pair, each played by a seed (four in the long
/// suite).
BOOST_AUTO_TEST_CASE(all_graphs_of_up_to_four_tasks) {
  for (std::uint32_t n = 1; n <= 4; ++n) {
    auto pairs = n * (n - 1) / 2;
    // 0: no edge, 1: succeeded, 2: failed, 3: completed, 4: started, 5: after
    std::uint64_t kinds = n == 4 ? 5 : 6; // `after` stands with `completed`
    std::uint64_t graphs = 1;
    for (std::uint32_t i = 0; i < pairs; ++i)
      graphs *= kinds;
    for (std::uint64_t code = 0; code < graphs; ++code) {
      plan_builder b;
      b.agent("worker", 2);
      auto rest = code;
      for (std::uint32_t i = 0; i < n; ++i) {
        auto t = b.task("t" + std::to_string(i));
        for (std::uint32_t from = 0; from < i; ++from) {
          auto kind = rest % kinds;
          rest /= kinds;
          if (kind == 5)
            b[t].after.push_back({node_kind::task, from});
          else if (kind > 0)
            b[t].needs.push_back(
                on_task(from, static_cast<need_condition>(kind - 1)));
        }
      }
      for (std::uint64_t seed = 1; seed <= case_count(1, 4); ++seed)
        random_run{b.get(), seed * 7919 + code, false}.play();
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
