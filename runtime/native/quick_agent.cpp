// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/native/quick_agent.hpp"

#include "runtime/native/attempt.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace tutti::native {

namespace {

using self_pointer = quick_actor::stateful_pointer<quick_state>;
using clock = std::chrono::steady_clock;

/// So long it keeps what it has to tell, and the thread that others wait for.
constexpr auto turn_length = std::chrono::microseconds(200);
constexpr std::uint32_t looks_every_max = 64;

const std::shared_ptr<const attempt_details>& nothing() {
  static const auto x = std::make_shared<const attempt_details>();
  return x;
}

bool by_rank(const assign_task& a, const assign_task& b) {
  return a.rank < b.rank;
}

void tell(self_pointer self) {
  auto& s = self->state;
  if (s.told.empty())
    return;
  auto told = std::exchange(s.told, {});
  if (s.options.reports)
    return self->send(s.options.reports, std::move(told));
  const auto& lead = s.options.orchestrator;
  for (auto x : told.accepted)
    self->send(lead, x);
  for (auto& x : told.attempts) {
    if (x.began)
      self->send(lead, attempt_started{x.task, x.attempt});
    if (x.ended)
      self->send(lead, attempt_finished{x.task, x.attempt, x.end, x.exit_code,
                                        std::move(x.details)});
  }
}

/// What was handed to it is needed again by another attempt or phase of it.
bool keeps_handed(const tutti::task& t, attempt_end end) {
  return end != attempt_end::success || t.kind != task_kind::work
      || t.integrate.present || !t.needs_later.empty();
}

void end(quick_state& s, const assign_task& order, attempt_end how,
         attempt_details details) {
  if (s.options.mask)
    mask_details(s.options.mask, details);
  auto& r = s.told.attempts.emplace_back();
  r.task = order.task;
  r.attempt = order.attempt;
  r.began = true;
  r.ended = true;
  r.end = how;
  if (details != attempt_details{})
    r.details = std::make_shared<const attempt_details>(std::move(details));
  if (!keeps_handed(s.options.work->tasks[order.task.value], how))
    s.handed.drop(order.task);
}

void run(quick_state& s, const assign_task& order) {
  try {
    auto x =
        (*s.work)(quick_task{*s.options.work, s.options.id, order, s.handed});
    end(s, order, x.failed() ? attempt_end::failure : attempt_end::success,
        std::move(x).details());
  } catch (const std::exception& e) {
    attempt_details x;
    x.message = e.what();
    end(s, order, attempt_end::failure, std::move(x));
  } catch (...) {
    attempt_details x;
    x.message = "the agent threw something that is no std::exception";
    end(s, order, attempt_end::failure, std::move(x));
  }
}

// -- results that lie on disk -------------------------------------------------

/// Asks for what is on disk; false: nothing is.
bool load(self_pointer self, const assign_task& order) {
  auto& s = self->state;
  if (!s.options.artifacts)
    return false;
  std::size_t missing = 0;
  s.handed.for_each(order.task, [&](handoff& h) {
    if (!h.details || h.details->payload.size_bytes == 0)
      return;
    ++missing;
    auto id = s.options.first_id + ++s.ids;
    s.loads[id] = {order.task, h.from};
    self->send(s.options.artifacts, load_payload{id, h.details->payload});
  });
  if (missing > 0)
    s.loadings[order.task.value] = {order, missing, {}};
  return missing > 0;
}

void take_loaded(quick_state& s, payload_loaded x) {
  auto i = s.loads.find(x.id);
  if (i == s.loads.end())
    return;
  auto [to, from] = i->second;
  s.loads.erase(i);
  auto waits = s.loadings.find(to.value);
  if (waits == s.loadings.end())
    return;
  auto& w = waits->second;
  if (!x.mistake.empty())
    w.mistake = std::move(x.mistake);
  else
    s.handed.for_each(to, [&, from = from](handoff& h) {
      if (h.from == from)
        h.details = x.details;
    });
  if (--w.missing > 0)
    return;
  auto ready = std::move(w);
  s.loadings.erase(waits);
  if (ready.mistake.empty())
    return run(s, ready.order);
  attempt_details details;
  details.message = std::move(ready.mistake);
  end(s, ready.order, attempt_end::system_error, std::move(details));
}

// -- turns --------------------------------------------------------------------

/// Whether others are to have their turn. The clock is looked at often enough
/// to see it in time, and seldom enough to cost little.
bool is_long(quick_state& s) {
  if (s.until_look > 0) {
    --s.until_look;
    return false;
  }
  auto took = clock::now() - s.told_at;
  bool result = took >= turn_length;
  s.looks_every = result || took > turn_length / 4
                    ? std::max(1u, s.looks_every / 2)
                    : std::min(looks_every_max, s.looks_every * 2);
  s.until_look = s.looks_every - 1;
  return result;
}

void work_off(self_pointer self) {
  auto& s = self->state;
  if (s.turn_is_coming)
    return tell(self);
  s.told_at = clock::now();
  while (s.next < s.queue.size()) {
    auto order = std::move(s.queue[s.next++]);
    if (!load(self, order))
      run(s, order);
    if (!is_long(s))
      continue;
    s.turn_is_coming = s.next < s.queue.size();
    break;
  }
  if (s.next == s.queue.size()) {
    s.queue.clear();
    s.next = 0;
  }
  tell(self);
  if (s.turn_is_coming)
    self->send(self, quick_turn{});
}

void take(quick_state& s, agent_orders& x) {
  for (const auto& h : x.handed)
    if (s.handed.add(h))
      s.told.accepted.push_back({h.from, h.to, h.version});
  if (x.tasks.empty())
    return;
  s.queue.erase(s.queue.begin(),
                s.queue.begin() + static_cast<std::ptrdiff_t>(s.next));
  s.next = 0;
  s.queue.insert(s.queue.end(), std::make_move_iterator(x.tasks.begin()),
                 std::make_move_iterator(x.tasks.end()));
  if (!std::is_sorted(s.queue.begin(), s.queue.end(), by_rank))
    std::sort(s.queue.begin(), s.queue.end(), by_rank);
}

void take_back(self_pointer self, const revoke_task& x) {
  auto& s = self->state;
  auto from = s.queue.begin() + static_cast<std::ptrdiff_t>(s.next);
  auto i = std::find_if(from, s.queue.end(), [&x](const assign_task& y) {
    return y.task == x.task && y.attempt == x.attempt;
  });
  if (i == s.queue.end())
    return;
  s.queue.erase(i);
  self->send(s.options.orchestrator, task_returned{x.task, x.attempt});
}

} // namespace

// -- quick_task ---------------------------------------------------------------

quick_task::quick_task(const plan& work, agent_id agent,
                       const assign_task& order, handed_pool& handed)
  : work_(work), agent_(agent), order_(order), handed_(handed) {
}

const std::string& quick_task::name() const {
  return work_.tasks[order_.task.value].name;
}

const std::string& quick_task::agent() const {
  return work_.agents[agent_.value].name;
}

std::uint32_t quick_task::attempt_number() const {
  return order_.attempt;
}

std::uint32_t quick_task::version() const {
  return order_.version;
}

std::uint32_t quick_task::round() const {
  return order_.details ? order_.details->round : 1;
}

work_phase quick_task::phase() const {
  return order_.phase;
}

const std::string& quick_task::feedback() const {
  static const std::string none;
  return order_.details ? order_.details->feedback : none;
}

const attempt_details& quick_task::earlier() const {
  return order_.details && order_.details->earlier ? *order_.details->earlier
                                                   : *nothing();
}

std::vector<item> quick_task::items() const {
  return order_.details ? items_of(work_, *order_.details)
                        : std::vector<item>{};
}

std::vector<handed> quick_task::inputs() const {
  std::vector<std::pair<task_id, handed>> found;
  handed_.for_each(order_.task, [&](const handoff& h) {
    found.emplace_back(h.from,
                       handed{work_.tasks[h.from.value].name, h.version,
                              h.status, h.details ? h.details : nothing()});
  });
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.first < b.first;
  });
  std::vector<handed> result;
  for (auto& [from, x] : found)
    result.push_back(std::move(x));
  return result;
}

std::optional<handed> quick_task::find_input(std::string_view from) const {
  std::optional<handed> result;
  handed_.for_each(order_.task, [&](const handoff& h) {
    if (work_.tasks[h.from.value].name == from)
      result = handed{work_.tasks[h.from.value].name, h.version, h.status,
                      h.details ? h.details : nothing()};
  });
  return result;
}

// -- the actor ----------------------------------------------------------------

quick_actor::behavior_type
quick_behavior(self_pointer self, agent_options options,
               std::shared_ptr<const agents::quick_function> work) {
  auto& s = self->state;
  s.options = std::move(options);
  s.work = std::move(work);
  return {
      [self](agent_orders& x) {
        take(self->state, x);
        work_off(self);
      },
      [self](assign_task& x) {
        agent_orders alone;
        alone.tasks.push_back(std::move(x));
        take(self->state, alone);
        work_off(self);
      },
      [self](handoff& x) {
        agent_orders alone;
        alone.handed.push_back(std::move(x));
        take(self->state, alone);
        work_off(self);
      },
      [self](quick_turn) {
        self->state.turn_is_coming = false;
        work_off(self);
      },
      [self](payload_loaded& x) {
        take_loaded(self->state, std::move(x));
        tell(self);
      },
      [self](const revoke_task& x) {
        take_back(self, x);
      },
      [self](leave_run) {
        self->state.queue.clear();
        self->state.next = 0;
        self->send(self->state.options.orchestrator,
                   agent_left{self->state.options.id});
      },
      // What it is called for is over before it could be told to end it, and it
      // has asked nobody anything.
      [](const end_task&) {},
      [](const requests_made&) {},
      [](const request_answer&) {},
      [](const continue_attempt&) {},
      [](const wait_refused&) {},
      [](const live_call&) {},
      [](const live_gone&) {},
      [](const wake_driver&) {},
      [](const artifacts_captured&) {},
      [](const artifacts_placed&) {},
      [](const payload_kept&) {},
      [](const process_started&) {},
      [](const process_line&) {},
      [](const process_output&) {},
      [](const process_exited&) {},
  };
}

} // namespace tutti::native
