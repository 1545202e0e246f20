// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/simulated_driver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace tutti::play {

namespace {

constexpr std::int32_t terminated = 143; // 128 + SIGTERM
constexpr std::uint32_t percent_all = 100;

work_result failure(attempt_end end, std::int32_t code, std::string message) {
  work_result result;
  result.end = end;
  result.exit_code = code;
  result.details.message = std::move(message);
  return result;
}

} // namespace

simulated_driver::simulated_driver(agent_id agent, const plan& work,
                                   script& from, lever& by, driver_host& host)
  : agent_(agent), plan_(work), script_(from), lever_(by), host_(host) {
  lever_.wake = host.waker();
}

/// Whoever ends it ends what it works on.
simulated_driver::~simulated_driver() {
  for (const auto& [of, r] : running_)
    lever_.working.erase(of);
}

// -- attempts -----------------------------------------------------------------

void simulated_driver::start(const attempt_work& x) {
  key of{x.task.value, x.attempt};
  auto& r = running_[of];
  lever_.working.insert(of);
  r.does = script_.attempt(agent_, x);
  const auto& does = r.does;
  auto within = [&does](duration at) {
    return std::min(at, does.takes);
  };
  for (std::size_t i = 0; i < does.percents.size(); ++i)
    r.plan.push_back(
        {does.takes * does.percents[i] / percent_all, step::percent, i});
  for (std::size_t i = 0; i < does.asks.size(); ++i)
    r.plan.push_back({within(does.asks[i].at), step::ask, i});
  for (std::size_t i = 0; i < does.waits.size(); ++i)
    r.plan.push_back({within(does.waits[i].at), step::wait, i});
  r.plan.push_back({does.takes, step::end, 0});
  std::sort(r.plan.begin(), r.plan.end(), [](const auto& a, const auto& b) {
    return std::tie(a.at, a.what, a.index) > std::tie(b.at, b.what, b.index);
  });
  sign_of_life(of, r);
  plan_next(of, r);
}

simulated_driver::running* simulated_driver::find(key of) {
  auto i = running_.find(of);
  return i == running_.end() ? nullptr : &i->second;
}

std::uint64_t simulated_driver::wake_after(duration span, key of) {
  auto id = ++ids_;
  timers_.emplace(id, of);
  host_.wake_after(span, id);
  return id;
}

/// Progress is planned as it is told: a long attempt has much of it.
void simulated_driver::plan_next(key of, running& r) {
  if (r.hangs || r.call != 0)
    return;
  const auto& does = r.does;
  if (does.progress > duration::zero()) {
    auto at = does.progress * (r.told + 1);
    bool is_planned =
        std::any_of(r.plan.begin(), r.plan.end(), [](const auto& x) {
          return x.what == step::progress;
        });
    if (!is_planned && at < does.takes) {
      auto before =
          std::find_if(r.plan.rbegin(), r.plan.rend(), [at](const auto& x) {
            return x.at >= at;
          });
      r.plan.insert(before.base(), {at, step::progress, 0});
    }
  }
  auto span = r.plan.back().at - r.done;
  r.due = lever_.now() + span;
  r.timer = wake_after(span, of);
}

void simulated_driver::take_next(key of, running& r) {
  auto next = r.plan.back();
  r.plan.pop_back();
  r.done = next.at;
  r.timer = 0;
  if (next.what == step::end)
    return conclude(of);
  take(of, r, next);
  if (auto* still = find(of); still != nullptr && still->timer == 0)
    plan_next(of, *still);
}

void simulated_driver::take(key of, running& r, const planned& x) {
  task_id task{of.first};
  switch (x.what) {
  case step::percent:
    return script_.reached(task, of.second, r.does.percents[x.index]);
  case step::progress: {
    ++r.told;
    auto percent = r.does.takes > duration::zero()
                     ? r.done * percent_all / r.does.takes
                     : percent_all;
    sign_of_life(of, r);
    return host_.progress(
        {task, of.second, {}, static_cast<std::int32_t>(percent)});
  }
  case step::ask:
    return ask(of, r.does.asks[x.index]);
  case step::wait:
    return wait(of, r, r.does.waits[x.index].span);
  case step::end:
    return;
  }
}

void simulated_driver::sign_of_life(key of, running& r) {
  auto span = plan_.tasks[of.first].idle_timeout;
  r.idle = span > duration::zero() ? wake_after(span, of) : 0;
}

void simulated_driver::ask(key of, const played_request& x) {
  live_call call;
  call.id = ++ids_;
  call.kind = live_kind::request;
  call.task = task_id{of.first};
  call.attempt = of.second;
  call.to = x.to;
  call.texts = x.texts;
  call.awaited = x.awaited;
  calls_.emplace(call.id, of);
  host_.call(std::move(call));
}

void simulated_driver::wait(key of, running& r, duration span) {
  live_call call;
  call.id = r.call = ++ids_;
  call.kind = live_kind::inbox;
  call.task = task_id{of.first};
  call.attempt = of.second;
  call.wait = span;
  r.idle = 0; // no idle time passes (§20)
  calls_.emplace(call.id, of);
  host_.call(std::move(call));
}

void simulated_driver::on(const live_reply& x) {
  auto i = calls_.find(x.id);
  if (i == calls_.end())
    return;
  auto of = i->second;
  calls_.erase(i);
  auto* r = find(of);
  if (r == nullptr)
    return;
  bool waited = r->call == x.id;
  if (!x.ok && !waited)
    return finish(of, failure(attempt_end::failure, 1, x.text));
  if (!waited)
    return;
  r->call = 0;
  sign_of_life(of, *r);
  if (r->timer == 0)
    plan_next(of, *r);
}

void simulated_driver::conclude(key of) {
  const auto& does = find(of)->does;
  if (does.fails)
    return finish(of,
                  failure(attempt_end::failure, does.exit_code, does.message));
  work_result result;
  result.exit_code = 0;
  result.details.outputs = does.outputs;
  result.details.note = does.note;
  finish(of, std::move(result));
}

void simulated_driver::finish(key of, work_result x) {
  running_.erase(of);
  lever_.working.erase(of);
  host_.finished(task_id{of.first}, of.second, std::move(x));
}

void simulated_driver::end(task_id task, std::uint32_t attempt, bool) {
  key of{task.value, attempt};
  if (find(of) != nullptr)
    finish(of, failure(attempt_end::failure, terminated, "it was ended"));
}

void simulated_driver::leave(bool) {
  host_.left();
}

// -- time and fate ------------------------------------------------------------

void simulated_driver::on_timer(std::uint64_t timer) {
  auto i = timers_.find(timer);
  if (i == timers_.end())
    return;
  auto of = i->second;
  timers_.erase(i);
  auto* r = find(of);
  if (r == nullptr)
    return;
  if (r->timer == timer)
    take_next(of, *r);
  else if (r->idle == timer)
    finish(of, failure(attempt_end::timed_out, fact::no_exit_code,
                       "it said nothing for too long"));
}

void simulated_driver::on_wake() {
  for (const auto& x : std::exchange(lever_.blows, {}))
    feel(x);
}

void simulated_driver::feel(const blow& x) {
  if (x.what == blow::kind::crash)
    return crash();
  if (x.what == blow::kind::back)
    return come_back();
  if (x.what == blow::kind::freeze)
    return freeze(x.span);
  auto i = running_.lower_bound({x.task.value, 0});
  if (i == running_.end() || i->first.first != x.task.value) {
    ++lever_.missed;
    return;
  }
  auto of = i->first;
  switch (x.what) {
  case blow::kind::hang:
    i->second.hangs = true;
    i->second.timer = 0;
    return;
  case blow::kind::fail:
    return finish(of, failure(attempt_end::failure, 1, "it was made to fail"));
  case blow::kind::ask:
    return ask(of, x.request);
  default:
    return;
  }
}

void simulated_driver::crash() {
  lever_.is_away = true;
  while (!running_.empty())
    finish(running_.begin()->first,
           failure(attempt_end::system_error, fact::no_exit_code,
                   "the agent crashed"));
}

void simulated_driver::come_back() {
  lever_.is_away = false;
  script_.back(agent_);
  host_.came_back();
}

/// All that is under way takes so much longer.
void simulated_driver::freeze(std::optional<duration> span) {
  for (auto& [of, r] : running_) {
    bool works = std::exchange(r.timer, 0) != 0;
    bool may_be_idle = std::exchange(r.idle, 0) != 0;
    r.hangs = r.hangs || !span;
    if (!span)
      continue;
    if (works) {
      r.due += *span;
      r.timer = wake_after(r.due - lever_.now(), of);
    }
    if (may_be_idle)
      r.idle = wake_after(*span + plan_.tasks[of.first].idle_timeout, of);
  }
}

} // namespace tutti::play
