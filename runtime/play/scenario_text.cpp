// SPDX-License-Identifier: BSD-3-Clause
// A story as a scenario file.
#include "runtime/play/explore.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <vector>

namespace tutti::play {

namespace {

std::string joined(const std::vector<std::string>& xs) {
  std::string result;
  for (const auto& x : xs)
    result += (result.empty() ? "" : ", ") + x;
  return result;
}

std::string list_of(const std::vector<std::string>& xs) {
  return "[" + joined(xs) + "]";
}

class writer {
public:
  explicit writer(const explored& x) : of_(x), plan_(*x.played.work) {
  }

  std::string run() {
    line("# Made smaller from seed {}, which broke this:", of_.played.seed);
    for (const auto& v : of_.violations)
      line("#   {}", v.text);
    say_what_is_missing();
    line("scenario: seed {}", of_.played.seed);
    if (!of_.played.fleet.empty())
      write_fleet();
    else if (of_.played.nodes > 1)
      line("nodes: {}", list_of(nodes()));
    line("plan:");
    line("  name: {}", plan_.name);
    if (plan_.fail_fast)
      line("  fail-fast: true");
    if (!of_.played.fleet.empty()) {
      line("  keep: {}", span_text(plan_.nodes.keep));
      line("  grace: {}", span_text(plan_.grace));
    }
    write_agents();
    write_tasks();
    write_phases();
    write_gates();
    write_services();
    write_work();
    write_timeline();
    return std::move(text_);
  }

private:
  template <class... Ts>
  void line(fmt::format_string<Ts...> how, Ts&&... xs) {
    fmt::format_to(std::back_inserter(text_), how, std::forward<Ts>(xs)...);
    text_ += '\n';
  }

  [[nodiscard]] std::vector<std::string> nodes() const {
    std::vector<std::string> result;
    for (std::uint32_t i = 0; i < of_.played.nodes; ++i)
      result.push_back(fmt::format("n{}", i + 1));
    return result;
  }

  void write_fleet() {
    line("nodes:");
    for (const auto& x : of_.played.fleet)
      line("  {}: {{ labels: {}, slots: {}{} }}", x.name, list_of(x.labels),
           x.slots, x.at_start ? "" : ", at-start: false");
  }

  /// What the grammar of scenarios has no word for.
  void say_what_is_missing() {
    const auto& s = of_.played;
    auto note = [this](const std::string& x) {
      line("# not in the grammar: {}", x);
    };
    if (s.journal_max > duration::zero())
      note("the journal takes up to " + span_text(s.journal_max));
    if (s.jobs > 0)
      note(fmt::format("--jobs {}", s.jobs));
    for (const auto& f : of_.faults)
      if (f.changed && f.deed.empty())
        note(fmt::format("at {}: {}", span_text(f.of.at), f.text));
    for (const auto& x : of_.attempts)
      if (!x.does.waits.empty())
        note(fmt::format("attempt {} of {} waits inside", x.attempt,
                         plan_.tasks[x.task].name));
  }

  // -- the plan ---------------------------------------------------------------

  void write_agents() {
    line("  agents:");
    for (const auto& a : plan_.agents) {
      std::vector<std::string> parts;
      if (a.slots != 1)
        parts.push_back(fmt::format("slots: {}", a.slots));
      if (!a.runs_on.empty())
        parts.push_back("runs-on: " + list_of(a.runs_on));
      if (a.requests.present) {
        const auto& b = plan_.tasks[a.requests.task.value].batch;
        parts.push_back(
            fmt::format("requests: {{ run: ./answer, batch: {{ wait: {}, "
                        "max: {} }} }}",
                        span_text(b.wait), b.max == 0 ? 10'000 : b.max));
      }
      line("    {}: {{ {} }}", a.name, joined(parts));
    }
    if (plan_.pools.empty())
      return;
    std::vector<std::string> pools;
    for (const auto& p : plan_.pools)
      pools.push_back(fmt::format("{}: {}", p.name, p.capacity));
    line("  pools: {{ {} }}", joined(pools));
  }

  [[nodiscard]] std::string needs_of(const std::vector<need>& xs) const {
    std::vector<std::string> parts;
    for (const auto& n : xs) {
      auto name = std::string{name_of(plan_, n.of)};
      parts.push_back(
          n.condition == need_condition::succeeded
              ? name
              : fmt::format("{{ {}: {} }}", name, to_string(n.condition)));
    }
    return list_of(parts);
  }

  template <class Ids>
  [[nodiscard]] std::string tasks_of(const Ids& xs) const {
    std::vector<std::string> parts;
    for (auto x : xs)
      parts.push_back(plan_.tasks[x.value].name);
    return list_of(parts);
  }

  [[nodiscard]] std::string refs_of(const std::vector<node_ref>& xs) const {
    std::vector<std::string> parts;
    for (auto x : xs)
      parts.emplace_back(name_of(plan_, x));
    return list_of(parts);
  }

  [[nodiscard]] std::string agents_of(const task& t) const {
    std::vector<std::string> names;
    for (auto a : t.agents)
      names.push_back(plan_.agents[a.value].name);
    return names.size() == 1 ? names[0]
                             : fmt::format("{{ any-of: {} }}", list_of(names));
  }

  void write_tasks() {
    line("  tasks:");
    for (const auto& t : plan_.tasks)
      if (t.kind == task_kind::work || t.kind == task_kind::after_each)
        line("    {}: {{ {} }}", t.name, joined(parts_of_task(t)));
  }

  [[nodiscard]] std::vector<std::string> parts_of_task(const task& t) const {
    std::vector<std::string> parts{"agent: " + agents_of(t)};
    auto add = [&parts](bool when, std::string x) {
      if (when)
        parts.push_back(std::move(x));
    };
    auto span = [&](const char* key, duration x) {
      add(x > duration::zero(), fmt::format("{}: {}", key, span_text(x)));
    };
    add(!t.needs.empty(), "needs: " + needs_of(t.needs));
    add(!t.needs_later.empty(), "needs-later: " + needs_of(t.needs_later));
    add(t.integrate.present, "integrate: ./integrate");
    add(t.integrate_each, "integrate-each: true");
    add(!t.after.empty(), "after: " + refs_of(t.after));
    add(!t.after_each.empty(), "after-each: " + tasks_of(t.after_each));
    if (t.kind == task_kind::after_each && !(t.batch == batch_policy{}))
      parts.push_back(fmt::format("batch: {{ wait: {}, max: {} }}",
                                  span_text(t.batch.wait),
                                  t.batch.max == 0 ? 10'000 : t.batch.max));
    std::vector<std::string> pools;
    for (const auto& x : t.pools)
      pools.push_back(
          fmt::format("{}: {}", plan_.pools[x.pool.value].name, x.count));
    add(!pools.empty(), "pool: { " + joined(pools) + " }");
    if (t.condition.nodes.size() == 1)
      parts.push_back(
          fmt::format("if: needs.{}.outputs.{}",
                      plan_.tasks[t.condition.nodes[0].task.value].name,
                      t.condition.nodes[0].literal.text));
    span("timeout", t.timeout);
    span("idle-timeout", t.idle_timeout);
    span("deadline", t.deadline);
    span("queue-timeout", t.queue_timeout);
    add(t.retries.max > 0,
        fmt::format("retries: {{ max: {}, wait: {} }}", t.retries.max,
                    span_text(t.retries.wait)));
    add(t.allow_failure, "allow-failure: true");
    add(t.is_finally, "finally: true");
    add(t.priority != 0, fmt::format("priority: {}", t.priority));
    span("estimate", t.estimate.mode);
    return parts;
  }

  void write_phases() {
    std::string all;
    for (const auto& x : plan_.phases)
      if (!x.tasks.empty())
        all +=
            fmt::format("    {}: {{ tasks: {} }}\n", x.name, tasks_of(x.tasks));
    if (!all.empty())
      text_ += "  phases:\n" + all;
  }

  [[nodiscard]] std::string approval_of(const approval_spec& a) const {
    static constexpr const char* actions[] = {"rejected", "approve", "human"};
    std::vector<std::string> by;
    for (auto x : a.agents)
      by.push_back(plan_.agents[x.value].name);
    if (a.human)
      by.emplace_back("human");
    auto result = fmt::format("approval: {{ by: {{ any-of: {} }}, min: {}",
                              list_of(by), a.min);
    if (a.timeout > duration::zero())
      result +=
          fmt::format(", timeout: {}, on-timeout: {}", span_text(a.timeout),
                      actions[static_cast<int>(a.on_timeout)]);
    return result + " }";
  }

  void write_gates() {
    if (!plan_.gates.empty())
      line("  gates:");
    static constexpr const char* actions[] = {"fail", "approve", "human"};
    for (const auto& g : plan_.gates) {
      std::vector<std::string> parts{"needs: " + needs_of(g.needs)};
      if (g.blocks_all)
        parts.emplace_back("blocks: all");
      else if (!g.blocks.empty())
        parts.push_back("blocks: " + refs_of(g.blocks));
      if (g.approval.present)
        parts.push_back(approval_of(g.approval));
      if (g.rework.present)
        parts.push_back(fmt::format(
            "rework: {{ to: {}, max-rounds: {}, on-exhausted: {} }}",
            tasks_of(g.rework.to), g.rework.max_rounds,
            actions[static_cast<int>(g.rework.on_exhausted)]));
      line("    {}: {{ {} }}", g.name, joined(parts));
    }
  }

  void write_services() {
    if (!plan_.services.empty())
      line("  services:");
    for (const auto& s : plan_.services)
      line("    {}: {{ run: ./serve }}", s.name);
  }

  // -- what agents do ---------------------------------------------------------

  [[nodiscard]] std::string
  attempt_text(const played_attempt& x,
               const std::vector<tutti::output>& outputs) const {
    auto result = fmt::format("takes: {}", span_text(x.takes));
    if (x.fails)
      result += fmt::format(", fails: exit {}", x.exit_code);
    if (x.progress > duration::zero())
      result += fmt::format(", progress: {}", span_text(x.progress));
    std::vector<std::string> parts;
    for (const auto& o : outputs)
      parts.push_back(fmt::format("{}: \"{}\"", o.name, o.value.text));
    if (!x.fails && !parts.empty())
      result += ", outputs: { " + joined(parts) + " }";
    parts.clear();
    for (const auto& a : x.asks)
      parts.push_back(fmt::format("{{ at: {}, agent: {}, for: {}{} }}",
                                  span_text(a.at), a.to, list_of(a.texts),
                                  a.awaited ? "" : ", wait: false"));
    if (!parts.empty())
      result += ", asks: " + list_of(parts);
    return result;
  }

  /// Attempt by attempt, where the run phase of a task has several.
  void write_work() {
    std::map<std::uint32_t, std::vector<std::string>> of_tasks;
    std::map<std::uint32_t, duration> integrates;
    for (const auto& x : of_.attempts)
      if (x.phase == work_phase::integrate)
        integrates.emplace(x.task, x.does.takes);
    for (const auto& x : of_.attempts) {
      const auto& t = plan_.tasks[x.task];
      if (x.phase == work_phase::integrate || t.kind == task_kind::review)
        continue;
      auto text = attempt_text(x.does, x.does.outputs);
      if (auto i = integrates.find(x.task); i != integrates.end())
        text += fmt::format(", integrate: {}", span_text(i->second));
      of_tasks[x.task].push_back("{ " + text + " }");
    }
    if (of_tasks.empty() && !has_reviews())
      return;
    line("work:");
    for (auto& [task, attempts] : of_tasks)
      line("  {}: {}", plan_.tasks[task].name,
           attempts.size() == 1 ? attempts[0] : list_of(attempts));
    write_reviews();
  }

  [[nodiscard]] bool has_reviews() const {
    return std::any_of(of_.attempts.begin(), of_.attempts.end(),
                       [this](const auto& x) {
                         return plan_.tasks[x.task].kind == task_kind::review;
                       });
  }

  /// By rounds: what the first of a gate's reviewers says counts for it.
  void write_reviews() {
    std::map<std::uint32_t, std::vector<std::string>> of_gates;
    for (const auto& x : of_.attempts) {
      const auto& t = plan_.tasks[x.task];
      if (t.kind != task_kind::review || x.does.fails)
        continue;
      const auto* word = find_output(x.does.outputs, "verdict");
      const auto* to = find_output(x.does.outputs, "to");
      if (word == nullptr || word->text == "nonsense")
        continue;
      auto text = fmt::format("{{ takes: {}, verdict: {}",
                              span_text(x.does.takes), word->text);
      if (word->text == "changes-requested" && to != nullptr)
        text += ", to: " + to->text;
      of_gates[t.review_of.value].push_back(text + " }");
    }
    for (auto& [gate, rounds] : of_gates)
      line("  {}: {}", plan_.gates[gate].name,
           rounds.size() == 1 ? rounds[0] : list_of(rounds));
  }

  // -- what befell ------------------------------------------------------------

  void write_timeline() {
    std::vector<const befallen*> told;
    for (const auto& f : of_.faults)
      if (f.changed && !f.deed.empty())
        told.push_back(&f);
    if (told.empty())
      return;
    line("timeline:");
    duration last{0};
    for (const auto* f : told) {
      line("  - {{ at: +{}, do: {} }}", span_text(f->of.at - last), f->deed);
      last = f->of.at;
    }
  }

  const explored& of_;
  const plan& plan_;
  std::string text_;
};

} // namespace

std::string scenario_text(const explored& x) {
  return writer{x}.run();
}

} // namespace tutti::play
