// SPDX-License-Identifier: BSD-3-Clause
// Moves files between a run's machine and its nodes. This side takes what nodes
// have made into the run's store, gives them what they need from it, and
// fetches their logs into the run's folder.
#pragma once

#include "messages/interfaces.hpp"
#include "runtime/cluster/file_awaited_logs.hpp"
#include "runtime/cluster/file_disk.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace tutti::cluster {

/// What followed from a job on the disk is to be done now.
struct disk_job_done {
  std::function<void()> then;
};

/// Time goes on; a mover sends this to itself while something is under way.
struct file_tick {};
inline constexpr auto file_tick_interval = std::chrono::seconds(1);

/// `self` and what follows belong to the actor; the job does not.
template <class Handle, class Self>
[[nodiscard]] post_job post_for(Self self, std::shared_ptr<file_disk> disk) {
  return [self, disk = std::move(disk)](disk_lane where, disk_job job) {
    disk->post(where, [me = Handle{self}, job = std::move(job)] {
      caf::anon_send(me, disk_job_done{job()});
    });
  };
}

struct hub_files_options {
  std::string store_directory; ///< absolute; of all runs
  std::string log_directory;   ///< absolute, exists; of this run
  std::shared_ptr<file_disk> disk;
  std::shared_ptr<awaited_logs> awaited; ///< may be null
  /// Something that the user should know: a sentence without its full stop. May
  /// be empty.
  std::function<void(const std::string&)> note;
};

using hub_files_actor = file_mover_actor::extend<caf::reacts_to<disk_job_done>,
                                                 caf::reacts_to<file_tick>>;

class hub_files;

struct hub_files_state {
  static inline const char* name = "hub_files";

  hub_files_state();
  ~hub_files_state();

  std::unique_ptr<hub_files> core;
};

/// Whoever sends it something is the link to a node, and is answered; once it
/// has ended, all that its node was about to give is forgotten.
hub_files_actor::behavior_type
hub_files_behavior(hub_files_actor::stateful_pointer<hub_files_state> self,
                   hub_files_options options);

} // namespace tutti::cluster

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::cluster::disk_job_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::cluster::file_tick)
