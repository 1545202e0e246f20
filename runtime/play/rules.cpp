// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/rules.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tutti::play {

namespace {

constexpr std::uint32_t reviews_max = 3; ///< without a verdict (§16)

bool is_stream(const task& t) {
  return t.kind == task_kind::after_each || t.kind == task_kind::requests;
}

} // namespace

rules::rules(const plan& work, rules_options options)
  : plan_(work), options_(std::move(options)), book_(work),
    slots_used_(work.agents.size(), 0), waiters_(work.agents.size(), 0),
    pools_used_(work.pools.size(), 0),
    nodes_(work, book_, [this](std::string text) {
      broken(std::move(text));
    }) {
}

void rules::on(const fact& x) {
  check(x);
  nodes_.on(x);
  count_capacity(x);
  book_.on(x);
}

void rules::check(const fact& x) {
  switch (x.kind) {
  case fact_kind::task_assigned:
    return check_assigned(x);
  case fact_kind::attempt_started:
    return check_started(x);
  case fact_kind::attempt_finished:
    return check_finished(x);
  case fact_kind::integrate_ready:
    if (x.state == task_state::succeeded)
      check_done(x.subject);
    return;
  case fact_kind::stream_ended:
    return check_stream_end(x);
  case fact_kind::result_late:
    return check_late(x);
  case fact_kind::handoff_sent:
    sent_.insert({x.cause, x.subject, x.version});
    return;
  case fact_kind::handoff_accepted:
    return check_accepted(x);
  case fact_kind::answer_accepted:
    return check_answer_accepted(x);
  case fact_kind::agent_placed:
    return forget_agent(x.agent);
  case fact_kind::run_ended:
    return check_run_end(x);
  case fact_kind::rework_requested:
    rework_at_ = x.at;
    return;
  case fact_kind::task_retried:
    retried_at_ = x.at;
    return;
  case fact_kind::run_resumed:
    rework_at_ = retried_at_ = duration{-1};
    return;
  default:
    if (subject_of(x.kind) == subject_kind::gate)
      check_gate(x);
  }
}

// -- attempts -----------------------------------------------------------------

void rules::check_assigned(const fact& x) {
  const auto& t = book_.task(x.subject);
  const auto& p = plan_.tasks[x.subject];
  if (t.assigned)
    broken(fmt::format("rule 6: {} is given out as attempt {} while attempt {} "
                       "is current",
                       p.name, x.attempt, t.attempt));
  if (x.attempt != t.attempt + 1)
    broken(fmt::format("rule 6: attempt {} of {} follows on attempt {}",
                       x.attempt, p.name, t.attempt));
  if (std::find(p.agents.begin(), p.agents.end(), agent_id{x.agent})
      == p.agents.end())
    broken(fmt::format("rule 1: {} is given to an agent that may not work on "
                       "it",
                       p.name));
  if (t.paused)
    broken(fmt::format("rule 1: {} is given out though it is paused", p.name));
  if (book_.stopping() && !p.is_finally)
    broken(fmt::format("rule 7: {} is given out though the run stops (§26)",
                       p.name));
  if (is_stream(p))
    check_items(x);
  else
    check_again(x);
  if (x.phase == work_phase::run)
    check_start(x.subject);
  else
    check_integrate(x.subject);
}

/// Rule 1, the first half: all that it needs holds now.
void rules::check_start(std::uint32_t task) {
  const auto& p = plan_.tasks[task];
  auto refuse = [&](const std::string& what) {
    broken(fmt::format("rule 1: {} starts, but {}", p.name, what));
  };
  // A stop lets `finally` tasks go ahead of what will not come.
  if (book_.stopping())
    return;
  for (const auto& n : p.needs) {
    auto need = n;
    if (p.is_finally && n.of.kind != node_kind::gate
        && n.of.kind != node_kind::service)
      need.condition = need_condition::completed;
    bool any_end = p.is_finally && n.of.kind == node_kind::gate;
    if (!any_end && !book_.holds(need, true))
      refuse(fmt::format("its need {}: {} does not hold", name(n.of),
                         to_string(n.condition)));
  }
  for (const auto& x : p.after)
    for (auto t : book_.tasks_of(x))
      if (!book_.task(t).settled())
        refuse(fmt::format("{}, after which it comes, has not ended", name(t)));
  for (auto g : book_.gates_before(task))
    if (book_.gate(g).state != gate_state::open)
      refuse(fmt::format("gate {} is {}", plan_.gates[g].name,
                         to_string(book_.gate(g).state)));
  if (p.kind == task_kind::review
      && book_.gate(p.review_of.value).state != gate_state::asked
      && book_.gate(p.review_of.value).state != gate_state::open)
    refuse("its gate asks for no approval");
  if (!book_.task(task).begun && !book_.condition_holds(task))
    refuse("its `if` is false");
}

/// Who has begun keeps what it was given, also while it is made again: then it
/// is enough that it came once (§18).
void rules::check_integrate(std::uint32_t task) {
  const auto& p = plan_.tasks[task];
  const auto& t = book_.task(task);
  if (!t.ran)
    broken(fmt::format("rule 1: {} integrates before it has run", p.name));
  if (p.integrate_each || t.asked)
    return;
  for (const auto& n : p.needs_later)
    for (auto from : book_.tasks_of(n.of))
      if (!book_.came_well(from) && book_.task(from).ended == 0)
        broken(fmt::format("rule 1: {} integrates before {} has ended", p.name,
                           name(from)));
}

/// Rule 4: what has ended well, durably, is not done again.
void rules::check_again(const fact& x) {
  const auto& t = book_.task(x.subject);
  if (is_terminal(t.state))
    return broken(fmt::format("rule 4: {} is given out again, but its v{} is "
                              "{}",
                              name(x.subject), t.version, to_string(t.state)));
  if (x.phase == work_phase::run && t.ran && t.version == x.version
      && plan_.tasks[x.subject].kind != task_kind::review)
    broken(fmt::format("rule 4: {} runs again, but the run phase of its v{} "
                       "has ended well",
                       name(x.subject), t.version));
}

void rules::check_items(const fact& x) {
  if (!x.extra)
    return;
  for (const auto& item : x.extra->items) {
    if (item.request == 0)
      continue;
    auto known = book_.requests().find(item.request);
    if (known == book_.requests().end() || is_terminal(known->second.state))
      broken(fmt::format("rule 4: {} works on request/{}, which is answered or "
                         "was never made",
                         name(x.subject), item.request));
  }
}

void rules::check_started(const fact& x) {
  const auto& t = book_.task(x.subject);
  if (!t.assigned || t.attempt != x.attempt || t.works())
    broken(fmt::format("rule 6: attempt {} of {} starts, which is not current",
                       x.attempt, name(x.subject)));
  // Who is asked back in time does not begin. Without trouble a message takes
  // no time.
  bool is_late = (x.agent < options_.wired.size() && options_.wired[x.agent])
              || t.asked_back < disturbed_until_;
  if (t.ending && !t.works() && !is_late
      && x.at > t.asked_back + options_.under_way)
    broken(fmt::format("rule 6: attempt {} of {} starts {} ms after it was "
                       "asked back",
                       x.attempt, name(x.subject),
                       std::chrono::duration_cast<std::chrono::milliseconds>(
                           x.at - t.asked_back)
                           .count()));
}

void rules::check_finished(const fact& x) {
  const auto& t = book_.task(x.subject);
  if (!t.works() || t.attempt != x.attempt)
    broken(fmt::format("rule 6: the end of attempt {} of {} is accepted, but "
                       "attempt {} is current ({})",
                       x.attempt, name(x.subject), t.attempt,
                       to_string(t.state)));
  check_tries(x);
  if (x.state == task_state::succeeded)
    check_done(x.subject);
}

/// A task has its own failures only, and all its retries (§22, §26).
void rules::check_tries(const fact& x) {
  const auto& t = book_.task(x.subject);
  const auto& p = plan_.tasks[x.subject];
  bool own = x.end == attempt_end::failure || x.end == attempt_end::timed_out
          || x.end == attempt_end::system_error;
  bool excused = t.cancelled || t.overdue || book_.stopping();
  if (!own || excused || !is_failure(x.state))
    return;
  if (x.end == attempt_end::system_error) {
    if (t.crashes + 1 < crashes_max)
      broken(fmt::format("rule 6: {} is over after {} crashes of its agent, "
                         "which are no fault of it (§22)",
                         p.name, t.crashes + 1));
    return;
  }
  bool silent = p.kind == task_kind::review && x.end == attempt_end::failure
             && x.exit_code == 0;
  if (silent ? t.no_verdicts + 1 >= reviews_max : t.failures >= p.retries.max)
    return;
  broken(fmt::format("rule 6: {} is over after {} tries that failed, it has "
                     "{}: a crash of its agent is none of them (§22)",
                     p.name, t.failures + 1, p.retries.max + 1));
}

/// Rule 1, the second half: a task is done once all that it needs later is
/// integrated.
void rules::check_done(std::uint32_t task) {
  const auto& p = plan_.tasks[task];
  const auto& t = book_.task(task);
  for (const auto& n : p.needs_later)
    for (auto from : book_.tasks_of(n.of))
      if (!book_.came_well(from) && book_.task(from).ended == 0)
        broken(fmt::format("rule 1: {} is done before {}, which it needs later",
                           p.name, name(from)));
  bool integrates = p.integrate.present && (!p.needs_later.empty() || t.asked);
  if (integrates && t.state != task_state::integrating)
    broken(
        fmt::format("rule 1: {} is done without an integrate phase", p.name));
  if (t.open_requests > 0)
    broken(fmt::format("rule 1: {} is done, but {} of its requests are not "
                       "answered",
                       p.name, t.open_requests));
}

/// §13: it ran after the latest version of all that it runs after.
void rules::check_stream_end(const fact& x) {
  const auto& p = plan_.tasks[x.subject];
  const auto& t = book_.task(x.subject);
  bool own = x.state == task_state::succeeded || x.state == task_state::failed;
  if (p.kind != task_kind::after_each || !own || t.retried)
    return;
  for (auto trigger : p.after_each) {
    const auto& from = book_.task(trigger.value);
    auto ran = t.ran_after.find(trigger.value);
    auto version = ran == t.ran_after.end() ? 0 : ran->second;
    if (from.state == task_state::succeeded && !from.retried
        && version < from.version)
      broken(fmt::format("rule 1: {} is over, but never ran after v{} of {} "
                         "(§13)",
                         p.name, from.version, name(trigger.value)));
  }
}

void rules::check_late(const fact& x) {
  const auto& t = book_.task(x.subject);
  ++late_recorded_;
  // Its own success came after it had run out of time.
  if ((t.works() && t.attempt == x.attempt && t.ending)
      || nodes_.takes_late(x.subject, x.attempt))
    return;
  if (++late_ > late_sent_)
    broken(fmt::format("rule 6: a late result of attempt {} of {} is recorded, "
                       "and nobody sent one",
                       x.attempt, name(x.subject)));
}

// -- handoffs -----------------------------------------------------------------

void rules::check_accepted(const fact& x) {
  edge_version key{x.cause, x.subject, x.version};
  if (!sent_.contains(key))
    broken(fmt::format("rule 3: {} has v{} of {}, which was not sent",
                       name(x.subject), x.version, name(x.cause)));
  // Of several agents that may work on a task, each has a memory of its own,
  // and a new one on each node.
  auto times = ++accepted_[key];
  if (times > nodes_.memories_of(x.subject))
    broken(fmt::format("rule 3: the handoff {} -> {} v{} is accepted {} times",
                       name(x.cause), name(x.subject), x.version, times));
}

void rules::handed(agent_id agent, const handoff& x) {
  edge_version key{x.from.value, x.to.value, x.version};
  if (!handed_.insert({agent.value, key}).second)
    broken(fmt::format("rule 3: the handoff {} -> {} v{} is handed over twice",
                       name(x.from.value), name(x.to.value), x.version));
  if (book_.task(x.from.value).ended < x.version)
    broken(fmt::format("rule 4: {} is handed v{} of {}, whose end is not "
                       "durable (§30)",
                       name(x.to.value), x.version, name(x.from.value)));
}

void rules::answered(agent_id agent, const request_answer& x) {
  if (!answered_.insert({agent.value, x.number}).second)
    broken(fmt::format("rule 3: the answer to request/{} is handed over twice",
                       x.number));
  auto known = book_.requests().find(x.number);
  if (known == book_.requests().end() || !is_terminal(known->second.state))
    broken(fmt::format("rule 4: {} has an answer to request/{} that is not "
                       "durable (§30)",
                       name(x.to.value), x.number));
}

/// What an attempt is given is durable, and it is all that it needs.
void rules::check_handed(const attempt_work& x) {
  auto task = x.task.value;
  const auto& p = plan_.tasks[task];
  std::map<std::uint32_t, std::uint32_t> has;
  for (const auto& h : x.handed) {
    has[h.from.value] = h.version;
    if (book_.task(h.from.value).ended < h.version)
      broken(fmt::format("rule 4: {} begins with v{} of {}, whose end is not "
                         "durable (§30)",
                         p.name, h.version, name(h.from.value)));
  }
  if (is_stream(p)) {
    for (const auto& item : x.details->items)
      // Where it is made again meanwhile, nobody has that version any more.
      if (item.request == 0 && has[item.from.value] < item.version
          && book_.task(item.from.value).version == item.version)
        broken(fmt::format("rule 3: {} runs after v{} of {} without its "
                           "handoff",
                           p.name, item.version, name(item.from.value)));
    return;
  }
  // Who has begun keeps what it was given, and be it nothing (§18).
  auto& before = given_[task];
  if (before.version == x.version && before.phase == x.phase) {
    for (const auto& [from, version] : before.handed)
      // What is being made again is not announced again.
      if (auto now = has.find(from);
          book_.task(from).settled()
          && (now == has.end() || now->second < version))
        broken(fmt::format("rule 3: {} begins again without the handoff of {}, "
                           "which it had",
                           p.name, name(from)));
  } else if (!book_.stopping()) {
    check_complete(x, has);
  }
  before = {x.version, x.phase, std::move(has)};
}

/// What it asked for in this version and waited for is there.
void rules::check_answers(const attempt_work& x) {
  std::set<std::uint32_t> has;
  for (const auto& y : x.answers)
    has.insert(y.number);
  for (const auto& [number, r] : book_.requests())
    if (r.from == x.task.value && r.awaited && r.version == x.version
        && is_terminal(r.state) && !has.contains(number))
      broken(fmt::format("rule 3: {} integrates without the answer to "
                         "request/{}",
                         name(x.task.value), number));
}

/// All that it needs and that carries data is there as it begins.
void rules::check_complete(const attempt_work& x,
                           const std::map<std::uint32_t, std::uint32_t>& has) {
  auto task = x.task.value;
  const auto& p = plan_.tasks[task];
  auto want = [&](std::uint32_t from) {
    const auto& f = book_.task(from);
    // Who has begun before it was made again may integrate without it (§18).
    if (book_.task(task).begun && f.version > 1)
      return;
    if (f.ever_started && f.settled() && f.begun && !has.contains(from))
      broken(fmt::format("rule 3: {} begins without the handoff of {}", p.name,
                         name(from)));
  };
  bool integrates = x.phase == work_phase::integrate;
  // Of a phase in which one failed the others may come later.
  auto has_all = [](const need& n) {
    return n.condition != need_condition::started
        && (n.of.kind == node_kind::task
            || n.condition != need_condition::failed);
  };
  if (integrates && book_.task(task).asked && !p.integrate_each)
    check_answers(x);
  // Where each arrival is integrated by itself, others may be under way.
  bool in_parts = integrates && (book_.task(task).asked || p.integrate_each);
  for (const auto& n : integrates ? p.needs_later : p.needs)
    if (has_all(n) && !in_parts)
      for (auto from : book_.tasks_of(n.of))
        if (!integrates || book_.came_well(from))
          want(from);
}

void rules::begins(agent_id agent, const attempt_work& x, duration,
                   bool waits) {
  auto task = x.task.value;
  const auto& t = book_.task(task);
  std::pair key{task, x.attempt};
  if (!begun_.insert(key).second)
    broken(fmt::format("rule 6: attempt {} of {} begins twice", x.attempt,
                       name(task)));
  if (waits && may_wait_.insert(key).second)
    ++waiters_[agent.value];
  check_handed(x);
  if (is_stream(plan_.tasks[task]))
    return;
  bool integrates = x.phase == work_phase::integrate;
  bool released = t.works()
               || t.state
                      == (integrates ? task_state::waiting_to_integrate
                                     : task_state::ready);
  if (!released)
    broken(fmt::format("rule 4: {} begins, but what released it is not durable "
                       "(§30): it is {}",
                       name(task), to_string(t.state)));
}

// -- capacities ---------------------------------------------------------------

void rules::hold(std::uint32_t task, int sign) {
  const auto& t = book_.task(task);
  auto add = [sign](std::uint32_t& to, std::uint32_t n) {
    to = static_cast<std::uint32_t>(static_cast<std::int64_t>(to)
                                    + sign * std::int64_t{n});
  };
  add(slots_used_[t.agent], 1);
  add(jobs_used_, 1);
  nodes_.hold(t.agent, sign, waiters_[t.agent]);
  for (const auto& x : plan_.tasks[task].pools)
    add(pools_used_[x.pool.value], x.count);
  if (sign < 0)
    return;
  const auto& a = plan_.agents[t.agent];
  auto slots = a.slots == 0 ? options_.implicit_slots : a.slots;
  // A wait that is refused has given its slot away for a moment (§20).
  if (slots_used_[t.agent] > slots + waiters_[t.agent])
    broken(fmt::format("rule 2: agent {} works on {} attempts, it has {} slots",
                       a.name, slots_used_[t.agent], slots));
  if (options_.jobs > 0 && jobs_used_ > options_.jobs)
    broken(fmt::format("rule 2: {} attempts run, --jobs allows {}", jobs_used_,
                       options_.jobs));
  for (const auto& x : plan_.tasks[task].pools)
    if (pools_used_[x.pool.value] > plan_.pools[x.pool.value].capacity)
      broken(fmt::format("rule 2: {} of pool {} are in use, it has {}",
                         pools_used_[x.pool.value],
                         plan_.pools[x.pool.value].name,
                         plan_.pools[x.pool.value].capacity));
}

void rules::count_capacity(const fact& x) {
  if (subject_of(x.kind) != subject_kind::task)
    return;
  const auto& t = book_.task(x.subject);
  switch (x.kind) {
  case fact_kind::attempt_started:
  case fact_kind::attempt_goes_on:
    return hold(x.subject, 1);
  case fact_kind::attempt_waits:
    return hold(x.subject, -1);
  case fact_kind::attempt_finished:
    if (t.works() && !t.waits)
      hold(x.subject, -1);
    if (may_wait_.erase({x.subject, x.attempt}) > 0)
      --waiters_[t.agent];
    return;
  default:
    return;
  }
}

} // namespace tutti::play
