// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/work_scope.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace tutti {

namespace {

/// What others asked, one a line; empty: it is no requests task.
std::string asked_texts(const attempt_work& x) {
  std::string result;
  for (const auto& item : x.details->items)
    if (item.request != 0)
      result += (result.empty() ? "" : "\n") + item.text;
  return result;
}

const value* handed_output(const attempt_work& x, task_id from,
                           std::string_view name) {
  for (const auto& h : x.handed)
    if (h.from == from)
      return find_output(h.outputs(), name);
  return nullptr;
}

std::string comment_on(const attempt_work& x, gate_id gate) {
  for (const auto& c : x.details->comments)
    if (c.gate == gate)
      return c.text;
  return {};
}

std::string shared_variable(const plan& p, const attempt_work& x,
                            std::string_view name) {
  if (name == "round")
    return fmt::format("{}", x.details->round);
  if (name == "feedback")
    return x.details->feedback;
  if (name == "trigger")
    return trigger_of(p, x);
  return {};
}

/// All but `variable`.
expression_scope common_scope(const attempt_work& x) {
  expression_scope result;
  result.output = [&x](task_id from, std::string_view name) {
    return handed_output(x, from, name);
  };
  result.comment = [&x](gate_id gate) {
    return comment_on(x, gate);
  };
  return result;
}

const expression& prompt_template(const task& t, work_phase phase) {
  if (phase == work_phase::integrate && !t.integrate.prompt.empty())
    return t.integrate.prompt;
  return t.prompt;
}

} // namespace

std::string path_below(const std::string& directory, std::string path) {
  if (!path.empty() && path.front() == '/')
    return path;
  return path.empty() ? directory : directory + "/" + path;
}

expression_scope scope_of(const plan& p, const attempt_work& x) {
  auto result = common_scope(x);
  result.variable = [&p, &x](std::string_view name) {
    return name == "prompt" ? prompt_of(p, x) : shared_variable(p, x, name);
  };
  return result;
}

std::string prompt_of(const plan& p, const attempt_work& x) {
  const auto& text = prompt_template(p.tasks[x.task.value], x.phase);
  if (text.empty())
    return asked_texts(x);
  auto scope = common_scope(x);
  // Within a prompt, `prompt` is what others ask.
  scope.variable = [&p, &x](std::string_view name) {
    return name == "prompt" ? asked_texts(x) : shared_variable(p, x, name);
  };
  return render(text, scope);
}

std::string trigger_of(const plan& p, const attempt_work& x) {
  std::string result;
  for (const auto& item : x.details->items)
    if (item.request == 0)
      result += (result.empty() ? "" : " ") + p.tasks[item.from.value].name;
  return result;
}

std::string working_directory_of(const plan& p, agent_id agent,
                                 const attempt_work& x) {
  const auto& t = p.tasks[x.task.value];
  const auto& a = p.agents[agent.value];
  bool own = !t.working_directory.empty();
  if (!own && a.session.kind != command_kind::none)
    return path_below(p.directory,
                      render(a.session_directory, expression_scope{}));
  return path_below(p.directory, render(t.working_directory, scope_of(p, x)));
}

} // namespace tutti
