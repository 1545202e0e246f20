// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/agent_core.hpp"

#include "messages/assert.hpp"

#include <utility>

namespace tutti {

namespace {

/// Null where there is nothing to say.
std::shared_ptr<const attempt_details> shared(attempt_details x) {
  if (x == attempt_details{})
    return nullptr;
  return std::make_shared<const attempt_details>(std::move(x));
}

} // namespace

agent_core::agent_core(agent_core_options options, agent_ports& ports)
  : options_(std::move(options)), ports_(ports), free_slots_(options_.slots) {
  driver_ = options_.make_driver(*this);
}

agent_core::~agent_core() = default;

void agent_core::start_next() {
  while (free_slots_ > 0 && !queue_.empty()) {
    auto next = std::move(queue_.begin()->second);
    queue_.erase(queue_.begin());
    --free_slots_;
    ports_.send(attempt_started{next.task, next.attempt});
    attempt_key key{next.task.value, next.attempt};
    auto [i, fresh] = running_.emplace(key, attempt{std::move(next)});
    TUTTI_ASSERT(fresh);
    begin(i->second);
  }
}

void agent_core::begin(attempt& a) {
  static const auto nothing = std::make_shared<const assignment_details>();
  attempt_work x;
  x.task = a.order.task;
  x.attempt = a.order.attempt;
  x.phase = a.order.phase;
  x.version = a.order.version;
  x.details = a.order.details ? a.order.details : nothing;
  x.handed = handoffs_.of(a.order.task);
  driver_->start(x);
}

void agent_core::on(assign_task x) {
  queue_.emplace(x.rank, std::move(x));
  start_next();
}

void agent_core::on(const revoke_task& x) {
  auto i = queue_.find(x.rank);
  if (i == queue_.end() || i->second.attempt != x.attempt)
    return; // it has begun
  queue_.erase(i);
  ports_.send(task_returned{x.task, x.attempt});
}

void agent_core::on(const end_task& x) {
  if (running_.contains({x.task.value, x.attempt}))
    driver_->end(x.task, x.attempt, x.at_once);
}

void agent_core::on(leave_run x) {
  driver_->leave(x.at_once);
}

void agent_core::on(handoff x) {
  handoff_accepted receipt{x.from, x.to, x.version};
  if (handoffs_.accept(std::move(x)))
    ports_.send(receipt);
}

void agent_core::on(const requests_made&) {
}
void agent_core::on(request_answer) {
}
void agent_core::on(continue_attempt) {
}
void agent_core::on(const wait_refused&) {
}
void agent_core::on(live_call) {
}
void agent_core::on(artifacts_captured) {
}
void agent_core::on(const artifacts_placed&) {
}
void agent_core::on(const payload_kept&) {
}
void agent_core::on(payload_loaded) {
}

void agent_core::on(const process_line& x) {
  driver_->on(x);
}

void agent_core::on(const process_output& x) {
  driver_->on(x);
}

void agent_core::on(process_exited& x) {
  driver_->on(x);
}

void agent_core::on_timer(std::uint64_t timer) {
  driver_->on_timer(timer);
}

void agent_core::on(wake_driver) {
  driver_->on_wake();
}

// -- driver_host --------------------------------------------------------------

process_id agent_core::next_process() {
  // Unique over all agents of a run, so that the supervisor can tell.
  return std::uint64_t{options_.id.value} << 40 | ++processes_;
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
  ports_.send(std::move(x));
}

void agent_core::call(live_call) {
}

void agent_core::finished(task_id task, std::uint32_t number, work_result x) {
  auto i = running_.find({task.value, number});
  TUTTI_ASSERT(i != running_.end());
  running_.erase(i);
  if (x.end != attempt_end::unkillable)
    ++free_slots_; // else quarantined
  attempt_finished result{task, number, x.end, x.exit_code, nullptr};
  result.details = shared(std::move(x.details));
  ports_.send(std::move(result));
  start_next();
}

void agent_core::left() {
  ports_.send(agent_left{options_.id});
}

void agent_core::wake_after(duration span, std::uint64_t timer) {
  ports_.wake_after(span, timer);
}

std::function<void()> agent_core::waker() {
  return ports_.waker();
}

} // namespace tutti
