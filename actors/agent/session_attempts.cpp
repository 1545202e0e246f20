// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/session_attempts.hpp"

#include <algorithm>
#include <utility>

namespace tutti {

session_attempt& session_attempts::add(session_attempt x) {
  queue_.push_back(x.id);
  auto id = x.id;
  return all_.insert_or_assign(std::move(id), std::move(x)).first->second;
}

session_attempt* session_attempts::find(const std::string& id) {
  auto i = all_.find(id);
  return i == all_.end() ? nullptr : &i->second;
}

session_attempt* session_attempts::find(task_id task, std::uint32_t attempt) {
  for (auto& [id, x] : all_)
    if (x.task == task && x.attempt == attempt)
      return &x;
  return nullptr;
}

session_attempt* session_attempts::of(task_id task) {
  for (auto& [id, x] : all_)
    if (x.task == task)
      return &x;
  return nullptr;
}

session_attempt* session_attempts::only_given() {
  session_attempt* result = nullptr;
  for (auto& [id, x] : all_) {
    if (x.given && result != nullptr)
      return nullptr;
    if (x.given)
      result = &x;
  }
  return result;
}

session_attempt* session_attempts::next(std::uint32_t limit) {
  auto at_work = std::count_if(all_.begin(), all_.end(), [](const auto& x) {
    return x.second.given && !x.second.waits;
  });
  if (queue_.empty() || at_work >= static_cast<std::int64_t>(limit))
    return nullptr;
  return &all_.at(queue_.front());
}

void session_attempts::give(session_attempt& x) {
  std::erase(queue_, x.id);
  given_.insert(x.id);
  x.given = true;
}

session_attempt session_attempts::take(const std::string& id) {
  std::erase(queue_, id);
  auto node = all_.extract(id);
  return std::move(node.mapped());
}

std::vector<session_attempt> session_attempts::take_given() {
  std::vector<session_attempt> result;
  for (auto i = all_.begin(); i != all_.end();) {
    if (i->second.given) {
      result.push_back(std::move(i->second));
      i = all_.erase(i);
    } else {
      ++i;
    }
  }
  return result;
}

std::vector<session_attempt> session_attempts::take_all() {
  std::vector<session_attempt> result;
  for (auto& [id, x] : all_)
    result.push_back(std::move(x));
  all_.clear();
  queue_.clear();
  return result;
}

bool session_attempts::empty() const {
  return all_.empty();
}

bool session_attempts::has_given() const {
  return std::any_of(all_.begin(), all_.end(), [](const auto& x) {
    return x.second.given;
  });
}

bool session_attempts::was_given(const std::string& id) const {
  return given_.contains(id);
}

void session_attempts::forget_given() {
  given_.clear();
}

} // namespace tutti
