// SPDX-License-Identifier: BSD-3-Clause
// A supervisor with directories of its own, whose events can be waited for.
#pragma once

#include "runtime/process/supervisor.hpp"
#include "runtime/process/unique_fd.hpp"

#include <sys/types.h>

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace tutti::process {

/// A directory that vanishes with its owner.
class scratch_directory {
public:
  scratch_directory();
  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;
  ~scratch_directory();

  [[nodiscard]] const std::filesystem::path& path() const {
    return path_;
  }

private:
  std::filesystem::path path_;
};

/// A FIFO through which processes of a test say that they are ready.
class ready_pipe {
public:
  explicit ready_pipe(const std::filesystem::path& path);

  /// The next `count` lines; fails the test if they do not come.
  std::vector<std::string> lines(std::size_t count);

private:
  unique_fd fd_;
  std::string text_;
};

/// Holds on to a process, whoever's child it is, to see it end.
class watched_process {
public:
  explicit watched_process(pid_t pid);

  /// Waits (bounded) until it has ended.
  [[nodiscard]] bool ends() const;
  [[nodiscard]] bool has_ended() const;

private:
  unique_fd fd_;
};

/// `lines` as pids, each held on to.
std::vector<watched_process> watched(const std::vector<std::string>& lines);

class harness {
public:
  harness();
  explicit harness(const std::function<void(supervisor_options&)>& change);

  /// A start of `argv` in the scratch directory with a short grace.
  start_process order(std::vector<std::string> argv);
  /// The same of `sh -c script`; $1 is the scratch directory.
  start_process shell(const std::string& script);

  /// Starts it and waits for its end.
  process_exited run(const start_process& x);
  process_exited run_shell(const std::string& script);

  /// The same of `shell`, to be talked with.
  start_process talking(const std::string& script);
  void say(process_id id, const std::string& text);
  void hang_up(process_id id);
  /// Waits until its output so far ends with `text`.
  void wait_output(process_id id, const std::string& text);
  /// What came of it so far, message by message.
  std::vector<std::string> outputs(process_id id);
  /// Waits until so much of its input has been handed to it.
  void wait_written(process_id id, std::uint64_t bytes);
  /// Until then nothing that comes is worked off.
  void hold_back(bool x);

  process_exited wait_exited(process_id id);
  [[nodiscard]] bool has_exited(process_id id);
  void wait_line(process_id id, const std::string& line);
  std::string wait_lost();
  /// The first that is told of the supervisor.
  std::string wait_notice();
  std::vector<process_exited> wait_count(std::size_t count);
  std::vector<std::string> lines(process_id id);

  [[nodiscard]] std::filesystem::path scratch() const {
    return directory_.path();
  }
  [[nodiscard]] std::filesystem::path io() const {
    return directory_.path() / "io";
  }
  /// In its io folder.
  [[nodiscard]] std::size_t files_of_attempts() const;
  supervisor& process() {
    return *supervisor_;
  }

private:
  template <class Predicate>
  void wait(std::unique_lock<std::mutex>& lock, const char* what,
            Predicate&& p);

  scratch_directory directory_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<process_id, process_exited> exited_;
  std::map<process_id, std::vector<std::string>> lines_;
  std::map<process_id, std::vector<std::string>> outputs_;
  std::map<process_id, std::uint64_t> written_;
  bool hold_back_ = false;
  std::map<process_id, std::uint64_t> untaken_;
  std::string lost_;
  std::vector<std::string> notices_;
  process_id last_id_ = 0;
  std::unique_ptr<supervisor> supervisor_; ///< last: it calls into the others
};

/// Forks several times, leaves the session, hides, ignores TERM; tells six pids
/// through the FIFO `ready` of its directory.
inline constexpr const char* hydra =
    "trap '' TERM;"
    "tail -f /dev/null & echo $! > ready;"
    "setsid tail -f /dev/null & echo $! > ready;"
    "(sh -c 'echo $$ > ready; exec tail -f /dev/null' &);"
    "(setsid sh -c 'echo $$ > ready; tail -f /dev/null & wait' &);"
    "(env -i PATH=$PATH setsid sh -c 'echo $$ > ready;"
    "exec tail -f /dev/null' &);"
    "echo $$ > ready; wait";
inline constexpr std::size_t hydra_heads = 6;

[[nodiscard]] bool all_end(const std::vector<watched_process>& xs);

/// A tutti in a process of its own: starts `count` hydras in `scratch`, whose
/// folder io it makes, and waits. For tests of its death.
class doomed_tutti {
public:
  using change = std::function<void(supervisor_options&)>;
  using deed = std::function<void(supervisor&)>;

  /// `then` is done by it when the hydras have been started.
  doomed_tutti(const std::filesystem::path& scratch, process_id count,
               const change& configure = {}, const deed& then = {});
  doomed_tutti(const doomed_tutti&) = delete;
  doomed_tutti& operator=(const doomed_tutti&) = delete;
  ~doomed_tutti(); ///< kills it

  [[nodiscard]] pid_t pid() const {
    return pid_;
  }
  [[nodiscard]] pid_t supervisor_pid() const {
    return supervisor_;
  }
  /// All heads of all hydras.
  [[nodiscard]] const std::vector<watched_process>& heads() const {
    return heads_;
  }
  /// The next of its processes' ends that it hears of: what was said of it.
  std::string exited();
  /// With SIGKILL, and reaps it.
  void kill();

private:
  ready_pipe exits_;
  pid_t pid_ = -1;
  pid_t supervisor_ = -1;
  std::vector<watched_process> heads_;
};

/// The largest memory a process ever had, in KiB.
[[nodiscard]] long peak_memory(pid_t pid);

/// Open descriptors of a process.
std::size_t descriptor_count(pid_t pid);

/// The whole file, as bytes.
std::string content(const std::filesystem::path& path);

} // namespace tutti::process
