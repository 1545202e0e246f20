// SPDX-License-Identifier: BSD-3-Clause
// One random plan with everything of §10–§23, played with random events: first
// chaos, in which every rule that can be looked at holds at every step, then
// peace, in which every plan comes to its end.
#pragma once

#include "tests/support/late_events.hpp"
#include "tests/support/play_text.hpp"
#include "tests/support/random_nodes.hpp"
#include "tests/support/random_stimuli.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>

namespace tutti::test {

/// A rule does not hold: first the sentence, then the plan and the facts.
class broken_rule : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

class random_play : protected random_stimuli {
public:
  /// With `crashes` the program is gone every now and then, and resumed. With
  /// `nodes` agents are on nodes, which come and go.
  explicit random_play(std::uint64_t seed, std::uint32_t tasks_max = 12,
                       bool crashes = false, bool nodes = false)
    : random_stimuli(seed, tasks_max, nodes), seed_(seed),
      crash_dice_(seed + 1), crashes_(crashes) {
    if (nodes)
      nodes_.emplace(seed, plan_, world_);
    world_.broken = [this](const std::string& what) {
      fail(what);
    };
    world_.on_command = [this](const engine::command& c) {
      check_command(c);
    };
  }

  virtual ~random_play() = default;
  void play() {
    world_.begin_run();
    if (nodes_)
      nodes_->begin();
    for (std::size_t i = 0; i < 100 + 5 * plan_.tasks.size() && !over(); ++i) {
      crash_perhaps();
      if (nodes_ && nodes_->befall()) {
        forget_handed();
        continue;
      }
      chaos();
    }
    for (int i = 0; !over() || goes_on(); ++i) {
      require(i < 5000, "rule 7: the run does not end");
      crash_perhaps();
      peace();
    }
    require(world_.running.empty(), "rule 7: the run ended while a task ran");
    if (world_.replayed() != fingerprint(world_.get()))
      fail("rule 8: replayed facts give another state\n" + difference());
    check_end();
    for (int i = 0; i < 5; ++i)
      disturb();
  }

  [[nodiscard]] std::string trace() const {
    return trace_of(world_);
  }
  /// All that was durable, in order.
  [[nodiscard]] const std::vector<fact>& facts() const {
    return world_.facts;
  }
  [[nodiscard]] const plan& played() const {
    return plan_;
  }
  [[nodiscard]] const engine::engine& state() const {
    return world_.get();
  }

protected:
  [[noreturn]] void fail(std::string_view what) const {
    throw broken_rule{fmt::format("{} (seed {})\n{}{}", what, seed_,
                                  describe(plan_, world_), trace_of(world_))};
  }
  void require(bool holds, std::string_view what) const {
    if (!holds)
      fail(what);
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

  void crash_perhaps() {
    if (crashes_ && crash_dice_.one_in(40))
      crash(crash_dice_.one_in(2) ? crash_dice_.roll(4) : 0);
  }

  /// What had ended before stands (rule 4), unless its end was not durable.
  virtual void crash(std::size_t lost_steps) {
    handed_.clear(); // their receivers go
    world_.crash(lost_steps);
    if (nodes_)
      nodes_->resumed(lost_steps > 0);
    auto known = world_.facts;
    for (const auto& f : known) {
      if (over() || f.kind != fact_kind::handoff_accepted)
        continue;
      world_.step(engine::handoff_arrives{task_id{f.cause}, task_id{f.subject},
                                          f.version});
      require(world_.out.facts.empty(),
              "rule 3: a handoff is accepted again after a resume");
    }
  }

  /// A run that was stopped, or waits for somebody, is resumed.
  bool goes_on() {
    const auto* end = world_.last(fact_kind::run_ended);
    if (!crashes_ || resumes_left_ == 0 || end->status != run_status::stopped)
      return false;
    --resumes_left_;
    auto ended = results();
    crash(0);
    require(!over() || results() == ended, "rule 4: a result is lost");
    return !over();
  }

  [[nodiscard]] std::size_t results() const {
    return static_cast<std::size_t>(std::count_if(
        world_.facts.begin(), world_.facts.end(), [](const fact& f) {
          return f.kind == fact_kind::attempt_finished
              && f.end == attempt_end::success;
        }));
  }

  void chaos() {
    world_.now += duration{dice_.roll(300)};
    if (dice_.one_in(6))
      disturb();
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

  /// Who was placed anew is given all anew.
  void forget_handed() {
    for (auto agent : nodes_->take_moved())
      std::erase_if(handed_, [agent](const auto& x) {
        return std::get<2>(x.first) == agent;
      });
  }

  /// All is answered, nothing fails any more.
  void peace() {
    world_.now += duration{dice_.roll(300)};
    world_.give_back_all();
    if (nodes_ && !over()) {
      nodes_->heal();
      forget_handed();
    }
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
    auto refuse = [&](std::string_view verb, node_ref before) {
      fail(fmt::format("rule 1: {} {} before {}", p.name, verb,
                       name_of(plan_, before)));
    };
    if (t.state == task_state::integrating) {
      // Made again by rework or a retry, it may be under way once more.
      if (!p.integrate_each)
        for (const auto& n : p.needs_later)
          if (n.of.kind == node_kind::task && !ended(n.of.index)
              && !has_ended(world_.facts, n.of.index))
            refuse("integrates", n.of);
      return;
    }
    if (t.ever_started && t.attempt > 1)
      return; // a retry keeps what its first attempt had
    for (const auto& n : p.needs) {
      if (n.of.kind == node_kind::task && n.condition != need_condition::started
          && !ended(n.of.index))
        refuse("begins", n.of);
      if (n.of.kind == node_kind::gate
          && n.condition == need_condition::succeeded
          && world_.gate(n.of.index) != gate_state::open)
        refuse("begins", n.of);
    }
  }

  // -- what each command must keep --------------------------------------------

  void check_command(const engine::command& c) {
    if (nodes_ && c.kind == engine::command_kind::place) {
      nodes_->move(c);
      forget_handed();
    }
    if (nodes_ && c.kind == engine::command_kind::assign)
      if (auto wrong = nodes_->look_at(c); !wrong.empty())
        fail(wrong);
    if (c.kind == engine::command_kind::deliver)
      take_handoff(c);
    else if (c.kind == engine::command_kind::assign)
      check_assignment(c);
  }

  /// Rule 3: the receiver takes each version of a handoff once; what is sent
  /// stands, and goes where its task is worked on.
  void take_handoff(const engine::command& c) {
    const auto& from = world_.get().task(c.other);
    bool of_stream = plan_.tasks[c.task].kind == task_kind::after_each;
    require(is_terminal(from.state) && (of_stream || !from.doubted),
            "rule 3: a result that does not stand is handed on");
    const auto& agents = plan_.tasks[c.task].agents;
    require(std::find(agents.begin(), agents.end(), agent_id{c.agent})
                != agents.end(),
            "rule 3: a handoff goes to who does not work on its task");
    auto& version = handed_[{c.other, c.task, c.agent}];
    require(version <= from.version, "rule 3: an old version is handed on");
    // Where there is a choice of agents, or a person retries, what is there
    // already may come again: the receiver drops it.
    bool once = world_.get().plan_graph().has_rework && agents.size() == 1;
    require(version < from.version || !once, "rule 3: a handoff is sent twice");
    version = from.version;
  }

  /// Rule 6: no other attempt of the task is at an agent. Rule 3: all that it
  /// needs and that carries data has arrived before it.
  void check_assignment(const engine::command& c) {
    require(!world_.runs(c.task) && !world_.is_queued(c.task),
            "rule 6: two attempts of a task are at agents");
    const auto& g = world_.get().plan_graph();
    for (auto e : g.into(c.task)) {
      if (!e.carries_data())
        continue;
      if (g.is_task(e.target()))
        check_handed(c, e.target(), e.kind());
      else
        for (auto m : g.into(e.target()))
          check_handed(c, m.target(), e.kind());
    }
  }

  void check_handed(const engine::command& c, std::uint32_t from,
                    engine::edge_kind kind) {
    const auto& t = world_.get().task(c.task);
    const auto& p = world_.get().task(from);
    // What failed short of what is needed later hands nothing on (§11).
    bool stands =
        is_terminal(p.state) && !p.doubted && p.ever_started
        && engine::is_met(world_.get(), {from, kind, false, false}, c.task);
    if (!stands || world_.get().stopping())
      return;
    // Who has begun keeps what it was given, and be it nothing (§18).
    bool fresh = c.phase == work_phase::run && !t.begun_version;
    auto i = handed_.find({from, c.task, c.agent});
    auto has = i == handed_.end() ? 0 : i->second;
    bool enough = has == p.version || (!fresh && p.version > 1);
    if (!enough && (fresh || kind == engine::edge_kind::later))
      fail(fmt::format("rule 3: {} of {} has not been given v{} of {}", c.task,
                       to_string(c.phase), p.version, from));
  }

  // -- events that must change nothing ----------------------------------------

  /// Whatever comes late, twice or from nowhere is refused and changes nothing.
  void disturb() {
    auto e = late_events{dice_, plan_, world_, handed_}.draw();
    if (!e)
      return;
    auto state = [this] { // without the count of late results, at its end
      auto text = fingerprint(world_.get());
      return text.substr(0, text.rfind("late"));
    };
    auto before = state();
    auto late = world_.get().counts().late;
    auto known = world_.facts.size();
    world_.step(*e);
    std::size_t told = world_.facts.size() - known;
    bool is_late = std::holds_alternative<engine::attempt_ends>(*e) && !over();
    auto what = std::to_string(e->index());
    require(world_.get().counts().late - late == (is_late ? 1 : 0),
            "rule 6: a late result is not counted, event " + what);
    auto after = state();
    require(after == before, "an event that is late changes the state, event "
                                 + what + "\n" + before + "\nto\n" + after);
    bool may_tell = std::holds_alternative<engine::handoff_arrives>(*e)
                 || std::holds_alternative<engine::answer_arrives>(*e)
                 || std::holds_alternative<engine::requests_arrive>(*e);
    require(told == 0 || is_late || may_tell,
            "an event that is late has facts, event " + what);
    if (over())
      require(world_.rejects.back() == engine::reject_reason::run_is_over,
              "an event after the end is not refused");
  }

  void check_end() {
    const auto& e = world_.get();
    const auto* end = world_.last(fact_kind::run_ended);
    require(e.counts().doubted == 0 || e.stopping(),
            "§18: the run ended with results in question");
    require(e.stopping() || e.counts().unfinished == 0
                || end->status == run_status::waiting,
            "rule 7: tasks are left and the run says no");
    // It may wait only for what cannot come by itself: slots that were lost.
    require(end->status != run_status::waiting,
            "rule 7: nothing was lost, and it waits");
  }

  std::uint64_t seed_;
  dice crash_dice_; ///< of its own: plays without crashes stay what they were
  bool crashes_;
  handed_versions handed_;
  int resumes_left_ = 2;
  std::optional<random_nodes> nodes_;
};

} // namespace tutti::test
