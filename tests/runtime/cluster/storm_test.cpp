// SPDX-License-Identifier: BSD-3-Clause
// §33, §34 under load, over many seeds: whatever befalls the network and the
// nodes, each handoff is accepted once in each placing, in order, none is lost,
// and what is late never passes for a result.
#include "runtime/cluster/envelopes.hpp"
#include "tests/support/cluster_world.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/seeds.hpp"

#include <numeric>
#include <set>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;

namespace {

constexpr agent_id coder{0u};

/// Versions of the handoff from task 2 to task 0, as their acceptances came.
std::vector<std::uint32_t> versions(const lead_log& log) {
  std::vector<std::uint32_t> result;
  for (const auto& x : log.accepted)
    result.push_back(x.version);
  return result;
}

/// An orchestrator that places one agent wherever a node is, hands it
/// everything anew in each placing, and lets one attempt after the other run.
class storm {
public:
  explicit storm(std::uint64_t seed) : dice_(seed), w_(two_agents(), {seed}) {
    w_.net.latency = 1ms * dice_.roll(200);
    w_.log.on_joined = [this](const node_joined& x) {
      if (x.node != local_node)
        nodes_.insert(x.node);
      if (node_.empty())
        place();
    };
    w_.start_hub();
    for (auto* name : {"n1", "n2"}) {
      w_.machines[name].takes = 1s * (1 + dice_.roll(20));
      w_.start_node(name);
    }
  }

  void rage() {
    for (int turn = 0; turn < 150; ++turn) {
      befall();
      load();
      w_.run_for(100ms * dice_.roll(40));
      look();
    }
  }

  /// The weather is fine again: everything arrives.
  void heal() {
    for (auto* name : {"n1", "n2"}) {
      w_.net.release(name);
      if (!up_.contains(name))
        start(name);
    }
    load();
    for (int i = 0; i < 600 && !is_done(); ++i) {
      w_.run_for(1s);
      look();
    }
    BOOST_TEST(is_done());
  }

private:
  void befall() {
    const char* name = dice_.one_in(2) ? "n1" : "n2";
    switch (dice_.roll(9)) {
    case 0:
      return w_.net.reset(name);
    case 1:
      return w_.net.hold(name);
    case 2:
      return w_.net.hold(name, way::to_hub);
    case 3:
      return w_.net.hold(name, way::to_node);
    case 4:
      if (!dice_.one_in(3) || !up_.contains(name))
        return;
      up_.erase(name);
      return w_.kill_node(name);
    case 5:
      if (!up_.contains(name))
        start(name);
      return;
    default:
      return w_.net.release(name);
    }
  }

  void start(const char* name) {
    up_.insert(name);
    w_.start_node(name);
  }

  void place() {
    if (nodes_.empty())
      return;
    auto i = nodes_.begin();
    std::advance(i, dice_.roll(static_cast<std::uint32_t>(nodes_.size())));
    node_ = *i;
    w_.place(coder, node_, ++placing_);
    accepted_from_ = w_.log.accepted.size();
    next_ = 0;
    load();
    assign();
  }

  void load() {
    if (node_.empty())
      return;
    if (wanted_ < 2000)
      wanted_ += dice_.roll(40);
    for (; next_ < wanted_; ++next_)
      w_.hand(coder, 2, 0, next_ + 1);
  }

  void assign() {
    w_.assign(coder, 0, ++attempt_);
  }

  [[nodiscard]] bool is_done() const {
    return !node_.empty() && w_.log.accepted.size() - accepted_from_ == wanted_;
  }

  void look() {
    for (; lost_ < w_.log.lost.size(); ++lost_) {
      const auto& name = w_.log.lost[lost_].node;
      nodes_.erase(name);
      if (name == node_) {
        check_placing();
        node_.clear();
        place();
      }
    }
    check_placing();
    for (; finished_ < w_.log.finished.size(); ++finished_) {
      BOOST_TEST(w_.log.finished[finished_].attempt == attempt_);
      if (!node_.empty())
        assign();
    }
  }

  /// Of the placing that is: the first of its versions, each once.
  void check_placing() {
    auto all = versions(w_.log);
    std::vector<std::uint32_t> got(
        all.begin() + static_cast<std::ptrdiff_t>(accepted_from_), all.end());
    std::vector<std::uint32_t> want(got.size());
    std::iota(want.begin(), want.end(), 1u);
    BOOST_TEST(got == want, boost::test_tools::per_element());
    BOOST_TEST(got.size() <= wanted_);
  }

  dice dice_;
  cluster_world w_;
  std::set<std::string> up_{"n1", "n2"}; ///< processes that are
  std::set<std::string> nodes_;          ///< that take part
  std::string node_;                     ///< where the agent is
  std::uint32_t placing_ = 0;
  std::uint32_t attempt_ = 0;
  std::uint32_t wanted_ = 0; ///< versions that there are
  std::uint32_t next_ = 0;   ///< that were handed over in this placing
  std::size_t accepted_from_ = 0;
  std::size_t lost_ = 0;
  std::size_t finished_ = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_cluster_storm)

// rows 8–11
BOOST_AUTO_TEST_CASE(whatever_happens_each_handoff_counts_once_a_placing) {
  for (std::uint64_t seed = 1; seed <= case_count(60); ++seed)
    BOOST_TEST_CONTEXT("seed " << seed) {
      storm x{seed};
      x.rage();
      x.heal();
    }
}

// Acceptance: partition and return, a hundred times under load.
BOOST_AUTO_TEST_CASE(a_hundred_partitions_lose_nothing_and_double_nothing) {
  cluster_world w{two_agents(), {7}};
  w.net.latency = 20ms;
  w.start_hub();
  w.start_node("n1");
  w.run_for(1s);
  w.place(coder, "n1", 1);
  std::uint32_t sent = 0;
  dice d{7};
  for (int i = 0; i < 100; ++i) {
    for (auto n = 20 + d.roll(100); n > 0; --n)
      w.hand(coder, 2, 0, ++sent);
    w.run_for(1ms * d.roll(100));
    switch (i % 4) {
    case 0:
      w.net.hold("n1");
      break;
    case 1:
      w.net.hold("n1", way::to_hub);
      break;
    case 2:
      w.net.hold("n1", way::to_node);
      break;
    default:
      w.net.reset("n1");
    }
    w.run_for(1ms * d.roll(9000)); // shorter than lease and grace
    w.net.release("n1");
    w.run_for(1ms * d.roll(3000));
    if (!w.run_until(
            [&] {
              return w.presence("n1") == cluster::node_presence::present;
            },
            20s))
      break;
  }
  w.run_for(30s);
  BOOST_TEST(w.log.lost.empty());
  std::vector<std::uint32_t> want(sent);
  std::iota(want.begin(), want.end(), 1u);
  BOOST_TEST(versions(w.log) == want, boost::test_tools::per_element());
}

// rule 9: what a frozen peer does not take stays as values
BOOST_AUTO_TEST_CASE(a_frozen_peer_takes_no_more_than_its_credit) {
  cluster_world w{two_agents(), {3}};
  w.start_hub();
  w.start_node("n1");
  w.place(coder, "n1", 1);
  w.settle();
  w.net.hold("n1");
  attempt_details details;
  details.note = std::string(16 << 10, 'x');
  auto shared = std::make_shared<const attempt_details>(details);
  std::uint32_t sent = 0;
  std::size_t most = 0;
  for (int turn = 0; turn < 10; ++turn) {
    for (int i = 0; i < 1000; ++i) {
      handoff x;
      x.from = task_id{2u};
      x.to = task_id{0u};
      x.version = ++sent;
      x.details = shared;
      w.say(coder, x);
    }
    w.run_for(1s);
    most = std::max(most, w.net.bytes_held("n1", way::to_node));
  }
  // What is under way, and a few heartbeats.
  BOOST_TEST(most <= cluster::bytes_under_way_max + (64 << 10));
  BOOST_TEST(most > cluster::bytes_under_way_max / 2);
  w.net.release("n1");
  w.run_for(5s);
  BOOST_TEST(w.log.lost.empty());
  BOOST_TEST(w.log.accepted.size() == sent);
}

// Acknowledged when durable: a crash at any moment loses nothing.
BOOST_AUTO_TEST_CASE(an_orchestrator_that_crashes_hears_everything_again) {
  for (std::uint64_t seed = 1; seed <= case_count(40); ++seed) {
    cluster_world w{two_agents(), {seed}};
    dice d{seed};
    w.net.latency = 1ms * d.roll(100);
    w.start_hub();
    w.start_node("n1");
    w.run_for(2s);
    w.machines["n1"].takes = 1s * (1 + d.roll(10));
    w.place(coder, "n1", 1);
    std::set<std::uint32_t> durable; // attempts whose ends are in the journal
    std::uint32_t attempt = 0;
    for (int life = 0; life < 4; ++life) {
      // Of what it hears a part becomes durable before it dies.
      w.log.is_durable = d.one_in(3);
      for (int i = 0; i < 5; ++i) {
        ++attempt;
        w.assign(coder, 0, attempt, attempt);
        w.run_for(100ms * d.roll(40));
        if (!d.one_in(3))
          continue;
        for (const auto& [mark, hub] : w.log.marks)
          caf::anon_send(hub, link_marked{mark.node, mark.number});
        if (!w.log.marks.empty())
          for (const auto& x : w.log.finished)
            durable.insert(x.attempt);
        w.log.marks.clear();
      }
      if (w.log.is_durable)
        for (const auto& x : w.log.finished)
          durable.insert(x.attempt);
      auto started = w.machines["n1"].started.size();
      w.kill_hub();
      w.log.finished.clear();
      w.log.joined.clear();
      w.run_for(7s);
      w.log.is_durable = true;
      w.start_hub([](cluster::hub_options& x) {
        x.kept = {{coder, "n1", 1, true}};
      });
      w.say(coder, place_agent{coder, "n1", 1, true});
      BOOST_REQUIRE(w.run_until(
          [&] {
            return w.has_joined("n1");
          },
          20s));
      std::set<std::uint32_t> holds;
      for (const auto& x : w.log.joined.back().holds)
        holds.insert(x.attempt);
      w.run_for(20s);
      for (const auto& x : w.log.finished) {
        durable.insert(x.attempt);
        holds.erase(x.attempt);
      }
      BOOST_TEST_CONTEXT("seed " << seed << " life " << life) {
        // What was held has ended, and each end is known.
        BOOST_TEST(holds.empty());
        BOOST_TEST(durable.size() >= started);
        BOOST_TEST(w.machines["n1"].killed == 0u);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
