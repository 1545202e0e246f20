// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/native/quick_agent.hpp"

#include "actors/agent/attempt_result.hpp"
#include "actors/agent/outputs.hpp"
#include "actors/agent/shelved.hpp"
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

/// While so much is on its way to the disk or back, nothing else begins: what
/// is in memory does not grow with how slow the disk is (rule 9).
constexpr std::size_t moving_bytes_max = std::size_t{4} << 20;

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

/// What was handed to it is needed again by another attempt, phase or version
/// of it.
bool keeps_handed(const quick_state& s, task_id task, attempt_end end) {
  const auto& t = s.options.work->tasks[task.value];
  return s.can_rework || end != attempt_end::success
      || t.kind != task_kind::work || t.integrate.present
      || !t.needs_later.empty();
}

bool can_rework(const plan& p) {
  return std::any_of(p.gates.begin(), p.gates.end(), [](const gate& x) {
    return x.rework.present;
  });
}

/// Of all that an agent of the run asks for, and of all agents.
std::uint64_t new_id(quick_state& s) {
  constexpr unsigned agent_bits = 40;
  return std::uint64_t{s.options.id.value} << agent_bits
       | (s.options.first_id + ++s.ids);
}

/// A large result goes to disk before its end is told (§21).
void keep_last(self_pointer self) {
  auto& s = self->state;
  auto id = new_id(s);
  auto& r = s.keeps[id] = std::move(s.told.attempts.back());
  s.told.attempts.pop_back();
  s.moving_bytes += payload_shelf::bytes_of(r.details.get());
  self->send(s.options.artifacts, keep_payload{id, r.details});
}

void end(self_pointer self, const assign_task& order, attempt_end how,
         attempt_details details) {
  auto& s = self->state;
  if (s.options.mask)
    mask_details(s.options.mask, details);
  if (order.phase == work_phase::integrate && order.details)
    put_over_earlier(details, order.details->earlier.get());
  bool is_large =
      payload_shelf::bytes_of(&details) > payload_shelf::small_bytes;
  if (auto bytes = is_large ? inline_bytes(details) : 0;
      bytes > inline_bytes_max) {
    how = how == attempt_end::success ? attempt_end::failure : how;
    details.message += (details.message.empty() ? "" : "; ") + too_large(bytes);
    details.outputs.clear();
    details.note.clear();
    is_large = false;
  }
  auto& r = s.told.attempts.emplace_back();
  r.task = order.task;
  r.attempt = order.attempt;
  r.began = true;
  r.ended = true;
  r.end = how;
  if (details != attempt_details{})
    r.details = std::make_shared<const attempt_details>(std::move(details));
  if (!keeps_handed(s, order.task, how))
    s.handed.drop(order.task);
  if (is_large && s.options.artifacts)
    keep_last(self);
}

void run(self_pointer self, const assign_task& order) {
  auto& s = self->state;
  try {
    auto x =
        (*s.work)(quick_task{*s.options.work, s.options.id, order, s.handed});
    end(self, order, x.failed() ? attempt_end::failure : attempt_end::success,
        std::move(x).details());
  } catch (const std::exception& e) {
    attempt_details x;
    x.message = e.what();
    end(self, order, attempt_end::failure, std::move(x));
  } catch (...) {
    attempt_details x;
    x.message = "the agent threw something that is no std::exception";
    end(self, order, attempt_end::failure, std::move(x));
  }
}

/// Once it has seen what is in its mailbox.
void take_turn_soon(self_pointer self) {
  if (!std::exchange(self->state.turn_is_coming, true))
    self->send(self, quick_turn{});
}

// -- results that lie on disk -------------------------------------------------

/// Where the disk is full it stays in memory.
void take_kept(self_pointer self, const payload_kept& x) {
  auto& s = self->state;
  auto found = s.keeps.extract(x.id);
  if (!found)
    return;
  auto& r = found.mapped();
  s.moving_bytes -= payload_shelf::bytes_of(r.details.get());
  if (x.mistake.empty())
    r.details = shelved(*r.details, x.payload, s.options.looked_at.get());
  s.told.attempts.push_back(std::move(r));
  take_turn_soon(self);
}

/// Asks for what is on disk; false: nothing is.
bool load(self_pointer self, const assign_task& order) {
  auto& s = self->state;
  if (!s.options.artifacts)
    return false;
  std::size_t missing = 0;
  auto ask = [&](task_id from, const shared_details& x) {
    if (!x || x->payload.size_bytes == 0)
      return;
    ++missing;
    auto id = new_id(s);
    s.moving_bytes += x->payload.size_bytes;
    s.loads.emplace(id, quick_state::load{order.task, from, x});
    self->send(s.options.artifacts, load_payload{id, x->payload});
  };
  s.handed.for_each(order.task, [&ask](const handoff& h) {
    ask(h.from, h.details);
  });
  if (order.details)
    ask({}, order.details->earlier);
  if (missing == 0)
    return false;
  auto& w = s.loadings[order.task.value];
  w.order = order;
  w.missing = missing;
  return true;
}

/// What was read back takes the place of what travelled, unless a later version
/// of that has come.
void put(quick_state& s, quick_state::loading& w, const quick_state::load& x,
         const shared_details& whole) {
  if (!x.from.valid()) {
    auto details = *w.order.details;
    details.earlier = whole;
    w.order.details =
        std::make_shared<const assignment_details>(std::move(details));
    return;
  }
  auto* h = s.handed.get(x.from, x.to);
  if (h == nullptr || h->details != x.lay)
    return;
  h->details = whole;
  w.lay[whole.get()] = x.lay;
}

/// What is needed once more is read back once more.
void lay_back(quick_state& s, task_id task, const quick_state::loading& x) {
  s.handed.for_each(task, [&x](handoff& h) {
    if (auto at = x.lay.find(h.details.get()); at != x.lay.end())
      h.details = at->second;
  });
}

/// Its turn has come; where results are on disk, it comes again with them.
void begin(self_pointer self, const assign_task& order) {
  auto& s = self->state;
  auto i =
      s.loadings.empty() ? s.loadings.end() : s.loadings.find(order.task.value);
  bool failed = i != s.loadings.end() && !i->second.mistake.empty();
  if (!failed && load(self, order))
    return;
  if (i == s.loadings.end())
    return run(self, order);
  auto read = std::move(i->second);
  s.loadings.erase(i);
  if (failed) {
    attempt_details details;
    details.message = std::move(read.mistake);
    end(self, order, attempt_end::system_error, std::move(details));
  } else {
    run(self, order);
  }
  lay_back(s, order.task, read);
}

void take_loaded(self_pointer self, payload_loaded x) {
  auto& s = self->state;
  auto found = s.loads.extract(x.id);
  if (!found)
    return;
  const auto& asked = found.mapped();
  s.moving_bytes -= asked.lay->payload.size_bytes;
  auto& w = s.loadings.at(asked.to.value);
  if (x.mistake.empty())
    put(s, w, asked, x.details);
  else
    w.mistake = std::move(x.mistake);
  if (--w.missing > 0)
    return;
  if (s.next > 0)
    s.queue[--s.next] = w.order;
  else
    s.queue.insert(s.queue.begin(), w.order);
  take_turn_soon(self);
}

/// What is still on its way counts no more.
void leave(self_pointer self) {
  auto& s = self->state;
  s.queue.clear();
  s.next = 0;
  s.loads.clear();
  s.loadings.clear();
  s.keeps.clear();
  self->send(s.options.orchestrator, agent_left{s.options.id});
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
  while (s.next < s.queue.size() && s.moving_bytes < moving_bytes_max) {
    auto order = std::move(s.queue[s.next++]);
    begin(self, order);
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
  if (auto read = s.loadings.extract(x.task.value))
    lay_back(s, x.task, read.mapped());
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
  s.can_rework = can_rework(*s.options.work);
  if (!s.options.looked_at)
    s.options.looked_at = outputs_looked_at(*s.options.work);
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
        take_loaded(self, std::move(x));
      },
      [self](const payload_kept& x) {
        take_kept(self, x);
      },
      [self](const revoke_task& x) {
        take_back(self, x);
      },
      [self](leave_run) {
        leave(self);
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
      [](const process_started&) {},
      [](const process_line&) {},
      [](const process_output&) {},
      [](const process_exited&) {},
  };
}

} // namespace tutti::native
