// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/explore.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace tutti::play {

namespace {

/// So many facts before the broken rule are shown.
constexpr std::size_t trace_max = 40;

std::string moment(duration x) {
  auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(x).count();
  return fmt::format("{}.{:03}s", ms / 1000, ms % 1000);
}

std::string subject(const plan& p, const fact& x) {
  switch (subject_of(x.kind)) {
  case subject_kind::task:
    return p.tasks[x.subject].name;
  case subject_kind::gate:
    return p.gates[x.subject].name;
  case subject_kind::service:
    return p.services[x.subject].name;
  case subject_kind::request:
    return fmt::format("request/{}", x.subject);
  case subject_kind::none:
    break;
  }
  return "run";
}

} // namespace

std::string fact_line(const plan& p, const fact& x) {
  auto out = fmt::memory_buffer{};
  auto to = std::back_inserter(out);
  fmt::format_to(to, "{} {} {}", moment(x.at), to_string(x.kind),
                 subject(p, x));
  if (x.attempt > 0)
    fmt::format_to(to, " #{}", x.attempt);
  if (x.agent != agent_id::none)
    fmt::format_to(to, " by {}", p.agents[x.agent].name);
  if (x.cause != task_id::none)
    fmt::format_to(to, " of {}", name_of(p, {x.cause_kind, x.cause}));
  fmt::format_to(to, " v{}", x.version);
  if (x.phase != work_phase::run)
    fmt::format_to(to, " {}", to_string(x.phase));
  if (x.kind == fact_kind::attempt_finished)
    fmt::format_to(to, " {} -> {}", to_string(x.end), to_string(x.state));
  else if (x.state != task_state::waiting)
    fmt::format_to(to, " -> {}", to_string(x.state));
  if (x.kind == fact_kind::run_ended)
    fmt::format_to(to, " {}", to_string(x.status));
  if (x.kind == fact_kind::service_changed)
    fmt::format_to(to, " {}", to_string(x.service));
  if (x.exit_code != fact::no_exit_code)
    fmt::format_to(to, " exit {}", x.exit_code);
  if (x.extra) {
    const auto& e = *x.extra;
    if (x.kind == fact_kind::verdict_given)
      fmt::format_to(to, " {}", to_string(e.verdict));
    for (const auto* text : {&e.who, &e.text, &e.note})
      if (!text->empty())
        fmt::format_to(to, " '{}'", *text);
    for (auto t : e.tasks)
      fmt::format_to(to, " {}", p.tasks[t.value].name);
    for (const auto& item : e.items)
      fmt::format_to(to, " [{} v{} request/{}]",
                     item.from.valid() ? p.tasks[item.from.value].name : "",
                     item.version, item.request);
  }
  if (x.details) {
    for (const auto& o : x.details->outputs)
      fmt::format_to(to, " {}={}", o.name, o.value.text);
    if (!x.details->message.empty())
      fmt::format_to(to, " '{}'", x.details->message);
  }
  return fmt::to_string(out);
}

std::string explored_text(const explored& x, std::string_view plan) {
  const auto& p = *x.played.work;
  std::string result;
  for (const auto& v : x.violations)
    result += fmt::format("seed {}, at {}: {}\n", x.played.seed, moment(v.at),
                          v.text);
  result += fmt::format(
      "  {} tasks, {} agents on {} nodes{}, journal up to {}, {} % fail{}{}\n",
      p.tasks.size(), p.agents.size(),
      x.played.fleet.empty() ? std::size_t{x.played.nodes}
                             : x.played.fleet.size() + 1,
      x.played.jobs > 0 ? fmt::format(", --jobs {}", x.played.jobs) : "",
      span_text(x.played.journal_max), x.played.fail_percent,
      x.played.asks ? ", asking" : "", x.played.plain ? ", plain" : "");
  for (const auto& f : x.faults)
    if (f.changed)
      result += fmt::format("  at {}: {}\n", moment(f.of.at), f.text);
  if (x.violations.empty())
    return result;
  auto last = std::min(x.violations[0].facts + 3, x.facts.size());
  auto first = last > trace_max ? last - trace_max : 0;
  result += fmt::format("  what happened, from fact {} on:\n", first + 1);
  for (auto i = first; i < last; ++i)
    result += "    " + fact_line(p, x.facts[i]) + "\n";
  result +=
      fmt::format("  to play exactly this again: tutti play --explore "
                  "{}{}{}--seed {} --seeds 1\n",
                  plan, plan.empty() ? "" : " ",
                  x.played.fleet.empty() ? "" : "--nodes ", x.played.seed);
  return result;
}

} // namespace tutti::play
