// SPDX-License-Identifier: BSD-3-Clause
// Everything around an engine, played by hand or by a seed: agents with queues
// and slots, timers, handoffs on their way. Deterministic; checks the engine's
// invariants after each step.
#pragma once

#include "actors/orchestrator/engine/engine.hpp"
#include "actors/orchestrator/engine/invariants.hpp"
#include "messages/assert.hpp"
#include "runtime/play/engine_print.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tutti::test {

struct attempt_key {
  std::uint32_t task = 0;
  std::uint32_t attempt = 0;

  friend auto operator<=>(const attempt_key&, const attempt_key&) = default;
};

using play::fingerprint;

class engine_world {
public:
  explicit engine_world(const plan& p, engine::graph_options options = {})
    : plan_(p), engine_(engine::compile(p, options)), options_(options) {
  }

  // -- events -----------------------------------------------------------------

  void begin_run() {
    step(engine::run_begins{});
  }

  /// The agent takes the best ranked task of its queue; false: none, or no
  /// slot.
  bool begin_next(std::uint32_t agent) {
    auto& queue = queues_[agent];
    if (queue.empty() || running_of(agent) >= slots_of(agent))
      return false;
    auto key = queue.begin()->second;
    queue.erase(queue.begin());
    running[key] = agent;
    step(engine::attempt_begins{task_id{key.task}, key.attempt});
    return true;
  }

  /// All agents take what they can.
  void begin_all() {
    for (std::uint32_t a = 0; a < plan_.agents.size(); ++a)
      while (begin_next(a)) {
      }
  }

  void end(std::uint32_t task, attempt_end how = attempt_end::success,
           outputs results = {}) {
    auto i = std::find_if(running.begin(), running.end(), [&](const auto& x) {
      return x.first.task == task;
    });
    BOOST_REQUIRE_MESSAGE(i != running.end(), "task " << task << " must run");
    auto key = i->first;
    if (how == attempt_end::unkillable)
      ++quarantined_[i->second];
    running.erase(i);
    waiting_inside.erase(key);
    step(finished(key, how, std::move(results)));
  }

  static engine::attempt_ends finished(attempt_key key, attempt_end how,
                                       outputs results = {}) {
    engine::attempt_ends e;
    e.task = task_id{key.task};
    e.attempt = key.attempt;
    e.end = how;
    e.exit_code = how == attempt_end::success ? 0 : 1;
    if (!results.empty()) {
      attempt_details d;
      d.outputs = std::move(results);
      e.details = std::make_shared<const attempt_details>(std::move(d));
    }
    return e;
  }

  void stop(bool at_once = false) {
    step(engine::stop_requested{130, at_once});
  }

  /// Answers each open revoke for what is still queued.
  void give_back_all() {
    while (!revokes_.empty()) {
      auto [key, agent] = revokes_.back();
      std::erase(revokes_, std::pair{key, agent}); // once or twice
      auto& queue = queues_[agent];
      auto i = std::find_if(queue.begin(), queue.end(), [&](const auto& x) {
        return x.second == key;
      });
      if (i == queue.end())
        continue; // it has begun
      queue.erase(i);
      step(engine::attempt_given_back{task_id{key.task}, key.attempt});
    }
  }

  /// Goes to the next timer that is due; false: there is none.
  bool fire_next_timer() {
    if (timers.empty())
      return false;
    auto [at, fires] = *timers.begin();
    timers.erase(timers.begin());
    now = std::max(now, at);
    step(fires);
    return true;
  }

  /// The program is gone, and what it did in its last steps was not durable
  /// yet; it is started again (§31). Everything else that it knew is lost.
  void crash(std::size_t lost_steps = 0) {
    while (lost_steps-- > 0 && steps_.size() > 1) {
      facts.resize(steps_.back());
      steps_.pop_back();
    }
    engine_ = engine::engine{engine::compile(plan_, options_)};
    for (const auto& f : facts) {
      if (!engine_.follows(f))
        broken("a fact of the engine's own does not follow");
      engine_.fold(f);
    }
    come_back(false);
  }

  /// The program is gone, and goes on with another plan: `state` has folded
  /// `known`, and nothing else.
  void go_on_with(const plan& p, engine::engine state, std::vector<fact> known,
                  bool retry_failed = false) {
    plan_ = p;
    options_.was_changed = true;
    engine_ = std::move(state);
    facts = std::move(known);
    steps_.clear();
    come_back(retry_failed);
  }

  void step(const engine::event& e) {
    steps_.push_back(facts.size());
    engine_.decide(now, e, out);
    for (const auto& f : out.facts) {
      facts.push_back(f);
      if (f.kind == fact_kind::attempt_waits)
        waiting_inside.insert({f.subject, f.attempt});
      if (f.kind == fact_kind::attempt_goes_on)
        waiting_inside.erase({f.subject, f.attempt});
    }
    for (const auto& c : out.commands) {
      if (on_command)
        on_command(c);
      obey(c);
    }
    auto broken_rules = check_invariants(engine_);
    if (!broken_rules.empty())
      broken(broken_rules.front());
  }

  // -- queries ----------------------------------------------------------------

  [[nodiscard]] task_state state(std::uint32_t task) const {
    return engine_.task(task).state;
  }
  [[nodiscard]] gate_state gate(std::uint32_t i) const {
    return engine_.gate(i).state;
  }
  [[nodiscard]] bool runs(std::uint32_t task) const {
    return std::any_of(running.begin(), running.end(), [&](const auto& x) {
      return x.first.task == task;
    });
  }
  /// Whether an attempt of it waits in an agent's queue.
  [[nodiscard]] bool is_queued(std::uint32_t task) const {
    return std::any_of(queues_.begin(), queues_.end(), [&](const auto& queue) {
      return std::any_of(queue.second.begin(), queue.second.end(),
                         [&](const auto& x) {
                           return x.second.task == task;
                         });
    });
  }
  [[nodiscard]] const engine::engine& get() const {
    return engine_;
  }
  [[nodiscard]] std::size_t queued(std::uint32_t agent) {
    return queues_[agent].size();
  }
  /// The state that only folding the facts gives (rule 8).
  [[nodiscard]] std::string replayed() const {
    engine::engine other{engine::compile(plan_, options_)};
    for (const auto& f : facts)
      other.fold(f);
    return fingerprint(other);
  }
  [[nodiscard]] const fact* last(fact_kind kind) const {
    for (auto i = facts.rbegin(); i != facts.rend(); ++i)
      if (i->kind == kind)
        return &*i;
    return nullptr;
  }
  [[nodiscard]] std::size_t count(fact_kind kind) const {
    return static_cast<std::size_t>(
        std::count_if(facts.begin(), facts.end(), [&](const fact& f) {
          return f.kind == kind;
        }));
  }

  duration now{0};
  engine::decision out;
  std::vector<fact> facts;
  std::map<attempt_key, std::uint32_t> running; ///< → agent
  std::map<attempt_key, bool> told_to_end;      ///< → at once
  std::multimap<duration, engine::timer_fires> timers;
  std::multiset<std::pair<std::uint32_t, std::uint32_t>>
      delivered; ///< from, to: one a handoff
  std::vector<engine::reject_reason> rejects;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> answered; ///< number, to
  std::set<attempt_key> waiting_inside; ///< running, without a slot (§20)
  /// Called with the sentence of an invariant that does not hold.
  std::function<void(const std::string&)> broken = [](const std::string& x) {
    BOOST_REQUIRE_MESSAGE(false, x);
  };
  /// Called with each command before it is obeyed.
  std::function<void(const engine::command&)> on_command;
  std::vector<attempt_key> went_on;
  std::vector<attempt_key> refused_waits;
  std::vector<std::uint32_t> started_services;
  /// What ran where its agent is no more.
  std::vector<std::pair<attempt_key, std::uint32_t>> ghosts;

private:
  /// On another machine, it goes on while the program is gone.
  [[nodiscard]] bool is_elsewhere(std::uint32_t agent) const {
    const auto& name = engine_.places().node_name_of(agent);
    return !name.empty() && name != local_node;
  }

  /// All but the engine and its facts has gone, and what other nodes work on.
  void come_back(bool retry_failed) {
    queues_.clear(); // of other nodes, too: their gateways give it back
    quarantined_.clear();
    revokes_.clear();
    std::erase_if(running, [&](const auto& x) {
      return !is_elsewhere(x.second);
    });
    std::erase_if(waiting_inside, [&](const auto& x) {
      return !running.contains(x);
    });
    told_to_end.clear();
    timers.clear();
    delivered.clear();
    started_services.clear();
    step(engine::run_resumes{++session_, retry_failed});
  }

  std::uint32_t slots_of(std::uint32_t agent) {
    auto n = plan_.agents[agent].slots;
    n = n == 0 ? options_.implicit_slots : n;
    return n - std::min(n, quarantined_[agent]);
  }

  [[nodiscard]] std::uint32_t running_of(std::uint32_t agent) const {
    return static_cast<std::uint32_t>(
        std::count_if(running.begin(), running.end(), [&](const auto& x) {
          return x.second == agent && !waiting_inside.contains(x.first);
        }));
  }

  void obey(const engine::command& c) {
    using enum engine::command_kind;
    attempt_key key{c.task, c.attempt};
    switch (c.kind) {
    case assign:
      BOOST_REQUIRE(queues_[c.agent].emplace(c.other, key).second);
      break;
    case revoke:
      revokes_.emplace_back(key, c.agent);
      break;
    case end_attempt:
      told_to_end[key] = c.at_once;
      break;
    case deliver:
      delivered.insert({c.other, c.task});
      break;
    case answer:
      answered.emplace_back(c.other, c.task);
      break;
    case go_on: // its agent is never busier than its slots
      if (running_of(c.agent) > slots_of(c.agent) && slots_of(c.agent) > 0)
        broken("§20: an attempt goes on without a free slot");
      went_on.push_back(key);
      break;
    case refuse_wait:
      refused_waits.push_back(key);
      break;
    case start_service:
      started_services.push_back(c.other);
      break;
    case place:
      move(c);
      break;
    case arm_timer:
      timers.emplace(c.at, engine::timer_fires{c.timer, c.task, c.attempt});
      break;
    case end_run:
      break;
    case reject:
      rejects.push_back(c.reason);
      break;
    }
  }

  /// An agent is new where it is placed; what it had begun elsewhere goes on
  /// there, unseen.
  void move(const engine::command& c) {
    if (c.at_once)
      return;
    queues_[c.agent].clear();
    quarantined_.erase(c.agent);
    std::erase_if(revokes_, [&](const auto& x) {
      return x.second == c.agent;
    });
    std::erase_if(running, [&](const auto& x) {
      if (x.second != c.agent)
        return false;
      ghosts.emplace_back(x);
      waiting_inside.erase(x.first);
      told_to_end.erase(x.first);
      return true;
    });
  }

  plan plan_;
  engine::engine engine_;
  engine::graph_options options_;
  std::map<std::uint32_t, std::map<std::uint32_t, attempt_key>> queues_;
  std::map<std::uint32_t, std::uint32_t> quarantined_;
  std::vector<std::pair<attempt_key, std::uint32_t>> revokes_;
  std::vector<std::size_t> steps_; ///< how many facts there were before each
  std::uint32_t session_ = 1;
};

} // namespace tutti::test
