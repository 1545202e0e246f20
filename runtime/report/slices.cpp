// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/slices.hpp"

#include <algorithm>
#include <utility>

namespace tutti::report {

namespace {

slice slice_of(const busy_interval& x) {
  slice y;
  y.task = x.task;
  y.agent = x.agent;
  y.attempt = x.attempt;
  y.version = x.version;
  y.session = x.session;
  y.node = x.node;
  y.phase = x.phase;
  y.is_last = x.is_last;
  y.how = x.end;
  y.wanted = x.wanted;
  y.start = x.started;
  y.end = x.finished;
  y.taken = x.taken;
  return y;
}

slice running_slice(const run_model& m, std::uint32_t task) {
  const auto& t = m.task(task);
  slice y;
  y.task = task_id{task};
  y.agent = t.agent;
  y.attempt = t.attempts;
  y.version = t.version;
  y.session = static_cast<std::uint32_t>(m.sessions().size() - 1);
  y.node = t.node;
  y.phase = t.phase;
  y.is_last = false;
  y.is_running = true;
  y.wanted = t.attempt_wanted_at;
  y.start = t.attempt_started_at;
  y.end = std::max(m.now(), t.attempt_started_at);
  y.taken = t.taken;
  return y;
}

} // namespace

slice_table::slice_table(const run_model& m)
  : by_task_(m.plan().tasks.size()), tracks_(m.plan().agents.size()) {
  collect(m);
  for (std::size_t i = 0; i < tracks_.size(); ++i)
    tracks_[i].resize(m.agent(i).slots);
  for (std::uint32_t i = 0; i < slices_.size(); ++i) {
    auto& own = by_task_[slices_[i].task.value];
    // It could not start before its task had ended what it did before.
    if (!own.empty()) {
      const auto& before = slices_[own.back()];
      slices_[i].goes_on = !before.is_last;
      slices_[i].wanted = std::max(slices_[i].wanted, before.end);
    }
    slices_[i].wanted = std::min(slices_[i].wanted, slices_[i].start);
    own.push_back(i);
    place(i);
  }
}

void slice_table::collect(const run_model& m) {
  slices_.reserve(m.intervals().size());
  for (const auto& x : m.intervals())
    if (x.agent.value < tracks_.size())
      slices_.push_back(slice_of(x));
  for (std::uint32_t i = 0; i < by_task_.size(); ++i)
    if (const auto& t = m.task(i); t.busy_now && t.agent.value < tracks_.size())
      slices_.push_back(running_slice(m, i));
  // Those that start at one moment stay in the order of their ends.
  std::stable_sort(slices_.begin(), slices_.end(),
                   [](const slice& x, const slice& y) {
                     return x.start < y.start;
                   });
}

// On the first track that is free; where none was when it wanted one, on the
// one that got free first.
void slice_table::place(std::uint32_t i) {
  auto& x = slices_[i];
  auto& tracks = tracks_[x.agent.value];
  auto free_since = [&](const std::vector<std::uint32_t>& track) {
    return track.empty() ? duration{0} : slices_[track.back()].end;
  };
  std::size_t best = tracks.size();
  for (std::size_t k = 0; k < tracks.size(); ++k) {
    auto since = free_since(tracks[k]);
    if (since <= x.wanted) {
      best = k;
      break;
    }
    if (since <= x.start
        && (best == tracks.size() || since < free_since(tracks[best])))
      best = k;
  }
  if (best == tracks.size()) // it had more slots then than now
    tracks.emplace_back();
  else if (free_since(tracks[best]) > x.wanted)
    x.freed_by = tracks[best].back();
  x.slot = static_cast<std::uint32_t>(best);
  tracks[best].push_back(i);
}

std::uint32_t slice_table::ended_by(std::uint32_t task, duration at) const {
  const auto& own = by_task_[task];
  auto next = std::upper_bound(own.begin(), own.end(), at,
                               [this](duration y, std::uint32_t i) {
                                 return y < slices_[i].end;
                               });
  return next == own.begin() ? none : *std::prev(next);
}

std::uint32_t slice_table::begun_by(std::uint32_t task, duration at) const {
  const auto& own = by_task_[task];
  auto next = std::upper_bound(own.begin(), own.end(), at,
                               [this](duration y, std::uint32_t i) {
                                 return y < slices_[i].start;
                               });
  return next == own.begin() ? none : *std::prev(next);
}

} // namespace tutti::report
