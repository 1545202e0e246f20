// SPDX-License-Identifier: BSD-3-Clause
// The files of a run on one of its nodes. To the agents there it is the store:
// what they make is theirs to hand on once the run's machine has it for
// certain, and what they need is fetched from there. To that machine it gives
// what it wants of that, and of the logs.
#pragma once

#include "messages/interfaces.hpp"
#include "runtime/cluster/file_disk.hpp"
#include "runtime/cluster/file_mover.hpp"
#include "runtime/process/supervisor.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace tutti::cluster {

struct node_files_options {
  std::string store_directory; ///< absolute; of this node alone
  /// Absolute: of its supervisor. What lies in it is of this run: see
  /// `clear_logs`.
  std::string log_directory;
  std::shared_ptr<file_disk> disk;
  /// To the run's machine. It may be broken for a while: that only delays.
  file_link_actor link;
  /// Keeps results, at the run's machine: payloads are passed on to it as they
  /// are, so that it answers the agent. Null: who asks for them is refused.
  artifact_actor payloads;
  /// So often at most a log is said to have grown.
  duration look_interval{std::chrono::milliseconds(250)};
};

/// A process of the node's supervisor began or has ended; see `watch_logs`.
struct process_noticed {
  process_id id = 0;
  bool runs = false;
  std::string log; ///< of one that has ended: the path of its log, or empty
};

/// The node looks at its logs now; it sends this to itself.
struct look_at_logs {};

using node_files_actor = file_mover_actor::extend_with<artifact_actor>::extend<
    caf::reacts_to<process_noticed>, caf::reacts_to<look_at_logs>,
    caf::reacts_to<disk_job_done>, caf::reacts_to<file_tick>>;

class node_files;

struct node_files_state {
  static inline const char* name = "node_files";

  node_files_state();
  ~node_files_state();

  std::unique_ptr<node_files> core;
};

/// One for each run that the node takes part in.
node_files_actor::behavior_type
node_files_behavior(node_files_actor::stateful_pointer<node_files_state> self,
                    node_files_options options);

/// The same events; `notice` is told of those that concern logs, to be passed
/// on to the actor of the run. On the supervisor's thread.
[[nodiscard]] process::supervisor_events
watch_logs(process::supervisor_events events,
           std::function<void(const process_noticed&)> notice);

struct node_store_limits {
  /// Nanoseconds since 1970: what was not used since may go.
  std::int64_t run_began_ns = 0;
  /// Of the rest, what was used last stays up to here, for the next run.
  std::uint64_t bytes_max = std::uint64_t{4} << 30;
};

/// After a run, when its actor has ended: what no run needs goes. Blocks on the
/// disk.
void sweep_node_store(const std::string& store_directory,
                      const node_store_limits& limits);

/// After a run, before the next begins: its logs are not to be taken for those
/// of the next one.
void clear_logs(const std::string& log_directory);

} // namespace tutti::cluster

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::cluster::process_noticed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::cluster::look_at_logs)
