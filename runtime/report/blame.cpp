// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/blame.hpp"

#include "messages/assert.hpp"
#include "runtime/report/chains.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tutti::report {

namespace {

/// Goes from the end of the run back to its start.
class path_walk {
public:
  path_walk(const run_model& m, const slice_table& slices, const causes& why)
    : model_(m), slices_(slices), causes_(why), seen_(slices.size()) {
  }

  void go(run_blame& into) {
    cursor_ = model_.now();
    follow(causes_.before_the_end(), {});
    // Each slice is met once, other things a few times at one moment at most.
    auto steps_left = 4 * (slices_.size() + model_.graph().size()) + 16;
    while (at_.what != happening::run_start && steps_left-- > 0 && step()) {
      // It goes on.
    }
    into.is_whole = cursor_ == duration{0};
    if (!into.is_whole)
      add_wait(wait_kind::orchestrator, duration{0}, {});
    std::reverse(path_.begin(), path_.end());
    into.path = std::move(path_);
  }

private:
  bool step() {
    auto here = at_;
    if (here.what != happening::worked) {
      follow(causes_.before(here), here);
      return true;
    }
    if (std::exchange(seen_[here.index], 1))
      return false;
    const auto& x = slices_[here.index];
    auto back = causes_.before(here);
    if (x.start < cursor_) {
      hop work;
      work.from = x.start;
      work.until = cursor_;
      work.works = true;
      work.what = here;
      work.why = back.why;
      work.cause = back.from;
      work.number = back.number;
      work.pool = back.pool;
      work.wanted = back.why == reason::slot || back.why == reason::pool
                         || back.why == reason::jobs || back.why == reason::node
                      ? back.wanted
                      : x.start;
      path_.push_back(work);
      cursor_ = x.start;
    }
    follow(back, here);
    return true;
  }

  void follow(const step_back& back, const happening& here) {
    for (const auto& x : back.between)
      add_wait(x.kind, std::max(x.from, back.from.at), here);
    add_wait(wait_kind::orchestrator, back.from.at, here);
    at_ = back.from;
  }

  void add_wait(wait_kind kind, duration from, const happening& before) {
    if (from >= cursor_)
      return;
    auto until = std::exchange(cursor_, from);
    bool is_more = !path_.empty() && !path_.back().works
                && path_.back().wait == kind && path_.back().what == before;
    if (is_more) {
      path_.back().from = from;
      return;
    }
    hop x;
    x.from = from;
    x.until = until;
    x.wait = kind;
    x.what = before;
    path_.push_back(x);
  }

  const run_model& model_;
  const slice_table& slices_;
  const causes& causes_;
  std::vector<char> seen_;
  std::vector<hop> path_;
  happening at_;
  duration cursor_{0};
};

void add_ideal(const run_model& m, run_blame& into) {
  const chains c(m, true);
  std::vector<duration> longest(m.plan().tasks.size(), duration{-1});
  for (std::uint32_t i = 0; i < c.stretches().size(); ++i) {
    const auto& x = c.stretches()[i];
    into.ideal = std::max(into.ideal, c.head(i) + x.length());
    if (x.of < longest.size())
      longest[x.of] =
          std::max(longest[x.of], c.head(i) + x.length() + c.tail(i));
  }
  for (std::uint32_t i = 0; i < longest.size(); ++i)
    if (longest[i] >= duration{0})
      into.tasks[i].slack = std::max(into.ideal - longest[i], duration{0});
  for (auto i : c.longest()) {
    const auto& x = c.stretches()[i];
    auto is_task = m.graph().kind(x.of) == graph_node::task;
    node_ref of{is_task ? node_kind::task : node_kind::gate,
                m.graph().plan_index(x.of)};
    if (x.length() <= duration{0})
      continue;
    auto& path = into.ideal_path;
    if (!path.empty() && path.back().of == of && path.back().phase == x.phase)
      path.back().length += x.length();
    else
      path.push_back({of, x.phase, x.length()});
  }
}

} // namespace

bool run_blame::alarms() const {
  auto lost = waited(wait_kind::orchestrator);
  auto makespan = path.empty() ? duration{0} : path.back().until;
  return lost >= std::chrono::seconds(1) && lost > makespan / 100;
}

run_blame make_blame(const run_model& m, const slice_table& slices,
                     const causes& why) {
  run_blame result;
  result.tasks.resize(m.plan().tasks.size());
  path_walk(m, slices, why).go(result);
  duration reached{0};
  for (const auto& x : result.path) {
    TUTTI_ASSERT(x.from == reached && x.until > x.from);
    reached = x.until;
    if (!x.works) {
      result.waits[static_cast<std::size_t>(x.wait)] += x.length();
      continue;
    }
    result.work += x.length();
    result.tasks[slices[x.what.index].task.value].on_path += x.length();
  }
  TUTTI_ASSERT(reached == m.now());
  for (const auto& x : slices.all())
    result.tasks[x.task.value].queue += m.up_time(x.wanted, x.start);
  add_ideal(m, result);
  return result;
}

} // namespace tutti::report
