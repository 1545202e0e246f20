// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/counterfactual.hpp"

#include "actors/orchestrator/engine/engine.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <variant>
#include <vector>

namespace tutti::report {

namespace {

/// How long one task takes, by phase, and how it ends.
struct measured_task {
  duration run{0};
  duration integrate{0};
  bool succeeds = true;
  std::shared_ptr<const attempt_details> details;
};

using attempt_key = std::pair<std::uint32_t, std::uint32_t>; // task, attempt

/// What was cut off and made again counts once.
std::set<attempt_key> cut_attempts(const run_model& m) {
  std::set<attempt_key> result;
  for (const auto& x : m.intervals())
    if (x.is_last
        && (x.end == attempt_end::stopped || x.end == attempt_end::no_space))
      result.insert({x.task.value, x.attempt});
  return result;
}

std::vector<measured_task> measure(const run_model& m) {
  const auto& p = m.plan();
  std::vector<measured_task> result(p.tasks.size());
  std::vector<std::uint32_t> runs(p.tasks.size(), 0);
  auto cut = cut_attempts(m);
  for (const auto& x : m.intervals()) {
    if (cut.contains({x.task.value, x.attempt}))
      continue;
    auto& t = result[x.task.value];
    (x.phase == work_phase::run ? t.run : t.integrate) +=
        x.finished - x.started;
    runs[x.task.value] += x.is_last && x.phase == work_phase::run;
  }
  for (std::size_t i = 0; i < result.size(); ++i) {
    const auto& t = m.task(i);
    auto& mine = result[i];
    bool stream = p.tasks[i].kind == task_kind::after_each
               || p.tasks[i].kind == task_kind::requests;
    auto times = std::max(1u, stream ? runs[i] : t.version);
    mine.run /= times;
    mine.integrate /= times;
    mine.succeeds = t.state == task_state::succeeded || t.attempts == 0;
    mine.details = t.details;
    if (t.attempts == 0 && p.tasks[i].has_estimate)
      mine.run = p.tasks[i].estimate.mode;
  }
  return result;
}

/// Plays a plan on the engine: agents with slots and queues, and a clock that
/// goes from event to event.
class player {
public:
  player(const run_model& m, plan p, const std::vector<measured_task>& times,
         engine::graph_options options)
    : model_(m), plan_(std::move(p)), times_(times), options_(options),
      engine_(engine::compile(plan_, options)), queues_(plan_.agents.size()),
      free_(plan_.agents.size()) {
    for (std::size_t i = 0; i < free_.size(); ++i)
      free_[i] = plan_.agents[i].slots == 0 ? options_.implicit_slots
                                            : plan_.agents[i].slots;
  }

  /// When all has ended; none where something is left waiting.
  std::optional<duration> play() {
    step(engine::run_begins{});
    while (!engine_.over() && !due_.empty()) {
      auto next = due_.extract(due_.begin());
      now_ = std::max(now_, next.key());
      if (const auto* e = std::get_if<engine::attempt_ends>(&next.mapped()))
        finish({e->task.value, e->attempt});
      else
        step(next.mapped());
    }
    if (!engine_.over() || engine_.counts().unfinished > 0)
      return std::nullopt;
    return last_end_;
  }

private:
  using key = attempt_key;

  void later(duration span, engine::event e) {
    due_.emplace(now_ + span, std::move(e));
  }

  void end_after(duration span, key attempt) {
    engine::attempt_ends e;
    e.task = task_id{attempt.first};
    e.attempt = attempt.second;
    later(span, e);
  }

  void finish(key attempt) {
    auto i = running_.find(attempt);
    if (i == running_.end())
      return;
    auto agent = i->second;
    running_.erase(i);
    ++free_[agent];
    last_end_ = now_;
    const auto& t = times_[attempt.first];
    engine::attempt_ends e;
    e.task = task_id{attempt.first};
    e.attempt = attempt.second;
    e.end = t.succeeds ? attempt_end::success : attempt_end::failure;
    e.exit_code = t.succeeds ? 0 : 1;
    e.details = t.details;
    step(e);
    start_next(agent);
  }

  void start_next(std::uint32_t agent) {
    auto& queue = queues_[agent];
    while (free_[agent] > 0 && !queue.empty()) {
      auto attempt = queue.begin()->second;
      queue.erase(queue.begin());
      --free_[agent];
      running_[attempt] = agent;
      bool integrate =
          engine_.task(attempt.first).state == task_state::waiting_to_integrate;
      const auto& t = times_[attempt.first];
      step(engine::attempt_begins{task_id{attempt.first}, attempt.second});
      end_after(integrate ? t.integrate : t.run, attempt);
    }
  }

  void step(const engine::event& e) {
    engine::decision out;
    engine_.decide(now_, e, out);
    for (const auto& f : out.facts)
      answer(f);
    std::vector<std::uint32_t> agents;
    for (const auto& c : out.commands)
      obey(c, agents);
    for (auto a : agents)
      start_next(a);
  }

  /// People decide as fast as they did.
  void answer(const fact& f) {
    if (f.kind != fact_kind::approval_asked
        || !plan_.gates[f.subject].approval.human)
      return;
    const auto& g = model_.gate(f.subject);
    engine::verdict_arrives e;
    e.gate = gate_id{f.subject};
    e.who = "person";
    e.verdict =
        g.state == gate_state::rejected ? verdict::rejected : verdict::approved;
    later(g.asked_for / std::max(1u, g.rounds), std::move(e));
  }

  void obey(const engine::command& c, std::vector<std::uint32_t>& agents) {
    switch (c.kind) {
    case engine::command_kind::assign:
      queues_[c.agent][c.other] = {c.task, c.attempt};
      agents.push_back(c.agent);
      return;
    case engine::command_kind::revoke:
      if (auto i = queues_[c.agent].find(c.other);
          i != queues_[c.agent].end() && i->second == key{c.task, c.attempt}) {
        queues_[c.agent].erase(i);
        later(duration{0},
              engine::attempt_given_back{task_id{c.task}, c.attempt});
      }
      return;
    case engine::command_kind::end_attempt:
      return end_after(duration{0}, {c.task, c.attempt});
    case engine::command_kind::start_service: {
      const auto& s = model_.service(c.other);
      engine::service_changes e;
      e.service = service_id{c.other};
      e.state = s.ready_at ? service_state::ready : service_state::failed;
      auto span = s.ready_at && s.started_at
                    ? model_.up_time(*s.started_at, *s.ready_at)
                    : duration{0};
      return later(span, std::move(e));
    }
    case engine::command_kind::arm_timer:
      due_.emplace(c.at, engine::timer_fires{c.timer, c.task, c.attempt});
      return;
    default:
      return;
    }
  }

  const run_model& model_;
  plan plan_;
  const std::vector<measured_task>& times_;
  engine::graph_options options_;
  engine::engine engine_;
  std::vector<std::map<std::uint32_t, key>> queues_; ///< by rank
  std::vector<std::uint32_t> free_;
  std::map<key, std::uint32_t> running_;       ///< → agent
  std::multimap<duration, engine::event> due_; ///< equal moments in order
  duration now_{0};
  duration last_end_{0};
};

/// The plan without what the measured durations already say: clocks, retries,
/// rounds.
plan plain_plan(const plan& p) {
  auto result = p;
  for (auto& t : result.tasks) {
    t.timeout = t.idle_timeout = t.deadline = t.queue_timeout = duration{0};
    t.retries = {};
  }
  for (auto& g : result.gates) {
    g.approval.timeout = duration{0};
    g.rework = {};
  }
  result.fail_fast = false;
  return result;
}

void turn_into_needs(plan& p, std::vector<measured_task>& times) {
  for (std::size_t i = 0; i < p.tasks.size(); ++i) {
    auto& t = p.tasks[i];
    t.needs.insert(t.needs.end(), t.needs_later.begin(), t.needs_later.end());
    t.needs_later.clear();
    t.integrate.present = false;
    t.integrate_each = false;
    times[i].run += times[i].integrate;
    times[i].integrate = duration{0};
  }
}

/// `needs: { x: started }` on a task that needs the asker later would become a
/// wait for itself.
bool could_close_a_circle(const plan& p) {
  return std::any_of(p.tasks.begin(), p.tasks.end(), [&](const task& t) {
    return std::any_of(t.needs.begin(), t.needs.end(), [](const need& n) {
      return n.condition == need_condition::started;
    });
  });
}

} // namespace

std::optional<time_saved> saved_by_later(const run_model& m,
                                         const replay_options& options) {
  const auto& p = m.plan();
  bool any = std::any_of(p.tasks.begin(), p.tasks.end(), [](const task& t) {
    return !t.needs_later.empty();
  });
  bool ended = m.ended()
            && (m.status() == run_status::succeeded
                || m.status() == run_status::failed);
  // Under an earlier plan it is not known how long the tasks took.
  if (!any || !ended || m.revision() > 1 || could_close_a_circle(p))
    return std::nullopt;
  engine::graph_options graph;
  graph.jobs = options.jobs.value_or(engine::graph_options::no_jobs_limit);
  graph.implicit_slots = options.local_slots;
  auto times = measure(m);
  auto planned = plain_plan(p);
  auto hard = planned;
  auto hard_times = times;
  turn_into_needs(hard, hard_times);
  auto a = player{m, std::move(planned), times, graph}.play();
  auto b = player{m, std::move(hard), hard_times, graph}.play();
  if (!a || !b)
    return std::nullopt;
  return time_saved{*a, *b};
}

} // namespace tutti::report
