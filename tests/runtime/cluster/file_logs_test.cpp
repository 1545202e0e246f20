// SPDX-License-Identifier: BSD-3-Clause
// Logs of nodes on their way into the run's folder.
#include "runtime/cluster/file_log.hpp"

#include "runtime/journal/coming_log.hpp"
#include "tests/runtime/cluster/file_world.hpp"
#include "tests/support/dice.hpp"

#include <fstream>
#include <thread>

using namespace tutti;
using namespace tutti::test;

namespace {

struct log_world : file_world {
  node_end& node = add_node();

  void begin(process_id x) {
    notice({x, true, {}});
    stage.settle();
  }
  void write(std::string_view name, std::string_view text) const {
    std::ofstream file{node.folder / ("logs/" + std::string{name}),
                       std::ios::binary | std::ios::app};
    file << text;
    BOOST_TEST_REQUIRE(!!file.flush());
  }
  void end(process_id x, const std::string& name) {
    notice({x, false, name.empty() ? name : node.folder / ("logs/" + name)});
    stage.settle();
  }
  /// The log as far as it is at the run's machine.
  [[nodiscard]] std::string here(const std::string& name) const {
    return folder.read("logs/" + name);
  }
  [[nodiscard]] bool is_coming(const std::string& name) const {
    return journal::is_log_coming(folder / ("logs/" + name));
  }
  [[nodiscard]] bool all_there() const {
    return awaited->wait(duration{0});
  }
  /// As a hostile node has it.
  void say(log_grew x) {
    caf::anon_send(node.wire->ends[1], std::move(x));
    stage.settle();
  }

private:
  void notice(const cluster::process_noticed& x) const {
    caf::anon_send(node.files, x);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_cluster_file_logs, log_world)

BOOST_AUTO_TEST_CASE(a_log_grows_here_as_it_does_there) {
  begin(1);
  write("build.1.log", "one\n");
  stage.advance(std::chrono::seconds(1));
  BOOST_TEST(here("build.1.log") == "one\n");
  BOOST_TEST(is_coming("build.1.log"));
  BOOST_TEST(!all_there());
  write("build.1.log", "two\n");
  stage.advance(std::chrono::seconds(1));
  BOOST_TEST(here("build.1.log") == "one\ntwo\n");
  write("build.1.log", "three\n");
  end(1, "build.1.log");
  BOOST_TEST(here("build.1.log") == "one\ntwo\nthree\n");
  BOOST_TEST(!is_coming("build.1.log"));
  BOOST_TEST(all_there());
  // It is said no more.
  auto said = node.wire->grew.size();
  stage.advance(std::chrono::minutes(5));
  BOOST_TEST(node.wire->grew.size() == said);
  BOOST_TEST(stage.timers() == 0u);
}

BOOST_AUTO_TEST_CASE(growth_is_said_some_times_a_second_at_most) {
  begin(1);
  for (int i = 0; i < 1000; ++i) {
    write("a.1.log", "line\n");
    stage.advance(std::chrono::milliseconds(10));
  }
  BOOST_TEST(node.wire->grew.size() <= 41u);
  BOOST_TEST(node.wire->grew.size() > 10u);
  BOOST_TEST(here("a.1.log").size() > 4000u);
}

BOOST_AUTO_TEST_CASE(a_process_that_wrote_nothing_has_no_log) {
  begin(1);
  end(1, "");
  stage.advance(std::chrono::seconds(10));
  BOOST_TEST(node.wire->grew.empty());
  BOOST_TEST(all_there());
  BOOST_TEST(stage.timers() == 0u);
}

BOOST_AUTO_TEST_CASE(large_logs_come_one_piece_at_a_time) {
  std::uint64_t under_way = 0;
  std::uint64_t most = 0;
  node.wire->on_chunk = [&](chunk& x) {
    BOOST_TEST(x.bytes.size() <= chunk_bytes_max);
    under_way = node.wire->wanted - (node.wire->chunks - 1);
    most = std::max(most, under_way);
    return 1u;
  };
  std::string text;
  for (int i = 0; text.size() < 5 * chunk_bytes_max + 77; ++i)
    text += std::to_string(i) + "\n";
  begin(1);
  write("a.1.log", text);
  end(1, "a.1.log");
  BOOST_TEST((here("a.1.log") == text));
  BOOST_TEST(most == 1u);
  BOOST_TEST(all_there());
}

BOOST_AUTO_TEST_CASE(a_broken_link_only_delays_them) { // row 9
  begin(1);
  write("a.1.log", "one\n");
  stage.advance(std::chrono::seconds(1));
  down(node);
  write("a.1.log", "two\n");
  end(1, "a.1.log");
  stage.advance(std::chrono::minutes(1));
  BOOST_TEST(here("a.1.log") == "one\n");
  lose(node);
  BOOST_TEST(all_there()); // nobody waits for a node that is gone
  BOOST_TEST(is_coming("a.1.log"));
  join(node);
  up(node);
  BOOST_TEST(until([&] {
    return here("a.1.log") == "one\ntwo\n";
  }));
  BOOST_TEST(!is_coming("a.1.log"));
}

BOOST_AUTO_TEST_CASE(lost_and_doubled_pieces_spoil_none) { // rows 9, 10
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    log_world w;
    dice d{seed};
    w.node.wire->on_chunk = [&](chunk&) {
      return d.roll(3);
    };
    std::string text(3 * chunk_bytes_max + 5, static_cast<char>('a' + seed));
    w.begin(1);
    w.write("a.1.log", text);
    w.end(1, "a.1.log");
    BOOST_TEST_REQUIRE(w.until([&] {
      return w.all_there();
    }));
    BOOST_TEST((w.here("a.1.log") == text));
  }
}

BOOST_AUTO_TEST_CASE(a_restarted_mover_goes_on_with_what_is_there) { // §31
  begin(1);
  write("a.1.log", "one\n");
  stage.advance(std::chrono::seconds(1));
  down(node);
  lose(node);
  // The orchestrator is another one, on the same folder.
  caf::anon_send_exit(hub, caf::exit_reason::kill);
  stage.settle();
  cluster::hub_files_options mine;
  mine.store_directory = folder / "artifacts";
  mine.log_directory = folder / "logs";
  mine.disk = disk;
  hub = stage.spawn(cluster::hub_files_behavior, std::move(mine));
  join(node);
  node.wire->is_up = true;
  write("a.1.log", "two\n");
  end(1, "a.1.log");
  BOOST_TEST(until([&] {
    return here("a.1.log") == "one\ntwo\n";
  }));
}

BOOST_AUTO_TEST_CASE(a_node_writes_nowhere_but_into_its_logs) { // row 18
  folder.write("precious.log", "mine");
  const std::vector<std::string> names{"../precious.log",
                                       "a/b.log",
                                       "..",
                                       ".log",
                                       "",
                                       "precious",
                                       "/x.log",
                                       ".hidden.log",
                                       "a\nb.log",
                                       std::string(300, 'a') + ".log",
                                       std::string("a\0b.log", 7)};
  for (const auto& name : names)
    say({name, 1000, true});
  stage.advance(std::chrono::seconds(10));
  BOOST_TEST(folder.read("precious.log") == "mine");
  BOOST_TEST(std::filesystem::is_empty(folder / "logs"));
  BOOST_TEST(node.wire->wanted == 0u);
  BOOST_TEST(notes.size() == 1u); // one word about it
  BOOST_TEST(all_there());
}

BOOST_AUTO_TEST_CASE(a_log_of_somebody_else_takes_nothing) { // row 18
  folder.write("logs/local.1.log", "of a local agent\n");
  write("local.1.log", "of the node, which must not be here at all\n");
  begin(1);
  end(1, "local.1.log");
  BOOST_TEST(here("local.1.log") == "of a local agent\n");
  // While a node is there what it writes is no other node's.
  auto& other = add_node();
  begin(2);
  write("a.1.log", "first\n");
  stage.advance(std::chrono::seconds(1));
  caf::anon_send(other.wire->ends[1], log_grew{"a.1.log", 1000, true});
  stage.settle();
  BOOST_TEST(other.wire->wanted == 0u);
  BOOST_TEST(other.wire->chunks == 0u);
}

BOOST_AUTO_TEST_CASE(a_link_in_the_place_of_a_log_is_not_followed) { // row 18
  auto precious = folder.write("precious", "mine");
  std::filesystem::create_symlink(precious, folder / "logs/a.1.log");
  folder.write("logs/.a.1.log.coming", "");
  write("a.1.log", "garbage and more of it");
  begin(1);
  end(1, "a.1.log");
  BOOST_TEST(folder.read("precious") == "mine");
  BOOST_TEST(notes.size() == 1u);
  BOOST_TEST(all_there()); // the rest is dropped
}

BOOST_AUTO_TEST_CASE(a_log_has_a_cap_here_too) { // row 15
  // More than a supervisor writes: a node that has none.
  constexpr std::uint64_t cap = (std::uint64_t{64} << 20) + 8192;
  write("a.1.log", std::string(1000, 'x'));
  std::filesystem::resize_file(node.folder / "logs/a.1.log", 2 * cap);
  begin(1);
  end(1, "a.1.log");
  BOOST_TEST(until([&] {
    return all_there();
  }));
  BOOST_TEST(std::filesystem::file_size(folder / "logs/a.1.log") == cap);
}

BOOST_AUTO_TEST_CASE(many_logs_arrive_all) {
  for (process_id i = 0; i < 200; ++i)
    begin(i);
  for (process_id i = 0; i < 200; ++i) {
    auto name = std::to_string(i) + ".1.log";
    write(name, name);
    end(i, name);
  }
  BOOST_TEST(until([&] {
    return all_there();
  }));
  for (process_id i = 0; i < 200; ++i) {
    auto name = std::to_string(i) + ".1.log";
    BOOST_TEST_REQUIRE(here(name) == name);
  }
}

BOOST_AUTO_TEST_CASE(who_waits_for_logs_is_woken_by_the_last) {
  awaited->expect("a.1.log"); // its node has not said so yet
  BOOST_TEST(!all_there());
  std::thread waits{[this] {
    BOOST_TEST(awaited->wait(std::chrono::minutes(1)));
  }};
  begin(1);
  write("a.1.log", "one\n");
  end(1, "a.1.log");
  waits.join();
  awaited->expect("a.1.log"); // it is whole already
  BOOST_TEST(all_there());
  awaited->expect("../b.log"); // a node's word: there is none of this name
  BOOST_TEST(awaited->expect_at("/there/logs/..") == "");
  BOOST_TEST(all_there());
  BOOST_TEST(awaited->expect_at("/there/logs/b.1.log")
             == folder / "logs/b.1.log");
  BOOST_TEST(is_coming("b.1.log"));
  awaited->skip();
  BOOST_TEST(!awaited->wait(std::chrono::minutes(1)));
}

BOOST_AUTO_TEST_CASE(names_of_logs_are_plain_file_names) { // row 18
  for (const auto* good : {"a.1.log", "group~task.12.log", "session.ann.1.log",
                           "a b.1.log", "\xc3\xa4.1.log"})
    BOOST_TEST(cluster::is_log_name(good), good);
  for (const auto* bad : {"", ".log", "a", "a.txt", "../a.log", "a/b.log",
                          "/a.log", ".a.log", "a\t.log", "a.log/"})
    BOOST_TEST(!cluster::is_log_name(bad), bad);
  BOOST_TEST(!cluster::is_log_name(std::string(240, 'a') + ".log"));
  BOOST_TEST(cluster::log_name("/somewhere/logs/a.1.log") == "a.1.log");
  BOOST_TEST(cluster::log_name("a.1.log") == "a.1.log");
  BOOST_TEST(cluster::log_name("/somewhere/logs/") == "");
  BOOST_TEST(cluster::log_name("") == "");
}

BOOST_AUTO_TEST_SUITE_END()
