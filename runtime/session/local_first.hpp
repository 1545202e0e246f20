// SPDX-License-Identifier: BSD-3-Clause
// CAF's scheduler by a `run_queue`. CAF's own policies wake a thread for each
// message of a conversation (sharing), or let idle threads poll (stealing).
#pragma once

#include "runtime/session/run_queue.hpp"

#include <caf/logger.hpp>
#include <caf/policy/unprofiled.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler/coordinator.hpp>
#include <caf/scheduler/worker.hpp>

namespace tutti::session {

class local_first : public caf::policy::unprofiled {
public:
  struct coordinator_data {
    explicit coordinator_data(caf::scheduler::abstract_coordinator*) {
    }
    run_queue jobs;
  };

  /// Made once for all threads, before the first of them begins.
  struct worker_data {
    explicit worker_data(caf::scheduler::abstract_coordinator* parent) {
      using coordinator = caf::scheduler::coordinator<local_first>;
      static_cast<coordinator*>(parent)->data().jobs.set_workers(
          parent->num_workers());
    }
  };

  template <class Coordinator>
  void central_enqueue(Coordinator* self, caf::resumable* job) {
    d(self).jobs.put(job);
  }
  template <class Worker>
  void external_enqueue(Worker* self, caf::resumable* job) {
    d(self->parent()).jobs.put(job);
  }
  template <class Worker>
  void internal_enqueue(Worker* self, caf::resumable* job) {
    d(self->parent()).jobs.put_next(self->id(), job);
  }
  template <class Worker>
  void resume_job_later(Worker* self, caf::resumable* job) {
    d(self->parent()).jobs.put_back(job);
  }
  template <class Worker>
  caf::resumable* dequeue(Worker* self) {
    return d(self->parent()).jobs.take(self->id());
  }
  template <class Worker, class Use>
  void foreach_resumable(Worker*, Use) {
    // All that is left is the coordinator's.
  }
  template <class Coordinator, class Use>
  void foreach_central_resumable(Coordinator* self, Use use) {
    for (auto* job : d(self).jobs.take_all())
      use(job);
  }
};

} // namespace tutti::session

namespace caf::scheduler {

/// CAF's own tells its logger twice a turn whose turn it is, by way of a lock
/// and a dynamic_cast: a tenth of what a chain of tasks takes. CAF logs nothing
/// here, so its threads have no logger.
template <>
inline void worker<tutti::session::local_first>::run() {
  logger::set_current_actor_system(nullptr);
  for (;;) {
    auto* job = policy_.dequeue(this);
    switch (job->resume(this, max_throughput_)) {
    case resumable::resume_later:
      policy_.resume_job_later(this, job);
      break;
    case resumable::done:
    case resumable::awaiting_message:
      intrusive_ptr_release(job);
      break;
    case resumable::shutdown_execution_unit:
      return;
    }
  }
}

} // namespace caf::scheduler
