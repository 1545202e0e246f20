// SPDX-License-Identifier: BSD-3-Clause
// What `tutti stress` is asked for.
#pragma once

#include "messages/plan.hpp"
#include "runtime/journal/journal_file.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tutti::cluster {
struct credentials;
}

namespace tutti::stress {

/// How actors get their turns; `as_runs`: as a run's actors do.
enum class scheduling : std::uint8_t { as_runs, sharing, stealing };

struct pattern_info;

struct settings {
  const pattern_info* pattern = nullptr;
  /// It ends at whatever comes first; one of them is there.
  std::optional<duration> time;
  std::optional<std::uint64_t> count; ///< operations
  duration warm_up{0};                ///< before; nothing of it is measured
  std::size_t payload_bytes = 0;      ///< of each message
  std::uint32_t actors = 0;
  std::uint32_t threads = 0;  ///< 0: as many as a run has
  std::optional<double> rate; ///< operations a second; none: closed loop
  scheduling scheduler = scheduling::as_runs;
  journal::durability durability = journal::durability::off;
  /// Processes that have a part of it; 0: this one plays all.
  std::uint32_t nodes = 0;
  /// Where they listen, HOST:PORT each; empty: they are started here.
  std::vector<std::string> connect;
  /// What is shown there.
  std::shared_ptr<const cluster::credentials> identity;
  std::string command; ///< as it was typed
};

} // namespace tutti::stress
