// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/settle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace tutti::journal {

namespace {

/// Names in a line of text; more than this are counted.
constexpr std::size_t listed_max = 20;

/// What facts say that a task came to; the order is that of the ends.
struct result {
  fact last;             ///< as `result_kept`
  std::size_t order = 0; ///< of its end among all
  bool stands = false;
  bool begun = false; ///< it has been worked on
};

class settler {
public:
  settler(const plan& p, const plan_changes& changes)
    : plan_(p), tasks_(p.tasks.size()), open_(p.gates.size(), false),
      why_(p.tasks.size()), verdicts_(p.tasks.size(), open), changes_(changes) {
    for (const auto& x : changes.changed)
      (x.kind == name_kind::task ? changed_tasks_ : changed_gates_)
          .emplace(x.index, &x);
  }

  settled_results run(const std::vector<fact>& facts) {
    for (const auto& f : facts)
      take(f);
    settled_results result;
    for (std::uint32_t i = 0; i < tasks_.size(); ++i)
      if (tasks_[i].stands && is_kept(i))
        result.kept.push_back(tasks_[i].last);
    std::sort(result.kept.begin(), result.kept.end(),
              [this](const fact& a, const fact& b) {
                return tasks_[a.subject].order < tasks_[b.subject].order;
              });
    for (std::uint32_t i = 0; i < open_.size(); ++i)
      if (stays_open(i))
        result.open_gates.emplace_back(i);
    result.text = describe(result);
    return result;
  }

private:
  enum verdict_on_task { open, kept, dropped };

  void take(const fact& f) {
    switch (f.kind) {
    case fact_kind::gate_opened:
      open_[f.subject] = true;
      return;
    case fact_kind::gate_reset:
      open_[f.subject] = false;
      return;
    case fact_kind::attempt_started:
      tasks_[f.subject].begun = true;
      return;
    case fact_kind::attempt_finished:
    case fact_kind::result_kept:
      return end(f);
    case fact_kind::integrate_ready:
    case fact_kind::later_failed:
      if (is_terminal(f.state))
        tasks_[f.subject].last.state = f.state;
      return;
    case fact_kind::stream_ended: {
      auto& t = tasks_[f.subject];
      t.stands = t.begun
              && (f.state == task_state::succeeded
                  || f.state == task_state::failed);
      t.last.state = f.state;
      t.order = ++ends_;
      return;
    }
    case fact_kind::version_started:
    case fact_kind::version_doubted:
    case fact_kind::task_retried:
      tasks_[f.subject].stands = false;
      return;
    case fact_kind::version_kept:
      tasks_[f.subject].stands = true;
      return;
    default:
      return;
    }
  }

  void end(const fact& f) {
    auto& t = tasks_[f.subject];
    t.begun = true;
    bool ended =
        is_terminal(f.state) || f.state == task_state::waiting_to_integrate;
    bool streams = plan_.tasks[f.subject].kind == task_kind::after_each
                || plan_.tasks[f.subject].kind == task_kind::requests;
    // A stream's attempt that ended well leaves its result for the end of all.
    if (!ended && !(streams && f.state == task_state::waiting))
      return;
    t.last = f;
    t.last.kind = fact_kind::result_kept;
    t.stands = ended && plan_.tasks[f.subject].kind != task_kind::requests;
    t.order = ++ends_;
  }

  /// Unchanged, with a result that stands, made of what is kept, too.
  bool is_kept(std::uint32_t i) {
    if (verdicts_[i] != open)
      return verdicts_[i] == kept;
    verdicts_[i] = dropped; // of cycles there are none but by rework
    why_[i] = why_dropped(i);
    if (why_[i].empty())
      verdicts_[i] = kept;
    return why_[i].empty();
  }

  std::string why_dropped(std::uint32_t i) {
    if (auto c = changed_tasks_.find(i); c != changed_tasks_.end())
      return c->second->aspects.empty()
               ? "it is new"
               : fmt::format("its {} changed",
                             fmt::join(c->second->aspects, " and "));
    if (!tasks_[i].stands)
      return "it has no result yet";
    const auto& t = plan_.tasks[i];
    for (const auto& n : t.needs)
      if (auto why = input_dropped(n.of); !why.empty())
        return why;
    if (t.review_of.valid() && !stays_open(t.review_of.value))
      return fmt::format("gate {} asks again",
                         plan_.gates[t.review_of.value].name);
    // Between its phases it has not taken what it needs later.
    if (tasks_[i].last.state != task_state::waiting_to_integrate)
      for (const auto& n : t.needs_later)
        if (auto why = input_dropped(n.of); !why.empty())
          return why;
    for (auto x : t.after_each)
      if (tasks_[x.value].stands && !is_kept(x.value))
        return fmt::format("{} runs again", plan_.tasks[x.value].name);
    return {};
  }

  std::string input_dropped(node_ref x) {
    auto of_task = [this](std::uint32_t i) {
      // What never ended with a result (skipped, say) was no input.
      bool again =
          (tasks_[i].begun || changed_tasks_.contains(i)) && !is_kept(i);
      return again ? fmt::format("{} runs again", plan_.tasks[i].name)
                   : std::string{};
    };
    switch (x.kind) {
    case node_kind::task:
      return of_task(x.index);
    case node_kind::phase:
      for (auto t : plan_.phases[x.index].tasks)
        if (auto why = of_task(t.value); !why.empty())
          return why;
      return {};
    case node_kind::gate:
      return changed_gates_.contains(x.index)
               ? fmt::format("gate {} changed", plan_.gates[x.index].name)
               : std::string{};
    case node_kind::service:
      return {};
    }
    return {};
  }

  bool stays_open(std::uint32_t gate) {
    if (!open_[gate] || changed_gates_.contains(gate))
      return false;
    const auto& needs = plan_.gates[gate].needs;
    return std::all_of(needs.begin(), needs.end(), [this](const need& n) {
      return input_dropped(n.of).empty();
    });
  }

  static std::string listed(const std::vector<std::string>& names) {
    std::vector<std::string> few(
        names.begin(),
        names.begin()
            + static_cast<std::ptrdiff_t>(std::min(names.size(), listed_max)));
    auto text = fmt::format("{}", fmt::join(few, ", "));
    return names.size() <= listed_max
             ? text
             : text + fmt::format(" and {} more", names.size() - listed_max);
  }

  std::string describe(const settled_results& x) {
    std::vector<std::string> stays;
    for (const auto& f : x.kept)
      stays.push_back(plan_.tasks[f.subject].name);
    std::vector<std::string> again;
    std::vector<std::string> fresh;
    for (std::uint32_t i = 0; i < tasks_.size(); ++i) {
      auto c = changed_tasks_.find(i);
      if (c != changed_tasks_.end() && c->second->aspects.empty())
        fresh.push_back(plan_.tasks[i].name);
      else if (tasks_[i].begun && !is_kept(i))
        again.push_back(
            fmt::format("{} ({})", plan_.tasks[i].name,
                        tasks_[i].stands || c != changed_tasks_.end()
                            ? why_[i]
                            : "it had not ended"));
    }
    std::string text = stays.empty() ? "nothing is kept"
                                     : fmt::format("kept: {}", listed(stays));
    auto add = [&text](const char* what, const std::vector<std::string>& xs) {
      if (!xs.empty())
        text += fmt::format("\n{}: {}", what, listed(xs));
    };
    add("runs again", again);
    add("new", fresh);
    add("gone", changes_.removed);
    return text;
  }

  const plan& plan_;
  std::vector<result> tasks_;
  std::vector<bool> open_;
  std::vector<std::string> why_;
  std::vector<verdict_on_task> verdicts_;
  const plan_changes& changes_;
  std::map<std::uint32_t, const part_change*> changed_tasks_;
  std::map<std::uint32_t, const part_change*> changed_gates_;
  std::size_t ends_ = 0;
};

} // namespace

settled_results settle(const plan& p, const std::vector<fact>& facts,
                       const plan_changes& changes) {
  return settler{p, changes}.run(facts);
}

} // namespace tutti::journal
