// SPDX-License-Identifier: BSD-3-Clause
#include "tests/runtime/process/harness.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace tutti::process {

namespace {

/// Far beyond what anything takes, so that only a defect meets it.
constexpr auto patience = std::chrono::seconds(120);
constexpr int patience_ms = 120'000;

} // namespace

scratch_directory::scratch_directory() {
  auto name = (std::filesystem::temp_directory_path() / "tutti-process-XXXXXX")
                  .string();
  if (::mkdtemp(name.data()) == nullptr)
    throw std::runtime_error("cannot make " + name);
  path_ = name;
}

scratch_directory::~scratch_directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

ready_pipe::ready_pipe(const std::filesystem::path& path) {
  if (::mkfifo(path.c_str(), 0600) != 0)
    throw std::runtime_error("cannot make " + path.string());
  // Open for writing too: no end of file while writers come and go.
  fd_.reset(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
}

std::vector<std::string> ready_pipe::lines(std::size_t count) {
  std::vector<std::string> result;
  while (result.size() < count) {
    if (auto end = text_.find('\n'); end != std::string::npos) {
      result.push_back(text_.substr(0, end));
      text_.erase(0, end + 1);
      continue;
    }
    pollfd readable{fd_.get(), POLLIN, 0};
    if (::poll(&readable, 1, patience_ms) != 1)
      throw std::runtime_error("a process of the test never got ready");
    char buffer[512];
    auto got = ::read(fd_.get(), buffer, sizeof buffer);
    if (got > 0)
      text_.append(buffer, static_cast<std::size_t>(got));
  }
  return result;
}

watched_process::watched_process(pid_t pid)
  : fd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {
  // It may be over before it could be held on to.
  if (!fd_ && errno != ESRCH)
    throw std::runtime_error("no process " + std::to_string(pid));
}

bool watched_process::ends() const {
  if (!fd_)
    return true;
  pollfd over{fd_.get(), POLLIN, 0};
  return ::poll(&over, 1, patience_ms) == 1;
}

bool watched_process::has_ended() const {
  pollfd over{fd_.get(), POLLIN, 0};
  return !fd_ || ::poll(&over, 1, 0) == 1;
}

std::vector<watched_process> watched(const std::vector<std::string>& lines) {
  std::vector<watched_process> result;
  for (const auto& line : lines)
    result.emplace_back(std::stoi(line));
  return result;
}

harness::harness() : harness([](supervisor_options&) {}) {
}

harness::harness(const std::function<void(supervisor_options&)>& change) {
  auto forked = supervisor::fork_now();
  if (!forked)
    throw std::runtime_error(forked.error().detail);
  supervisor_ = std::move(*forked);
  std::filesystem::create_directory(directory_.path() / "log");
  std::filesystem::create_directory(io());
  supervisor_options options;
  options.log_directory = (directory_.path() / "log").string();
  options.io_directory = io().string();
  change(options);
  supervisor_->configure(options);
  supervisor_events events;
  events.exited = [this](const process_exited& x) {
    std::lock_guard guard{mutex_};
    exited_[x.id] = x;
    changed_.notify_all();
  };
  events.line = [this](const process_line& x) {
    std::lock_guard guard{mutex_};
    lines_[x.id].push_back(x.line);
    changed_.notify_all();
  };
  events.output = [this](const process_output& x) {
    std::lock_guard guard{mutex_};
    written_[x.id] += x.taken_bytes;
    changed_.notify_all();
    if (x.data.empty())
      return;
    outputs_[x.id].push_back(x.data);
    if (hold_back_)
      untaken_[x.id] += x.data.size();
    else
      supervisor_->input({x.id, {}, false, x.data.size()});
  };
  events.notice = [this](const std::string& what) {
    std::lock_guard guard{mutex_};
    notices_.push_back(what);
    changed_.notify_all();
  };
  events.lost = [this](const std::string& why, bool) {
    std::lock_guard guard{mutex_};
    lost_ = why;
    changed_.notify_all();
  };
  supervisor_->listen(events);
}

start_process harness::order(std::vector<std::string> argv) {
  start_process x;
  x.id = ++last_id_;
  x.name = "attempt-" + std::to_string(x.id);
  x.argv = std::move(argv);
  x.directory = directory_.path().string();
  x.grace = patience;
  return x;
}

start_process harness::shell(const std::string& script) {
  return order({"sh", "-c", script, "sh", directory_.path().string()});
}

start_process harness::talking(const std::string& script) {
  auto x = shell(script);
  x.interactive = true;
  return x;
}

void harness::say(process_id id, const std::string& text) {
  supervisor_->input({id, text, false, 0});
}

void harness::hang_up(process_id id) {
  supervisor_->input({id, {}, true, 0});
}

void harness::hold_back(bool x) {
  std::lock_guard guard{mutex_};
  hold_back_ = x;
  if (x)
    return;
  for (const auto& [id, bytes] : untaken_)
    supervisor_->input({id, {}, false, bytes});
  untaken_.clear();
}

void harness::wait_output(process_id id, const std::string& text) {
  std::unique_lock lock{mutex_};
  wait(lock, text.c_str(), [&] {
    return !outputs_[id].empty() && outputs_[id].back().ends_with(text);
  });
}

void harness::wait_written(process_id id, std::uint64_t bytes) {
  std::unique_lock lock{mutex_};
  wait(lock, "input taken", [&] {
    return written_[id] >= bytes;
  });
}

std::vector<std::string> harness::outputs(process_id id) {
  std::lock_guard guard{mutex_};
  return outputs_[id];
}

process_exited harness::run(const start_process& x) {
  supervisor_->start(x);
  return wait_exited(x.id);
}

process_exited harness::run_shell(const std::string& script) {
  return run(shell(script));
}

template <class Predicate>
void harness::wait(std::unique_lock<std::mutex>& lock, const char* what,
                   Predicate&& p) {
  if (!changed_.wait_for(lock, patience, p))
    throw std::runtime_error(std::string{"never happened: "} + what);
}

process_exited harness::wait_exited(process_id id) {
  std::unique_lock lock{mutex_};
  wait(lock, "exited", [&] {
    return exited_.contains(id);
  });
  return exited_[id];
}

bool harness::has_exited(process_id id) {
  std::lock_guard guard{mutex_};
  return exited_.contains(id);
}

void harness::wait_line(process_id id, const std::string& line) {
  std::unique_lock lock{mutex_};
  wait(lock, line.c_str(), [&] {
    return !lines_[id].empty() && lines_[id].back() == line;
  });
}

std::string harness::wait_lost() {
  std::unique_lock lock{mutex_};
  wait(lock, "lost", [&] {
    return !lost_.empty();
  });
  return lost_;
}

std::string harness::wait_notice() {
  std::unique_lock lock{mutex_};
  wait(lock, "notice", [&] {
    return !notices_.empty();
  });
  return notices_.front();
}

std::vector<process_exited> harness::wait_count(std::size_t count) {
  std::unique_lock lock{mutex_};
  wait(lock, "all exited", [&] {
    return exited_.size() >= count;
  });
  std::vector<process_exited> result;
  for (const auto& [id, x] : exited_)
    result.push_back(x);
  return result;
}

std::vector<std::string> harness::lines(process_id id) {
  std::lock_guard guard{mutex_};
  return lines_[id];
}

std::size_t harness::files_of_attempts() const {
  std::filesystem::directory_iterator files{io()};
  return static_cast<std::size_t>(
      std::count_if(begin(files), end(files), [](const auto& x) {
        return x.path().filename() != "supervisor"; // the run's record
      }));
}

bool all_end(const std::vector<watched_process>& xs) {
  for (const auto& x : xs)
    if (!x.ends())
      return false;
  return true;
}

namespace {

/// In the forked process.
[[noreturn]] void live_until_killed(const std::filesystem::path& scratch,
                                    process_id count,
                                    const doomed_tutti::change& configure,
                                    const doomed_tutti::deed& then) {
  auto forked = supervisor::fork_now();
  if (!forked)
    ::_exit(1);
  supervisor_options options;
  options.log_directory = scratch.string();
  options.io_directory = (scratch / "io").string();
  if (configure)
    configure(options);
  (*forked)->configure(options);
  supervisor_events events;
  std::ofstream exits{scratch / "exits"};
  events.exited = [&exits](const process_exited& x) {
    exits << x.message << std::endl;
  };
  (*forked)->listen(events);
  for (process_id id = 1; id <= count; ++id) {
    start_process x;
    x.id = id;
    x.name = "hydra-" + std::to_string(id);
    // A tail whose output nobody can read any more would end by itself.
    x.argv = {"sh", "-c", std::string{"exec > /dev/null 2>&1;"} + hydra};
    x.directory = scratch.string();
    x.grace = std::chrono::milliseconds(20);
    x.input = "{}";
    (*forked)->start(x);
  }
  std::ofstream{scratch / "own"} << (*forked)->pid() << std::endl;
  if (then)
    then(**forked);
  while (true)
    ::pause();
}

} // namespace

doomed_tutti::doomed_tutti(const std::filesystem::path& scratch,
                           process_id count, const change& configure,
                           const deed& then)
  : exits_(scratch / "exits") {
  std::filesystem::create_directory(scratch / "io");
  ready_pipe ready{scratch / "ready"};
  ready_pipe own{scratch / "own"};
  pid_ = ::fork();
  if (pid_ < 0)
    throw std::runtime_error("cannot fork");
  if (pid_ == 0)
    live_until_killed(scratch, count, configure, then);
  supervisor_ = std::stoi(own.lines(1).front());
  heads_ = watched(ready.lines(count * hydra_heads));
}

doomed_tutti::~doomed_tutti() {
  kill();
}

std::string doomed_tutti::exited() {
  return exits_.lines(1).front();
}

void doomed_tutti::kill() {
  auto pid = std::exchange(pid_, -1);
  if (pid < 0)
    return;
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
}

long peak_memory(pid_t pid) {
  auto status = content("/proc/" + std::to_string(pid) + "/status");
  return std::stol(status.substr(status.find("VmHWM:") + 6));
}

std::size_t descriptor_count(pid_t pid) {
  std::filesystem::directory_iterator fds{"/proc/" + std::to_string(pid)
                                          + "/fd"};
  return static_cast<std::size_t>(std::distance(begin(fds), end(fds)));
}

std::string content(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace tutti::process
