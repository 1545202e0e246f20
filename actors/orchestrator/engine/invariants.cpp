// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/engine/invariants.hpp"

#include <algorithm>
#include <string_view>

namespace tutti::engine {

namespace {

class checker {
public:
  explicit checker(const engine& e) : engine_(e), graph_(e.plan_graph()) {
  }

  std::vector<std::string> run() {
    agents_.assign(graph_.slots.size(), 0);
    pools_.assign(graph_.pools.size(), 0);
    for (std::uint32_t i = 0; i < graph_.task_count; ++i)
      check_task(i);
    for (std::uint32_t i = 0; i < graph_.gate_count; ++i)
      check_gate(i);
    check_counts();
    return std::move(broken_);
  }

private:
  template <class... Ts>
  void fail(const Ts&... parts) {
    std::string text;
    (add(text, parts), ...);
    broken_.push_back(std::move(text));
  }

  static void add(std::string& to, std::string_view x) {
    to += x;
  }
  static void add(std::string& to, std::uint64_t x) {
    to += std::to_string(x);
  }

  std::uint32_t unmet(node_index x) {
    auto in = graph_.into(x);
    return static_cast<std::uint32_t>(
        std::count_if(in.begin(), in.end(), [this, x](edge e) {
          return !is_met(engine_, e, x);
        }));
  }

  void check_task(std::uint32_t i) {
    const auto& t = engine_.task(i);
    bool begun = t.state == task_state::running;
    bool alive = t.state == task_state::ready || begun;
    auto open = unmet(i);
    // Stopping releases `finally` tasks from needs that will not come (§26).
    bool forced = engine_.stopping() && graph_.policy_of(i).is_finally;
    if (alive && open != 0 && !forced)
      fail("I2: task ", i, " is ", to_string(t.state), " with ", open,
           " unmet edges");
    if (t.assigned && !alive)
      fail("I3: task ", i, " is assigned but ", to_string(t.state));
    if (begun && (!t.assigned || t.attempt == 0 || !t.ever_started))
      fail("I3: task ", i, " runs without an attempt");
    if (t.pending != open && !forced)
      fail("I6: task ", i, " counts ", t.pending, " unmet edges of ", open);
    if (!is_terminal(t.state))
      ++unfinished_;
    live_ += begun;
    assigned_ += t.assigned;
    bool ahead = graph_.class_of(i).assign_ahead;
    if (begun || (t.assigned && !ahead))
      hold(i);
    if (t.state == task_state::ready && !t.assigned && !t.backing_off)
      idle_.push_back(i);
  }

  void hold(std::uint32_t i) {
    ++agents_[engine_.task(i).agent];
    ++jobs_;
    for (auto x : graph_.class_of(i).pools)
      pools_[x.pool.value] += x.count;
  }

  void check_gate(std::uint32_t i) {
    const auto& g = engine_.gate(i);
    if (g.state == gate_state::open && unmet(graph_.gate_node(i)) != 0)
      fail("I2: gate ", i, " is open with unmet needs");
  }

  void check_counts() {
    const auto& n = engine_.counts();
    if (n.unfinished != unfinished_ || n.live != live_
        || n.assigned != assigned_)
      fail("I1: counted ", n.unfinished, " unfinished, ", n.live, " live, ",
           n.assigned, " assigned; there are ", unfinished_, ", ", live_, ", ",
           assigned_);
    for (std::size_t i = 0; i < agents_.size(); ++i)
      if (engine_.agent(i).used != agents_[i])
        fail("I4: agent ", i, " uses ", engine_.agent(i).used, " slots of ",
             agents_[i], " held");
    for (std::size_t i = 0; i < pools_.size(); ++i)
      if (engine_.pool(i).used != pools_[i]
          || pools_[i] > engine_.pool(i).total)
        fail("I4: pool ", i, " has ", engine_.pool(i).used, " in use, ",
             pools_[i], " held");
    if (engine_.jobs().used != jobs_)
      fail("I4: ", engine_.jobs().used, " jobs in use, ", jobs_, " held");
    if (engine_.over())
      return;
    for (auto i : idle_)
      if (engine_.may_start(i) && engine_.free_agent(graph_.class_of(i)).valid()
          && engine_.has_tokens(graph_.class_of(i)))
        fail("I5: task ", i, " could run and is not assigned");
  }

  const engine& engine_;
  const graph& graph_;
  std::vector<std::string> broken_;
  std::vector<std::uint32_t> agents_;
  std::vector<std::uint32_t> pools_;
  std::vector<std::uint32_t> idle_;
  std::uint32_t jobs_ = 0;
  std::uint32_t unfinished_ = 0;
  std::uint32_t live_ = 0;
  std::uint32_t assigned_ = 0;
};

bool is_group_met(const engine& e, node_index group, edge_kind kind) {
  const auto& g = e.plan_graph();
  auto members = g.into(group);
  auto all = [&](auto test) {
    return std::all_of(members.begin(), members.end(), [&](edge m) {
      return test(m.target());
    });
  };
  auto ended = [&](node_index x) {
    return is_terminal(e.task(x).state);
  };
  switch (kind) {
  case edge_kind::succeeded:
    return all([&](node_index x) {
      return ended(x)
          && judge(kind, e.task(x).state, e.task(x).ever_started,
                   g.policy_of(x).allow_failure, false)
                 == edge_verdict::met;
    });
  case edge_kind::failed:
    return !all([&](node_index x) {
      return !is_failure(e.task(x).state);
    });
  case edge_kind::started:
    return !all([&](node_index x) {
      return !e.task(x).ever_started;
    });
  default:
    return all(ended);
  }
}

} // namespace

bool is_met(const engine& e, edge in, node_index consumer) {
  const auto& g = e.plan_graph();
  auto from = in.target();
  if (g.is_gate(from)) {
    auto state = e.gate(from - g.task_count).state;
    return in.kind() == edge_kind::succeeded ? state == gate_state::open
         : in.kind() == edge_kind::failed    ? state == gate_state::closed
                                             : state != gate_state::waiting;
  }
  if (g.is_group(from))
    return is_group_met(e, from, in.kind());
  const auto& t = e.task(from);
  if (in.kind() == edge_kind::started)
    return t.ever_started;
  return is_terminal(t.state)
      && judge(in.kind(), t.state, t.ever_started,
               g.policy_of(from).allow_failure, g.is_task(consumer))
             == edge_verdict::met;
}

std::vector<std::string> check_invariants(const engine& e) {
  return checker{e}.run();
}

} // namespace tutti::engine
