// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/seat_actors.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <utility>

namespace tutti::cluster {

namespace {

/// Ids are an agent's number above so many bits.
constexpr unsigned agent_bits = 40;
/// Of an agent's ids, so many are one placing's.
constexpr unsigned placing_bits = 28;

} // namespace

std::uint64_t first_id_of(std::uint32_t placing) {
  constexpr auto placings = std::uint64_t{1} << (agent_bits - placing_bits);
  return placing % placings << placing_bits;
}

orchestrator_actor::behavior_type
seat_lead_behavior(orchestrator_actor::pointer self, const envelope_sink& to,
                   const agent_address& who) {
  auto pass = [self, to, who](auto& x) {
    self->send(to, to_hub{who, std::move(x)});
  };
  return {
      [](begin_run) {},
      [pass](attempt_started& x) {
        pass(x);
      },
      [pass](attempt_finished& x) {
        pass(x);
      },
      [pass](task_returned& x) {
        pass(x);
      },
      [pass](handoff_accepted& x) {
        pass(x);
      },
      [pass](answer_accepted& x) {
        pass(x);
      },
      [pass](attempt_waits& x) {
        pass(x);
      },
      [pass](wait_over& x) {
        pass(x);
      },
      [pass](make_requests& x) {
        pass(x);
      },
      [pass](agent_left& x) {
        pass(x);
      },
      // No agent says any of these.
      [](const service_changed&) {},
      [](const control_call&) {},
      [](facts_durable) {},
      [](const journal_stuck&) {},
      [](const node_joined&) {},
      [](const node_lost&) {},
      [](const node_gone&) {},
      [](const late_result&) {},
      [](const link_mark&) {},
      [](stop_run) {},
  };
}

artifact_actor::behavior_type seat_store_behavior(artifact_actor::pointer self,
                                                  const envelope_sink& to,
                                                  const agent_address& who,
                                                  const artifact_actor& files) {
  auto pass = [self, to, who](auto& x) {
    self->send(to, to_hub{who, std::move(x)});
  };
  auto to_files = [self, files](auto& x) {
    caf::send_as(caf::actor_cast<agent_actor>(self->current_sender()), files,
                 std::move(x));
  };
  return {
      [to_files](capture_artifacts& x) {
        to_files(x);
      },
      [to_files](place_artifacts& x) {
        to_files(x);
      },
      [pass](keep_payload& x) {
        pass(x);
      },
      [pass](load_payload& x) {
        pass(x);
      },
  };
}

observer_actor::behavior_type
seat_observer_behavior(observer_actor::pointer self, const progress_sink& to) {
  return {
      [](const run_facts&) {
        // Facts are the orchestrator's.
      },
      [self, to](task_progress& x) {
        self->send(to, std::move(x));
      },
  };
}

seat_processes_actor::behavior_type seat_processes_behavior(
    seat_processes_actor::stateful_pointer<seat_processes_state> self,
    const quiet_sink& to, const agent_address& who,
    const process_actor& processes) {
  auto pass = [self](auto& x) {
    self->send(self->state.agent, std::move(x));
  };
  return {
      [self, processes](start_process& x) {
        auto& s = self->state;
        if (s.ends)
          return; // whoever asks is about to go
        s.agent = caf::actor_cast<agent_actor>(self->current_sender());
        s.running.insert(x.id);
        self->send(processes, std::move(x));
      },
      [self, processes](process_input& x) {
        self->send(processes, std::move(x));
      },
      [self, processes](process_alive x) {
        self->send(processes, x);
      },
      [self, processes](end_process x) {
        self->send(processes, x);
      },
      [pass](process_started& x) {
        pass(x);
      },
      [pass](process_line& x) {
        pass(x);
      },
      [pass](process_output& x) {
        pass(x);
      },
      [self, pass, to, who](process_exited& x) {
        auto& s = self->state;
        s.running.erase(x.id);
        pass(x);
        if (s.ends && s.running.empty())
          self->send(to, seat_is_quiet{who});
      },
      [self, processes, to, who](end_seat) {
        auto& s = self->state;
        s.ends = true;
        for (auto id : s.running)
          self->send(processes, end_process{id, true});
        if (s.running.empty())
          self->send(to, seat_is_quiet{who});
      },
  };
}

} // namespace tutti::cluster
