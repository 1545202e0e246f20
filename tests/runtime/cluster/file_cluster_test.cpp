// SPDX-License-Identifier: BSD-3-Clause
// Files over the real link: the movers, a hub, gateways and their codec on a
// simulated network.
#include "runtime/play/plan_builder.hpp"
#include "tests/runtime/cluster/file_world.hpp"
#include "tests/support/cluster_world.hpp"
#include "tests/support/dice.hpp"

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;

namespace {

plan one_agent() {
  play::plan_builder b;
  b.agent("coder", 2);
  b.task("build");
  b.get().agents[0].runs_on = {"gpu"};
  return b.get();
}

constexpr agent_id coder{0u};
constexpr std::size_t piece = chunk_bytes_max;

struct cluster_files {
  struct node_side {
    temporary_directory folder; ///< `artifacts`, `logs`, `work`
    cluster::node_files_actor files;
    asking_agent agent;
    answers got;
  };

  cluster_files() {
    std::filesystem::create_directories(folder / "logs");
    cluster::hub_files_options mine;
    mine.store_directory = folder / "artifacts";
    mine.log_directory = folder / "logs";
    mine.disk = disk;
    mine.awaited = awaited;
    movers = world.stage.spawn(cluster::hub_files_behavior, std::move(mine));
    world.start_hub([this](cluster::hub_options& x) {
      x.files = movers;
      x.log_path = [this](const std::string&, const std::string& log) {
        return awaited->expect_at(log);
      };
    });
  }
  ~cluster_files() {
    for (auto& [name, x] : nodes) {
      x.files = nullptr;
      x.agent = nullptr;
    }
    movers = nullptr;
    world.clear();
  }
  cluster_files(const cluster_files&) = delete;
  cluster_files& operator=(const cluster_files&) = delete;

  node_side& start(const std::string& name) {
    auto& x = nodes[name];
    std::filesystem::create_directories(x.folder / "logs");
    std::filesystem::create_directories(x.folder / "work");
    x.agent = world.stage.spawn(asking_behavior, &x.got);
    world.start_node(name, [this, &x](cluster::gateway_options& o) {
      o.begin_run = [this, &x,
                     then = o.begin_run](const cluster::node_run& run,
                                         const file_link_actor& link) {
        cluster::node_files_options mine;
        mine.store_directory = x.folder / "artifacts";
        mine.log_directory = x.folder / "logs";
        mine.disk = disk;
        mine.link = link;
        x.files =
            world.stage.spawn(cluster::node_files_behavior, std::move(mine));
        auto parts = then(run, link);
        parts.artifacts = x.files;
        parts.files = x.files;
        return parts;
      };
    });
    return x;
  }

  template <class Message>
  void ask(node_side& x, Message what) {
    caf::anon_send(x.agent, asked{[&x, what](caf::local_actor* self) {
                     static_cast<asking_agent::pointer>(self)->send(x.files,
                                                                    what);
                   }});
    world.settle();
  }
  void capture(node_side& x, std::uint64_t id) {
    ask(x, capture_artifacts{id, x.folder / "work", {"file"}, {}, false});
  }
  bool captured(node_side& x, std::uint64_t id, duration most = 10min) {
    return world.run_until(
        [&] {
          return x.got.captured.contains(id);
        },
        most);
  }

  temporary_directory folder;
  std::shared_ptr<immediate_disk> disk = std::make_shared<immediate_disk>();
  std::shared_ptr<cluster::awaited_logs> awaited =
      std::make_shared<cluster::awaited_logs>(folder / "logs");
  cluster_world world{one_agent()};
  cluster::hub_files_actor movers;
  std::map<std::string, node_side> nodes;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_cluster_file_cluster, cluster_files)

BOOST_AUTO_TEST_CASE(a_file_gets_from_a_node_by_the_run_to_another) { // §34
  auto& from = start("n1");
  auto& to = start("n2");
  std::string text(5 * piece + 1, 'x');
  from.folder.write("work/file", text);
  capture(from, 1);
  BOOST_TEST_REQUIRE(captured(from, 1));
  BOOST_TEST(from.got.captured[1].mistake == "");
  auto made = from.got.captured[1].artifacts;
  ask(to, place_artifacts{2, to.folder / "work", made});
  BOOST_TEST_REQUIRE(world.run_until(
      [&] {
        return to.got.placed.contains(2);
      },
      10min));
  BOOST_TEST(to.got.placed[2].mistake == "");
  BOOST_TEST((to.folder.read("work/file") == text));
}

// Row 9: a link that breaks, or is cut for longer than the lease, wherever a
// transfer is.
BOOST_AUTO_TEST_CASE(a_transfer_outlives_broken_and_lost_links) {
  world.net.latency = 3ms;
  auto& node = start("n1");
  world.run_for(1s);
  dice d{7};
  for (std::uint64_t id = 1; id <= 20; ++id) {
    node.folder.write("work/file",
                      std::string(9 * piece, '\1') + std::to_string(id));
    capture(node, id);
    world.run_for(std::chrono::milliseconds(d.roll(60)));
    if (d.one_in(2)) {
      world.net.hold("n1");
      world.run_for(std::chrono::seconds(d.roll(40)));
      world.net.release("n1");
    }
    if (d.one_in(2))
      world.net.reset("n1");
    BOOST_TEST_REQUIRE(captured(node, id));
    BOOST_TEST(node.got.captured[id].mistake == "");
    BOOST_TEST(folder.exists(
        file_world::place_of(node.got.captured[id].artifacts.at(0))));
  }
}

BOOST_AUTO_TEST_CASE(the_log_of_an_attempt_lies_where_its_result_says) {
  auto& node = start("n1");
  world.machines["n1"].takes = 5s;
  world.place(coder, "n1", 1);
  world.assign(coder, 0, 1);
  world.settle();
  caf::anon_send(node.files, cluster::process_noticed{1, true, {}});
  auto log = node.folder.write("logs/build.1.log", "text\n");
  world.run_for(1s);
  BOOST_TEST(folder.read("logs/build.1.log") == "text\n");
  BOOST_TEST(!awaited->wait(duration{0}));
  node.folder.write("logs/build.1.log", "text\nend\n");
  caf::anon_send(node.files, cluster::process_noticed{1, false, log});
  world.run_for(5s);
  BOOST_TEST(folder.read("logs/build.1.log") == "text\nend\n");
  BOOST_TEST(awaited->wait(duration{0}));
  BOOST_TEST_REQUIRE(world.log.finished.size() == 1u);
  // That of a machine of the test has no log's name: none is awaited for it.
  BOOST_TEST(world.log.finished[0].details->log == "");
}

BOOST_AUTO_TEST_SUITE_END()
