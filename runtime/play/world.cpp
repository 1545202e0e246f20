// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/world.hpp"

#include "runtime/play/engine_print.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <sstream>
#include <utility>

namespace tutti::play {

namespace {

/// How the journal says that it is full, as the real one does.
constexpr std::int32_t stopped_code = 6;

} // namespace

world::world(world_options options)
  : options_(std::move(options)), weathers_(options_.work->agents.size()),
    mishaps_(options_.work->agents.size()),
    away_until_(options_.work->agents.size(), duration{0}),
    random_(options_.seed) {
  options_.graph.agents_crash = true;
  if (options_.as_rows)
    rows_.emplace(options_.work);
  if (options_.graph.placement)
    fleet_ = std::make_unique<fleet>(options_of_fleet());
}

world::~world() {
  if (is_up())
    kill();
}

// -- turns --------------------------------------------------------------------

void world::begin() {
  open_stage();
}

duration world::now() const {
  return is_up() ? stage_->now() : now_;
}

bool world::step() {
  if (step_at_actors())
    return true;
  if (agenda_.empty() || agenda_.begin()->first > now())
    return false;
  auto what = std::move(agenda_.begin()->second);
  agenda_.erase(agenda_.begin());
  what();
  return true;
}

/// Somebody gets a message, or a timer is due; false: neither, at this instant.
bool world::step_at_actors() {
  auto due = is_up() ? stage_->next_due() : std::nullopt;
  bool here = is_up() && (stage_->has_message() || (due && *due <= now()));
  if (fleet_ && fleet_->has_work()
      && (!here || (options_.seed != 0 && random_() % 2 == 0))) {
    fleet_->step();
    return true;
  }
  if (here && stage_->has_message())
    stage_->step();
  else if (here)
    stage_->pass(duration{0});
  return here;
}

std::optional<duration> world::next() const {
  auto result = is_up() ? stage_->next_due() : std::nullopt;
  if (fleet_)
    if (auto other = fleet_->next(); other && (!result || *other < *result))
      result = other;
  if (!agenda_.empty() && (!result || agenda_.begin()->first < *result))
    result = agenda_.begin()->first;
  return result;
}

void world::go_to(duration at) {
  if (fleet_)
    fleet_->check_exclusive();
  if (is_up())
    stage_->pass(at - stage_->now());
  else
    now_ = at;
  if (fleet_)
    fleet_->go_to(at);
}

void world::at(duration when, std::function<void()> what) {
  agenda_.emplace(when, std::move(what));
}

std::uint64_t world::message_count() const {
  return messages_ + (is_up() ? stage_->message_count() : 0)
       + (fleet_ ? fleet_->message_count() : 0);
}

/// Viewers are told of what is durable; the rest they never knew.
void world::hear(const run_facts& x) {
  if (vanishing_)
    return;
  for (const auto& f : x.facts) {
    ++heard_;
    over_ = over_ || f.kind == fact_kind::run_ended;
    if (fleet_)
      fleet_->hear(f);
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

/// Agents on nodes are there while tutti is not.
bool world::can_feel(agent_id agent) {
  return is_placed(agent) ? fleet_->lever_of(agent) != nullptr : is_up();
}

void world::feel(agent_id agent, blow x) {
  auto* to = is_placed(agent) ? fleet_->lever_of(agent) : &levers_[agent.value];
  if (to == nullptr)
    return;
  to->blows.push_back(std::move(x));
  to->wake();
}

bool world::reach(task_id task, blow x) {
  const auto& t = engine_->task(task.value);
  if (t.state != task_state::running && t.state != task_state::integrating)
    return false;
  x.task = task;
  agent_id agent{t.agent};
  if (is_placed(agent) && fleet_->lever_of(agent) == nullptr)
    return false;
  feel(agent, std::move(x));
  return true;
}

void world::crash(agent_id agent, std::optional<duration> span) {
  auto& until = away_until_[agent.value];
  until = std::max(until, span ? now() + *span : duration::max());
  if (span)
    at(until, [this, agent] {
      come_back(agent);
    });
  if (can_feel(agent))
    feel(agent, {blow::kind::crash, {}, {}, {}});
}

/// Unless it has crashed again meanwhile.
void world::come_back(agent_id agent) {
  if (away_until_[agent.value] > now())
    return;
  if (can_feel(agent))
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
  return result + (fleet_ ? fleet_->take_missed() : 0);
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
  if (fleet_)
    fleet_->lose_hub();
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
    result += x.working.size();
  return result + (fleet_ ? fleet_->working() : 0);
}

/// What had become durable and nobody was told of is told now.
void world::resume() {
  for (; heard_ < journal_.size(); ++heard_)
    if (options_.on_fact)
      options_.on_fact(journal_[heard_]);
  ++session_;
  over_ = false;
  if (options_.on_resumed)
    options_.on_resumed();
  open_stage();
}

} // namespace tutti::play
