// SPDX-License-Identifier: BSD-3-Clause
// Tasks that are made again, and those that run again and again.
#include "runtime/report/run_model.hpp"

#include <algorithm>
#include <utility>

namespace tutti::report {

void run_model::start_version(const fact& x) {
  auto& t = tasks_[x.subject];
  versions_.push_back(
      {task_id{x.subject}, x.version, false, x.phase, task_id{x.cause}, x.at});
  if (t.state == task_state::succeeded)
    accepted_.try_emplace(x.subject, accepted_content{t.details, t.version});
  t.version = x.version;
  t.doubted = false;
  t.cause = task_id::none;
  t.later_ready = false;
  t.tries_again = t.overdue = t.again = false;
  unsettle(x.subject);
  // One that runs finishes first.
  if (t.state != task_state::running && t.state != task_state::integrating)
    enter(x.subject,
          x.phase == work_phase::integrate ? task_state::waiting_to_integrate
                                           : task_state::waiting,
          x.at);
}

// Equal content keeps its first version: what was made of it is not stale.
void run_model::note_accepted(const fact& x) {
  auto found = accepted_.find(x.subject);
  if (found == accepted_.end() || x.state != task_state::succeeded)
    return;
  if (same_content(found->second.details.get(), x.details.get()))
    return;
  found->second = {x.details, tasks_[x.subject].version};
}

void run_model::note_contracts(const fact& x) {
  if (x.state != task_state::succeeded || !x.details)
    return;
  for (const auto& y : x.details->contracts) {
    if (y.contract.value >= contracts_.size())
      continue;
    auto& known = contracts_[y.contract.value];
    if (known.agreed == y)
      continue;
    known.redefined += known.agreed.has_value();
    known.agreed = y;
    known.at = x.at;
  }
}

void run_model::queue_trigger(const fact& x) {
  auto& backlog = tasks_[x.subject].backlog;
  work_item item;
  item.from = task_id{x.cause};
  item.version = x.version;
  item.status = x.state;
  auto known = std::find_if(backlog.begin(), backlog.end(), [&](const auto& y) {
    return y.from == item.from;
  });
  if (known == backlog.end())
    backlog.push_back(std::move(item));
  else
    *known = std::move(item);
}

// What was taken from a queue and not begun is in it again. Of a trigger that
// has come to a later version meanwhile that one counts.
void run_model::give_back(std::uint32_t task) {
  auto& t = tasks_[task];
  auto taken = std::exchange(t.taken, nullptr);
  if (!taken)
    return;
  for (auto i = taken->items.rbegin(); i != taken->items.rend(); ++i) {
    if (i->request != 0) {
      if (i->request <= requests_.size())
        requests_[i->request - 1].taken = false;
      continue;
    }
    bool known = std::any_of(t.backlog.begin(), t.backlog.end(),
                             [&](const work_item& y) {
                               return y.from == i->from;
                             });
    if (!known)
      t.backlog.insert(t.backlog.begin(), *i);
  }
}

} // namespace tutti::report
