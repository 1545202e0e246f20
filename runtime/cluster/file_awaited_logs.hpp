// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/plan.hpp"

#include <condition_variable>
#include <mutex>
#include <set>
#include <string>

namespace tutti::cluster {

/// Which logs of nodes are not whole here yet. May be used on any thread.
class awaited_logs {
public:
  /// `directory` is where they arrive.
  explicit awaited_logs(std::string directory)
    : directory_(std::move(directory)) {
  }

  /// A log of this name is to come, unless it is whole already: who follows it
  /// knows from now on. It is a node's word; other names are not awaited.
  void expect(const std::string& name);
  /// The same for the log of an attempt, by its path there; returns where it
  /// lies here.
  [[nodiscard]] std::string expect_at(const std::string& path_there);
  /// It is whole, or nobody is there who would go on with it.
  void settled(const std::string& name);

  /// Until all are there; false: they were not within `bound`.
  [[nodiscard]] bool wait(duration bound);
  /// Nobody waits any longer, now or later.
  void skip();

private:
  std::string directory_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> open_;
  bool skipped_ = false;
};

} // namespace tutti::cluster
