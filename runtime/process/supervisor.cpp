// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/process/supervisor.hpp"

#include "runtime/process/files.hpp"
#include "runtime/process/orphans.hpp"
#include "runtime/process/process_table.hpp"
#include "runtime/process/supervise.hpp"
#include "runtime/process/unique_fd.hpp"
#include "runtime/process/wire.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace tutti::process {

namespace {

using std::chrono::steady_clock;

constexpr std::size_t receive_bytes = std::size_t{256} << 10;
/// So long beyond its own bound a supervisor that was told to finish is killed.
constexpr auto finish_time = std::chrono::seconds(5);
/// Unanswered heartbeats after which the user is told.
constexpr int unanswered_told = 3;

/// Those that this process has forked and not yet reaped; usually one.
class living_supervisors {
public:
  static void add(pid_t pid) {
    std::lock_guard guard{mutex_};
    pids_.push_back(pid);
  }
  /// Returns the others.
  static std::vector<pid_t> remove(pid_t pid) {
    std::lock_guard guard{mutex_};
    std::erase(pids_, pid);
    return pids_;
  }

private:
  static inline std::mutex mutex_;
  static inline std::vector<pid_t> pids_;
};

std::string seconds(duration x) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(x).count())
       + " s";
}

std::string how_it_ended(int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == out_of_memory)
    return "the process supervisor ran out of memory";
  if (WIFSIGNALED(status))
    return "the process supervisor was ended by signal "
         + std::to_string(WTERMSIG(status));
  return "the process supervisor ended with code "
       + std::to_string(WEXITSTATUS(status));
}

/// Waits for the end of a child that was killed; none: it is stuck.
std::optional<int> reap_within(pid_t pid, duration bound) {
  constexpr auto pause = std::chrono::milliseconds(2);
  auto until = steady_clock::now() + bound;
  int status = 0;
  pid_t got = 0;
  while ((got = ::waitpid(pid, &status, WNOHANG)) == 0
         || (got < 0 && errno == EINTR)) {
    if (steady_clock::now() > until)
      return std::nullopt;
    std::this_thread::sleep_for(pause);
  }
  return status;
}

} // namespace

struct supervisor::state {
  int pid = -1;
  unique_fd socket;
  unique_fd wake; ///< an eventfd: `outgoing`, `refused` or `closing` changed
  supervisor_options options; ///< of the reader once it runs; else `mutex`
  supervisor_events handlers;
  std::thread reader;
  // What follows is the reader's.
  std::string incoming;
  std::vector<char> buffer = std::vector<char>(receive_bytes);
  steady_clock::time_point heard;  ///< from the supervisor
  steady_clock::time_point looked; ///< whether it answers
  bool silence_told = false;

  std::mutex mutex; ///< guards what follows
  std::string outgoing;
  std::vector<process_exited> refused;
  std::optional<supervisor_options> changed; ///< for the reader
  bool closing = false;
  bool awaited = false; ///< somebody is in `shut_down`, or was
  bool gone = false;

  void send(const wire::order& x);
  void start(const start_process& x);
  void send_at_once();
  void flush();
  void wake_reader() const;
  void read_until_gone();
  bool receive();
  void dispatch(const wire::report& x) const;
  void dispatch_refused();
  bool look(steady_clock::time_point now);
  void bury(const std::string& why = {});
  void finish();
  void shut_down();
};

// -- any thread ---------------------------------------------------------------

void supervisor::state::send(const wire::order& x) {
  std::lock_guard guard{mutex};
  if (gone || closing)
    return;
  auto idle = outgoing.empty();
  if (wire::encode(outgoing, x) && idle)
    send_at_once();
}

void supervisor::state::start(const start_process& x) {
  std::lock_guard guard{mutex};
  if (gone || closing)
    return;
  auto idle = outgoing.empty();
  if (wire::encode(outgoing, x)) {
    if (idle)
      send_at_once();
    return;
  }
  process_exited answer;
  answer.id = x.id;
  answer.end = process_end::not_started;
  answer.code = 126;
  answer.message =
      "the arguments, environment and input of " + x.name + " are too long";
  refused.push_back(std::move(answer));
  wake_reader();
}

/// What the socket does not take is left to the reader. The mutex is held.
void supervisor::state::send_at_once() {
  flush();
  if (!outgoing.empty())
    wake_reader();
}

/// Sends what the socket takes. The mutex is held.
void supervisor::state::flush() {
  std::size_t sent = 0;
  while (sent < outgoing.size()) {
    auto got = ::send(socket.get(), outgoing.data() + sent,
                      outgoing.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0 && errno != EAGAIN)
      sent = outgoing.size(); // gone: the reader sees its end of file
    if (got < 0)
      break;
    sent += static_cast<std::size_t>(got);
  }
  outgoing.erase(0, sent);
}

void supervisor::state::wake_reader() const {
  std::uint64_t one = 1;
  (void)!::write(wake.get(), &one, sizeof one);
}

// -- the reader ---------------------------------------------------------------

void supervisor::state::read_until_gone() {
  heard = looked = steady_clock::now();
  auto heartbeat_due = heard + options.heartbeat;
  auto give_up = steady_clock::time_point::max();
  while (true) {
    pollfd fds[] = {{socket.get(), POLLIN, 0}, {wake.get(), POLLIN, 0}};
    {
      std::lock_guard guard{mutex};
      if (changed) {
        options = *std::exchange(changed, std::nullopt);
        heartbeat_due = steady_clock::now();
      }
      flush();
      if (!outgoing.empty())
        fds[0].events |= POLLOUT;
      if (closing && give_up == steady_clock::time_point::max())
        give_up = steady_clock::now() + options.last_kill_bound() + finish_time;
    }
    auto left = std::chrono::ceil<std::chrono::milliseconds>(
        std::min(heartbeat_due, give_up) - steady_clock::now());
    ::poll(fds, 2, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (fds[1].revents != 0) {
      std::uint64_t count = 0;
      (void)!::read(wake.get(), &count, sizeof count);
      dispatch_refused();
    }
    if ((fds[0].revents & ~POLLOUT) != 0 && !receive())
      return bury();
    auto now = steady_clock::now();
    if (now >= give_up)
      return bury();
    if (now >= heartbeat_due) {
      heartbeat_due = now + options.heartbeat;
      auto told_to_finish = give_up != steady_clock::time_point::max();
      if (!told_to_finish && !look(now))
        return bury("the process supervisor gave no sign of life for "
                    + seconds(options.lease) + " and was killed");
      send(wire::heartbeat{});
    }
  }
}

/// Sees to a supervisor that was stopped, or does not answer; between two
/// heartbeats. False: it has been silent for too long.
bool supervisor::state::look(steady_clock::time_point now) {
  auto tell = [this](std::string what) {
    if (handlers.notice)
      handlers.notice(std::move(what));
  };
  // A turn that comes so late was frozen itself; the supervisor gets its time
  // again.
  if (now - std::exchange(looked, now) > unanswered_told * options.heartbeat)
    heard = now;
  auto process = read_process(pid);
  if (process && process->stopped) {
    ::kill(pid, SIGCONT); // ours until it is reaped, and so is its number
    tell("the process supervisor had been stopped by a signal; it goes on");
  }
  auto silence = now - heard;
  if (silence >= unanswered_told * options.heartbeat
      && !std::exchange(silence_told, true))
    tell("the process supervisor has not answered for " + seconds(silence)
         + "; after " + seconds(options.lease)
         + " it is killed, and the run "
           "ends");
  return silence < options.lease;
}

/// False: the supervisor has gone, or talks nonsense.
bool supervisor::state::receive() {
  auto got = ::recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EINTR || errno == EAGAIN))
    return true;
  if (got <= 0)
    return false;
  heard = steady_clock::now();
  silence_told = false;
  incoming.append(buffer.data(), static_cast<std::size_t>(got));
  std::string_view rest{incoming};
  while (true) {
    auto frame = wire::first_frame(rest);
    if (frame.state == wire::frame_state::incomplete)
      break;
    auto x = wire::decode_report(frame.body);
    if (!x)
      return false;
    dispatch(*x);
    rest.remove_prefix(frame.bytes_used);
  }
  incoming.erase(0, incoming.size() - rest.size());
  return true;
}

void supervisor::state::dispatch(const wire::report& x) const {
  auto tell = [](const auto& handler, const auto& what) {
    if (handler)
      handler(what);
  };
  if (const auto* started = std::get_if<process_started>(&x))
    tell(handlers.started, *started);
  else if (const auto* line = std::get_if<process_line>(&x))
    tell(handlers.line, *line);
  else if (const auto* output = std::get_if<process_output>(&x))
    tell(handlers.output, *output);
  else if (const auto* exited = std::get_if<process_exited>(&x))
    tell(handlers.exited, *exited);
}

void supervisor::state::dispatch_refused() {
  std::vector<process_exited> answers;
  {
    std::lock_guard guard{mutex};
    answers.swap(refused);
  }
  for (auto& answer : answers)
    dispatch(std::move(answer));
}

/// Sees that the supervisor and all that it left to us are dead. `why` says
/// what it is killed for; empty: it ended by itself, or was told to.
void supervisor::state::bury(const std::string& why) {
  bool expected = false;
  {
    std::lock_guard guard{mutex};
    gone = true;
    expected = closing;
  }
  // One that ended by itself has its status already, the signal changes none.
  ::kill(pid, SIGKILL);
  auto status = reap_within(pid, options.kill_bound);
  auto others = living_supervisors::remove(pid);
  if (!status)
    for (const auto& x : process_table::snapshot().descendants({pid}))
      signal_process(x, SIGKILL); // ours only when it has gone
  auto finished =
      expected && status && WIFEXITED(*status) && WEXITSTATUS(*status) == 0;
  auto clean = finished || kill_orphans(options.kill_bound, others);
  if (expected || !handlers.lost)
    return;
  auto reason = why;
  if (reason.empty())
    reason = status ? how_it_ended(*status) : "the process supervisor hangs";
  bool all_dead = clean && status;
  handlers.lost(reason
                    + (all_dead ? "; its processes have been killed"
                                : "; some of its processes cannot be killed"),
                all_dead);
}

void supervisor::state::finish() {
  std::lock_guard guard{mutex};
  if (closing)
    return;
  if (!gone) {
    ::kill(pid, SIGCONT); // it may have been stopped
    if (wire::encode(outgoing, wire::order{wire::finish{}}))
      flush();
  }
  closing = true;
  wake_reader();
}

void supervisor::state::shut_down() {
  finish();
  {
    std::lock_guard guard{mutex};
    if (std::exchange(awaited, true))
      return;
  }
  if (reader.joinable())
    reader.join();
  else if (!gone)
    read_until_gone();
}

// -- supervisor ---------------------------------------------------------------

expected<std::unique_ptr<supervisor>> supervisor::fork_now() {
  auto fail = [](const char* what) {
    return error{exit_code::environment,
                 std::string{"cannot start the process supervisor: "} + what
                     + ": " + system_text(errno)};
  };
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return fail("socketpair");
  auto s = std::make_unique<state>();
  s->socket.reset(ends[0]);
  unique_fd theirs{ends[1]};
  s->wake.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!s->wake)
    return fail("eventfd");
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
    return fail("PR_SET_CHILD_SUBREAPER");
  s->pid = ::fork();
  if (s->pid < 0)
    return fail("fork");
  if (s->pid == 0)
    supervise(std::move(theirs));
  living_supervisors::add(s->pid);
  return std::unique_ptr<supervisor>{new supervisor{std::move(s)}};
}

supervisor::supervisor(std::unique_ptr<state> s) : state_(std::move(s)) {
}

supervisor::~supervisor() {
  shut_down();
}

void supervisor::configure(const supervisor_options& options) {
  {
    std::lock_guard guard{state_->mutex};
    if (state_->reader.joinable())
      state_->changed = options; // the reader takes it over
    else
      state_->options = options;
    state_->wake_reader();
  }
  state_->send(options);
}

void supervisor::give_secrets(const std::vector<secrets::secret_value>& xs) {
  wire::secret_values told;
  for (const auto& x : xs) {
    told.names.push_back(x.name);
    told.values.push_back(x.value);
  }
  state_->send(std::move(told));
}

void supervisor::listen(events handlers) {
  state_->handlers = std::move(handlers);
  state_->reader = std::thread{[s = state_.get()] {
    s->read_until_gone();
  }};
  ::pthread_setname_np(state_->reader.native_handle(), "tutti-process");
}

void supervisor::start(const start_process& what) {
  state_->start(what);
}

void supervisor::input(process_input x) {
  // A frame has a limit; what goes through a pipe has no seams.
  constexpr std::size_t piece = std::size_t{1} << 20;
  auto rest = std::string_view{x.data};
  while (rest.size() > piece) {
    state_->send(process_input{x.id, std::string{rest.substr(0, piece)}});
    rest.remove_prefix(piece);
  }
  state_->send(process_input{x.id, std::string{rest}, x.close, x.taken_bytes});
}

void supervisor::alive(process_alive what) {
  state_->send(what);
}

void supervisor::end(end_process what) {
  state_->send(what);
}

void supervisor::end_all(bool at_once) {
  state_->send(wire::end_all{at_once});
}

void supervisor::suspend_lease() {
  state_->send(wire::lease{true});
}

void supervisor::resume_lease() {
  state_->send(wire::lease{false});
}

void supervisor::finish() {
  state_->finish();
}

void supervisor::shut_down() {
  state_->shut_down();
}

int supervisor::pid() const {
  return state_->pid;
}

} // namespace tutti::process
