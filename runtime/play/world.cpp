// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/world.hpp"

#include "actors/agent/outputs.hpp"
#include "actors/observer/observer.hpp"
#include "actors/orchestrator/orchestrator.hpp"
#include "actors/service/service.hpp"
#include "runtime/play/engine_print.hpp"

#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <sstream>
#include <utility>

namespace tutti::play {

namespace {

/// How the journal says that it is full, as the real one does.
constexpr std::int32_t stopped_code = 6;

/// From the seed of one session to that of the next.
constexpr std::uint64_t session_step = 1'000'000'007;

struct viewer_hooks {
  std::function<void(const run_facts&)> hear;
  std::function<void(const task_progress&)> progress;
};

viewer_actor::behavior_type viewer(viewer_actor::pointer,
                                   const viewer_hooks& hooks) {
  return {
      [hooks](const run_facts& x) {
        hooks.hear(x);
      },
      [hooks](const task_progress& x) {
        hooks.progress(x);
      },
  };
}

/// Hears nothing.
observer_actor::behavior_type no_observer(observer_actor::pointer) {
  return {
      [](const run_facts&) {},
      [](const task_progress&) {},
  };
}

journal_actor::behavior_type
journal(journal_actor::pointer, const std::function<void(append_facts)>& take) {
  return {
      [take](append_facts& x) {
        take(std::move(x));
      },
  };
}

std::uint32_t slots_of(const agent& x, const engine::graph_options& graph) {
  return x.slots == 0 ? graph.implicit_slots : x.slots;
}

} // namespace

world::world(world_options options)
  : options_(std::move(options)), weathers_(options_.work->agents.size()),
    mishaps_(options_.work->agents.size()),
    away_until_(options_.work->agents.size(), duration{0}) {
  options_.graph.agents_crash = true;
  if (options_.as_rows)
    rows_.emplace(options_.work);
}

world::~world() {
  if (is_up())
    kill();
}

// -- who takes part -----------------------------------------------------------

void world::open_stage() {
  auto seed =
      options_.seed == 0 ? 0 : options_.seed + (session_ - 1) * session_step;
  stage_ = std::make_unique<stage>(seed, now_);
  levers_.clear();
  levers_.resize(options_.work->agents.size());
  for (std::size_t i = 0; i < levers_.size(); ++i)
    levers_[i].is_away = away_until_[i] > now_;
  engine_ = std::make_shared<engine::engine>(
      engine::compile(*options_.work, options_.graph));
  for (const auto& f : journal_)
    engine_->fold(f);
  processes_ = stage_->spawn(simulated_processes);
  artifacts_ = stage_->spawn(simulated_store, &store_);
  viewer_hooks hooks;
  hooks.hear = [this](const run_facts& x) {
    hear(x);
  };
  hooks.progress = [this](const task_progress& x) {
    if (options_.on_progress)
      options_.on_progress(x);
  };
  observer_ = stage_->spawn(
      observer_behavior,
      std::vector<viewer_actor>{stage_->spawn(viewer, std::move(hooks))});
  lead_ = stage_->spawn(orchestrator_behavior, options_for_lead());
  person_ = stage_->spawn(person, lead_, &replies_);
  caf::anon_send(lead_, begin_run{});
  if (disk_full_)
    say_stuck();
}

orchestrator_options world::options_for_lead() {
  orchestrator_options result;
  result.work = options_.work;
  result.graph = options_.graph;
  result.observer = observer_;
  result.engine = engine_;
  if (!journal_.empty())
    result.first = engine::run_resumes{session_, false};
  result.journaled = journal_.size();
  result.elapsed = now_;
  result.wall_clock = [this] {
    return options_.wall_start + (now() + jump_).count();
  };
  result.journal = stage_->spawn(journal, [this](append_facts x) {
    take(std::move(x));
  });
  result.spawn_agents = [this](const orchestrator_actor& lead) {
    return spawn_agents(lead);
  };
  result.spawn_services = [this](const orchestrator_actor& lead) {
    return spawn_services(lead);
  };
  return result;
}

std::vector<agent_actor> world::spawn_agents(const orchestrator_actor& lead) {
  agent_options mine;
  mine.work = options_.work;
  mine.orchestrator = lead;
  mine.observer =
      options_.drop_progress ? stage_->spawn(no_observer) : observer_;
  mine.processes = processes_;
  mine.artifacts = artifacts_;
  mine.looked_at = outputs_looked_at(*options_.work);
  std::vector<agent_actor> result;
  const auto& agents = options_.work->agents;
  wires_.clear();
  wires_.resize(agents.size());
  for (std::size_t i = 0; i < agents.size(); ++i) {
    mine.id = agent_id{i};
    mine.slots = slots_of(agents[i], options_.graph);
    levers_[i].now = [this] {
      return now();
    };
    mine.make_driver = [this, id = mine.id](driver_host& host) {
      return std::make_unique<simulated_driver>(
          id, *options_.work, *options_.from, levers_[id.value], host);
    };
    result.push_back(spawn_agent(mine));
  }
  return result;
}

/// Where it is on another node, each sees somebody who stands for the other.
agent_actor world::spawn_agent(agent_options mine) {
  auto i = mine.id.value;
  if (i >= options_.wired.size() || !options_.wired[i])
    return stage_->spawn(agent_behavior, std::move(mine));
  wire_clock clock;
  clock.now = [this] {
    return now();
  };
  clock.at = [this](duration when, std::function<void()> what) {
    at(when, std::move(what));
  };
  wires_[i] =
      std::make_unique<wire>(std::move(clock), weathers_[i], mishaps_[i]);
  auto* through = wires_[i].get();
  auto for_agent = stage_->spawn(stand_in, through, wire_end::lead);
  auto for_lead = stage_->spawn(stand_in, through, wire_end::agent);
  auto lead = caf::actor_cast<caf::actor>(mine.orchestrator);
  mine.orchestrator = caf::actor_cast<orchestrator_actor>(for_lead);
  auto agent = stage_->spawn(agent_behavior, std::move(mine));
  through->connect(for_agent, for_lead);
  through->reach(lead, caf::actor_cast<caf::actor>(agent));
  return caf::actor_cast<agent_actor>(for_agent);
}

std::vector<service_actor>
world::spawn_services(const orchestrator_actor& lead) {
  service_options mine;
  mine.work = options_.work;
  mine.orchestrator = lead;
  mine.processes = processes_;
  std::vector<service_actor> result;
  for (std::size_t i = 0; i < options_.work->services.size(); ++i) {
    mine.id = service_id{i};
    result.push_back(stage_->spawn(service_behavior, mine));
  }
  return result;
}

// -- turns --------------------------------------------------------------------

void world::begin() {
  open_stage();
}

duration world::now() const {
  return is_up() ? stage_->now() : now_;
}

bool world::step() {
  if (is_up() && stage_->has_message()) {
    stage_->step();
    return true;
  }
  if (is_up()) {
    if (auto due = stage_->next_due(); due && *due <= now()) {
      stage_->pass(duration{0});
      return true;
    }
  }
  if (agenda_.empty() || agenda_.begin()->first > now())
    return false;
  auto what = std::move(agenda_.begin()->second);
  agenda_.erase(agenda_.begin());
  what();
  return true;
}

std::optional<duration> world::next() const {
  auto result = is_up() ? stage_->next_due() : std::nullopt;
  if (!agenda_.empty() && (!result || agenda_.begin()->first < *result))
    result = agenda_.begin()->first;
  return result;
}

void world::go_to(duration at) {
  if (is_up())
    stage_->pass(at - stage_->now());
  else
    now_ = at;
}

void world::at(duration when, std::function<void()> what) {
  agenda_.emplace(when, std::move(what));
}

std::uint64_t world::message_count() const {
  return messages_ + (is_up() ? stage_->message_count() : 0);
}

/// Viewers are told of what is durable; the rest they never knew.
void world::hear(const run_facts& x) {
  if (vanishing_)
    return;
  for (const auto& f : x.facts) {
    ++heard_;
    over_ = over_ || f.kind == fact_kind::run_ended;
    if (options_.on_fact)
      options_.on_fact(f);
  }
  if (options_.on_told)
    options_.on_told();
}

// -- the journal --------------------------------------------------------------

void world::take(append_facts x) {
  if (vanishing_)
    return;
  if (options_.on_step)
    options_.on_step(*engine_);
  undurable_.insert(undurable_.end(), x.facts.begin(), x.facts.end());
  auto takes = options_.journal_delay ? options_.journal_delay() : duration{0};
  if (takes == duration::zero() && written_by_ <= now()) {
    if (!disk_full_)
      keep_up_to(x.last);
    return;
  }
  written_by_ = std::max(written_by_, now() + takes);
  at(written_by_, [this, last = x.last, then = session_] {
    if (session_ == then && is_up() && !disk_full_)
      keep_up_to(last);
  });
}

/// What is undurable is behind what is durable.
void world::keep_up_to(std::uint64_t last) {
  while (journal_.size() < last && !undurable_.empty()) {
    auto f = std::move(undurable_.front());
    undurable_.pop_front();
    journal_.push_back(rows_ ? rows_->through(journal_.size() + 1, f) : f);
    if (options_.on_durable)
      options_.on_durable(f);
  }
  say_durable();
}

void world::say_durable() {
  caf::anon_send(lead_, facts_durable{journal_.size()});
}

void world::fill_disk() {
  disk_full_ = true;
  if (is_up())
    say_stuck();
}

void world::say_stuck() {
  caf::anon_send(lead_, journal_stuck{"the disk is full", stopped_code});
}

void world::mend_disk() {
  disk_full_ = false;
  if (is_up())
    keep_up_to(journal_.size() + undurable_.size());
}

// -- what befalls the run -----------------------------------------------------

void world::feel(agent_id agent, blow x) {
  auto& to = levers_[agent.value];
  to.blows.push_back(std::move(x));
  to.wake();
}

bool world::reach(task_id task, blow x) {
  const auto& t = engine_->task(task.value);
  if (t.state != task_state::running && t.state != task_state::integrating)
    return false;
  x.task = task;
  feel(agent_id{t.agent}, std::move(x));
  return true;
}

void world::crash(agent_id agent, std::optional<duration> span) {
  auto& until = away_until_[agent.value];
  until = std::max(until, span ? now() + *span : duration::max());
  if (span)
    at(until, [this, agent] {
      come_back(agent);
    });
  if (is_up())
    feel(agent, {blow::kind::crash, {}, {}, {}});
}

/// Unless it has crashed again meanwhile.
void world::come_back(agent_id agent) {
  if (away_until_[agent.value] > now())
    return;
  if (is_up())
    feel(agent, {blow::kind::back, {}, {}, {}});
  else
    options_.from->back(agent);
}

void world::freeze(agent_id agent, std::optional<duration> span) {
  if (is_up())
    feel(agent, {blow::kind::freeze, {}, span, {}});
}

void world::change_weather(agent_id agent,
                           const std::function<void(weather&)>& change) {
  change(weathers_[agent.value]);
  if (auto* w = wire_of(agent))
    w->look_up();
}

bool world::hang(task_id task) {
  return reach(task, {blow::kind::hang, {}, {}, {}});
}

bool world::fail(task_id task) {
  return reach(task, {blow::kind::fail, {}, {}, {}});
}

bool world::ask(task_id task, played_request x) {
  return reach(task, {blow::kind::ask, {}, {}, std::move(x)});
}

void world::send_result(task_id task, std::uint32_t attempt) {
  attempt_finished x;
  x.task = task;
  x.attempt = attempt;
  x.exit_code = 0;
  caf::anon_send(lead_, std::move(x));
}

void world::call(control_call x) {
  x.id = ++calls_;
  caf::anon_send(person_, std::move(x));
}

std::vector<control_reply> world::take_replies() {
  return std::exchange(replies_, {});
}

std::size_t world::take_missed() {
  std::size_t result = 0;
  for (auto& x : levers_)
    result += std::exchange(x.missed, 0);
  return result;
}

void world::stop(std::int32_t code, bool at_once) {
  caf::anon_send(lead_, stop_run{code, at_once});
}

void world::kill() {
  now_ = stage_->now();
  messages_ += stage_->message_count();
  undurable_.clear();
  written_by_ = now_;
  // What only viewers knew, as the run was given up, is told anew.
  if (heard_ > journal_.size()) {
    heard_ = journal_.size();
    if (options_.on_forgotten)
      options_.on_forgotten(heard_);
  }
  lead_ = nullptr;
  observer_ = nullptr;
  person_ = nullptr;
  processes_ = nullptr;
  artifacts_ = nullptr;
  vanishing_ = true;
  for (auto& x : wires_)
    if (x)
      x->close();
  stage_->clear();
  wires_.clear();
  stage_.reset();
  vanishing_ = false;
}

std::string world::replay_difference() const {
  engine::engine replayed{engine::compile(*options_.work, options_.graph)};
  for (const auto& f : journal_)
    replayed.fold(f);
  for (const auto& f : undurable_)
    replayed.fold(f);
  std::istringstream live{fingerprint(*engine_)};
  std::istringstream again{fingerprint(replayed)};
  std::string result;
  std::string a;
  std::string b;
  while (std::getline(live, a) && std::getline(again, b))
    if (a != b)
      result += "live " + a + ", replayed " + b + "\n";
  return result;
}

std::size_t world::working() const {
  std::size_t result = 0;
  for (const auto& x : levers_)
    result += x.working;
  return result;
}

/// What had become durable and nobody was told of is told now.
void world::resume() {
  for (; heard_ < journal_.size(); ++heard_)
    if (options_.on_fact)
      options_.on_fact(journal_[heard_]);
  ++session_;
  over_ = false;
  open_stage();
}

} // namespace tutti::play
