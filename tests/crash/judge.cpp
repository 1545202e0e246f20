// SPDX-License-Identifier: BSD-3-Clause
#include "tests/crash/judge.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace tutti::test {

namespace {

using nlohmann::json;

/// What is done once: a phase of a version of a task.
using work_key = std::tuple<std::string, std::uint32_t, std::string>;

work_key key_of(const execution& x) {
  return {x.task, x.version, x.phase};
}

work_key key_of(const journal_fact& x) {
  return {x.subject, x.version, x.phase};
}

std::string to_text(const work_key& x) {
  const auto& [task, version, phase] = x;
  return fmt::format("{} version {} {}", task, version, phase);
}

using attempt_key = std::pair<std::string, std::uint32_t>;

/// What a death left, for questions.
class state_at_death {
public:
  state_at_death(const crash_plan& p, const evidence& left, std::size_t before)
    : plan_(p), left_(left), before_(before) {
    for (const auto& f : left.facts)
      note(f);
  }

  [[nodiscard]] bool has_ended(const execution& x) const {
    return ended_.contains({x.task, x.attempt});
  }
  /// Whoever goes on would not know that it may have run.
  [[nodiscard]] bool is_unknown_though_exclusive(const execution& x) const {
    const auto* t = plan_.find(x.task);
    return t != nullptr && t->exclusive
        && !assigned_.contains({x.task, x.attempt});
  }
  [[nodiscard]] bool is_done(const execution& x) const {
    return done_.contains(key_of(x))
        || stream_runs_.contains({x.task, x.attempt});
  }
  /// The same assignment, or one of what was worked off before.
  [[nodiscard]] bool is_done(const journal_fact& assigned) const {
    if (done_.contains(key_of(assigned)))
      return true;
    auto items = items_of(assigned);
    return std::any_of(items.begin(), items.end(), [&](const auto& x) {
      return worked_off_.contains(assigned.subject + x);
    });
  }
  /// Why the command could not yet begin, by the journal; empty: it could.
  [[nodiscard]] std::string too_early(const execution& x) const;

  /// Those that began after the death before this one.
  template <class Do>
  void for_each_execution(Do act) const {
    for (auto i = before_; i < left_.executions.size(); ++i)
      act(left_.executions[i]);
  }

private:
  [[nodiscard]] bool is_stream(const std::string& task) const {
    auto kind = plan_.kind_of(task);
    return kind == task_kind::after_each || kind == task_kind::requests;
  }

  static std::vector<std::string> items_of(const journal_fact& assigned) {
    std::vector<std::string> result;
    auto extra = json::parse(assigned.extra, nullptr, false);
    if (extra.is_object())
      for (const auto& x : extra.at("items"))
        result.push_back(fmt::format(
            " for {} version {} request {}", x.at("from").get<std::string>(),
            x.value("version", 1), x.value("request", 0)));
    return result;
  }

  void note(const journal_fact& f) {
    if (f.kind == "task-assigned")
      assigned_[{f.subject, f.attempt}] = items_of(f);
    bool is_up = f.kind == "service-changed" && f.state == "ready";
    bool is_over = f.state == "succeeded"
                && (f.kind == "attempt-finished" || f.kind == "stream-ended"
                    || f.kind == "integrate-ready");
    if (is_up || is_over || f.kind == "gate-opened")
      holds_.insert(f.subject);
    if (f.kind == "request-made")
      asked_ = true;
    if (f.kind == "request-answered")
      holds_.insert("request/" + f.subject);
    if (f.kind != "attempt-finished")
      return;
    ended_.insert({f.subject, f.attempt});
    if (f.ended != "success")
      return;
    if (!is_stream(f.subject)) {
      done_.insert(key_of(f));
      return;
    }
    stream_runs_.insert({f.subject, f.attempt});
    for (const auto& x : assigned_[{f.subject, f.attempt}])
      worked_off_.insert(f.subject + x);
  }

  [[nodiscard]] std::string missing(const std::vector<need>& needs) const;

  const crash_plan& plan_;
  const evidence& left_;
  std::size_t before_;
  std::set<attempt_key> ended_;
  std::set<work_key> done_;
  std::set<attempt_key> stream_runs_;
  std::map<attempt_key, std::vector<std::string>> assigned_;
  std::set<std::string> worked_off_;
  /// Tasks done, gates open, services ready, requests answered.
  std::set<std::string> holds_;
  bool asked_ = false;
};

std::string state_at_death::missing(const std::vector<need>& needs) const {
  const auto& p = plan_.work;
  for (const auto& n : needs) {
    std::vector<std::string> names{std::string{name_of(p, n.of)}};
    if (n.of.kind == node_kind::phase) {
      names.clear();
      for (auto t : p.phases[n.of.index].tasks)
        names.push_back(p.tasks[t.value].name);
    }
    for (const auto& name : names)
      if (!holds_.contains(name))
        return name;
  }
  return {};
}

std::string state_at_death::too_early(const execution& x) const {
  const auto* t = plan_.find(x.task);
  if (t == nullptr)
    return "the plan has no such task";
  if (t->kind == task_kind::requests)
    return asked_ ? "" : "a request";
  if (t->is_finally)
    return {};
  auto result = missing(t->needs);
  if (result.empty() && x.phase == "integrate")
    result = missing(t->needs_later);
  for (const auto& from : x.shown)
    if (result.empty() && !holds_.contains(from))
      result = from;
  bool for_none = t->kind == task_kind::after_each && x.shown.empty();
  return for_none ? "any trigger" : result;
}

class comparison {
public:
  explicit comparison(const cut_off_run& x) : run_(x) {
    std::size_t before = 0;
    for (const auto& death : run_.deaths) {
      compare_with(death, {run_.plan, death, before});
      before = death.executions.size();
    }
    count_executions();
    compare_projections();
  }

  damages found;

private:
  void fault(std::uint64_t& column, std::string text) {
    ++column;
    found.faults.push_back({std::move(text), {}});
  }

  void compare_with(const evidence& left, const state_at_death& then) {
    const auto& facts = run_.end.left.facts;
    for (std::size_t i = 0; i < left.facts.size(); ++i)
      if (i >= facts.size() || facts[i] != left.facts[i])
        fault(found.lost, "lost: " + to_text(left.facts[i]));
    for (auto n = left.facts.size() + 1; n <= left.told; ++n)
      fault(found.lost, fmt::format("lost: fact {}, which somebody had heard "
                                    "to be durable",
                                    n));
    if (left.strange)
      fault(found.lost, "lost: the journal is no beginning of what it was "
                        "given");
    then.for_each_execution([&](const execution& x) {
      if (then.is_unknown_though_exclusive(x))
        fault(found.lost, fmt::format("lost: {} is exclusive, and the journal "
                                      "did not have that it was given out",
                                      to_text(x)));
      auto what = run_.written_behind ? std::string{} : then.too_early(x);
      if (!what.empty())
        fault(found.lost, fmt::format("lost: {}, but the journal did not "
                                      "have what it works from: {}",
                                      to_text(x), what));
      if (then.has_ended(x))
        return;
      ++found.in_window;
      ++window_[key_of(x)];
    });
    std::set<std::string> again;
    const auto& all = run_.end.left.executions;
    for (auto i = left.executions.size(); i < all.size(); ++i)
      if (then.is_done(all[i]))
        again.insert(to_text(all[i]));
    for (auto i = first_new(facts, left.facts.size()); i < facts.size(); ++i)
      if (facts[i].kind == "task-assigned" && then.is_done(facts[i]))
        again.insert(to_text(facts[i]));
    for (const auto& x : again)
      fault(found.repeated, "repeated: " + x);
  }

  /// Under an edited plan the journal begins with a copy of what still stands.
  static std::size_t first_new(const std::vector<journal_fact>& facts,
                               std::size_t after) {
    for (auto i = facts.size(); i > after; --i)
      if (facts[i - 1].kind == "plan-replaced")
        return i;
    return after;
  }

  /// Nothing ran more often than it would have, but for what was cut off.
  void count_executions() {
    auto count = [](const evidence& x) {
      std::map<work_key, std::uint64_t> counts;
      for (const auto& e : x.executions)
        ++counts[key_of(e)];
      return counts;
    };
    auto usual = count(run_.undisturbed.left);
    auto here = count(run_.end.left);
    for (const auto& [key, n] : here)
      if (n > usual[key] + window_[key])
        fault(found.repeated,
              fmt::format("repeated: {} ran {} times, not {} as usual, and {} "
                          "ends were cut off",
                          to_text(key), n, usual[key], window_[key]));
    for (const auto& [key, n] : usual)
      if (n > 0 && !here.contains(key))
        fault(found.lost, fmt::format("lost: {} never ran", to_text(key)));
  }

  /// A handoff that was not accepted when its sender was to do it again, and
  /// that nobody will send any more.
  [[nodiscard]] std::set<std::string> superseded_handoffs() const {
    std::set<std::string> result;
    for (const auto& death : run_.deaths) {
      std::set<std::string> accepted;
      std::map<std::string, std::uint32_t> versions;
      for (const auto& f : death.facts)
        if (f.kind == "version-started")
          versions[f.subject] = f.version;
        else if (f.kind == "handoff-accepted")
          accepted.insert(accepted_line(f.cause, f.version, f.subject));
      for (const auto& f : death.facts)
        if (f.kind == "handoff-sent" && f.version < versions[f.cause])
          if (auto x = accepted_line(f.cause, f.version, f.subject);
              !accepted.contains(x))
            result.insert(x);
    }
    return result;
  }

  void compare_projections() {
    auto missing = only_in(run_.undisturbed.projection, run_.end.projection);
    auto superseded = superseded_handoffs();
    std::erase_if(missing, [&](const std::string& x) {
      return superseded.contains(x);
    });
    auto added = only_in(run_.end.projection, run_.undisturbed.projection);
    found.diverged += missing.empty() && added.empty() ? 0 : 1;
    for (const auto& x : missing)
      found.faults.push_back({"diverged: it lacks: " + x, {}});
    for (const auto& x : added)
      found.faults.push_back({"diverged: it has: " + x, {}});
  }

  static std::vector<std::string>
  only_in(const std::vector<std::string>& x,
          const std::vector<std::string>& other) {
    std::vector<std::string> result;
    std::set_difference(x.begin(), x.end(), other.begin(), other.end(),
                        std::back_inserter(result));
    return result;
  }

  const cut_off_run& run_;
  std::map<work_key, std::uint64_t> window_;
};

} // namespace

damages& damages::operator+=(const damages& x) {
  lost += x.lost;
  repeated += x.repeated;
  diverged += x.diverged;
  in_window += x.in_window;
  faults.insert(faults.end(), x.faults.begin(), x.faults.end());
  return *this;
}

damages judge(const cut_off_run& x) {
  return comparison{x}.found;
}

} // namespace tutti::test
