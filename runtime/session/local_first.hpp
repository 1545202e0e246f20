// SPDX-License-Identifier: BSD-3-Clause
// Who works on what, for CAF's scheduler: an actor that is sent something by the
// one that is running goes next on the same thread, where what it needs is warm
// and nobody has to be woken. Whoever is sent something meanwhile goes to a
// queue that all threads share, and so does what comes from other threads.
//
// CAF's own policies do one or the other: sharing wakes a thread for each
// message of a conversation, stealing lets idle threads poll.
#pragma once

#include <caf/policy/unprofiled.hpp>
#include <caf/resumable.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>

namespace tutti::session {

class local_first : public caf::policy::unprofiled {
public:
  struct coordinator_data {
    explicit coordinator_data(caf::scheduler::abstract_coordinator*) {
    }
    std::mutex lock;
    std::condition_variable there_is_one;
    std::deque<caf::resumable*> queue;
    std::size_t idle = 0; ///< threads that wait for one
  };

  struct worker_data {
    explicit worker_data(caf::scheduler::abstract_coordinator*) {
    }
    caf::resumable* next = nullptr; ///< only its own thread touches it
    std::size_t in_a_row = 0;       ///< that were taken from `next`
  };

  template <class Coordinator>
  void central_enqueue(Coordinator* self, caf::resumable* job) {
    auto& all = d(self);
    std::unique_lock guard{all.lock};
    all.queue.push_back(job);
    if (all.idle == 0)
      return;
    guard.unlock();
    all.there_is_one.notify_one();
  }

  template <class Worker>
  void external_enqueue(Worker* self, caf::resumable* job) {
    central_enqueue(self->parent(), job);
  }

  template <class Worker>
  void internal_enqueue(Worker* self, caf::resumable* job) {
    if (auto before = std::exchange(d(self).next, job))
      central_enqueue(self->parent(), before);
  }

  /// It has had its share: all others first.
  template <class Worker>
  void resume_job_later(Worker* self, caf::resumable* job) {
    central_enqueue(self->parent(), job);
  }

  template <class Worker>
  caf::resumable* dequeue(Worker* self) {
    auto& mine = d(self);
    auto* job = std::exchange(mine.next, nullptr);
    if (job != nullptr && ++mine.in_a_row < in_a_row_max)
      return job;
    mine.in_a_row = 0;
    auto& all = d(self->parent());
    std::unique_lock guard{all.lock};
    if (job != nullptr)
      all.queue.push_back(job); // two that talk let others have their turn
    while (all.queue.empty()) {
      ++all.idle;
      all.there_is_one.wait(guard);
      --all.idle;
    }
    job = all.queue.front();
    all.queue.pop_front();
    return job;
  }

  template <class Worker, class Use>
  void foreach_resumable(Worker* self, Use use) {
    if (auto* job = std::exchange(d(self).next, nullptr))
      use(job);
  }

  template <class Coordinator, class Use>
  void foreach_central_resumable(Coordinator* self, Use use) {
    auto& all = d(self);
    std::unique_lock guard{all.lock};
    for (auto* job : std::exchange(all.queue, {}))
      use(job);
  }

private:
  static constexpr std::size_t in_a_row_max = 64;
};

} // namespace tutti::session
