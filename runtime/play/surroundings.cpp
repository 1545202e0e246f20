// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/surroundings.hpp"

#include "actors/agent/payload_shelf.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <fmt/format.h>

#include <utility>

namespace tutti::play {

namespace {

constexpr std::int32_t terminated = 143; // 128 + SIGTERM

artifacts_captured capture(const capture_artifacts& x, kept_store& kept) {
  artifacts_captured result;
  result.id = x.id;
  for (const auto& path : x.patterns)
    result.artifacts.push_back(
        {path, fmt::format("{:064x}", ++kept.files), 1, false});
  std::sort(result.artifacts.begin(), result.artifacts.end(),
            [](const auto& a, const auto& b) {
              return a.path < b.path;
            });
  result.texts.assign(x.files.size(), "{}");
  return result;
}

payload_kept keep(const keep_payload& x, kept_store& kept) {
  kept.payloads.push_back(x.details);
  payload_kept result;
  result.id = x.id;
  result.payload.offset = kept.payloads.size() - 1;
  result.payload.size_bytes = payload_shelf::bytes_of(x.details.get());
  // Equal content has an equal digest: the first payload that is the same.
  for (std::size_t i = 0; i < kept.payloads.size(); ++i)
    if (same_content(kept.payloads[i].get(), x.details.get())) {
      result.payload.digest = {i + 1, 0};
      break;
    }
  return result;
}

} // namespace

process_actor::behavior_type simulated_processes(process_actor::pointer self) {
  auto askers = std::make_shared<std::map<process_id, caf::strong_actor_ptr>>();
  auto exit = [askers](process_id id, std::int32_t code) {
    auto i = askers->find(id);
    if (i == askers->end())
      return;
    process_exited x;
    x.id = id;
    x.code = code;
    caf::anon_send(caf::actor_cast<caf::actor>(i->second), std::move(x));
    askers->erase(i);
  };
  return {
      [self, askers, exit](const start_process& x) {
        askers->emplace(x.id, self->current_sender());
        caf::anon_send(caf::actor_cast<caf::actor>(self->current_sender()),
                       process_started{x.id, 1});
        if (x.name.ends_with(".ready"))
          exit(x.id, 0);
      },
      [](const process_input&) {
        // Nothing here is talked with.
      },
      [](process_alive) {
        // Nothing here is idle.
      },
      [exit](end_process x) {
        exit(x.id, terminated);
      },
  };
}

artifact_actor::behavior_type simulated_store(artifact_actor::pointer self,
                                              kept_store* kept) {
  auto answer = [self](auto x) {
    self->send(caf::actor_cast<agent_actor>(self->current_sender()),
               std::move(x));
  };
  return {
      [answer, kept](const capture_artifacts& x) {
        answer(capture(x, *kept));
      },
      [answer](const place_artifacts& x) {
        answer(artifacts_placed{x.id, {}, false});
      },
      [answer, kept](const keep_payload& x) {
        answer(keep(x, *kept));
      },
      [answer, kept](const load_payload& x) {
        answer(payload_loaded{x.id, kept->payloads.at(x.payload.offset), {}});
      },
  };
}

person_actor::behavior_type person(person_actor::pointer self,
                                   const orchestrator_actor& lead,
                                   std::vector<control_reply>* replies) {
  return {
      [replies](const control_reply& x) {
        replies->push_back(x);
      },
      [self, lead](const control_call& x) {
        self->send(lead, x);
      },
  };
}

} // namespace tutti::play
