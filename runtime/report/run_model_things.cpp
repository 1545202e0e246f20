// SPDX-License-Identifier: BSD-3-Clause
// Gates, handoffs, requests and services, as facts tell of them.
#include "runtime/report/run_model.hpp"

#include "actors/agent/plain_text.hpp"

#include <algorithm>
#include <utility>

namespace tutti::report {

namespace {

constexpr std::size_t refusals_max = 100;

} // namespace

// -- gates --------------------------------------------------------------------

void run_model::apply_gate(const fact& x) {
  auto& g = gates_[x.subject];
  switch (x.kind) {
  case fact_kind::gate_opened:
    g.opened_version = x.version;
    return settle_gate(x, gate_state::open);
  case fact_kind::gate_closed:
    return settle_gate(x, gate_state::closed);
  case fact_kind::gate_rejected:
    if (x.extra)
      g.reason = x.extra->text;
    return settle_gate(x, gate_state::rejected);
  case fact_kind::approval_asked:
    return ask(x);
  case fact_kind::verdict_given:
    return note_verdict(x);
  case fact_kind::gate_reset:
    return reset_gate(x);
  case fact_kind::rework_requested: {
    end_round(x.subject, x.at);
    rework_record made{gate_id{x.subject}, x.version, x.at, {}, {},
                       task_id{x.cause}};
    if (x.extra) {
      made.tasks = x.extra->tasks;
      made.text = x.extra->text;
    }
    reworks_.push_back(std::move(made));
    return;
  }
  default:
    return;
  }
}

void run_model::settle_gate(const fact& x, gate_state next) {
  auto& g = gates_[x.subject];
  end_round(x.subject, x.at);
  g.state = next;
  g.cause_kind = x.cause_kind;
  g.cause = x.cause;
  (next == gate_state::open ? g.opened_at : g.closed_at) = x.at;
  if (next == gate_state::open)
    g.openings.push_back(x.at);
  settle(graph_.gate(x.subject), x.at);
}

void run_model::ask(const fact& x) {
  auto& g = gates_[x.subject];
  g.state = gate_state::asked;
  g.rounds = std::max(g.rounds + 1, x.version);
  g.asked_at = x.at;
  g.asks.push_back(x.at);
  if (!g.first_asked_at)
    g.first_asked_at = x.at;
}

// Until when the present round of a gate waited for people; none where no
// person was asked, or where agents alone decided.
std::optional<duration> run_model::people_until(std::uint32_t gate, duration at,
                                                bool decided) const {
  const auto& g = gates_[gate];
  if (!plan_->gates[gate].approval.human && !g.person_decides)
    return std::nullopt;
  if (!decided)
    return at;
  bool any = false;
  std::optional<duration> last;
  for (const auto& x : g.verdicts) {
    if (x.round != g.rounds)
      continue;
    any = true;
    if (x.by_person)
      last = x.at;
  }
  return any ? last : std::optional{at};
}

// A round lasts from the asking to what was decided.
void run_model::end_round(std::uint32_t gate, duration at) {
  auto& g = gates_[gate];
  if (g.state != gate_state::asked || !g.asked_at)
    return;
  g.last_round = up_time(*g.asked_at, at);
  g.asked_for += g.last_round;
  if (auto until = people_until(gate, at, true))
    for (const auto& x : up_parts(*g.asked_at, *until))
      g.people_waits.push_back(x);
  g.state = gate_state::waiting;
}

void run_model::reset_gate(const fact& x) {
  auto& g = gates_[x.subject];
  end_round(x.subject, x.at);
  g.state = gate_state::waiting;
  g.opened_at.reset();
  g.closed_at.reset();
  g.cause = task_id::none;
  g.reason.clear();
  unsettle(graph_.gate(x.subject));
}

void run_model::note_verdict(const fact& x) {
  verdict_record made;
  made.at = x.at;
  made.round = std::max(gates_[x.subject].rounds, 1u);
  if (x.extra) {
    made.verdict = x.extra->verdict;
    made.who = x.extra->who;
    made.uid = x.extra->uid;
    made.comment = x.extra->text;
    made.tasks = x.extra->tasks;
    const auto& by = plan_->gates[x.subject].approval.agents;
    made.by_person = x.agent == task_id::none
                  && std::none_of(by.begin(), by.end(), [&](agent_id a) {
                       return plan_->agents[a.value].name == made.who;
                     });
  }
  auto& g = gates_[x.subject];
  const auto& rework = plan_->gates[x.subject].rework;
  if (made.verdict == verdict::changes_requested
      && made.round >= rework.max_rounds
      && rework.on_exhausted == exhausted_action::human)
    g.person_decides = true;
  g.verdicts.push_back(std::move(made));
}

// -- handoffs and requests ----------------------------------------------------

void run_model::apply_request(const fact& x) {
  switch (x.kind) {
  case fact_kind::handoff_sent:
    return record_handoff(x, false);
  case fact_kind::handoff_accepted:
    return record_handoff(x, true);
  case fact_kind::request_made:
    return make_request(x);
  case fact_kind::request_answered:
    return end_request(x, request_state::answered);
  case fact_kind::request_cancelled:
    return end_request(x, request_state::cancelled);
  case fact_kind::answer_accepted:
    if (x.subject > 0 && x.subject <= requests_.size())
      requests_[x.subject - 1].accepted_at = x.at;
    return;
  case fact_kind::request_refused:
    ++refusal_count_;
    if (refusals_.size() < refusals_max)
      refusals_.push_back({task_id{x.cause}, x.extra ? x.extra->who : "",
                           x.extra ? x.extra->text : "", x.at});
    return;
  default:
    return;
  }
}

/// The record of what a fact says, made where it is the first to say it.
handoff_record& run_model::handoff_of(const fact& x) {
  auto make = [&] {
    handoffs_.push_back(
        {{x.cause_kind, x.cause}, task_id{x.subject}, x.version, {}, {}});
    return handoffs_.size() - 1;
  };
  // Kind and index of the sender, then the receiver, in one key.
  handoff_key key{static_cast<std::uint64_t>(x.cause_kind) << 62
                      | static_cast<std::uint64_t>(x.cause) << 31 | x.subject,
                  x.version};
  auto slot = x.cause_kind == node_kind::task && x.cause < tasks_.size()
                ? graph_.edge_slot(x.cause, x.subject)
                : graph_.edge_slots();
  if (slot < graph_.edge_slots()) {
    if (along_edges_.empty()) {
      along_edges_.resize(graph_.edge_slots());
      handoffs_.reserve(graph_.edge_slots());
    }
    auto& latest = along_edges_[slot];
    if (latest == 0)
      latest = static_cast<std::uint32_t>(make() + 1);
    auto& known = handoffs_[latest - 1];
    if (known.version == x.version)
      return known;
    if (known.version < x.version) {
      other_handoffs_.emplace(handoff_key{key.ends, known.version}, latest - 1);
      latest = static_cast<std::uint32_t>(make() + 1);
      return handoffs_.back();
    }
  }
  auto [i, is_new] = other_handoffs_.try_emplace(key, handoffs_.size());
  if (is_new)
    make();
  return handoffs_[i->second];
}

void run_model::record_handoff(const fact& x, bool accepted) {
  auto& h = handoff_of(x);
  auto& moment = accepted ? h.received_at : h.sent_at;
  if (!moment)
    moment = x.at;
}

void run_model::make_request(const fact& x) {
  if (x.subject == 0 || x.subject == task_id::none)
    return;
  if (requests_.size() < x.subject)
    requests_.resize(x.subject);
  auto& r = requests_[x.subject - 1];
  if (r.number != 0)
    return;
  r.number = x.subject;
  r.from = task_id{x.cause};
  r.to = agent_id{x.agent};
  r.attempt = x.attempt;
  r.made_at = x.at;
  if (x.extra) // it may be a megabyte; who looks on needs no more than a line
    r.text = plain_line(x.extra->text);
  r.awaited = !x.extra || x.extra->awaited;
  ++open_request_count_;
  if (r.awaited && x.cause < tasks_.size()) {
    ++tasks_[x.cause].open_answers;
    unanswered_[x.cause].push_back(x.subject);
  }
}

void run_model::end_request(const fact& x, request_state next) {
  if (x.subject == 0 || x.subject > requests_.size())
    return;
  auto& r = requests_[x.subject - 1];
  if (r.state != request_state::open)
    return;
  r.state = next;
  r.result = x.state;
  r.answered_at = x.at;
  --open_request_count_;
  if (r.awaited && r.from.value < tasks_.size()) {
    auto& t = tasks_[r.from.value];
    t.open_answers -= t.open_answers > 0;
    std::erase(unanswered_[r.from.value], x.subject);
    states_[r.from.value].last_later = x.at;
  }
  while (first_open_request_ < requests_.size()
         && requests_[first_open_request_].state != request_state::open)
    ++first_open_request_;
}

void run_model::take_requests(const fact& x) {
  std::uint32_t size = 0;
  for (const auto& y : x.extra->items)
    size += y.request != 0;
  for (const auto& y : x.extra->items) {
    if (y.request == 0 || y.request > requests_.size())
      continue;
    auto& r = requests_[y.request - 1];
    r.taken = true;
    r.taken_at = x.at;
    r.batch = x.attempt;
    r.batch_size = size;
  }
}

// -- services -----------------------------------------------------------------

void run_model::change_service(const fact& x) {
  if (x.subject >= services_.size())
    return;
  auto& s = services_[x.subject];
  auto node = graph_.service(x.subject);
  if (x.service == service_state::starting) {
    // After a resume it is started because the program was gone.
    s.restarts += s.started_at && s.state != service_state::waiting;
    if (!s.started_at)
      s.started_at = x.at;
  }
  if (s.state == service_state::starting) {
    s.last_starting = up_time(s.since, x.at);
    s.starting += s.last_starting;
  }
  s.state = x.service;
  s.since = x.at;
  s.text = x.extra ? x.extra->text : std::string{};
  if (x.service == service_state::ready && !s.ready_at)
    s.ready_at = x.at;
  if (x.service == service_state::waiting)
    unsettle(node);
  set_active(node, x.service == service_state::starting);
  if (x.service >= service_state::ready)
    settle(node, x.at);
}

} // namespace tutti::report
