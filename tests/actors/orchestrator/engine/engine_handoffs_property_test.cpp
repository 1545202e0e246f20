// SPDX-License-Identifier: BSD-3-Clause
// The rules of the design on random plans with all of §10–§23 and random
// events: first chaos, in which every rule that can be looked at holds at every
// step, then peace, in which every plan comes to its end. The seed is in the
// message.
//
//   rule 1  who begins has its needs; who integrates has what it needs later
//   rule 2  nothing runnable is unassigned (invariant I5, each step)
//   rule 6  one attempt of a task is current
//   rule 7  every run ends
//   rule 8  same events, same decisions; replayed facts, same state
#include "tests/support/engine_world.hpp"
#include "tests/support/random_team.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <set>
#include <sstream>

using namespace tutti;
using namespace tutti::test;

namespace {

class random_play {
public:
  explicit random_play(std::uint64_t seed)
    : seed_(seed), dice_(seed), plan_(random_team{dice_}.make()),
      world_(plan_, {dice_.one_in(4) ? 1 + dice_.roll(3)
                                     : engine::graph_options::no_jobs_limit,
                     1, false}) {
    world_.describe = [this] {
      return at("");
    };
  }

  void play() {
    world_.begin_run();
    for (int i = 0; i < 150 && !over(); ++i)
      chaos();
    for (int i = 0; !over(); ++i) {
      BOOST_REQUIRE_MESSAGE(i < 5000, at("rule 7: the run does not end"));
      peace();
    }
    BOOST_REQUIRE_MESSAGE(world_.running.empty(),
                          at("rule 7: the run ended while a task ran"));
    BOOST_REQUIRE_MESSAGE(world_.replayed() == fingerprint(world_.get()),
                          difference()
                              + at("rule 8: replayed facts give another "
                                   "state"));
    check_end();
  }

  [[nodiscard]] std::string trace() const {
    std::string result;
    for (const auto& f : world_.facts)
      result += fmt::format("{} {} {} {} v{}\n", to_string(f.kind), f.subject,
                            f.attempt, f.agent, f.version);
    return result;
  }

private:
  [[nodiscard]] std::string at(std::string_view what) const {
    return fmt::format("{} (seed {})\n{}{}", what, seed_, describe(), trace());
  }
  [[nodiscard]] bool over() const {
    return world_.get().over();
  }

  /// The lines in which the live and the replayed state differ.
  [[nodiscard]] std::string difference() const {
    std::istringstream live{fingerprint(world_.get())};
    std::istringstream replayed{world_.replayed()};
    std::string result;
    std::string a;
    std::string b;
    while (std::getline(live, a) && std::getline(replayed, b))
      if (a != b)
        result += "live " + a + ", replayed " + b + "\n";
    return result;
  }

  [[nodiscard]] std::string describe() const {
    std::string result;
    for (std::size_t i = 0; i < plan_.tasks.size(); ++i) {
      const auto& t = plan_.tasks[i];
      result += fmt::format(
          "{} {} kind {}{}{}{} state {}:", i, t.name, int(t.kind),
          t.integrate.present ? " int" : "", t.integrate_each ? " each" : "",
          t.allow_failure ? " allowed" : "", to_string(world_.state(i)));
      for (const auto& n : t.needs)
        result +=
            fmt::format(" {}={}", name_of(plan_, n.of), to_string(n.condition));
      for (const auto& n : t.needs_later)
        result += fmt::format(" later={}", name_of(plan_, n.of));
      for (auto x : t.after_each)
        result += fmt::format(" each={}", x.value);
      for (const auto& x : t.after)
        result += fmt::format(" after={}", name_of(plan_, x));
      result += "\n";
    }
    for (std::size_t i = 0; i < plan_.gates.size(); ++i) {
      const auto& g = plan_.gates[i];
      result +=
          fmt::format("gate {} {} {} approval {} human {} min {} rework {} "
                      "rounds {} exhausted {}:",
                      i, g.name, to_string(world_.gate(i)), g.approval.present,
                      g.approval.human, g.approval.min, g.rework.present,
                      g.rework.max_rounds, int(g.rework.on_exhausted));
      for (const auto& n : g.needs)
        result +=
            fmt::format(" {}={}", name_of(plan_, n.of), to_string(n.condition));
      result += "\n";
    }
    return result;
  }

  std::uint32_t some_task() {
    return dice_.roll(static_cast<std::uint32_t>(plan_.tasks.size()));
  }

  attempt_key some_running() {
    auto i = world_.running.begin();
    std::advance(i,
                 dice_.roll(static_cast<std::uint32_t>(world_.running.size())));
    return i->first;
  }

  void chaos() {
    switch (dice_.roll(24)) {
    case 0:
      return world_.step(engine::cancel_requested{task_id{some_task()}});
    case 1:
      return world_.step(engine::retry_requested{task_id{some_task()}});
    case 2:
      return world_.step(engine::pause_requested{task_id{some_task()}});
    case 3:
      return world_.step(engine::resume_requested{task_id{some_task()}});
    case 4:
      return say(dice_.one_in(4));
    case 5:
    case 6:
      return ask();
    case 7:
      return begin_wait();
    case 8:
      return end_wait();
    case 9:
      return change_service();
    case 10:
      world_.give_back_all();
      return;
    case 11:
      world_.fire_next_timer();
      return;
    case 12:
      if (dice_.one_in(30))
        world_.stop(dice_.one_in(3));
      return;
    case 13:
    case 14:
    case 15:
    case 16:
      if (!world_.running.empty())
        end_one(false);
      return;
    default:
      begin(dice_.roll(static_cast<std::uint32_t>(plan_.agents.size())));
    }
  }

  /// All is answered, nothing fails any more.
  void peace() {
    world_.give_back_all();
    for (std::uint32_t i = 0; i < plan_.tasks.size() && !over(); ++i)
      if (world_.get().task(i).paused)
        world_.step(engine::resume_requested{task_id{i}});
    for (std::uint32_t a = 0; a < plan_.agents.size() && !over(); ++a)
      while (!over() && begin(a)) {
      }
    if (over())
      return;
    for (const auto& [key, agent] : std::map{world_.running})
      if (world_.waiting_inside.contains(key) && !over())
        world_.step(engine::wait_ends{task_id{key.task}, key.attempt});
    if (!over() && has_workers())
      return end_one(true);
    if (!over())
      change_service();
    if (!over())
      say(true);
    if (!over())
      world_.fire_next_timer();
  }

  [[nodiscard]] bool has_workers() const {
    return std::any_of(world_.running.begin(), world_.running.end(),
                       [this](const auto& x) {
                         return !world_.waiting_inside.contains(x.first);
                       });
  }

  bool begin(std::uint32_t agent) {
    auto before = world_.running;
    if (!world_.begin_next(agent))
      return false;
    for (const auto& [key, who] : world_.running)
      if (!before.contains(key))
        check_begin(key.task);
    return true;
  }

  /// Rule 1, read off the plan.
  void check_begin(std::uint32_t x) {
    const auto& t = world_.get().task(x);
    // Asked back too late: it is made again if what it is made of changes.
    if (t.is_ending || t.doubted || world_.get().stopping())
      return;
    const auto& p = plan_.tasks[x];
    auto ended = [&](std::uint32_t i) {
      return is_terminal(world_.state(i));
    };
    if (t.state == task_state::integrating) {
      // Made again by rework or a retry, it may be under way once more.
      if (!p.integrate_each && !t.doubted)
        for (const auto& n : p.needs_later)
          BOOST_REQUIRE_MESSAGE(
              n.of.kind != node_kind::task || ended(n.of.index)
                  || world_.get().task(n.of.index).attempt > 1,
              at(fmt::format("rule 1: {} integrates before {}", p.name,
                             name_of(plan_, n.of))));
      return;
    }
    if (t.ever_started && t.attempt > 1)
      return; // a retry keeps what its first attempt had
    for (const auto& n : p.needs) {
      if (n.of.kind == node_kind::task
          && n.condition != need_condition::started)
        BOOST_REQUIRE_MESSAGE(ended(n.of.index),
                              at(fmt::format("rule 1: {} begins before {}",
                                             p.name, name_of(plan_, n.of))));
      if (n.of.kind == node_kind::gate
          && n.condition == need_condition::succeeded)
        BOOST_REQUIRE_MESSAGE(world_.gate(n.of.index) == gate_state::open,
                              at(fmt::format("rule 1: {} begins before {}",
                                             p.name, name_of(plan_, n.of))));
    }
  }

  void end_one(bool well) {
    auto key = some_running();
    while (well && world_.waiting_inside.contains(key))
      key = some_running();
    static constexpr attempt_end ends[] = {
        attempt_end::success,   attempt_end::success,     attempt_end::success,
        attempt_end::success,   attempt_end::failure,     attempt_end::failure,
        attempt_end::timed_out, attempt_end::system_error};
    auto how = well ? attempt_end::success : ends[dice_.roll(8)];
    outputs results;
    if (dice_.one_in(2))
      results = {{"go", make_text(dice_.one_in(2) ? "true" : "yes")}};
    if (plan_.tasks[key.task].kind == task_kind::review)
      results = review(key.task, well);
    world_.end(key.task, how, std::move(results));
  }

  outputs review(std::uint32_t task, bool well) {
    static constexpr const char* words[] = {"approved", "changes-requested",
                                            "rejected", "nonsense"};
    outputs result;
    const auto& g = plan_.gates[plan_.tasks[task].review_of.value];
    if (g.rework.present && dice_.one_in(2)) {
      auto to =
          g.rework
              .to[dice_.roll(static_cast<std::uint32_t>(g.rework.to.size()))];
      result.push_back({"to", make_text(plan_.tasks[to.value].name)});
    }
    result.push_back({"verdict", make_text(words[well ? 0 : dice_.roll(4)])});
    return result;
  }

  void say(bool well) {
    if (plan_.gates.empty())
      return;
    engine::verdict_arrives e;
    auto first = dice_.roll(static_cast<std::uint32_t>(plan_.gates.size()));
    for (std::uint32_t k = 0; k < plan_.gates.size() && !over(); ++k) {
      auto i = (first + k) % static_cast<std::uint32_t>(plan_.gates.size());
      e.gate = gate_id{i};
      e.who = fmt::format("person{}", dice_.roll(3));
      e.from_run = !well && dice_.one_in(5);
      e.verdict =
          well ? verdict::approved : static_cast<verdict>(dice_.roll(3));
      const auto& g = plan_.gates[i];
      e.to.clear();
      if (e.verdict == verdict::changes_requested && g.rework.present)
        e.to = {g.rework.to[dice_.roll(
            static_cast<std::uint32_t>(g.rework.to.size()))]};
      world_.step(e);
      if (!well)
        return;
    }
  }

  void ask() {
    if (world_.running.empty())
      return;
    auto key = some_running();
    engine::requests_arrive e;
    e.task = task_id{key.task};
    e.attempt = key.attempt;
    e.to = dice_.one_in(10) ? "nobody"
                            : plan_
                                  .agents[dice_.roll(static_cast<std::uint32_t>(
                                      plan_.agents.size()))]
                                  .name;
    for (auto n = 1 + dice_.roll(3); n > 0; --n)
      e.texts.push_back(fmt::format("text{}", dice_.roll(4)));
    e.key = dice_.one_in(3) ? "k" : "";
    e.awaited = !dice_.one_in(3);
    world_.step(e);
  }

  void begin_wait() {
    if (world_.running.empty())
      return;
    auto key = some_running();
    if (!world_.waiting_inside.contains(key))
      world_.step(engine::wait_begins{task_id{key.task}, key.attempt});
  }

  void end_wait() {
    if (world_.waiting_inside.empty())
      return;
    auto key = *world_.waiting_inside.begin();
    world_.step(engine::wait_ends{task_id{key.task}, key.attempt});
  }

  void change_service() {
    if (world_.started_services.empty())
      return;
    engine::service_changes e;
    auto started = static_cast<std::uint32_t>(world_.started_services.size());
    e.service = service_id{world_.started_services[dice_.roll(started)]};
    e.state = dice_.one_in(6) ? service_state::failed : service_state::ready;
    world_.step(e);
  }

  void check_end() {
    const auto& e = world_.get();
    const auto* end = world_.last(fact_kind::run_ended);
    BOOST_REQUIRE_MESSAGE(e.counts().doubted == 0 || e.stopping(),
                          at("§18: the run ended with results in question"));
    if (!e.stopping())
      BOOST_REQUIRE_MESSAGE(e.counts().unfinished == 0
                                || end->status == run_status::waiting,
                            at("rule 7: tasks are left and the run says no"));
    if (end->status == run_status::waiting)
      check_waits();
  }

  /// A run that ends waiting waits for something that cannot come by itself:
  /// here only for slots that were lost.
  void check_waits() {
    BOOST_REQUIRE_MESSAGE(false, at("rule 7: nothing was lost, and it waits"));
  }

  std::uint64_t seed_;
  dice dice_;
  plan plan_;
  engine_world world_;
};

/// So many plays by default, so many in the long suite.
std::uint64_t plays(std::uint64_t few, std::uint64_t many) {
  return std::getenv("TUTTI_TEST_LONG") != nullptr ? many : few;
}

} // namespace

BOOST_AUTO_TEST_SUITE(engine_handoffs_property)

BOOST_AUTO_TEST_CASE(random_teams_keep_the_rules_and_come_to_an_end) {
  for (std::uint64_t seed = 1; seed <= plays(1500, 50000); ++seed)
    random_play{seed}.play();
}

BOOST_AUTO_TEST_CASE(the_same_events_give_the_same_decisions) { // rule 8
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    random_play a{seed};
    random_play b{seed};
    a.play();
    b.play();
    BOOST_REQUIRE_MESSAGE(a.trace() == b.trace(), "seed " << seed);
  }
}

BOOST_AUTO_TEST_SUITE_END()
