// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/simulation/study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace tutti::simulation {

namespace {

std::vector<std::uint32_t> all_slots(const setup& x) {
  std::vector<std::uint32_t> result;
  for (std::uint32_t i = 0; i < x.plan.agents.size(); ++i)
    result.push_back(slots_of(x, i));
  return result;
}

std::optional<std::uint32_t> jobs_of(const setup& x) {
  constexpr auto none = engine::graph_options::no_jobs_limit;
  return x.options.jobs == none ? std::nullopt : std::optional{x.options.jobs};
}

/// Candidates with the work that they are about, which is how they are chosen.
struct candidate {
  change what;
  duration work{0};
};

/// A hundredth of the makespan: what is shorter is not worth a change.
bool is_long(duration work, const whole_play& x) {
  return work * 100 > x.how.end;
}

std::vector<candidate> more_slots(const whole_play& x) {
  std::vector<candidate> result;
  if (auto jobs = jobs_of(x.what))
    result.push_back({{change_kind::jobs, 0, *jobs + 1}, x.how.end});
  for (std::uint32_t i = 0; i < x.what.plan.agents.size(); ++i)
    result.push_back({{change_kind::agent_slots, i, slots_of(x.what, i) + 1},
                      x.model.agent(i).busy});
  return result;
}

std::vector<candidate> more_tokens(const whole_play& x) {
  const auto& p = x.what.plan;
  std::vector<candidate> result;
  for (std::uint32_t i = 0; i < p.pools.size(); ++i)
    result.push_back(
        {{change_kind::pool_tokens, i, p.pools[i].capacity + 1}, x.how.end});
  return result;
}

/// Needs that a contract would allow to come later: who needs it can work to
/// the contract meanwhile.
std::vector<candidate> needs_as_later(const whole_play& x) {
  const auto& p = x.what.plan;
  std::vector<candidate> result;
  for (std::uint32_t i = 0; i < p.tasks.size(); ++i) {
    const auto& t = p.tasks[i];
    if (t.kind != task_kind::work || t.is_finally)
      continue;
    for (const auto& n : t.needs) {
      if (n.of.kind != node_kind::task
          || n.condition != need_condition::succeeded)
        continue;
      const auto& producer = p.tasks[n.of.index];
      bool defines = producer.provides.valid()
                  && p.contracts[producer.provides.value].defined_by.value == i;
      if (producer.provides.valid() && !defines)
        result.push_back({{change_kind::need_as_later, i, n.of.index},
                          x.model.task_busy(i, x.how.end)});
    }
  }
  return result;
}

std::vector<candidate> splits(const whole_play& x) {
  std::vector<candidate> result;
  std::set<std::uint32_t> seen;
  for (auto t : x.report.bounds.chain) {
    auto work = x.model.task_busy(t.value, x.how.end);
    if (seen.insert(t.value).second && is_long(work, x)
        && can_split(x.what.plan, t.value))
      result.push_back({{change_kind::split_task, t.value, 0}, work});
  }
  return result;
}

/// The largest of a kind; what is too short to matter is not tried.
void add_largest(std::vector<candidate>& to, std::vector<candidate> from,
                 const whole_play& x, std::size_t& left_out) {
  std::erase_if(from, [&x](const candidate& c) {
    return !is_long(c.work, x);
  });
  std::stable_sort(from.begin(), from.end(), [](const auto& a, const auto& b) {
    return a.work > b.work;
  });
  auto most = std::min(from.size(), candidates_max);
  left_out += from.size() - most;
  to.insert(to.end(), from.begin(),
            from.begin() + static_cast<std::ptrdiff_t>(most));
}

bool is_relief(const change& x, const setup& base) {
  return x.kind == change_kind::drop_gate
      || (x.kind == change_kind::agent_slots
          && x.amount > slots_of(base, x.subject));
}

std::optional<trial> try_out(const setup& base, std::vector<change> changes,
                             std::string text, const trial_options& options,
                             const stop_asked& stop) {
  if (stop())
    return std::nullopt;
  auto changed = base;
  for (const auto& c : changes)
    apply(c, changed);
  bool relief =
      std::all_of(changes.begin(), changes.end(), [&base](const change& c) {
        return is_relief(c, base);
      });
  trial result{std::move(changes), std::move(text), relief, play(changed), {}};
  if (options.times > 0) {
    result.many =
        play_many(std::move(changed), options.times, options.seed, stop);
    if (!result.many)
      return std::nullopt;
  }
  return result;
}

} // namespace

whole_play::whole_play(setup x)
  : what(std::move(x)), model(what.plan, all_slots(what)) {
  simulator plays{engine::compile(what.plan, what.options), what.script};
  how = plays.play([this](const fact& f) {
    model.apply(f);
  });
  report::report_options options;
  options.jobs = jobs_of(what);
  options.local_slots = what.options.implicit_slots;
  report = report::make_report(model, options);
}

duration whole_play::any_team() const {
  return std::max(report.bounds[report::bound_kind::chain].value,
                  report.bounds[report::bound_kind::human].value);
}

std::unique_ptr<whole_play> play_whole(setup x) {
  return std::make_unique<whole_play>(std::move(x));
}

outcome play(const setup& x) {
  return simulator{engine::compile(x.plan, x.options), x.script}.play();
}

duration spread::percentile(double share) const {
  auto n = static_cast<double>(makespans.size());
  auto rank = static_cast<std::size_t>(std::ceil(share * n));
  return makespans[std::clamp<std::size_t>(rank, 1, makespans.size()) - 1];
}

duration spread::mean() const {
  // Whole parts and remainders apart: the sum of all could overflow.
  auto n = static_cast<std::int64_t>(makespans.size());
  std::int64_t whole = 0;
  std::int64_t rest = 0;
  for (auto x : makespans) {
    whole += x.count() / n;
    rest += x.count() % n;
  }
  return duration{whole + rest / n};
}

std::optional<spread> play_many(setup x, std::size_t times, std::uint64_t seed,
                                const stop_asked& stop) {
  auto graph = engine::compile(x.plan, x.options);
  spread result;
  for (std::size_t i = 0; i < times; ++i) {
    if (stop())
      return std::nullopt;
    x.script.seed = seed_of(seed, i);
    auto how = simulator{graph, x.script}.play();
    result.incomplete += !how.complete;
    result.makespans.push_back(how.end);
  }
  std::sort(result.makespans.begin(), result.makespans.end());
  return result;
}

std::optional<std::vector<trial>> compare(const setup& base,
                                          const std::vector<change>& changes,
                                          const trial_options& options,
                                          const stop_asked& stop) {
  std::vector<trial> result;
  auto add = [&](std::vector<change> xs, std::string text) {
    auto x = try_out(base, std::move(xs), std::move(text), options, stop);
    if (x)
      result.push_back(std::move(*x));
    return x.has_value();
  };
  if (!add({}, "as it is"))
    return std::nullopt;
  for (const auto& x : changes)
    if (!add({x}, to_text(x, base.plan)))
      return std::nullopt;
  if (changes.size() > 1
      && !add(changes, fmt::format("all {} changes", changes.size())))
    return std::nullopt;
  return result;
}

std::optional<advice> advise(const whole_play& base, const stop_asked& stop) {
  advice result;
  std::vector<candidate> all;
  for (auto* find : {more_slots, more_tokens, needs_as_later, splits})
    add_largest(all, find(base), base, result.left_out);
  for (const auto& x : all) {
    if (stop())
      return std::nullopt;
    auto changed = base.what;
    apply(x.what, changed);
    auto how = play(changed);
    ++result.tried;
    if (how.complete)
      result.rows.push_back({x.what, to_text(x.what, base.what.plan), how.end,
                             base.how.end - how.end});
  }
  std::stable_sort(result.rows.begin(), result.rows.end(),
                   [](const auto& a, const auto& b) {
                     return a.gain > b.gain;
                   });
  return result;
}

} // namespace tutti::simulation
