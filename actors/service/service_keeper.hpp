// SPDX-License-Identifier: BSD-3-Clause
// How one service is started, found ready, started again and ended (semantics
// §23). Pure: the actor does the talking.
#pragma once

#include "messages/fact.hpp"
#include "messages/plan.hpp"
#include "messages/process.hpp"
#include "messages/service.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

namespace tutti {

/// A service that was ready for so long counts its restarts anew.
inline constexpr auto service_proof_time = std::chrono::minutes(1);
/// Before the n-th restart in a row passes min(first * 2^(n-1), last).
inline constexpr auto service_backoff_first = std::chrono::seconds(1);
inline constexpr auto service_backoff_last = std::chrono::seconds(30);

/// Whom a keeper talks to.
class service_ports {
public:
  virtual ~service_ports() = default;

  virtual void start(start_process x) = 0;
  virtual void end(end_process x) = 0;
  /// `service_changed` for the orchestrator.
  virtual void tell(service_state state, std::string text) = 0;
  /// `service_keeper::on_timer(timer)` after `span`.
  virtual void wake_after(duration span, std::uint64_t timer) = 0;
};

struct service_keeper_options {
  std::shared_ptr<const plan> work;
  service_id id;
  duration grace{std::chrono::seconds(10)}; ///< from TERM to KILL
  process_id first_process = 0; ///< it and those above are the service's
};

///   idle ──start──▶ starting ──probe──▶ ready
///                    ▲  │ exit, ready-timeout │ exit
///                    │  ▼                     ▼
///                 pausing ◀── may restart ── (down) ──▶ failed
///   any ──stop──▶ stopping ── its processes are gone ──▶ over
class service_keeper {
public:
  /// `ports` must outlive it.
  service_keeper(service_keeper_options options, service_ports& ports);

  void start(start_service given);
  void stop(bool at_once);
  void on(const process_started& x);
  void on(const process_exited& x);
  void on_timer(std::uint64_t timer);

private:
  enum class stage : std::uint8_t {
    idle,
    starting,
    ready,
    pausing,
    failed,
    stopping,
    over
  };

  [[nodiscard]] const service& mine() const;
  [[nodiscard]] expression_scope scope() const;
  [[nodiscard]] start_process prepare(const command_line& run,
                                      const std::string& name);
  void launch();
  void probe();
  void become_ready();
  void give_up_waiting();
  void end_all(bool at_once);
  void main_is_gone(const process_exited& x);
  void down(const process_exited& x);
  void settle();
  void wake(duration span, std::function<void()> then);

  service_keeper_options options_;
  service_ports& ports_;
  start_service given_;
  stage stage_ = stage::idle;
  process_id last_process_;
  process_id main_ = 0;  ///< 0: none runs
  process_id probe_ = 0; ///< 0: none runs
  std::uint32_t launches_ = 0;
  std::uint32_t restarts_ = 0; ///< in a row
  std::string why_;            ///< it is being ended for that
  std::uint64_t timers_made_ = 0;
  std::unordered_map<std::uint64_t, std::function<void()>> timers_;
};

} // namespace tutti
