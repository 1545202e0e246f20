// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/held_sends.hpp"

#include "messages/mutant.hpp"

#include <algorithm>
#include <utility>

namespace tutti {

namespace {

/// Whether a fact makes something of a task that others may build on.
bool releases(fact_kind x) {
  return !releases_nothing(x) && subject_of(x) == subject_kind::task;
}

} // namespace

bool releases_nothing(fact_kind x) {
  switch (x) {
  case fact_kind::task_assigned:
  case fact_kind::attempt_started:
  case fact_kind::attempt_ending:
  case fact_kind::attempt_waits:
  case fact_kind::wait_over:
  case fact_kind::attempt_goes_on:
  case fact_kind::handoff_sent:
  case fact_kind::handoff_accepted:
    return true;
  default:
    return false;
  }
}

held_sends::held_sends(std::size_t task_count, wait_for how,
                       std::uint64_t journaled)
  : became_(how == wait_for::all_of_it ? task_count : 0, journaled),
    noted_(journaled), durable_(journaled), how_(how) {
}

void held_sends::note(const std::vector<fact>& facts, std::size_t before) {
  for (auto i = before; i < facts.size(); ++i) {
    ++noted_;
    if (facts[i].subject < became_.size() && releases(facts[i].kind))
      became_[facts[i].subject] = noted_;
  }
  if (how_ == wait_for::nothing)
    durable_ = noted_;
}

std::uint64_t held_sends::needed_for(std::uint32_t result_of) const {
  bool known = how_ == wait_for::all_of_it && !holds_work_;
  return known ? became_[result_of] : noted_;
}

bool held_sends::is_held(const entry& x) const {
  if (x.needs <= durable_ || TUTTI_MUTANT(leaves_before_durable))
    return false;
  return how_ == wait_for::all_of_it || x.always || holds_work_
      || x.needs - durable_ > behind_max;
}

bool held_sends::leaves_now(std::uint32_t task, std::uint32_t result_of) const {
  if (!held_.empty() && held_.contains(task))
    return false;
  return !is_held({needed_for(result_of), task, {}});
}

void held_sends::post(entry x) {
  if (x.task != task_id::none && !held_.empty())
    if (auto i = held_.find(x.task); i != held_.end()) {
      x.needs = std::max(x.needs, i->second);
      x.always = true; // it stays behind what waits
    }
  if (!is_held(x))
    return x.leave();
  if (x.task != task_id::none)
    held_[x.task] = x.needs;
  waiting_.push_back(std::move(x));
}

void held_sends::after_all(send x) {
  post({noted_, task_id::none, std::move(x)});
}

void held_sends::after_result_of(std::uint32_t task, std::uint32_t result_of,
                                 send x) {
  post({needed_for(result_of), task, std::move(x)});
}

void held_sends::in_order(std::uint32_t task, send x) {
  post({0, task, std::move(x)});
}

void held_sends::after_all_for(std::uint32_t task, send x) {
  post({noted_, task, std::move(x)});
}

void held_sends::once_written_for(std::uint32_t task, send x) {
  post({noted_, task, std::move(x), false, true});
}

void held_sends::to_viewers(send x) {
  post({noted_, task_id::none, std::move(x), true});
}

void held_sends::at_the_end(send x) {
  post({noted_, task_id::none, std::move(x), true, true});
}

void held_sends::give_up() {
  held_.clear();
  for (auto& x : std::exchange(waiting_, {}))
    if (x.for_viewers)
      x.leave();
}

void held_sends::durable(std::uint64_t last) {
  durable_ = std::max(durable_, last);
  // What leaves may lead to more: that comes behind what waits.
  auto due = std::exchange(waiting_, {});
  std::vector<entry> still;
  for (auto& x : due) {
    if (is_held(x)) {
      still.push_back(std::move(x));
      continue;
    }
    if (auto i = held_.find(x.task); i != held_.end() && i->second <= durable_)
      held_.erase(i);
    x.leave();
  }
  still.insert(still.end(), std::make_move_iterator(waiting_.begin()),
               std::make_move_iterator(waiting_.end()));
  waiting_ = std::move(still);
}

} // namespace tutti
