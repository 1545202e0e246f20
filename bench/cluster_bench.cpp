// SPDX-License-Identifier: BSD-3-Clause
// usage: bench_cluster [--json] [--quick] [--rounds N] [--only NAME] [SECONDS]
//
// Handoffs between two processes (semantics §34), over the link as nodes have
// it and over others (cluster_sides.hpp), each in turn for about SECONDS (1) a
// figure, in processes of their own:
//
//   handoffs a second with outputs of 64 B and 1 KiB, plain and with TLS;
//   the memory of both processes meanwhile; the time from a handoff to the
//   answer of who got it, one at a time; how far the memory of the sender grows
//   while the far process is frozen (SIGSTOP) for ten seconds.
//
// NATS and ZeroMQ take part where they are installed (script/deps --bench).
#include "bench/cluster_measure.hpp"
#include "bench/live_run.hpp"
#include "bench/rows.hpp"
#include "messages/assert.hpp"
#include "runtime/cluster/certificates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <map>
#include <string_view>
#include <vector>

namespace {

using namespace tutti;
using namespace tutti::bench;

constexpr double frozen_seconds = 10;

using figure = double way_figures::*;

/// A row of ours, and what it is measured by; `by` is `ours`: by nothing.
struct planned_row {
  const char* name;
  const char* unit;
  better want;
  way ours;
  way by;
  figure what;
  const char* reference;
  const char* note;
};

constexpr auto per_second = "handoffs/s";
constexpr auto bare_caf = "bare CAF, one message a send";
constexpr auto into_box = "into the box of a link, out as one message a frame";

const std::vector<planned_row> planned = {
    {"cluster.handoffs-64", per_second, better::higher, way::link, way::basp,
     &way_figures::per_second_64, bare_caf, into_box},
    {"cluster.handoffs-64.nats", per_second, better::higher, way::link,
     way::nats, &way_figures::per_second_64, "NATS core", ""},
    {"cluster.handoffs-64.zeromq", per_second, better::higher, way::link,
     way::zeromq, &way_figures::per_second_64, "ZeroMQ", ""},
    {"cluster.handoffs-64.messages", per_second, better::higher, way::link_each,
     way::basp, &way_figures::per_second_64, bare_caf,
     "one actor message each, in and out"},
    {"cluster.handoffs-1024", per_second, better::higher, way::link, way::basp,
     &way_figures::per_second_1024, bare_caf, into_box},
    {"cluster.handoffs-1024.nats", per_second, better::higher, way::link,
     way::nats, &way_figures::per_second_1024, "NATS core", ""},
    {"cluster.handoffs-1024.zeromq", per_second, better::higher, way::link,
     way::zeromq, &way_figures::per_second_1024, "ZeroMQ", ""},
    {"cluster.memory-1024", "MB", better::lower, way::link, way::basp,
     &way_figures::peak_mb, bare_caf, "the larger of both processes"},
    {"cluster.cpu-64", "us", better::lower, way::link, way::basp,
     &way_figures::cpu_us_64, bare_caf, "CPU of both processes for a handoff"},
    {"cluster.cpu-64.zeromq", "us", better::lower, way::link, way::zeromq,
     &way_figures::cpu_us_64, "ZeroMQ", ""},
    {"cluster.cpu-64.tls", "us", better::lower, way::link_tls, way::link,
     &way_figures::cpu_us_64, "plain", ""},
    {"cluster.tls-64", per_second, better::higher, way::link_tls, way::link,
     &way_figures::per_second_64, "plain", ""},
    {"cluster.tls-1024", per_second, better::higher, way::link_tls, way::link,
     &way_figures::per_second_1024, "plain", ""},
    {"cluster.tls-64.caf", per_second, better::higher, way::link_tls,
     way::basp_tls, &way_figures::per_second_64, "CAF with TLS", ""},
    {"cluster.round-trip", "us", better::lower, way::link, way::basp,
     &way_figures::p50_us, "bare CAF", "p50"},
    {"cluster.round-trip.p99", "us", better::lower, way::link, way::basp,
     &way_figures::p99_us, "bare CAF", "p99"},
    {"cluster.round-trip.tls", "us", better::lower, way::link_tls,
     way::basp_tls, &way_figures::p50_us, "CAF with TLS", "p50"},
};

void measure_ways(const row_options& how, const measure_options& options) {
  std::vector<planned_row> rows;
  std::vector<way> needed;
  auto need = [&needed](way x) {
    if (std::find(needed.begin(), needed.end(), x) == needed.end())
      needed.push_back(x);
  };
  for (const auto& x : planned)
    if (how.wants(x.name) && is_there(x.by)) {
      rows.push_back(x);
      need(x.ours);
      need(x.by);
    }
  std::map<way, std::vector<way_figures>> all;
  for (int i = 0; i < how.rounds; ++i)
    for (auto x : needed)
      all[x].push_back(measure_way(x, options));
  auto samples = [&all](way x, figure what) {
    std::vector<double> result;
    for (const auto& y : all[x])
      result.push_back(y.*what);
    return result;
  };
  for (const auto& x : rows) {
    row told{x.name,      x.unit,
             x.want,      samples(x.ours, x.what),
             x.reference, samples(x.by, x.what),
             x.note};
    print(how, told);
  }
}

void measure_frozen_ones(const row_options& how,
                         const measure_options& options) {
  auto seconds = how.quick ? 1 : frozen_seconds;
  for (bool tls : {false, true}) {
    row told;
    told.name = tls ? "cluster.frozen.tls" : "cluster.frozen";
    told.unit = "MB";
    told.want = better::lower;
    if (!how.wants(told.name))
      continue;
    auto x = measure_frozen(tls ? way::link_tls : way::link, seconds, options);
    auto by = measure_frozen(tls ? way::basp_tls : way::basp, seconds, options);
    told.samples.push_back(x.growth_mb);
    told.reference.push_back(by.growth_mb);
    told.reference_name = tls ? "CAF with TLS" : "bare CAF";
    told.note = fmt::format("{:.0f} handoffs taken and {:.0f} times refused; "
                            "CAF refuses nothing and was sent {:.0f}",
                            x.sent, x.refused, by.sent);
    print(how, told);
  }
}

std::string make_certificates(const std::string& folder) {
  auto now = std::time(nullptr);
  TUTTI_ASSERT(cluster::orchestrator_credentials(folder, now));
  TUTTI_ASSERT(cluster::node_credentials(folder, far_name, now));
  return folder;
}

} // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  if (argc == 5 && std::string_view{argv[1]} == "--far")
    return run_far_process(argv + 1);
  auto how = take_row_options(argc, argv);
  scratch_folder scratch;
  measure_options options;
  options.seconds = how.quick ? 0.2 : 1;
  if (!how.arguments.empty())
    options.seconds = std::max(0.01, std::atof(how.arguments[0].c_str()));
  options.certificates = make_certificates(scratch.path() + "/certs");
  measure_ways(how, options);
  measure_frozen_ones(how, options);
  return 0;
}
