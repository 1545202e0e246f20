// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/process/attempt.hpp"

#include "runtime/process/files.hpp"
#include "runtime/process/input_files.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace tutti::process {

namespace {

constexpr std::string_view output_ending = ".out";

} // namespace

attempt::attempt(process_id asked_id, const std::string& attempt_name,
                 const supervisor_options& options)
  : id(asked_id), name(attempt_name),
    output_path(
        (options.io_directory + "/" + attempt_name).append(output_ending)),
    log(options.log_directory + "/" + attempt_name + ".log",
        options.log_bytes_max) {
}

void attempt::put_out(std::string_view bytes) {
  std::string masked;
  if (mask) {
    mask->append(bytes, masked);
    bytes = masked;
  }
  log.append(bytes);
  line.append(bytes);
}

void attempt::end_output() {
  std::string rest;
  if (mask)
    mask->finish(rest);
  log.append(rest);
  line.append(rest);
  line.end();
}

bool attempt::notice_exit() {
  siginfo_t exit{};
  if (leader_gone
      || ::waitid(P_PID, static_cast<id_t>(leader), &exit,
                  WEXITED | WNOHANG | WNOWAIT)
             != 0
      || exit.si_pid != leader)
    return false;
  leader_gone = true;
  (exit.si_code == CLD_EXITED ? code : ended_by) = exit.si_status;
  return true;
}

void attempt::reap_leader() const {
  if (leader_gone)
    ::waitpid(leader, nullptr, WNOHANG);
}

bool attempt::pipes_ended() const {
  return !pipe && !(talk && talk->output);
}

void attempt::alive(bool waits, steady_time now) {
  if (idle_timeout <= duration::zero() || leader_gone
      || stage != process::stage::running)
    return;
  idle_due = waits ? steady_time::max() : now + idle_timeout;
}

steady_time attempt::next_due() const {
  auto due = std::min({stage_due, drain_due, idle_due, watch_due});
  if (line.ready())
    due = std::min(due, line_due);
  if (stage == stage::killing)
    due = std::min(due, kill_again);
  return due;
}

void attempt::signal_all(int signal, const process_table& table) const {
  auto roots = orphans;
  if (!leader_gone)
    roots.push_back(leader);
  auto deeper = table.descendants(roots);
  auto send = [&](int which) {
    ::kill(-leader, which);
    // Our own children keep their numbers until we reap them.
    for (auto orphan : orphans)
      ::kill(orphan, which);
    for (const auto& x : deeper)
      if (x.group != leader && !x.zombie)
        signal_process(x, which);
  };
  send(signal);
  // A stopped process hears nothing but KILL and this.
  if (signal != SIGKILL)
    send(SIGCONT);
}

void attempt::explain(const std::string& sentence) {
  if (!message.empty())
    message += "; ";
  message += sentence;
}

process_exited attempt::finish(std::uint64_t output_bytes_max) {
  process_exited result;
  result.id = id;
  result.end = end;
  result.code = code;
  if (ended_by != 0) {
    result.code = 128 + ended_by;
    const auto* text = ::sigdescr_np(ended_by);
    explain("ended by signal " + std::to_string(ended_by) + " ("
            + (text != nullptr ? text : "unknown") + ")");
  }
  auto output = read_file(output_path, output_bytes_max);
  bool unreadable = output.error_number != 0 && output.error_number != ENOENT;
  if (output.truncated)
    explain("the file named by TUTTI_OUTPUT is larger than "
            + std::to_string(output_bytes_max)
            + " bytes; hand on the name of a file instead");
  if (unreadable)
    explain("cannot read the file named by TUTTI_OUTPUT: " + output.why());
  if (result.end == process_end::exited && result.code == 0
      && (output.truncated || unreadable))
    result.end = process_end::bad_output;
  result.output = std::move(output.content);
  has_output = output.error_number != ENOENT;
  log.finish();
  if (!log.failure().empty())
    explain(log.failure());
  result.log = log.path();
  result.dropped_bytes = log.dropped_bytes();
  result.leaked = leaked;
  result.message = std::move(message);
  return result;
}

void attempt::remove_files() const {
  if (has_output)
    ::unlink(output_path.c_str());
  if (!input_path.empty())
    ::unlink(input_path.c_str());
}

void attempt::remove_old_files(const std::string& io_directory) {
  namespace fs = std::filesystem;
  std::error_code failure;
  for (const auto& x : fs::directory_iterator{io_directory, failure}) {
    auto name = x.path().filename().string();
    if (name.ends_with(input_files::ending) || name.ends_with(output_ending))
      ::unlink(x.path().c_str());
  }
}

} // namespace tutti::process
