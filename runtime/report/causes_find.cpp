// SPDX-License-Identifier: BSD-3-Clause
// What can have let something happen, the latest of it that came in time.
#include "runtime/report/causes.hpp"

#include <algorithm>

namespace tutti::report {

namespace {

bool is_gathering(graph_node x) {
  return x == graph_node::phase || x == graph_node::barrier
      || x == graph_node::everything;
}

} // namespace

// Phases and the like are looked at once, unless rework makes them count at
// several moments.
void causes::gather() {
  gathered_.resize(graph_.size());
  for (auto x : graph_.order()) {
    if (!is_gathering(graph_.kind(x)))
      continue;
    std::optional<happening> last;
    for (auto y : graph_.predecessors(x)) {
      auto end =
          is_gathering(graph_.kind(y)) ? gathered_[y] : end_of(y, model_.now());
      if (end && (!last || end->at > last->at))
        last = end;
    }
    gathered_[x] = last;
  }
}

std::optional<happening> causes::end_of(node_index x, duration limit) const {
  auto index = graph_.plan_index(x);
  switch (graph_.kind(x)) {
  case graph_node::task:
    return end_of_task(x, limit);
  case graph_node::gate:
    return end_of_gate(index, limit);
  case graph_node::service:
    return end_of_service(index, limit);
  default:
    break;
  }
  if (!gathered_[x] || gathered_[x]->at <= limit)
    return gathered_[x];
  std::optional<happening> last;
  for (auto y : graph_.predecessors(x))
    if (auto end = end_of(y, limit); end && (!last || end->at > last->at))
      last = end;
  return last;
}

std::optional<happening> causes::end_of_task(std::uint32_t task,
                                             duration limit) const {
  auto i = slices_.ended_by(task, limit);
  const auto& finished = model_.task(task).finished_at;
  if (finished && *finished <= limit
      && (i == slice::none || slices_[i].end < *finished))
    return happening{happening::done, task, *finished};
  if (i == slice::none)
    return std::nullopt;
  return happening{happening::worked, i, slices_[i].end};
}

std::optional<happening> causes::end_of_gate(std::uint32_t gate,
                                             duration limit) const {
  const auto& g = model_.gate(gate);
  auto next = std::upper_bound(g.openings.begin(), g.openings.end(), limit);
  if (next != g.openings.begin())
    return happening{happening::opened, gate, *std::prev(next)};
  if (g.closed_at && *g.closed_at <= limit)
    return happening{happening::opened, gate, *g.closed_at};
  return std::nullopt;
}

std::optional<happening> causes::end_of_service(std::uint32_t service,
                                                duration limit) const {
  const auto& s = model_.service(service);
  if (s.state == service_state::ready && s.since <= limit)
    return happening{happening::ready, service, s.since};
  if (s.ready_at && *s.ready_at <= limit)
    return happening{happening::ready, service, *s.ready_at};
  return std::nullopt;
}

std::optional<happening> causes::working_at(std::uint32_t task,
                                            duration at) const {
  auto i = slices_.begun_by(task, at);
  if (i == slice::none)
    return std::nullopt;
  return happening{happening::worked, i, std::min(at, slices_[i].end)};
}

void causes::add_needs(node_index x, duration limit, found& to) const {
  for (auto y : graph_.predecessors(x))
    if (auto end = end_of(y, limit))
      to.take({end, reason::need, wait_kind::orchestrator, end->at});
  for (auto y : graph_.start_predecessors(x)) {
    const auto& own = slices_.of_task(y);
    if (!own.empty() && slices_[own.front()].start <= limit) {
      auto at = slices_[own.front()].start;
      to.take({happening{happening::worked, own.front(), at}, reason::start,
               wait_kind::orchestrator, at});
    }
  }
}

void causes::add_later(node_index x, duration limit, found& to) const {
  for (auto y : graph_.later_predecessors(x))
    if (auto end = end_of(y, limit))
      to.take({end, reason::later, wait_kind::orchestrator, end->at});
}

// With the time that what was handed on was on its way. The latest counts, so
// that those before the best are not looked at.
void causes::add_handoffs(std::uint32_t task, duration limit, reason why,
                          found& to) const {
  const auto& all = model_.handoffs();
  const auto& mine = handoffs_to_[task];
  auto next = std::upper_bound(mine.begin(), mine.end(), limit,
                               [&](duration at, std::uint32_t i) {
                                 return at < *all[i].received_at;
                               });
  while (next != mine.begin()) {
    const auto& h = all[*--next];
    if (to.what && *h.received_at <= to.at)
      return;
    auto sent = std::min(h.sent_at.value_or(*h.received_at), *h.received_at);
    auto end = end_of(graph_.node(h.from), sent);
    if (end && *h.received_at > sent)
      to.take({end, why, wait_kind::handoff, *h.received_at, end->at});
  }
}

void causes::add_answers(std::uint32_t task, duration limit, found& to) const {
  for (auto i : requests_of_[task]) {
    const auto& r = model_.requests()[i];
    if (!r.awaited || !r.answered_at || *r.answered_at > limit || !r.to.valid())
      continue;
    auto by = model_.plan().agents[r.to.value].requests.task;
    std::optional<happening> end;
    if (by.valid())
      if (auto k = slices_.ended_by(by.value, *r.answered_at); k != slice::none)
        end = happening{happening::worked, k, slices_[k].end};
    if (!end)
      continue;
    auto got = std::max(r.accepted_at.value_or(*r.answered_at), *r.answered_at);
    if (got > limit)
      got = *r.answered_at;
    to.take({end, reason::answer, wait_kind::handoff, got, end->at, r.number});
  }
}

// What it did before itself.
void causes::add_own(std::uint32_t i, duration limit, found& to) const {
  const auto& x = slices_[i];
  const auto& own = slices_.of_task(x.task.value);
  auto at = std::lower_bound(own.begin(), own.end(), i);
  if (at == own.begin())
    return;
  const auto& before = slices_[*std::prev(at)];
  if (before.end > limit)
    return;
  bool again = before.is_last && before.how != attempt_end::success;
  auto kind = x.goes_on                        ? wait_kind::inside
            : again && before.phase == x.phase ? wait_kind::retry
                                               : wait_kind::orchestrator;
  to.take({happening{happening::worked, *std::prev(at), before.end},
           kind == wait_kind::retry ? reason::retry : reason::own, kind,
           before.end});
}

// What an after-each task runs for, or what it was asked.
void causes::add_items(const slice& x, duration limit, found& to) const {
  if (!x.taken)
    return;
  bool gathers = model_.plan().tasks[x.task.value].batch.wait > duration{0};
  auto between = gathers ? wait_kind::batch : wait_kind::orchestrator;
  for (const auto& item : x.taken->items) {
    if (item.request == 0) {
      if (auto end = end_of_task(item.from.value, limit))
        to.take({end, reason::trigger, between, end->at});
    } else if (item.request <= model_.requests().size()) {
      auto made = model_.requests()[item.request - 1].made_at;
      if (auto work = working_at(item.from.value, made); work && made <= limit)
        to.take(
            {work, reason::request, between, work->at, work->at, item.request});
    }
  }
}

void causes::add_rework(const slice& x, duration limit, found& to) const {
  for (auto i : reworks_of_[x.task.value]) {
    const auto& r = model_.reworks()[i];
    if (r.at > limit)
      continue;
    if (r.cause.valid()) {
      if (auto end = end_of_task(r.cause.value, r.at))
        to.take({end, reason::rework, wait_kind::orchestrator, end->at});
    } else {
      to.take({happening{happening::opened, r.gate.value, r.at}, reason::rework,
               wait_kind::orchestrator, r.at});
    }
  }
}

// A person let it go on again; what came before that is before the pause.
void causes::add_pause(std::uint32_t task, duration limit, found& to) const {
  for (auto i : pauses_of_[task]) {
    const auto& x = model_.pauses()[i];
    if (!x.until || *x.until > limit)
      continue;
    to.take({happening{happening::done, task, x.from}, reason::resumed,
             wait_kind::paused, *x.until, x.from});
  }
}

} // namespace tutti::report
