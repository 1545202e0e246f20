// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/display/events.hpp"

#include "runtime/display/text_width.hpp"
#include "runtime/report/node_text.hpp"
#include "runtime/report/wait_text.hpp"
#include "runtime/report/work_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tutti::display {

namespace {

constexpr std::size_t time_width = 7;
constexpr std::size_t verb_width = 9; // "timed-out", "cancelled"
constexpr std::size_t agent_max = 16;
constexpr std::size_t task_max = 32;
constexpr std::size_t texts_max = 3;

bool is_of_request(fact_kind x) {
  return x == fact_kind::request_made || x == fact_kind::request_answered
      || x == fact_kind::request_cancelled;
}

// Nobody reads about facts that only move things along.
bool is_silent(fact_kind x) {
  return x == fact_kind::task_ready || x == fact_kind::task_assigned
      || x == fact_kind::answer_accepted || x == fact_kind::handoff_sent;
}

// A person is asked from now on: the gate asks, or its rounds are over.
bool asks_now(const report::run_model& m, const fact& x) {
  if (x.kind != fact_kind::approval_asked && x.kind != fact_kind::verdict_given)
    return false;
  const auto& g = m.gate(x.subject);
  return x.kind == fact_kind::approval_asked
           ? report::asks_person(m, x.subject)
           : g.person_decides && g.state == gate_state::asked
                 && g.verdicts.back().verdict == verdict::changes_requested;
}

} // namespace

void event_lines::measure_columns(const plan& p) {
  agent_width_ = task_width_ = 1;
  for (const auto& x : p.agents)
    agent_width_ = std::max(agent_width_, width_of(x.name));
  if (!p.services.empty())
    agent_width_ = std::max(agent_width_, width_of("service"));
  for (const auto& x : p.tasks)
    task_width_ = std::max(task_width_, width_of(x.name));
  agent_width_ = std::min(agent_width_, agent_max);
  task_width_ = std::min(task_width_, task_max);
}

styled_line event_lines::line(const report::run_model& m, duration at,
                              const words& x) {
  if (agent_width_ == 0)
    measure_columns(m.plan());
  styled_line result(fmt::format(
      "{:>{}.1f}s  ", std::chrono::duration<double>(at).count(), time_width));
  result.add(fmt::format("{:<{}}  ", x.verb, verb_width), x.how);
  // Names are plain ASCII and never cut: somebody may search for them.
  result.add(fmt::format("{:<{}}  ", x.who, agent_width_));
  if (x.note.empty())
    return result.add(x.name);
  return result.add(fmt::format("{:<{}}", x.name, task_width_))
      .add(fmt::format("  ({})", x.note), style::dim);
}

styled_line event_lines::line(const report::run_model& m, const group& x) {
  words w;
  w.verb = x.kind == fact_kind::request_made     ? "request"
         : x.kind == fact_kind::request_answered ? "answered"
                                                 : "cancelled";
  w.how = x.failed || x.kind == fact_kind::request_cancelled ? style::yellow
                                                             : style::cyan;
  auto who =
      x.kind == fact_kind::request_answered ? x.to : m.task(x.from.value).agent;
  w.who = report::agent_name(m.plan(), who);
  w.name = m.plan().tasks[x.from.value].name;
  w.note = x.count == 1
             ? fmt::format("request {}", x.first)
             : fmt::format("{} requests, {} to {}", x.count, x.first, x.last);
  if (x.kind != fact_kind::request_answered)
    w.note += fmt::format(" to {}", report::agent_name(m.plan(), x.to));
  if (x.failed)
    w.note += " failed";
  w.note += ": " + report::names_text(x.texts, x.count);
  if (!x.awaited && x.kind == fact_kind::request_made)
    w.note += "; it does not wait for the answer";
  return line(m, x.at, w);
}

// Whether the fact is of a request, and so held back.
bool event_lines::gather(const report::run_model& m, const fact& x,
                         std::vector<styled_line>& out) {
  if (!is_of_request(x.kind) || x.subject == 0
      || x.subject > m.requests().size())
    return false;
  const auto& r = m.requests()[x.subject - 1];
  group made{x.kind,    r.from,    r.to, r.awaited, false,
             x.subject, x.subject, 0,    {},        x.at};
  made.failed =
      x.kind == fact_kind::request_answered && x.state != task_state::succeeded;
  auto is_same = held_.first != 0 && held_.kind == made.kind
              && held_.from == made.from && held_.to == made.to
              && held_.awaited == made.awaited && held_.failed == made.failed;
  if (!is_same) {
    out = rest(m);
    held_ = std::move(made);
  }
  held_.last = x.subject;
  ++held_.count;
  if (held_.texts.size() < texts_max)
    held_.texts.push_back(r.text);
  return true;
}

std::vector<styled_line> event_lines::lines(const report::run_model& m,
                                            const fact& x) {
  std::vector<styled_line> result;
  if (gather(m, x, result) || (!verbose_ && is_silent(x.kind)))
    return result;
  auto what = words_of(m, x, verbose_);
  if (!what)
    return result;
  result = rest(m);
  result.push_back(line(m, x.at, *what));
  for (const auto& y : contract_words(m, x))
    result.push_back(line(m, x.at, y));
  if (asks_now(m, x))
    result.push_back(
        styled_line(std::string(time_width + 3, ' '))
            .add(fmt::format("{:<{}}  ", ">", verb_width))
            .add(approve_command(m, x.subject, run_id_), style::bold));
  return result;
}

std::vector<styled_line> event_lines::rest(const report::run_model& m) {
  auto x = std::exchange(held_, {});
  return x.first == 0 ? std::vector<styled_line>{}
                      : std::vector<styled_line>{line(m, x)};
}

std::vector<styled_line> event_lines::lacking(const report::run_model& m,
                                              duration now) {
  std::vector<styled_line> result;
  std::set<agent_id> still;
  for (auto x : m.unplaced()) {
    auto why = report::lacking_text(m, x);
    if (why.empty())
      continue;
    still.insert(x);
    if (lacking_.contains(x))
      continue;
    auto next = m.next_of(x.value);
    result.push_back(
        line(m, now,
             {"waits", style::yellow, report::agent_name(m.plan(), x),
              next ? m.plan().tasks[next->value].name : "-", std::move(why)}));
  }
  lacking_ = std::move(still);
  return result;
}

} // namespace tutti::display
