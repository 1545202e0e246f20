// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/fact.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace tutti {

/// Lets progress pass at most ten times a second for each attempt: the latest
/// wins, what was held back follows when its time has come. A flood costs no
/// memory here or behind (semantics §25).
class progress_gate {
public:
  static constexpr auto interval = std::chrono::milliseconds(100);

  /// `pass` is called with what may go on; `later` calls back after `interval`.
  progress_gate(std::function<void(task_progress)> pass,
                std::function<void(std::function<void()>)> later)
    : pass_(std::move(pass)), later_(std::move(later)) {
  }

  void put(task_progress x);

  /// The attempt is over: what is held back follows at once.
  void close(task_id task, std::uint32_t attempt);

private:
  using key = std::pair<std::uint32_t, std::uint32_t>;
  void open_again(key k);

  std::function<void(task_progress)> pass_;
  std::function<void(std::function<void()>)> later_;
  /// Closed for now, with the latest that came meanwhile.
  std::map<key, std::optional<task_progress>> held_;
};

} // namespace tutti
