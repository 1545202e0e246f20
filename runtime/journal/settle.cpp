// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/settle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

namespace tutti::journal {

namespace {

/// Names in a line of text; more than this are counted.
constexpr std::size_t listed_max = 20;

bool is_of_attempt(fact_kind x) {
  switch (x) {
  case fact_kind::task_assigned:
  case fact_kind::attempt_started:
  case fact_kind::attempt_finished:
  case fact_kind::attempt_ending:
  case fact_kind::attempt_revoked:
    return true;
  default:
    return false;
  }
}

/// Whether a fact says nothing once the task that it names as its cause is
/// gone.
bool rests_on_cause(fact_kind x) {
  return x == fact_kind::handoff_sent || x == fact_kind::handoff_accepted
      || x == fact_kind::trigger_queued || x == fact_kind::request_made
      || x == fact_kind::request_refused;
}

std::string listed(const std::vector<std::string>& names) {
  auto few = std::min(names.size(), listed_max);
  auto text = fmt::format(
      "{}", fmt::join(names.begin(),
                      names.begin() + static_cast<std::ptrdiff_t>(few), ", "));
  return few == names.size()
           ? text
           : text + fmt::format(" and {} more", names.size() - few);
}

class settler {
public:
  settler(const plan& p, engine::engine& state, const plan_changes& changes,
          const settle_options& how)
    : plan_(p), state_(state), graph_(state.plan_graph()), changes_(changes),
      how_(how), why_(p.tasks.size()), only_integrates_(p.tasks.size(), false),
      in_question_(graph_.node_count(), false) {
  }

  settled_run run(const std::vector<fact>& facts) {
    for (const auto& f : facts)
      take(f);
    if (facts_.empty())
      return {};
    note_changes();
    spread();
    auto failed = state_.counts().failed;
    reset_gates();
    do_again();
    queue_triggers();
    settled_run result;
    result.text = describe();
    result.retry_cancelled =
        graph_.fail_fast && failed > 0 && state_.counts().failed == 0;
    tell_of_change(result.text);
    result.facts = std::move(facts_);
    return result;
  }

private:
  // -- what has happened ------------------------------------------------------

  /// What does not follow any more (a task of another kind, say) is left out.
  void add(fact f) {
    if (!state_.follows(f))
      return;
    state_.fold(f);
    facts_.push_back(std::move(f));
  }

  void take(fact f) {
    if (f.kind == fact_kind::plan_replaced
        || (rests_on_cause(f.kind) && f.cause == task_id::none))
      return;
    if (subject_of(f.kind) == subject_kind::request && !renumber(f))
      return;
    if (is_of_attempt(f.kind) && f.agent == agent_id::none)
      f.agent = agent_of(f.subject);
    if (f.kind == fact_kind::task_assigned && f.extra
        && graph_.tasks[f.subject].loose && !renumber_items(f))
      return;
    add(std::move(f));
  }

  /// Who works on it, or will: its agent then is none of this plan.
  [[nodiscard]] std::uint32_t agent_of(std::uint32_t task) const {
    const auto& t = state_.task(task);
    return t.agent != agent_id::none ? t.agent
                                     : plan_.tasks[task].agents[0].value;
  }

  /// Requests of who is gone are gone: the others move up.
  bool renumber(fact& f) {
    if (f.kind == fact_kind::request_made) {
      if (f.agent == agent_id::none)
        return false;
      auto number = static_cast<std::uint32_t>(state_.requests().size()) + 1;
      numbers_[f.subject] = number;
      f.subject = number;
      return true;
    }
    auto known = numbers_.find(f.subject);
    if (known == numbers_.end())
      return false;
    f.subject = known->second;
    return true;
  }

  /// False: nothing is left of what was taken together.
  bool renumber_items(fact& f) {
    auto extra = *f.extra;
    std::erase_if(extra.items, [this](work_item& x) {
      if (x.request == 0)
        return false;
      auto known = numbers_.find(x.request);
      if (known != numbers_.end())
        x.request = known->second;
      return known == numbers_.end();
    });
    bool any = !extra.items.empty();
    f.extra = std::make_shared<const fact_extra>(std::move(extra));
    return any;
  }

  // -- what that is worth -----------------------------------------------------

  void note_changes() {
    for (const auto& x : changes_.changed) {
      if (x.kind == name_kind::gate) {
        put_in_question(graph_.gate_node(x.index));
        continue;
      }
      const auto& t = plan_.tasks[x.index];
      if (t.kind == task_kind::requests)
        continue; // who asks now is answered by what there is now
      // A review belongs to its gate, which asks again.
      if (t.review_of.valid()) {
        put_in_question(graph_.gate_node(t.review_of.value));
        continue;
      }
      only_integrates_[x.index] =
          !x.aspects.empty()
          && std::all_of(x.aspects.begin(), x.aspects.end(),
                         [](const std::string& aspect) {
                           return aspect == "integrate"
                               || aspect == "needs-later";
                         });
      why_[x.index] =
          x.aspects.empty()
              ? "it is new"
              : fmt::format("its {} changed", fmt::join(x.aspects, " and "));
      put_in_question(x.index);
    }
  }

  void put_in_question(engine::node_index x) {
    if (in_question_[x])
      return;
    in_question_[x] = true;
    open_.push_back(x);
  }

  /// All that follows on it.
  void spread() {
    while (!open_.empty()) {
      auto x = open_.back();
      open_.pop_back();
      for (auto e : graph_.out_of(x))
        if (e.kind() != engine::edge_kind::asked)
          put_in_question(e.target());
    }
  }

  [[nodiscard]] bool has_changed(std::uint32_t task) const {
    return !why_[task].empty();
  }

  void reset_gates() {
    for (std::uint32_t i = 0; i < graph_.gate_count; ++i)
      if (in_question_[graph_.gate_node(i)]
          && state_.gate(i).state != gate_state::waiting)
        add(made(fact_kind::gate_reset, i));
  }

  /// First what was changed, then what is in question for it: so that its edges
  /// are looked at when they are open.
  void do_again() {
    for (std::uint32_t i = 0; i < graph_.task_count; ++i)
      if (in_question_[i] && has_changed(i))
        start_again(i);
    for (std::uint32_t i = 0; i < graph_.task_count; ++i) {
      if (!in_question_[i] || has_changed(i))
        continue;
      const auto& t = state_.task(i);
      bool begun =
          t.state != task_state::waiting && t.state != task_state::ready;
      // A person's word stands (§26).
      if (!begun || t.state == task_state::cancelled || t.doubted)
        continue;
      bool unbegun = is_terminal(t.state) && !t.begun_version;
      if (graph_.tasks[i].loose ? is_terminal(t.state) : unbegun)
        start_again(i); // it may run now
      else if (!graph_.tasks[i].loose)
        doubt(i);
    }
  }

  void start_again(std::uint32_t task) {
    const auto& t = state_.task(task);
    bool ran = is_terminal(t.state)
            || t.state == task_state::waiting_to_integrate
            || t.state == task_state::integrating;
    bool integrates_anew = only_integrates_[task] && t.ran;
    if (!ran)
      return; // it goes on, or begins, as it is now
    if (integrates_anew && !is_terminal(t.state))
      return doubt(task);
    if (t.begun_version)
      again_.emplace_back(task);
    if (t.assigned)
      return; // the engine starts it, once its attempt is lost
    auto f = made(fact_kind::version_started, task);
    f.version = t.version + (t.begun_version || has_changed(task));
    if (integrates_anew)
      f.phase = work_phase::integrate;
    add(std::move(f));
    if (integrates_anew)
      doubt(task);
  }

  /// It waits until what it is made of is there again, and is looked at then.
  void doubt(std::uint32_t task) {
    if (!state_.task(task).doubted)
      add(made(fact_kind::version_doubted, task));
  }

  /// Triggers that stand, and of which an after-each task has not heard.
  void queue_triggers() {
    for (const auto& info : graph_.streams) {
      auto x = info.task;
      if (graph_.tasks[x].kind != task_kind::after_each
          || is_terminal(state_.task(x).state))
        continue;
      const auto& s = *state_.stream(x);
      for (auto e : graph_.into(x)) {
        auto from = e.target();
        if (e.kind() != engine::edge_kind::trigger
            || state_.task(from).state != task_state::succeeded)
          continue;
        auto is_it = [from](const work_item& y) {
          return y.from.value == from;
        };
        bool heard = std::any_of(s.taken.begin(), s.taken.end(), is_it)
                  || std::any_of(s.queue.begin(), s.queue.end(),
                                 [&](const auto& y) {
                                   return is_it(y.work);
                                 })
                  || (!has_changed(x)
                      && std::any_of(s.results.begin(), s.results.end(),
                                     [from](const auto& y) {
                                       return y.first == from;
                                     }));
        if (heard)
          continue;
        auto f = made(fact_kind::trigger_queued, x);
        f.cause = from;
        f.version = state_.task(from).version;
        f.state = task_state::succeeded;
        add(std::move(f));
      }
    }
  }

  void tell_of_change(const std::string& text) {
    auto f = made(fact_kind::plan_replaced, task_id::none);
    f.version = how_.revision;
    fact_extra extra;
    extra.text = text;
    extra.tasks = again_;
    f.extra = std::make_shared<const fact_extra>(std::move(extra));
    add(std::move(f));
  }

  [[nodiscard]] fact made(fact_kind kind, std::uint32_t subject) const {
    fact f;
    f.kind = kind;
    f.subject = subject;
    f.at = facts_.back().at;
    return f;
  }

  // -- in words ---------------------------------------------------------------

  std::string describe() const {
    std::vector<std::string> kept;
    std::vector<std::string> again;
    std::vector<std::string> doubted;
    std::vector<std::string> fresh;
    for (std::uint32_t i = 0; i < graph_.task_count; ++i) {
      const auto& name = plan_.tasks[i].name;
      const auto& t = state_.task(i);
      bool tried_again =
          how_.retry_failed
          && (is_failure(t.state) || t.state == task_state::cancelled);
      if (plan_.tasks[i].kind == task_kind::requests)
        continue;
      if (why_[i] == "it is new")
        fresh.push_back(name);
      else if (has_changed(i) && t.ever_started)
        again.push_back(fmt::format("{} ({})", name, why_[i]));
      else if (t.doubted && t.ever_started)
        doubted.push_back(name);
      else if (t.assigned && t.state != task_state::ready)
        again.push_back(name + " (it had not ended)");
      else if (tried_again && t.ever_started)
        again.push_back(fmt::format(
            "{} (it has {})", name,
            t.state == task_state::cancelled ? "been cancelled" : "failed"));
      else if (t.ever_started
               && (is_terminal(t.state)
                   || t.state == task_state::waiting_to_integrate))
        kept.push_back(name);
    }
    std::string text = kept.empty() ? "nothing is kept"
                                    : fmt::format("kept: {}", listed(kept));
    auto add_line = [&text](const char* what,
                            const std::vector<std::string>& names) {
      if (!names.empty())
        text += fmt::format("\n{}: {}", what, listed(names));
    };
    add_line("runs again", again);
    add_line("runs again where what it was made of comes out another", doubted);
    add_line("new", fresh);
    add_line("gone", changes_.removed);
    return text;
  }

  const plan& plan_;
  engine::engine& state_;
  const engine::graph& graph_;
  const plan_changes& changes_;
  const settle_options& how_;
  std::vector<fact> facts_;
  std::map<std::uint32_t, std::uint32_t> numbers_; ///< of requests, old to new
  std::vector<std::string> why_;      ///< a task was changed; empty: it was not
  std::vector<bool> only_integrates_; ///< all that was changed is of that
  std::vector<bool> in_question_;     ///< by node
  std::vector<engine::node_index> open_;
  std::vector<task_id> again_;
};

} // namespace

settled_run settle(const plan& p, engine::engine& state,
                   const std::vector<fact>& facts, const plan_changes& changes,
                   const settle_options& how) {
  return settler{p, state, changes, how}.run(facts);
}

} // namespace tutti::journal
