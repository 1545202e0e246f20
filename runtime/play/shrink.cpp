// SPDX-License-Identifier: BSD-3-Clause
// Makes a story that breaks a rule smaller, by leaving out whatever it can do
// without: first faults, half of them at a time, then settings, then parts of
// the plan.
#include "runtime/play/explore.hpp"
#include "runtime/play/smaller_plan.hpp"

#include <algorithm>
#include <utility>

namespace tutti::play {

namespace {

std::string rule_of(const violation& x) {
  return x.text.substr(0, x.text.find(':'));
}

class shrinker {
public:
  shrinker(const explored& x, std::uint64_t plays_max)
    : rule_(rule_of(x.violations.front())), plays_max_(plays_max) {
    result_.smallest = x;
  }

  shrunk run() {
    for (bool smaller = true; smaller;) {
      smaller = drop_faults();
      smaller = drop_settings() || smaller;
      smaller = drop_nodes() || smaller;
      smaller = drop_parts() || smaller;
      smaller = smaller && result_.plays < plays_max_;
    }
    return std::move(result_);
  }

private:
  [[nodiscard]] const story& now() const {
    return result_.smallest.played;
  }
  [[nodiscard]] const plan& work() const {
    return *now().work;
  }

  /// Keeps the story if the same rule breaks in it.
  bool keep_if_broken(const story& x) {
    if (result_.plays >= plays_max_)
      return false;
    auto y = explore_again(x);
    result_.plays += y.plays;
    bool breaks = std::any_of(y.violations.begin(), y.violations.end(),
                              [this](const violation& v) {
                                return rule_of(v) == rule_;
                              });
    if (breaks)
      result_.smallest = std::move(y);
    return breaks;
  }

  bool keep_if_broken(std::optional<plan> p) {
    if (!p)
      return false;
    auto x = now();
    x.work = std::make_shared<const plan>(*std::move(p));
    return keep_if_broken(x);
  }

  /// Bisects the list: ever smaller pieces of it are left out.
  bool drop_faults() {
    bool any = false;
    for (auto piece = now().faults.size(); piece > 0; piece /= 2)
      for (std::size_t at = 0; at < now().faults.size();) {
        auto x = now();
        auto end = std::min(at + piece, x.faults.size());
        x.faults.erase(x.faults.begin() + static_cast<std::ptrdiff_t>(at),
                       x.faults.begin() + static_cast<std::ptrdiff_t>(end));
        if (keep_if_broken(x))
          any = true;
        else
          at = end;
      }
    return any;
  }

  template <class Change>
  bool change(Change how) {
    auto x = now();
    return how(x) && keep_if_broken(x);
  }

  template <class T>
  bool set(T story::*what, const T& to) {
    return change([&](story& x) {
      return std::exchange(x.*what, to) != to;
    });
  }

  bool drop_settings() {
    bool any = set(&story::journal_max, duration{0});
    any = set(&story::jobs, 0u) || any;
    any = set(&story::fail_percent, 0u) || any;
    any = set(&story::asks, false) || any;
    any = set(&story::nodes, 1u) || any;
    while (now().fleet.size() > 1 && change([](story& x) {
             x.fleet.pop_back();
             return true;
           }))
      any = true;
    any = set(&story::in_order, true) || any;
    any = set(&story::wired, std::vector<bool>(work().agents.size(), false))
       || any;
    return any;
  }

  /// From the last to the first: what is needed comes first, as a rule.
  template <class Without>
  bool drop_each(std::size_t count, Without without) {
    bool any = false;
    for (auto i = static_cast<std::uint32_t>(count); i-- > 0;)
      any = keep_if_broken(without(work(), i)) || any;
    return any;
  }

  bool drop_nodes() {
    bool any = drop_each(work().gates.size(), without_gate);
    any = drop_each(work().services.size(), without_service) || any;
    // Without a gate that a task belongs to its number is another.
    for (auto i = static_cast<std::uint32_t>(work().tasks.size()); i-- > 0;)
      if (i < work().tasks.size())
        any = keep_if_broken(without_task(work(), i)) || any;
    return any;
  }

  bool drop_parts() {
    bool any = false;
    for (std::uint32_t i = 0; i < work().tasks.size(); ++i)
      for (auto n = parts_of(work().tasks[i]); n-- > 0;)
        any = keep_if_broken(without_part(work(), i, n)) || any;
    for (std::uint32_t i = 0; i < work().gates.size(); ++i)
      for (std::size_t n = 0; n < gate_parts; ++n)
        any = keep_if_broken(without_gate_part(work(), i, n)) || any;
    return drop_trimmings() || any;
  }

  bool drop_trimmings() {
    auto trimmed = without_trimmings(work());
    bool any = !(trimmed == work()) && keep_if_broken(std::move(trimmed));
    for (auto i = static_cast<std::uint32_t>(work().agents.size()); i-- > 0;) {
      auto p = without_agent(work(), i);
      if (!p)
        continue;
      auto x = now();
      x.work = std::make_shared<const plan>(*std::move(p));
      x.wired.erase(x.wired.begin() + i);
      any = keep_if_broken(x) || any;
    }
    return any;
  }

  std::string rule_;
  std::uint64_t plays_max_;
  shrunk result_;
};

} // namespace

shrunk shrink(const explored& x, std::uint64_t plays_max) {
  if (x.passed())
    return {x, 0};
  return shrinker{x, plays_max}.run();
}

} // namespace tutti::play
