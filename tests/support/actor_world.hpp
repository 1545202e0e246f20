// SPDX-License-Identifier: BSD-3-Clause
// The real orchestrator, agents and observer in virtual time, with fake
// processes.
#pragma once

#include "actors/agent/agent.hpp"
#include "actors/observer/observer.hpp"
#include "actors/orchestrator/orchestrator.hpp"
#include "tests/support/actor_stage.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tutti::test {

/// What the fake supervisor was asked, and who asked.
struct fake_processes {
  struct entry {
    start_process order;
    agent_actor asker;
  };
  std::vector<entry> running;
  std::vector<start_process> started;
  std::vector<end_process> told_to_end;
  std::vector<process_input> inputs;
  std::vector<process_alive> alive;
};

inline process_actor::behavior_type
fake_process_behavior(process_actor::pointer self, fake_processes* log) {
  return {
      [log](const process_input& x) {
        log->inputs.push_back(x);
      },
      [log](process_alive x) {
        log->alive.push_back(x);
      },
      [self, log](const start_process& x) {
        log->started.push_back(x);
        log->running.push_back(
            {x, caf::actor_cast<agent_actor>(self->current_sender())});
      },
      [log](end_process x) {
        log->told_to_end.push_back(x);
      },
  };
}

/// A disk that makes durable what a test says, when it says so.
struct fake_journal {
  std::vector<fact> facts;
  std::uint64_t last = 0;
};

inline journal_actor::behavior_type
fake_journal_behavior(journal_actor::pointer, fake_journal* log) {
  return {
      [log](append_facts& x) {
        log->facts.insert(log->facts.end(), x.facts.begin(), x.facts.end());
        log->last = x.last;
      },
  };
}

/// Asks the orchestrator, and keeps the reply.
using asking_actor = control_actor::extend<caf::reacts_to<control_call>>;

inline asking_actor::behavior_type
asking_behavior(asking_actor::pointer self, const orchestrator_actor& lead,
                control_reply* reply) {
  return {
      [reply](const control_reply& x) {
        *reply = x;
      },
      [self, lead](const control_call& x) {
        self->send(lead, x);
      },
  };
}

struct world_options {
  std::uint64_t seed = 1;
  bool has_journal = false; ///< `journal` and `make_durable` are of use
  std::vector<fact> before; ///< of a run that is resumed: its journal
  duration elapsed{0};
  std::function<std::int64_t()> wall_clock = {};
  time_source clock = {};
  bool writes_behind = false;
};

class actor_world {
public:
  explicit actor_world(plan p, std::uint64_t seed)
    : actor_world(std::move(p),
                  world_options{seed, false, {}, {}, {}, {}, false}) {
  }

  explicit actor_world(plan p, world_options how = {}) : stage_(how.seed) {
    auto work = std::make_shared<const plan>(std::move(p));
    plan_ = work;
    auto viewer = stage_.spawn(seen_behavior, &seen);
    auto watcher =
        stage_.spawn(observer_behavior, std::vector<viewer_actor>{viewer});
    auto host = stage_.spawn(fake_process_behavior, &processes);
    orchestrator_options options;
    options.work = work;
    options.observer = watcher;
    options.spawn_agents = [this, work, watcher, host,
                            clock = how.clock](const orchestrator_actor& to) {
      for (std::size_t i = 0; i < work->agents.size(); ++i) {
        agent_options mine;
        mine.id = agent_id{i};
        mine.slots = work->agents[i].slots;
        mine.work = work;
        mine.orchestrator = to;
        mine.reports = caf::actor_cast<report_actor>(to);
        mine.observer = watcher;
        mine.processes = host;
        mine.clock = clock;
        agents.push_back(stage_.spawn(agent_behavior, std::move(mine)));
      }
      return agents;
    };
    options.takes_batches = [](agent_id) {
      return true;
    };
    options.writes_behind = how.writes_behind;
    if (how.has_journal)
      options.journal = stage_.spawn(fake_journal_behavior, &journal);
    options.clock = how.clock;
    options.elapsed = how.elapsed;
    options.wall_clock = how.wall_clock;
    if (!how.before.empty()) {
      options.engine = std::make_shared<engine::engine>(
          engine::compile(*work, options.graph));
      for (const auto& f : how.before)
        options.engine->fold(f);
      options.first = engine::run_resumes{2, false};
      options.journaled = how.before.size();
    }
    lead = stage_.spawn(orchestrator_behavior, std::move(options));
    settle();
  }

  /// All that the journal was given.
  void make_durable() {
    make_durable(journal.last);
  }
  void make_durable(std::uint64_t last) {
    caf::anon_send(lead, facts_durable{last});
    settle();
  }

  ~actor_world() {
    lead = nullptr;
    agents.clear();
    processes.running.clear();
    stage_.clear();
  }

  actor_world(const actor_world&) = delete;
  actor_world& operator=(const actor_world&) = delete;

  /// Runs all messages there are, one at a time, in an order drawn by the seed.
  void settle() {
    stage_.settle();
  }

  void begin() {
    caf::anon_send(lead, begin_run{});
    settle();
  }

  void advance(duration span) {
    stage_.advance(span);
  }

  [[nodiscard]] bool runs(const std::string& name) const {
    return std::any_of(processes.running.begin(), processes.running.end(),
                       [&](const auto& x) {
                         return x.order.name.starts_with(name + ".");
                       });
  }

  /// The fake process of a task exits.
  void exit(const std::string& name, std::int32_t code = 0,
            std::string output = {}) {
    auto i = std::find_if(processes.running.begin(), processes.running.end(),
                          [&](const auto& x) {
                            return x.order.name.starts_with(name + ".");
                          });
    BOOST_REQUIRE_MESSAGE(i != processes.running.end(), name << " must run");
    process_exited x;
    x.id = i->order.id;
    x.code = code;
    x.output = std::move(output);
    auto asker = i->asker;
    processes.running.erase(i);
    caf::anon_send(asker, std::move(x));
    settle();
  }

  /// What a command about a task is told; nothing where the reply is held.
  control_reply ask(control_kind kind, const std::string& task) {
    const auto& tasks = plan_->tasks;
    auto at = std::find_if(tasks.begin(), tasks.end(), [&](const auto& x) {
      return x.name == task;
    });
    control_call call;
    call.kind = kind;
    call.subject = {node_kind::task,
                    static_cast<std::uint32_t>(at - tasks.begin())};
    control_reply reply;
    auto asker = stage_.spawn(asking_behavior, lead, &reply);
    caf::anon_send(asker, std::move(call));
    settle();
    return reply;
  }

  /// How many messages wait for their time.
  [[nodiscard]] std::size_t timers() {
    return stage_.timers();
  }

  [[nodiscard]] std::size_t count(fact_kind kind) const {
    return static_cast<std::size_t>(
        std::count_if(seen.facts.begin(), seen.facts.end(), [&](const fact& f) {
          return f.kind == kind;
        }));
  }

  [[nodiscard]] const fact& ended() const {
    BOOST_REQUIRE(!seen.facts.empty());
    auto i =
        std::find_if(seen.facts.begin(), seen.facts.end(), [](const fact& f) {
          return f.kind == fact_kind::run_ended;
        });
    BOOST_REQUIRE(i != seen.facts.end());
    return *i;
  }

  fake_processes processes;
  seen_run seen;
  fake_journal journal;
  orchestrator_actor lead;
  std::vector<agent_actor> agents;

private:
  std::shared_ptr<const plan> plan_;
  actor_stage stage_;
};

} // namespace tutti::test
