// SPDX-License-Identifier: BSD-3-Clause
// `tutti stress`: every pattern at a small size, and what it says of itself.
// Nothing here depends on how fast anything is.
#include "tests/e2e/run_fixture.hpp"
#include "tests/support/json_schema.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using namespace tutti::test;

namespace {

struct small_run {
  std::string pattern;
  std::uint64_t count;
  std::vector<std::string> more;
  bool is_run = false; ///< which has no warm-up
};

const std::vector<small_run> classic{
    {"ping-pong", 500, {"--actors", "4"}},
    {"fan-in", 5'000, {"--actors", "4"}},
    {"fan-out", 5'000, {"--actors", "4"}},
    {"ring", 1'000, {"--actors", "7"}},
    {"create", 250, {"--actors", "100"}},
    {"big", 500, {"--actors", "5"}},
    {"pipeline", 3'000, {"--actors", "4"}},
    {"scatter-gather", 100, {"--actors", "4"}},
    {"mixed", 6, {"--actors", "100"}},
};

/// Whole runs.
const std::vector<small_run> runs{
    {"handoff", 200, {"--actors", "3"}, true},
    {"readiness", 50, {"--actors", "3"}, true},
    {"gate-storm", 100, {"--actors", "3"}, true},
    {"status-flood", 200, {"--actors", "3"}, true},
    {"slow-receiver", 300, {"--actors", "4", "--payload", "600"}, true},
    {"resume", 600, {"--actors", "3"}, true},
};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

double figure(const json& x, std::string_view name) {
  for (const auto& f : x.at("figures"))
    if (f.at("name") == name)
      return f.at("value").get<double>();
  BOOST_ERROR("there is no figure " << name);
  return -1;
}

/// The names of `--list`: what begins a line.
std::vector<std::string> listed(const std::string& text) {
  std::istringstream in{text};
  std::vector<std::string> result;
  for (std::string line; std::getline(in, line);)
    if (!line.empty() && line[0] != ' ')
      result.push_back(line.substr(0, line.find(' ')));
  return result;
}

struct stress_fixture : run_fixture {
  program_result stress(std::vector<std::string> args) const {
    args.insert(args.begin(), "stress");
    return tutti(args);
  }
  json measure(std::vector<std::string> args) const {
    args.insert(args.end(), {"--json", "-"});
    auto x = stress(args);
    BOOST_REQUIRE_MESSAGE(x.status == 0, args[0] << ": " << x.err);
    BOOST_TEST(x.err == "");
    auto result = json::parse(x.out);
    check_document(result, "stress");
    return result;
  }
  json measure(const small_run& x, std::vector<std::string> more = {}) const {
    std::vector<std::string> args{x.pattern, "--count",
                                  std::to_string(x.count)};
    if (!x.is_run)
      args.insert(args.end(), {"--warm-up", "0s"});
    args.insert(args.end(), x.more.begin(), x.more.end());
    args.insert(args.end(), more.begin(), more.end());
    return measure(std::move(args));
  }
};

void check_whole(const json& x, const small_run& of) {
  const auto& l = x.at("ledger");
  BOOST_TEST(l.at("whole").get<bool>(), of.pattern);
  BOOST_TEST(l.at("sent") == l.at("received"), of.pattern);
  BOOST_TEST(l.at("sent").get<std::uint64_t>() >= of.count, of.pattern);
  BOOST_TEST(x.at("operations") == of.count, of.pattern);
  BOOST_TEST(x.at("pattern") == of.pattern);
  BOOST_TEST(!x.at("stopped").get<bool>());
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_stress, stress_fixture)

BOOST_AUTO_TEST_CASE(every_classic_pattern_loses_nothing) {
  for (const auto& x : classic) {
    auto d = measure(x);
    check_whole(d, x);
    // Nothing else was sent than what the pattern is about.
    if (x.pattern != "mixed" && x.pattern != "create")
      BOOST_TEST(d.at("messages") == d.at("ledger").at("sent"), x.pattern);
    BOOST_TEST(d.at("latency").at("count").get<int>() > 0, x.pattern);
  }
}

BOOST_AUTO_TEST_CASE(payloads_are_whole_with_two_threads_and_either_scheduler) {
  for (const auto& x : classic)
    for (const auto* scheduler : {"sharing", "stealing"}) {
      auto d = measure(
          x, {"--payload", "1001", "--threads", "2", "--scheduler", scheduler});
      check_whole(d, x);
      BOOST_TEST(d.at("settings").at("payload_bytes") == 1001);
      BOOST_TEST(d.at("settings").at("threads") == 2);
      BOOST_TEST(d.at("settings").at("scheduler") == scheduler);
    }
}

BOOST_AUTO_TEST_CASE(an_open_loop_times_every_operation) {
  for (const auto& x : classic) {
    if (x.pattern == "ring" || x.pattern == "create" || x.pattern == "mixed")
      continue; // which take no rate
    auto d = measure(x, {"--rate", "50000"});
    check_whole(d, x);
    const auto& l = d.at("latency");
    BOOST_TEST(l.at("corrected_for_coordinated_omission").get<bool>());
    BOOST_TEST(l.at("sample_every") == 1);
    BOOST_TEST(l.at("count") == x.count, x.pattern);
  }
}

BOOST_AUTO_TEST_CASE(a_duration_ends_it_and_a_warm_up_does_not_count) {
  for (const auto& x : classic) {
    std::vector<std::string> args{x.pattern, "--duration", "20ms", "--warm-up",
                                  "10ms"};
    args.insert(args.end(), x.more.begin(), x.more.end());
    auto d = measure(args);
    const auto& l = d.at("ledger");
    BOOST_TEST(l.at("whole").get<bool>(), x.pattern);
    // The ledger has the warm-up, the measured operations have not.
    BOOST_TEST(l.at("sent") > d.at("operations"), x.pattern);
    BOOST_TEST(d.at("settings").at("count").is_null());
  }
}

BOOST_AUTO_TEST_CASE(whole_runs_lose_nothing) {
  for (const auto& x : runs) {
    auto d = measure(x);
    const auto& l = d.at("ledger");
    BOOST_TEST(l.at("whole").get<bool>(), x.pattern);
    BOOST_TEST(l.at("sent") == l.at("received"), x.pattern);
    BOOST_TEST(l.at("sent").get<int>() > 0, x.pattern);
    BOOST_TEST(d.at("messages") == l.at("received"), x.pattern);
    BOOST_TEST(d.at("settings").at("durability") == "off", x.pattern);
    if (x.pattern == "resume")
      continue; // which has no latency, and ends a step behind so many facts
    BOOST_TEST(d.at("operations") == x.count, x.pattern);
    BOOST_TEST(d.at("latency").at("count").get<int>() > 0, x.pattern);
  }
}

BOOST_AUTO_TEST_CASE(whole_runs_say_what_only_they_measure) {
  auto storm = measure(runs[2]);
  BOOST_TEST(figure(storm, "gates_opened") == 100);
  auto flood = measure(runs[3]);
  auto made = figure(flood, "updates");
  auto conflated = figure(flood, "updates_conflated");
  BOOST_TEST(conflated >= 0);
  BOOST_TEST(conflated <= made);
  for (const auto* name : {"calm_handoff_p50_ns", "calm_handoff_p99_ns"})
    BOOST_TEST(figure(flood, name) > 0, name);
  auto slow = measure(runs[4]);
  BOOST_TEST(figure(slow, "idle_mib") > 0);
  figure(slow, "queued_mib"); // is there
  auto resume = measure(runs[5]);
  BOOST_TEST(resume.at("operations").get<int>() >= 600);
  BOOST_TEST(resume.at("latency").is_null());
  BOOST_TEST(figure(resume, "journal_mib") > 0);
  BOOST_TEST(figure(resume, "goes_on_ns") > 0);
}

BOOST_AUTO_TEST_CASE(readiness_has_an_open_loop) {
  auto d = measure(runs[1], {"--rate", "2000"});
  BOOST_TEST(d.at("ledger").at("whole").get<bool>());
  BOOST_TEST(d.at("operations") == 50);
  const auto& l = d.at("latency");
  BOOST_TEST(l.at("corrected_for_coordinated_omission").get<bool>());
  BOOST_TEST(l.at("count") == 50);
}

BOOST_AUTO_TEST_CASE(a_durable_run_is_measured_likewise) {
  for (const auto* how : {"full", "normal"})
    for (const auto* pattern : {"handoff", "resume"}) {
      auto d = measure({pattern, "--count", "60", "--durability", how});
      BOOST_TEST(d.at("settings").at("durability") == how);
      BOOST_TEST(d.at("ledger").at("whole").get<bool>());
    }
}

BOOST_AUTO_TEST_CASE(ctrl_c_ends_a_whole_run_with_what_was_measured) {
  auto how = options({"stress", "handoff", "--count", "300000"});
  how.terminal = terminal_size{};
  program x{how};
  BOOST_REQUIRE(x.read_until("handoff  "));
  x.send_signal(SIGINT);
  auto r = x.wait();
  BOOST_TEST(r.status == 130);
  BOOST_TEST(has(r.out, "STOPPED"), r.out);
  BOOST_TEST(has(r.out, "checksums agree"), r.out);
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(people_are_told_what_was_measured_where_and_how) {
  auto x = stress({"fan-in", "--count", "1000", "--warm-up", "0s"});
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(x.err == ""); // no live line where there is no terminal
  for (const auto* part :
       {"messages/s", "p99.9", "one in 61 is timed", "cpu",
        "1,000 sent, all received, checksums agree", "machine", "build",
        "tutti stress fan-in --count 1000 --warm-up 0s"})
    BOOST_TEST(has(x.out, part), part << " is not in:\n" << x.out);
  auto open = stress(
      {"ping-pong", "--count", "10", "--rate", "9000", "--warm-up", "0s"});
  BOOST_TEST(has(open.out, "corrected for coordinated omission"), open.out);
}

BOOST_AUTO_TEST_CASE(the_document_goes_to_a_file_beside_the_text) {
  auto x = stress({"ring", "--count", "100", "--json", "x.json"});
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(has(x.out, "hops/s"), x.out);
  auto d = json::parse(dir.read("x.json"));
  check_document(d, "stress");
  auto lost = stress({"ring", "--count", "100", "--json", "none/x.json"});
  BOOST_TEST(lost.status == 7);
  check_one_sentence(lost, {"none/x.json"});
}

BOOST_AUTO_TEST_CASE(the_list_has_every_pattern_with_whom_it_follows) {
  auto x = stress({"--list"});
  BOOST_TEST(x.status == 0, x.err);
  auto help = tutti({"help", "stress"});
  auto names = listed(x.out);
  auto all = classic;
  all.insert(all.end(), runs.begin(), runs.end());
  BOOST_TEST(names.size() == all.size());
  for (const auto& one : all)
    BOOST_TEST(std::count(names.begin(), names.end(), one.pattern) == 1,
               one.pattern);
  for (const auto& name : names) {
    BOOST_TEST(has(help.out, "\n  " + name), name);
    BOOST_TEST(has(tutti({"completion", "bash"}).out, name));
  }
  for (const auto* whose : {"Savina PingPong", "CAF mixed_case", "ours"})
    BOOST_TEST(has(help.out, whose), whose);
}

BOOST_AUTO_TEST_CASE(what_a_pattern_has_no_use_for_is_a_mistake) {
  struct mistake {
    std::vector<std::string> args;
    std::vector<std::string> named;
  };
  const std::vector<mistake> all{
      {{}, {"needs a pattern", "--list"}},
      {{"ping-pnog"}, {"ping-pnog", "did you mean 'ping-pong'?"}},
      {{"ring", "--rate", "5"}, {"'ring'", "--rate"}},
      {{"create", "--rate", "5"}, {"'create'", "--rate"}},
      {{"handoff", "--rate", "5"}, {"'handoff'", "--rate"}},
      {{"handoff", "--duration", "5s"}, {"'handoff'", "--duration"}},
      {{"gate-storm", "--warm-up", "1s"}, {"'gate-storm'", "--warm-up"}},
      {{"resume", "--threads", "2"}, {"'resume'", "--threads"}},
      {{"resume", "--durability", "some"}, {"'some'", "normal"}},
      {{"handoff", "--count", "1000001"}, {"--count", "1000000 at most"}},
      {{"fan-in", "--durability", "off"}, {"'fan-in'", "--durability"}},
      {{"fan-in", "--actors", "1"}, {"--actors", "'1'"}},
      {{"fan-in", "--actors", "10001"}, {"--actors", "10000 at most"}},
      {{"ping-pong", "--actors", "3"}, {"--actors", "multiple of 2"}},
      {{"mixed", "--actors", "70"}, {"--actors", "multiple of 50"}},
      {{"fan-in", "--count", "0"}, {"--count", "'0'"}},
      {{"fan-in", "--count", "many"}, {"--count", "'many'"}},
      {{"fan-in", "--duration", "5"}, {"--duration", "'5'"}},
      {{"fan-in", "--duration", "0s"}, {"--duration", "'0s'"}},
      {{"fan-in", "--warm-up", "x"}, {"--warm-up", "'x'"}},
      {{"fan-in", "--payload", "-1"}, {"--payload", "'-1'"}},
      {{"fan-in", "--payload", "1GiB"}, {"--payload", "16MiB"}},
      {{"fan-in", "--threads", "0"}, {"--threads", "'0'"}},
      {{"fan-in", "--threads", "1000"}, {"--threads", "256"}},
      {{"fan-in", "--rate", "0"}, {"--rate", "'0'"}},
      {{"fan-in", "--rate", "1e9"}, {"--rate", "'1e9'"}},
      {{"fan-in", "--scheduler", "fair"}, {"'fair'", "sharing"}},
      {{"--list", "fan-in"}, {"--list"}},
      {{"--list", "--json", "-"}, {"--list"}},
  };
  for (const auto& x : all) {
    auto r = stress(x.args);
    BOOST_TEST(r.status == 2);
    check_one_sentence(r, x.named);
  }
}

BOOST_AUTO_TEST_CASE(a_terminal_shows_the_rate_and_ctrl_c_ends_it_early) {
  auto how = options({"stress", "ping-pong", "--duration", "1h"});
  how.terminal = terminal_size{30, 24};
  program x{how};
  // After the warm-up, in a line that is cut to the terminal.
  BOOST_REQUIRE(x.read_until("ping-pong"));
  BOOST_REQUIRE(x.read_until("s of 3600.0 s"));
  x.send_signal(SIGINT);
  auto r = x.wait();
  BOOST_TEST(r.status == 130);
  BOOST_TEST(has(r.out, "STOPPED"), r.out);
  BOOST_TEST(has(r.out, "round trips/s"), r.out);
  BOOST_TEST(has(r.out, "checksums agree"), r.out);
}

BOOST_AUTO_TEST_CASE(a_stopped_measurement_says_so_in_its_document) {
  auto how = options({"stress", "fan-in", "--duration", "1h", "--warm-up", "1h",
                      "--json", "x.json"});
  how.terminal = terminal_size{};
  program x{how};
  BOOST_REQUIRE(x.read_until("warm-up"));
  x.send_signal(SIGTERM);
  BOOST_TEST(x.wait().status == 143);
  auto d = json::parse(dir.read("x.json"));
  check_document(d, "stress");
  BOOST_TEST(d.at("stopped").get<bool>());
  BOOST_TEST(d.at("operations") == 0);
  BOOST_TEST(d.at("ledger").at("whole").get<bool>());
}

BOOST_AUTO_TEST_SUITE_END()
