// SPDX-License-Identifier: BSD-3-Clause
// Approvals (semantics §16): who is asked, whose word counts, and what it does.
#include "actors/orchestrator/engine/engine.hpp"

#include <algorithm>

namespace tutti::engine {

namespace {

std::string text_of(const attempt_details* details, std::string_view name) {
  const auto* found =
      details == nullptr ? nullptr : find_output(details->outputs, name);
  return found == nullptr ? std::string{} : found->text;
}

/// The words of a list: separated by commas or white space, or a JSON array.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> result;
  std::string word;
  for (char c : text) {
    bool between = c == ',' || c == ' ' || c == '\t' || c == '\n' || c == '['
                || c == ']' || c == '"';
    if (!between)
      word += c;
    else if (!word.empty())
      result.push_back(std::exchange(word, {}));
  }
  if (!word.empty())
    result.push_back(std::move(word));
  return result;
}

} // namespace

void engine::open_gate(std::uint32_t gate) {
  fact f;
  f.kind = fact_kind::gate_opened;
  f.subject = gate;
  if (const auto* a = approval(gate))
    f.version = a->round;
  emit(f);
}

void engine::reject_gate(std::uint32_t gate, std::string why) {
  fact f;
  f.kind = fact_kind::gate_rejected;
  f.subject = gate;
  if (!why.empty()) {
    fact_extra extra;
    extra.verdict = verdict::rejected;
    extra.text = std::move(why);
    f.extra = std::make_shared<const fact_extra>(std::move(extra));
  }
  emit(f);
}

void engine::ask_for_approval(std::uint32_t gate, const approval_info& info) {
  auto review = approvals_[gate_index(gate)].review + 1;
  // A second review is a new version of each of its tasks (§18).
  for (auto x : info.reviews)
    if (is_terminal(tasks_[x].state))
      start_version(x, tasks_[x].version + 1, work_phase::run);
  fact f;
  f.kind = fact_kind::approval_asked;
  f.subject = gate;
  f.version = review;
  emit(f);
  if (approvals_[gate_index(gate)].human_decides)
    return end_reviews(gate); // its rounds are over: agents are not asked
  if (info.timeout > duration::zero())
    arm(timer_kind::approval, gate, review, now_ + info.timeout);
}

void engine::on(const verdict_arrives& e) {
  auto gate = e.gate.value;
  if (gate >= graph_.gate_count)
    return reject(reject_reason::unknown_task, gate, 0);
  const auto* special = graph_.special_gate(gate);
  if (special == nullptr || !special->approval)
    return refuse("the gate asks for no approval");
  if (e.from_run)
    return refuse("a process of the run itself has no say in it");
  const auto& agents = graph_.agent_names;
  if (std::find(agents.begin(), agents.end(), e.who) != agents.end())
    return refuse("'" + e.who
                  + "' is an agent of this plan: say as whom you decide "
                    "(--as NAME)");
  const auto& g = others_[gate];
  const auto& a = approvals_[gate_index(gate)];
  if (g.state != gate_state::asked)
    return refuse(g.state == gate_state::waiting
                      ? "the gate still waits for what it needs"
                      : "the gate is decided: "
                            + std::string{to_string(g.state)});
  if (!special->approval->human && !a.human_decides)
    return refuse("only its reviewing agents decide on this gate");
  if (e.verdict == verdict::approved && a.person)
    return refuse(*a.person + " has approved it already");
  fact_extra extra;
  extra.verdict = e.verdict;
  extra.who = e.who;
  extra.uid = e.uid;
  extra.text = e.text;
  if (e.verdict == verdict::changes_requested) {
    auto why = why_no_rework(gate, e.to);
    if (!why.empty())
      return refuse(std::move(why));
    extra.tasks = e.to.empty() ? special->rework.to : e.to;
  }
  take_verdict(gate, std::make_shared<const fact_extra>(std::move(extra)),
               agent_id{});
}

/// `by` is the agent whose review it is; none: a person.
void engine::take_verdict(std::uint32_t gate,
                          std::shared_ptr<const fact_extra> x, agent_id by) {
  const auto& special = *graph_.special_gate(gate);
  const auto& a = approvals_[gate_index(gate)];
  fact f;
  f.kind = fact_kind::verdict_given;
  f.subject = gate;
  f.version = a.review;
  f.agent = by.value;
  f.extra = x;
  bool decides = a.human_decides;
  emit(f);
  switch (x->verdict) {
  case verdict::approved:
    if (!decides && a.approvals() < special.approval->min)
      return;
    open_gate(gate);
    return end_reviews(gate);
  case verdict::rejected:
    reject_gate(gate, {});
    return end_reviews(gate);
  case verdict::changes_requested:
    break;
  }
  if (a.review < special.rework.max_rounds || decides)
    return start_rework(gate, x->tasks, x->text, task_id::none);
  switch (special.rework.on_exhausted) {
  case exhausted_action::approve:
    open_gate(gate);
    break;
  case exhausted_action::human: // asked on: a person decides
    break;
  case exhausted_action::reject:
    reject_gate(gate, "its rounds of rework are over");
    break;
  }
  end_reviews(gate);
}

/// A review that ended without a verdict closes the gate, and so does one that
/// was cancelled where the others are too few (§16).
void engine::settle_asked(std::uint32_t gate) {
  const auto& info = *graph_.special_gate(gate)->approval;
  const auto& a = approvals_[gate_index(gate)];
  auto close = [&](std::uint32_t review) {
    emit(fact_kind::gate_closed, gate, review);
    end_reviews(gate);
  };
  if (a.human_decides)
    return;
  auto possible = a.approvals() + (info.human && !a.person);
  for (auto x : info.reviews) {
    if (is_failure(tasks_[x].state))
      return close(x);
    possible += !is_terminal(tasks_[x].state);
  }
  if (possible >= info.min)
    return;
  for (auto x : info.reviews)
    if (is_terminal(tasks_[x].state)
        && tasks_[x].state != task_state::succeeded)
      return close(x);
}

/// The gate is decided: reviews that go on have nothing to say any more.
void engine::end_reviews(std::uint32_t gate) {
  for (auto x : graph_.special_gate(gate)->approval->reviews) {
    const auto& t = tasks_[x];
    if (is_terminal(t.state))
      continue;
    if (t.assigned)
      tell_to_end(x, attempt_end::cancelled, false);
    else if (t.state == task_state::waiting_to_integrate)
      end_unbegun(x, true);
    else
      emit(fact_kind::task_left_out, x);
  }
}

void engine::on_approval_timeout(const timer_fires& e) {
  auto gate = e.subject;
  const auto* special =
      gate < graph_.gate_count ? graph_.special_gate(gate) : nullptr;
  if (special == nullptr || others_[gate].state != gate_state::asked
      || approvals_[gate_index(gate)].review != e.epoch)
    return reject(reject_reason::stale_timer, gate, e.epoch);
  switch (special->approval->on_timeout) {
  case exhausted_action::approve:
    open_gate(gate);
    break;
  case exhausted_action::human: {
    fact f;
    f.kind = fact_kind::approval_asked;
    f.subject = gate;
    f.version = e.epoch;
    emit(f);
    break;
  }
  case exhausted_action::reject:
    reject_gate(gate, "nobody decided in time");
    break;
  }
  end_reviews(gate);
}

// -- reviewing agents ---------------------------------------------------------

std::uint32_t engine::gate_of_review(std::uint32_t task) const {
  for (auto e : graph_.into(task))
    if (e.kind() == edge_kind::asked)
      return e.target() - graph_.task_count;
  return task_id::none;
}

/// What a review's outputs say; null where they hold no verdict that counts.
std::shared_ptr<fact_extra>
engine::read_verdict(std::uint32_t task, const attempt_details* details) const {
  auto gate = gate_of_review(task);
  const auto& special = *graph_.special_gate(gate);
  auto result = std::make_shared<fact_extra>();
  result->who = graph_.agent_names[tasks_[task].agent];
  result->text = text_of(details, "feedback");
  auto said = text_of(details, "verdict");
  if (said == "approved")
    return result;
  result->verdict = verdict::rejected;
  if (said == "rejected")
    return result;
  if (said != "changes-requested")
    return nullptr;
  result->verdict = verdict::changes_requested;
  for (const auto& name : words_of(text_of(details, "to"))) {
    auto i = std::find(special.rework_names.begin(), special.rework_names.end(),
                       name);
    if (i == special.rework_names.end())
      return nullptr;
    auto at = static_cast<std::size_t>(i - special.rework_names.begin());
    result->tasks.push_back(special.rework.to[at]);
  }
  if (!why_no_rework(gate, result->tasks).empty())
    return nullptr;
  if (result->tasks.empty())
    result->tasks = special.rework.to;
  return result;
}

bool engine::has_verdict(std::uint32_t task,
                         const attempt_details* details) const {
  return read_verdict(task, details) != nullptr;
}

/// A review has ended with a verdict. One of an earlier round is out of date.
void engine::take_review(std::uint32_t task) {
  auto gate = gate_of_review(task);
  const auto& a = approvals_[gate_index(gate)];
  if (others_[gate].state != gate_state::asked || a.human_decides)
    return;
  if (rare_[task].review != a.review)
    return start_version(task, tasks_[task].version + 1, work_phase::run);
  take_verdict(gate, read_verdict(task, details_of(task).get()),
               agent_id{tasks_[task].agent});
}

} // namespace tutti::engine
