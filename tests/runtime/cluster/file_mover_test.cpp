// SPDX-License-Identifier: BSD-3-Clause
// Artifacts on their way between a node and the run's machine.
#include "runtime/cluster/file_mover.hpp"

#include "tests/runtime/cluster/file_world.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/seeds.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <random>

using namespace tutti;
using namespace tutti::test;

namespace {

std::string noise(std::size_t size, std::uint64_t seed = 1) {
  std::mt19937_64 random{seed};
  std::string result(size, '\0');
  for (std::size_t i = 0; i < size; i += sizeof(std::uint64_t)) {
    std::uint64_t x = random();
    std::memcpy(result.data() + i, &x, std::min(sizeof x, size - i));
  }
  return result;
}

/// Flips a bit of a file, as a bad disk does.
void damage(const std::string& path) {
  ::chmod(path.c_str(), 0600);
  std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
  char c = 0;
  file.get(c);
  file.seekp(0);
  file.put(static_cast<char>(c ^ 1));
  BOOST_TEST_REQUIRE(!!file.flush());
}

constexpr std::size_t piece = chunk_bytes_max;

} // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_cluster_file_mover, file_world)

BOOST_AUTO_TEST_CASE(an_agent_hears_once_the_runs_machine_has_its_files) {
  auto& node = add_node();
  auto text = noise(3 * piece + 17);
  node.work.write("out/big", text);
  node.work.write("empty", "");
  node.work.write("exact", noise(piece, 2));
  node.work.write_script("tool", "#!/bin/sh\n");
  auto x = made(node, {"out/*", "empty", "exact", "tool"});
  BOOST_TEST(x.mistake == "");
  BOOST_TEST_REQUIRE(x.artifacts.size() == 4u);
  for (const auto& file : x.artifacts)
    BOOST_TEST(folder.read(place_of(file)) == node.work.read(file.path));
  BOOST_TEST(x.artifacts[3].executable);
}

BOOST_AUTO_TEST_CASE(who_needs_a_file_of_another_node_finds_it_in_its_place) {
  auto& from = add_node();
  auto& to = add_node();
  from.work.write("a/big", noise(2 * piece + 1));
  from.work.write("a/empty", "");
  from.work.write_script("tool", "#!/bin/sh\n");
  auto x = made(from, {"a/*", "tool"});
  BOOST_TEST(placed(to, x.artifacts).mistake == "");
  for (const auto& file : x.artifacts)
    BOOST_TEST(to.work.read(file.path) == from.work.read(file.path));
  BOOST_TEST(::access((to.work / "tool").c_str(), X_OK) == 0);
  BOOST_TEST(::access((to.work / "a/empty").c_str(), X_OK) != 0);
}

BOOST_AUTO_TEST_CASE(what_is_there_is_not_fetched_again) {
  auto& from = add_node();
  auto& to = add_node();
  from.work.write("a", noise(piece + 5));
  auto x = made(from, {"a"});
  auto sent = from.wire->chunks;
  made(from, {"a"});
  BOOST_TEST(from.wire->chunks == sent);
  BOOST_TEST(placed(to, x.artifacts).mistake == "");
  auto wanted = to.wire->wanted;
  std::filesystem::remove(to.work / "a");
  BOOST_TEST(placed(to, x.artifacts).mistake == "");
  BOOST_TEST(to.wire->wanted == wanted);
  BOOST_TEST(to.work.read("a") == from.work.read("a"));
}

BOOST_AUTO_TEST_CASE(two_who_need_the_same_share_one_fetch) {
  auto& from = add_node();
  auto& to = add_node();
  from.work.write("a", noise(3 * piece));
  auto x = made(from, {"a"}).artifacts;
  down(to);
  place(to, 1, x);
  place(to, 2, x);
  up(to);
  BOOST_TEST(until([&] {
    return to.got.placed.size() == 2;
  }));
  BOOST_TEST(to.got.placed[1].mistake == "");
  BOOST_TEST(to.got.placed[2].mistake == "");
  // The first ask was lost with the link, the second one was for both.
  BOOST_TEST(to.wire->wanted_from_start == 2u);
}

BOOST_AUTO_TEST_CASE(two_nodes_that_made_the_same_give_it_once) {
  auto& one = add_node();
  auto& two = add_node();
  one.work.write("a", noise(4 * piece));
  two.work.write("b", noise(4 * piece));
  capture(one, 1, {"a"});
  capture(two, 1, {"b"});
  BOOST_TEST(until([&] {
    return one.got.captured.contains(1) && two.got.captured.contains(1);
  }));
  BOOST_TEST(two.got.captured[1].mistake == "");
  BOOST_TEST(one.wire->chunks + two.wire->chunks == 4u);
}

BOOST_AUTO_TEST_CASE(
    any_mix_of_lost_and_doubled_chunks_ends_well) { // rows 9, 10
  for (std::uint64_t seed = 1; seed <= case_count(20); ++seed) {
    file_world w{seed};
    auto& node = w.add_node();
    dice d{seed};
    node.wire->on_chunk = [&](chunk&) {
      return d.roll(3);
    };
    node.work.write("a", noise(5 * piece + 3, seed));
    node.work.write("b", noise(1000, seed));
    auto x = w.made(node, {"a", "b"});
    BOOST_TEST_REQUIRE(x.mistake == "");
    for (const auto& file : x.artifacts)
      BOOST_TEST(
          (w.folder.read(w.place_of(file)) == node.work.read(file.path)));
  }
}

BOOST_AUTO_TEST_CASE(a_broken_link_only_delays) { // row 9
  auto& node = add_node();
  std::size_t given = 0;
  node.wire->on_chunk = [&](chunk&) {
    if (++given == 4)
      node.wire->is_up = false;
    return 1u;
  };
  node.work.write("a", noise(20 * piece));
  capture(node, 1, {"a"});
  stage.advance(std::chrono::minutes(2));
  BOOST_TEST(!node.got.captured.contains(1));
  up(node);
  BOOST_TEST(until([&] {
    return node.got.captured.contains(1);
  }));
  BOOST_TEST(node.got.captured[1].mistake == "");
  // It went on where it was: only what was under way came twice.
  BOOST_TEST(given <= 20u + 8u);
}

BOOST_AUTO_TEST_CASE(a_new_link_goes_on_where_the_old_one_ended) { // row 9
  auto& node = add_node();
  std::size_t given = 0;
  node.wire->on_chunk = [&](chunk&) {
    if (++given == 12)
      node.wire->is_up = false;
    return 1u;
  };
  node.work.write("a", noise(40 * piece));
  capture(node, 1, {"a"});
  lose(node); // what the hub knew of it is forgotten, what it has is not
  join(node);
  up(node);
  BOOST_TEST(until([&] { // the node offers it again by itself
    return node.got.captured.contains(1);
  }));
  BOOST_TEST(node.got.captured[1].mistake == "");
  BOOST_TEST(given <= 40u + 8u);
}

BOOST_AUTO_TEST_CASE(what_arrives_wrong_is_fetched_again) {
  auto& node = add_node();
  bool spoilt = false;
  node.wire->on_chunk = [&](chunk& x) {
    if (x.offset == piece && !std::exchange(spoilt, true))
      x.bytes[7] = static_cast<char>(x.bytes[7] ^ 1);
    return 1u;
  };
  node.work.write("a", noise(3 * piece));
  auto x = made(node, {"a"});
  BOOST_TEST(x.mistake == "");
  BOOST_TEST(spoilt);
  BOOST_TEST((folder.read(place_of(x.artifacts.at(0))) == node.work.read("a")));
}

BOOST_AUTO_TEST_CASE(what_keeps_arriving_wrong_is_a_mistake) {
  auto& node = add_node();
  node.wire->on_chunk = [&](chunk& x) {
    if (!x.bytes.empty())
      x.bytes[0] = static_cast<char>(x.bytes[0] ^ 1);
    return 1u;
  };
  node.work.write("a", noise(piece + 1));
  auto x = made(node, {"a"});
  BOOST_TEST(x.mistake
             == "the orchestrator could not take it: artifact 'a': what the "
                "node sends is not what it was when it was taken in (3 tries)");
  BOOST_TEST(x.artifacts.empty());
  BOOST_TEST(!x.no_space);
}

BOOST_AUTO_TEST_CASE(a_damaged_copy_of_a_node_is_fetched_again) {
  auto& from = add_node();
  auto& to = add_node();
  from.work.write("a", noise(piece + 1));
  auto x = made(from, {"a"}).artifacts;
  BOOST_TEST(placed(to, x).mistake == "");
  damage(to.folder / place_of(x[0]));
  std::filesystem::remove(to.work / "a");
  BOOST_TEST(placed(to, x).mistake == "");
  BOOST_TEST((to.work.read("a") == from.work.read("a")));
  BOOST_TEST((to.folder.read(place_of(x[0])) == from.work.read("a")));
}

BOOST_AUTO_TEST_CASE(a_damaged_copy_that_is_served_is_found_and_removed) {
  auto& from = add_node();
  auto& to = add_node();
  from.work.write("a", noise(piece + 1));
  auto x = made(from, {"a"}).artifacts;
  damage(folder / place_of(x[0]));
  auto answer = placed(to, x);
  BOOST_TEST(answer.mistake
             == "artifact 'a' cannot be fetched: the orchestrator does not "
                "have it: its copy was damaged and is removed");
  BOOST_TEST(!folder.exists(place_of(x[0])));
  // Made again it is good again.
  made(from, {"a"});
  BOOST_TEST(placed(to, x).mistake == "");
  BOOST_TEST((to.work.read("a") == from.work.read("a")));
}

BOOST_AUTO_TEST_CASE(what_the_runs_machine_has_not_is_a_clear_mistake) {
  auto& to = add_node();
  artifact none{"a", std::string(64, 'e'), 5, false};
  BOOST_TEST(placed(to, {none}).mistake
             == "artifact 'a' cannot be fetched: the orchestrator does not "
                "have it: No such file or directory");
  artifact garbage{"a", "../../etc/passwd", 5, false}; // row 18
  BOOST_TEST(placed(to, {garbage}).mistake
             == "cannot put artifact 'a' into '" + to.work.path()
                    + "': its digest is none");
}

BOOST_AUTO_TEST_CASE(nobody_reads_anything_but_artifacts_and_logs) { // row 18
  auto& node = add_node();
  folder.write("artifacts/secret", "s");
  folder.write("logs/x.log", "the run's own");
  std::vector<chunk> got;
  node.wire->on_chunk = [&](chunk& x) {
    got.push_back(x);
    return 0u;
  };
  for (const auto& name : {"../logs/x.log", "secret", "", "/etc/passwd"})
    caf::anon_send(node.wire->ends[1],
                   chunk_wanted{{content_kind::artifact, name}, 0, 100});
  caf::anon_send(node.wire->ends[1],
                 chunk_wanted{{content_kind::log, "x.log"}, 0, 100});
  stage.settle();
  BOOST_TEST_REQUIRE(got.size() == 5u);
  for (const auto& x : got) {
    BOOST_TEST(x.no_such);
    BOOST_TEST(x.bytes == "");
    BOOST_TEST(x.mistake != "");
  }
}

BOOST_AUTO_TEST_CASE(a_capture_that_fails_offers_nothing) {
  auto& node = add_node();
  node.work.write("a", "1");
  auto x = made(node, {"a", "missing"});
  BOOST_TEST(x.mistake.starts_with("artifact 'missing': no such file"));
  BOOST_TEST(x.artifacts.empty());
  BOOST_TEST(node.wire->offered.empty());
}

BOOST_AUTO_TEST_CASE(many_small_files_arrive_all) {
  auto& node = add_node();
  for (int i = 0; i < 300; ++i)
    node.work.write("out/" + std::to_string(i), std::to_string(i));
  auto x = made(node, {"out/*"});
  BOOST_TEST(x.mistake == "");
  BOOST_TEST_REQUIRE(x.artifacts.size() == 300u);
  for (const auto& file : x.artifacts)
    BOOST_TEST_REQUIRE(folder.exists(place_of(file)));
  // Nothing that was half done is left.
  for (const auto& entry :
       std::filesystem::directory_iterator{folder / "artifacts"})
    BOOST_TEST(!entry.path().filename().string().starts_with("."));
}

BOOST_AUTO_TEST_CASE(nothing_ticks_once_all_is_done) {
  auto& node = add_node();
  node.work.write("a", noise(piece + 1));
  made(node, {"a"});
  stage.advance(std::chrono::seconds(2));
  BOOST_TEST(stage.timers() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
