// SPDX-License-Identifier: BSD-3-Clause
// The tutti side of the process supervisor: a small process, forked before any
// thread exists, that owns every process of the run. It outlives a `kill -9` of
// tutti just long enough to end them all.
#pragma once

#include "messages/error.hpp"
#include "messages/process.hpp"
#include "runtime/process/options.hpp"
#include "runtime/secrets/secret_value.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tutti::process {

/// What the supervisor reports. All are called on its reader thread, one at a
/// time, in order; they must not block and must not call `shut_down`.
struct supervisor_events {
  std::function<void(process_started)> started;
  std::function<void(process_line)> line;
  /// Of interactive processes.
  std::function<void(process_output)> output;
  /// The last word about a process; comes once for each `start`. All processes
  /// of the attempt are gone then, unless it says `unkillable`.
  std::function<void(process_exited)> exited;
  /// Something has happened to the supervisor that the user should know; the
  /// run goes on. A sentence without its full stop.
  std::function<void(std::string what)> notice;
  /// The supervisor died, and its processes have been killed; no other event
  /// follows, and running processes get no `exited`. `all_dead`: none of them
  /// has withstood.
  std::function<void(std::string why, bool all_dead)> lost;
};

/// A handle on the forked supervisor. `start`, `input`, `alive`, `end`,
/// `end_all` and the lease may be called on any thread and never block: what
/// the socket does not take at once is kept and sent by the reader thread.
class supervisor {
public:
  using events = supervisor_events;

  /// Forks the supervisor; call it first thing in main, before any thread
  /// exists. Makes the calling process a subreaper too, so that it inherits,
  /// and can kill, what a killed supervisor leaves behind.
  static expected<std::unique_ptr<supervisor>> fork_now();

  supervisor(const supervisor&) = delete;
  supervisor& operator=(const supervisor&) = delete;
  ~supervisor(); ///< calls `shut_down`

  /// Must precede `listen` and the first `start`; a `start` before it is
  /// refused. Later it changes times and limits of what is started from then
  /// on, and the lease of all.
  void configure(const supervisor_options& options);

  /// What processes get that name it, and what is masked in their logs and
  /// lines from then on. Must precede the first `start`, where there is any.
  void give_secrets(const std::vector<secrets::secret_value>& xs);

  /// Starts the reader thread. Call it once.
  void listen(events handlers);

  /// `what.id` must be new in this run.
  void start(const start_process& what);

  /// To an interactive process. One that leaves 64 MiB unread is ended. Unknown
  /// or already ended ids are ignored, here and below.
  void input(process_input x);

  /// A sign of life beside its output (semantics §25).
  void alive(process_alive what);

  /// With `at_once` a second call escalates the first.
  void end(end_process what);

  /// As `end` for every process that runs now.
  void end_all(bool at_once);

  /// Before tutti stops itself (SIGTSTP): silence is no sign of death until
  /// `resume_lease`. Otherwise a silence of `lease` ends all processes.
  void suspend_lease();
  void resume_lease();

  /// Begins what `shut_down` ends, and waits for nothing. Idempotent.
  void finish();

  /// Kills what is left, waits (bounded) until the supervisor has gone, reaps
  /// it and joins the reader thread. No event comes after it. Idempotent.
  void shut_down();

  /// Of the supervisor process, for tests and diagnostics.
  [[nodiscard]] int pid() const;

private:
  struct state;
  explicit supervisor(std::unique_ptr<state> s);

  std::unique_ptr<state> state_;
};

} // namespace tutti::process
