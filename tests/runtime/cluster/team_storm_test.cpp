// SPDX-License-Identifier: BSD-3-Clause
// Whole runs over nodes, over many seeds: the real orchestrator with its
// engine, hub, gateways and agents, in virtual time. Nodes are cut off, killed
// and started anew, the orchestrator is killed and goes on from what was
// durable; in the end each task has one result that counts, and none that may
// not has ever run twice at a time.
#include "actors/orchestrator/orchestrator.hpp"
#include "runtime/session/run_nodes.hpp"
#include "tests/support/cluster_world.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/seeds.hpp"

#include <map>
#include <set>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;

namespace {

/// Facts become durable a little later, in order.
struct kept_facts {
  std::vector<fact> durable;
  std::vector<fact> others; ///< behind them
  duration takes{0};
};

struct journal_tick {
  std::uint64_t last = 0;
};

} // namespace

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(journal_tick)

namespace {

using slow_journal_actor = journal_actor::extend<caf::reacts_to<journal_tick>>;

slow_journal_actor::behavior_type slow_journal(slow_journal_actor::pointer self,
                                               kept_facts* kept,
                                               const orchestrator_actor& lead) {
  return {
      [self, kept](append_facts& x) {
        kept->others.insert(kept->others.end(), x.facts.begin(), x.facts.end());
        self->delayed_send(self, kept->takes, journal_tick{x.last});
      },
      [self, kept, lead](journal_tick x) {
        auto count =
            x.last - std::min<std::uint64_t>(x.last, kept->durable.size());
        auto end = kept->others.begin() + static_cast<std::ptrdiff_t>(count);
        kept->durable.insert(kept->durable.end(), kept->others.begin(), end);
        kept->others.erase(kept->others.begin(), end);
        self->send(lead, facts_durable{kept->durable.size()});
      },
  };
}

/// Twelve tasks of three agents, two of which go to nodes; every fourth may not
/// run twice at a time.
plan team_plan(dice& d) {
  play::plan_builder b;
  b.agent("coder", 2);
  b.agent("tester", 1);
  b.agent("writer", 2);
  for (std::uint32_t i = 0; i < 12; ++i) {
    std::vector<std::uint32_t> needs;
    for (std::uint32_t j = 0; j < i; ++j)
      if (d.one_in(4))
        needs.push_back(j);
    b.task("t" + std::to_string(i), needs);
    b[i].agents = {agent_id{d.roll(3)}};
    b[i].exclusive = i % 4 == 0;
  }
  auto& p = b.get();
  p.agents[0].runs_on = {"gpu"};
  p.agents[1].runs_on = {"gpu"};
  p.nodes.keep = 30s;
  p.grace = 3s;
  return p;
}

class team_storm {
public:
  explicit team_storm(std::uint64_t seed)
    : dice_(seed), w_(team_plan(dice_), {seed}) {
    w_.net.latency = 1ms * dice_.roll(150);
    kept_.takes = 1ms * dice_.roll(60);
    for (const auto& name : names_) {
      w_.machines[name].takes = 1s * (1 + dice_.roll(15));
      w_.machines[name].kill_takes = 1ms * dice_.roll(1500);
      w_.machines[name].on_start = [this](const std::string& x) {
        begins(x);
      };
    }
    open();
    start("n1");
    start("n2");
  }

  ~team_storm() {
    journal_ = nullptr;
  }

  void run() {
    for (int turn = 0; turn < 60 && !is_over(); ++turn) {
      befall();
      w_.run_for(100ms * dice_.roll(50));
    }
    heal();
    for (int i = 0; i < 900 && !is_over(); ++i)
      w_.run_for(1s);
    w_.run_for(1s); // what is late
    look();
  }

private:
  // -- the run ----------------------------------------------------------------

  void open() {
    orchestrator_options mine;
    mine.work = w_.work;
    mine.graph.placement = true;
    mine.graph.nodes_may_join = true;
    auto e =
        std::make_shared<engine::engine>(engine::compile(*w_.work, mine.graph));
    for (const auto& f : kept_.durable)
      e->fold(f);
    mine.engine = e;
    if (!kept_.durable.empty())
      mine.first = engine::run_resumes{++session_, false};
    mine.journaled = kept_.durable.size();
    mine.elapsed = w_.stage.now();
    mine.observer = w_.stage.spawn(seen_behavior, &w_.seen);
    mine.spawn_agents = [this, e](const orchestrator_actor& lead) {
      w_.lead = lead;
      w_.make_hub([&](cluster::hub_options& x) {
        x.kept = session::kept_places(e.get());
      });
      std::vector<agent_actor> result(w_.stand_ins.begin(), w_.stand_ins.end());
      for (std::size_t i = 0; i < result.size(); ++i)
        if (w_.work->agents[i].runs_on.empty()) {
          result[i] = w_.local_agent(agent_id{i});
          locals_.push_back(result[i]);
        }
      return result;
    };
    // The journal tells whom it is for, which is not there yet.
    auto pass = w_.stage.spawn(
        [](journal_actor::pointer self,
           const std::function<journal_actor()>& to)
            -> journal_actor::behavior_type {
          return {
              [self, to](append_facts& x) {
                self->send(to(), std::move(x));
              },
          };
        },
        std::function<journal_actor()>{[this] {
          return journal_actor{journal_};
        }});
    mine.journal = pass;
    auto lead = w_.stage.spawn(orchestrator_behavior, std::move(mine));
    journal_ = w_.stage.spawn(slow_journal, &kept_, orchestrator_actor{lead});
    caf::anon_send(lead, begin_run{});
    w_.settle();
  }

  void crash() {
    w_.kill_hub();
    caf::anon_send_exit(journal_, caf::exit_reason::kill);
    for (const auto& x : locals_)
      caf::anon_send_exit(x, caf::exit_reason::kill);
    locals_.clear();
    kept_.others.clear();
    w_.settle();
    w_.run_for(100ms * dice_.roll(200));
    open();
  }

  [[nodiscard]] bool is_over() const {
    return !kept_.durable.empty()
        && kept_.durable.back().kind == fact_kind::run_ended;
  }

  // -- what befalls it --------------------------------------------------------

  void befall() {
    const auto& name = names_[dice_.roll(2)];
    switch (dice_.roll(12)) {
    case 0:
      return w_.net.reset(name);
    case 1:
      return w_.net.hold(name);
    case 2:
      return w_.net.hold(name, way::to_hub);
    case 3:
      return w_.net.hold(name, way::to_node);
    case 4:
      if (up_.erase(name) > 0)
        w_.kill_node(name);
      return;
    case 5:
      return start(name);
    case 6:
      if (dice_.one_in(2))
        crash();
      return;
    default:
      return w_.net.release(name);
    }
  }

  void start(const std::string& name) {
    if (up_.insert(name).second)
      w_.start_node(name, [](cluster::gateway_options& x) {
        x.labels = {"gpu"};
      });
  }

  void heal() {
    for (auto i : {0, 1}) {
      w_.net.release(names_[i]);
      start(names_[i]);
    }
  }

  /// "t4.2" begins somewhere.
  void begins(const std::string& name) {
    auto task = name.substr(0, name.find('.'));
    auto index = static_cast<std::size_t>(std::stoi(task.substr(1)));
    if (!w_.work->tasks[index].exclusive)
      return;
    for (const auto& [where, m] : w_.machines)
      for (const auto& [id, x] : m.running)
        BOOST_TEST(x.order.name.substr(0, x.order.name.find('.')) != task,
                   name << " began while " << x.order.name << " ran on "
                        << where);
  }

  // -- what came of it --------------------------------------------------------

  void look() {
    BOOST_REQUIRE(is_over());
    const auto& end = kept_.durable.back();
    BOOST_TEST((end.status == run_status::succeeded));
    std::map<std::uint32_t, int> results;
    for (const auto& f : kept_.durable) {
      if (f.kind == fact_kind::attempt_finished && is_terminal(f.state))
        ++results[f.subject];
      if (f.kind == fact_kind::run_lost)
        --results[f.subject];
    }
    for (std::uint32_t i = 0; i < w_.work->tasks.size(); ++i)
      BOOST_TEST(results[i] == 1, "task " << i << " has " << results[i]
                                          << " results that count");
    // rule 8: folding what is durable again gives where the run is.
    engine::graph_options graph;
    graph.placement = true;
    graph.nodes_may_join = true;
    engine::engine again{engine::compile(*w_.work, graph)};
    for (const auto& f : kept_.durable)
      again.fold(f);
    BOOST_TEST(again.over());
  }

  const std::vector<std::string> names_{"n1", "n2", "local"};
  dice dice_;
  kept_facts kept_;
  cluster_world w_;
  slow_journal_actor journal_;
  std::vector<agent_actor> locals_;
  std::set<std::string> up_;
  std::uint32_t session_ = 1;
};

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_cluster_team_storm)

// rows 8–13
BOOST_AUTO_TEST_CASE(whatever_happens_the_run_comes_to_one_result_a_task) {
  for (std::uint64_t seed = 1; seed <= case_count(40); ++seed)
    BOOST_TEST_CONTEXT("seed " << seed)
  team_storm{seed}.run();
}

BOOST_AUTO_TEST_SUITE_END()
