// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/cluster/fleet.hpp"

#include "actors/agent/outputs.hpp"
#include "runtime/cluster/seat_actors.hpp"
#include "runtime/session/run_nodes.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace tutti::play {

namespace {

/// From the seed of one stage to that of the next.
constexpr std::uint64_t stage_step = 998'244'353;

constexpr const char* version = "0";

} // namespace

/// Says who speaks.
class fleet::seat_script : public script {
public:
  seat_script(fleet& of, const machine& at, seat_key who)
    : fleet_(of), at_(at), who_(who) {
  }

  played_attempt attempt(agent_id agent, const attempt_work& x) override {
    speaking here{*this};
    return fleet_.options_.from->attempt(agent, x);
  }
  void reached(task_id task, std::uint32_t attempt,
               std::uint32_t percent) override {
    speaking here{*this};
    fleet_.options_.from->reached(task, attempt, percent);
  }
  void back(agent_id agent) override {
    speaking here{*this};
    fleet_.options_.from->back(agent);
  }
  void handed(agent_id agent, const handoff& x) override {
    speaking here{*this};
    fleet_.options_.from->handed(agent, x);
  }
  void answered(agent_id agent, const request_answer& x) override {
    speaking here{*this};
    fleet_.options_.from->answered(agent, x);
  }

private:
  struct speaking {
    explicit speaking(seat_script& x) : of(x.fleet_) {
      of.speaker_is_lost_ = !of.is_current(x.at_, x.who_);
    }
    ~speaking() {
      of.speaker_is_lost_ = false;
    }
    speaking(const speaking&) = delete;
    speaking& operator=(const speaking&) = delete;
    fleet& of;
  };

  fleet& fleet_;
  const machine& at_;
  seat_key who_;
};

struct fleet::seat {
  seat(fleet& of, const machine& at, seat_key who) : says(of, at, who) {
  }
  lever by;
  seat_script says;
};

fleet::fleet(fleet_options options)
  : options_(std::move(options)), net_(options_.clock), random_(options_.seed) {
  local_.is.name = local_node;
  for (const auto& x : options_.nodes) {
    machines_.emplace_back();
    machines_.back().is = x;
  }
}

fleet::~fleet() {
  lose_hub();
  shut();
}

// -- the machine of the run ---------------------------------------------------

std::vector<agent_actor> fleet::open_hub(hub_surroundings x) {
  engine_ = x.engine;
  local_.seats.clear();
  ++epochs_;
  cluster::hub_options mine;
  mine.work = options_.work;
  mine.run_id = "played";
  mine.epoch = {epochs_, epochs_};
  mine.version = version;
  mine.orchestrator = x.lead;
  mine.observer = x.observer;
  mine.artifacts = x.artifacts;
  mine.open_net = net_.listener();
  mine.local_labels = options_.local_labels;
  mine.kept = session::kept_places(engine_.get());
  mine.spawn_local = [this, x](agent_id who, const orchestrator_actor& to,
                               std::uint64_t first_id) {
    agent_options of_agent;
    of_agent.id = who;
    of_agent.work = options_.work;
    of_agent.orchestrator = to;
    of_agent.observer = x.observer;
    of_agent.processes = x.processes;
    of_agent.artifacts = x.artifacts;
    of_agent.first_id = first_id;
    return spawn_agent(local_, *x.on, std::move(of_agent));
  };
  hub_ = x.on->spawn(cluster::hub_behavior, std::move(mine));
  std::vector<agent_actor> result;
  for (std::size_t i = 0; i < options_.work->agents.size(); ++i)
    result.emplace_back(
        x.on->spawn(cluster::stand_in_behavior, hub_, agent_id{i}));
  return result;
}

void fleet::lose_hub() {
  net_.kill_hub();
  hub_ = nullptr;
  engine_ = nullptr;
}

void fleet::hear(const fact& x) {
  if (!hub_)
    return;
  if (x.kind == fact_kind::node_draining)
    caf::anon_send(hub_, cluster::drain_node{x.extra->who});
  else if (x.kind == fact_kind::run_ended)
    caf::anon_send(hub_, cluster::dismiss_nodes{});
}

// -- nodes --------------------------------------------------------------------

cluster::gateway_options fleet::gateway_of(machine& x) {
  cluster::gateway_options mine;
  mine.name = x.is.name;
  mine.version = version;
  mine.incarnation = ++incarnations_;
  mine.labels = x.is.labels;
  mine.slots = x.is.slots;
  mine.directory = "/played";
  mine.host = "hub";
  mine.port = 1;
  mine.open_net = net_.node(x.is.name);
  mine.begin_run = [this, &x](const cluster::node_run& run,
                              const file_link_actor&) {
    x.run = run;
    cluster::node_parts result;
    result.processes = x.processes;
    result.artifacts = x.on->spawn(simulated_store, options_.store);
    return result;
  };
  mine.spawn_agent = [this, &x](const cluster::node_run& run,
                                const cluster::seat_options& where) {
    agent_options of_agent;
    of_agent.id = where.who.agent;
    of_agent.work = run.work;
    of_agent.orchestrator = where.orchestrator;
    of_agent.observer = where.observer;
    of_agent.processes = where.processes;
    of_agent.artifacts = where.artifacts;
    of_agent.first_id = where.first_id;
    // Its work takes as much longer as it stood still.
    of_agent.clock = [&x] {
      return caf::actor_clock::time_point{x.on->now() - x.stood_still};
    };
    return spawn_agent(x, *x.on, std::move(of_agent));
  };
  mine.done = [&x](const cluster::gateway_end&) {
    x.has_ended = true;
  };
  return mine;
}

agent_actor fleet::spawn_agent(machine& at, stage& on, agent_options mine) {
  seat_key who{mine.id.value, mine.first_id};
  auto& made = at.seats[who];
  made = std::make_unique<seat>(*this, at, who);
  made->by.is_away = options_.is_away(mine.id);
  made->by.now = [&at, &on] {
    return on.now() - at.stood_still;
  };
  mine.slots = std::max(1u, options_.work->agents[mine.id.value].slots);
  mine.looked_at = outputs_looked_at(*options_.work);
  mine.make_driver = [this, id = mine.id, by = made.get()](driver_host& host) {
    return std::make_unique<simulated_driver>(id, *options_.work, by->says,
                                              by->by, host);
  };
  return on.spawn(agent_behavior, std::move(mine));
}

void fleet::start(std::size_t node) {
  auto& x = machines_[node];
  if (x.on)
    return;
  ++x.starts;
  auto seed = options_.seed == 0
                ? 0
                : options_.seed + (x.starts * 64 + node + 1) * stage_step;
  x.on = std::make_unique<stage>(seed, options_.clock.now());
  x.has_ended = false;
  x.still_until = x.stood_still = duration{0};
  x.processes = x.on->spawn(simulated_processes);
  x.gateway = x.on->spawn(cluster::gateway_behavior, gateway_of(x));
}

/// All that was on it goes at once.
void fleet::stop(machine& x) {
  if (!x.on)
    return;
  x.messages += x.on->message_count();
  x.gateway = nullptr;
  x.processes = nullptr;
  x.on->clear();
  x.on.reset();
  x.run = {};
  x.seats.clear();
  x.still_until = duration{0};
}

void fleet::lose(std::size_t node) {
  net_.kill(machines_[node].is.name);
  stop(machines_[node]);
}

/// Who was drained goes by himself.
void fleet::reap() {
  for (auto& x : machines_)
    if (x.on && std::exchange(x.has_ended, false)) {
      net_.end(x.is.name);
      stop(x);
    }
}

void fleet::freeze(std::size_t node, duration until) {
  auto& x = machines_[node];
  if (!x.on || until <= options_.clock.now())
    return;
  if (x.still_until == duration::zero())
    x.still_since = options_.clock.now();
  x.still_until = std::max(x.still_until, until);
  if (until == duration::max())
    return;
  options_.clock.at(until, [this, node, starts = x.starts] {
    auto& y = machines_[node];
    if (y.starts == starts && stands_still(node)
        && y.still_until <= options_.clock.now())
      wake(node);
  });
}

/// All that was due meanwhile is due now.
void fleet::wake(std::size_t node) {
  auto& x = machines_[node];
  if (!stands_still(node))
    return;
  auto now = options_.clock.now();
  x.stood_still += now - x.still_since;
  x.still_until = duration{0};
  x.on->pass(now - x.on->now());
}

void fleet::cut(std::size_t node, net_way way, duration until) {
  auto& x = machines_[node];
  auto& end = x.cut_until[static_cast<std::size_t>(way)];
  end = std::max(end, until);
  net_.hold(x.is.name, way);
  if (until == duration::max())
    return;
  options_.clock.at(until, [this, node, way] {
    if (machines_[node].cut_until[static_cast<std::size_t>(way)]
        <= options_.clock.now())
      heal(node, way);
  });
}

void fleet::heal(std::size_t node, net_way way) {
  machines_[node].cut_until[static_cast<std::size_t>(way)] = duration{0};
  net_.release(machines_[node].is.name, way);
}

void fleet::slow(std::size_t node, duration by) {
  machines_[node].slower += by;
  net_.slow(machines_[node].is.name, by);
}

void fleet::reset(std::size_t node) {
  net_.reset(machines_[node].is.name);
}

void fleet::mend() {
  for (std::size_t i = 0; i < machines_.size(); ++i) {
    wake(i);
    heal(i, net_way::to_hub);
    heal(i, net_way::to_node);
    slow(i, -machines_[i].slower);
  }
}

void fleet::shut() {
  for (auto& x : machines_) {
    net_.kill(x.is.name);
    stop(x);
  }
}

// -- turns --------------------------------------------------------------------

bool fleet::can_step(const machine& x) {
  if (!x.on || x.still_until > duration::zero())
    return false;
  auto due = x.on->next_due();
  return x.on->has_message() || (due && *due <= x.on->now());
}

bool fleet::has_work() const {
  return std::any_of(machines_.begin(), machines_.end(), can_step);
}

void fleet::step() {
  std::vector<machine*> able;
  for (auto& x : machines_)
    if (can_step(x))
      able.push_back(&x);
  auto& x = *able[options_.seed == 0 ? 0 : random_() % able.size()];
  if (x.on->has_message())
    x.on->step();
  else
    x.on->pass(duration{0});
  reap();
}

std::optional<duration> fleet::next() const {
  std::optional<duration> result;
  for (const auto& x : machines_)
    if (x.on && x.still_until == duration::zero())
      if (auto due = x.on->next_due(); due && (!result || *due < *result))
        result = due;
  return result;
}

void fleet::go_to(duration at) {
  for (auto& x : machines_)
    if (x.on && x.still_until == duration::zero())
      x.on->pass(at - x.on->now());
}

std::uint64_t fleet::message_count() const {
  std::uint64_t result = 0;
  for (const auto& x : machines_)
    result += x.messages + (x.on ? x.on->message_count() : 0);
  return result;
}

// -- agents on nodes ----------------------------------------------------------

bool fleet::is_current(const machine& at, seat_key who) const {
  if (!engine_)
    return false;
  auto place = engine_->places().place_of(who.first);
  return place.node != engine::placement::nowhere
      && engine_->places().nodes()[place.node].name == at.is.name
      && cluster::first_id_of(place.placing) == who.second;
}

/// While tutti is gone: in the last of its places.
lever* fleet::last_lever_of(agent_id agent) {
  lever* result = nullptr;
  std::uint64_t last = 0;
  for (auto& x : machines_)
    for (auto& [who, y] : x.seats)
      if (who.first == agent.value && who.second >= last) {
        last = who.second;
        result = &y->by;
      }
  return result;
}

lever* fleet::lever_of(agent_id agent) {
  if (!engine_)
    return last_lever_of(agent);
  auto find = [&](machine& at) -> lever* {
    for (auto& [who, x] : at.seats)
      if (who.first == agent.value && is_current(at, who))
        return &x->by;
    return nullptr;
  };
  if (auto* here = find(local_))
    return here;
  for (auto& x : machines_)
    if (auto* there = find(x))
      return there;
  return nullptr;
}

std::size_t fleet::working() const {
  std::size_t result = 0;
  auto add = [&](const machine& at) {
    for (const auto& [who, x] : at.seats)
      if (is_current(at, who))
        result += x->by.working.size();
  };
  add(local_);
  for (const auto& x : machines_)
    add(x);
  return result;
}

std::size_t fleet::working_anywhere() const {
  std::size_t result = 0;
  for (const auto& x : machines_)
    for (const auto& [who, y] : x.seats)
      result += y->by.working.size();
  return result;
}

std::size_t fleet::take_missed() {
  std::size_t result = 0;
  auto add = [&result](machine& at) {
    for (auto& [who, x] : at.seats)
      result += std::exchange(x->by.missed, 0);
  };
  add(local_);
  for (auto& x : machines_)
    add(x);
  return result;
}

/// What stands still does nothing: it is looked at once it moves again.
void fleet::check_exclusive() const {
  std::map<std::uint32_t, const machine*> at_work;
  auto look = [&](const machine& at) {
    for (const auto& [who, x] : at.seats)
      for (const auto& [task, attempt] : x->by.working) {
        const auto& t = options_.work->tasks[task];
        if (!t.exclusive)
          continue;
        auto [first, is_new] = at_work.emplace(task, &at);
        if (!is_new)
          options_.broken(fmt::format(
              "rule 6: {} is exclusive and is done on {} and {} at a time "
              "(§33)",
              t.name, first->second->is.name, at.is.name));
      }
  };
  look(local_);
  for (const auto& x : machines_)
    if (x.still_until == duration::zero())
      look(x);
}

} // namespace tutti::play
