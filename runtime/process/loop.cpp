// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/process/loop.hpp"

#include "runtime/process/environment.hpp"

#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <utility>

namespace tutti::process {

namespace {

/// As much as a pipe holds by default.
constexpr std::size_t buffer_bytes = std::size_t{64} << 10;

std::string seconds(duration x) {
  auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(x).count();
  auto result = std::to_string(ms / 1000);
  if (ms % 1000 != 0)
    result += "." + std::to_string(1000 + ms % 1000).substr(1);
  return result + " s";
}

} // namespace

loop::loop(unique_fd socket, unique_fd signals, std::vector<std::string> base,
           std::string outer_tag)
  : socket_(std::move(socket)), signals_(std::move(signals)),
    epoll_(::epoll_create1(EPOLL_CLOEXEC)), base_environment_(std::move(base)),
    outer_tag_(std::move(outer_tag)), now_(std::chrono::steady_clock::now()),
    heard_(now_), buffer_(buffer_bytes) {
  // The start time makes a number of the past harmless.
  auto self = read_process(::getpid());
  tag_ = std::to_string(::getpid()) + "-"
       + std::to_string(self ? self->start_time : 0);
  if (!outer_tag_.empty())
    outer_tag_ += ':';
  watch(socket_.get(), EPOLLIN, EPOLL_CTL_ADD);
  watch(signals_.get(), EPOLLIN, EPOLL_CTL_ADD);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0
      && limit.rlim_cur < limit.rlim_max) {
    auto raised = limit;
    raised.rlim_cur = raised.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0)
      own_limit_ = limit;
  }
}

void loop::run() {
  while (!over_) {
    wait_for_events();
    check_lease();
    check_all();
    start_held();
    flush();
  }
  kill_everything();
}

const process_table& loop::table() {
  if (!table_)
    table_ = process_table::snapshot();
  return *table_;
}

int loop::timeout_ms() const {
  if (attempts_.empty())
    return -1;
  // Not longer than a heartbeat, so that a turn that comes late is noticed.
  auto due = now_ + heartbeat_time;
  for (const auto& [id, a] : attempts_)
    due = std::min(due, a->next_due());
  auto left = std::chrono::ceil<std::chrono::milliseconds>(
      due - std::chrono::steady_clock::now());
  return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

// -- deaths -------------------------------------------------------------------

void loop::reap() {
  children_changed_ = false;
  int status = 0;
  pid_t pid = 0;
  while ((pid = ::waitpid(-1, &status, WNOHANG)) > 0) {
    strays_.erase(pid);
    auto found = by_pid_.find(pid);
    if (found == by_pid_.end())
      continue;
    auto& a = *found->second;
    by_pid_.erase(found);
    if (pid != a.leader) {
      std::erase(a.orphans, pid);
      continue;
    }
    a.leader_gone = true;
    a.status = status;
    a.drain_due = now_ + options_->drain;
    a.idle_due = steady_time::max();
    if (a.stage == stage::running)
      a.stage = stage::draining;
  }
  adopt_orphans();
  std::vector<attempt*> gone;
  for (auto& [id, a] : attempts_)
    if (a->leader_gone)
      gone.push_back(a.get());
  for (auto* a : gone)
    settle(*a);
}

/// Children that this process did not start are what attempts left behind.
void loop::adopt_orphans() {
  for (auto pid : children_.pids()) {
    if (by_pid_.contains(pid))
      continue;
    if (auto* a = owner_by_traces(pid)) {
      by_pid_[pid] = a;
      a->orphans.push_back(pid);
      strays_.erase(pid);
      // One that was being born when the others were told to end.
      if (a->stage == stage::terminating)
        ::kill(pid, SIGTERM);
      else if (a->stage == stage::killing)
        a->kill_again = now_;
    } else {
      strays_.insert(pid);
    }
  }
}

/// By the tag in its environment, else by its session. One that belongs to an
/// attempt of the past is killed. None: it has covered its traces, and lives
/// until the run ends.
attempt* loop::owner_by_traces(pid_t pid) {
  auto tag = environment_of(pid, process_variable);
  // Between two programs a process has no environment for a moment.
  for (int i = 0; i < 3 && tag.empty() && !strays_.contains(pid); ++i) {
    ::sched_yield();
    tag = environment_of(pid, process_variable);
  }
  if (auto found = tag.find(tag_ + "."); found != std::string::npos) {
    process_id id = 0;
    const auto* first = tag.data() + found + tag_.size() + 1;
    std::from_chars(first, tag.data() + tag.size(), id);
    if (auto a = attempts_.find(id); a != attempts_.end())
      return a->second.get();
    ::kill(pid, SIGKILL);
    return nullptr;
  }
  auto info = read_process(pid);
  if (!info)
    return nullptr;
  for (auto& [id, a] : attempts_)
    if (a->leader == info->session && !a->group_gone)
      return a.get();
  return nullptr;
}

/// Reports an attempt whose leader is gone, if nothing is left of it.
void loop::settle(attempt& a) {
  if (!a.processes_gone())
    return;
  // All that was written is in the pipe; a flood is left to later turns.
  for (int i = 0; i < 4 && a.pipe; ++i)
    read_output(a);
  if (a.talk)
    drain_talk(a);
  if (a.pipes_ended() || a.drain_over)
    finish(a);
}

void loop::finish(attempt& a) {
  if (!a.pipes_ended() && a.end != process_end::unkillable) {
    a.leaked = true;
    a.explain("its output is still held open by a process that left no trace");
  }
  forget_pipe(a.pipe);
  if (a.talk)
    end_talk(a);
  a.end_output();
  send_line(a);
  for (auto pid : a.orphans)
    by_pid_.erase(pid);
  if (!a.leader_gone)
    by_pid_.erase(a.leader);
  report(a.finish(options_->output_bytes_max));
  attempts_.erase(a.id);
  room_made_ = true;
}

// -- endings ------------------------------------------------------------------

void loop::end(attempt& a, bool at_once) {
  if (at_once)
    kill(a);
  else
    terminate(a);
}

void loop::terminate(attempt& a) {
  if (a.stage >= stage::terminating)
    return;
  a.stage = stage::terminating;
  a.idle_due = steady_time::max();
  a.stage_due = now_ + a.grace;
  adopt_orphans();
  a.signal_all(SIGTERM, table());
}

void loop::kill(attempt& a) {
  if (a.stage != stage::killing) {
    a.stage = stage::killing;
    a.idle_due = steady_time::max();
    a.stage_due = now_ + options_->kill_bound;
  }
  adopt_orphans();
  if (!a.processes_gone())
    a.signal_all(SIGKILL, table());
  a.kill_again = now_ + kill_interval;
}

void loop::check_due(attempt& a) {
  if (a.line.ready() && now_ >= a.line_due)
    send_line(a);
  if (now_ >= a.idle_due) {
    a.end = process_end::idle;
    a.explain("no output for " + seconds(a.idle_timeout));
    return terminate(a);
  }
  if (now_ >= a.drain_due) {
    a.drain_due = steady_time::max();
    if (a.stage == stage::running) {
      a.explain(a.talk->lost);
      return terminate(a);
    }
    a.drain_over = true;
    adopt_orphans();
    if (a.processes_gone())
      return finish(a);
    if (a.stage == stage::draining) {
      a.leaked = true;
      return terminate(a);
    }
  }
  if (a.stage == stage::terminating && now_ >= a.stage_due)
    return kill(a);
  if (a.stage == stage::killing && now_ >= a.stage_due) {
    a.stage_due = steady_time::max();
    if (a.processes_gone())
      return; // the rest is a matter of the drain
    a.end = process_end::unkillable;
    a.explain("still there " + seconds(options_->kill_bound) + " after KILL");
    return finish(a);
  }
  if (a.stage == stage::killing && now_ >= a.kill_again)
    kill(a);
}

void loop::check_all() {
  std::vector<attempt*> due;
  for (auto& [id, a] : attempts_)
    if (now_ >= a->next_due())
      due.push_back(a.get());
  for (auto* a : due)
    check_due(*a);
}

void loop::check_lease() {
  auto late = now_ - heard_;
  if (attempts_.empty() || lease_suspended_ || late < lease_time)
    return;
  heard_ = now_; // once in a lease
  for (auto& [id, a] : attempts_) {
    if (a->stage >= stage::terminating)
      continue;
    a->explain("tutti gave no sign of life for " + seconds(lease_time));
    terminate(*a);
  }
}

/// Until no child is left: what dies leaves its children to this process, so
/// the loop comes to all of them.
void loop::kill_everything() {
  auto until = std::chrono::steady_clock::now() + last_kill_bound;
  while (std::chrono::steady_clock::now() < until) {
    auto roots = children_.pids();
    auto deeper = process_table::snapshot().descendants(roots);
    for (auto pid : roots) {
      ::kill(-pid, SIGKILL);
      ::kill(pid, SIGKILL);
    }
    for (const auto& x : deeper)
      signal_process(x, SIGKILL);
    pid_t pid = 0;
    while ((pid = ::waitpid(-1, nullptr, WNOHANG)) > 0) {
    }
    if (pid < 0 && errno == ECHILD)
      break;
    pollfd death{signals_.get(), POLLIN, 0};
    ::poll(&death, 1, 20);
    signalfd_siginfo info[8];
    (void)!::read(signals_.get(), info, sizeof info);
  }
  for (auto& [id, a] : attempts_)
    a->remove_files();
  if (options_)
    ::rmdir(options_->io_directory.c_str()); // stays where it is not empty
}

} // namespace tutti::process
