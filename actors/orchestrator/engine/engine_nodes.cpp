// SPDX-License-Identifier: BSD-3-Clause
// Nodes, and which agent is on which (semantics §32, §33). An agent with
// `runs-on` stays where it was placed until its node is lost, drained, or joins
// with nothing; then it is placed anew and is given all of its work's handoffs
// again. What it was at runs again without using a retry, an exclusive task
// only once its last attempt cannot be alive any more.
#include "actors/orchestrator/engine/engine.hpp"
#include "actors/orchestrator/engine/task_machine.hpp"

#include <algorithm>
#include <utility>

namespace tutti::engine {

namespace {

std::shared_ptr<const fact_extra> said(std::string who, std::string text) {
  auto x = std::make_shared<fact_extra>();
  x->who = std::move(who);
  x->text = std::move(text);
  return x;
}

} // namespace

bool engine::has_room(std::uint32_t agent) const {
  if (agents_[agent].left() == 0 || !placement_.has_slot(agent))
    return false;
  if (!placement_.is_chosen(agent))
    return true;
  // One that is to leave its node begins nothing, unless it has something there
  // that only it can go on with.
  const auto& n = placement_.nodes()[placement_.place_of(agent).node];
  return n.state != node_state::draining || has_parked(agent);
}

std::uint32_t engine::haunted_by(std::uint32_t task) const {
  auto i = haunted_.find(task);
  return i == haunted_.end() ? placement::nowhere : i->second;
}

// -- events -------------------------------------------------------------------

void engine::join_local() {
  if (!placement_.is_used())
    return;
  fact f;
  f.kind = fact_kind::node_joined;
  f.version = 0;
  f.extra = said(local_node, join_labels(graph_.local_labels));
  emit(f);
}

void engine::on(const node_joins& e) {
  bool sound = std::all_of(e.holds.begin(), e.holds.end(), [this](auto h) {
    return h.task.value < graph_.task_count;
  });
  if (!sound || !placement_.is_used() || e.node == local_node || e.node.empty())
    return refuse("no agent of the plan runs on other nodes");
  auto at = placement_.find(e.node);
  bool known = at != placement::nowhere;
  auto before = known ? placement_.nodes()[at].state : node_state::lost;
  if (before == node_state::up || before == node_state::draining)
    give_up_node(at, "it joined anew");
  fact f;
  f.kind = fact_kind::node_joined;
  f.version = e.slots;
  f.extra = said(e.node, join_labels(e.labels));
  emit(f);
  if (before == node_state::awaited)
    come_back(at, e);
  else
    relieve(placement_.find(e.node));
}

/// An agent that has not begun anything yet leaves a node with less room.
void engine::relieve(std::uint32_t fresh) {
  for (std::uint32_t a = 0; a < agents_.size(); ++a) {
    auto at = placement_.place_of(a).node;
    bool began = std::any_of(tasks_.begin(), tasks_.end(), [a](const auto& t) {
      return t.agent == a && (t.ever_started || t.assigned);
    });
    if (at != placement::nowhere && at != fresh && !began
        && placement_.is_better(a, fresh))
      unplace(a, "another node has more room");
  }
}

/// After a resume: what the node still works on is taken over (§31).
void engine::come_back(std::uint32_t node, const node_joins& e) {
  for (std::uint32_t a = 0; a < agents_.size(); ++a) {
    auto place = placement_.place_of(a);
    if (place.node != node)
      continue;
    bool there =
        std::find(e.keeps.begin(), e.keeps.end(), agent_id{a}) != e.keeps.end();
    // Of what the journal does not know nothing may come (§31).
    bool knows = std::all_of(e.holds.begin(), e.holds.end(), [&](auto h) {
      const auto& t = tasks_[h.task.value];
      return h.agent.value != a || h.attempt < t.attempt
          || (t.agent == a && t.attempt == h.attempt);
    });
    if (!there || !knows) {
      lose_agent(a, there ? "it was at work on what the journal does not know"
                          : "its node was started anew");
      continue;
    }
    for (const auto& h : e.holds)
      if (!tasks_[h.task.value].assigned && h.agent.value == a)
        repeats_.insert({h.task.value, h.attempt});
    for (std::uint32_t i = 0; i < graph_.task_count; ++i) {
      const auto& t = tasks_[i];
      if (!t.assigned || t.agent != a)
        continue;
      held_attempt mine{agent_id{a}, place.placing, task_id{i}, t.attempt};
      if (std::find(e.holds.begin(), e.holds.end(), mine) != e.holds.end())
        tell_again(i);
      else
        lose_attempt(i, attempt_end::node_lost,
                     "its node does not work on it any more");
    }
  }
}

/// What was said to an attempt before tutti was gone may not have arrived.
void engine::tell_again(std::uint32_t task) {
  const auto& t = tasks_[task];
  bool begun =
      t.state == task_state::running || t.state == task_state::integrating;
  deliver_needs(task, true);
  for (std::uint32_t i = 0; i < requests_.size(); ++i) {
    const auto& r = requests_[i];
    if (r.work.from.value == task && r.version == t.version
        && is_terminal(r.state) && !r.accepted)
      send_answer(i + 1);
  }
  if (t.is_ending)
    tell_to_end(task, t.ending, abandoned_);
  if (!begun || t.waits)
    return;
  command c;
  c.kind = command_kind::go_on;
  c.task = task;
  c.attempt = t.attempt;
  c.agent = t.agent;
  out_->commands.push_back(c);
}

void engine::on(const node_is_lost& e) {
  auto at = placement_.find(e.node);
  if (at == placement::nowhere || e.node == local_node
      || placement_.nodes()[at].state == node_state::lost)
    return refuse("there is no such node");
  give_up_node(at, e.why);
}

void engine::give_up_node(std::uint32_t node, const std::string& why) {
  const auto& n = placement_.nodes()[node];
  fact f;
  f.kind = fact_kind::node_lost;
  f.extra = said(n.name, why);
  emit(f);
  for (std::uint32_t a = 0; a < agents_.size(); ++a)
    if (placement_.place_of(a).node == node)
      lose_agent(a, why);
  arm(timer_kind::haunted, node, n.losses, now_ + graph_.keep);
}

/// All that it had there is gone, or out of reach.
void engine::lose_agent(std::uint32_t agent, const std::string& why) {
  auto message = "its node " + placement_.node_name_of(agent) + ": " + why;
  for (std::uint32_t i = 0; i < graph_.task_count; ++i) {
    const auto& t = tasks_[i];
    if (t.agent != agent)
      continue;
    if (t.assigned)
      lose_attempt(i, attempt_end::node_lost, message);
    if (t.state == task_state::waiting_to_integrate) {
      fact f;
      f.kind = fact_kind::run_lost;
      f.subject = i;
      f.agent = agent;
      emit(f);
    }
  }
  unplace(agent, why);
}

void engine::on(const node_is_gone& e) {
  auto at = placement_.find(e.node);
  if (at == placement::nowhere || e.node == local_node)
    return refuse("there is no such node");
  bool was_there = placement_.nodes()[at].state != node_state::lost;
  bool has_agents = false;
  for (std::uint32_t a = 0; a < agents_.size(); ++a)
    has_agents = has_agents || placement_.place_of(a).node == at;
  if (was_there && has_agents)
    give_up_node(at, "it has left");
  else if (!was_there && !placement_.nodes()[at].haunted)
    return reject(reject_reason::stale_timer, at, 0);
  fact f;
  f.kind = fact_kind::node_gone;
  f.extra = said(e.node, {});
  emit(f);
}

/// A node that nobody has heard of since goes on no longer (§33).
void engine::on_haunted(const timer_fires& e) {
  const auto& nodes = placement_.nodes();
  if (e.subject >= nodes.size() || nodes[e.subject].losses != e.epoch
      || !nodes[e.subject].haunted)
    return reject(reject_reason::stale_timer, e.subject, e.epoch);
  on(node_is_gone{nodes[e.subject].name});
}

void engine::on(const result_is_late& e) {
  if (e.what.task.value >= graph_.task_count
      || e.what.agent.value >= agents_.size())
    return reject(reject_reason::unknown_task, e.what.task.value, 0);
  if (!placement_.takes_late(e.what.task.value, e.what.attempt,
                             tasks_[e.what.task.value].attempt))
    return reject(reject_reason::not_running, e.what.task.value,
                  e.what.attempt);
  fact f;
  f.kind = fact_kind::result_late;
  f.subject = e.what.task.value;
  f.attempt = e.what.attempt;
  f.agent = e.what.agent.value;
  f.end = e.end;
  emit(f);
}

void engine::on(const drain_requested& e) {
  auto at = placement_.find(e.node);
  if (at == placement::nowhere || e.node == local_node)
    return refuse("there is no node '" + e.node + "' in this run");
  if (placement_.nodes()[at].state == node_state::draining)
    return refuse("node '" + e.node + "' is being drained already");
  if (placement_.nodes()[at].state != node_state::up)
    return refuse("node '" + e.node + "' is not there");
  fact f;
  f.kind = fact_kind::node_draining;
  f.extra = said(e.node, {});
  emit(f);
}

// -- places -------------------------------------------------------------------

bool engine::has_parked(std::uint32_t agent) const {
  return std::any_of(tasks_.begin(), tasks_.end(), [agent](const auto& t) {
    return t.agent == agent
        && (t.state == task_state::waiting_to_integrate || t.waits);
  });
}

bool engine::needs_place(std::uint32_t agent) const {
  for (std::uint32_t i = 0; i < graph_.task_count; ++i) {
    const auto& who = graph_.class_of(i).agents;
    if ((!is_terminal(tasks_[i].state) || tasks_[i].doubted)
        && std::find(who.begin(), who.end(), agent_id{agent}) != who.end())
      return true;
  }
  return false;
}

/// Rule 7: a node that has what an agent asks for may yet join.
bool engine::node_may_come() const {
  if (!graph_.nodes_may_join)
    return false;
  for (std::uint32_t a = 0; a < graph_.agent_labels.size(); ++a)
    if (placement_.is_chosen(a) && !placement_.is_there(a) && needs_place(a))
      return true;
  return false;
}

void engine::place_agents() {
  if (!placement_.is_used() || over_)
    return;
  leave_drained();
  if (!std::exchange(places_open_, false))
    return;
  for (std::uint32_t a = 0; a < agents_.size(); ++a) {
    if (!placement_.is_chosen(a)
        || placement_.place_of(a).node != placement::nowhere)
      continue;
    auto node = placement_.best_node_for(a);
    if (node == placement::nowhere || !needs_place(a))
      continue;
    fact f;
    f.kind = fact_kind::agent_placed;
    f.agent = a;
    f.version = placement_.place_of(a).placing + 1;
    f.extra = said(placement_.nodes()[node].name, {});
    emit(f);
    place(a, node, false);
  }
}

void engine::place(std::uint32_t agent, std::uint32_t node, bool kept) {
  command c;
  c.kind = command_kind::place;
  c.agent = agent;
  c.task = node;
  c.other = placement_.place_of(agent).placing;
  c.at_once = kept;
  out_->commands.push_back(c);
}

/// An agent that has nothing on its node any more leaves one that is drained.
void engine::leave_drained() {
  for (std::uint32_t n = 0; n < placement_.nodes().size(); ++n) {
    if (placement_.nodes()[n].state != node_state::draining)
      continue;
    for (std::uint32_t a = 0; a < agents_.size(); ++a) {
      bool busy = std::any_of(tasks_.begin(), tasks_.end(), [a](const auto& t) {
        return t.agent == a && t.assigned;
      });
      if (placement_.place_of(a).node == n && !busy && !has_parked(a))
        unplace(a, "its node is drained");
    }
  }
}

void engine::unplace(std::uint32_t agent, const std::string& why) {
  fact f;
  f.kind = fact_kind::agent_unplaced;
  f.agent = agent;
  f.extra = said(placement_.node_name_of(agent), why);
  emit(f);
  place(agent, placement::nowhere, false);
}

/// Its attempt may go on, though tutti was gone.
bool engine::is_kept(std::uint32_t task) const {
  auto agent = tasks_[task].agent;
  if (agent == agent_id::none || !placement_.is_chosen(agent))
    return false;
  auto at = placement_.place_of(agent).node;
  return at != placement::nowhere
      && placement_.nodes()[at].state == node_state::awaited;
}

/// The run is up again: this machine has lost what it worked on, the others may
/// not have.
void engine::resume_nodes() {
  if (!placement_.is_used())
    return;
  join_local();
  for (std::uint32_t n = 0; n < placement_.nodes().size(); ++n) {
    const auto& node = placement_.nodes()[n];
    if (node.state == node_state::awaited && !graph_.nodes_may_join)
      give_up_node(n, "the run goes on without other machines");
    else if (node.haunted)
      arm(timer_kind::haunted, n, node.losses, now_ + graph_.keep);
  }
  for (std::uint32_t a = 0; a < agents_.size(); ++a) {
    auto at = placement_.place_of(a).node;
    if (at == placement::nowhere)
      continue;
    if (placement_.nodes()[at].state == node_state::awaited) {
      place(a, at, true);
      continue;
    }
    // As everything on this machine: it is new, its files are not.
    for (std::uint32_t i = 0; i < graph_.task_count; ++i)
      if (tasks_[i].assigned && tasks_[i].agent == a)
        lose_attempt(i, attempt_end::stopped,
                     "tutti was gone before it had ended");
    unplace(a, "tutti was gone");
  }
  places_open_ = true;
}

// -- facts --------------------------------------------------------------------

void engine::fold_node(const fact& f) {
  if (f.kind == fact_kind::run_lost)
    return fold_run_lost(f.subject);
  bool of_agent =
      f.kind == fact_kind::agent_placed || f.kind == fact_kind::agent_unplaced;
  if (!placement_.is_used() || (of_agent && !placement_.is_chosen(f.agent)))
    return; // the plan was another one
  placement_.fold(f);
  switch (f.kind) {
  case fact_kind::agent_placed:
    return fold_placed(f.agent);
  case fact_kind::agent_unplaced:
    agents_[f.agent].total = 0;
    break;
  case fact_kind::node_joined:
  case fact_kind::node_gone:
    let_go_haunted(placement_.find(f.extra->who));
    break;
  default:
    break;
  }
  places_open_ = true;
  may_assign_ = true;
}

/// It is new: all that it is to have for what it has not done is given to it
/// with its work.
void engine::fold_placed(std::uint32_t agent) {
  agents_[agent].total = graph_.slots[agent];
  for (std::uint32_t i = 0; i < graph_.task_count; ++i)
    if (tasks_[i].agent == agent && !is_terminal(tasks_[i].state))
      tasks_[i].renewed = true;
  std::erase_if(handed_, [this, agent](const auto& x) {
    return tasks_[static_cast<std::uint32_t>(x.first)].agent == agent;
  });
  may_assign_ = true;
}

/// What it left behind is on a lost node: it is ready to run again.
void engine::fold_run_lost(std::uint32_t task) {
  auto& t = tasks_[task];
  if (t.may_integrate)
    dequeue(task);
  if (t.backing_off) {
    t.backing_off = false;
    --counts_.backing_off;
  }
  t.may_integrate = false;
  t.ran = false;
  lose_node(t.state);
  undoubt(task);
  update_in(task);
  if (t.pending > 0)
    blocked_.push_back(task);
  enqueue(task);
}

/// Its end is not known: on its lost node it may go on (§33).
void engine::note_haunted(const fact& f) {
  if (f.end != attempt_end::node_lost || graph_.exclusive.empty()
      || !graph_.exclusive[f.subject])
    return;
  // One that is up has said what it has.
  auto at = placement_.place_of(f.agent).node;
  if (at != placement::nowhere
      && placement_.nodes()[at].state == node_state::lost)
    haunted_[f.subject] = at;
}

void engine::let_go_haunted(std::uint32_t node) {
  std::vector<std::uint32_t> free;
  std::erase_if(haunted_, [&](const auto& x) {
    if (x.second != node)
      return false;
    free.push_back(x.first);
    return true;
  });
  for (auto x : free)
    enqueue(x);
}

} // namespace tutti::engine
