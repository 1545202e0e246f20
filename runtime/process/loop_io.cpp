// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/process/env_file.hpp"
#include "runtime/process/environment.hpp"
#include "runtime/process/files.hpp"
#include "runtime/process/loop.hpp"
#include "runtime/process/spawn.hpp"
#include "runtime/process/sweep.hpp"
#include "runtime/process/text_filter.hpp"
#include "runtime/secrets/secret_value.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <sys/resource.h>
#include <type_traits>
#include <utility>
#include <variant>

namespace tutti::process {

namespace {

constexpr int events_max = 64;
/// While tutti reads nothing, lines (and only lines) over this are dropped.
constexpr std::size_t out_bytes_max = std::size_t{8} << 20;

process_exited failed(const attempt& a, process_end end, std::int32_t code,
                      std::string message) {
  process_exited result;
  result.id = a.id;
  result.end = end;
  result.code = code;
  result.message = std::move(message);
  return result;
}

/// The system's fault, or the disk is full.
process_exited unwritten(const attempt& a, const std::string& what,
                         int error_number) {
  return failed(
      a, no_space(error_number) ? process_end::no_space : process_end::refused,
      0, "cannot write " + what + ": " + system_text(error_number));
}

constexpr const char* told_to_end = "ended before there were means to start it";

bool is_file_name(const std::string& x) {
  return !x.empty() && x != "." && x != ".."
      && x.find_first_of(std::string_view{"/\0", 2}) == std::string::npos;
}

} // namespace

// -- conversation with tutti --------------------------------------------------

void loop::watch(int fd, std::uint32_t events, int operation) {
  epoll_event x{};
  x.events = events;
  x.data.fd = fd;
  ::epoll_ctl(epoll_.get(), operation, fd, &x);
}

void loop::wait_for_events() {
  epoll_event events[events_max];
  auto count = ::epoll_wait(epoll_.get(), events, events_max, timeout_ms());
  auto before = std::exchange(now_, std::chrono::steady_clock::now());
  // A turn that comes so late was frozen itself; tutti gets its time again.
  if (now_ - before > 3 * options_.heartbeat)
    heard_ = now_;
  table_.reset();
  bool orders = false;
  for (int i = 0; i < count; ++i) {
    auto fd = events[i].data.fd;
    if (fd == signals_.get()) {
      signalfd_siginfo info[8];
      // What it says is coalesced anyway; waitpid knows.
      while (::read(fd, info, sizeof info) == ssize_t{sizeof info}) {
      }
      children_changed_ = true;
    } else if (fd == socket_.get()) {
      orders = true;
    } else if (auto a = by_pipe_.find(fd); a != by_pipe_.end()) {
      on_pipe(*a->second, fd, events[i].events);
    }
  }
  // Ends first: they free what the orders may need.
  if (children_changed_)
    reap();
  if (orders)
    receive();
}

void loop::on_pipe(attempt& a, int fd, std::uint32_t events) {
  if (fd == a.pipe.get() && events == EPOLLHUP)
    forget_pipe(a.pipe); // and nothing is in it
  else if (fd == a.pipe.get())
    read_output(a);
  else if (fd == a.talk->input.get())
    write_input(a);
  else
    (void)read_talk(a);
  if (a.pipes_ended() && a.leader_gone)
    children_changed_ = true; // this may have completed its end
}

void loop::receive() {
  while (!over_) {
    auto got =
        ::recv(socket_.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0 && errno == EAGAIN)
      break;
    if (got <= 0) {
      over_ = true;
      return;
    }
    in_.append(buffer_.data(), static_cast<std::size_t>(got));
    if (static_cast<std::size_t>(got) < buffer_.size())
      break;
  }
  heard_ = now_;
  std::string_view rest{in_};
  while (!over_) {
    auto frame = wire::first_frame(rest);
    if (frame.state == wire::frame_state::incomplete)
      break;
    auto x = wire::decode_order(frame.body);
    if (x)
      obey(std::move(*x));
    else
      over_ = true;
    rest.remove_prefix(frame.bytes_used);
  }
  in_.erase(0, in_.size() - rest.size());
}

void loop::obey(wire::order&& x) {
  std::visit(
      [this](auto& y) {
        using type = std::decay_t<decltype(y)>;
        if constexpr (std::is_same_v<type, supervisor_options>) {
          options_ = std::move(y);
          configured_ = true;
          logs_seen_ = {};
        } else if constexpr (std::is_same_v<type, start_process>) {
          start(std::move(y));
        } else if constexpr (std::is_same_v<type, end_process>) {
          if (auto a = attempts_.find(y.id); a != attempts_.end())
            end(*a->second, y.at_once);
          else
            (void)end_held(y.id, told_to_end);
        } else if constexpr (std::is_same_v<type, process_input>) {
          take_input(y);
        } else if constexpr (std::is_same_v<type, process_alive>) {
          if (auto a = attempts_.find(y.id); a != attempts_.end())
            a->second->alive(y.waits, now_);
        } else if constexpr (std::is_same_v<type, wire::end_all>) {
          end_all_held(told_to_end);
          for (auto& [id, a] : attempts_)
            end(*a, y.at_once);
        } else if constexpr (std::is_same_v<type, wire::heartbeat>) {
          report(wire::answer{});
        } else if constexpr (std::is_same_v<type, wire::lease>) {
          lease_suspended_ = y.suspended;
        } else if constexpr (std::is_same_v<type, wire::secret_values>) {
          take_secrets(std::move(y));
        } else if constexpr (std::is_same_v<type, wire::finish>) {
          over_ = true;
        }
      },
      x);
}

void loop::report(const wire::report& x) {
  if (std::holds_alternative<process_line>(x) && out_.size() > out_bytes_max)
    return;
  auto within = std::holds_alternative<process_started>(x)
                  ? start_interval
                  : std::chrono::milliseconds(0);
  out_due_ = std::min(out_due_, now_ + within);
  // A report is far smaller than a frame may be: only the output file could
  // make it too long, and that has its own limit.
  if (!wire::encode(out_, x))
    if (const auto* end = std::get_if<process_exited>(&x)) {
      auto shorter = *end;
      shorter.output.clear();
      shorter.message += " (the output file is too long to be passed on)";
      (void)wire::encode(out_, wire::report{std::move(shorter)});
    }
}

void loop::flush() {
  if (out_.empty() || now_ < out_due_)
    return;
  std::size_t sent = 0;
  while (sent < out_.size()) {
    auto got = ::send(socket_.get(), out_.data() + sent, out_.size() - sent,
                      MSG_DONTWAIT | MSG_NOSIGNAL);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      break; // full, or gone: the loop reads the end of file next
    sent += static_cast<std::size_t>(got);
  }
  out_.erase(0, sent);
  if (out_.empty())
    out_due_ = steady_time::max();
  if (out_.empty() == out_blocked_) {
    out_blocked_ = !out_.empty();
    watch(socket_.get(), out_blocked_ ? EPOLLIN | EPOLLOUT : EPOLLIN,
          EPOLL_CTL_MOD);
  }
}

// -- starts and output --------------------------------------------------------

void loop::start(start_process&& x) {
  if (attempts_.contains(x.id))
    return; // an id is never used twice; the first keeps it
  auto a = std::make_unique<attempt>(x.id, x.name, options_);
  if (patterns_)
    a->mask.emplace(*patterns_);
  short_of_means_ = false;
  auto failure = prepare(*a, x);
  if (!failure)
    failure = launch(*a, x);
  if (failure) {
    a->remove_files();
    if (short_of_means_ && !attempts_.empty()) {
      held_.push_back(std::move(x));
      return;
    }
    held_input_.erase(x.id);
    return report(std::move(*failure));
  }
  report(process_started{a->id, a->leader});
  attempts_.emplace(a->id, std::move(a));
  if (auto told = held_input_.extract(x.id))
    take_input(told.mapped());
}

/// What had to wait for means, as far as there is room now.
void loop::start_held() {
  if (!std::exchange(room_made_, false))
    return;
  for (auto n = held_.size(); n > 0; --n) {
    auto x = std::move(held_.front());
    held_.pop_front();
    start(std::move(x));
    if (short_of_means_)
      return;
  }
}

/// Ends an order before it could start; false: it is not held.
bool loop::end_held(process_id id, const char* why) {
  auto x = std::find_if(held_.begin(), held_.end(), [id](const auto& y) {
    return y.id == id;
  });
  if (x == held_.end())
    return false;
  process_exited result;
  result.id = id;
  result.code = 128 + SIGTERM;
  result.message = why;
  held_.erase(x);
  held_input_.erase(id);
  report(std::move(result));
  return true;
}

void loop::end_all_held(const char* why) {
  while (!held_.empty() && end_held(held_.front().id, why)) {
  }
}

/// Checks the order, completes its environment and writes its input.
std::optional<process_exited> loop::prepare(attempt& a, start_process& x) {
  if (!configured_)
    return failed(a, process_end::refused, 0,
                  "the supervisor has not been told where logs go");
  if (!is_file_name(x.name))
    return failed(a, process_end::refused, 0,
                  "\"" + x.name + "\" cannot be the name of a log file");
  if (!can_write_logs())
    return failed(a, process_end::refused, 0,
                  "cannot write logs to " + options_.log_directory + ": "
                      + system_text(errno));
  if (auto failure = record_run(a))
    return failure;
  std::vector<std::string> environment;
  for (const auto& path : x.env_files) {
    auto variables = read_env_file(path);
    if (!variables)
      return failed(a, process_end::not_started, 126, variables.error().detail);
    for (auto& variable : *variables)
      environment.push_back(std::move(variable));
  }
  for (auto& variable : x.env)
    environment.push_back(std::move(variable));
  for (const auto& name : x.secrets) {
    auto at = std::find(secrets_.names.begin(), secrets_.names.end(), name);
    if (at == secrets_.names.end())
      return failed(a, process_end::refused, 0,
                    "there is no value for the secret " + name);
    environment.push_back(name + "="
                          + secrets_.values[at - secrets_.names.begin()]);
  }
  environment.push_back("TUTTI_OUTPUT=" + a.output_path);
  a.number = ++last_number_;
  environment.push_back(std::string{process_variable} + "=" + outer_tag_
                        + mark_.variable(a.number));
  if (!x.input.empty()) {
    auto error_number =
        inputs_.make(options_.io_directory, x.input, a.input_path);
    if (error_number != 0) {
      short_of_means_ = error_number == EMFILE || error_number == ENFILE;
      return unwritten(a, "the input file " + a.input_path, error_number);
    }
    environment.push_back("TUTTI_INPUT=" + a.input_path);
  }
  x.env = std::move(environment);
  a.idle_timeout = x.idle_timeout;
  a.grace = x.grace;
  return std::nullopt;
}

/// Once, before the first process: by what this run's are known, should nobody
/// be left to end them.
std::optional<process_exited> loop::record_run(const attempt& a) {
  if (recorded_)
    return std::nullopt;
  if (auto error_number = write_run_record(options_.io_directory, mark_);
      error_number != 0)
    return unwritten(a, "to " + options_.io_directory, error_number);
  recorded_ = true;
  attempt::remove_old_files(options_.io_directory);
  return std::nullopt;
}

bool loop::can_write_logs() {
  if (now_ < logs_seen_ + logs_interval)
    return true;
  if (::access(options_.log_directory.c_str(), W_OK | X_OK) != 0)
    return false;
  logs_seen_ = now_;
  return true;
}

/// Some are kept for what looking after processes takes: /proc, pidfds, files
/// that are open for a moment.
bool loop::lacks_descriptors(const start_process& x) const {
  constexpr std::size_t kept = 24;
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0
      && descriptors_ + descriptors_of(x.interactive) + kept > limit.rlim_cur;
}

std::optional<process_exited> loop::launch(attempt& a, const start_process& x) {
  int ends[2] = {-1, -1};
  // Whatever keeps a process from being made here is a want of means.
  short_of_means_ = true;
  if (lacks_descriptors(x))
    return failed(a, process_end::refused, 0, want_of_means(EMFILE));
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return failed(a, process_end::refused, 0, want_of_means(errno));
  a.pipe.reset(ends[0]);
  unique_fd write_end{ends[1]};
  ::fcntl(a.pipe.get(), F_SETFL, O_NONBLOCK);
  unique_fd its_input;
  unique_fd its_output;
  if (x.interactive) {
    a.talk.emplace();
    if (!a.talk->open(its_input, its_output))
      return failed(a, process_end::refused, 0, want_of_means(errno));
  }
  auto environment = merged_environment(base_environment_, x.env);
  auto result = spawn({x.argv, environment, x.directory, write_end.get(),
                       its_input.get(), its_output.get(), mark_.limit(a.number),
                       oom_score_, own_limit_ ? &*own_limit_ : nullptr});
  short_of_means_ = result.pid < 0 && result.end == process_end::refused;
  if (result.pid < 0)
    return failed(a, result.end, result.code, std::move(result.message));
  descriptors_ += descriptors_of(x.interactive);
  a.leader = result.pid;
  if (a.idle_timeout > duration::zero())
    a.idle_due = now_ + a.idle_timeout;
  by_pid_[a.leader] = &a;
  by_pipe_[a.pipe.get()] = &a;
  a.watch_due = now_ + start_interval;
  if (a.talk)
    begin_talk(a);
  return std::nullopt;
}

/// Who names a secret gets it from here and from nowhere else.
void loop::take_secrets(wire::secret_values&& x) {
  secrets::protect_memory();
  secrets_ = std::move(x);
  patterns_ = std::make_unique<secrets::masker>(secrets_.values);
  for (const auto& name : secrets_.names)
    std::erase_if(base_environment_, [&](const std::string& y) {
      return y.starts_with(name + "=");
    });
}

void loop::read_output(attempt& a) {
  auto got = ::read(a.pipe.get(), buffer_.data(), buffer_.size());
  if (got < 0 && (errno == EINTR || errno == EAGAIN))
    return;
  if (got <= 0)
    return forget_pipe(a.pipe);
  std::string_view bytes{buffer_.data(), static_cast<std::size_t>(got)};
  a.put_out(bytes);
  if (a.idle_due != steady_time::max())
    a.alive(false, now_);
}

void loop::send_line(attempt& a) {
  auto raw = a.line.take();
  if (!raw)
    return;
  auto text = clean_line(*raw);
  // One that was written in several colours shows only now.
  if (patterns_)
    patterns_->mask(text);
  if (text.empty())
    return;
  report(process_line{a.id, std::move(text)});
  a.line_due = now_ + line_interval;
}

} // namespace tutti::process
