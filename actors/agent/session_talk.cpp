// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/session_talk.hpp"

#include "actors/agent/plain_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tutti {

namespace {

namespace protocol = session_protocol;

/// The idle time is looked at in so many parts.
constexpr std::uint32_t idle_parts = 8;

attempt_end end_of(process_end x) {
  switch (x) {
  case process_end::not_started:
    return attempt_end::failure; // the command's fault
  case process_end::no_space:
    return attempt_end::no_space;
  case process_end::unkillable:
    return attempt_end::unkillable;
  case process_end::abandoned:
    return attempt_end::stopped; // it runs again, using no retry
  default:
    return attempt_end::system_error;
  }
}

} // namespace

// -- what the session says ----------------------------------------------------

void session_driver::hear(const protocol::greeting& x) {
  stage_ = session_stage::ready;
  greeted_ = true;
  if (x.slots != 0)
    limit_ = std::min(limit_, x.slots);
  give_next();
}

/// It lives; that is no progress (§25).
void session_driver::hear(const protocol::heartbeat&) {
}

void session_driver::hear(const protocol::farewell&) {
  stage_ = session_stage::closing;
  if (!std::exchange(said_bye_, true) && !attempts_.has_given())
    hang_up();
}

void session_driver::hear(attempt& a, protocol::progress& x) {
  // A tab becomes a blank, and a secret something else.
  host_.progress(
      {a.task, a.attempt, plain_line(masked(std::move(x.text))), x.percent});
}

void session_driver::hear(attempt& a, protocol::note& x) {
  live_call result;
  result.kind = live_kind::note;
  result.text = std::move(x.text);
  call(a, std::move(x.call), std::move(result));
}

void session_driver::hear(attempt& a, protocol::partial& x) {
  live_call result;
  result.kind = live_kind::handoff;
  result.outputs = std::move(x.outputs);
  result.text = std::move(x.note);
  call(a, std::move(x.call), std::move(result));
}

void session_driver::hear(attempt& a, protocol::ask& x) {
  a.asked_others = a.asked_others || x.awaited;
  live_call result;
  result.kind = live_kind::request;
  result.to = std::move(x.to);
  result.texts = std::move(x.texts);
  result.text = std::move(x.note);
  result.key = std::move(x.key);
  result.awaited = x.awaited;
  call(a, std::move(x.call), std::move(result));
}

void session_driver::call(const attempt& a, std::string name, live_call x) {
  x.id = ++calls_made_;
  x.task = a.task;
  x.attempt = a.attempt;
  calls_.emplace(x.id, std::move(name));
  host_.call(std::move(x));
}

void session_driver::on(const live_reply& x) {
  auto asked = calls_.extract(x.id);
  if (!asked)
    return; // of a process that is gone
  if (!asked.mapped().empty() || !x.ok)
    say(encode(protocol::reply{asked.mapped(), x.ok, x.text}));
}

void session_driver::hear(attempt& a, protocol::done& x) {
  const auto& t = options_.work->tasks[a.task.value];
  auto later = !t.needs_later.empty() || a.asked_others;
  if (a.phase == work_phase::run && later)
    waiting_[a.task] = a.version;
  else if (a.phase == work_phase::integrate && !t.integrate_each)
    waiting_.erase(a.task);
  work_result result;
  result.details.outputs = std::move(x.outputs);
  result.details.note = std::move(x.note);
  conclude(a.id, std::move(result));
}

void session_driver::hear(attempt& a, protocol::failed& x) {
  work_result result{attempt_end::failure, fact::no_exit_code, {}};
  result.details.message = plain_line(masked(std::move(x.message)));
  conclude(a.id, std::move(result));
}

// -- the ends of attempts -----------------------------------------------------

void session_driver::conclude(const std::string& id, work_result x) {
  auto a = attempts_.take(id);
  if (a.idle) {
    x.end = attempt_end::timed_out;
    x.details.message =
        fmt::format("no progress for {:g} s",
                    std::chrono::duration<double>(a.idle_timeout).count());
  }
  // The agent may start the next at once.
  host_.finished(a.task, a.attempt, std::move(x));
  if (said_bye_ && why_.empty() && !leaving_ && !attempts_.has_given()
      && stage_ == session_stage::closing)
    hang_up();
  give_next();
}

/// Asks for an answer within the grace.
void session_driver::cancel(attempt& a) {
  say(protocol::encode_cancel(a.id));
  (void)wake(options_.grace, [this, id = a.id, process = process_] {
    const auto* late = attempts_.find(id);
    if (late == nullptr || process != process_ || stage_ == session_stage::none
        || !why_.empty())
      return;
    abandon(
        fmt::format("the session did not answer the cancel of {} within {:g} s",
                    name_of(late->task),
                    std::chrono::duration<double>(options_.grace).count()));
  });
}

/// Looks at the clock a few times in an idle time, not at every message.
void session_driver::watch_idle(const std::string& id) {
  auto* a = attempts_.find(id);
  if (a == nullptr || a->idle_timeout <= duration::zero())
    return;
  (void)wake(a->idle_timeout / idle_parts, [this, id] {
    auto* x = attempts_.find(id);
    if (x == nullptr || x->idle || x->asked_to_end)
      return;
    x->silent = x->waits ? 0 : x->silent + 1;
    if (x->silent < idle_parts)
      return watch_idle(id);
    x->idle = true;
    cancel(*x);
  });
}

/// The end of an attempt whose process is gone.
work_result session_driver::broken(const attempt& a, const process_exited& x,
                                   const std::string& why) const {
  work_result result{end_of(x.end), fact::no_exit_code, {}};
  if (a.asked_to_end && result.end == attempt_end::system_error)
    result.end = attempt_end::failure; // the agent was told why
  if (a.idle && result.end == attempt_end::system_error)
    result.end = attempt_end::timed_out;
  result.details.message = why;
  if (result.end == attempt_end::timed_out)
    result.details.message =
        fmt::format("no progress for {:g} s; {}",
                    std::chrono::duration<double>(a.idle_timeout).count(), why);
  result.details.log = x.log;
  result.details.dropped_bytes = x.dropped_bytes;
  result.details.leaked = x.leaked;
  return result;
}

} // namespace tutti
