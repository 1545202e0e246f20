// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/native/worker_pool.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <iterator>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

namespace tutti::native {

namespace {

struct seat {
  std::thread thread;
  worker_pool::owner of; ///< null: it is idle
};

} // namespace

struct worker_pool::work {
  owner of;
  std::function<void()> job;
};

/// Shared with the threads, so that an abandoned one may outlive the pool.
struct worker_pool::state {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<work> waiting;
  std::list<seat> seats;               ///< only grows
  std::unordered_set<owner> abandoned; ///< that work; they may hold this
  std::size_t idle = 0;
  bool closing = false;

  [[nodiscard]] bool works_for(const owner& of) const {
    return std::any_of(seats.begin(), seats.end(), [&of](const seat& x) {
      return x.of == of;
    });
  }

  void serve(seat& mine) {
    std::unique_lock lock{mutex};
    for (;;) {
      ++idle;
      changed.wait(lock, [this] {
        return closing || !waiting.empty();
      });
      --idle;
      if (waiting.empty())
        return;
      auto next = std::move(waiting.front());
      waiting.pop_front();
      mine.of = next.of;
      lock.unlock();
      next.job();
      next.job = nullptr;
      lock.lock();
      mine.of = nullptr;
      if (!works_for(next.of))
        abandoned.erase(next.of); // it has returned after all
      lock.unlock();
      next.of = nullptr; // perhaps the last to hold it: not under the lock
      lock.lock();
    }
  }
};

bool worker_pool::start(const std::shared_ptr<state>& s, work x) {
  std::lock_guard lock{s->mutex};
  if (s->closing)
    return false;
  if (s->waiting.size() >= s->idle) {
    auto& fresh = s->seats.emplace_back();
    try {
      fresh.thread = std::thread{[s, &fresh] {
        s->serve(fresh);
      }};
    } catch (const std::system_error&) {
      s->seats.pop_back();
      return false;
    }
  }
  s->waiting.push_back(std::move(x));
  s->changed.notify_one();
  return true;
}

worker_pool::worker_pool() : state_(std::make_shared<state>()) {
}

worker_pool::~worker_pool() {
  std::vector<std::thread> finishing;
  {
    std::lock_guard lock{state_->mutex};
    state_->closing = true;
    for (auto& x : state_->seats) {
      if (x.of && state_->abandoned.contains(x.of))
        x.thread.detach();
      else
        finishing.push_back(std::move(x.thread));
    }
  }
  state_->changed.notify_all();
  for (auto& x : finishing)
    x.join();
}

bool worker_pool::run(owner of, std::function<void()> job) {
  return start(state_, {std::move(of), std::move(job)});
}

worker_pool::runner worker_pool::run_function() const {
  return [s = state_](owner of, std::function<void()> job) {
    return start(s, {std::move(of), std::move(job)});
  };
}

void worker_pool::abandon(const owner& of) {
  std::deque<work> unbegun; // perhaps the last to hold it: not under the lock
  std::lock_guard lock{state_->mutex};
  auto& all = state_->waiting;
  auto first =
      std::stable_partition(all.begin(), all.end(), [&of](const work& x) {
        return x.of != of;
      });
  std::move(first, all.end(), std::back_inserter(unbegun));
  all.erase(first, all.end());
  if (state_->works_for(of))
    state_->abandoned.insert(of);
}

} // namespace tutti::native
