// SPDX-License-Identifier: BSD-3-Clause
// `tutti stress --nodes`: patterns over the network, every message accounted
// for, and what becomes of it where a process is killed. Nothing here depends
// on how fast anything is.
#include "tests/e2e/run_fixture.hpp"
#include "tests/support/json_schema.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

using namespace tutti::test;

namespace {

struct small_run {
  std::string pattern;
  std::uint64_t count;
  std::uint64_t messages; ///< to an operation, with two nodes
  std::uint64_t actors;   ///< by default, with two nodes
};

const std::vector<small_run> all{
    {"ping-pong", 500, 2, 4},       {"fan-in", 5'000, 1, 9},
    {"fan-out", 5'000, 1, 9},       {"pipeline", 2'000, 4, 5},
    {"scatter-gather", 100, 16, 9},
};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::string command_of(int pid) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/cmdline"};
  return {std::istreambuf_iterator<char>{file}, {}};
}

struct nodes_fixture : run_fixture {
  program_result stress(std::vector<std::string> args) const {
    args.insert(args.begin(), "stress");
    return tutti(args);
  }
  json measure(const small_run& x, std::vector<std::string> more) const {
    std::vector<std::string> args{
        x.pattern, "--count", std::to_string(x.count), "--warm-up", "0s",
        "--json",  "-"};
    args.insert(args.end(), more.begin(), more.end());
    auto r = stress(args);
    BOOST_REQUIRE_MESSAGE(r.status == 0, x.pattern << ": " << r.err);
    BOOST_TEST(r.err == "");
    auto result = json::parse(r.out);
    check_document(result, "stress");
    return result;
  }
  /// A measurement that goes on until it is stopped, seen by its live line.
  std::unique_ptr<program> begin(std::vector<std::string> args) const {
    args.insert(args.begin(), "stress");
    args.insert(args.end(), {"--duration", "1h", "--json", "x.json"});
    auto how = options(args);
    how.terminal = terminal_size{};
    auto x = std::make_unique<program>(how);
    BOOST_REQUIRE(x->read_until("s of 3600.0 s")); // the warm-up is over
    return x;
  }
  std::vector<int> nodes() const {
    auto result = processes_with(tag);
    std::erase_if(result, [](int pid) {
      return !has(command_of(pid), "--serve");
    });
    return result;
  }
  /// Nothing is left of it but its document.
  void check_nothing_left() const {
    check_no_process_left();
    for (const auto& x : std::filesystem::directory_iterator{dir.path()})
      BOOST_TEST(x.path().filename() == "x.json");
  }
};

void check_whole(const json& x, const small_run& of) {
  const auto& l = x.at("ledger");
  BOOST_TEST(l.at("whole").get<bool>(), of.pattern);
  BOOST_TEST(l.at("sent") == of.count * of.messages, of.pattern);
  BOOST_TEST(l.at("received") == l.at("sent"), of.pattern);
  BOOST_TEST(x.at("operations") == of.count, of.pattern);
  BOOST_TEST(x.at("messages") == l.at("sent"), of.pattern);
  BOOST_TEST(!x.at("stopped").get<bool>());
  BOOST_TEST(x.at("trouble").is_null());
  BOOST_TEST(x.at("latency").at("count").get<int>() > 0, of.pattern);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_stress_nodes, nodes_fixture)

BOOST_AUTO_TEST_CASE(every_pattern_loses_nothing) {
  for (const auto& x : all) {
    auto d = measure(x, {"--nodes", "2"});
    check_whole(d, x);
    BOOST_TEST(d.at("settings").at("nodes") == 2);
    BOOST_TEST(d.at("settings").at("actors") == x.actors, x.pattern);
    const auto& nodes = d.at("nodes");
    BOOST_REQUIRE(nodes.size() == 2u);
    for (const auto& n : nodes) {
      BOOST_TEST(!n.at("lost").get<bool>());
      BOOST_TEST(n.at("peak_memory_bytes").get<int>() > 0);
      BOOST_TEST(n.at("cpu_user_s").get<double>()
                     + n.at("cpu_system_s").get<double>()
                 <= d.at("cpu_user_s").get<double>()
                        + d.at("cpu_system_s").get<double>());
    }
    BOOST_TEST(nodes[1].at("name") == "node-2");
  }
  check_no_process_left();
  BOOST_TEST(std::filesystem::is_empty(dir.path())); // nor a file
}

BOOST_AUTO_TEST_CASE(payloads_are_whole_with_threads_and_schedulers) {
  for (const auto& x : all)
    for (const auto* scheduler : {"sharing", "stealing"}) {
      auto d = measure(x, {"--nodes", "2", "--payload", "1001", "--threads",
                           "2", "--scheduler", scheduler});
      check_whole(d, x);
      BOOST_TEST(d.at("settings").at("payload_bytes") == 1001);
      BOOST_TEST(d.at("settings").at("threads") == 2);
    }
}

BOOST_AUTO_TEST_CASE(messages_may_be_larger_than_what_a_frame_holds) {
  // In parts, and so much that lines are full.
  auto d =
      measure({"fan-out", 40, 1, 9}, {"--nodes", "1", "--payload", "2MiB"});
  check_whole(d, {"fan-out", 40, 1, 9});
  BOOST_TEST(d.at("nodes")[0].at("pauses").get<int>() > 0);
}

BOOST_AUTO_TEST_CASE(an_open_loop_times_every_operation) {
  for (const auto& x : all) {
    auto d = measure(x, {"--nodes", "2", "--rate", "50000"});
    check_whole(d, x);
    const auto& l = d.at("latency");
    BOOST_TEST(l.at("corrected_for_coordinated_omission").get<bool>());
    BOOST_TEST(l.at("count") == x.count, x.pattern);
  }
}

BOOST_AUTO_TEST_CASE(a_duration_ends_it_and_a_warm_up_does_not_count) {
  for (const auto& x : all) {
    auto r = stress({x.pattern, "--nodes", "1", "--duration", "20ms",
                     "--warm-up", "10ms", "--json", "-"});
    BOOST_REQUIRE_MESSAGE(r.status == 0, x.pattern << ": " << r.err);
    auto d = json::parse(r.out);
    check_document(d, "stress");
    const auto& l = d.at("ledger");
    BOOST_TEST(l.at("whole").get<bool>(), x.pattern);
    BOOST_TEST(l.at("sent") > d.at("messages"), x.pattern);
  }
}

BOOST_AUTO_TEST_CASE(as_many_nodes_as_there_may_be) {
  small_run x{"fan-in", 3'000, 1, 17};
  auto d = measure(x, {"--nodes", "16"});
  check_whole(d, x);
  BOOST_TEST(d.at("nodes").size() == 16u);
  BOOST_TEST(d.at("settings").at("actors") == 17);
}

BOOST_AUTO_TEST_CASE(people_are_told_of_the_nodes) {
  auto x =
      stress({"fan-in", "--nodes", "2", "--count", "1000", "--warm-up", "0s"});
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(x.err == "");
  for (const auto* part :
       {"nodes       2 on this machine, over TLS 1.3", "3 processes",
        "in the process that had most",
        "1,000 sent, all received, checksums agree",
        "tutti stress fan-in --nodes 2 --count 1000 --warm-up 0s"})
    BOOST_TEST(has(x.out, part), part << " is not in:\n" << x.out);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_killed_is_named_and_so_is_what_is_missing) {
  for (const auto& x : all) {
    auto run = begin({x.pattern, "--nodes", "2"});
    auto there = nodes();
    BOOST_REQUIRE(there.size() == 2u);
    ::kill(there[1], SIGKILL);
    auto r = run->wait();
    BOOST_TEST(r.status == 9, x.pattern);
    BOOST_TEST(has(r.out, "FAILED"), r.out);
    BOOST_TEST(has(r.out, "node-2 is gone (killed by signal 9)"), r.out);
    BOOST_TEST(has(r.out, "messages are missing"), r.out);
    auto d = json::parse(dir.read("x.json"));
    check_document(d, "stress");
    BOOST_TEST(has(d.at("trouble").get<std::string>(), "node-2"));
    BOOST_TEST(!d.at("nodes")[0].at("lost").get<bool>());
    BOOST_TEST(d.at("nodes")[1].at("lost").get<bool>());
    const auto& l = d.at("ledger");
    // What came is whole, and nothing came that was not sent.
    BOOST_TEST(l.at("surplus") == 0);
    BOOST_TEST(l.at("corrupted") == 0);
    BOOST_TEST(l.at("unequal_senders") == 0, x.pattern);
    BOOST_TEST(l.at("sent").get<std::uint64_t>()
               == l.at("received").get<std::uint64_t>()
                      + l.at("missing").get<std::uint64_t>());
    check_nothing_left();
  }
}

BOOST_AUTO_TEST_CASE(nothing_outlives_a_conductor_that_is_killed) {
  auto run = begin({"fan-out", "--nodes", "2"});
  BOOST_REQUIRE(nodes().size() == 2u);
  run->send_signal(SIGKILL);
  static_cast<void>(run->wait());
  check_nothing_left();
}

BOOST_AUTO_TEST_CASE(nor_one_that_is_killed_as_it_begins) {
  for (int i = 0; i < 5; ++i) {
    program run{options({"stress", "fan-in", "--nodes", "4"})};
    BOOST_TEST(eventually([this] {
      return !nodes().empty();
    }));
    run.send_signal(SIGKILL);
    static_cast<void>(run.wait());
    check_nothing_left();
  }
}

BOOST_AUTO_TEST_CASE(ctrl_c_ends_all_with_what_was_measured) {
  for (const auto& x : all) {
    auto run = begin({x.pattern, "--nodes", "2"});
    run->send_signal(SIGINT);
    auto r = run->wait();
    BOOST_TEST(r.status == 130, x.pattern);
    BOOST_TEST(has(r.out, "STOPPED"), r.out);
    BOOST_TEST(has(r.out, "checksums agree"), r.out);
    auto d = json::parse(dir.read("x.json"));
    BOOST_TEST(d.at("stopped").get<bool>());
    BOOST_TEST(d.at("ledger").at("whole").get<bool>());
    check_nothing_left();
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_is_a_mistake) {
  struct mistake {
    std::vector<std::string> args;
    std::vector<std::string> named;
  };
  const std::string can = "ping-pong, fan-in, fan-out, pipeline, "
                          "scatter-gather";
  const std::vector<mistake> mistakes{
      {{"ring", "--nodes", "2"}, {"'ring'", can}},
      {{"create", "--nodes", "2"}, {"'create'", can}},
      {{"big", "--nodes", "2"}, {"'big'", can}},
      {{"mixed", "--nodes", "2"}, {"'mixed'", can}},
      {{"handoff", "--nodes", "2"}, {"'handoff'", can}},
      {{"resume", "--nodes", "2"}, {"'resume'", can}},
      {{"fan-in", "--nodes", "0"}, {"--nodes", "'0'"}},
      {{"fan-in", "--nodes", "17"}, {"--nodes", "16 at most"}},
      {{"fan-in", "--nodes", "some"}, {"--nodes", "'some'"}},
      {{"fan-in", "--nodes", "3", "--actors", "3"}, {"--actors", "at least 4"}},
      {{"ping-pong", "--nodes", "3", "--actors", "4"}, {"at least 6"}},
      {{"pipeline", "--nodes", "2", "--actors", "8"}, {"odd number"}},
  };
  for (const auto& x : mistakes) {
    auto r = stress(x.args);
    BOOST_TEST(r.status == 2);
    check_one_sentence(r, x.named);
  }
}

BOOST_AUTO_TEST_SUITE_END()
