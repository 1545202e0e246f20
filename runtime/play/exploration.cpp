// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/exploration.hpp"

#include "actors/orchestrator/engine/invariants.hpp"
#include "runtime/play/dice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace tutti::play {

namespace {

using namespace std::chrono_literals;

/// So many messages within one instant are a play that never comes to rest.
constexpr std::uint64_t steps_max = 1'000'000;

/// So long after its end nothing may be left that waits for its time: clocks
/// that were set back by hours are behind that.
constexpr duration rest_after = 30h;

/// Nodes of a plan that may be looked at in every step.
constexpr std::size_t looked_at_whole_max = 500;

/// As a person would after a stop.
constexpr duration resumed_after = 5s;

} // namespace

exploration::exploration(const story& x, bool drop_progress)
  : story_(x), rules_(*x.work, options_of_rules()) {
  result_.played = x;
  auto options = options_of_world();
  options.drop_progress = drop_progress;
  world_ = std::make_unique<world>(std::move(options));
}

rules_options exploration::options_of_rules() {
  rules_options result;
  result.jobs = story_.jobs;
  result.under_way = story_.journal_max;
  result.wired = story_.wired;
  for (std::size_t i = 0; i < result.wired.size() && !story_.fleet.empty(); ++i)
    result.wired[i] = result.wired[i] || !work().agents[i].runs_on.empty();
  result.broken = [this](std::string text) {
    broken(std::move(text));
  };
  return result;
}

world_options exploration::options_of_world() {
  world_options result;
  result.work = story_.work;
  result.from = this;
  result.seed = story_.in_order ? 0 : story_.seed;
  if (story_.jobs > 0)
    result.graph.jobs = story_.jobs;
  result.wired = story_.wired;
  result.as_rows = true;
  result.nodes = story_.fleet;
  result.graph.placement = result.graph.nodes_may_join = !story_.fleet.empty();
  result.broken = [this](std::string text) {
    broken(std::move(text));
  };
  if (story_.journal_max > duration::zero())
    result.journal_delay = [this] {
      auto max = static_cast<std::uint64_t>(story_.journal_max.count());
      return duration{mixed(story_.seed, "journal", ++delays_) % (max + 1)};
    };
  result.on_durable = [this](const fact& x) {
    result_.facts.push_back(x);
    rules_.on(x);
  };
  result.on_fact = [this](const fact&) {
    // A full disk that stays full ends the run without its journal.
    if (++heard_ > result_.facts.size() && !disk_was_full_)
      broken("rule 4: viewers hear of what is not durable (§30)");
  };
  result.on_step = [this](const engine::engine& e) {
    // In larger plans not every step is looked at as a whole.
    if (++unlooked_ * looked_at_whole_max < e.plan_graph().node_count())
      return;
    unlooked_ = 0;
    for (const auto& x : engine::check_invariants(e))
      broken("rule 2: " + x);
  };
  return result;
}

void exploration::broken(std::string text) {
  result_.violations.push_back(
      {std::move(text), world_->now(), result_.facts.size()});
}

// -- turns --------------------------------------------------------------------

explored exploration::play() {
  world_->begin();
  for (std::size_t i = 0; i < story_.faults.size(); ++i)
    world_->at(story_.faults[i].at, [this, i] {
      befall(i);
    });
  world_->at(story_.chaos, [this] {
    heal();
  });
  while (result_.passed() && go_on()) {
  }
  if (result_.passed())
    look_at_end();
  result_.messages = world_->message_count();
  result_.took = world_->now();
  result_.sessions = world_->session();
  return std::move(result_);
}

/// All that happens at this instant; false: that has no end.
bool exploration::settle() {
  for (std::uint64_t i = 0; world_->step(); ++i) {
    if (!result_.passed())
      return false;
    if (i < steps_max)
      continue;
    broken(
        fmt::format("rule 9: {} messages at one instant, and still more", i));
    return false;
  }
  std::ignore = world_->take_replies();
  return result_.passed();
}

/// One instant; false: the run has ended, or something broke.
bool exploration::go_on() {
  if (!settle())
    return false;
  if (healing_ && world_->is_up())
    help();
  if (!settle())
    return false;
  if (world_->is_up() && world_->over()) {
    // Where the disk stayed full the journal knows of no end.
    bool for_good = !result_.facts.empty()
                 && result_.facts.back().kind == fact_kind::run_ended
                 && result_.facts.back().status != run_status::stopped;
    if (for_good)
      return false;
    go_on_after_end();
  }
  auto next = world_->next();
  if (!next || (healing_ && *next > limit_)) {
    auto why = next ? "the run is not over in time after all faults have ended"
                    : "nothing happens any more, and the run is not over";
    std::string open;
    for (std::uint32_t i = 0; i < work().tasks.size(); ++i)
      if (!is_terminal(rules_.book().task(i).state))
        open += fmt::format(", {} is {}", work().tasks[i].name,
                            to_string(rules_.book().task(i).state));
    broken(fmt::format("rule 7: {}{}", why, open));
    return false;
  }
  world_->go_to(*next);
  return true;
}

void exploration::compare_replay() {
  if (auto text = world_->replay_difference(); !text.empty())
    broken("rule 8: the journal gives another state: "
           + text.substr(0, text.find('\n')));
}

/// It was stopped, or given up as the disk stayed full.
void exploration::go_on_after_end() {
  compare_replay();
  world_->mend_disk();
  world_->kill();
  killed_ = true;
  resume_in(resumed_after);
}

void exploration::resume_in(duration span) {
  world_->at(world_->now() + span, [this] {
    if (world_->is_up())
      return;
    rules_.resumed();
    approved_.clear(); // what was said as the run ended was not heard
    heard_ = std::min(heard_, result_.facts.size());
    disk_was_full_ = world_->is_disk_full();
    world_->resume();
    rules_.disturbed(world_->now() + 5s);
  });
}

std::uint64_t exploration::open_requests() const {
  const auto& all = rules_.book().requests();
  return static_cast<std::uint64_t>(
      std::count_if(all.begin(), all.end(), [](const auto& x) {
        return !is_terminal(x.second.state);
      }));
}

/// Faults are over, and nothing fails any more.
void exploration::heal() {
  healing_ = true;
  limit_ = world_->now() + healing_bound(story_, open_requests());
  for (std::uint32_t i = 0; i < work().agents.size(); ++i)
    world_->change_weather(agent_id{i}, [](weather& w) {
      w = {};
    });
  world_->mend_disk();
  if (auto* nodes = world_->nodes())
    nodes->mend();
}

/// What hangs ends, what is paused goes on, people approve, and switch nodes
/// on.
void exploration::help() {
  if (auto* nodes = world_->nodes())
    for (std::size_t i = 0; i < nodes->size(); ++i)
      nodes->start(i);
  const auto& book = rules_.book();
  for (std::uint32_t i = 0; i < work().tasks.size(); ++i) {
    const auto& t = book.task(i);
    if (t.paused)
      call(control_kind::resume, {node_kind::task, i});
    if (auto hangs = hung_.find({i, t.attempt});
        t.works() && hangs != hung_.end() && world_->fail(task_id{i}))
      hung_.erase(hangs);
  }
  for (std::uint32_t i = 0; i < work().gates.size(); ++i) {
    const auto& g = book.gate(i);
    bool people = work().gates[i].approval.human || g.person_decides;
    if (g.state != gate_state::asked || !people || g.by_person)
      continue;
    auto question = 2 * g.review + g.person_decides;
    if (std::exchange(approved_[i], question) == question)
      continue;
    control_call x;
    x.kind = control_kind::give_verdict;
    x.subject = {node_kind::gate, i};
    x.who = "ada";
    world_->call(std::move(x));
  }
}

void exploration::call(control_kind kind, node_ref subject) {
  control_call x;
  x.kind = kind;
  x.subject = subject;
  world_->call(std::move(x));
}

// -- the end ------------------------------------------------------------------

void exploration::look_at_end() {
  result_.status = result_.facts.back().status;
  compare_replay();
  rules_.at_end(world_->working());
  if (!killed_)
    rules_.at_end_of_late();
  if (story_.plain)
    rules_.at_end_of_plain();
  if (result_.passed())
    come_to_rest();
}

/// Once they have heard of the end, or of nothing for long enough.
void exploration::put_nodes_to_rest() {
  auto& nodes = *world_->nodes();
  const auto& times = work().nodes;
  nodes.mend();
  auto until = world_->now() + 2 * (times.lease + times.keep + work().grace);
  while (auto next = world_->next()) {
    if (*next > until || !settle())
      break;
    world_->go_to(*next);
  }
  if (nodes.working_anywhere() > 0)
    broken(fmt::format("rule 10: {} attempts are left on nodes long after the "
                       "end",
                       nodes.working_anywhere()));
  nodes.shut();
}

/// Rules 9 and 10: what is left after the end comes to an end, too.
void exploration::come_to_rest() {
  auto facts = result_.facts.size();
  if (world_->nodes() != nullptr)
    put_nodes_to_rest();
  auto until = world_->now() + rest_after;
  while (world_->timers() > 0 && result_.passed()) {
    auto next = world_->next();
    if (!next || *next > until)
      break;
    world_->go_to(*next);
    if (!settle())
      return;
  }
  if (world_->is_up() && world_->timers() > 0)
    broken(fmt::format("rule 9: {} timers are left long after the end",
                       world_->timers()));
  if (result_.facts.size() != facts)
    broken("rule 10: something happens after the end");
}

// -- what agents do -----------------------------------------------------------

played_attempt exploration::attempt(agent_id agent, const attempt_work& x) {
  const auto& t = work().tasks[x.task.value];
  auto chance = [&](std::string_view what) {
    return mixed(story_.seed + x.version * 1000 + x.attempt, t.name,
                 static_cast<std::uint64_t>(x.phase), mixed(0, what));
  };
  played_attempt result;
  auto span = chance("takes");
  auto longest =
      std::chrono::duration_cast<std::chrono::milliseconds>(longest_phase);
  result.takes = span % 8 == 0
                   ? duration{0}
                   : std::chrono::milliseconds(
                       span / 8 % static_cast<std::uint64_t>(longest.count()));
  // Most are short, so that there is room for many of them.
  if (span % 3 != 0)
    result.takes /= 6;
  if (chance("progress") % 3 == 0)
    result.progress = 1s + result.takes / 7;
  result.fails = !healing_ && chance("fails") % 100 < story_.fail_percent;
  result.exit_code = 1;
  if (!t.provides.valid()) // a contract says what that puts out
    result.outputs = t.kind == task_kind::review ? verdict_of(x, chance("word"))
                                                 : outputs_of(x, chance("out"));
  if (chance("note") % 4 == 0)
    result.note = "a note";
  if (story_.asks && !healing_)
    draw_talk(x, chance("talk"), result);
  result_.attempts.push_back({x.task.value, x.attempt, x.phase, result});
  if (is_heard())
    rules_.begins(agent, x, world_->now(), !result.waits.empty());
  return result;
}

outputs exploration::outputs_of(const attempt_work& x,
                                std::uint64_t chance) const {
  outputs result;
  if (chance % 2 == 0)
    result.push_back({"go", make_text(chance % 3 == 0 ? "yes" : "true")});
  // What is made again comes out equal every now and then (§18).
  if (chance / 8 % 2 == 0)
    result.push_back({"version", make_text(fmt::format("v{}", x.version))});
  return result;
}

outputs exploration::verdict_of(const attempt_work& x,
                                std::uint64_t chance) const {
  const auto& p = work();
  const auto& r = p.gates[p.tasks[x.task.value].review_of.value].rework;
  auto share = chance / 100 % 100;
  std::string word = "approved";
  if (!healing_ && share < 2 * story_.fail_percent + 5)
    word = share % 4 == 0               ? "rejected"
         : share % 4 == 1               ? "nonsense"
         : r.present || share % 16 == 2 ? "changes-requested"
                                        : "approved";
  outputs result;
  if (word == "changes-requested" && !r.to.empty())
    result.push_back(
        {"to", make_text(p.tasks[r.to[chance / 7 % r.to.size()].value].name)});
  result.push_back({"verdict", make_text(std::move(word))});
  return result;
}

/// Requests, and waits inside.
void exploration::draw_talk(const attempt_work& x, std::uint64_t chance,
                            played_attempt& to) const {
  const auto& p = work();
  dice d{chance};
  std::vector<std::string> answering;
  for (const auto& a : p.agents)
    if (a.requests.present || d.one_in(12))
      answering.push_back(a.name);
  if (answering.empty())
    return;
  auto some_time = [&] {
    return to.takes * d.roll(100) / 100;
  };
  for (auto n = d.one_in(3) ? 1 + d.roll(3) : 0; n > 0; --n) {
    played_request r;
    r.at = some_time();
    r.to = answering[d.roll(static_cast<std::uint32_t>(answering.size()))];
    for (auto k = 1 + d.roll(3); k > 0; --k)
      r.texts.push_back(fmt::format("question {}", d.roll(4)));
    r.awaited = !d.one_in(3);
    to.asks.push_back(std::move(r));
  }
  bool something_comes =
      !to.asks.empty() || !p.tasks[x.task.value].needs_later.empty();
  if (something_comes && d.one_in(2))
    to.waits.push_back({some_time(), 1s * (1 + d.roll(40))});
  auto by_time = [](const auto& a, const auto& b) {
    return a.at < b.at;
  };
  std::sort(to.asks.begin(), to.asks.end(), by_time);
}

} // namespace tutti::play
