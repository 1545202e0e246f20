// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/interfaces.hpp"
#include "runtime/artifacts/lane.hpp"
#include "runtime/artifacts/payload_file.hpp"
#include "runtime/artifacts/store.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <string>

namespace tutti::artifacts {

/// The disk behind the actor. It blocks, so it has plain threads: one for
/// files, which may be large, and one for payloads, which are waited for.
class artifact_disk {
public:
  /// `store_directory` outlives runs, `payloads` is a file of this run;
  /// absolute. With `syncs` what was kept survives a power loss.
  artifact_disk(std::string store_directory, std::string payloads,
                bool syncs = true);

  /// Does what is asked and sends the answer to `asker`; returns at once.
  void post(const capture_artifacts& x, agent_actor asker);
  void post(const place_artifacts& x, agent_actor asker);
  void post(const keep_payload& x, agent_actor asker);
  void post(const load_payload& x, agent_actor asker);

  /// Nobody is answered any more: before the actors' system goes.
  void stop();

  /// A result with its payload; null where it cannot be read back. On any
  /// thread.
  [[nodiscard]] std::shared_ptr<const attempt_details>
  whole(const std::shared_ptr<const attempt_details>& x) const;

private:
  store files_;
  payload_file payloads_;
  lane files_lane_; ///< the lanes go first: they use what is above
  lane payloads_lane_;
};

/// The actor before the disk.
artifact_actor::behavior_type
artifact_host_behavior(artifact_actor::pointer self,
                       std::shared_ptr<artifact_disk> disk);

} // namespace tutti::artifacts
