// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/simulation/estimates.hpp"

#include "messages/json/json_values.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace tutti::simulation {

namespace {

/// The attempt of a task that runs, without its waits inside (semantics §20).
struct open_attempt {
  std::uint32_t number = 0;
  duration since{0};
  duration before{0};
  bool waits = false;
};

using results = std::vector<std::shared_ptr<const attempt_details>>;

void put_out(results& all, std::size_t task, const outputs& xs) {
  if (xs.empty())
    return;
  attempt_details details;
  if (all[task])
    details = *all[task];
  for (const auto& x : xs) {
    auto& mine = details.outputs;
    auto i = std::lower_bound(mine.begin(), mine.end(), x.name,
                              [](const output& a, const std::string& name) {
                                return a.name < name;
                              });
    if (i != mine.end() && i->name == x.name)
      i->value = x.value;
    else
      mine.insert(i, x);
  }
  all[task] = std::make_shared<const attempt_details>(std::move(details));
}

outputs mock_of(const plan& p, const task& x) {
  if (!x.provides.valid())
    return {};
  auto mock = parse_json(p.contracts[x.provides.value].mock);
  return mock && mock->is_object() ? outputs_of_json(*mock) : outputs{};
}

estimate exactly(duration x) {
  return {x, x, x};
}

/// The plan's estimate, or what earlier runs took.
std::pair<estimate, time_source> choose(const estimate& planned, bool has,
                                        std::optional<duration> measured,
                                        history_use use) {
  bool asked =
      use == history_use::always || (use == history_use::missing && !has);
  if (measured && asked)
    return {exactly(*measured), time_source::history};
  return {planned, has ? time_source::plan : time_source::guess};
}

/// A person is taken to need as long as a reviewing agent is said to.
std::pair<estimate, bool> planned_approval(const plan& p, const gate& x) {
  for (auto review : x.approval.reviews)
    if (const auto& t = p.tasks[review.value]; t.has_estimate)
      return {t.estimate, true};
  return {{}, false};
}

} // namespace

std::string_view to_string(time_source x) {
  switch (x) {
  case time_source::plan:
    return "plan";
  case time_source::history:
    return "history";
  case time_source::guess:
    return "default";
  }
  return "unknown";
}

bool integrates(const task& x) {
  return x.integrate.present && !x.needs_later.empty();
}

void measured_times::add(const plan& p, const std::vector<fact>& facts) {
  std::unordered_map<std::uint32_t, open_attempt> open;
  std::unordered_map<std::uint32_t, duration> asked;
  for (const auto& f : facts) {
    switch (f.kind) {
    case fact_kind::attempt_started:
      open[f.subject] = {f.attempt, f.at, duration{0}, false};
      break;
    case fact_kind::attempt_waits:
      if (auto& x = open[f.subject]; x.number == f.attempt && !x.waits) {
        x.before += f.at - x.since;
        x.waits = true;
      }
      break;
    case fact_kind::attempt_goes_on:
      if (auto& x = open[f.subject]; x.number == f.attempt) {
        x.since = f.at;
        x.waits = false;
      }
      break;
    case fact_kind::attempt_finished: {
      auto x = open.extract(f.subject);
      if (x.empty() || x.mapped().number != f.attempt
          || f.end != attempt_end::success)
        break;
      auto& into = f.phase == work_phase::run ? run_ : integrate_;
      auto last = x.mapped().waits ? duration{0} : f.at - x.mapped().since;
      into[p.tasks[f.subject].name].push_back(x.mapped().before + last);
      break;
    }
    case fact_kind::approval_asked:
      asked.emplace(f.subject, f.at);
      break;
    case fact_kind::gate_opened:
      if (auto x = asked.extract(f.subject); !x.empty())
        approval_[p.gates[f.subject].name].push_back(f.at - x.mapped());
      break;
    default:
      break;
    }
  }
  ++runs_;
}

std::optional<duration> measured_times::median(const samples& of,
                                               const std::string& name) {
  auto found = of.find(name);
  if (found == of.end())
    return {};
  auto xs = found->second;
  std::sort(xs.begin(), xs.end());
  auto middle = xs.size() / 2;
  return xs.size() % 2 == 1 ? xs[middle] : (xs[middle - 1] + xs[middle]) / 2;
}

std::optional<duration> measured_times::run(const std::string& task) const {
  return median(run_, task);
}

std::optional<duration>
measured_times::integrate(const std::string& task) const {
  return median(integrate_, task);
}

std::optional<duration>
measured_times::approval(const std::string& gate) const {
  return median(approval_, gate);
}

std::size_t estimated_script::count(const plan& p, time_source x) const {
  std::size_t result = 0;
  for (std::size_t i = 0; i < p.tasks.size(); ++i) {
    if (p.tasks[i].kind == task_kind::requests)
      continue;
    result += run[i] == x;
    result += integrates(p.tasks[i]) && integrate[i] == x;
  }
  for (std::size_t i = 0; i < p.gates.size(); ++i)
    result += p.gates[i].approval.human && people[i] == x;
  return result;
}

estimated_script make_script(const plan& p, const measured_times& history,
                             const script_options& options) {
  estimated_script result;
  auto& s = result.script;
  results put(p.tasks.size());
  for (std::size_t i = 0; i < p.tasks.size(); ++i) {
    const auto& t = p.tasks[i];
    auto [run, run_source] = choose(t.estimate, t.has_estimate,
                                    history.run(t.name), options.history);
    result.run.push_back(run_source);
    estimate integrate = exactly(duration{0});
    auto source = time_source::plan;
    if (integrates(t))
      std::tie(integrate, source) =
          choose(t.integrate.estimate, t.integrate.has_estimate,
                 history.integrate(t.name), options.history);
    result.integrate.push_back(source);
    s.work.push_back({run, integrate});
    put_out(put, i, mock_of(p, t));
    if (t.kind == task_kind::review)
      put_out(put, i, {{"verdict", make_text("approved")}});
  }
  for (const auto& x : options.outputs)
    put_out(put, x.task.value, {x.output});
  for (std::size_t i = 0; i < p.gates.size(); ++i) {
    auto [planned, has] = planned_approval(p, p.gates[i]);
    if (i < options.people.size() && options.people[i])
      std::tie(planned, has) = std::pair{exactly(*options.people[i]), true};
    auto [time, source] = choose(
        planned, has, history.approval(p.gates[i].name), options.history);
    s.people.push_back(time);
    result.people.push_back(p.gates[i].approval.human ? source
                                                      : time_source::plan);
  }
  bool any = std::any_of(put.begin(), put.end(), [](const auto& x) {
    return x != nullptr;
  });
  if (any)
    s.results = std::move(put);
  return result;
}

} // namespace tutti::simulation
