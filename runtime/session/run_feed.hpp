// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/fact.hpp"
#include "messages/interfaces.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace tutti::report {
class run_model;
}

namespace tutti::session {

/// Something that only who shows the run can answer; asked on its thread, with
/// the time since the run's start.
using run_question =
    std::function<void(const report::run_model& m, duration now)>;

/// What the display has not seen yet. Facts are bounded by the plan, progress
/// by the tasks that run: the latest line of each (rule 9). All functions may
/// be called on any thread and never wait for the display.
class run_feed {
public:
  struct batch {
    std::vector<fact_list> facts; ///< in order
    std::vector<task_progress> progress;
    std::vector<std::string> notes; ///< messages to the user
    std::vector<run_question> questions;
    std::string lost; ///< why the run cannot go on; empty: it can
  };

  void add(const run_facts& x);
  void add(const task_progress& x);
  void note(std::string text);
  void lose(std::string why);
  /// Bounded by those who ask: each waits for its answer.
  void ask(run_question x);

  /// Takes what there is; waits up to `span`, less where the run has ended, a
  /// note or a question has come, or all is lost.
  [[nodiscard]] batch take(std::chrono::milliseconds span);

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<fact_list> facts_;
  std::unordered_map<task_id, task_progress> progress_;
  std::vector<std::string> notes_;
  std::vector<run_question> questions_;
  std::string lost_;
  bool urgent_ = false;
};

/// The viewer that fills a feed; the feed must outlive it.
viewer_actor::behavior_type feed_behavior(viewer_actor::pointer self,
                                          run_feed* feed);

} // namespace tutti::session
