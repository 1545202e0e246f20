// SPDX-License-Identifier: BSD-3-Clause
// The supervisor process: one thread, one loop over the socket to tutti, its
// children's pipes and their deaths.
#pragma once

#include "runtime/process/attempt.hpp"
#include "runtime/process/input_files.hpp"
#include "runtime/process/mark.hpp"
#include "runtime/process/process_table.hpp"
#include "runtime/process/unique_fd.hpp"
#include "runtime/process/wire.hpp"
#include "runtime/secrets/masker.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace tutti::process {

/// At most one line in so long for each process.
inline constexpr auto line_interval = std::chrono::milliseconds(100);
/// A start is told with what comes next, and not later than this; so long a
/// process may live before its output is watched.
inline constexpr auto start_interval = std::chrono::milliseconds(5);
/// So often is looked whether logs can be written.
inline constexpr auto logs_interval = std::chrono::milliseconds(100);
/// In killing, processes born since are looked for so often.
inline constexpr auto kill_interval = std::chrono::milliseconds(20);

/// Runs in the forked process until tutti says `finish` or is gone; then no
/// descendant is left, except unkillable ones.
class loop {
public:
  /// `socket` speaks `wire`. All signals are blocked, SIGCHLD is read from
  /// `signals`, a signalfd; both descriptors do not block. `base` is what the
  /// environments start from.
  loop(unique_fd socket, unique_fd signals, std::vector<std::string> base,
       std::string outer_tag);

  void run();

private:
  using attempt_ptr = std::unique_ptr<attempt>;

  // -- conversation with tutti (loop_io.cpp) --
  void wait_for_events();
  void receive();
  void obey(wire::order&& x);
  void report(const wire::report& x);
  void flush();
  void watch(int fd, std::uint32_t events, int operation);

  // -- starts and output (loop_io.cpp) --
  void take_secrets(wire::secret_values&& x);
  void start(start_process&& x);
  std::optional<process_exited> prepare(attempt& a, start_process& x);
  std::optional<process_exited> record_run(const attempt& a);
  [[nodiscard]] bool can_write_logs();
  void remove_spare_files();
  [[nodiscard]] bool lacks_descriptors(const start_process& x) const;
  std::optional<process_exited> launch(attempt& a, const start_process& x);
  void start_held();
  [[nodiscard]] bool end_held(process_id id, const char* why);
  void end_all_held(const char* why);
  void on_pipe(attempt& a, int fd, std::uint32_t events);
  void read_output(attempt& a);
  void send_line(attempt& a);

  // -- interactive processes (loop_talk.cpp) --
  void begin_talk(attempt& a);
  void lose_talk(attempt& a, const char* why);
  void take_input(const process_input& x);
  void hold_input(const process_input& x);
  void write_input(attempt& a);
  bool read_talk(attempt& a);
  void drain_talk(attempt& a);
  void end_talk(attempt& a);
  void watch_talk(attempt& a);
  void pass_on(const attempt& a, std::string output);
  void forget_pipe(unique_fd& pipe);

  // -- ends (loop.cpp) --
  void reap();
  void adopt_orphans();
  bool processes_gone(attempt& a);
  attempt* owner_by_traces(pid_t pid);
  void settle(attempt& a);
  void end(attempt& a, bool at_once);
  void terminate(attempt& a);
  void kill(attempt& a);
  void finish(attempt& a);
  void check_due(attempt& a);
  void check_all();
  void check_lease();
  void kill_everything();
  const process_table& table();
  [[nodiscard]] int timeout_ms() const;
  /// An attempt's: its pipe and its log, and two pipes for one talked with.
  [[nodiscard]] static std::size_t descriptors_of(bool talked_with) {
    return talked_with ? 4 : 2;
  }

  unique_fd socket_;
  unique_fd signals_;
  unique_fd epoll_;
  child_list children_;
  std::vector<std::string> base_environment_;
  std::string outer_tag_; ///< of the run that this one is a task of, or empty
  run_mark mark_;
  std::uint64_t last_number_ = 0; ///< of the latest attempt's mark
  bool recorded_ = false;         ///< see `write_run_record`
  input_files inputs_;
  steady_time inputs_due_; ///< then nobody has taken a spare one
  steady_time logs_seen_;  ///< when logs could be written
  std::string oom_score_;  ///< of what is started
  bool configured_ = false;
  supervisor_options options_;
  wire::secret_values secrets_;
  /// Finds them in what processes put out; null: there are none.
  std::unique_ptr<secrets::masker> patterns_;

  std::unordered_map<process_id, attempt_ptr> attempts_;
  /// Orders that found no descriptor or no process to spare; each end of an
  /// attempt gives the next one another try.
  std::deque<start_process> held_;
  /// What interactive ones among them were told already.
  std::unordered_map<process_id, process_input> held_input_;
  bool short_of_means_ = false; ///< why the last start failed
  std::size_t descriptors_ = 0; ///< what the attempts have, or will need
  bool room_made_ = false;      ///< an attempt has ended since
  std::unordered_map<int, attempt*> by_pipe_;
  std::unordered_map<pid_t, attempt*> by_pid_; ///< leaders and orphans
  std::unordered_set<pid_t> strays_; ///< children that bear no mark of ours

  std::string in_;
  std::string out_;
  bool out_blocked_ = false;
  steady_time out_due_ = steady_time::max(); ///< then `out_` leaves
  /// The limit of descriptors that tasks get back, where ours was raised.
  std::optional<rlimit> own_limit_;
  bool over_ = false;
  bool children_changed_ = false;
  bool lease_suspended_ = false;
  steady_time now_;
  steady_time heard_;
  std::optional<process_table> table_; ///< of this turn
  std::vector<char> buffer_;
};

} // namespace tutti::process
