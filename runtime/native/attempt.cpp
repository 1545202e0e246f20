// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/native/attempt.hpp"

#include "runtime/native/inbox.hpp"
#include "runtime/process/text_filter.hpp"

#include <exception>
#include <utility>

namespace tutti::native {

namespace {

constexpr const char* over_text = "the attempt is over";

std::atomic<std::uint64_t> calls{0};

} // namespace

std::vector<item> items_of(const plan& p, const assignment_details& x) {
  std::vector<item> result;
  for (const auto& y : x.items)
    result.push_back({p.tasks[y.from.value].name, y.version, y.request,
                      y.status, y.text, y.note});
  return result;
}

attempt::attempt(attempt_facts x, attempt_ports ports)
  : facts(std::move(x)), ports_(std::move(ports)) {
}

bool attempt::begin(agents::worker_maker make, arrivals so_far) {
  std::lock_guard lock{mutex_};
  make_ = std::move(make);
  for (const auto& x : so_far.handoffs)
    keep_latest(x);
  answers_ = std::move(so_far.answers);
  queue_.emplace_back([](task& t, worker& w) {
    w.on_task(t);
  });
  working_ = ports_.run(shared_from_this(), [self = shared_from_this()] {
    self->work_off();
  });
  return working_;
}

/// Of each producer the latest counts; locked.
void attempt::keep_latest(const handed& x) {
  auto [at, fresh] = input_at_.try_emplace(x.from, inputs_.size());
  if (fresh)
    inputs_.push_back(x);
  else
    inputs_[at->second] = x;
}

void attempt::take(handed x) {
  {
    std::lock_guard lock{mutex_};
    keep_latest(x);
  }
  post([x = std::move(x)](task& t, worker& w) {
    w.on_handoff(t, x);
  });
}

void attempt::take(answer x) {
  {
    std::lock_guard lock{mutex_};
    answers_.push_back(x);
  }
  post([x = std::move(x)](task& t, worker& w) {
    w.on_answer(t, x);
  });
}

void attempt::take(live_reply x) {
  std::lock_guard lock{mutex_};
  auto i = replies_.find(x.id);
  if (i == replies_.end())
    return;
  i->second = std::move(x);
  changed_.notify_all();
}

void attempt::stop() {
  // What users hang on the stop runs where it is requested: not here.
  auto request = [self = shared_from_this()] {
    self->stop_.request_stop();
  };
  if (!ports_.run(shared_from_this(), request))
    request();
  post([](task& t, worker& w) {
    w.on_cancel(t);
  });
}

void attempt::close() {
  {
    std::lock_guard lock{mutex_};
    over_ = true;
    changed_.notify_all();
  }
  post({}); // has the worker go
}

task_progress attempt::latest() {
  std::lock_guard lock{mutex_};
  auto result = std::move(progress_.value());
  progress_.reset();
  return result;
}

std::optional<attempt::clock::time_point> attempt::heard() const {
  std::lock_guard lock{mutex_};
  return waits_ == 0 ? std::optional{heard_} : std::nullopt;
}

void attempt::progress(int percent, std::string_view text) {
  task_progress x{facts.task, facts.number, {}, percent};
  x.line = process::clean_line(text);
  std::unique_lock lock{mutex_};
  if (over_)
    return;
  heard_ = clock::now();
  bool first = !progress_;
  progress_ = std::move(x);
  lock.unlock();
  if (first)
    ports_.out->leave({said::kind::progressed, shared_from_this()});
}

void attempt::finish(result x) {
  {
    std::lock_guard lock{mutex_};
    if (std::exchange(over_, true))
      return;
    changed_.notify_all();
  }
  said last{said::kind::finished, shared_from_this()};
  last.result.end = x.failed() ? attempt_end::failure : attempt_end::success;
  last.result.details = x.details();
  ports_.out->leave(std::move(last));
  post({}); // has the worker go
}

std::string attempt::ask(live_call x) {
  auto reply = reply_to(std::move(x), false);
  if (!reply || !reply->ok)
    throw refused{reply ? reply->text : over_text};
  return std::move(reply->text);
}

std::optional<live_reply> attempt::reply_to(live_call x, bool stoppable) {
  x.id = ++calls;
  x.task = facts.task;
  x.attempt = facts.number;
  std::unique_lock lock{mutex_};
  if (over_)
    return {};
  auto mine = replies_.emplace(x.id, std::nullopt).first;
  heard_ = clock::now();
  lock.unlock();
  ports_.out->leave({said::kind::called, shared_from_this(), std::move(x)});
  lock.lock();
  auto there = [&] {
    return mine->second || over_;
  };
  if (stoppable)
    changed_.wait(lock, stop_.get_token(), there);
  else
    changed_.wait(lock, there);
  auto result = std::move(mine->second);
  replies_.erase(mine);
  heard_ = clock::now();
  return result;
}

arrivals attempt::arrived(std::chrono::milliseconds wait) {
  live_call x;
  x.kind = live_kind::inbox;
  x.wait = wait;
  {
    std::lock_guard lock{mutex_};
    ++waits_;
  }
  auto reply = reply_to(std::move(x), true);
  {
    std::lock_guard lock{mutex_};
    --waits_;
    if (!reply && over_)
      throw refused{over_text};
  }
  if (reply && !reply->ok)
    throw refused{reply->text};
  return reply ? parse_inbox(reply->text) : arrivals{};
}

std::vector<handed> attempt::inputs() const {
  std::lock_guard lock{mutex_};
  return inputs_;
}

std::vector<answer> attempt::answers() const {
  std::lock_guard lock{mutex_};
  return answers_;
}

std::stop_token attempt::stopping() const {
  return stop_.get_token();
}

void attempt::post(job x) {
  std::lock_guard lock{mutex_};
  queue_.push_back(std::move(x));
  if (working_)
    return;
  working_ = ports_.run(shared_from_this(), [self = shared_from_this()] {
    self->work_off();
  });
}

void attempt::work_off() {
  for (;;) {
    std::unique_lock lock{mutex_};
    if (over_)
      queue_.clear();
    if (queue_.empty()) {
      working_ = false;
      auto gone = over_ ? std::move(worker_) : nullptr;
      lock.unlock();
      return;
    }
    auto next = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    run(next);
  }
}

void attempt::run(job& x) {
  try {
    if (!worker_)
      worker_ = make_();
    if (!worker_)
      throw std::runtime_error{"the program made no agent for this task"};
    task handle{shared_from_this()};
    x(handle, *worker_);
  } catch (const std::exception& e) {
    finish(result::failure(e.what()));
  } catch (...) {
    finish(result::failure("the agent threw what is no std::exception"));
  }
}

} // namespace tutti::native
