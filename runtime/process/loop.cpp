// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/process/loop.hpp"

#include "runtime/process/files.hpp"
#include "runtime/process/sweep.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <utility>

namespace tutti::process {

namespace {

/// As much as a pipe holds by default.
constexpr std::size_t buffer_bytes = std::size_t{64} << 10;

/// What is started is to die of a lack of memory before tutti does.
constexpr int oom_score_added = 500;
constexpr int oom_score_max = 1000;

std::string oom_score_of_children() {
  auto own = read_file("/proc/self/oom_score_adj", 16).content;
  return std::to_string(
      std::min(std::atoi(own.c_str()) + oom_score_added, oom_score_max));
}

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
    outer_tag_(std::move(outer_tag)), mark_(run_mark::make()),
    oom_score_(oom_score_of_children()), now_(std::chrono::steady_clock::now()),
    heard_(now_), buffer_(buffer_bytes) {
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
    remove_spare_files();
  }
  kill_everything();
}

const process_table& loop::table() {
  if (!table_)
    table_ = process_table::snapshot();
  return *table_;
}

int loop::timeout_ms() const {
  if (attempts_.empty() && !inputs_.has_spare() && out_.empty())
    return -1;
  // Not longer than a heartbeat, so that a turn that comes late is noticed.
  auto due = now_ + options_.heartbeat;
  if (inputs_.has_spare())
    due = std::min(due, inputs_due_);
  if (!out_blocked_)
    due = std::min(due, out_due_);
  for (const auto& [id, a] : attempts_)
    due = std::min(due, a->next_due());
  auto left = std::chrono::ceil<std::chrono::milliseconds>(
      due - std::chrono::steady_clock::now());
  return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

// -- deaths -------------------------------------------------------------------

void loop::reap() {
  children_changed_ = false;
  table_.reset(); // what it shows may be older than the deaths
  std::vector<attempt*> gone;
  for (auto& [id, a] : attempts_) {
    if (a->notice_exit()) {
      a->drain_due = now_ + options_.drain;
      a->idle_due = steady_time::max();
      if (a->stage == stage::running)
        a->stage = stage::draining;
    }
    if (a->leader_gone)
      gone.push_back(a.get());
  }
  adopt_orphans();
  for (auto* a : gone)
    settle(*a);
}

/// Children that this process did not start are what attempts left behind.
void loop::adopt_orphans() {
  for (auto pid : children_.pids()) {
    auto known = by_pid_.find(pid);
    auto* a = known == by_pid_.end() ? nullptr : known->second;
    if (a != nullptr && pid == a->leader)
      continue; // stays unreaped as long as its attempt is there
    if (::waitpid(pid, nullptr, WNOHANG) == pid) {
      strays_.erase(pid);
      if (a != nullptr) {
        std::erase(a->orphans, pid);
        by_pid_.erase(known);
      }
      continue;
    }
    if (a != nullptr)
      continue;
    a = owner_by_traces(pid);
    if (a == nullptr) {
      strays_.insert(pid);
      continue;
    }
    by_pid_[pid] = a;
    a->orphans.push_back(pid);
    strays_.erase(pid);
    // One that was being born when the others were told to end.
    if (a->stage == stage::terminating)
      ::kill(pid, SIGTERM);
    else if (a->stage == stage::killing)
      a->kill_again = now_;
  }
}

/// By the marks that it bears, else by its session. One that belongs to an
/// attempt of the past is killed. None: it has covered its traces, and lives
/// until the run ends.
attempt* loop::owner_by_traces(pid_t pid) {
  if (auto number = mark_.attempt_of(pid)) {
    for (auto& [id, a] : attempts_)
      if (a->number == *number)
        return a.get();
    ::kill(pid, SIGKILL);
    return nullptr;
  }
  auto info = read_process(pid);
  if (!info)
    return nullptr;
  for (auto& [id, a] : attempts_)
    if (a->leader == info->session)
      return a.get();
  return nullptr;
}

/// Who lives in the group of a dead leader descends from it, so it is below one
/// of our children: an orphan of the attempt, or a stray.
bool loop::processes_gone(attempt& a) {
  if (!a.leader_gone || !a.orphans.empty())
    return false;
  if (!a.group_gone)
    a.group_gone = strays_.empty() || !table().has_group(a.leader);
  return a.group_gone;
}

/// Reports an attempt whose leader is gone, if nothing is left of it.
void loop::settle(attempt& a) {
  if (!processes_gone(a))
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
  by_pid_.erase(a.leader);
  a.reap_leader();
  descriptors_ -= descriptors_of(a.talk.has_value());
  report(a.finish(options_.output_bytes_max));
  if (!a.input_path.empty() && a.end != process_end::unkillable) {
    inputs_.give_back(std::exchange(a.input_path, {}));
    inputs_due_ = now_ + input_files::kept_time;
  }
  a.remove_files();
  attempts_.erase(a.id);
  room_made_ = true;
}

void loop::remove_spare_files() {
  if (inputs_.has_spare() && now_ >= inputs_due_)
    inputs_.remove_spare();
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
    a.stage_due = now_ + options_.kill_bound;
  }
  adopt_orphans();
  if (!processes_gone(a))
    a.signal_all(SIGKILL, table());
  a.kill_again = now_ + kill_interval;
}

void loop::check_due(attempt& a) {
  if (now_ >= a.watch_due) {
    a.watch_due = steady_time::max();
    if (a.pipe)
      watch(a.pipe.get(), EPOLLIN, EPOLL_CTL_ADD);
  }
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
    if (processes_gone(a))
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
    if (processes_gone(a))
      return; // the rest is a matter of the drain
    a.end = process_end::unkillable;
    a.explain("still there " + seconds(options_.kill_bound) + " after KILL");
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
  if (attempts_.empty() || lease_suspended_ || late < options_.lease)
    return;
  heard_ = now_; // once in a lease
  end_all_held("ended before it could start: tutti gave no sign of life");
  for (auto& [id, a] : attempts_) {
    if (a->stage >= stage::terminating)
      continue;
    a->explain("tutti gave no sign of life for " + seconds(options_.lease));
    a->end = process_end::abandoned;
    terminate(*a);
  }
}

/// Until no child is left: what dies leaves its children to this process, so
/// the loop comes to all of them. Of what cannot be killed the record stays.
void loop::kill_everything() {
  bool all_gone = false;
  auto until = std::chrono::steady_clock::now() + options_.last_kill_bound();
  while (!all_gone && std::chrono::steady_clock::now() < until) {
    // Without children there is nobody, and no need to look at all there are.
    if (auto roots = children_.pids(); !roots.empty()) {
      auto deeper = process_table::snapshot().descendants(roots);
      for (auto pid : roots) {
        ::kill(-pid, SIGKILL);
        ::kill(pid, SIGKILL);
      }
      for (const auto& x : deeper)
        signal_process(x, SIGKILL);
    }
    pid_t pid = 0;
    while ((pid = ::waitpid(-1, nullptr, WNOHANG)) > 0) {
    }
    all_gone = pid < 0 && errno == ECHILD;
    pollfd death{signals_.get(), POLLIN, 0};
    ::poll(&death, 1, all_gone ? 0 : 20);
    signalfd_siginfo info[8];
    (void)!::read(signals_.get(), info, sizeof info);
  }
  for (auto& [id, a] : attempts_)
    a->remove_files();
  inputs_.remove_spare();
  // Last of all: who finds none may have the folder, which is theirs to remove.
  if (all_gone && recorded_)
    remove_run_record(options_.io_directory);
}

} // namespace tutti::process
