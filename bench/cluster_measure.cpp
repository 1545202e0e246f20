// SPDX-License-Identifier: BSD-3-Clause
#include "bench/cluster_measure.hpp"

#include "bench/apart.hpp"
#include "bench/memory.hpp"
#include "messages/assert.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <thread>

namespace tutti::bench {

namespace {

using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

constexpr auto patience = 120s;
/// Of a sender that was refused.
constexpr auto pause = 200us;
/// So many handoffs are under way at most; each `answered_every`th is answered.
constexpr std::uint32_t window = 20'000;
constexpr std::uint32_t answered_every = 1'000;
/// To a frozen receiver, where nothing is refused.
constexpr std::uint32_t frozen_handoffs = 100'000;
constexpr double mb = 1 << 20;

/// This program again, as the far side.
class far_process {
public:
  far_process(way x, const std::string& certificates, std::uint16_t port) {
    auto which = std::to_string(static_cast<int>(x));
    auto at = std::to_string(port);
    pid_ = ::fork();
    TUTTI_ASSERT(pid_ >= 0);
    if (pid_ > 0)
      return;
    ::execl("/proc/self/exe", "bench_cluster", "--far", which.c_str(),
            at.c_str(), certificates.c_str(), nullptr);
    ::_exit(127);
  }
  far_process(const far_process&) = delete;
  far_process& operator=(const far_process&) = delete;
  ~far_process() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  void send_signal(int x) const {
    ::kill(pid_, x);
  }
  [[nodiscard]] pid_t id() const {
    return pid_;
  }

private:
  pid_t pid_ = -1;
};

/// Both sides, connected.
struct both {
  both(way x, const std::string& certificates)
    : near(make_near(x, certificates, told)),
      far(x, certificates, near->port()) {
    near->wait();
  }

  /// The next handoff; false: it was refused.
  bool try_send(const std::shared_ptr<const attempt_details>& details,
                bool answered) {
    if (!near->send({task_id{count}, task_id{0},
                     answered ? answered_version : 1, task_state::succeeded,
                     details}))
      return false;
    ++count;
    return true;
  }
  void send(const std::shared_ptr<const attempt_details>& details,
            bool answered) {
    while (!try_send(details, answered)) {
      ++refused;
      std::this_thread::sleep_for(pause);
    }
  }
  void wait_for(std::uint64_t n) {
    TUTTI_ASSERT(told.wait_for(n, patience));
  }

  tally told;
  std::unique_ptr<near_side> near;
  far_process far;
  std::uint32_t count = 0;
  std::uint64_t refused = 0;
};

std::shared_ptr<const attempt_details> details_of(std::size_t bytes) {
  auto result = std::make_shared<attempt_details>();
  result->outputs.push_back({"result", make_text(std::string(bytes, 'x'))});
  return result;
}

double seconds_since(clock_type::time_point begin) {
  return std::chrono::duration<double>(clock_type::now() - begin).count();
}

/// That a process has used so far; id 0: this one.
double cpu_seconds(pid_t id = 0) {
  clockid_t clock = CLOCK_PROCESS_CPUTIME_ID;
  timespec x{};
  if (id != 0)
    TUTTI_ASSERT(::clock_getcpuclockid(id, &clock) == 0);
  TUTTI_ASSERT(::clock_gettime(clock, &x) == 0);
  return static_cast<double>(x.tv_sec) + static_cast<double>(x.tv_nsec) / 1e9;
}

/// As many as there are in that time, all of them taken by the far consumer.
double handoffs_per_second(both& x, std::size_t bytes, double seconds) {
  auto details = details_of(bytes);
  auto first = x.count;
  auto begin = clock_type::now();
  do {
    for (std::uint32_t i = 1; i <= answered_every; ++i)
      x.send(details, i == answered_every);
    if (x.count - first > window)
      x.wait_for(x.count - window);
  } while (seconds_since(begin) < seconds);
  x.wait_for(x.count);
  return (x.count - first) / seconds_since(begin);
}

void round_trips(both& x, double seconds, way_figures& into) {
  auto details = details_of(64);
  std::vector<double> all;
  auto begin = clock_type::now();
  while (seconds_since(begin) < seconds || all.size() < 100) {
    auto sent = clock_type::now();
    x.send(details, true);
    x.wait_for(x.count);
    all.push_back(seconds_since(sent) * 1e6);
  }
  std::sort(all.begin(), all.end());
  into.p50_us = all[all.size() / 2];
  into.p99_us = all[all.size() * 99 / 100];
}

way_figures measure_here(way x, const measure_options& how) {
  both sides{x, how.certificates};
  way_figures result;
  handoffs_per_second(sides, 64, how.seconds / 10); // warm
  auto cpu = [&sides] {
    return cpu_seconds() + cpu_seconds(sides.far.id());
  };
  auto cpu_before = cpu();
  auto count_before = sides.count;
  result.per_second_64 = handoffs_per_second(sides, 64, how.seconds);
  result.cpu_us_64 = (cpu() - cpu_before) * 1e6 / (sides.count - count_before);
  round_trips(sides, how.seconds, result);
  reset_peak();
  reset_peak(sides.far.id());
  result.per_second_1024 = handoffs_per_second(sides, 1024, how.seconds);
  result.peak_mb = std::max(peak_bytes(), peak_bytes(sides.far.id())) / mb;
  return result;
}

frozen_figures freeze_here(way w, double seconds, const measure_options& how) {
  both x{w, how.certificates};
  auto details = details_of(1024);
  x.send(details, true);
  x.wait_for(x.count);
  reset_peak();
  auto idle = resident_bytes();
  x.far.send_signal(SIGSTOP);
  auto span = std::chrono::duration<double>(seconds);
  auto end = clock_type::now()
           + std::chrono::duration_cast<clock_type::duration>(span);
  while (clock_type::now() < end) {
    if (x.refused == 0 && x.count >= frozen_handoffs)
      std::this_thread::sleep_until(end); // it takes whatever comes
    else if (!x.try_send(details, false)) {
      ++x.refused;
      std::this_thread::sleep_for(pause);
    }
  }
  auto peak = peak_bytes();
  x.far.send_signal(SIGCONT);
  x.send(details, true);
  x.wait_for(x.count); // none is lost
  return {in_mb(peak, idle), static_cast<double>(x.count),
          static_cast<double>(x.refused)};
}

} // namespace

way_figures measure_way(way x, const measure_options& how) {
  auto all = apart(6, [&] {
    auto y = measure_here(x, how);
    return std::vector<double>{y.per_second_64, y.per_second_1024, y.cpu_us_64,
                               y.peak_mb,       y.p50_us,          y.p99_us};
  });
  return {all[0], all[1], all[2], all[3], all[4], all[5]};
}

frozen_figures measure_frozen(way x, double seconds,
                              const measure_options& how) {
  auto all = apart(3, [&] {
    auto y = freeze_here(x, seconds, how);
    return std::vector<double>{y.growth_mb, y.sent, y.refused};
  });
  return {all[0], all[1], all[2]};
}

int run_far_process(char** argv) {
  auto x = static_cast<way>(std::atoi(argv[1]));
  run_far(x, argv[3], static_cast<std::uint16_t>(std::atoi(argv[2])));
  return 0;
}

// -- ways ---------------------------------------------------------------------

std::unique_ptr<near_side> make_near(way x, const std::string& certificates,
                                     tally& told) {
  switch (x) {
  case way::link:
  case way::link_each:
  case way::link_tls:
    return make_link_near(has_tls(x), x == way::link_each, certificates, told);
  case way::basp:
  case way::basp_tls:
    return make_basp_near(has_tls(x), certificates, told);
  case way::nats:
    return make_nats_near(told);
  case way::zeromq:
#ifdef TUTTI_BENCH_ZEROMQ
    return make_zeromq_near(told);
#endif
    break;
  }
  return nullptr;
}

void run_far(way x, const std::string& certificates, std::uint16_t port) {
  switch (x) {
  case way::link:
  case way::link_each:
  case way::link_tls:
    return run_link_far(has_tls(x), x == way::link_each, certificates, port);
  case way::basp:
  case way::basp_tls:
    return run_basp_far(has_tls(x), certificates, port);
  case way::nats:
    return run_nats_far(port);
  case way::zeromq:
#ifdef TUTTI_BENCH_ZEROMQ
    run_zeromq_far(port);
#endif
    return;
  }
}

bool is_there(way x) {
  if (x == way::nats)
    return has_nats();
#ifndef TUTTI_BENCH_ZEROMQ
  if (x == way::zeromq)
    return false;
#endif
  return true;
}

} // namespace tutti::bench
