// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/node_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tutti::play {

namespace {

std::string who(const fact& x) {
  return x.extra ? x.extra->who : std::string{};
}

std::vector<std::string> labels_in(std::string_view text) {
  std::vector<std::string> result;
  while (!text.empty()) {
    auto end = std::min(text.find(','), text.size());
    result.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

} // namespace

node_rules::node_rules(const plan& work, const run_book& book,
                       std::function<void(std::string)> broken)
  : plan_(work), book_(book), broken_(std::move(broken)),
    places_(work.agents.size()) {
}

bool node_rules::is_chosen(std::uint32_t agent) const {
  return is_used_ && !plan_.agents[agent].runs_on.empty();
}

void node_rules::on(const fact& x) {
  switch (x.kind) {
  case fact_kind::node_joined:
    return join(x);
  case fact_kind::node_lost:
    return lose(x);
  case fact_kind::node_gone:
    return go(x);
  case fact_kind::node_draining:
    nodes_[who(x)].draining = true;
    return;
  case fact_kind::agent_placed:
    return place(x);
  case fact_kind::agent_unplaced:
    return leave(x);
  case fact_kind::task_assigned:
    return check_assigned(x);
  case fact_kind::attempt_finished:
  case fact_kind::attempt_revoked:
    if (x.end == attempt_end::node_lost)
      note_lost(x);
    return;
  case fact_kind::run_resumed:
    was_resumed_ = true;
    return;
  case fact_kind::run_lost:
    if (book_.task(x.subject).state != task_state::waiting_to_integrate)
      broken_(fmt::format("rule 4: {} is to run again, but it is {}",
                          name(x.subject),
                          to_string(book_.task(x.subject).state)));
    return;
  default:
    return;
  }
}

// -- nodes --------------------------------------------------------------------

void node_rules::join(const fact& x) {
  is_used_ = true;
  auto& n = nodes_[who(x)];
  n.labels = labels_in(x.extra->text);
  n.slots = x.version;
  n.there = true;
  n.draining = n.haunted = false;
  let_go(who(x));
}

void node_rules::lose(const fact& x) {
  auto& n = nodes_[who(x)];
  if (!n.there)
    broken_(
        fmt::format("rule 6: node {} is lost, but it was not there", who(x)));
  n.there = n.draining = false;
  n.haunted = true;
}

/// It was lost, or nobody was on it any more.
void node_rules::go(const fact& x) {
  auto& n = nodes_[who(x)];
  bool is_empty =
      std::none_of(places_.begin(), places_.end(), [&](const auto& at) {
        return at.node == who(x);
      });
  if (!n.haunted && !(n.there && is_empty))
    broken_(fmt::format("rule 6: nothing of node {} is alive any more, but it "
                        "was not lost",
                        who(x)));
  n.there = n.draining = n.haunted = false;
  let_go(who(x));
}

void node_rules::let_go(const std::string& node) {
  std::erase_if(haunted_, [&](const auto& x) {
    return x.second == node;
  });
}

// -- places -------------------------------------------------------------------

void node_rules::place(const fact& x) {
  auto& at = places_[x.agent];
  const auto& a = plan_.agents[x.agent];
  const auto& n = nodes_[who(x)];
  if (!is_chosen(x.agent))
    broken_(fmt::format("rule 1: agent {} is placed, but it asks for no node",
                        a.name));
  if (!at.node.empty())
    broken_(fmt::format("rule 6: agent {} is placed on node {} while it is on "
                        "node {}",
                        a.name, who(x), at.node));
  if (x.version != at.times + 1)
    broken_(fmt::format("rule 6: place {} of agent {} follows on place {}",
                        x.version, a.name, at.times));
  if (!n.there || n.draining)
    broken_(fmt::format("rule 1: agent {} is placed on node {}, which is {}",
                        a.name, who(x), n.there ? "drained" : "not there"));
  if (!std::includes(n.labels.begin(), n.labels.end(), a.runs_on.begin(),
                     a.runs_on.end()))
    broken_(fmt::format("rule 1: agent {} is placed on node {}, which has not "
                        "all that it asks for",
                        a.name, who(x)));
  at.node = who(x);
  at.times = x.version;
}

void node_rules::leave(const fact& x) {
  auto& at = places_[x.agent];
  const auto& a = plan_.agents[x.agent];
  if (at.node.empty())
    broken_(fmt::format("rule 6: agent {} leaves its node, but it is on none",
                        a.name));
  for (std::uint32_t i = 0; i < plan_.tasks.size(); ++i)
    if (book_.task(i).assigned && book_.task(i).agent == x.agent)
      broken_(fmt::format("rule 6: agent {} leaves node {} while attempt {} of "
                          "{} is with it",
                          a.name, at.node, book_.task(i).attempt, name(i)));
  at.node.clear();
}

// -- work ---------------------------------------------------------------------

void node_rules::check_assigned(const fact& x) {
  if (auto i = haunted_.find(x.subject); i != haunted_.end())
    broken_(fmt::format("rule 6: {} is given out though it is exclusive and "
                        "its last attempt, on node {}, may be alive (§33)",
                        name(x.subject), i->second));
  if (!is_chosen(x.agent))
    return;
  const auto& at = places_[x.agent].node;
  const auto& a = plan_.agents[x.agent].name;
  if (at.empty())
    broken_(fmt::format("rule 1: {} is given to agent {}, which is on no node",
                        name(x.subject), a));
  else if (!nodes_[at].there)
    broken_(fmt::format("rule 1: {} is given to agent {} on node {}, which is "
                        "lost",
                        name(x.subject), a, at));
}

void node_rules::note_lost(const fact& x) {
  const auto& at = places_[x.agent].node;
  if (!is_chosen(x.agent) || at.empty())
    broken_(fmt::format("rule 6: attempt {} of {} is lost with its node, but "
                        "its agent is on none",
                        x.attempt, name(x.subject)));
  lost_.insert({x.subject, x.attempt});
  if (plan_.tasks[x.subject].exclusive && nodes_[at].haunted)
    haunted_[x.subject] = at;
}

bool node_rules::takes_late(std::uint32_t task, std::uint32_t attempt) const {
  // A node may have begun what the journal knew nothing of as tutti was killed.
  const auto& agents = plan_.tasks[task].agents;
  bool unknown =
      was_resumed_ && std::any_of(agents.begin(), agents.end(), [this](auto a) {
        return is_chosen(a.value);
      });
  return unknown || lost_.contains({task, attempt});
}

std::size_t node_rules::memories_of(std::uint32_t task) const {
  std::size_t result = 0;
  for (auto a : plan_.tasks[task].agents)
    result += is_chosen(a.value) ? places_[a.value].times : 1;
  return result;
}

void node_rules::hold(std::uint32_t agent, int sign, std::uint32_t spare) {
  if (!is_chosen(agent) || places_[agent].node.empty())
    return;
  auto& n = nodes_[places_[agent].node];
  n.used = static_cast<std::uint32_t>(static_cast<std::int64_t>(n.used) + sign);
  if (sign > 0 && n.slots > 0 && n.used > n.slots + spare)
    broken_(fmt::format("rule 2: {} attempts run on node {}, it has {} slots",
                        n.used, places_[agent].node, n.slots));
}

} // namespace tutti::play
