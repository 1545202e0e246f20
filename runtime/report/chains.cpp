// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/chains.hpp"

#include <algorithm>
#include <tuple>

namespace tutti::report {

namespace {

// What happens in a run, in the order in which it is looked at. At one moment
// stretches end first; then those of no length, and tasks that never ran, pass
// on what they got in the order of the plan's edges.
struct moment {
  enum kind : std::uint8_t { ends, begins, passes, lasts, reworked, asked };

  duration at{0};
  kind what = ends;
  std::uint32_t place = 0;
  std::uint32_t index = 0;

  [[nodiscard]] auto key() const {
    auto rank = what == ends ? 0 : what == reworked || what == asked ? 1 : 2;
    return std::tuple(at, rank, place, index);
  }
  friend bool operator<(const moment& x, const moment& y) {
    return x.key() < y.key();
  }
};

} // namespace

chains::chains(const run_model& m, bool with_people)
  : model_(m), graph_(m.graph()), place_(graph_.size()), done_(graph_.size()),
    started_(graph_.size()), sent_back_(graph_.size()),
    answered_(graph_.size()), asked_(m.requests().size() + 1),
    current_(graph_.size(), none), behind_(graph_.size()),
    behind_later_(graph_.size()), behind_trigger_(graph_.size()) {
  const auto& order = graph_.order();
  for (std::uint32_t i = 0; i < order.size(); ++i)
    place_[order[i]] = i;
  collect(with_people);
  head_.resize(stretches_.size());
  tail_.resize(stretches_.size());
  parent_.resize(stretches_.size(), none);
  go_forward();
  go_back();
}

void chains::collect(bool with_people) {
  std::vector<bool> goes_on(model_.plan().tasks.size());
  for (const auto& x : model_.intervals()) {
    stretches_.push_back({x.task.value, x.started, x.finished, x.phase,
                          goes_on[x.task.value], x.taken});
    goes_on[x.task.value] = !x.is_last;
  }
  for (std::uint32_t i = 0; i < goes_on.size(); ++i)
    if (const auto& t = model_.task(i); t.busy_now)
      stretches_.push_back({i, t.attempt_started_at,
                            std::max(model_.now(), t.attempt_started_at),
                            t.phase, goes_on[i], t.taken});
  for (std::size_t i = 0; with_people && i < model_.plan().gates.size(); ++i)
    for (const auto& x : model_.waits_for_people(i))
      stretches_.push_back(
          {graph_.gate(i), x.from, x.until, work_phase::run, false, {}});
}

bool chains::is_gathering(node_index x) const {
  return graph_.kind(x) != graph_node::task;
}

// -- forward ------------------------------------------------------------------

void chains::go_forward() {
  std::vector<moment> all;
  for (std::uint32_t i = 0; i < stretches_.size(); ++i) {
    const auto& x = stretches_[i];
    all.push_back({x.start, moment::begins, place_[x.of], i});
    if (x.length() > duration{0})
      all.push_back({x.end, moment::ends, place_[x.of], i});
  }
  for (std::uint32_t i = 0; i < model_.plan().tasks.size(); ++i) {
    const auto& t = model_.task(i);
    if (t.finished_at && t.attempts == 0)
      all.push_back({*t.finished_at, moment::passes, place_[i], i});
    else if (t.finished_at && lasts(i))
      all.push_back({*t.finished_at, moment::lasts, place_[i], i});
  }
  for (const auto& x : model_.requests())
    if (x.number != 0)
      all.push_back({x.made_at, moment::asked, 0, x.number});
  for (std::uint32_t i = 0; i < model_.reworks().size(); ++i)
    all.push_back({model_.reworks()[i].at, moment::reworked, 0, i});
  std::sort(all.begin(), all.end());
  for (const auto& x : all) {
    switch (x.what) {
    case moment::ends:
      end(x.index);
      break;
    case moment::begins:
      begin(x.index);
      break;
    case moment::passes:
      pass(x.index);
      break;
    case moment::lasts:
      last(x.index);
      break;
    case moment::asked:
      note_request(x.index);
      break;
    default:
      note_rework(x.index);
      break;
    }
  }
}

chains::reach chains::before_item(const work_item& x) const {
  return x.request == 0            ? done_[x.from.value]
       : x.request < asked_.size() ? asked_[x.request]
                                   : reach{};
}

chains::reach chains::before(std::size_t i) const {
  const auto& s = stretches_[i];
  auto result = done_[s.of]; // what it did itself before
  for (auto y : graph_.predecessors(s.of))
    result.take(done_[y]);
  for (auto y : graph_.start_predecessors(s.of))
    result.take(started_[y]);
  if (graph_.kind(s.of) != graph_node::task)
    return result;
  result.take(sent_back_[s.of]);
  if (s.taken)
    for (const auto& y : s.taken->items)
      result.take(before_item(y));
  if (s.phase == work_phase::integrate)
    for (auto y : graph_.later_predecessors(s.of))
      result.take(done_[y]);
  if (s.phase == work_phase::integrate || s.goes_on)
    result.take(answered_[s.of]);
  return result;
}

void chains::begin(std::uint32_t i) {
  const auto& s = stretches_[i];
  auto from = before(i);
  head_[i] = from.value;
  parent_[i] = from.last;
  current_[s.of] = i;
  started_[s.of].take(from);
  for (auto y : graph_.start_successors(s.of))
    if (is_gathering(y))
      give(y, from);
  if (s.length() == duration{0})
    end(i);
}

void chains::end(std::uint32_t i) {
  const auto& s = stretches_[i];
  reach made{head_[i] + s.length(), i};
  give(s.of, made);
  if (!s.taken)
    return;
  for (const auto& x : s.taken->items)
    if (x.request != 0)
      answered_[x.from.value].take(made);
}

// A task that never ran passes on what had ended when it was decided.
void chains::pass(node_index task) {
  reach from;
  for (auto y : graph_.predecessors(task))
    from.take(done_[y]);
  started_[task].take(from);
  give(task, from);
}

// Without an integrate phase only its end waits for what it needs later, as
// that of an after-each task does for its triggers.
bool chains::lasts(std::uint32_t task) const {
  return !graph_.later_predecessors(task).empty()
      && (model_.plan().tasks[task].kind == task_kind::after_each
          || model_.task(task).integrates == 0);
}

void chains::last(node_index task) {
  reach from;
  for (auto y : graph_.later_predecessors(task))
    from.take(done_[y]);
  give(task, from);
}

void chains::give(node_index x, const reach& value) {
  if (value.value <= done_[x].value)
    return;
  done_[x] = value;
  for (auto y : graph_.successors(x))
    if (is_gathering(y))
      give(y, value);
}

// What the asker had done by then.
void chains::note_request(std::uint32_t number) {
  const auto& r = model_.requests()[number - 1];
  auto i = current_[r.from.value];
  if (i == none)
    return;
  const auto& s = stretches_[i];
  auto done = std::min(r.made_at, s.end) - s.start;
  asked_[number] = {head_[i] + done, i};
}

void chains::note_rework(std::size_t index) {
  const auto& x = model_.reworks()[index];
  auto from = done_[graph_.gate(x.gate.value)];
  if (x.cause.valid())
    from.take(done_[x.cause.value]);
  for (auto y : x.tasks)
    sent_back_[y.value].take(from);
}

// -- backward -----------------------------------------------------------------

void chains::go_back() {
  std::vector<moment> all;
  for (std::uint32_t i = 0; i < stretches_.size(); ++i) {
    const auto& x = stretches_[i];
    all.push_back({x.start, moment::begins, place_[x.of], i});
    if (x.length() > duration{0})
      all.push_back({x.end, moment::ends, place_[x.of], i});
  }
  for (std::uint32_t i = 0; i < model_.plan().tasks.size(); ++i) {
    const auto& t = model_.task(i);
    if (t.finished_at && t.attempts == 0)
      all.push_back({*t.finished_at, moment::passes, place_[i], i});
    else if (t.finished_at && lasts(i))
      all.push_back({*t.finished_at, moment::lasts, place_[i], i});
  }
  std::sort(all.begin(), all.end());
  for (auto x = all.rbegin(); x != all.rend(); ++x) {
    if (x->what == moment::passes || x->what == moment::lasts) {
      duration behind{0};
      for (auto y : graph_.successors(x->index))
        behind = std::max(behind, behind_[y]);
      if (x->what == moment::passes)
        give_back(x->index, behind);
      else
        behind_later_[x->index] = std::max(behind_later_[x->index], behind);
      continue;
    }
    const auto& s = stretches_[x->index];
    if (x->what == moment::ends || s.length() == duration{0})
      tail_[x->index] = after(x->index);
    if (x->what == moment::begins)
      begin_back(x->index);
  }
}

duration chains::after(std::size_t i) const {
  const auto& s = stretches_[i];
  auto result = std::max(behind_[s.of], behind_trigger_[s.of]);
  for (auto y : graph_.successors(s.of))
    result = std::max(result, behind_[y]);
  for (auto y : graph_.later_successors(s.of))
    result = std::max(result, behind_later_[y]);
  if (s.taken)
    for (const auto& x : s.taken->items)
      if (x.request != 0)
        result = std::max(result, behind_later_[x.from.value]);
  return result;
}

void chains::begin_back(std::uint32_t i) {
  const auto& s = stretches_[i];
  auto made = s.length() + tail_[i];
  give_back(s.of, made);
  if (s.phase == work_phase::integrate)
    behind_later_[s.of] = std::max(behind_later_[s.of], made);
  if (!s.taken)
    return;
  for (const auto& x : s.taken->items)
    if (x.request == 0)
      behind_trigger_[x.from.value] =
          std::max(behind_trigger_[x.from.value], made);
}

void chains::give_back(node_index x, duration value) {
  if (value <= behind_[x])
    return;
  behind_[x] = value;
  for (auto y : graph_.predecessors(x))
    if (is_gathering(y))
      give_back(y, value);
}

std::vector<std::uint32_t> chains::longest() const {
  std::uint32_t last = none;
  duration best{0};
  for (std::uint32_t i = 0; i < stretches_.size(); ++i)
    if (head_[i] + stretches_[i].length() > best) {
      best = head_[i] + stretches_[i].length();
      last = i;
    }
  std::vector<std::uint32_t> result;
  for (; last != none; last = parent_[last])
    result.push_back(last);
  std::reverse(result.begin(), result.end());
  return result;
}

} // namespace tutti::report
