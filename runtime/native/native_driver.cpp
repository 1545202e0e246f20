// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/native/native_driver.hpp"

#include "actors/agent/work_scope.hpp"

#include <fmt/format.h>

namespace tutti::native {

namespace {

std::shared_ptr<const attempt_details>
or_nothing(std::shared_ptr<const attempt_details> x) {
  static const auto nothing = std::make_shared<const attempt_details>();
  return x ? std::move(x) : nothing;
}

} // namespace

native_driver::native_driver(native_driver_options options, driver_host& host)
  : host_(host), options_(std::move(options)),
    outbox_(std::make_shared<outbox>(host.waker())) {
}

native_driver::~native_driver() {
  // An actor that ends with work in hand waits for nobody's code.
  for (auto& [key, x] : running_) {
    pool_.abandon(x.doing);
    x.doing->stop();
    x.doing->close();
  }
  (void)outbox_->take();
}

void native_driver::start(const attempt_work& x) {
  auto doing = std::make_shared<attempt>(
      facts_of(x), attempt_ports{outbox_, pool_.run_function()});
  arrivals so_far;
  for (const auto& y : x.handed)
    so_far.handoffs.push_back(named(y));
  for (const auto& y : x.answers)
    so_far.answers.push_back(named(y));
  running_[{x.task, x.attempt}] = {doing, false};
  if (!doing->begin(options_.make, std::move(so_far))) {
    said refusal{said::kind::finished, doing};
    refusal.result.end = attempt_end::system_error;
    refusal.result.details.message = "no thread can be made for a native agent";
    finish(refusal);
    return;
  }
  watch_idle(doing);
}

void native_driver::end(task_id task, std::uint32_t number, bool at_once) {
  auto i = running_.find({task, number});
  if (i == running_.end())
    return;
  auto doing = i->second.doing;
  doing->stop();
  auto span = options_.bound;
  if (!at_once)
    span += options_.work->grace;
  wake(span, doing, &native_driver::give_up);
}

void native_driver::hand_over(const handoff& x) {
  for (auto& [key, y] : running_)
    if (key.first == x.to)
      y.doing->take(named(x));
}

void native_driver::answer(const request_answer& x) {
  for (auto& [key, y] : running_)
    if (key.first == x.to)
      y.doing->take(named(x));
}

void native_driver::on(const live_reply& x) {
  auto i = calls_.find(x.id);
  if (i == calls_.end())
    return;
  if (auto doing = i->second.lock())
    doing->take(x);
  calls_.erase(i);
}

void native_driver::on_timer(std::uint64_t number) {
  auto i = timers_.find(number);
  if (i == timers_.end())
    return;
  auto x = std::move(i->second);
  timers_.erase(i);
  if (auto doing = x.of.lock(); doing && runs(*doing))
    (this->*x.then)(doing);
}

void native_driver::on_wake() {
  for (auto& x : outbox_->take()) {
    if (!runs(*x.by))
      continue; // given up
    switch (x.what) {
    case said::kind::called:
      call(x);
      break;
    case said::kind::progressed:
      host_.progress(x.by->latest());
      break;
    case said::kind::finished:
      finish(x);
      break;
    }
  }
}

void native_driver::leave(bool at_once) {
  leaving_ = true;
  auto still = running_;
  for (const auto& [key, y] : still)
    end(key.first, key.second, at_once);
  leave_if_empty();
}

attempt_facts native_driver::facts_of(const attempt_work& x) const {
  const auto& p = *options_.work;
  const auto& t = p.tasks[x.task.value];
  attempt_facts result;
  result.task = x.task;
  result.number = x.attempt;
  result.version = x.version;
  result.phase = x.phase;
  result.name = t.name;
  result.agent = p.agents[options_.id.value].name;
  result.prompt = prompt_of(p, x);
  result.directory = working_directory_of(p, options_.id, x);
  auto scope = scope_of(p, x);
  for (const auto& e : t.env)
    result.env[e.name] = render(e.text, scope);
  result.items = items_of(p, *x.details);
  result.details = x.details;
  return result;
}

handed native_driver::named(const handoff& x) const {
  return {options_.work->tasks[x.from.value].name, x.version, x.status,
          or_nothing(x.details)};
}

native::answer native_driver::named(const request_answer& x) const {
  native::answer result;
  result.from = options_.work->tasks[x.from.value].name;
  result.status = x.status;
  result.details = or_nothing(x.details);
  result.number = x.number;
  result.text = x.text;
  return result;
}

void native_driver::wake(duration after, const std::shared_ptr<attempt>& x,
                         action then) {
  timers_.emplace(++timer_, timer{x, then});
  host_.wake_after(after, timer_);
}

/// Idle is judged here, where the work is done (semantics §25).
void native_driver::watch_idle(const std::shared_ptr<attempt>& x) {
  auto limit = options_.work->tasks[x->facts.task.value].idle_timeout;
  if (limit <= duration{0})
    return;
  auto heard = x->heard();
  auto left = heard ? limit - (attempt::clock::now() - *heard) : limit;
  if (left > duration{0}) {
    wake(left, x, &native_driver::watch_idle);
    return;
  }
  running_[{x->facts.task, x->facts.number}].idle = true;
  end(x->facts.task, x->facts.number, false);
}

void native_driver::give_up(const std::shared_ptr<attempt>& x) {
  pool_.abandon(x);
  x->close();
  said last{said::kind::finished, x};
  last.result.end = attempt_end::unkillable;
  last.result.details.message =
      "the native agent did not return when it was told to end";
  running_[{x->facts.task, x->facts.number}].idle = false;
  finish(last);
}

void native_driver::call(said& x) {
  calls_[x.call.id] = x.by;
  host_.call(std::move(x.call));
}

void native_driver::finish(said& x) {
  const auto& facts = x.by->facts;
  auto i = running_.find({facts.task, facts.number});
  if (i->second.idle) {
    x.result.end = attempt_end::timed_out;
    x.result.details.message = "it said nothing for its idle-timeout";
  }
  running_.erase(i);
  std::erase_if(timers_, [&](const auto& y) {
    return y.second.of.lock() == x.by;
  });
  host_.finished(facts.task, facts.number, std::move(x.result));
  leave_if_empty();
}

bool native_driver::runs(const attempt& x) const {
  auto i = running_.find({x.facts.task, x.facts.number});
  return i != running_.end() && i->second.doing.get() == &x;
}

void native_driver::leave_if_empty() {
  if (leaving_ && running_.empty()) {
    leaving_ = false;
    host_.left();
  }
}

} // namespace tutti::native
