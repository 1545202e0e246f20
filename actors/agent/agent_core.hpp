// SPDX-License-Identifier: BSD-3-Clause
// All that an agent does, without CAF: queue and slots, handoffs, attempts, and
// what attempts say while they run. An attempt goes this way:
//
//   queue ─slot─▶ gather what was handed ─▶ place its artifacts ─▶ driver works
//     ─▶ take in artifacts and contracts ─▶ attempt_finished, slot free
//
// agent_core.cpp: queue, slots, arrivals, the driver's host.
// agent_attempts.cpp: from begin to end of an attempt.
// agent_live.cpp: what attempts say, ask and wait for.
#pragma once

#include "actors/agent/agent_ports.hpp"
#include "actors/agent/attempt_record.hpp"
#include "actors/agent/driver.hpp"
#include "actors/agent/handoff_table.hpp"
#include "actors/agent/payload_shelf.hpp"
#include "actors/agent/progress_gate.hpp"
#include "actors/agent/text_mask.hpp"
#include "messages/plan.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace tutti {

struct agent_core_options {
  agent_id id;
  std::uint32_t slots = 1; ///< at least 1
  std::shared_ptr<const plan> work;
  bool has_store = false;  ///< artifacts and payloads can be kept
  output_names looked_at;  ///< by the orchestrator; null: none
  std::string live_socket; ///< empty: attempts cannot say anything
  std::function<std::string()> make_token;
  text_mask mask; ///< of all that attempts say
  std::function<std::unique_ptr<driver>(driver_host&)> make_driver;
  std::uint64_t first_id = 0; ///< see `agent_options`
};

/// The best ranked assignment starts as soon as a slot is free, without a round
/// trip; handoffs are taken in while it works.
class agent_core : private driver_host {
public:
  /// `ports` must outlive it.
  agent_core(agent_core_options options, agent_ports& ports);
  ~agent_core() override;

  agent_core(const agent_core&) = delete;
  agent_core& operator=(const agent_core&) = delete;

  // From the orchestrator.
  void on(assign_task x);
  void on(const revoke_task& x);
  void on(const end_task& x);
  void on(leave_run x);
  void on(const handoff& x);
  void on(const requests_made& x);
  void on(const request_answer& x);
  void on(continue_attempt x);
  void on(const wait_refused& x);
  // From the live server.
  void on(live_call x);
  void on(live_gone x);
  // From the artifact store.
  void on(artifacts_captured x);
  void on(const artifacts_placed& x);
  void on(const payload_kept& x);
  void on(payload_loaded x);
  // From the process supervisor.
  void on(const process_line& x);
  void on(const process_output& x);
  void on(process_exited& x);

  void on_timer(std::uint64_t timer);
  // From threads of the driver.
  void on(wake_driver x);

private:
  using loaded = std::function<void(given, const std::string& mistake)>;

  struct pending_request {
    reply_to whom;
    attempt_key who;
    bool awaited = true;
  };

  /// What few agents ever have a use for, or none at a time; made once one has.
  struct extras;

  // Queue, slots, arrivals (agent_core.cpp).
  [[nodiscard]] extras& more();
  [[nodiscard]] const task_requests* requests_of(task_id task) const;
  void start_next();
  [[nodiscard]] attempt_record* find(attempt_key key);
  [[nodiscard]] std::vector<attempt_record*> working_on(task_id task);
  [[nodiscard]] std::uint64_t new_id();
  void after(duration span, std::function<void()> then);
  void arrive(const delivery& x);
  void queue_delivery(const delivery& x);
  void deliver_next();
  void deliver(const delivery& x);
  void forget_requests(const assign_task& x);
  [[nodiscard]] given given_to(task_id task) const;
  [[nodiscard]] given given_to(task_id task,
                               const std::vector<arrival>& only) const;
  void load(given x, loaded done);

  // Attempts (agent_attempts.cpp).
  void prepare(attempt_record& a);
  void load_earlier(attempt_record& a, attempt_work work);
  void place(attempt_record& a, attempt_work work);
  void launch(attempt_record& a, const attempt_work& work);
  void take_in(const delivery& x, given content);
  void hear(const delivery& x, const given& content);
  void end_delivery(const delivery& x);
  void tell(const given& content);
  void tell_untold();
  void take_in_artifacts(attempt_record& a);
  void captured(attempt_record& a, artifacts_captured x);
  [[nodiscard]] bool keeps_secrets(attempt_record& a,
                                   const artifacts_captured& x);
  void define_contracts(attempt_record& a, const std::vector<std::string>& xs);
  void conclude(attempt_record& a);
  void finish(attempt_record& a, attempt_end end, std::string message);
  void report(attempt_record& a);
  void report_kept(attempt_record& a, shared_details details);
  void place_files(const std::string& directory, std::vector<artifact> files,
                   std::function<void(const artifacts_placed&)> done);
  [[nodiscard]] bool is_last_phase(const attempt_record& a) const;
  [[nodiscard]] std::vector<contract_id> defined_by(task_id task) const;
  void fail(attempt_record& a, attempt_end end, const std::string& message);

  // Live calls (agent_live.cpp).
  void handle(live_call x, reply_to whom);
  void reply(reply_to whom, bool ok, std::string text);
  void say_progress(attempt_record& a, const live_call& x, reply_to whom);
  void add_to_handoff(attempt_record& a, live_call& x, reply_to whom);
  void request(attempt_record& a, live_call& x, reply_to whom);
  void inbox(attempt_record& a, const live_call& x, reply_to whom);
  [[nodiscard]] given take_unseen(attempt_record& a) const;
  void show_inbox(attempt_record& a, reply_to whom);
  void begin_wait(attempt_record& a);
  void end_wait(attempt_record& a);
  void resume(attempt_record& a);
  [[nodiscard]] std::vector<std::string>
  waiting_for(const attempt_record& a) const;
  void dismiss_calls(attempt_record& a);

  // driver_host
  process_id next_process() override;
  void start(start_process x) override;
  void input(process_input x) override;
  void end(end_process x) override;
  void alive(process_alive x) override;
  void progress(task_progress x) override;
  void call(live_call x) override;
  void finished(task_id task, std::uint32_t number, work_result x) override;
  void left() override;
  void has_room() override;
  void came_back() override;
  void wake_after(duration span, std::uint64_t timer) override;
  std::function<void()> waker() override;

  agent_core_options options_;
  agent_ports& ports_;
  /// Fewer than 0 for a moment, where one is taken back before it is free.
  std::int64_t free_slots_ = 0;
  bool starting_ = false;
  std::uint64_t ids_ = 0; ///< the last one that was given
  /// Assigned and not begun, best rank first; a rank is unique.
  std::map<std::uint32_t, assign_task> queue_;
  std::map<attempt_key, attempt_record> running_;
  payload_shelf shelf_;
  handoff_table handoffs_;
  bool delivering_ = false;
  bool delivering_all_ = false; ///< no recursion
  bool telling_ = false;
  bool telling_all_ = false; ///< no recursion
  std::unique_ptr<extras> more_;
  std::unique_ptr<driver> driver_; ///< goes first: it speaks to all of this
};

struct agent_core::extras {
  explicit extras(agent_core& of);

  /// In order of arrival; the first is under way while `delivering_`.
  std::deque<delivery> deliveries;
  /// What the driver has had no room for; the first is under way while
  /// `telling_`.
  std::deque<delivery> untold;
  std::unordered_map<std::uint32_t, task_requests> requests; ///< by task
  progress_gate progress;
  std::unordered_map<std::uint64_t, std::function<void()>> timers;
  std::unordered_map<std::uint64_t, attempt_key> captures;
  std::unordered_map<std::uint64_t,
                     std::function<void(const artifacts_placed&)>>
      placings;
  std::unordered_map<std::uint64_t, pending_request> calls;
};

} // namespace tutti
