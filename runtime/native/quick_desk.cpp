// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/native/quick_desk.hpp"

#include "actors/agent/attempt_result.hpp"
#include "actors/agent/outputs.hpp"
#include "actors/agent/shelved.hpp"

#include <algorithm>
#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <exception>
#include <utility>

namespace tutti::native {

namespace {

/// So long it keeps what it has to tell, and the thread that others wait for.
constexpr auto turn_length = std::chrono::microseconds(200);
constexpr std::uint32_t looks_every_max = 64;

/// While so much is on its way to the disk or back, nothing else begins: what
/// is in memory does not grow with how slow the disk is (rule 9).
constexpr std::size_t moving_bytes_max = std::size_t{4} << 20;

bool by_rank(const assign_task& a, const assign_task& b) {
  return a.rank < b.rank;
}

bool any_rework(const plan& p) {
  return std::any_of(p.gates.begin(), p.gates.end(), [](const gate& x) {
    return x.rework.present;
  });
}

agent_options with_outputs_looked_at(agent_options x) {
  if (!x.looked_at)
    x.looked_at = outputs_looked_at(*x.work);
  return x;
}

bool says_nothing(const attempt_details& x) {
  static const attempt_details nothing;
  return x == nothing;
}

} // namespace

quick_desk::quick_desk(agent_options options,
                       std::shared_ptr<const agents::quick_function> work,
                       desk_trust trust)
  : options_(with_outputs_looked_at(std::move(options))),
    work_(std::move(work)), trust_(trust),
    can_rework_(any_rework(*options_.work)) {
}

// -- for the orchestrator -----------------------------------------------------

// Nobody else can make it less free, and what its actor has told is in the
// orchestrator's mailbox before the counts say so.
bool quick_desk::is_free() const {
  return under_way_.load(std::memory_order_acquire) == 0
      && short_ones_.load(std::memory_order_relaxed) >= trust_.short_ones_min
      && !has_more_.load(std::memory_order_acquire);
}

void quick_desk::sent() {
  under_way_.fetch_add(1, std::memory_order_relaxed);
}

void quick_desk::work_off(agent_orders& orders, agent_reports& told) {
  std::lock_guard lock{mutex_};
  std::swap(told_, told); // its memory is used again
  accept(orders);
  work();
  std::swap(told_, told);
  publish();
}

void quick_desk::took_long() {
  short_ones_.store(0, std::memory_order_relaxed);
}

// -- for its actor ------------------------------------------------------------

void quick_desk::belongs_to(const quick_actor& x) {
  std::lock_guard lock{mutex_};
  actor_ = caf::actor_cast<caf::actor_addr>(x);
}

agent_reports quick_desk::take(agent_orders& x) {
  std::lock_guard lock{mutex_};
  accept(x);
  work();
  return std::exchange(told_, {});
}

agent_reports quick_desk::take_turn() {
  std::lock_guard lock{mutex_};
  turn_is_coming_ = false;
  work();
  return std::exchange(told_, {});
}

void quick_desk::has_told() {
  std::lock_guard lock{mutex_};
  publish();
}

void quick_desk::has_told_of_sent() {
  has_told();
  under_way_.fetch_sub(1, std::memory_order_release);
}

void quick_desk::take_back(const revoke_task& x) {
  std::lock_guard lock{mutex_};
  auto from = queue_.begin() + static_cast<std::ptrdiff_t>(next_);
  auto i = std::find_if(from, queue_.end(), [&x](const assign_task& y) {
    return y.task == x.task && y.attempt == x.attempt;
  });
  if (i == queue_.end())
    return;
  queue_.erase(i);
  if (auto read = loadings_.extract(x.task.value))
    lay_back(x.task, read.mapped());
  send(options_.orchestrator, task_returned{x.task, x.attempt});
}

/// What is still on its way counts no more.
void quick_desk::leave() {
  std::lock_guard lock{mutex_};
  queue_.clear();
  next_ = 0;
  loads_.clear();
  loadings_.clear();
  keeps_.clear();
  send(options_.orchestrator, agent_left{options_.id});
}

template <class To, class Message>
void quick_desk::send(const To& to, Message x) {
  if (auto me = caf::actor_cast<caf::strong_actor_ptr>(actor_))
    caf::send_as(caf::actor_cast<quick_actor>(me), to, std::move(x));
}

// -- turns --------------------------------------------------------------------

void quick_desk::accept(agent_orders& x) {
  for (const auto& h : x.handed)
    if (handed_.add(h))
      told_.accepted.push_back({h.from, h.to, h.version});
  x.handed.clear();
  if (x.tasks.empty())
    return;
  queue_.erase(queue_.begin(),
               queue_.begin() + static_cast<std::ptrdiff_t>(next_));
  next_ = 0;
  queue_.insert(queue_.end(), std::make_move_iterator(x.tasks.begin()),
                std::make_move_iterator(x.tasks.end()));
  x.tasks.clear();
  if (!std::is_sorted(queue_.begin(), queue_.end(), by_rank))
    std::sort(queue_.begin(), queue_.end(), by_rank);
}

/// Once it has seen what is in its mailbox.
void quick_desk::take_turn_soon() {
  if (std::exchange(turn_is_coming_, true))
    return;
  if (auto me = caf::actor_cast<caf::strong_actor_ptr>(actor_))
    send(caf::actor_cast<quick_actor>(me), quick_turn{});
}

/// Whether others are to have their turn. The clock is looked at often enough
/// to see it in time, and seldom enough to cost little.
bool quick_desk::is_long() {
  if (until_look_ > 0) {
    --until_look_;
    return false;
  }
  auto took = clock::now() - told_at_;
  bool result = took >= turn_length;
  looks_every_ = result || took > turn_length / 4
                   ? std::max(1u, looks_every_ / 2)
                   : std::min(looks_every_max, looks_every_ * 2);
  until_look_ = looks_every_ - 1;
  return result;
}

void quick_desk::work() {
  if (turn_is_coming_)
    return;
  auto left = [this] {
    return next_ < queue_.size() && moving_bytes_ < moving_bytes_max;
  };
  if (queue_.size() - next_ > 1)
    told_at_ = clock::now();
  while (left()) {
    auto order = std::move(queue_[next_++]);
    begin(order);
    if (left() && is_long()) {
      take_turn_soon();
      break;
    }
  }
  if (next_ == queue_.size()) {
    queue_.clear();
    next_ = 0;
  }
}

void quick_desk::publish() {
  has_more_.store(!queue_.empty() || turn_is_coming_ || !loads_.empty()
                      || !keeps_.empty(),
                  std::memory_order_release);
}

/// Its turn has come; where results are on disk, it comes again with them.
void quick_desk::begin(const assign_task& order) {
  auto i =
      loadings_.empty() ? loadings_.end() : loadings_.find(order.task.value);
  bool failed = i != loadings_.end() && !i->second.mistake.empty();
  if (!failed && begin_load(order))
    return;
  if (i == loadings_.end())
    return run(order);
  auto read = std::move(i->second);
  loadings_.erase(i);
  if (failed)
    fail(order, attempt_end::system_error, std::move(read.mistake));
  else
    run(order);
  lay_back(order.task, read);
}

void quick_desk::run(const assign_task& order) {
  auto seen = short_ones_.load(std::memory_order_relaxed);
  if (seen >= trust_.short_ones_min)
    return call(order);
  auto began = clock::now();
  call(order);
  auto is_short = clock::now() - began <= trust_.short_max;
  short_ones_.store(is_short ? seen + 1 : 0, std::memory_order_relaxed);
}

void quick_desk::call(const assign_task& order) {
  try {
    auto x = (*work_)(quick_task{*options_.work, options_.id, order, handed_});
    auto how = x.failed() ? attempt_end::failure : attempt_end::success;
    end(order, how, std::move(x).take_details());
  } catch (const std::exception& e) {
    fail(order, attempt_end::failure, e.what());
  } catch (...) {
    fail(order, attempt_end::failure,
         "the agent threw something that is no std::exception");
  }
}

void quick_desk::fail(const assign_task& order, attempt_end how,
                      std::string message) {
  auto x = std::make_shared<attempt_details>();
  x->message = std::move(message);
  end(order, how, std::move(x));
}

/// What was handed to it is needed again by another attempt, phase or version
/// of it.
bool quick_desk::keeps_handed(task_id task, attempt_end end) const {
  if (can_rework_ || end != attempt_end::success)
    return true;
  if (options_.plain_tasks)
    return false; // most often: the plan's task is far away in memory
  const auto& t = options_.work->tasks[task.value];
  return t.kind != task_kind::work || t.integrate.present
      || !t.needs_later.empty();
}

void quick_desk::end(const assign_task& order, attempt_end how,
                     std::shared_ptr<attempt_details> details) {
  if (details && options_.mask)
    mask_details(options_.mask, *details);
  if (order.phase == work_phase::integrate && order.details) {
    if (!details)
      details = std::make_shared<attempt_details>();
    put_over_earlier(*details, order.details->earlier.get());
  }
  bool is_large =
      payload_shelf::bytes_of(details.get()) > payload_shelf::small_bytes;
  if (auto bytes = is_large ? inline_bytes(*details) : 0;
      bytes > inline_bytes_max) {
    how = how == attempt_end::success ? attempt_end::failure : how;
    details->message +=
        (details->message.empty() ? "" : "; ") + too_large(bytes);
    details->outputs.clear();
    details->note.clear();
    is_large = false;
  }
  auto& r = told_.attempts.emplace_back();
  r.task = order.task;
  r.attempt = order.attempt;
  r.began = true;
  r.ended = true;
  r.end = how;
  if (details && !says_nothing(*details))
    r.details = std::move(details);
  if (!keeps_handed(order.task, how))
    handed_.drop(order.task);
  if (is_large && options_.artifacts)
    keep_last();
}

// -- results that lie on disk -------------------------------------------------

/// Of all that an agent of the run asks for, and of all agents.
std::uint64_t quick_desk::new_id() {
  constexpr unsigned agent_bits = 40;
  return std::uint64_t{options_.id.value} << agent_bits
       | (options_.first_id + ++ids_);
}

/// A large result goes to disk before its end is told (§21).
void quick_desk::keep_last() {
  auto id = new_id();
  auto& r = keeps_[id] = std::move(told_.attempts.back());
  told_.attempts.pop_back();
  moving_bytes_ += payload_shelf::bytes_of(r.details.get());
  send(options_.artifacts, keep_payload{id, r.details});
}

/// Where the disk is full it stays in memory.
void quick_desk::take_kept(const payload_kept& x) {
  std::lock_guard lock{mutex_};
  auto found = keeps_.extract(x.id);
  if (!found)
    return;
  auto& r = found.mapped();
  moving_bytes_ -= payload_shelf::bytes_of(r.details.get());
  if (x.mistake.empty())
    r.details = shelved(*r.details, x.payload, options_.looked_at.get());
  told_.attempts.push_back(std::move(r));
  take_turn_soon();
}

/// Asks for what is on disk; false: nothing is.
bool quick_desk::begin_load(const assign_task& order) {
  if (!options_.artifacts)
    return false;
  std::size_t missing = 0;
  auto ask = [&](task_id from, const shared_details& x) {
    if (!x || x->payload.size_bytes == 0)
      return;
    ++missing;
    auto id = new_id();
    moving_bytes_ += x->payload.size_bytes;
    loads_.emplace(id, load{order.task, from, x});
    send(options_.artifacts, load_payload{id, x->payload});
  };
  handed_.for_each(order.task, [&ask](const handoff& h) {
    ask(h.from, h.details);
  });
  if (order.details)
    ask({}, order.details->earlier);
  if (missing == 0)
    return false;
  auto& w = loadings_[order.task.value];
  w.order = order;
  w.missing = missing;
  return true;
}

/// What was read back takes the place of what travelled, unless a later version
/// of that has come.
void quick_desk::put(loading& w, const load& x, const shared_details& whole) {
  if (!x.from.valid()) {
    auto details = *w.order.details;
    details.earlier = whole;
    w.order.details =
        std::make_shared<const assignment_details>(std::move(details));
    return;
  }
  auto* h = handed_.get(x.from, x.to);
  if (h == nullptr || h->details != x.lay)
    return;
  h->details = whole;
  w.lay[whole.get()] = x.lay;
}

/// What is needed once more is read back once more.
void quick_desk::lay_back(task_id task, const loading& x) {
  handed_.for_each(task, [&x](handoff& h) {
    if (auto at = x.lay.find(h.details.get()); at != x.lay.end())
      h.details = at->second;
  });
}

void quick_desk::take_loaded(payload_loaded x) {
  std::lock_guard lock{mutex_};
  auto found = loads_.extract(x.id);
  if (!found)
    return;
  const auto& asked = found.mapped();
  moving_bytes_ -= asked.lay->payload.size_bytes;
  auto& w = loadings_.at(asked.to.value);
  if (x.mistake.empty())
    put(w, asked, x.details);
  else
    w.mistake = std::move(x.mistake);
  if (--w.missing > 0)
    return;
  if (next_ > 0)
    queue_[--next_] = w.order;
  else
    queue_.insert(queue_.begin(), w.order);
  take_turn_soon();
}

} // namespace tutti::native
