// SPDX-License-Identifier: BSD-3-Clause
// A hub, gateways and agents in virtual time, on a simulated network, around an
// orchestrator that decides nothing: a test says what it sends and looks at
// what it hears. Nodes have machines whose processes take their time.
#pragma once

#include "actors/agent/agent.hpp"
#include "runtime/cluster/gateway.hpp"
#include "runtime/cluster/hub.hpp"
#include "runtime/play/cluster/simulated_net.hpp"
#include "runtime/play/plan_builder.hpp"
#include "runtime/play/surroundings.hpp"
#include "tests/support/actor_stage.hpp"
#include "tests/support/stage_clock.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tutti::test {

using play::simulated_net;
using way = play::net_way;

/// What the orchestrator has heard.
struct lead_log {
  std::vector<node_joined> joined;
  std::vector<node_lost> lost;
  std::vector<node_gone> gone;
  std::vector<late_result> late;
  std::vector<attempt_started> started;
  std::vector<attempt_finished> finished;
  std::vector<task_returned> returned;
  std::vector<handoff_accepted> accepted;
  std::vector<make_requests> requests;
  std::vector<agent_left> left;
  /// The hub is told that what it handed over is durable, at once.
  bool is_durable = true;
  std::vector<std::pair<link_mark, hub_actor>> marks; ///< where it is not
  std::function<void(const node_joined&)> on_joined;
};

inline orchestrator_actor::behavior_type
fake_lead(orchestrator_actor::pointer self, lead_log* log) {
  return {
      [](begin_run) {},
      [log](attempt_started x) {
        log->started.push_back(x);
      },
      [log](const attempt_finished& x) {
        log->finished.push_back(x);
      },
      [log](task_returned x) {
        log->returned.push_back(x);
      },
      [log](handoff_accepted x) {
        log->accepted.push_back(x);
      },
      [](answer_accepted) {},
      [](attempt_waits) {},
      [](wait_over) {},
      [self, log](const make_requests& x) {
        log->requests.push_back(x);
        self->send(caf::actor_cast<agent_actor>(self->current_sender()),
                   requests_made{x.call, {7}, {}});
      },
      [log](agent_left x) {
        log->left.push_back(x);
      },
      [](const service_changed&) {},
      [](const control_call&) {},
      [](facts_durable) {},
      [](const journal_stuck&) {},
      [log](const node_joined& x) {
        log->joined.push_back(x);
        if (log->on_joined)
          log->on_joined(x);
      },
      [log](const node_lost& x) {
        log->lost.push_back(x);
      },
      [log](const node_gone& x) {
        log->gone.push_back(x);
      },
      [log](const late_result& x) {
        log->late.push_back(x);
      },
      [self, log](const link_mark& x) {
        auto hub = caf::actor_cast<hub_actor>(self->current_sender());
        if (log->is_durable)
          self->send(hub, link_marked{x.node, x.number});
        else
          log->marks.emplace_back(x, hub);
      },
      [](stop_run) {},
  };
}

/// The processes of one node.
struct machine {
  struct process {
    start_process order;
    caf::strong_actor_ptr asker;
  };
  std::map<process_id, process> running;
  std::vector<std::string> started; ///< names
  std::vector<process_id> ids;      ///< of all that were started
  std::size_t killed = 0;
  duration takes{0}; ///< until a process exits by itself; 0: never
  std::function<void(const std::string&)> on_start; ///< its name
  duration kill_takes{0}; ///< until one that is killed is gone
};

struct process_due {
  process_id id = 0;
  std::int32_t code = 0;
};

} // namespace tutti::test

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::test::process_due)

namespace tutti::test {

using machine_actor = process_actor::extend<caf::reacts_to<process_due>>;

inline machine_actor::behavior_type
machine_behavior(machine_actor::pointer self, machine* on) {
  return {
      [self, on](const start_process& x) {
        on->started.push_back(x.name);
        if (on->on_start)
          on->on_start(x.name);
        on->ids.push_back(x.id);
        on->running[x.id] = {x, self->current_sender()};
        if (on->takes > duration::zero())
          self->delayed_send(self, on->takes, process_due{x.id, 0});
      },
      [](const process_input&) {},
      [](process_alive) {},
      [self, on](end_process x) {
        ++on->killed;
        self->delayed_send(self, on->kill_takes, process_due{x.id, 137});
      },
      [self, on](process_due x) {
        auto found = on->running.extract(x.id);
        if (!found)
          return;
        process_exited y;
        y.id = x.id;
        y.code = x.code;
        y.log = "/there/logs/" + found.mapped().order.name;
        self->send(caf::actor_cast<agent_actor>(found.mapped().asker),
                   std::move(y));
      },
  };
}

/// Two agents that go to nodes; `build` and `check` are of the first, which has
/// two slots, `other` is of the second.
inline plan two_agents() {
  play::plan_builder b;
  b.agent("coder", 2);
  b.agent("tester");
  b.task("build");
  b.task("check", {0});
  b.task("other");
  b[2].agents = {agent_id{1u}};
  for (auto& x : b.get().agents)
    x.runs_on = {"gpu"};
  return b.get();
}

struct cluster_world_options {
  std::uint64_t seed = 0;
  std::uint64_t counter = 1;     ///< of the epoch
  std::uint64_t incarnation = 1; ///< likewise
};

class cluster_world {
public:
  explicit cluster_world(plan p, cluster_world_options how = {})
    : stage(how.seed), net(stage_clock(stage)),
      work(std::make_shared<const plan>(std::move(p))), how_(how) {
  }

  ~cluster_world() {
    clear();
  }

  void clear() {
    log.marks.clear();
    for (auto& [name, m] : machines)
      m.running.clear();
    hub = nullptr;
    lead = nullptr;
    watcher_ = nullptr;
    store_ = nullptr;
    stand_ins.clear();
    gateways.clear();
    processes_.clear();
    stage.clear();
  }

  // -- who takes part ---------------------------------------------------------

  void start_hub(
      const std::function<void(cluster::hub_options&)>& change = nullptr) {
    lead = stage.spawn(fake_lead, &log);
    make_hub(change);
    settle();
  }

  /// The hub of `lead`, and who stands for its agents.
  void
  make_hub(const std::function<void(cluster::hub_options&)>& change = nullptr) {
    watcher_ = stage.spawn(seen_behavior, &seen);
    store_ = stage.spawn(play::simulated_store, &kept);
    cluster::hub_options mine;
    mine.work = work;
    mine.run_id = "r1";
    mine.epoch = {how_.counter, how_.incarnation};
    mine.version = "0";
    mine.orchestrator = lead;
    mine.observer = watcher_;
    mine.artifacts = store_;
    mine.open_net = net.listener();
    mine.note = [this](const std::string& x) {
      notes.push_back(x);
    };
    mine.superseded = [this](const std::string& x) {
      superseded.push_back(x);
    };
    mine.list = list;
    mine.log_path = [](const std::string&, const std::string& x) {
      return "/here/" + x.substr(x.rfind('/') + 1);
    };
    mine.spawn_local = [this](agent_id who, const orchestrator_actor& to,
                              std::uint64_t first) {
      return spawn_agent("local", who, to, first, process_of("local"), store_,
                         watcher_);
    };
    if (change)
      change(mine);
    hub = stage.spawn(cluster::hub_behavior, std::move(mine));
    stand_ins.clear();
    for (std::size_t i = 0; i < work->agents.size(); ++i)
      stand_ins.push_back(
          stage.spawn(cluster::stand_in_behavior, hub, agent_id{i}));
  }

  /// kill -9 of the orchestrator: what it knew is gone, but for what it had
  /// made durable.
  void kill_hub() {
    net.kill_hub();
    caf::anon_send_exit(hub, caf::exit_reason::kill);
    caf::anon_send_exit(lead, caf::exit_reason::kill);
    for (const auto& x : stand_ins)
      caf::anon_send_exit(x, caf::exit_reason::kill);
    stand_ins.clear();
    hub = nullptr;
    lead = nullptr;
    log.marks.clear();
    machines["local"].running.clear();
    settle();
    ++how_.counter;
    ++how_.incarnation;
  }

  void start_node(
      const std::string& name,
      const std::function<void(cluster::gateway_options&)>& change = nullptr) {
    cluster::gateway_options mine;
    mine.name = name;
    mine.version = "0";
    mine.incarnation = ++incarnations_;
    mine.slots = 4;
    mine.directory = "/there";
    mine.host = "hub";
    mine.port = 1;
    mine.open_net = net.node(name);
    mine.begin_run = [this, name](const cluster::node_run& run,
                                  const file_link_actor& files) {
      ++runs_begun[name];
      runs[name] = run;
      file_links[name] = caf::actor_cast<caf::weak_actor_ptr>(files);
      cluster::node_parts result;
      result.processes = process_of(name);
      return result;
    };
    mine.spawn_agent = [this, name](const cluster::node_run&,
                                    const cluster::seat_options& x) {
      return spawn_agent(name, x.who.agent, x.orchestrator, x.first_id,
                         x.processes, x.artifacts, x.observer);
    };
    mine.end_run = [this, name] {
      ++runs_ended[name];
    };
    mine.done = [this, name](const cluster::gateway_end& x) {
      ends[name] = x;
    };
    mine.note = [this, name](const std::string& x) {
      notes.push_back(name + ": " + x);
    };
    if (change)
      change(mine);
    gateways[name] = stage.spawn(cluster::gateway_behavior, std::move(mine));
    settle();
  }

  /// kill -9 of a node; its supervisor ends its processes.
  void kill_node(const std::string& name) {
    net.kill(name);
    caf::anon_send_exit(gateways[name], caf::exit_reason::kill);
    gateways.erase(name);
    machines[name].running.clear();
    settle();
  }

  // -- what the orchestrator says ---------------------------------------------

  template <class Message>
  void say(agent_id to, Message x) {
    caf::send_as(lead, stand_ins[to.value], std::move(x));
  }
  void place(agent_id who, const std::string& node, std::uint32_t placing) {
    say(who, place_agent{who, node, placing, false});
  }
  void assign(agent_id who, std::uint32_t task, std::uint32_t attempt,
              std::uint32_t rank = 0) {
    assign_task x;
    x.task = task_id{task};
    x.attempt = attempt;
    x.rank = rank;
    say(who, x);
  }
  void hand(agent_id who, std::uint32_t from, std::uint32_t to,
            std::uint32_t version) {
    handoff x;
    x.from = task_id{from};
    x.to = task_id{to};
    x.version = version;
    say(who, x);
  }

  // -- time -------------------------------------------------------------------

  /// All that happens at this instant.
  void settle() {
    run_for(duration::zero());
  }
  void run_for(duration span) {
    auto end = stage.now() + span;
    stage.settle();
    while (stage.next_due() && *stage.next_due() <= end) {
      static_cast<void>(stage.next_timer());
      stage.settle();
    }
    stage.pass(end - stage.now());
    stage.settle();
  }
  /// False: it has not come true within that time.
  bool run_until(const std::function<bool()>& true_now, duration most) {
    auto end = stage.now() + most;
    settle();
    while (!true_now()) {
      if (!stage.next_due() || *stage.next_due() > end)
        return false;
      static_cast<void>(stage.next_timer());
      settle();
    }
    return true;
  }

  [[nodiscard]] bool has_joined(const std::string& name) const {
    return std::any_of(log.joined.begin(), log.joined.end(),
                       [&name](const node_joined& x) {
                         return x.node == name;
                       });
  }
  [[nodiscard]] cluster::node_presence presence(const std::string& name) const {
    for (const auto& x : list->nodes())
      if (x.name == name)
        return x.presence;
    return cluster::node_presence::left;
  }
  [[nodiscard]] bool has_note(const std::string& part) const {
    return std::any_of(notes.begin(), notes.end(), [&part](const auto& x) {
      return x.find(part) != x.npos;
    });
  }

  play::stage stage;
  simulated_net net;
  std::shared_ptr<const plan> work;
  lead_log log;
  seen_run seen;
  play::kept_store kept;
  std::shared_ptr<cluster::node_list> list =
      std::make_shared<cluster::node_list>();
  std::vector<std::string> notes;
  std::vector<std::string> superseded;
  std::map<std::string, machine> machines;
  std::map<std::string, cluster::node_run> runs;
  std::map<std::string, int> runs_begun;
  std::map<std::string, int> runs_ended;
  std::map<std::string, cluster::gateway_end> ends;
  std::map<std::string, caf::weak_actor_ptr> file_links;
  orchestrator_actor lead;
  cluster::hub_with_net hub;
  std::vector<placed_agent_actor> stand_ins;
  std::map<std::string, cluster::gateway_actor> gateways;

  /// An agent on the machine of the run.
  [[nodiscard]] agent_actor local_agent(agent_id who) {
    return spawn_agent("local", who, lead, 0, process_of("local"), store_,
                       watcher_);
  }
  [[nodiscard]] const observer_actor& observer() const {
    return watcher_;
  }

private:
  [[nodiscard]] process_actor process_of(const std::string& name) {
    auto& x = processes_[name];
    if (!x)
      x = stage.spawn(machine_behavior, &machines[name]);
    return x;
  }

  [[nodiscard]] agent_actor spawn_agent(const std::string& node, agent_id who,
                                        const orchestrator_actor& to,
                                        std::uint64_t first_id,
                                        const process_actor& processes,
                                        const artifact_actor& store,
                                        const observer_actor& observer) {
    agent_options mine;
    mine.id = who;
    mine.slots = work->agents[who.value].slots;
    mine.work = node == "local" ? work : runs[node].work;
    mine.orchestrator = to;
    mine.observer = observer;
    mine.processes = processes;
    mine.artifacts = store;
    mine.first_id = first_id;
    return stage.spawn(agent_behavior, std::move(mine));
  }

  cluster_world_options how_;
  observer_actor watcher_;
  artifact_actor store_;
  std::map<std::string, machine_actor> processes_;
  std::uint64_t incarnations_ = 100;
};

} // namespace tutti::test
