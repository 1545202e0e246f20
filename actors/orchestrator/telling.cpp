// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/telling.hpp"

#include "actors/orchestrator/commands.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <utility>

namespace tutti {

void tell_undurable(orchestrator_pointer self, const fact_list& told) {
  auto& s = self->state;
  std::vector<fact> rest;
  for (const auto& f : told) {
    if (f.kind != fact_kind::run_ended)
      rest.push_back(f);
    if (f.kind == fact_kind::attempt_finished && is_terminal(f.state))
      s.not_kept.push_back(f.subject);
  }
  self->send(s.options.observer, run_facts{std::move(rest)});
}

namespace {

/// Viewers hear of what is durable, where anything waits for that.
void tell(orchestrator_pointer self, fact_list told) {
  if (told.empty())
    return;
  self->state.sends.to_viewers([self, told = std::move(told)] {
    if (self->state.gave_up)
      return tell_undurable(self, told);
    self->send(self->state.options.observer, run_facts{told});
  });
}

void send_all_orders(orchestrator_pointer self) {
  self->state.gathered.take_all([self](std::uint32_t agent, agent_orders x) {
    send_orders(self, agent, std::move(x));
  });
}

/// So much gathers at most while messages go on coming.
constexpr std::size_t gathered_facts_max = 4096;

/// Whether facts were told a moment ago, and nothing waits for these.
bool may_wait(const orchestrator_state& s) {
  bool behind = !s.options.journal || s.options.writes_behind;
  return behind && s.latest - s.told_at < s.options.gathers;
}

} // namespace

void send_facts(orchestrator_pointer self) {
  auto& s = self->state;
  if (s.decided.facts.empty())
    return;
  auto size = s.decided.facts.size();
  fact_list all{std::exchange(s.decided.facts, {})};
  s.decided.facts.reserve(size + size / 2); // as many, or a few more
  s.told_at = s.latest;
  if (s.options.journal)
    self->send(s.options.journal, append_facts{s.sends.noted(), all});
  if (all.back().kind == fact_kind::run_ended) {
    s.ending = fact_list{all.back()};
    all = std::vector<fact>(all.begin(), all.end() - 1);
  }
  tell(self, std::move(all));
}

void send_gathered(orchestrator_pointer self) {
  send_facts(self);
  send_all_orders(self);
}

void end_turn(orchestrator_pointer self) {
  auto& s = self->state;
  if (s.decided.facts.size() >= gathered_facts_max)
    return send_gathered(self);
  if (!self->mailbox().empty())
    return;
  if (!may_wait(s))
    send_facts(self);
  else if (!s.decided.facts.empty() && !std::exchange(s.tells_soon, true))
    self->delayed_send(self, s.options.gathers, tell_gathered{});
  send_all_orders(self);
}

} // namespace tutti
