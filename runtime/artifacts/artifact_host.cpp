// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/artifacts/artifact_host.hpp"

#include "runtime/artifacts/payload_file.hpp"
#include "runtime/artifacts/store.hpp"

#include <memory>
#include <utility>

namespace tutti::artifacts {

artifact_actor::behavior_type
artifact_host_behavior(artifact_actor::pointer self,
                       const std::string& store_directory,
                       const std::string& run_directory) {
  auto files = std::make_shared<store>(store_directory);
  auto payloads = std::make_shared<payload_file>(run_directory);
  auto answer = [self](auto x) {
    self->send(caf::actor_cast<agent_actor>(self->current_sender()),
               std::move(x));
  };
  return {
      [files, answer](const capture_artifacts& x) {
        answer(files->capture(x));
      },
      [files, answer](const place_artifacts& x) {
        answer(files->place(x));
      },
      [payloads, answer](const keep_payload& x) {
        answer(payloads->keep(x));
      },
      [payloads, answer](const load_payload& x) {
        answer(payloads->load(x));
      },
  };
}

} // namespace tutti::artifacts
