// SPDX-License-Identifier: BSD-3-Clause
// Runs a plan's `notify` command. It never holds up the run, and what becomes
// of it changes no outcome.
#pragma once

#include "messages/interfaces.hpp"
#include "runtime/session/notices.hpp"

#include <caf/meta/type_name.hpp>

#include "runtime/session/latch.hpp"
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace tutti::session {

struct notifier_options {
  std::shared_ptr<const plan> work;
  std::string run_id;
  process_actor processes;
  /// Tells the user that a command failed.
  std::function<void(std::string)> complain;
  /// Opened when the run has ended and all is told.
  std::shared_ptr<latch> done;
  /// At the same time.
  std::size_t commands_max = 4;
  /// That wait; more are left out, and the user is told.
  std::size_t notices_max = 100;
  /// A command that takes longer is ended.
  duration time_max = std::chrono::seconds(30);
};

/// A command has had its time; the notifier sends it to itself.
struct notice_overdue {
  process_id id = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, notice_overdue& x) {
  return f(caf::meta::type_name("notice_overdue"), x.id);
}

using notifier_actor = viewer_actor::extend<
    caf::reacts_to<process_started>, caf::reacts_to<process_line>,
    caf::reacts_to<process_output>, caf::reacts_to<process_exited>,
    caf::reacts_to<notice_overdue>>;

struct notifier_state {
  static inline const char* name = "notifier";

  notifier_options options;
  std::unique_ptr<notice_reader> reader;
  std::deque<notice> waiting;
  std::unordered_map<process_id, std::string> running; ///< what each tells
  process_id last_process = 0;
  bool left_out = false; ///< a notice, for want of room
  bool ended = false;    ///< the run has
};

notifier_actor::behavior_type
notifier_behavior(notifier_actor::stateful_pointer<notifier_state> self,
                  notifier_options options);

} // namespace tutti::session

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::session::notice_overdue)
