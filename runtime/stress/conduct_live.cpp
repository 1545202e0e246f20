// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/conduct_live.hpp"

#include "runtime/session/system_config.hpp"
#include "runtime/stress/live_pattern.hpp"
#include "runtime/stress/live_run.hpp"
#include "runtime/stress/patterns.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace tutti::stress {

namespace {

constexpr duration patience = std::chrono::seconds{10};

constexpr std::pair<std::string_view, live_maker> makers[] = {
    {"handoff", make_handoff},
    {"readiness", make_readiness},
    {"gate-storm", make_gate_storm},
    {"status-flood", make_status_flood},
    {"slow-receiver", make_slow_receiver},
    {"resume", make_resume},
};

std::unique_ptr<live_pattern> make(const settings& how) {
  for (auto [name, maker] : makers)
    if (name == how.pattern->name)
      return maker(how);
  return nullptr;
}

/// Looks on while it runs.
class onlooker {
public:
  onlooker(live_pattern& who, const watcher& watch)
    : who_(who), watch_(watch), begun_ns_(now_ns()), moved_ns_(begun_ns_) {
  }

  void begin() {
    begun_ns_ = moved_ns_ = now_ns();
  }
  void see(const fact& x) {
    moved_ns_ = now_ns();
    who_.see(x);
  }
  /// False: it is to stop.
  bool goes_on() {
    watch_.show({who_.operations(), duration{now_ns() - begun_ns_}, false});
    stopped_ = stopped_ || !watch_.goes_on();
    stalled_ = stalled_ || duration{now_ns() - moved_ns_} > patience;
    if (stopped_ || stalled_)
      who_.release();
    return !stopped_ && !stalled_;
  }
  [[nodiscard]] bool stopped() const {
    return stopped_;
  }
  [[nodiscard]] bool stalled() const {
    return stalled_;
  }

private:
  live_pattern& who_;
  const watcher& watch_;
  std::int64_t begun_ns_;
  std::int64_t moved_ns_;
  bool stopped_ = false;
  bool stalled_ = false;
};

std::string trouble_of(const onlooker& x, int code) {
  if (x.stalled())
    return fmt::format(
        "nothing happened in the run for {}s",
        std::chrono::duration_cast<std::chrono::seconds>(patience).count());
  if (code != 0 && !x.stopped())
    return fmt::format("the run ended with exit code {}", code);
  return {};
}

} // namespace

outcome conduct_live(const settings& how, const watcher& watch,
                     process::supervisor& processes) {
  outcome result;
  result.how = how;
  result.how.threads = static_cast<std::uint32_t>(caf::get_or(
      session::system_config{}, "scheduler.max-threads", std::size_t{0}));
  scratch_folder folder;
  if (folder.path().empty()) {
    result.trouble = "no folder can be made for the run's journal";
    return result;
  }
  auto who = make(how);
  live_run_options run;
  run.work = who->work();
  run.work.directory = folder.path();
  run.durability = how.durability;
  who->add_agents(run.agents);
  onlooker looks{*who, watch};
  auto cpu = cpu_used();
  run.record = who->record();
  run.begins = [&] {
    reset_peak();
    cpu = cpu_used();
    looks.begin();
  };
  run.seen = [&looks](const fact& x) {
    looks.see(x);
  };
  run.progressed = [&who](const task_progress& x) {
    who->see(x);
  };
  run.goes_on = [&looks] {
    return looks.goes_on();
  };
  run.ended = [&] {
    auto now = cpu_used();
    result.cpu = {now.user - cpu.user, now.system - cpu.system};
    result.peak_bytes = peak_bytes();
  };
  auto code = run_live(std::move(run), folder.path(), processes);
  if (const auto* used = who->used()) {
    result.cpu = used->cpu;
    result.peak_bytes = used->peak_bytes;
  }
  result.stopped = looks.stopped();
  result.trouble = trouble_of(looks, code);
  result.elapsed = who->elapsed();
  result.operations = who->operations();
  result.times = who->take_times();
  result.accounts = who->accounts();
  result.messages = result.accounts.received;
  who->add_to(result.figures);
  return result;
}

} // namespace tutti::stress
