// SPDX-License-Identifier: BSD-3-Clause
#include "tests/crash/lossy_team.hpp"

#include "actors/agent/agent.hpp"
#include "actors/observer/observer.hpp"
#include "actors/service/service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <stdexcept>
#include <utility>

namespace tutti::test {

namespace {

/// Far more than a run of a crash plan takes.
constexpr std::size_t steps_max = 100'000;

journal_actor::behavior_type
play_journal(journal_actor::pointer,
             const std::function<void(append_facts)>& take) {
  return {
      [take](append_facts& x) {
        take(std::move(x));
      },
  };
}

} // namespace

std::uint32_t slots_of(const agent& x) {
  return std::max(1u, x.slots);
}

lossy_team::lossy_team(std::shared_ptr<const plan> work,
                       session::run_record record, kept_outside& kept,
                       team_turns how)
  : work_(std::move(work)), how_(how), dice_(how.seed),
    disk_pace_(1u << dice_.roll(5)), writes_behind_(record.writes_behind),
    file_(std::move(record.file)), told_(record.journaled),
    seen_before_(record.journaled), stage_(how.seed),
    outside_(stage_, *work_, kept, how.seed % 2 == 0) {
  observer_ = stage_.spawn(
      observer_behavior,
      std::vector<viewer_actor>{stage_.spawn(seen_behavior, &seen_)});
  lead_ = stage_.spawn(orchestrator_behavior, options_of(record));
  stage_.settle(); // all are there before anything may die
  caf::anon_send(lead_, begin_run{});
}

lossy_team::~lossy_team() {
  outside_.vanish();
  observer_ = nullptr;
  lead_ = nullptr;
  stage_.clear();
}

/// Viewers of a run that writes behind hear of what is not written.
std::uint64_t lossy_team::told() const {
  if (writes_behind_)
    return told_;
  return std::max<std::uint64_t>(told_, seen_before_ + seen_.facts.size());
}

// -- who takes part -----------------------------------------------------------

orchestrator_options lossy_team::options_of(session::run_record& record) {
  orchestrator_options result;
  result.work = work_;
  result.observer = observer_;
  result.engine = std::move(record.engine);
  result.first = std::move(record.first);
  result.journaled = record.journaled;
  result.elapsed = record.elapsed;
  result.writes_behind = writes_behind_;
  result.journal = stage_.spawn(play_journal, [this](append_facts x) {
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

std::vector<agent_actor>
lossy_team::spawn_agents(const orchestrator_actor& lead) {
  agent_options mine;
  mine.work = work_;
  mine.orchestrator = lead;
  mine.observer = observer_;
  mine.processes = outside_.processes();
  mine.artifacts = outside_.store();
  mine.live = outside_.live();
  mine.live_socket = "/live";
  mine.make_token = [this] {
    return fmt::format("{:032x}", ++tokens_);
  };
  std::vector<agent_actor> result;
  for (std::size_t i = 0; i < work_->agents.size(); ++i) {
    mine.id = agent_id{i};
    mine.slots = slots_of(work_->agents[i]);
    result.push_back(stage_.spawn(agent_behavior, mine));
  }
  return result;
}

std::vector<service_actor>
lossy_team::spawn_services(const orchestrator_actor& lead) {
  service_options mine;
  mine.work = work_;
  mine.orchestrator = lead;
  mine.processes = outside_.processes();
  std::vector<service_actor> result;
  for (std::size_t i = 0; i < work_->services.size(); ++i) {
    mine.id = service_id{i};
    result.push_back(stage_.spawn(service_behavior, mine));
  }
  return result;
}

// -- turns --------------------------------------------------------------------

void lossy_team::play(lossy_vfs& disk, std::uint64_t last_step) {
  for (; !over() && !disk.dead(); ++steps_) {
    if (steps_ + 1 == last_step)
      return disk.kill();
    if (steps_ == steps_max || !step())
      throw std::runtime_error(
          fmt::format("the run stands still after {} facts", told()));
  }
  if (!waiting_.empty() && !disk.dead())
    write();
  if (!disk.dead())
    file_.reset(); // which changes the disk, too
  ended_ = !disk.dead();
}

bool lossy_team::over() const {
  return !seen_.facts.empty()
      && seen_.facts.back().kind == fact_kind::run_ended;
}

bool lossy_team::step() {
  auto ready = static_cast<std::uint32_t>(outside_.ready());
  bool drawn = how_.seed != 0;
  // How much each is in a hurry: messages, the disk, processes. Where nobody
  // waits for the disk it may stay far behind.
  std::uint32_t ahead = writes_behind_ ? 8 : 1;
  std::array<std::uint32_t, 3> weights{stage_.has_message() ? 16u * ahead : 0u,
                                       waiting_.empty() ? 0u : disk_pace_,
                                       std::min(ready, 2u) * ahead};
  auto sum = weights[0] + weights[1] + weights[2];
  if (sum == 0)
    return stage_.next_timer();
  std::size_t who = 0;
  for (auto rest = drawn ? dice_.roll(sum) : 0; weights[who] <= rest; ++who)
    rest -= weights[who];
  if (who == 0)
    stage_.step();
  else if (who == 1)
    write();
  else
    outside_.go_on(drawn ? dice_.roll(ready) : 0);
  return true;
}

void lossy_team::take(append_facts x) {
  if (how_.says_so_too_early)
    say_durable(x.last);
  given_.insert(given_.end(), x.facts.begin(), x.facts.end());
  waiting_.push_back(std::move(x));
}

/// As the writer's thread does: what has come is one transaction.
void lossy_team::write() {
  auto steps = std::exchange(waiting_, {});
  if (!file_->append(steps) && !how_.says_so_too_early)
    say_durable(steps.back().last);
}

void lossy_team::say_durable(std::uint64_t last) {
  told_ = last;
  caf::anon_send(lead_, facts_durable{last});
}

} // namespace tutti::test
