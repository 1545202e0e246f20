// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/held_sends.hpp"

#include "messages/mutant.hpp"

#include <algorithm>
#include <utility>

namespace tutti {

namespace {

/// Whether a fact makes something of a task that others may build on. That it
/// was given out, waits or was sent a handoff releases nothing (§30).
bool releases(fact_kind x) {
  switch (x) {
  case fact_kind::task_assigned:
  case fact_kind::attempt_started:
  case fact_kind::attempt_ending:
  case fact_kind::attempt_waits:
  case fact_kind::wait_over:
  case fact_kind::attempt_goes_on:
  case fact_kind::handoff_sent:
  case fact_kind::handoff_accepted:
    return false;
  default:
    return subject_of(x) == subject_kind::task;
  }
}

} // namespace

held_sends::held_sends(std::size_t task_count, bool has_journal,
                       std::uint64_t journaled)
  : became_(has_journal ? task_count : 0, journaled), noted_(journaled),
    durable_(journaled), has_journal_(has_journal) {
}

void held_sends::note(const std::vector<fact>& facts) {
  for (const auto& f : facts) {
    ++noted_;
    if (f.subject < became_.size() && releases(f.kind))
      became_[f.subject] = noted_;
  }
  if (!has_journal_)
    durable_ = noted_;
}

void held_sends::post(entry x) {
  if (x.task != task_id::none && !held_.empty())
    if (auto i = held_.find(x.task); i != held_.end())
      x.needs = std::max(x.needs, i->second);
  if (x.needs <= durable_ || TUTTI_MUTANT(leaves_before_durable))
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
  bool known = has_journal_ && !holds_work_;
  post({known ? became_[result_of] : noted_, task, std::move(x)});
}

void held_sends::in_order(std::uint32_t task, send x) {
  post({0, task, std::move(x)});
}

void held_sends::after_all_for(std::uint32_t task, send x) {
  post({noted_, task, std::move(x)});
}

void held_sends::to_viewers(send x) {
  post({noted_, task_id::none, std::move(x), true});
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
    if (x.needs > durable_) {
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
