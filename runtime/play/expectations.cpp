// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/expectations.hpp"

#include "runtime/report/format.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tutti::play {

namespace {

using config::expectation;
using config::expectation_kind;
using config::handoff_state;

std::string times(std::uint32_t n, std::string_view what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

std::string names_of(const plan& p, const std::vector<task_id>& xs) {
  std::string result;
  for (auto x : xs)
    result += (result.empty() ? "" : ", ") + p.tasks[x.value].name;
  return result.empty() ? "none" : result;
}

std::optional<std::string> unless(bool holds, std::string is) {
  if (holds)
    return std::nullopt;
  return is;
}

std::optional<std::string> number(std::uint32_t is, const expectation& x) {
  return unless(is == x.number, fmt::format("it is {}", is));
}

std::optional<std::string> span(duration is, const expectation& x) {
  return unless(is == x.span,
                fmt::format("it is {}", report::format_duration(is)));
}

handoff_state state_of(const watched_handoff& x) {
  return x.used        ? handoff_state::integrated
       : x.arrived     ? handoff_state::arrived
       : x.version > 0 ? handoff_state::sent
                       : handoff_state::none;
}

std::string_view word_of(handoff_state x) {
  switch (x) {
  case handoff_state::none:
    return "not sent";
  case handoff_state::sent:
    return "sent";
  case handoff_state::arrived:
    return "arrived";
  case handoff_state::integrated:
    return "integrated";
  }
  return "not sent";
}

std::string handoff_text(handoff_state x, std::uint32_t times) {
  auto text = std::string{word_of(x)};
  if (x == handoff_state::integrated && times > 0)
    text += times == 1 ? std::string{" once"} : fmt::format(" {} times", times);
  return text;
}

std::optional<std::string> handoff_mismatch(const expectation& x,
                                            const run_watch& w) {
  auto h = w.handoff(x.tasks[0], x.tasks[1]);
  auto is = state_of(h);
  bool times = x.number == 0 || h.uses == x.number;
  return unless(is == x.handoff && times, "it is " + handoff_text(is, h.uses));
}

/// A text in quotes: "1" is another value than 1.
std::string value_text(const value& x) {
  return x.kind == value_kind::text ? fmt::format("\"{}\"", x.text) : x.text;
}

std::optional<std::string> output_mismatch(const expectation& x,
                                           const run_watch& w) {
  auto details = w.state().details_of(x.subject);
  const auto* is =
      details == nullptr ? nullptr : find_output(details->outputs, x.text);
  if (is == nullptr)
    return "it has no such output";
  return unless(is->kind == x.value.kind && equal_values(*is, x.value),
                "it is " + value_text(*is));
}

std::optional<std::string> working_mismatch(const expectation& x,
                                            const view& of) {
  auto is =
      of.runs ? of.watch.working(agent_id{x.subject}) : std::vector<task_id>{};
  auto wanted = x.tasks;
  std::sort(wanted.begin(), wanted.end());
  return unless(is == wanted,
                fmt::format("it works on {}", names_of(*of.story.work, is)));
}

std::string node_text(const std::string& x) {
  return x.empty() ? "no node" : x;
}

std::optional<std::string> ran_on_mismatch(const expectation& x,
                                           const run_watch& w) {
  const auto& all = w.ran_on(task_id{x.subject});
  if (all.empty())
    return "it has not begun";
  if (!x.is_list)
    return unless(all.back() == x.texts.front(),
                  "its last attempt began on " + all.back());
  return unless(all == x.texts,
                fmt::format("they began on {}", fmt::join(all, ", ")));
}

bool idle_while_ready(agent_id a, const view& of) {
  return of.is_up(a) && of.watch.has_free_slot(a) && !of.watch.ready(a).empty();
}

} // namespace

std::string moment_text(const config::scenario& story, duration at) {
  using namespace std::chrono;
  if (!story.has_clock)
    return report::format_duration(at);
  auto day = story.clock + at;
  auto seconds_in = duration_cast<seconds>(day).count();
  constexpr int minute = 60;
  constexpr int hour = 3600;
  constexpr int whole_day = 24 * hour;
  auto text = fmt::format("{:02}:{:02}", seconds_in % whole_day / hour,
                          seconds_in % hour / minute);
  if (seconds_in % minute != 0)
    text += fmt::format(":{:02}", seconds_in % minute);
  if (seconds_in >= whole_day)
    text += fmt::format("+{}d", seconds_in / whole_day);
  return text;
}

std::string wanted(const expectation& x, const config::scenario& story) {
  const auto& p = *story.work;
  auto task = [&](std::size_t i) {
    return p.tasks[x.tasks[i].value].name;
  };
  switch (x.kind) {
  case expectation_kind::clock:
    return fmt::format("the clock is to show {}", moment_text(story, x.span));
  case expectation_kind::working:
    return fmt::format("{} is to work on {}", p.agents[x.subject].name,
                       names_of(p, x.tasks));
  case expectation_kind::task:
    return fmt::format("{} is to be {}", p.tasks[x.subject].name,
                       to_string(x.task));
  case expectation_kind::attempts:
    return fmt::format("{} is to have begun {}", p.tasks[x.subject].name,
                       times(x.number, "attempt"));
  case expectation_kind::gate:
    return fmt::format("gate {} is to be {}", p.gates[x.subject].name,
                       to_string(x.gate));
  case expectation_kind::handoff:
    return fmt::format("{} -> {} is to be {}", task(0), task(1),
                       handoff_text(x.handoff, x.number));
  case expectation_kind::inbox:
    return fmt::format("the inbox of {} is to hold {}",
                       p.agents[x.subject].name, x.number);
  case expectation_kind::batches:
    return fmt::format("requests are to be taken {}", times(x.number, "time"));
  case expectation_kind::answered:
    return fmt::format("requests answered are to be {}", x.number);
  case expectation_kind::open_requests:
    return fmt::format("open requests are to be {}", x.number);
  case expectation_kind::output:
    return fmt::format("output {} of {} is to be {}", x.text,
                       p.tasks[x.subject].name, value_text(x.value));
  case expectation_kind::late:
    return fmt::format("late results are to be {}", x.number);
  case expectation_kind::place:
    return fmt::format("{} is to be on {}", p.agents[x.subject].name,
                       node_text(x.text));
  case expectation_kind::placings:
    return fmt::format("{} is to have been placed {}", p.agents[x.subject].name,
                       times(x.number, "time"));
  case expectation_kind::ran_on:
    return x.is_list
             ? fmt::format("attempts of {} are to have begun on {}",
                           p.tasks[x.subject].name, fmt::join(x.texts, ", "))
             : fmt::format("the last attempt of {} is to have begun on {}",
                           p.tasks[x.subject].name, x.texts.front());
  case expectation_kind::idle_while_ready:
    return fmt::format("{} is to be idle while it has work",
                       p.agents[x.subject].name);
  case expectation_kind::run:
    return fmt::format("the run is to end as {}", to_string(x.run));
  case expectation_kind::took:
    return fmt::format("the run is to take {}",
                       report::format_duration(x.span));
  case expectation_kind::idle:
    return fmt::format("{} is to be idle for {}", p.agents[x.subject].name,
                       report::format_duration(x.span));
  case expectation_kind::waited:
    return fmt::format("{} is to wait for {}", p.agents[x.subject].name,
                       report::format_duration(x.span));
  }
  return {};
}

std::optional<std::string> mismatch(const expectation& x, const view& of) {
  const auto& w = of.watch;
  agent_id agent{x.subject};
  switch (x.kind) {
  case expectation_kind::clock:
    // What it shows is a time of day.
    return unless((of.now - x.span) % std::chrono::hours(24)
                      == duration::zero(),
                  fmt::format("it is {}", moment_text(of.story, of.now)));
  case expectation_kind::working:
    return working_mismatch(x, of);
  case expectation_kind::task: {
    auto is = w.state().task(x.subject).state;
    return unless(is == x.task, fmt::format("it is {}", to_string(is)));
  }
  case expectation_kind::attempts:
    return number(w.attempts(task_id{x.subject}), x);
  case expectation_kind::gate: {
    auto is = w.state().gate(x.subject).state;
    return unless(is == x.gate, fmt::format("it is {}", to_string(is)));
  }
  case expectation_kind::handoff:
    return handoff_mismatch(x, w);
  case expectation_kind::inbox:
    return number(w.inbox(agent), x);
  case expectation_kind::batches:
    return number(w.batches(), x);
  case expectation_kind::answered:
    return number(w.answered(), x);
  case expectation_kind::open_requests:
    return number(w.open_requests(), x);
  case expectation_kind::output:
    return output_mismatch(x, w);
  case expectation_kind::late:
    return number(w.late(), x);
  case expectation_kind::place:
    return unless(w.place(agent) == x.text,
                  "it is on " + node_text(w.place(agent)));
  case expectation_kind::placings:
    return number(w.placings(agent), x);
  case expectation_kind::ran_on:
    return ran_on_mismatch(x, w);
  case expectation_kind::idle_while_ready:
    return unless(idle_while_ready(agent, of), "it is not");
  case expectation_kind::run: {
    auto end = w.end();
    if (!end)
      return "it has not ended";
    return unless(end->status == x.run,
                  fmt::format("it is {}", to_string(end->status)));
  }
  case expectation_kind::took: {
    auto end = w.end();
    return end ? span(end->at, x) : "the run has not ended";
  }
  case expectation_kind::idle:
    return span(w.agent(agent).idle, x);
  case expectation_kind::waited:
    return span(w.agent(agent).waited, x);
  }
  return std::nullopt;
}

} // namespace tutti::play
