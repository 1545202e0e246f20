// SPDX-License-Identifier: BSD-3-Clause
// What a viewer asks of the model.
#include "runtime/report/run_model.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace tutti::report {

namespace {

std::vector<task_id> as_tasks(const std::vector<std::uint32_t>& xs) {
  std::vector<task_id> result;
  result.reserve(xs.size());
  for (auto x : xs)
    result.emplace_back(x);
  return result;
}

} // namespace

// -- counts -------------------------------------------------------------------

std::size_t run_model::terminal_count() const {
  std::size_t result = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i)
    if (is_terminal(static_cast<task_state>(i)))
      result += counts_[i];
  return result;
}

std::size_t run_model::failure_count() const {
  return count(task_state::failed) + count(task_state::timed_out)
       + count(task_state::error);
}

std::size_t run_model::in_progress_count() const {
  return in_progress_.size(0);
}

std::size_t run_model::pending_count() const {
  return pending_.size(0) + pending_.size(1);
}

duration run_model::task_busy(std::size_t i, duration now) const {
  const auto& t = tasks_[i];
  return t.busy_now ? t.busy + std::max(now - t.attempt_started_at, duration{0})
                    : t.busy;
}

duration run_model::agent_busy(std::size_t i, duration now) const {
  auto result = agents_[i].busy;
  for (auto x = running_.front(i); x != index_lists::none; x = running_.next(x))
    result += std::max(now - tasks_[x].attempt_started_at, duration{0});
  return result;
}

duration run_model::waited_later(std::size_t i, duration now) const {
  const auto& t = tasks_[i];
  return t.waited_later
       + (t.parked_at ? up_time(*t.parked_at, now) : duration{0});
}

duration run_model::waited_inside(std::size_t i, duration now) const {
  const auto& t = tasks_[i];
  return t.waited_inside
       + (t.waits_since ? up_time(*t.waits_since, now) : duration{0});
}

// -- windows on lists ---------------------------------------------------------

std::vector<task_id> run_model::in_progress(std::size_t limit) const {
  return as_tasks(in_progress_.first(0, limit));
}

std::vector<task_id> run_model::running_of(std::size_t agent,
                                           std::size_t limit) const {
  return as_tasks(running_.first(agent, limit));
}

std::vector<wait> run_model::pending(std::size_t limit) const {
  auto result = waiting_to_integrate(limit);
  for (auto x : pending_.first(0, limit - result.size()))
    result.push_back(wait_of({node_kind::task, x}));
  return result;
}

std::vector<wait> run_model::waiting_to_integrate(std::size_t limit) const {
  std::vector<wait> result;
  for (auto x : pending_.first(1, limit))
    result.push_back(wait_of({node_kind::task, x}));
  return result;
}

std::vector<wait> run_model::waiting_gates(std::size_t limit) const {
  std::vector<wait> result;
  for (std::uint32_t i = 0; i < gates_.size() && result.size() < limit; ++i)
    if (gates_[i].state == gate_state::waiting)
      result.push_back(wait_of({node_kind::gate, i}));
  return result;
}

std::vector<gate_id> run_model::asked_gates() const {
  std::vector<gate_id> result;
  for (std::size_t i = 0; i < gates_.size(); ++i)
    if (gates_[i].state == gate_state::asked)
      result.emplace_back(i);
  return result;
}

std::vector<task_id> run_model::waiting_inside(std::size_t limit) const {
  return as_tasks(inside_.first(0, limit));
}

std::vector<task_id> run_model::paused(std::size_t limit) const {
  std::vector<task_id> result;
  for (auto x : paused_)
    if (!is_terminal(tasks_[x].state) && result.size() < limit)
      result.emplace_back(x);
  return result;
}

std::vector<std::uint32_t> run_model::open_requests(std::size_t limit) const {
  std::vector<std::uint32_t> result;
  if (open_request_count_ == 0)
    return result;
  for (auto i = first_open_request_;
       i < requests_.size() && result.size() < limit; ++i)
    if (requests_[i].number != 0 && requests_[i].state == request_state::open)
      result.push_back(requests_[i].number);
  return result;
}

std::vector<task_id> run_model::backlogs(std::size_t limit) const {
  std::vector<task_id> result;
  for (auto x : streams_)
    if (!tasks_[x].backlog.empty() && result.size() < limit)
      result.emplace_back(x);
  return result;
}

std::vector<failed_run> run_model::failed_runs(std::size_t task) const {
  auto index = static_cast<std::uint32_t>(task);
  std::vector<failed_run> result;
  for (auto i = failed_runs_.lower_bound({index, 0});
       i != failed_runs_.end() && i->first.first == index; ++i)
    result.push_back(i->second);
  return result;
}

std::vector<people_wait> run_model::waits_for_people(std::size_t gate) const {
  const auto& g = gates_[gate];
  auto result = g.people_waits;
  auto index = static_cast<std::uint32_t>(gate);
  if (g.state == gate_state::asked && g.asked_at)
    if (auto until = people_until(index, now_, false))
      for (const auto& x : up_parts(*g.asked_at, *until))
        result.push_back(x);
  return result;
}

// Of each pair the latest version that was there when the receiver last began
// counts; one that came after that it was not made of.
std::vector<stale_record> run_model::stale() const {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> has;
  for (const auto& h : handoffs_) {
    if (h.from.kind != node_kind::task || !accepted_.contains(h.from.index))
      continue;
    const auto& t = tasks_[h.to.value];
    if (t.attempts == 0 || !is_terminal(t.state)
        || plan_->tasks[h.to.value].kind != task_kind::work)
      continue;
    if (!h.received_at || *h.received_at > t.attempt_started_at)
      continue;
    auto& x = has[{h.to.value, h.from.index}];
    x = std::max(x, h.version);
  }
  std::vector<stale_record> result;
  for (const auto& [pair, version] : has) {
    auto latest = accepted_.at(pair.second).version;
    if (version < latest)
      result.push_back(
          {task_id{pair.first}, task_id{pair.second}, version, latest});
  }
  return result;
}

std::optional<task_id> run_model::next_of(std::size_t agent) const {
  for (std::size_t i = 0; i < 3; ++i) {
    auto x = queues_.front(3 * agent + i);
    if (x != index_lists::none)
      return task_id{x};
  }
  return std::nullopt;
}

std::vector<task_id> run_model::completed(std::size_t limit) const {
  std::vector<task_id> result;
  for (auto i = completed_.size(); i > 0 && result.size() < limit; --i) {
    const auto& t = tasks_[completed_[i - 1].value];
    // A task that is done again is here once more, or not at all.
    if (is_terminal(t.state) && t.completed_index == i - 1)
      result.push_back(completed_[i - 1]);
  }
  return result;
}

} // namespace tutti::report
