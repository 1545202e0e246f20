// SPDX-License-Identifier: BSD-3-Clause
// What a native attempt's driver and its threads share.
#pragma once

#include "runtime/native/native.hpp"
#include "runtime/native/outbox.hpp"
#include "runtime/native/worker_pool.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

namespace tutti::native {

/// What does not change while an attempt is worked on.
struct attempt_facts {
  task_id task;
  std::uint32_t number = 0;
  std::uint32_t version = 1;
  work_phase phase = work_phase::run;
  std::string name;
  std::string agent;
  std::string prompt;
  std::string directory;
  std::map<std::string, std::string> env;
  std::vector<item> items;
  std::shared_ptr<const assignment_details> details; ///< never null
};

/// What an attempt is to work off, by the names of the plan.
[[nodiscard]] std::vector<item> items_of(const plan& p,
                                         const assignment_details& x);

/// How an attempt reaches the outside.
struct attempt_ports {
  std::shared_ptr<outbox> out;
  worker_pool::runner run;
};

/// Locked by one mutex. The worker's functions run on the pool, one at a time:
/// each is queued, and one job works the queue off.
class attempt : public std::enable_shared_from_this<attempt> {
public:
  using clock = std::chrono::steady_clock;

  attempt(attempt_facts facts, attempt_ports ports);

  const attempt_facts facts;

  // -- from the driver, in the agent actor ------------------------------------

  /// Puts a worker to the task. False where no thread can be made.
  [[nodiscard]] bool begin(agents::worker_maker make, arrivals so_far);
  void take(handed x);
  void take(answer x);
  void take(live_reply x);
  /// It is told to end.
  void stop();
  /// Nothing is heard of it any more; whoever waits inside is told.
  void close();
  [[nodiscard]] task_progress latest();
  /// When it was last heard of; none while it waits inside (semantics §20).
  [[nodiscard]] std::optional<clock::time_point> heard() const;

  // -- from any thread --------------------------------------------------------

  void progress(int percent, std::string_view text);
  void finish(result x);
  /// The reply; throws `refused`.
  std::string ask(live_call x);
  [[nodiscard]] arrivals arrived(std::chrono::milliseconds wait);
  [[nodiscard]] std::vector<handed> inputs() const;
  [[nodiscard]] std::vector<answer> answers() const;
  [[nodiscard]] std::stop_token stopping() const;

private:
  using job = std::function<void(task&, worker&)>;

  void post(job x);
  void work_off();
  void run(job& x);
  [[nodiscard]] std::optional<live_reply> reply_to(live_call x, bool stoppable);
  void keep_latest(const handed& x);

  const attempt_ports ports_;
  std::stop_source stop_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  agents::worker_maker make_;
  std::unique_ptr<worker> worker_; ///< only the pool's job touches it
  std::deque<job> queue_;
  bool working_ = false; ///< a job of the pool works the queue off
  bool over_ = false;    ///< its end is said, or nobody hears it any more
  std::vector<handed> inputs_;
  std::unordered_map<std::string, std::size_t> input_at_; ///< by producer
  std::vector<answer> answers_;
  std::map<std::uint64_t, std::optional<live_reply>> replies_; ///< awaited
  std::optional<task_progress> progress_; ///< not taken yet
  clock::time_point heard_ = clock::now();
  int waits_ = 0; ///< calls that wait inside
};

} // namespace tutti::native
