// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/stage.hpp"

#include <caf/send.hpp>

#include <algorithm>

namespace tutti::play {

stage::stage(std::uint64_t seed, duration start)
  : random_(seed), in_order_(seed == 0), system_(prepare(config_)),
    coordinator_(
        dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler())) {
  coordinator_.clock().current_time = caf::actor_clock::time_point{start};
}

stage::~stage() {
  clear();
}

caf::actor_system_config& stage::prepare(caf::actor_system_config& config) {
  config.add_message_types<caf::id_block::tutti>();
  config.set("scheduler.policy", caf::atom("testing"));
  return config;
}

void stage::step() {
  auto& jobs = coordinator_.jobs;
  if (!in_order_ && jobs.size() > 1) {
    auto k = random_() % jobs.size();
    std::swap(jobs.front(), jobs[k]);
  }
  coordinator_.run_once();
  ++messages_;
}

duration stage::now() const {
  return coordinator_.clock().now().time_since_epoch();
}

std::optional<duration> stage::next_due() const {
  const auto& schedule = coordinator_.clock().schedule();
  if (schedule.empty())
    return std::nullopt;
  return schedule.begin()->first.time_since_epoch();
}

void stage::pass(duration span) {
  coordinator_.advance_time(span);
}

void stage::clear() {
  if (all_.empty())
    return;
  for (auto& x : all_)
    caf::anon_send_exit(x, caf::exit_reason::kill);
  all_.clear();
  settle();
  coordinator_.clock().cancel_all();
  system_.await_actors_before_shutdown(false);
}

} // namespace tutti::play
