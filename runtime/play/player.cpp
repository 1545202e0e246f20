// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/player.hpp"

#include "actors/orchestrator/engine/invariants.hpp"
#include "runtime/play/deeds.hpp"
#include "runtime/play/expectations.hpp"
#include "runtime/play/rules.hpp"
#include "runtime/play/run_watch.hpp"
#include "runtime/play/scenario_script.hpp"
#include "runtime/play/world.hpp"
#include "runtime/report/format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace tutti::play {

namespace {

using config::moment;
using config::moment_kind;

/// In larger plans not every step of the engine is looked at as a whole.
constexpr std::size_t looked_at_whole_max = 200;

constexpr auto never = duration::max();

/// After a resume messages may be late for so long.
constexpr duration resume_takes = std::chrono::seconds(5);

engine::graph_options graph_of(const config::scenario& story) {
  engine::graph_options result;
  result.implicit_slots = local_slots;
  // A run that is to end waiting does not wait for people for ever.
  for (const auto& x : story.end)
    if (x.kind == config::expectation_kind::run && x.run == run_status::waiting)
      result.no_wait = true;
  if (!story.machines.empty()) {
    result.placement = true;
    result.nodes_may_join = true;
    result.local_labels = story.machines.front().labels;
  }
  return result;
}

/// By agent: what it is sent may be late at any time.
std::vector<bool> far_agents(const config::scenario& story) {
  auto result = wired_agents(story);
  for (std::size_t i = 0; i < result.size() && !story.machines.empty(); ++i)
    result[i] = result[i] || !story.work->agents[i].runs_on.empty();
  return result;
}

/// Nodes are asked every few seconds whether they live: where nobody has said
/// anything else for so long, nobody will.
constexpr duration silence_max = std::chrono::hours(24 * 7);

class player {
public:
  player(const config::scenario& story, const play_options& how)
    : story_(story), how_(how), graph_(graph_of(story)),
      watch_(story.work, graph_, story.nodes), rules_(*story.work, rules_for()),
      script_(story, events()),
      world_(options()), view_{story_, watch_, duration{0}, true,
                               [this](agent_id x) {
                                 return is_up(x);
                               }} {
    result_.seed = how.seed;
  }

  play_result play() {
    world_.begin();
    while (passed() && go_on()) {
    }
    if (passed() && !result_.interrupted)
      look_at_end();
    result_.facts = watch_.facts();
    result_.messages = world_.message_count();
    result_.end = watch_.end();
    return std::move(result_);
  }

private:
  // -- what is told -----------------------------------------------------------

  script_events events() {
    script_events result;
    result.reached = [this](task_id task, std::uint32_t attempt,
                            std::uint32_t percent) {
      watch_.on(happening{world_.now(), moment_kind::percent, task.value,
                          attempt, percent});
    };
    result.back = [this](agent_id x) {
      watch_.on(happening{world_.now(), moment_kind::back, x.value, 0, 0});
    };
    // Of those who were given up nobody knows.
    result.begins = [this](agent_id agent, const attempt_work& x) {
      if (!world_.speaker_is_lost())
        rules_.begins(agent, x, world_.now(), false);
    };
    result.handed = [this](agent_id agent, const handoff& x) {
      if (!world_.speaker_is_lost())
        rules_.handed(agent, x);
    };
    result.answered = [this](agent_id agent, const request_answer& x) {
      if (!world_.speaker_is_lost())
        rules_.answered(agent, x);
    };
    return result;
  }

  /// The judge of the ten rules, which knows nothing of the engine.
  rules_options rules_for() {
    rules_options result;
    result.implicit_slots = local_slots;
    result.wired = far_agents(story_);
    result.broken = [this](std::string text) {
      fail(config::span::none(), std::move(text));
    };
    return result;
  }

  world_options options() {
    world_options result;
    result.work = story_.work;
    result.from = &script_;
    result.seed = how_.seed;
    result.graph = graph_;
    result.wired = wired_agents(story_);
    result.nodes = fleet_of(story_);
    result.broken = [this](std::string text) {
      fail(config::span::none(), std::move(text));
    };
    result.wall_start = story_.clock.count();
    result.on_fact = [this](const fact& x) {
      watch_.on(x);
      if (how_.on_fact)
        how_.on_fact(x);
    };
    result.on_forgotten = [this](std::size_t count) {
      watch_.rewind(count);
    };
    result.on_told = [this] {
      if (passed())
        look_at_forbidden(false);
    };
    result.on_durable = [this](const fact& x) {
      rules_.on(x);
    };
    result.on_resumed = [this] {
      rules_.resumed();
      rules_.disturbed(world_.now() + resume_takes);
    };
    result.on_progress = how_.on_progress;
    result.on_step = [this](const engine::engine& e) {
      look_at_rules(e);
    };
    return result;
  }

  [[nodiscard]] bool is_up(agent_id x) const {
    return world_.is_up() && !world_.is_away(x);
  }

  // -- turns ------------------------------------------------------------------

  /// Not asked at each message, of which there are millions.
  bool goes_on() {
    constexpr std::uint32_t pause = 1024;
    if (how_.goes_on && asked_++ % pause == 0 && !how_.goes_on())
      result_.interrupted = true;
    return !result_.interrupted;
  }

  /// One instant, or the way to the next one; false: all is told.
  bool go_on() {
    settle();
    if (!passed() || result_.interrupted)
      return false;
    look_at_forbidden(true);
    if (!passed())
      return false;
    if (step_ < story_.timeline.size() && comes_now(current().at)) {
      take_step();
      return passed();
    }
    bool told = step_ == story_.timeline.size();
    if (told && world_.over() && world_.is_up())
      return false;
    return pass(told);
  }

  void settle() {
    view_.now = world_.now();
    while (passed() && goes_on() && world_.step()) {
    }
    for (const auto& x : world_.take_replies())
      if (!x.ok)
        fail(deed_at_, fmt::format("it was refused: {}", x.text));
    if (world_.take_missed() > 0)
      fail(deed_at_, "the attempt had ended already; its end is under way");
  }

  /// When something comes next; `never` where nothing does.
  [[nodiscard]] duration next(bool told) const {
    auto result = never;
    // A run that is gone comes back.
    if (!world_.over() || !world_.is_up())
      result = world_.next().value_or(never);
    if (!told)
      result = std::min(result, due_of(current().at).value_or(never));
    return result;
  }

  bool pass(bool told) {
    auto at = next(told);
    if (!told && current().within && at > last_step_ + *current().within) {
      fail(current().where,
           fmt::format("this did not come within {} of the step before it, "
                       "by {}",
                       report::format_duration(*current().within),
                       text_at(last_step_ + *current().within)));
      return false;
    }
    if (at == never || is_silent(told))
      return stand_still(told);
    if (at > play_time_max) {
      fail(told ? story_.where : current().where,
           "this takes more than a hundred years: it is not played on");
      return false;
    }
    if (how_.before) {
      how_.before(at);
      asked_ = 0; // much may have happened meanwhile
    }
    // Nobody waits once the run has ended.
    if (!world_.over())
      watch_.pass(at, world_.is_up(), view_.is_up);
    world_.go_to(at);
    return true;
  }

  /// Nothing is said but that all nodes live.
  [[nodiscard]] bool is_silent(bool told) {
    if (world_.nodes() == nullptr || world_.working() > 0
        || (!told && due_of(current().at)))
      return false;
    const auto& all = watch_.facts();
    auto last = all.empty() ? duration{0} : all.back().at;
    return world_.now() > std::max(last, last_step_) + silence_max;
  }

  bool stand_still(bool told) {
    if (!told)
      return fail(current().where,
                  world_.over()
                      ? fmt::format("this never came: the run ended at {}",
                                    text_at(watch_.end()->at))
                      : "this never comes: " + waiting_text()),
             false;
    fail(story_.where, "the run never ends: " + waiting_text());
    return false;
  }

  /// Rule 7: what a run that stands still waits for.
  [[nodiscard]] std::string waiting_text() const {
    std::string result = "nothing happens any more";
    const auto& p = *story_.work;
    const auto& state = watch_.state();
    for (std::uint32_t i = 0; i < p.gates.size(); ++i)
      if (state.gate(i).state == gate_state::asked)
        result += fmt::format("; gate {} asks for approval", p.gates[i].name);
    for (std::uint32_t i = 0; i < p.tasks.size(); ++i)
      if (!is_terminal(state.task(i).state)
          && p.tasks[i].kind != task_kind::requests)
        result += fmt::format("; {} is {}", p.tasks[i].name,
                              to_string(state.task(i).state));
    return result;
  }

  // -- the timeline -----------------------------------------------------------

  [[nodiscard]] const config::scripted_step& current() const {
    return story_.timeline[step_];
  }

  /// When a moment of the clock is; none: it is another kind.
  [[nodiscard]] std::optional<duration> due_of(const moment& x) const {
    if (x.kind == moment_kind::clock)
      return x.span;
    if (x.kind == moment_kind::later)
      return std::min(last_step_, play_time_max) + x.span;
    return std::nullopt;
  }

  bool comes_now(const moment& x) {
    if (auto due = due_of(x)) {
      if (*due < last_step_) {
        fail(current().where,
             fmt::format("this is before the step in front of it, which was "
                         "at {}",
                         text_at(last_step_)));
        return true;
      }
      return *due == world_.now();
    }
    auto& from = seen_[{x.kind, x.subject, x.attempt, x.percent}];
    const auto& all = watch_.happenings();
    for (; from < all.size(); ++from) {
      const auto& y = all[from];
      bool fits = y.kind == x.kind && y.at >= last_step_
               && (y.subject == x.subject || x.kind == moment_kind::answered)
               && (x.attempt == 0 || y.attempt == x.attempt)
               && (x.kind != moment_kind::percent || y.percent == x.percent);
      if (fits)
        return ++from, true;
    }
    return false;
  }

  void take_step() {
    if (!passed())
      return;
    const auto& x = current();
    last_step_ = world_.now();
    ++step_;
    for (const auto& d : x.deeds) {
      deed_at_ = d.where;
      if (auto wrong = deeds_.run(d); !wrong.empty())
        return fail(d.where, wrong);
      settle();
    }
    deed_at_ = story_.where;
    for (const auto& e : x.expects)
      look_at(e);
  }

  void look_at(const config::expectation& x) {
    view_.now = world_.now();
    view_.runs = world_.is_up();
    if (auto is = mismatch(x, view_))
      fail(x.where, fmt::format("{}; {}", wanted(x, story_), *is));
  }

  /// At the end of an instant all is looked at; while things happen, what is
  /// not about anybody's idleness: messages to him may be under way.
  void look_at_forbidden(bool at_rest) {
    view_.now = world_.now();
    view_.runs = world_.is_up();
    for (const auto& x : story_.never) {
      if (!at_rest && is_about_idleness(x))
        continue;
      bool is = std::all_of(x.all.begin(), x.all.end(), [this](const auto& y) {
        return !mismatch(y, view_);
      });
      if (is)
        return fail(x.where, "this is never to be, and it is");
    }
  }

  static bool is_about_idleness(const config::forbidden& x) {
    using config::expectation_kind;
    return std::any_of(x.all.begin(), x.all.end(), [](const auto& y) {
      return y.kind == expectation_kind::idle_while_ready
          || y.kind == expectation_kind::working;
    });
  }

  void look_at_end() {
    for (const auto& x : engine::check_invariants(world_.engine()))
      fail(config::span::none(), x);
    if (auto end = watch_.end(); end
                                 && (end->status == run_status::succeeded
                                     || end->status == run_status::failed))
      rules_.at_end(world_.working());
    for (const auto& x : story_.end)
      look_at(x);
    for (auto where : deeds_.unused())
      fail(where, "no such handoff came any more: nothing befell it");
  }

  // -- rules ------------------------------------------------------------------

  void look_at_rules(const engine::engine& e) {
    auto nodes = e.plan_graph().node_count();
    if (nodes > looked_at_whole_max
        && ++unlooked_ * looked_at_whole_max < nodes)
      return;
    unlooked_ = 0;
    for (const auto& x : engine::check_invariants(e))
      fail(config::span::none(), x);
  }

  [[nodiscard]] bool passed() const {
    return result_.failures.empty();
  }
  void fail(config::span where, std::string text) {
    result_.failures.push_back({where, world_.now(), std::move(text)});
  }
  [[nodiscard]] std::string text_at(duration at) const {
    return moment_text(story_, at);
  }

  const config::scenario& story_;
  const play_options& how_;
  engine::graph_options graph_;
  run_watch watch_;
  rules rules_;
  scenario_script script_;
  world world_;
  view view_;
  deeds deeds_{story_, world_, watch_, rules_};
  play_result result_;
  std::size_t step_ = 0;
  duration last_step_{0};
  config::span deed_at_ = config::span::none();
  std::size_t unlooked_ = 0;
  std::uint32_t asked_ = 0; ///< how often it was to be asked whether to go on
  /// How far a moment has been looked for.
  std::map<std::tuple<moment_kind, std::uint32_t, std::uint32_t, std::uint32_t>,
           std::size_t>
      seen_;
};

} // namespace

play_result play_scenario(const config::scenario& story,
                          const play_options& options) {
  return player{story, options}.play();
}

} // namespace tutti::play
