// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/agent_core.hpp"

#include "messages/assert.hpp"

#include <algorithm>
#include <utility>

namespace tutti {

agent_core::agent_core(agent_core_options options, agent_ports& ports)
  : options_(std::move(options)), ports_(ports), free_slots_(options_.slots),
    shelf_(ports, (std::uint64_t{options_.id.value} << 40) + 1,
           options_.has_store),
    handoffs_(shelf_), progress_(
                           [this](task_progress x) {
                             ports_.send(std::move(x));
                           },
                           [this](std::function<void()> then) {
                             after(progress_gate::interval, std::move(then));
                           }) {
  driver_ = options_.make_driver(*this);
}

agent_core::~agent_core() = default;

// -- queue and slots ----------------------------------------------------------

void agent_core::start_next() {
  // An attempt may be over before its start returns: no recursion then.
  if (std::exchange(starting_, true))
    return;
  while (free_slots_ > 0 && !queue_.empty()) {
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

void agent_core::on(handoff x) {
  handoff_accepted receipt{x.from, x.to, x.version};
  auto content = x;
  if (!handoffs_.accept(std::move(x)))
    return;
  ports_.send(receipt);
  arrive(receipt.to, {receipt.from, 0}, {{std::move(content)}, {}});
}

void agent_core::on(request_answer x) {
  auto& r = requests_[x.to.value];
  auto [i, fresh] = r.answers.try_emplace(x.number);
  if (!fresh)
    return;
  auto content = x;
  i->second.details = shelf_.put(std::move(x.details));
  i->second.what = std::move(x);
  i->second.what.details = nullptr;
  r.open.erase(content.number);
  ports_.send(answer_accepted{content.number});
  auto number = content.number;
  arrive(content.to, {{}, number}, {{}, {std::move(content)}});
}

/// Tells the running attempts of a task, or else its driver at once.
void agent_core::arrive(task_id to, const arrival& what, const given& content) {
  auto told = std::make_shared<bool>(false);
  std::vector<attempt_key> working;
  bool early = false;
  auto i = running_.lower_bound({to.value, 0});
  for (; i != running_.end() && i->first.first == to.value; ++i)
    if (i->second.stage == attempt_stage::working) {
      working.push_back(i->first);
    } else if (i->second.stage == attempt_stage::preparing) {
      i->second.early.push_back(what);
      early = true;
    }
  for (auto key : working)
    take_in(key, what, content, told);
  if (!working.empty() || early)
    return;
  for (const auto& h : content.handed)
    driver_->hand_over(h);
  for (const auto& answer : content.answers)
    driver_->answer(answer);
}

/// A new version of a task asks anew.
void agent_core::forget_requests(const assign_task& x) {
  auto i = requests_.find(x.task.value);
  if (i != requests_.end() && i->second.version < x.version) {
    for (const auto& [number, answer] : i->second.answers)
      shelf_.drop(answer.details);
    requests_.erase(i);
  }
  if (auto j = requests_.find(x.task.value); j != requests_.end())
    j->second.version = x.version;
}

/// All that a task was given, or only some of it.
void agent_core::gather(task_id task, const std::vector<arrival>* only,
                        gathered done) {
  auto result = std::make_shared<given>();
  std::vector<shelved> shelf_of_handed;
  std::vector<shelved> shelf_of_answers;
  auto add_handoff = [&](const handoff_table::entry& e) {
    result->handed.push_back(e.what);
    shelf_of_handed.push_back(e.details);
  };
  auto add_answer = [&](const task_requests::answer& x) {
    result->answers.push_back(x.what);
    shelf_of_answers.push_back(x.details);
  };
  const auto& answers = requests_[task.value].answers;
  if (only == nullptr) {
    handoffs_.for_each(task, add_handoff);
    for (const auto& [number, x] : answers)
      add_answer(x);
  } else {
    for (const auto& x : *only)
      if (x.request == 0)
        add_handoff(*handoffs_.find(x.from, task));
      else if (auto i = answers.find(x.request); i != answers.end())
        add_answer(i->second);
  }
  std::vector<shared_details*> absent;
  std::vector<std::uint64_t> payloads;
  auto take = [&](const shelved& from, shared_details& to) {
    to = shelf_.at_hand(from);
    if (to || !from.on_disk())
      return;
    absent.push_back(&to);
    payloads.push_back(from.payload);
  };
  for (std::size_t i = 0; i < shelf_of_handed.size(); ++i)
    take(shelf_of_handed[i], result->handed[i].details);
  for (std::size_t i = 0; i < shelf_of_answers.size(); ++i)
    take(shelf_of_answers[i], result->answers[i].details);
  shelf_.load(payloads, [result, absent, done = std::move(done)](
                            std::vector<shared_details> details,
                            const std::string& mistake) {
    for (std::size_t i = 0; i < details.size(); ++i)
      *absent[i] = std::move(details[i]);
    done(std::move(*result), mistake);
  });
}

// -- store and processes ------------------------------------------------------

void agent_core::on(const artifacts_placed& x) {
  auto i = placings_.find(x.id);
  if (i == placings_.end())
    return;
  auto done = std::move(i->second);
  placings_.erase(i);
  done(x);
}

void agent_core::on(artifacts_captured x) {
  auto i = captures_.find(x.id);
  if (i == captures_.end())
    return;
  auto* a = find(i->second);
  captures_.erase(i);
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
  driver_->on(x);
}

void agent_core::after(duration span, std::function<void()> then) {
  auto id = new_id();
  timers_.emplace(id, std::move(then));
  ports_.wake_after(span, id);
}

void agent_core::on_timer(std::uint64_t timer) {
  auto i = timers_.find(timer);
  if (i == timers_.end())
    return;
  auto then = std::move(i->second);
  timers_.erase(i);
  then();
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
  progress_.put(std::move(x));
}

void agent_core::call(live_call x) {
  auto id = x.id;
  handle(std::move(x), {id, true});
}

void agent_core::left() {
  ports_.send(agent_left{options_.id});
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
