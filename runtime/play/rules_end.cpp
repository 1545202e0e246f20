// SPDX-License-Identifier: BSD-3-Clause
// Gates, and what must be so once a run has ended.
#include "runtime/play/rules.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tutti::play {

// -- gates --------------------------------------------------------------------

void rules::check_gate(const fact& x) {
  const auto& g = book_.gate(x.subject);
  const auto& p = plan_.gates[x.subject];
  auto check_needs = [&](std::string_view verb) {
    for (const auto& n : p.needs)
      if (!book_.holds(n, false))
        broken(fmt::format("rule 1: gate {} {}, but its need {}: {} does not "
                           "hold",
                           p.name, verb, name(n.of), to_string(n.condition)));
  };
  switch (x.kind) {
  case fact_kind::approval_asked:
    if (g.state == gate_state::waiting)
      check_needs("asks for approval");
    else if (g.state != gate_state::asked)
      broken(fmt::format("rule 1: gate {} asks for approval, but is {}", p.name,
                         to_string(g.state)));
    return;
  case fact_kind::gate_opened:
    if (!p.approval.present)
      check_needs("opens");
    return check_opened(x);
  case fact_kind::verdict_given:
    return check_verdict(x);
  case fact_kind::gate_reset:
    return check_reset(x);
  default:
    return;
  }
}

void rules::check_opened(const fact& x) {
  const auto& g = book_.gate(x.subject);
  const auto& p = plan_.gates[x.subject];
  if (g.state == gate_state::rejected || g.state == gate_state::closed
      || g.state == gate_state::open)
    return broken(fmt::format("rule 1: gate {} opens, but it is {}", p.name,
                              to_string(g.state)));
  const auto& a = p.approval;
  if (!a.present)
    return;
  auto approvals = g.approved.size() + (g.by_person ? 1u : 0u);
  bool decided = g.person_decides && g.by_person;
  bool in_time =
      a.on_timeout == exhausted_action::approve && a.timeout > duration::zero();
  bool exhausted =
      g.exhausted && p.rework.on_exhausted == exhausted_action::approve;
  if (approvals < a.min && !decided && !in_time && !exhausted)
    broken(fmt::format("rule 1: gate {} opens with {} approvals of {} (§16)",
                       p.name, approvals, a.min));
}

/// Only approvals of different approvers count (§16).
void rules::check_verdict(const fact& x) {
  const auto& g = book_.gate(x.subject);
  const auto& p = plan_.gates[x.subject];
  if (g.state != gate_state::asked)
    broken(fmt::format("rule 1: a verdict on gate {} counts, but it is {}",
                       p.name, to_string(g.state)));
  bool by_agent = x.agent != agent_id::none;
  const auto& agents = p.approval.agents;
  bool may = by_agent
               ? std::find(agents.begin(), agents.end(), agent_id{x.agent})
                     != agents.end()
               : p.approval.human || g.person_decides;
  if (!may)
    broken(
        fmt::format("rule 1: {} has no say on gate {}", x.extra->who, p.name));
  if (x.extra->verdict != verdict::approved)
    return;
  if (by_agent ? g.approved.contains(x.extra->who) : g.by_person)
    broken(
        fmt::format("rule 1: {} approves gate {} twice", x.extra->who, p.name));
}

/// An approval is lost only to rework, or to a person who tries again.
void rules::check_reset(const fact& x) {
  const auto& g = book_.gate(x.subject);
  bool asked_for = rework_at_ == x.at || retried_at_ == x.at;
  bool is_shut =
      g.state == gate_state::closed || g.state == gate_state::rejected;
  if (!asked_for && !is_shut)
    broken(fmt::format("rule 4: gate {} is {} and loses that, though nothing "
                       "is to be done again",
                       plan_.gates[x.subject].name, to_string(g.state)));
}

// -- what befell the run ------------------------------------------------------

void rules::resumed() {
  handed_.clear();
  answered_.clear();
  begun_.clear();
  may_wait_.clear();
  std::fill(waiters_.begin(), waiters_.end(), 0u);
}

void rules::disturbed(duration until) {
  disturbed_until_ = std::max(disturbed_until_, until);
}

// Placed anew, an agent knows nothing any more.
void rules::forget_agent(std::uint32_t agent) {
  auto of_agent = [agent](const auto& x) {
    return x.first == agent;
  };
  std::erase_if(handed_, of_agent);
  std::erase_if(answered_, of_agent);
}

void rules::check_answer_accepted(const fact& x) {
  auto known = book_.requests().find(x.subject);
  auto most = known == book_.requests().end()
                ? 1
                : nodes_.memories_of(known->second.from);
  if (++answers_accepted_[x.subject] > most)
    broken(fmt::format("rule 3: the answer to request/{} is accepted twice",
                       x.subject));
}

// -- the end ------------------------------------------------------------------

void rules::check_run_end(const fact& x) {
  std::vector<std::string> open;
  bool failed = false;
  bool paused = false;
  for (std::uint32_t i = 0; i < plan_.tasks.size(); ++i) {
    const auto& t = book_.task(i);
    if (t.works())
      broken(fmt::format("rule 10: the run ends while attempt {} of {} runs",
                         t.attempt, name(i)));
    if (!is_terminal(t.state))
      open.push_back(name(i));
    failed = failed || (is_failure(t.state) && !plan_.tasks[i].allow_failure);
    paused = paused || t.paused;
  }
  bool rejected = false;
  bool asked = false;
  for (std::uint32_t i = 0; i < plan_.gates.size(); ++i) {
    rejected = rejected || book_.gate(i).state == gate_state::rejected;
    asked = asked || book_.gate(i).state == gate_state::asked;
  }
  bool all = open.empty() && !asked;
  switch (x.status) {
  case run_status::succeeded:
  case run_status::failed:
    if (!all)
      broken(fmt::format("rule 7: the run says {}, but {} is not over",
                         to_string(x.status),
                         open.empty() ? "an approval" : open.front()));
    if (x.status == run_status::succeeded && (failed || rejected))
      broken("rule 7: the run says that it succeeded, and something failed");
    return;
  case run_status::stopped:
    if (!book_.stopping())
      broken("rule 7: the run says that it was stopped, and nobody did");
    return;
  case run_status::waiting:
    broken(fmt::format("rule 7: the run ends waiting for nobody{}; {} is not "
                       "over",
                       paused || asked ? " though a person could help" : "",
                       open.empty() ? "an approval" : open.front()));
    return;
  }
}

void rules::at_end(std::size_t drivers_work) {
  if (drivers_work > 0)
    broken(fmt::format("rule 10: {} attempts are left with their agents after "
                       "the end",
                       drivers_work));
  for (std::size_t i = 0; i < slots_used_.size(); ++i)
    if (slots_used_[i] > 0)
      broken(fmt::format("rule 10: {} slots of agent {} are held after the end",
                         slots_used_[i], plan_.agents[i].name));
  for (std::uint32_t i = 0; i < plan_.tasks.size(); ++i)
    if (book_.task(i).assigned)
      broken(
          fmt::format("rule 10: {} is still given out after the end", name(i)));
  for (const auto& [number, r] : book_.requests())
    if (!is_terminal(r.state) && !book_.stopping())
      broken(
          fmt::format("rule 7: request/{} is left without an answer", number));
}

void rules::at_end_of_late() {
  if (late_recorded_ < late_sent_)
    broken(fmt::format("rule 6: {} late results were sent, {} are recorded",
                       late_sent_, late_recorded_));
}

void rules::at_end_of_plain() {
  // A task that its agent crashed on too often ends by no attempt of its own.
  for (std::uint32_t i = 0; i < plan_.tasks.size(); ++i)
    if (book_.task(i).crashes >= crashes_max)
      return;
  auto tasks = book_.task_histories();
  for (const auto& x :
       team_oracle{plan_, tasks, book_.gate_histories()}.check())
    broken("rule 7: " + x);
}

} // namespace tutti::play
