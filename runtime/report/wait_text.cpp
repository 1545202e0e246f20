// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/wait_text.hpp"

#include "messages/expression.hpp"
#include "runtime/report/node_text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace tutti::report {

namespace {

std::string in_brackets(const plan& p, agent_id x) {
  return x.value < p.agents.size() && !p.agents[x.value].implicit
           ? fmt::format(" ({})", p.agents[x.value].name)
           : std::string{};
}

std::string end_text(const run_model& m, const awaited& x) {
  const auto& p = m.plan();
  switch (x.of.kind) {
  case node_kind::gate:
    return fmt::format("gate {}{}", name_of(p, x.of),
                       m.gate(x.of.index).state == gate_state::asked
                           ? " (approval asked)"
                           : "");
  case node_kind::phase:
    return fmt::format("phase {}", name_of(p, x.of));
  case node_kind::service:
    return fmt::format("service {}", name_of(p, x.of));
  case node_kind::task:
    break;
  }
  return std::string(name_of(p, x.of)) + in_brackets(p, x.agent);
}

std::string slot_text(const run_model& m, const awaited& x) {
  const auto& p = m.plan();
  auto of = x.agent.valid()
              ? fmt::format("a slot of {}", agent_name(p, x.agent))
              : std::string("a free slot");
  if (x.of.index < p.tasks.size())
    of += fmt::format(", busy with {}", p.tasks[x.of.index].name);
  return of;
}

} // namespace

std::string agent_name(const plan& p, agent_id x) {
  return x.value < p.agents.size() ? p.agents[x.value].name : "-";
}

std::string awaited_text(const run_model& m, const awaited& x) {
  const auto& p = m.plan();
  switch (x.why) {
  case wait_for::end:
    return end_text(m, x);
  case wait_for::start:
    return fmt::format("{} to start", end_text(m, x));
  case wait_for::answer:
    return fmt::format("request {} to {}", x.number, agent_name(p, x.agent));
  case wait_for::person:
    return "a person to approve it";
  case wait_for::slot:
    return slot_text(m, x);
  case wait_for::retry:
    return "the time of its next attempt";
  case wait_for::resume:
    return fmt::format("`tutti resume {}`", name_of(p, x.of));
  case wait_for::request:
    return "requests";
  case wait_for::place: {
    auto why = lacking_text(m, x.agent);
    return why.empty() ? std::string("a place on a node")
                       : fmt::format("a node: {}", why);
  }
  case wait_for::node:
    return fmt::format("a free slot of node {}", m.nodes().name(x.number));
  case wait_for::gone:
    return fmt::format("certainty that its last attempt, on the lost node {}, "
                       "is over",
                       m.nodes().name(x.number));
  }
  return {};
}

std::string awaited_text(const run_model& m, const wait& x, std::size_t limit) {
  std::string result;
  std::size_t shown = 0;
  for (const auto& y : x.on) {
    if (shown == limit)
      break;
    result += shown++ == 0 ? "" : ", ";
    result += awaited_text(m, y);
  }
  if (x.on_count > shown && shown > 0)
    result += fmt::format(" and {} more", x.on_count - shown);
  if (shown == 0)
    result = x.on_count > 0 ? fmt::format("{} tasks", x.on_count) : "nothing";
  return result;
}

std::string integrate_text(const run_model& m, const wait& x,
                           std::size_t limit) {
  auto is_there = !x.on.empty()
               && (x.on.front().why == wait_for::slot
                   || x.on.front().why == wait_for::retry
                   || x.on.front().why == wait_for::resume
                   || x.on.front().why >= wait_for::place);
  return fmt::format("waits to integrate{} {}", is_there ? ", for" : "",
                     awaited_text(m, x, limit));
}

std::string meanwhile_text(const run_model& m, agent_id agent,
                           std::size_t limit) {
  if (agent.value >= m.plan().agents.size()
      || m.plan().agents[agent.value].implicit)
    return {};
  std::string result;
  for (auto x : m.running_of(agent.value, limit)) {
    result += result.empty() ? "" : ", ";
    result += m.plan().tasks[x.value].name;
  }
  return result;
}

std::string approval_message(const run_model& m, std::uint32_t gate) {
  expression_scope scope;
  scope.output = [&](task_id x, std::string_view name) -> const value* {
    const auto& details = m.task(x.value).details;
    return details ? find_output(details->outputs, name) : nullptr;
  };
  scope.comment = [&](gate_id x) {
    const auto& verdicts = m.gate(x.value).verdicts;
    return verdicts.empty() ? std::string{} : verdicts.back().comment;
  };
  scope.variable = [&](std::string_view name) {
    return name == "round" ? std::to_string(std::max(m.gate(gate).rounds, 1u))
                           : std::string{};
  };
  return render(m.plan().gates[gate].approval.message, scope);
}

bool asks_person(const run_model& m, std::uint32_t gate) {
  return m.plan().gates[gate].approval.human || m.gate(gate).person_decides;
}

std::string approvers_text(const run_model& m, std::uint32_t gate) {
  const auto& p = m.plan();
  const auto& by = p.gates[gate].approval;
  if (m.gate(gate).person_decides)
    return "a person";
  std::vector<std::string> names;
  if (by.human)
    names.emplace_back("a person");
  for (auto x : by.agents)
    names.push_back(agent_name(p, x));
  std::string result;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0)
      result += i + 1 < names.size()   ? ", "
              : by.min >= names.size() ? " and "
                                       : " or ";
    result += names[i];
  }
  if (by.min > 1 && by.min < names.size())
    result += fmt::format("; {} of them", by.min);
  return result;
}

std::string approve_command(const run_model& m, std::uint32_t gate,
                            std::string_view run_id) {
  return fmt::format("tutti approve {}{}{}", m.plan().gates[gate].name,
                     run_id.empty() ? "" : " --run ", run_id);
}

std::string changes_command(const run_model& m, std::uint32_t gate,
                            std::string_view run_id) {
  constexpr std::size_t names_max = 6;
  const auto& x = m.plan().gates[gate];
  if (!x.rework.present)
    return {};
  auto result = fmt::format("tutti request-changes {}", x.name);
  const auto& to = x.rework.to;
  if (to.size() > names_max)
    result += " --to TASK";
  else if (to.size() > 1)
    for (std::size_t i = 0; i < to.size(); ++i)
      result += (i == 0 ? " --to " : "|") + m.plan().tasks[to[i].value].name;
  return fmt::format("{} -m WHY{}{}", result, run_id.empty() ? "" : " --run ",
                     run_id);
}

} // namespace tutti::report
