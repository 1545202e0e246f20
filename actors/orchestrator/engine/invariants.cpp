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
    count_edges();
    agents_.assign(graph_.slots.size(), 0);
    queued_.assign(graph_.slots.size(), 0);
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

  /// Unmet edges by the bits of the engine: those that hold back the start, or
  /// what is needed later.
  void count_edges() {
    open_.assign(graph_.node_count(), 0);
    later_.assign(graph_.task_count, 0);
    for (node_index x = 0; x < graph_.node_count(); ++x)
      for (auto i = graph_.out_begin[x]; i < graph_.out_begin[x + 1]; ++i)
        count_edge(x, i);
    for (const auto& r : engine_.requests()) {
      auto from = r.work.from.value;
      if (r.awaited && !is_terminal(r.state)
          && engine_.task(from).version == r.version)
        ++later_[from];
    }
  }

  void count_edge(node_index from, std::size_t at) {
    auto e = graph_.out[at];
    bool met = engine_.edge_met(at);
    if (!met && is_start_edge(e.kind()))
      ++open_[e.target()];
    else if (!met && e.kind() == edge_kind::later)
      ++later_[e.target()];
    bool holds = is_met(engine_, {from, e.kind(), false, false}, e.target());
    if (met && !holds && !may_keep(e))
      fail("I6: the edge from ", from, " to ", e.target(),
           " counts as met and is not");
    if (!met && holds)
      fail("I6: the edge from ", from, " to ", e.target(),
           " is met and does not count");
  }

  /// Who has begun keeps what it was given when its producer is made again
  /// (§18), unless it is in question itself.
  [[nodiscard]] bool may_keep(edge e) const {
    auto x = e.target();
    if (graph_.is_gate(x))
      return engine_.gate(x - graph_.task_count).state != gate_state::waiting;
    if (graph_.is_service(x))
      return engine_.service(x - graph_.task_count - graph_.gate_count).service
          != service_state::waiting;
    if (graph_.is_group(x))
      return false;
    const auto& t = engine_.task(x);
    return t.state != task_state::waiting && t.state != task_state::ready
        && (!t.doubted || e.kind() == edge_kind::trigger);
  }

  void check_task(std::uint32_t i) {
    const auto& t = engine_.task(i);
    bool begun =
        t.state == task_state::running || t.state == task_state::integrating;
    bool alive = t.state == task_state::ready || begun
              || t.state == task_state::waiting_to_integrate;
    auto open = open_[i];
    // Stopping releases `finally` tasks from needs that will not come (§26).
    bool forced = engine_.stopping() && graph_.policy_of(i).is_finally;
    // What waits to be taken back, and what has begun before its needs were
    // made again, is no mistake.
    bool excused = t.doubted || (t.assigned && t.is_ending) || t.begun_version;
    if (alive && open != 0 && !forced && !excused)
      fail("I2: task ", i, " is ", to_string(t.state), " with ", open,
           " unmet edges");
    if (t.assigned && !alive)
      fail("I3: task ", i, " is assigned but ", to_string(t.state));
    if (t.later != later_[i])
      fail("I6: task ", i, " counts ", t.later, " things to come of ",
           later_[i]);
    if (t.state == task_state::integrating && t.later > 0
        && !graph_.policy_of(i).integrate_each && !t.asked && !t.doubted)
      fail("I2: task ", i, " integrates before all has arrived");
    if (begun && (!t.assigned || t.attempt == 0 || !t.ever_started))
      fail("I3: task ", i, " runs without an attempt");
    if (t.pending != open && !forced)
      fail("I6: task ", i, " counts ", t.pending, " unmet edges of ", open);
    if (!is_terminal(t.state))
      ++unfinished_;
    live_ += begun;
    assigned_ += t.assigned;
    if ((begun && !t.waits) || (t.assigned && !begun && !engine_.is_ahead(i)))
      hold(i);
    if (t.assigned && !begun && engine_.is_ahead(i))
      ++queued_[t.agent];
    if (engine_.is_runnable(i))
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
    if (g.pending != open_[graph_.gate_node(i)])
      fail("I6: gate ", i, " counts ", g.pending, " unmet edges of ",
           open_[graph_.gate_node(i)]);
    if (g.state == gate_state::open && g.pending != 0 && !graph_.has_rework)
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
      if (engine_.agent(i).used != agents_[i]
          || engine_.agent(i).queued != queued_[i])
        fail("I4: agent ", i, " uses ", engine_.agent(i).used, " slots of ",
             agents_[i], " held, and has ", engine_.agent(i).queued,
             " queued of ", queued_[i]);
    for (std::size_t i = 0; i < pools_.size(); ++i)
      if (engine_.pool(i).used != pools_[i]
          || pools_[i] > engine_.pool(i).total)
        fail("I4: pool ", i, " has ", engine_.pool(i).used, " in use, ",
             pools_[i], " held");
    check_nodes();
    if (engine_.jobs().used != jobs_)
      fail("I4: ", engine_.jobs().used, " jobs in use, ", jobs_, " held");
    if (engine_.over())
      return;
    for (auto i : idle_)
      // Beside what it has queued, an agent has a slot for it.
      if (engine_.free_agent_of(engine_.unit_of(i)).valid()
          && (!engine_.is_ahead(i)
              || engine_.agent(graph_.class_of(i).agents[0].value).is_idle())
          && engine_.has_tokens(graph_.class_of(i)))
        fail("I5: task ", i, " could run and is not assigned");
  }

  void check_nodes() {
    const auto& places = engine_.places();
    if (!places.is_used())
      return;
    std::vector<std::uint32_t> used(places.nodes().size(), 0);
    for (std::uint32_t a = 0; a < agents_.size(); ++a)
      if (auto at = places.place_of(a).node; at != placement::nowhere)
        used[at] += agents_[a];
      else if (places.is_chosen(a) && agents_[a] > 0)
        fail("I4: agent ", a, " is on no node and has attempts");
    for (std::size_t i = 0; i < used.size(); ++i)
      if (const auto& n = places.nodes()[i]; n.slots.used != used[i])
        fail("I4: node ", n.name, " has ", n.slots.used, " slots in use, ",
             used[i], " held");
    for (auto i : idle_)
      for (auto a : graph_.class_of(i).agents)
        if (!engine_.over() && places.is_chosen(a.value)
            && places.place_of(a.value).node == placement::nowhere
            && places.best_node_for(a.value) != placement::nowhere)
          fail("I5: agent ", a.value, " could be placed and is not");
  }

  const engine& engine_;
  const graph& graph_;
  std::vector<std::string> broken_;
  std::vector<std::uint32_t> agents_;
  std::vector<std::uint32_t> queued_; ///< per agent: assigned, not begun
  std::vector<std::uint32_t> pools_;
  std::vector<std::uint32_t> idle_;
  std::vector<std::uint32_t> open_;  ///< per node: edges that hold it back
  std::vector<std::uint32_t> later_; ///< per task: things to come later
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
    return is_terminal(e.task(x).state) && !e.task(x).doubted;
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
      return !ended(x) || !is_failure(e.task(x).state);
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
    bool decided = state != gate_state::waiting && state != gate_state::asked;
    return in.kind() == edge_kind::succeeded ? state == gate_state::open
         : in.kind() == edge_kind::failed ? decided && state != gate_state::open
         : in.kind() == edge_kind::asked
             ? state == gate_state::asked || state == gate_state::open
             : decided;
  }
  if (g.is_service(from)) {
    auto state = e.service(from - g.task_count - g.gate_count).service;
    return state == service_state::ready;
  }
  if (g.is_group(from))
    return is_group_met(e, from, in.kind());
  const auto& t = e.task(from);
  if (in.kind() == edge_kind::started)
    return t.ever_started;
  return is_terminal(t.state) && !t.doubted
      && judge(in.kind(), t.state, t.ever_started,
               g.policy_of(from).allow_failure, g.is_task(consumer))
             == edge_verdict::met;
}

std::vector<std::string> check_invariants(const engine& e) {
  return checker{e}.run();
}

} // namespace tutti::engine
