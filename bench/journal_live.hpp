// SPDX-License-Identifier: BSD-3-Clause
// The journal as a run has it: the actor before the writer's thread, and
// messages both ways.
#pragma once

#include "bench/journal_bare.hpp"
#include "messages/plan.hpp"
#include "runtime/session/team.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace tutti::bench {

/// A fact shaped as `make_row` is: now and then with a text.
fact make_fact(std::uint64_t i);

/// A journal of a plan of 100 tasks. One thread, which stands for the
/// orchestrator. Failures throw std::runtime_error.
class live_journal {
public:
  explicit live_journal(const std::string& path);
  ~live_journal();
  live_journal(const live_journal&) = delete;
  live_journal& operator=(const live_journal&) = delete;

  /// Makes `count` steps of one fact durable: so many of them are in flight at
  /// any time, and the next one is given when one is durable.
  seconds append(std::uint32_t count, std::uint32_t in_flight);

private:
  struct parts;

  session::system_config config_;
  caf::actor_system system_;
  std::unique_ptr<parts> parts_;
  std::uint64_t given_ = 0;
  std::uint64_t durable_ = 0;
};

} // namespace tutti::bench
