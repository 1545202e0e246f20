// SPDX-License-Identifier: BSD-3-Clause
// A node that looks for an orchestrator, in virtual time: how often it tries,
// what it says of that, and when it does not try again (docs/cluster.md).
#include "tests/support/cluster_world.hpp"

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;

namespace {

/// A node's way to the network: while `shut` has words nobody is reached.
struct door {
  std::optional<cluster::closing> shut;
  std::vector<duration> tries;
  std::function<duration()> now;
};

class door_net : public cluster::transport {
public:
  door_net(door& of, cluster::transport_events events,
           std::shared_ptr<cluster::transport> inner)
    : door_(of), events_(std::move(events)), inner_(std::move(inner)) {
  }

  cluster::connection_id connect(const std::string& host,
                                 std::uint16_t port) override {
    door_.tries.push_back(door_.now());
    if (!door_.shut)
      return inner_->connect(host, port);
    events_.closed(++failed_, *door_.shut);
    return failed_;
  }
  void admit(cluster::connection_id x) override {
    inner_->admit(x);
  }
  void send(cluster::connection_id x, std::string frame) override {
    inner_->send(x, std::move(frame));
  }
  [[nodiscard]] std::size_t
  unsent_bytes(cluster::connection_id x) const override {
    return inner_->unsent_bytes(x);
  }
  void close(cluster::connection_id x) override {
    inner_->close(x);
  }

private:
  door& door_;
  cluster::transport_events events_;
  std::shared_ptr<cluster::transport> inner_;
  cluster::connection_id failed_ = 1'000'000; ///< above all of the inner one
};

/// n1 goes through a door.
struct behind_a_door : cluster_world {
  door out;

  explicit behind_a_door(plan p = two_agents()) : cluster_world(std::move(p)) {
    out.now = [this] {
      return stage.now();
    };
  }
  ~behind_a_door() {
    clear(); // before the door goes
  }

  void start_n1() {
    start_node("n1", [this](cluster::gateway_options& x) {
      x.open_net = [this, inner = net.node("n1")](
                       const cluster::transport_events& events) {
        return std::make_shared<door_net>(out, events, inner(events));
      };
    });
  }
  [[nodiscard]] std::size_t notes_with(const std::string& part) const {
    return static_cast<std::size_t>(
        std::count_if(notes.begin(), notes.end(), [&part](const auto& x) {
          return x.find(part) != x.npos;
        }));
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_cluster_seeking)

BOOST_AUTO_TEST_CASE(the_same_words_are_told_now_and_then) {
  behind_a_door w;
  w.out.shut = {"connection refused", {}};
  w.start_n1();
  w.run_for(4min);
  BOOST_TEST(w.out.tries.size() > 40u);
  BOOST_TEST(w.notes_with("connection refused") == 1u);
  w.run_for(2min);
  BOOST_TEST(w.notes_with("connection refused") == 2u);
  w.out.shut = {"no answer within 10s", {}};
  w.run_for(10s);
  BOOST_TEST(w.notes_with("no answer within 10s") == 1u);
  w.out.shut.reset();
  w.start_hub();
  w.run_for(10s);
  BOOST_TEST(w.has_joined("n1"));
}

BOOST_AUTO_TEST_CASE(a_second_node_of_a_name_says_so_once) {
  cluster_world w{two_agents()};
  w.start_hub();
  w.start_node("n1");
  w.start_node("n1"); // another process
  w.run_for(1min);
  auto told = std::count_if(w.notes.begin(), w.notes.end(), [](const auto& x) {
    return x.find("takes part already") != x.npos;
  });
  BOOST_TEST(told == 1);
}

// row 19: to try again would not help.
BOOST_AUTO_TEST_CASE(what_only_a_person_can_mend_is_not_tried_again) {
  behind_a_door w;
  w.out.shut = {"certificate of another CA", "take the right one"};
  w.start_n1();
  w.run_for(1min);
  BOOST_TEST(w.out.tries.size() == 1u);
  BOOST_TEST((w.ends["n1"].code == exit_code::environment));
  BOOST_TEST(w.ends["n1"].why
             == "hub:1 cannot be joined: certificate of another CA; take the "
                "right one");
}

// Somebody else may be at the orchestrator's address while that is gone.
BOOST_AUTO_TEST_CASE(a_node_at_work_tries_as_long_as_it_keeps_its_work) {
  behind_a_door w;
  w.start_hub();
  w.start_n1();
  w.machines["n1"].takes = 1h;
  w.place(agent_id{0u}, "n1", 1);
  w.assign(agent_id{0u}, 0, 1);
  w.settle();
  BOOST_REQUIRE_EQUAL(w.machines["n1"].running.size(), 1u);
  w.out.shut = {"certificate of another CA", "take the right one"};
  w.net.reset("n1");
  w.run_for(9min);
  BOOST_TEST(w.machines["n1"].running.size() == 1u);
  BOOST_TEST(w.ends.empty());
  w.run_for(2min); // `keep` is over
  BOOST_TEST(w.machines["n1"].running.empty());
  BOOST_TEST((w.ends["n1"].code == exit_code::environment));
}

// An orchestrator that goes on finds its nodes before it counts them as lost.
BOOST_AUTO_TEST_CASE(a_short_lease_makes_for_short_pauses) { // §33
  auto p = two_agents();
  p.nodes.every = 300ms;
  p.nodes.lease = 1s;
  behind_a_door w{p};
  w.start_hub();
  w.start_n1();
  BOOST_REQUIRE(w.has_joined("n1"));
  w.out.shut = {"connection refused", {}};
  w.out.tries.clear();
  w.net.reset("n1");
  w.run_for(1min);
  BOOST_REQUIRE(w.out.tries.size() > 1u);
  for (std::size_t i = 1; i < w.out.tries.size(); ++i)
    BOOST_TEST((w.out.tries[i] - w.out.tries[i - 1] <= 500ms));
}

BOOST_AUTO_TEST_SUITE_END()
