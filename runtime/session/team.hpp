// SPDX-License-Identifier: BSD-3-Clause
// The actors of a run, spawned together and ended together.
#pragma once

#include "actors/agent/agent.hpp"
#include "actors/service/service.hpp"
#include "actors/time_source.hpp"
#include "messages/interfaces.hpp"
#include "runtime/artifacts/artifact_host.hpp"
#include "runtime/cluster/file_awaited_logs.hpp"
#include "runtime/cluster/file_disk.hpp"
#include "runtime/journal/journal_writer.hpp"
#include "runtime/session/approval_prompt.hpp"
#include "runtime/session/notifier.hpp"
#include "runtime/session/process_host.hpp"
#include "runtime/session/run_feed.hpp"
#include "runtime/session/run_nodes.hpp"
#include "runtime/session/run_record.hpp"
#include "runtime/session/run_sockets.hpp"
#include "runtime/session/session.hpp"
#include "runtime/session/state_directory.hpp"
#include "runtime/session/system_config.hpp"

#include <atomic>
#include <caf/actor_addr.hpp>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace tutti::session {

/// The hub, once the orchestrator has started it.
struct hub_slot {
  std::mutex mutex;
  cluster::hub_with_net hub; ///< null: not yet, or none
  std::string awaited;       ///< before the run begins; empty: nobody
};

struct team_options {
  std::shared_ptr<const plan> work;
  session_options session;
  std::uint32_t local_slots = 1; ///< of the implicit agent
  run_directory files;
  std::shared_ptr<artifacts::artifact_disk> disk; ///< of this run
  run_record record;
  engine::graph_options graph;
  std::vector<fact> announced; ///< told to `notify` again as the run goes on
  std::shared_ptr<node_listener> listener; ///< null: no nodes join
  cluster::epoch epoch;                    ///< of this orchestrator
  /// Of a resumed run: where its agents may still be.
  std::vector<place_agent> kept = {};
  time_source clock;                        ///< of the run
  process::supervisor* processes = nullptr; ///< must outlive the team
  run_feed* feed = nullptr;                 ///< must outlive the team
};

/// Asks the orchestrator on behalf of who sits at the keyboard.
using asker_actor = control_actor::extend<caf::reacts_to<control_call>>;

/// Made and destroyed on the main thread; the rest may be called on any.
class team {
public:
  explicit team(team_options options);
  /// Ends all actors. The supervisor's reader thread must have ended: it speaks
  /// to them.
  ~team();
  team(const team&) = delete;
  team& operator=(const team&) = delete;

  void begin();
  void stop(std::int32_t code, bool at_once);
  /// A person decided at the keyboard; the answer becomes a note.
  void decide(const gate_decision& x);
  /// After the run's end: waits, bounded, until the logs of nodes are here.
  void await_logs();
  /// After the run's end: waits, bounded, until the plan's `notify` has told of
  /// it; at once where it has none.
  void await_notices();
  /// At last: tells the nodes that the run is over, and waits, bounded, for
  /// those of its own.
  void let_nodes_go();
  /// Waits for notices no longer, now or later.
  void skip_notices();
  /// After the run's end: nobody can ask it any more.
  void close_sockets();

private:
  template <class Handle>
  void keep(const Handle& x) {
    auto kept = caf::actor_cast<caf::strong_actor_ptr>(x);
    std::lock_guard lock{mutex_};
    if (closed_) // the others have been told to go already
      caf::anon_send_exit(kept, caf::exit_reason::user_shutdown);
    else
      all_.push_back(std::move(kept));
  }

  [[nodiscard]] std::vector<agent_actor> spawn_agents(agent_options common);
  [[nodiscard]] agent_actor spawn_agent(agent_options mine, agent_id who);
  [[nodiscard]] std::uint32_t slots_of(const agent& x) const;
  [[nodiscard]] std::vector<service_actor> spawn_services(service_options each);
  void open_sockets();
  /// Some agent may be on another machine, or could be.
  [[nodiscard]] bool has_hub() const;
  [[nodiscard]] cluster::hub_with_net spawn_hub(const agent_options& common);
  void start_own_nodes(const process_actor& host);
  void own_node_ended(const process_exited& x, const std::string& said,
                      std::uint32_t left, const orchestrator_actor& lead);
  /// Only the end of the run waits for the journal.
  [[nodiscard]] bool writes_behind() const;
  /// The run begins once this was called as often as it has to be.
  void begin_if_all_is_there();
  /// Empty: there are no secrets.
  [[nodiscard]] text_mask mask() const;
  [[nodiscard]] journal_actor spawn_journal();
  [[nodiscard]] viewer_actor spawn_notifier(const process_actor& host);

  team_options options_;
  system_config config_;
  caf::actor_system system_;
  std::shared_ptr<process_routes> routes_;
  std::shared_ptr<journal::journal_writer> journal_;
  std::mutex mutex_;
  std::vector<caf::strong_actor_ptr> all_;
  bool closed_ = false; ///< with `all_`
  /// Whom the journal tells; set before it is given anything.
  std::shared_ptr<caf::actor_addr> told_by_journal_ =
      std::make_shared<caf::actor_addr>();
  bool waits_for_nodes_ = false;     ///< before it begins
  std::atomic<int> begins_after_{1}; ///< calls of `begin_if_all_is_there`
  std::shared_ptr<cluster::file_lanes> file_lanes_;     ///< null: no hub
  std::shared_ptr<cluster::awaited_logs> awaited_logs_; ///< likewise
  std::atomic<bool> enough_nodes_{false};    ///< those it waited for are there
  std::atomic<bool> dismisses_nodes_{false}; ///< they may end now
  std::shared_ptr<latch> own_nodes_gone_;    ///< null: it has none
  std::shared_ptr<hub_slot> hub_ = std::make_shared<hub_slot>();
  std::vector<std::shared_ptr<desk>> desks_; ///< by agent; until they are asked
  orchestrator_actor lead_;
  asker_actor asker_;
  std::shared_ptr<latch> notices_told_; ///< null: the plan has no `notify`
  run_sockets sockets_;
};

} // namespace tutti::session
