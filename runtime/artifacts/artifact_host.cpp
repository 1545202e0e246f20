// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/artifacts/artifact_host.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <utility>

namespace tutti::artifacts {

artifact_disk::artifact_disk(std::string store_directory, std::string payloads,
                             bool syncs)
  : files_(std::move(store_directory)), payloads_(std::move(payloads), syncs) {
}

void artifact_disk::post(const capture_artifacts& x, agent_actor asker) {
  files_lane_.post([this, x, asker = std::move(asker)] {
    caf::anon_send(asker, files_.capture(x));
  });
}

void artifact_disk::post(const place_artifacts& x, agent_actor asker) {
  files_lane_.post([this, x, asker = std::move(asker)] {
    caf::anon_send(asker, files_.place(x));
  });
}

void artifact_disk::post(const keep_payload& x, agent_actor asker) {
  payloads_lane_.post([this, x, asker = std::move(asker)] {
    caf::anon_send(asker, payloads_.keep(x));
  });
}

void artifact_disk::post(const load_payload& x, agent_actor asker) {
  payloads_lane_.post([this, x, asker = std::move(asker)] {
    caf::anon_send(asker, payloads_.load(x));
  });
}

void artifact_disk::stop() {
  files_lane_.stop();
  payloads_lane_.stop();
}

std::shared_ptr<const attempt_details>
artifact_disk::whole(const std::shared_ptr<const attempt_details>& x) const {
  if (!x || x->payload.size_bytes == 0)
    return x;
  return payloads_.load({0, x->payload}).details;
}

artifact_actor::behavior_type
artifact_host_behavior(artifact_actor::pointer self,
                       std::shared_ptr<artifact_disk> disk) {
  auto pass_on = [self, disk = std::move(disk)](const auto& x) {
    disk->post(x, caf::actor_cast<agent_actor>(self->current_sender()));
  };
  return {
      [pass_on](const capture_artifacts& x) {
        pass_on(x);
      },
      [pass_on](const place_artifacts& x) {
        pass_on(x);
      },
      [pass_on](const keep_payload& x) {
        pass_on(x);
      },
      [pass_on](const load_payload& x) {
        pass_on(x);
      },
  };
}

} // namespace tutti::artifacts
