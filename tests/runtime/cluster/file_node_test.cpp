// SPDX-License-Identifier: BSD-3-Clause
// What the files of a node are, beside those that move.
#include "runtime/cluster/file_node.hpp"

#include "runtime/artifacts/sweep.hpp"
#include "tests/runtime/cluster/file_world.hpp"

#include <sys/mount.h>
#include <sys/stat.h>

using namespace tutti;
using namespace tutti::test;

namespace {

/// The store of a run, which says whom it was asked by.
artifact_actor::behavior_type store_behavior(artifact_actor::pointer self) {
  return {
      [](const capture_artifacts&) {
        BOOST_ERROR("files stay on the node");
      },
      [](const place_artifacts&) {
        BOOST_ERROR("files stay on the node");
      },
      [self](const keep_payload& x) {
        self->send(caf::actor_cast<agent_actor>(self->current_sender()),
                   payload_kept{x.id, {7, 8}, {}});
      },
      [](const load_payload&) {},
  };
}

void used_at(const std::string& path, std::int64_t second) {
  timespec times[2] = {{second, 0}, {second, 0}};
  BOOST_TEST_REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_cluster_file_node, file_world)

BOOST_AUTO_TEST_CASE(payloads_are_the_runs_and_answered_to_the_agent) {
  auto& node = add_node();
  ask(node, keep_payload{5, nullptr});
  BOOST_TEST(node.got.kept[5].mistake == "this node keeps no results");
  cluster::node_files_options mine;
  mine.store_directory = node.folder / "artifacts";
  mine.disk = disk;
  mine.link = node.wire->ends[1];
  mine.payloads = stage.spawn(store_behavior);
  node.files = stage.spawn(cluster::node_files_behavior, std::move(mine));
  ask(node, keep_payload{6, nullptr});
  BOOST_TEST(node.got.kept[6].mistake == "");
  BOOST_TEST(node.got.kept[6].payload.offset == 7u);
}

BOOST_AUTO_TEST_CASE(a_full_disk_of_the_run_is_told_apart) { // row 5
  auto& node = add_node();
  auto store = folder / "artifacts";
  make_folder(store);
  if (::mount("tmpfs", store.c_str(), "tmpfs", 0, "size=1m") != 0) {
    BOOST_TEST_MESSAGE("skipped: no tmpfs can be mounted here");
    return;
  }
  node.work.write("large", std::string(3 << 20, 'x'));
  node.work.write("small", std::string(100, 'x'));
  auto full = made(node, {"large"});
  BOOST_TEST(full.mistake
             == "the orchestrator could not take it: artifact 'large': No "
                "space left on device");
  BOOST_TEST(full.no_space);
  BOOST_TEST(full.artifacts.empty());
  // Nothing of it is in the way of others.
  BOOST_TEST(made(node, {"small"}).mistake == "");
  ::umount2(store.c_str(), MNT_DETACH);
}

BOOST_AUTO_TEST_CASE(a_full_disk_of_a_node_is_told_apart) { // row 5
  auto& from = add_node();
  auto& to = add_node();
  auto store = to.folder / "artifacts";
  make_folder(store);
  if (::mount("tmpfs", store.c_str(), "tmpfs", 0, "size=1m") != 0) {
    BOOST_TEST_MESSAGE("skipped: no tmpfs can be mounted here");
    return;
  }
  from.work.write("large", std::string(3 << 20, 'x'));
  auto full = placed(to, made(from, {"large"}).artifacts);
  BOOST_TEST(full.mistake
             == "artifact 'large' cannot be fetched into '" + store
                    + "': No space left on device");
  BOOST_TEST(full.no_space);
  ::umount2(store.c_str(), MNT_DETACH);
}

BOOST_AUTO_TEST_CASE(what_the_run_did_not_use_goes_with_its_logs) {
  auto& node = add_node();
  node.work.write("old", std::string(8192, 'o'));
  node.work.write("used", std::string(8192, 'u'));
  node.work.write("last", std::string(8192, 'l'));
  auto path = [&](const char* name) {
    return node.folder / place_of(made(node, {name}).artifacts.at(0));
  };
  auto old = path("old");
  auto used = path("used");
  auto last = path("last");
  used_at(old, 100);
  used_at(used, 200);
  used_at(last, 300);
  node.folder.write("logs/a.1.log", "text");
  node.folder.write("logs/other", "text");
  auto store = node.folder / "artifacts";
  cluster::sweep_node_store(store, {std::int64_t{150} * 1'000'000'000});
  BOOST_TEST(!std::filesystem::exists(old));
  BOOST_TEST(std::filesystem::exists(used));
  cluster::sweep_node_store(store, {0, 8192});
  BOOST_TEST(!std::filesystem::exists(used));
  BOOST_TEST(std::filesystem::exists(last));
  cluster::sweep_node_store("/nowhere", {}); // before the first artifact
  cluster::clear_logs(node.folder / "logs");
  BOOST_TEST(!node.folder.exists("logs/a.1.log"));
  BOOST_TEST(node.folder.exists("logs/other"));
}

BOOST_AUTO_TEST_CASE(events_of_processes_are_noticed_and_passed_on) {
  std::vector<cluster::process_noticed> noticed;
  std::vector<process_id> passed;
  process::supervisor_events events;
  events.started = [&](process_started x) {
    passed.push_back(x.id);
  };
  auto both = cluster::watch_logs(events, [&](const auto& x) {
    noticed.push_back(x);
  });
  both.started({4, 17});
  process_exited over;
  over.id = 5;
  over.log = "/there/a.1.log";
  both.exited(over); // nobody else listens for it
  BOOST_TEST((passed == std::vector<process_id>{4}));
  BOOST_TEST_REQUIRE(noticed.size() == 2u);
  BOOST_TEST(noticed[0].id == 4u);
  BOOST_TEST(noticed[0].runs);
  BOOST_TEST(!noticed[1].runs);
  BOOST_TEST(noticed[1].log == "/there/a.1.log");
}

BOOST_AUTO_TEST_SUITE_END()
