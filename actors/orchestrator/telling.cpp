// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/telling.hpp"

#include "actors/orchestrator/commands.hpp"
#include "actors/orchestrator/stepping.hpp"

#include <algorithm>
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
  // As many, or a few more.
  s.decided.facts.reserve(std::min(2 * size, gathered_facts_max));
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

namespace {

void send_facts_in_time(orchestrator_pointer self) {
  auto& s = self->state;
  if (s.decided.facts.size() >= gathered_facts_max || !may_wait(s))
    send_facts(self);
  else if (!s.decided.facts.empty() && !std::exchange(s.tells_soon, true))
    self->delayed_send(self, s.options.gathers, tell_gathered{});
}

/// So long others wait for the thread at most, and so many tasks.
constexpr auto at_desk_max = std::chrono::microseconds(200);
constexpr int at_desk_tasks_max = 256;

/// What an agent was to work on next is done here and now, where there is
/// nothing else to do: nobody is waited for, and no two could work at a time.
bool work_at_desk(orchestrator_pointer self) {
  auto& s = self->state;
  if (!s.gathered.is_for_one())
    return false;
  bool done = false;
  s.gathered.use_only([&](std::uint32_t agent, agent_orders& x) {
    const auto& at = s.desks[agent];
    if (x.empty())
      return;
    if (!at || !at->is_free() || !self->mailbox().empty())
      return send_orders(self, agent, std::exchange(x, {}));
    const auto& probe = s.options.probe;
    if (probe)
      probe();
    auto before = s.latest;
    at->work_off(x, s.at_desk);
    if (probe)
      probe();
    take(self, s.at_desk);
    s.at_desk.accepted.clear();
    s.at_desk.attempts.clear();
    if (s.latest - before > at_desk_max)
      at->took_long();
    done = true;
  });
  return done;
}

} // namespace

void end_turn(orchestrator_pointer self) {
  auto& s = self->state;
  auto began = s.latest;
  for (int i = 0; self->mailbox().empty(); ++i) {
    send_facts_in_time(self);
    if (i == at_desk_tasks_max || s.latest - began > at_desk_max
        || !work_at_desk(self))
      return send_all_orders(self);
  }
  if (s.decided.facts.size() >= gathered_facts_max)
    send_gathered(self);
}

} // namespace tutti
