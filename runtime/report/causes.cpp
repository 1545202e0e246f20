// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/causes.hpp"

#include <algorithm>
#include <array>

namespace tutti::report {

std::string_view to_string(wait_kind x) {
  constexpr std::array<std::string_view, wait_kind_count> names{
      "orchestrator", "handoff", "slot",    "pool",   "jobs",   "node", "gate",
      "retry",        "batch",   "service", "inside", "paused", "down"};
  return names[static_cast<std::size_t>(x)];
}

std::string_view to_string(reason x) {
  constexpr std::array<std::string_view, 18> names{
      "run-start", "need",    "start",   "later",   "answer",  "own",
      "retry",     "trigger", "request", "rework",  "slot",    "pool",
      "jobs",      "node",    "verdict", "service", "resumed", "end"};
  return names[static_cast<std::size_t>(x)];
}

causes::causes(const run_model& m, const slice_table& slices,
               std::optional<std::uint32_t> jobs)
  : model_(m), graph_(m.graph()), slices_(slices), jobs_(jobs) {
  const auto& p = m.plan();
  by_pool_.resize(p.pools.size());
  handoffs_to_.resize(p.tasks.size());
  requests_of_.resize(p.tasks.size());
  reworks_of_.resize(p.tasks.size());
  pauses_of_.resize(p.tasks.size());
  for (std::uint32_t i = 0; i < slices.size(); ++i)
    by_end_.push_back(i);
  std::stable_sort(by_end_.begin(), by_end_.end(), [&](auto x, auto y) {
    return slices[x].end < slices[y].end;
  });
  for (auto i : by_end_)
    for (const auto& x : p.tasks[slices[i].task.value].pools)
      by_pool_[x.pool.value].push_back(i);
  for (std::uint32_t i = 0; i < m.handoffs().size(); ++i)
    if (const auto& x = m.handoffs()[i]; x.received_at)
      handoffs_to_[x.to.value].push_back(i);
  for (auto& xs : handoffs_to_)
    std::stable_sort(xs.begin(), xs.end(), [&](auto x, auto y) {
      return m.handoffs()[x].received_at < m.handoffs()[y].received_at;
    });
  for (std::uint32_t i = 0; i < m.requests().size(); ++i)
    if (const auto& x = m.requests()[i]; x.number != 0 && x.from.valid())
      requests_of_[x.from.value].push_back(i);
  for (std::uint32_t i = 0; i < m.reworks().size(); ++i)
    for (auto x : m.reworks()[i].tasks)
      reworks_of_[x.value].push_back(i);
  for (std::uint32_t i = 0; i < m.pauses().size(); ++i)
    pauses_of_[m.pauses()[i].task.value].push_back(i);
  by_node_.resize(m.nodes().nodes().size());
  for (auto i : by_end_)
    by_node_[slices[i].node].push_back(i);
  gather();
  gather_nodes();
}

// -- one step back ------------------------------------------------------------

step_back causes::before(const happening& x) const {
  switch (x.what) {
  case happening::run_start:
    return {};
  case happening::worked:
    return before_slice(x.index);
  case happening::done:
    return finish(before_end_of_task(x.index, x.at), x.at, x.at);
  case happening::opened:
    return before_gate(x.index, x.at);
  case happening::asked: {
    found best;
    add_needs(graph_.gate(x.index), x.at, best);
    return finish(best, x.at, x.at);
  }
  case happening::ready: {
    const auto& s = model_.service(x.index);
    auto began = s.ready_at == x.at ? *s.started_at : s.since - s.last_starting;
    found best;
    best.take({happening{happening::starting, x.index, std::min(began, x.at)},
               reason::service, wait_kind::service, std::min(began, x.at)});
    return finish(best, x.at, x.at);
  }
  case happening::starting: {
    found best;
    add_needs(graph_.service(x.index), x.at, best);
    return finish(best, x.at, x.at);
  }
  }
  return {};
}

step_back causes::before_the_end() const {
  auto now = model_.now();
  found best;
  if (!by_end_.empty()) {
    auto last = by_end_.back();
    best.take({happening{happening::worked, last, slices_[last].end},
               reason::end, wait_kind::orchestrator, slices_[last].end});
  }
  for (std::uint32_t i = 0; i < model_.plan().gates.size(); ++i) {
    const auto& g = model_.gate(i);
    if (g.state == gate_state::asked && g.asked_at)
      best.take({happening{happening::asked, i, *g.asked_at}, reason::end,
                 wait_kind::gate, now, *g.asked_at});
    else if (auto x = end_of_gate(i, now))
      best.take({x, reason::end, wait_kind::orchestrator, x->at});
  }
  for (std::uint32_t i = 0; i < model_.plan().tasks.size(); ++i)
    if (auto x = end_of_task(i, now))
      best.take({x, reason::end, wait_kind::orchestrator, x->at});
  return finish(best, now, now);
}

step_back causes::release(std::uint32_t i) const {
  const auto& x = slices_[i];
  return finish(before_start(x), x.wanted, x.wanted);
}

step_back causes::before_slice(std::uint32_t i) const {
  auto result = before_work(i);
  name_node_time(slices_[i], result);
  return result;
}

step_back causes::before_work(std::uint32_t i) const {
  const auto& x = slices_[i];
  if (x.freed_by != slice::none) {
    step_back result;
    const auto& by = slices_[x.freed_by];
    result.why = reason::slot;
    result.wanted = x.wanted;
    result.from = {happening::worked, x.freed_by, by.end};
    result.between.push_back({wait_kind::orchestrator, by.end, x.start});
    carve(result);
    return result;
  }
  auto best = before_start(x);
  // It was held back while it was ready, or tutti was not there.
  found held;
  add_pause(x.task.value, x.start, held);
  if (held.what && held.at > x.wanted)
    return finish(held, x.start, x.start);
  auto others = taken_by_others(x, x.wanted);
  if (others.from.what != happening::run_start)
    return others;
  return finish(best, x.wanted, x.start);
}

// Tokens or the limit of attempts that got free while it wanted them.
step_back causes::taken_by_others(const slice& x, duration wanted) const {
  auto last_end = [&](const std::vector<std::uint32_t>& by_end) {
    auto next = std::upper_bound(by_end.begin(), by_end.end(), x.start,
                                 [&](duration at, std::uint32_t i) {
                                   return at < slices_[i].end;
                                 });
    return next == by_end.begin() ? slice::none : *std::prev(next);
  };
  step_back result;
  auto take = [&](std::uint32_t i, reason why) {
    if (i == slice::none || slices_[i].end <= wanted
        || slices_[i].end <= result.from.at || &slices_[i] == &x)
      return;
    result.why = why;
    result.from = {happening::worked, i, slices_[i].end};
  };
  for (const auto& y : model_.plan().tasks[x.task.value].pools) {
    take(last_end(by_pool_[y.pool.value]), reason::pool);
    if (result.why == reason::pool)
      result.pool = y.pool.value;
  }
  if (jobs_ && result.why != reason::pool)
    take(last_end(by_end_), reason::jobs);
  if (model_.nodes().nodes()[x.node].slots > 0)
    take(last_end(by_node_[x.node]), reason::node);
  if (result.from.what == happening::run_start)
    return result;
  result.wanted = wanted;
  result.between.push_back({wait_kind::orchestrator, result.from.at, x.start});
  carve(result);
  return result;
}

causes::found causes::before_start(const slice& x) const {
  found best;
  auto task = x.task.value;
  auto limit = x.wanted;
  auto self = static_cast<std::uint32_t>(&x - slices_.all().data());
  if (x.goes_on) {
    add_later(task, limit, best);
    add_handoffs(task, limit, reason::later, best);
    add_answers(task, limit, best);
    add_own(self, limit, best);
    return best;
  }
  if (x.phase == work_phase::integrate) {
    add_later(task, limit, best);
    add_handoffs(task, limit, reason::later, best);
    add_answers(task, limit, best);
  } else {
    add_needs(task, limit, best);
    auto is_stream = model_.plan().tasks[task].kind == task_kind::after_each;
    add_handoffs(task, limit, is_stream ? reason::trigger : reason::need, best);
    add_items(x, limit, best);
    add_rework(x, limit, best);
  }
  add_own(self, limit, best);
  add_pause(task, limit, best);
  return best;
}

causes::found causes::before_end_of_task(std::uint32_t task,
                                         duration at) const {
  found best;
  if (auto i = slices_.ended_by(task, at); i != slice::none)
    best.take({happening{happening::worked, i, slices_[i].end}, reason::own,
               wait_kind::orchestrator, slices_[i].end});
  add_later(task, at, best);
  add_answers(task, at, best);
  if (slices_.of_task(task).empty()) // it passes on what it waited for
    add_needs(task, at, best);
  return best;
}

// A person's word, or the last of what it needs; a review is one of these. What
// is decided by the clock was waited for like a person.
step_back causes::before_gate(std::uint32_t gate, duration at) const {
  const auto& g = model_.gate(gate);
  found best;
  add_needs(graph_.gate(gate), at, best);
  auto asked = std::upper_bound(g.asks.begin(), g.asks.end(), at);
  if (asked == g.asks.begin())
    return finish(best, at, at);
  auto since = *std::prev(asked);
  std::optional<duration> decided;
  for (const auto& x : g.verdicts)
    if (x.by_person && x.at >= since && x.at <= at)
      decided = x.at;
  if (!decided && best.at <= since)
    decided = at;
  if (!decided || *decided < best.at)
    return finish(best, at, at);
  found person;
  person.take({happening{happening::asked, gate, since}, reason::verdict,
               wait_kind::gate, *decided, since});
  return finish(person, at, at);
}

// From what was found to `wanted`, and from there to `at`.
step_back causes::finish(const found& x, duration wanted, duration at) const {
  step_back result;
  result.why = x.why;
  result.number = x.number;
  result.wanted = wanted;
  auto reached = std::min(x.what ? x.at : duration{0}, at);
  if (x.what)
    result.from = *x.what;
  result.between.push_back({wait_kind::orchestrator, wanted, at});
  bool travels = x.between == wait_kind::handoff;
  bool timed = x.what && !travels && x.between != wait_kind::orchestrator
            && x.between != wait_kind::gate && x.between != wait_kind::paused;
  result.between.push_back(
      {timed ? x.between : wait_kind::orchestrator, reached, wanted});
  if (x.what && !timed && x.between != wait_kind::orchestrator)
    result.between.push_back({x.between, x.sent, reached});
  carve(result);
  return result;
}

// Time in which tutti was not there is nobody's.
void causes::carve(step_back& x) const {
  std::vector<waited> all;
  for (const auto& y : x.between) {
    auto until = y.until;
    auto parts = model_.up_parts(y.from, y.until);
    for (auto i = parts.rbegin(); i != parts.rend(); ++i) {
      if (i->until < until)
        all.push_back({wait_kind::down, i->until, until});
      all.push_back({y.kind, i->from, i->until});
      until = i->from;
    }
    if (y.from < until)
      all.push_back({wait_kind::down, y.from, until});
  }
  x.between = std::move(all);
}

} // namespace tutti::report
