// SPDX-License-Identifier: BSD-3-Clause
// What befalls an explored run. A fault says whom it befalls by a number: of
// those whom it can befall at that moment.
#include "runtime/play/exploration.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tutti::play {

namespace {

using namespace std::chrono_literals;

template <class T>
const T& some(const std::vector<T>& xs, std::uint32_t pick) {
  return xs[pick % xs.size()];
}

bool is_of_nodes(fault_kind x) {
  switch (x) {
  case fault_kind::lose_node:
  case fault_kind::freeze_node:
  case fault_kind::cut:
  case fault_kind::slow:
  case fault_kind::cut_one_way:
  case fault_kind::reset:
  case fault_kind::join:
    return true;
  default:
    return false;
  }
}

constexpr std::int32_t interrupted = 130; // Ctrl-C
constexpr std::int32_t terminated = 143;  // SIGTERM

} // namespace

void exploration::befall(std::size_t number) {
  const auto& x = story_.faults[number];
  befallen told;
  told.of = x;
  bool on_nodes = !story_.fleet.empty() && is_of_nodes(x.kind);
  if (healing_ || world_->over() || !(world_->is_up() || on_nodes)) {
    result_.faults.push_back(std::move(told));
    return;
  }
  switch (x.kind) {
  case fault_kind::crash:
    told.changed = befall_agent(x, told);
    break;
  case fault_kind::hang:
  case fault_kind::fail:
  case fault_kind::late_result:
    told.changed = befall_attempt(x, told);
    break;
  case fault_kind::lose_node:
  case fault_kind::freeze_node:
  case fault_kind::cut:
  case fault_kind::slow:
    told.changed = on_nodes ? befall_fleet(x, told) : befall_node(x, told);
    break;
  case fault_kind::cut_one_way:
  case fault_kind::reset:
  case fault_kind::drain:
  case fault_kind::join:
    told.changed = befall_fleet(x, told);
    break;
  case fault_kind::drop:
  case fault_kind::duplicate:
  case fault_kind::reorder:
    told.changed = befall_handoff(x, told);
    break;
  case fault_kind::kill:
  case fault_kind::disk_full:
  case fault_kind::clock_jump:
  case fault_kind::stop:
    told.changed = befall_run(x, told);
    break;
  case fault_kind::cancel:
  case fault_kind::retry:
  case fault_kind::pause:
  case fault_kind::verdict:
    told.changed = by_person(x, told);
    break;
  }
  if (told.changed)
    ++result_.by_kind[static_cast<std::size_t>(x.kind)];
  result_.faults.push_back(std::move(told));
}

// -- agents and attempts ------------------------------------------------------

bool exploration::befall_agent(const fault& x, befallen& told) {
  auto a = x.pick % static_cast<std::uint32_t>(work().agents.size());
  const auto& name = work().agents[a].name;
  told.text = fmt::format("{} crashes, back after {}", name, span_text(x.span));
  told.deed =
      fmt::format("{{ crash: {}, back-after: {} }}", name, span_text(x.span));
  world_->crash(agent_id{a}, x.span);
  return true;
}

std::vector<std::uint32_t> exploration::working_tasks() const {
  std::vector<std::uint32_t> result;
  for (std::uint32_t i = 0; i < work().tasks.size(); ++i)
    if (rules_.book().task(i).works())
      result.push_back(i);
  return result;
}

bool exploration::befall_attempt(const fault& x, befallen& told) {
  auto tasks = working_tasks();
  const auto& book = rules_.book();
  if (x.kind == fault_kind::late_result) {
    // Of those that are tried again rather than of one that has ended.
    std::erase_if(tasks, [&](auto t) {
      return book.task(t).attempt < 2;
    });
    for (std::uint32_t i = 0; tasks.empty() && i < work().tasks.size(); ++i)
      if (is_terminal(book.task(i).state) && book.task(i).attempt > 0)
        tasks.push_back(i);
    if (tasks.empty() || world_->engine().over())
      return false;
    auto t = some(tasks, x.pick);
    auto attempt = book.task(t).attempt - (book.task(t).works() ? 1 : 0);
    told.text = fmt::format("the late success of attempt {} of {} arrives",
                            attempt, work().tasks[t].name);
    told.deed =
        fmt::format("{{ late-result: {}#{} }}", work().tasks[t].name, attempt);
    rules_.late_result_sent();
    world_->send_result(task_id{t}, attempt);
    return true;
  }
  if (tasks.empty())
    return false;
  auto t = some(tasks, x.pick);
  const auto& name = work().tasks[t].name;
  bool hangs = x.kind == fault_kind::hang;
  told.text = hangs ? name + " hangs" : name + " fails at once";
  told.deed = fmt::format("{{ {}: {} }}", to_string(x.kind), name);
  if (hangs)
    hung_.insert({t, book.task(t).attempt});
  return hangs ? world_->hang(task_id{t}) : world_->fail(task_id{t});
}

// -- nodes --------------------------------------------------------------------

std::vector<agent_id> exploration::agents_on(std::uint32_t node) const {
  std::vector<agent_id> result;
  for (std::uint32_t i = 0; i < work().agents.size(); ++i)
    if (i % story_.nodes == node)
      result.emplace_back(i);
  return result;
}

bool exploration::befall_node(const fault& x, befallen& told) {
  auto node = x.pick % story_.nodes;
  auto of = agents_on(node);
  told.text = fmt::format("{} n{} for {}", to_string(x.kind), node + 1,
                          span_text(x.span));
  auto span = span_text(x.span);
  told.deed =
      x.kind == fault_kind::lose_node
          ? fmt::format("{{ lose-node: n{}, back-after: {} }}", node + 1, span)
      : x.kind == fault_kind::freeze_node
          ? fmt::format("{{ freeze-node: n{}, for: {} }}", node + 1, span)
      : x.kind == fault_kind::slow
          ? fmt::format("{{ slow: n{}, by: {}, for: {} }}", node + 1,
                        span_text(1ms * (x.pick % 5000)), span)
      : node > 0 ? fmt::format("{{ cut: [n1, n{}], for: {} }}", node + 1, span)
                 : std::string{};
  if (x.kind == fault_kind::lose_node)
    for (auto a : of)
      world_->crash(a, x.span);
  std::erase_if(of, [this](agent_id a) {
    return !story_.wired[a.value];
  });
  if (x.kind != fault_kind::lose_node && of.empty())
    return false;
  change_weather(x, of);
  return true;
}

/// Changes are sums, so that two at a time end one by one; healing ends all.
void exploration::change_weather(const fault& x,
                                 const std::vector<agent_id>& of) {
  auto change = [this, of, x](int sign) {
    for (auto a : of)
      world_->change_weather(a, [&](weather& w) {
        if (x.kind == fault_kind::slow)
          w.latency += sign * duration{1ms} * (x.pick % 5000);
        else if (x.kind == fault_kind::freeze_node)
          w.frozen_until = std::max(w.frozen_until, world_->now() + x.span);
        else
          w.cuts += sign;
      });
  };
  change(1);
  if (x.kind == fault_kind::freeze_node) {
    for (auto a : of)
      world_->freeze(a, x.span);
    return;
  }
  world_->at(world_->now() + x.span, [this, change] {
    if (!healing_)
      change(-1);
  });
}

bool exploration::befall_handoff(const fault& x, befallen& told) {
  std::vector<std::uint32_t> agents;
  for (std::uint32_t i = 0; i < work().agents.size(); ++i)
    if (world_->wire_of(agent_id{i}) != nullptr)
      agents.push_back(i);
  if (agents.empty())
    return false;
  auto a = some(agents, x.pick);
  mishap y;
  y.what = x.kind == fault_kind::drop      ? mishap::kind::drop
         : x.kind == fault_kind::duplicate ? mishap::kind::duplicate
                                           : mishap::kind::reorder;
  y.from = [](task_id) {
    return true;
  };
  told.text = fmt::format("{} the next handoff to {}", to_string(x.kind),
                          work().agents[a].name);
  world_->expect(agent_id{a}, std::move(y));
  return true;
}

// -- the run ------------------------------------------------------------------

bool exploration::befall_run(const fault& x, befallen& told) {
  auto span = span_text(x.span);
  switch (x.kind) {
  case fault_kind::kill:
    told.text = fmt::format("tutti is killed, resumed after {}", span);
    told.deed = fmt::format("{{ kill-run: true, resume-after: {} }}", span);
    compare_replay();
    killed_ = true;
    world_->kill();
    resume_in(x.span);
    return true;
  case fault_kind::disk_full:
    told.text = fmt::format("the disk is full for {}", span);
    told.deed = fmt::format("{{ disk-full: true, for: {} }}", span);
    disk_was_full_ = true;
    rules_.disturbed(world_->now() + x.span + 5s);
    world_->fill_disk();
    world_->at(world_->now() + x.span, [this] {
      world_->mend_disk();
    });
    return true;
  case fault_kind::clock_jump: {
    auto by = x.pick % 2 == 0 ? x.span : -x.span;
    told.text = fmt::format("the clock jumps {} by {}",
                            by > duration::zero() ? "on" : "back", span);
    told.deed = fmt::format("{{ clock-jump: {}{} }}",
                            by > duration::zero() ? "" : "-", span);
    world_->jump_clock(by);
    return true;
  }
  default:
    told.text = x.pick % 4 == 0 ? "Ctrl-C twice" : "Ctrl-C";
    world_->stop(x.pick % 3 == 0 ? terminated : interrupted, false);
    if (x.pick % 4 == 0)
      world_->stop(interrupted, true);
    return true;
  }
}

// -- people -------------------------------------------------------------------

bool exploration::by_person(const fault& x, befallen& told) {
  if (x.kind == fault_kind::verdict)
    return give_verdict(x, told);
  auto t = x.pick % static_cast<std::uint32_t>(work().tasks.size());
  node_ref subject{node_kind::task, t};
  told.text =
      fmt::format("a person: {} {}", to_string(x.kind), work().tasks[t].name);
  if (x.kind == fault_kind::cancel)
    told.deed = fmt::format("{{ cancel: {} }}", work().tasks[t].name);
  call(x.kind == fault_kind::cancel  ? control_kind::cancel
       : x.kind == fault_kind::retry ? control_kind::retry
                                     : control_kind::pause,
       subject);
  if (x.kind == fault_kind::pause)
    world_->at(world_->now() + x.span, [this, subject] {
      if (world_->is_up())
        call(control_kind::resume, subject);
    });
  return true;
}

/// On a gate that asks for one, or else on any: late ones change nothing.
bool exploration::give_verdict(const fault& x, befallen& told) {
  std::vector<std::uint32_t> gates;
  for (std::uint32_t i = 0; i < work().gates.size(); ++i)
    if (rules_.book().gate(i).state == gate_state::asked)
      gates.push_back(i);
  for (std::uint32_t i = 0; gates.empty() && i < work().gates.size(); ++i)
    gates.push_back(i);
  if (gates.empty())
    return false;
  auto g = some(gates, x.pick);
  const auto& r = work().gates[g].rework;
  control_call y;
  y.kind = control_kind::give_verdict;
  y.subject = {node_kind::gate, g};
  y.who = x.pick / 7 % 2 == 0 ? "ada" : "grace";
  y.verdict = x.pick / 16 % 4 < 2  ? verdict::approved
            : x.pick / 16 % 4 == 2 ? verdict::changes_requested
                                   : verdict::rejected;
  if (y.verdict == verdict::changes_requested && !r.to.empty()) {
    y.tasks = {r.to[x.pick / 64 % r.to.size()]};
    y.text = "once more";
  }
  told.text = fmt::format("{} says of gate {}: {}", y.who, work().gates[g].name,
                          to_string(y.verdict));
  auto word = y.verdict == verdict::approved ? "approve"
            : y.verdict == verdict::rejected ? "reject"
                                             : "request-changes";
  told.deed =
      fmt::format("{{ {}: {}, by: {}", word, work().gates[g].name, y.who);
  if (!y.tasks.empty())
    told.deed += ", to: " + work().tasks[y.tasks[0].value].name
               + ", feedback: once more";
  told.deed += " }";
  world_->call(y);
  if (x.pick % 3 == 0)
    world_->call(std::move(y)); // and once more
  return true;
}

} // namespace tutti::play
