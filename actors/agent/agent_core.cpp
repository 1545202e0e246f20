// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/agent_core.hpp"

#include "messages/assert.hpp"
#include "messages/mutant.hpp"

#include <algorithm>
#include <utility>

namespace tutti {

agent_core::agent_core(agent_core_options options, agent_ports& ports)
  : options_(std::move(options)), ports_(ports), free_slots_(options_.slots),
    ids_(options_.first_id),
    shelf_(ports, {[this] {
                     return new_id();
                   },
                   options_.has_store, options_.looked_at}) {
  driver_ = std::exchange(options_.make_driver, nullptr)(*this);
}

agent_core::~agent_core() = default;

agent_core::extras::extras(agent_core& of)
  : progress(
      [&of](task_progress x) {
        of.ports_.send(std::move(x));
      },
      [&of](std::function<void()> then) {
        of.after(progress_gate::interval, std::move(then));
      }) {
}

agent_core::extras& agent_core::more() {
  if (!more_)
    more_ = std::make_unique<extras>(*this);
  return *more_;
}

/// Null: it asked nothing, and was answered nothing.
const task_requests* agent_core::requests_of(task_id task) const {
  if (!more_)
    return nullptr;
  auto i = more_->requests.find(task.value);
  return i == more_->requests.end() ? nullptr : &i->second;
}

// -- queue and slots ----------------------------------------------------------

void agent_core::start_next() {
  // An attempt may be over before its start returns: no recursion then.
  if (std::exchange(starting_, true))
    return;
  while (free_slots_ > 0 && !queue_.empty() && driver_->is_there()) {
    auto next = std::move(queue_.begin()->second);
    queue_.erase(queue_.begin());
    --free_slots_;
    ports_.send(attempt_started{next.task, next.attempt});
    attempt_key key{next.task.value, next.attempt};
    auto [i, fresh] = running_.try_emplace(key);
    TUTTI_ASSERT(fresh);
    i->second.order = std::move(next);
    prepare(i->second);
  }
  starting_ = false;
}

void agent_core::on(assign_task x) {
  forget_requests(x);
  queue_.emplace(x.rank, std::move(x));
  start_next();
}

void agent_core::on(const revoke_task& x) {
  if (TUTTI_MUTANT(revoke_ignored))
    return;
  auto i = queue_.find(x.rank);
  if (i == queue_.end() || i->second.task != x.task
      || i->second.attempt != x.attempt)
    return; // it has begun
  queue_.erase(i);
  ports_.send(task_returned{x.task, x.attempt});
}

void agent_core::on(const end_task& x) {
  auto* a = find({x.task.value, x.attempt});
  if (a == nullptr)
    return;
  if (a->stage == attempt_stage::preparing)
    a->told_to_end = true;
  else if (a->stage == attempt_stage::working)
    driver_->end(x.task, x.attempt, x.at_once);
}

void agent_core::on(leave_run x) {
  driver_->leave(x.at_once);
}

attempt_record* agent_core::find(attempt_key key) {
  auto i = running_.find(key);
  return i == running_.end() ? nullptr : &i->second;
}

/// Unique over all agents of a run, so that others can tell.
std::uint64_t agent_core::new_id() {
  return std::uint64_t{options_.id.value} << 40 | ++ids_;
}

// -- arrivals -----------------------------------------------------------------

void agent_core::on(const handoff& x) {
  if (!handoffs_.accept(x))
    return;
  ports_.send(handoff_accepted{x.from, x.to, x.version});
  arrive({x.to, {x.from, 0}, x.version});
}

void agent_core::on(const request_answer& x) {
  auto& r = more().requests[x.to.value];
  if (!r.answers.try_emplace(x.number, x).second)
    return;
  r.open.erase(x.number);
  ports_.send(answer_accepted{x.number});
  arrive({x.to, {{}, x.number}, 0});
}

/// Whoever works on the task hears of it; where nobody does yet, it will be in
/// what the next attempt is given.
void agent_core::arrive(const delivery& x) {
  bool early = false;
  bool heard = driver_->knows(x.to);
  auto i = running_.lower_bound({x.to.value, 0});
  for (; i != running_.end() && i->first.first == x.to.value; ++i)
    if (i->second.stage == attempt_stage::working) {
      heard = true;
    } else if (i->second.stage == attempt_stage::preparing) {
      i->second.early.push_back(x);
      early = true;
    }
  if (!heard || early)
    return;
  queue_delivery(x);
  deliver_next();
}

void agent_core::queue_delivery(const delivery& x) {
  more().deliveries.push_back(x);
  for (auto* a : working_on(x.to))
    ++a->coming;
}

std::vector<attempt_record*> agent_core::working_on(task_id task) {
  std::vector<attempt_record*> result;
  auto i = running_.lower_bound({task.value, 0});
  for (; i != running_.end() && i->first.first == task.value; ++i)
    if (i->second.stage == attempt_stage::working)
      result.push_back(&i->second);
  return result;
}

/// One after the other, so that they are heard of in the order in which they
/// came, and no more than one of them is in memory.
void agent_core::deliver_next() {
  if (std::exchange(delivering_all_, true))
    return;
  auto& waiting = more().deliveries;
  while (!delivering_ && !waiting.empty()) {
    auto next = waiting.front();
    waiting.pop_front();
    deliver(next);
  }
  delivering_all_ = false;
}

void agent_core::deliver(const delivery& x) {
  auto content = given_to(x.to, {x.what});
  delivering_ = true;
  // A later version is on its way behind it.
  if (!content.handed.empty() && content.handed[0].version != x.version)
    return end_delivery(x);
  load(std::move(content), [this, x](given whole, const std::string& mistake) {
    // What cannot be read back fails its task when all of it is gathered.
    if (mistake.empty())
      take_in(x, std::move(whole));
    else
      end_delivery(x);
  });
}

/// A new version of a task asks anew.
void agent_core::forget_requests(const assign_task& x) {
  if (requests_of(x.task) == nullptr)
    return;
  auto& r = more().requests[x.task.value];
  if (r.version != 0 && r.version < x.version)
    r = {};
  r.version = x.version;
}

given agent_core::given_to(task_id task) const {
  given result;
  handoffs_.for_each(task, [&result](handoff x) {
    result.handed.push_back(std::move(x));
  });
  if (const auto* asked = requests_of(task))
    for (const auto& [number, x] : asked->answers)
      result.answers.push_back(x);
  return result;
}

given agent_core::given_to(task_id task,
                           const std::vector<arrival>& only) const {
  given result;
  const auto* asked = requests_of(task);
  for (const auto& x : only)
    if (x.request == 0)
      result.handed.push_back(handoffs_.get(x.from, task));
    else if (asked != nullptr)
      if (auto i = asked->answers.find(x.request); i != asked->answers.end())
        result.answers.push_back(i->second);
  return result;
}

/// Gets back what is on disk.
void agent_core::load(given x, loaded done) {
  std::vector<shared_details> all;
  for (const auto& h : x.handed)
    all.push_back(h.details);
  for (const auto& answer : x.answers)
    all.push_back(answer.details);
  shelf_.load(std::move(all), [x = std::move(x), done = std::move(done)](
                                  std::vector<shared_details> whole,
                                  const std::string& mistake) mutable {
    if (!mistake.empty())
      return done({}, mistake);
    auto next = whole.begin();
    for (auto& h : x.handed)
      h.details = std::move(*next++);
    for (auto& answer : x.answers)
      answer.details = std::move(*next++);
    done(std::move(x), {});
  });
}

// -- store and processes ------------------------------------------------------

void agent_core::on(const artifacts_placed& x) {
  if (auto found = more().placings.extract(x.id))
    found.mapped()(x);
}

void agent_core::on(artifacts_captured x) {
  auto found = more().captures.extract(x.id);
  if (!found)
    return;
  auto* a = find(found.mapped());
  TUTTI_ASSERT(a != nullptr);
  captured(*a, std::move(x));
}

void agent_core::on(const payload_kept& x) {
  shelf_.on(x);
}

void agent_core::on(payload_loaded x) {
  shelf_.on(std::move(x));
}

void agent_core::on(const process_line& x) {
  driver_->on(x);
}

void agent_core::on(const process_output& x) {
  driver_->on(x);
}

void agent_core::on(process_exited& x) {
  mask_lines(options_.mask, x.output);
  driver_->on(x);
}

void agent_core::after(duration span, std::function<void()> then) {
  auto id = new_id();
  more().timers.emplace(id, std::move(then));
  ports_.wake_after(span, id);
}

void agent_core::on_timer(std::uint64_t timer) {
  if (auto found = more().timers.extract(timer))
    found.mapped()();
}

void agent_core::on(wake_driver) {
  driver_->on_wake();
}

// -- driver_host --------------------------------------------------------------

process_id agent_core::next_process() {
  return new_id();
}

void agent_core::start(start_process x) {
  ports_.send(std::move(x));
}

void agent_core::input(process_input x) {
  ports_.send(std::move(x));
}

void agent_core::end(end_process x) {
  ports_.send(x);
}

void agent_core::alive(process_alive x) {
  ports_.send(x);
}

void agent_core::progress(task_progress x) {
  if (options_.mask)
    options_.mask(x.line);
  more().progress.put(std::move(x));
}

void agent_core::call(live_call x) {
  auto id = x.id;
  handle(std::move(x), {id, true});
}

void agent_core::left() {
  ports_.send(agent_left{options_.id});
}

void agent_core::has_room() {
  tell_untold();
}

void agent_core::came_back() {
  start_next();
}

void agent_core::wake_after(duration span, std::uint64_t timer) {
  after(span, [this, timer] {
    driver_->on_timer(timer);
  });
}

std::function<void()> agent_core::waker() {
  return ports_.waker();
}

} // namespace tutti
