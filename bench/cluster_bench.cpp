// SPDX-License-Identifier: BSD-3-Clause
// usage: bench_cluster [SECONDS [ROUNDS]]
//
// Handoffs between actors of two processes (semantics §34): over the link as
// nodes have it (envelopes in batches, acknowledged, over our transport), and
// over CAF's network module with one message a send; both plain and with TLS.
// For about SECONDS (2) each, ROUNDS (3) times in turn, of which the middle one
// counts: handoffs a second with outputs of 64 B and 1 KiB, and the time from a
// handoff to the answer of who got it, one at a time. Then the far process is
// frozen (SIGSTOP) for ten seconds while 100,000 handoffs of 1 KiB are sent:
// prints how far the memory of the sender grows.
//
// Ends with 1 where the link carries fewer handoffs a second than CAF does, or
// where the memory of its sender grows by more than 64 MB.
#include "bench/cluster_sides.hpp"
#include "bench/live_run.hpp"
#include "bench/memory.hpp"
#include "messages/assert.hpp"
#include "runtime/cluster/certificates.hpp"

#include <fmt/format.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <map>
#include <thread>
#include <vector>

namespace {

using namespace tutti;
using namespace tutti::bench;
using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

constexpr std::array<std::size_t, 2> sizes = {64, 1024};
constexpr auto patience = 120s;
/// So many handoffs are under way at most; each `answered_every`th is answered.
constexpr std::uint32_t window = 20'000;
constexpr std::uint32_t answered_every = 1'000;
constexpr std::uint32_t frozen_handoffs = 100'000;
constexpr double frozen_growth_max_mb = 64;

struct settings {
  double seconds = 2;
  int rounds = 3;
  std::string certificates;
};

std::unique_ptr<near_side> make_near(way x, const std::string& certificates,
                                     tally& told) {
  bool is_link = x == way::link || x == way::link_tls;
  return is_link ? make_link_near(has_tls(x), certificates, told)
                 : make_basp_near(has_tls(x), certificates, told);
}

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
  /// The next handoff.
  void send(const std::shared_ptr<const attempt_details>& details,
            bool answered) {
    near->send({task_id{count++}, task_id{0}, answered ? answered_version : 1,
                task_state::succeeded, details});
  }
  void wait_for(std::uint64_t n) {
    TUTTI_ASSERT(told.wait_for(n, patience));
  }

  tally told;
  std::unique_ptr<near_side> near;
  far_process far;
  std::uint32_t count = 0;
};

std::shared_ptr<const attempt_details> details_of(std::size_t bytes) {
  auto result = std::make_shared<attempt_details>();
  result->outputs.push_back({"result", make_text(std::string(bytes, 'x'))});
  return result;
}

double seconds_since(clock_type::time_point begin) {
  return std::chrono::duration<double>(clock_type::now() - begin).count();
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

struct round_trip {
  double p50_us = 0;
  double p99_us = 0;
};

round_trip round_trips(both& x, std::size_t bytes, double seconds) {
  auto details = details_of(bytes);
  std::vector<double> all;
  auto begin = clock_type::now();
  while (seconds_since(begin) < seconds || all.size() < 100) {
    auto sent = clock_type::now();
    x.send(details, true);
    x.wait_for(x.count);
    all.push_back(seconds_since(sent) * 1e6);
  }
  std::sort(all.begin(), all.end());
  return {all[all.size() / 2], all[all.size() * 99 / 100]};
}

/// How far the memory of this process grows, in MB.
double growth_before_a_frozen_peer(way w, const std::string& certificates) {
  both x{w, certificates};
  auto details = details_of(1024);
  x.send(details, true);
  x.wait_for(x.count);
  reset_peak();
  auto idle = resident_bytes();
  x.far.send_signal(SIGSTOP);
  auto end = clock_type::now() + 10s;
  for (std::uint32_t i = 1; i <= frozen_handoffs; ++i)
    x.send(details, i == frozen_handoffs);
  std::this_thread::sleep_until(end);
  auto peak = peak_bytes();
  x.far.send_signal(SIGCONT);
  x.wait_for(x.count); // none is lost
  return in_mb(peak, idle);
}

template <class T, class Less>
T middle(std::vector<T> all, Less less) {
  std::sort(all.begin(), all.end(), less);
  return all[all.size() / 2];
}

struct figures {
  std::array<double, sizes.size()> per_second{};
  std::array<round_trip, sizes.size()> trips{};
};

std::map<way, figures> measure(const settings& how) {
  std::map<way, std::array<std::vector<double>, sizes.size()>> rates;
  std::map<way, std::array<std::vector<round_trip>, sizes.size()>> trips;
  for (int round = 0; round < how.rounds; ++round)
    for (auto w : ways) {
      both x{w, how.certificates};
      for (std::size_t i = 0; i < sizes.size(); ++i) {
        rates[w][i].push_back(handoffs_per_second(x, sizes[i], how.seconds));
        trips[w][i].push_back(round_trips(x, sizes[i], how.seconds));
      }
    }
  std::map<way, figures> result;
  for (auto w : ways)
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      result[w].per_second[i] = middle(rates[w][i], std::less<>{});
      result[w].trips[i] =
          middle(trips[w][i], [](const round_trip& a, const round_trip& b) {
            return a.p50_us < b.p50_us;
          });
    }
  return result;
}

way rival_of(way x) {
  return has_tls(x) ? way::basp_tls : way::basp;
}

/// Whether the link keeps up.
bool print(const std::map<way, figures>& all) {
  bool fine = true;
  fmt::print("{:<10} {:>6} {:>12} {:>8} {:>9} {:>9} {:>8}\n", "", "bytes",
             "handoffs/s", "to CAF", "p50 us", "p99 us", "to CAF");
  for (auto w : ways)
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const auto& x = all.at(w);
      const auto& rival = all.at(rival_of(w));
      auto ratio = x.per_second[i] / rival.per_second[i];
      fine = fine && ratio >= 1;
      fmt::print("{:<10} {:>6} {:>12.0f} {:>8.2f} {:>9.0f} {:>9.0f} {:>8.2f}\n",
                 to_string(w), sizes[i], x.per_second[i], ratio,
                 x.trips[i].p50_us, x.trips[i].p99_us,
                 x.trips[i].p50_us / rival.trips[i].p50_us);
    }
  return fine;
}

bool print_frozen(const std::string& certificates) {
  bool fine = true;
  for (auto w : ways) {
    auto mb = growth_before_a_frozen_peer(w, certificates);
    fmt::print("{:<10} receiver frozen for 10 s, {} handoffs of 1 KiB: {:+.1f} "
               "MB\n",
               to_string(w), frozen_handoffs, mb);
    if (w != rival_of(w))
      fine = fine && mb <= frozen_growth_max_mb;
  }
  return fine;
}

std::string make_certificates(const std::string& folder) {
  auto now = std::time(nullptr);
  TUTTI_ASSERT(cluster::orchestrator_credentials(folder, now));
  TUTTI_ASSERT(cluster::node_credentials(folder, far_name, now));
  return folder;
}

int run_far(char** argv) {
  auto w = static_cast<way>(std::atoi(argv[2]));
  auto port = static_cast<std::uint16_t>(std::atoi(argv[3]));
  if (w == way::link || w == way::link_tls)
    run_link_far(has_tls(w), argv[4], port);
  else
    run_basp_far(has_tls(w), argv[4], port);
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  if (argc == 5 && std::string_view{argv[1]} == "--far")
    return run_far(argv);
  scratch_folder scratch;
  settings how;
  if (argc > 1)
    how.seconds = std::atof(argv[1]);
  if (argc > 2)
    how.rounds = std::max(1, std::atoi(argv[2]));
  how.certificates = make_certificates(scratch.path() + "/certs");
  bool fast = print(measure(how));
  bool small = print_frozen(how.certificates);
  return fast && small ? 0 : 1;
}
