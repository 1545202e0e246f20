// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/lease.hpp"

#include <algorithm>

namespace tutti::cluster {

namespace {

/// An orchestrator that hears none of the answers does not make them pile up.
constexpr std::size_t answers_max = 1024;

} // namespace

node_lease::node_lease(const lease_times& times, duration now)
  : times_(times), renewed_(now), next_beat_(now) {
}

std::uint64_t node_lease::beat(duration now) {
  next_beat_ = now + times_.every;
  return ++beats_;
}

bool node_lease::answered(std::uint64_t number, duration now) {
  if (number <= answered_ || number > beats_ || at(now) >= lease_state::lost)
    return false;
  answered_ = number;
  renew(now);
  return true;
}

void node_lease::renew(duration now) {
  renewed_ = now;
  pardoned_ = {};
}

void node_lease::pardon(duration span) {
  pardoned_ += span;
}

void node_lease::give_up() {
  given_up_ = true;
}

lease_state node_lease::at(duration now) const {
  if (now >= gone_at())
    return lease_state::gone;
  if (given_up_ || now >= lost_at())
    return lease_state::lost;
  if (now >= renewed_ + pardoned_ + times_.lease)
    return lease_state::silent;
  return lease_state::alive;
}

std::optional<duration> node_lease::next(duration now,
                                         bool is_connected) const {
  duration change{0};
  switch (at(now)) {
  case lease_state::alive:
    change = renewed_ + pardoned_ + times_.lease;
    break;
  case lease_state::silent:
    change = lost_at();
    break;
  case lease_state::lost:
    return gone_at();
  case lease_state::gone:
    return std::nullopt;
  }
  // What comes first, unless it is gone by then.
  change = std::min(change, gone_at());
  return is_connected ? std::min(change, next_beat_) : change;
}

lead_lease::lead_lease(const lease_times& times, duration now)
  : times_(times), renewed_(now), heard_(now) {
}

void lead_lease::answer(std::uint64_t number, std::uint64_t arrived,
                        duration now) {
  heard_ = now;
  while (!answers_.empty() && answers_.front().first <= arrived) {
    renewed_ = std::max(renewed_, answers_.front().second);
    answers_.pop_front();
  }
  if (number <= last_)
    return; // overtaken: an answer to it renews nothing at the hub
  last_ = number;
  answers_.emplace_back(number, now);
  if (answers_.size() > answers_max)
    answers_.pop_front();
}

void lead_lease::welcomed(duration said_hello, duration now) {
  renewed_ = std::max(renewed_, said_hello);
  heard_ = now;
  answers_.clear();
}

} // namespace tutti::cluster
