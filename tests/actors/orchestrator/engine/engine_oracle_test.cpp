// SPDX-License-Identifier: BSD-3-Clause
// Random teams with needs-later, after-each work, requests and approvals, each
// played to its end by a seed: every task and gate ends as an oracle says that
// knows only the plan and what happened (runtime/play/team_oracle.hpp).
#include "runtime/play/team_oracle.hpp"
#include "tests/support/engine_world.hpp"
#include "tests/support/random_team.hpp"
#include "tests/support/seeds.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

using namespace tutti;
using namespace tutti::test;
using play::gate_history;
using play::task_history;
using play::team_oracle;

namespace {

/// A random team without what the oracle leaves out: rework, clocks, services,
/// and gates that block all.
plan plan_of(dice& d) {
  auto p = random_team{d}.make();
  p.fail_fast = false;
  p.services.clear();
  for (auto& t : p.tasks) {
    std::erase_if(t.needs, [](const need& n) {
      return n.of.kind == node_kind::service;
    });
    t.deadline = t.queue_timeout = duration{0};
  }
  for (auto& g : p.gates) {
    g.blocks_all = false;
    g.rework = {};
    g.approval.timeout = duration{0};
  }
  return p;
}

class oracle_play {
public:
  explicit oracle_play(std::uint64_t seed)
    : seed_(seed), dice_(seed), plan_(plan_of(dice_)), world_(plan_),
      tasks_(plan_.tasks.size()), gates_(plan_.gates.size()) {
  }

  void play() {
    world_.begin_run();
    for (int steps = 0; !world_.get().over(); ++steps) {
      BOOST_REQUIRE_MESSAGE(steps < 3000,
                            "rule 7: the run does not end, seed " << seed_);
      move();
    }
    look_back();
    for (const auto& x : team_oracle{plan_, tasks_, gates_}.check())
      BOOST_ERROR(x << " (seed " << seed_ << ")");
  }

private:
  void move() {
    auto agents = static_cast<std::uint32_t>(plan_.agents.size());
    for (int tries = 0; tries < 3; ++tries) {
      if (world_.begin_next(dice_.roll(agents)))
        return;
      if (!world_.running.empty() && dice_.one_in(2))
        return work();
    }
    for (std::uint32_t a = 0; a < agents; ++a)
      if (world_.begin_next(a))
        return;
    if (!world_.running.empty())
      return work();
    world_.give_back_all();
    if (!world_.get().over() && !say() && !world_.get().over())
      world_.fire_next_timer();
  }

  void work() {
    auto i = world_.running.begin();
    std::advance(i,
                 dice_.roll(static_cast<std::uint32_t>(world_.running.size())));
    auto key = i->first;
    if (dice_.one_in(4))
      return ask(key);
    if (dice_.one_in(8) && say())
      return;
    static constexpr attempt_end ends[] = {
        attempt_end::success,   attempt_end::success,
        attempt_end::success,   attempt_end::failure,
        attempt_end::timed_out, attempt_end::system_error};
    auto how = ends[dice_.roll(6)];
    auto results = results_of(key.task);
    const auto& t = world_.get().task(key.task);
    auto& h = tasks_[key.task];
    bool well = how == attempt_end::success;
    h.last = how;
    h.failures += !well;
    h.integrated += well && t.state == task_state::integrating;
    if (const auto* s = world_.get().stream(key.task))
      for (const auto& x : s->taken)
        if (x.request == 0)
          h.runs[x.from.value] = well;
    world_.end(key.task, how, std::move(results));
  }

  outputs results_of(std::uint32_t task) {
    if (plan_.tasks[task].kind != task_kind::review)
      return dice_.one_in(2) ? outputs{{"go", make_text("true")}} : outputs{};
    static constexpr const char* words[] = {"approved", "approved", "rejected",
                                            "nonsense"};
    return {{"verdict", make_text(words[dice_.roll(4)])}};
  }

  void ask(attempt_key key) {
    auto agents = static_cast<std::uint32_t>(plan_.agents.size());
    engine::requests_arrive e;
    e.task = task_id{key.task};
    e.attempt = key.attempt;
    e.to = plan_.agents[dice_.roll(agents)].name;
    e.texts = {"x"};
    e.awaited = dice_.one_in(2);
    world_.step(e);
  }

  /// A person says something of a gate that asks one.
  bool say() {
    for (std::uint32_t i = 0; i < plan_.gates.size(); ++i) {
      if (world_.gate(i) != gate_state::asked || !plan_.gates[i].approval.human)
        continue;
      engine::verdict_arrives e;
      e.gate = gate_id{i};
      e.who = "ada";
      e.verdict = dice_.one_in(4) ? verdict::rejected : verdict::approved;
      world_.step(e);
      if (world_.out.refusal.empty())
        return true;
    }
    return false;
  }

  /// What happened, from the facts.
  void look_back() {
    for (const auto& f : world_.facts) {
      if (f.kind == fact_kind::approval_asked)
        gates_[f.subject].asked = true;
      if (f.kind == fact_kind::request_made && f.extra->awaited)
        tasks_[f.cause].asked = true;
      if (f.kind != fact_kind::verdict_given)
        continue;
      auto& h = gates_[f.subject];
      h.rejected = h.rejected || f.extra->verdict == verdict::rejected;
      if (f.extra->verdict == verdict::approved && f.extra->who == "ada")
        h.by_person = true;
      else if (f.extra->verdict == verdict::approved)
        h.approved.insert(f.extra->who);
    }
    for (std::uint32_t i = 0; i < tasks_.size(); ++i) {
      tasks_[i].end = world_.state(i);
      tasks_[i].started = world_.get().task(i).ever_started;
      const auto& condition = plan_.tasks[i].condition;
      if (!condition.empty())
        tasks_[i].condition =
            world_.get().details_of(condition.nodes[0].task.value) != nullptr;
    }
    for (std::uint32_t i = 0; i < gates_.size(); ++i)
      gates_[i].end = world_.gate(i);
  }

  std::uint64_t seed_;
  dice dice_;
  plan plan_;
  engine_world world_;
  std::vector<task_history> tasks_;
  std::vector<gate_history> gates_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(engine_oracle)

BOOST_AUTO_TEST_CASE(random_teams_end_as_the_oracle_says) { // rules 1, 7
  for (std::uint64_t seed = 1; seed <= case_count(1'500, 30'000); ++seed)
    oracle_play{seed}.play();
}

BOOST_AUTO_TEST_SUITE_END()
