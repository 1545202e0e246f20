// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/work_scope.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <string_view>
#include <utility>

namespace tutti {

namespace {

/// Whether what others said goes into a variable of a process, and is cut.
enum class text_use : std::uint8_t { whole, variable };

/// Cuts at a space where one stands between the parts, else between characters.
std::string said(std::string text, char between, text_use use) {
  if (use == text_use::whole || text.size() <= said_bytes_max)
    return text;
  auto end = said_bytes_max;
  if (auto space = text.rfind(' ', end);
      between == ' ' && space != std::string::npos)
    end = space;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
    --end;
  text.resize(end);
  text += between;
  text += cut_mark;
  return text;
}

/// What others asked, one a line; empty: it is no requests task.
std::string asked_texts(const attempt_work& x, text_use use) {
  std::string result;
  for (const auto& item : x.details->items)
    if (item.request != 0)
      result += (result.empty() ? "" : "\n") + item.text;
  return said(std::move(result), '\n', use);
}

/// The names of the triggers, a space between them.
std::string trigger_of(const plan& p, const attempt_work& x, text_use use) {
  std::string result;
  for (const auto& item : x.details->items)
    if (item.request == 0)
      result += (result.empty() ? "" : " ") + p.tasks[item.from.value].name;
  return said(std::move(result), ' ', use);
}

const value* handed_output(const attempt_work& x, task_id from,
                           std::string_view name) {
  for (const auto& h : x.handed)
    if (h.from == from)
      return find_output(h.outputs(), name);
  return nullptr;
}

std::string comment_on(const attempt_work& x, gate_id gate, text_use use) {
  for (const auto& c : x.details->comments)
    if (c.gate == gate)
      return said(c.text, '\n', use);
  return {};
}

std::string shared_variable(const plan& p, const attempt_work& x,
                            std::string_view name, text_use use) {
  if (name == "round")
    return fmt::format("{}", x.details->round);
  if (name == "feedback")
    return said(x.details->feedback, '\n', use);
  if (name == "trigger")
    return trigger_of(p, x, use);
  return {};
}

/// All but `variable`.
expression_scope common_scope(const attempt_work& x, text_use use) {
  expression_scope result;
  result.output = [&x](task_id from, std::string_view name) {
    return handed_output(x, from, name);
  };
  result.comment = [&x, use](gate_id gate) {
    return comment_on(x, gate, use);
  };
  return result;
}

const expression& prompt_template(const task& t, work_phase phase) {
  if (phase == work_phase::integrate && !t.integrate.prompt.empty())
    return t.integrate.prompt;
  return t.prompt;
}

std::string prompt_for(const plan& p, const attempt_work& x, text_use use) {
  const auto& text = prompt_template(p.tasks[x.task.value], x.phase);
  if (text.empty())
    return asked_texts(x, use);
  auto scope = common_scope(x, use);
  // Within a prompt, `prompt` is what others ask.
  scope.variable = [&p, &x, use](std::string_view name) {
    return name == "prompt" ? asked_texts(x, use)
                            : shared_variable(p, x, name, use);
  };
  return render(text, scope);
}

} // namespace

std::string path_below(const std::string& directory, std::string path) {
  if (!path.empty() && path.front() == '/')
    return path;
  return path.empty() ? directory : directory + "/" + path;
}

expression_scope scope_of(const plan& p, const attempt_work& x) {
  constexpr auto use = text_use::variable;
  auto result = common_scope(x, use);
  result.variable = [&p, &x](std::string_view name) {
    return name == "prompt" ? prompt_for(p, x, use)
                            : shared_variable(p, x, name, use);
  };
  return result;
}

std::string prompt_of(const plan& p, const attempt_work& x) {
  return prompt_for(p, x, text_use::whole);
}

said_variables said_variables_of(const plan& p, const attempt_work& x) {
  constexpr auto use = text_use::variable;
  return {prompt_for(p, x, use), said(x.details->feedback, '\n', use),
          trigger_of(p, x, use)};
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
