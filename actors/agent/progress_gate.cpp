// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/progress_gate.hpp"

#include <cstdint>

namespace tutti {

void progress_gate::put(task_progress x) {
  key k{x.task.value, x.attempt};
  auto [i, open] = held_.try_emplace(k);
  if (!open) {
    auto& held = i->second;
    // Neither a line nor a figure takes the other away.
    if (held && x.percent < 0)
      x.percent = held->percent;
    if (held && x.line.empty())
      x.line = std::move(held->line);
    held = std::move(x);
    return;
  }
  pass_(std::move(x));
  later_([this, k] {
    open_again(k);
  });
}

void progress_gate::open_again(key k) {
  auto i = held_.find(k);
  if (i == held_.end())
    return;
  auto held = std::move(i->second);
  held_.erase(i);
  if (held)
    put(std::move(*held));
}

void progress_gate::close(task_id task, std::uint32_t attempt) {
  auto i = held_.find({task.value, attempt});
  if (i == held_.end())
    return;
  auto held = std::move(i->second);
  held_.erase(i);
  if (held)
    pass_(std::move(*held));
}

} // namespace tutti
