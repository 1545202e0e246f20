// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/control/control_request.hpp"

#include "config/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace tutti::control {

namespace {

template <class T>
bool find_in(const std::vector<T>& all, node_kind kind, std::string_view name,
             node_ref& to) {
  auto i = std::find_if(all.begin(), all.end(), [name](const T& x) {
    return x.name == name;
  });
  if (i == all.end())
    return false;
  to = {kind, static_cast<std::uint32_t>(i - all.begin())};
  return true;
}

/// Looked for when somebody asks, which is seldom: an index of a large plan
/// would cost its run more.
std::optional<node_ref> find_node(const plan& p, std::string_view name) {
  node_ref x;
  if (find_in(p.tasks, node_kind::task, name, x)
      || find_in(p.phases, node_kind::phase, name, x)
      || find_in(p.gates, node_kind::gate, name, x)
      || find_in(p.services, node_kind::service, name, x))
    return x;
  return std::nullopt;
}

template <class T>
void add_names(std::vector<std::string_view>& to, const std::vector<T>& all) {
  for (const auto& x : all)
    to.push_back(x.name);
}

constexpr std::array task_commands = {
    std::pair{"cancel", control_kind::cancel},
    std::pair{"retry", control_kind::retry},
    std::pair{"pause", control_kind::pause},
    std::pair{"resume", control_kind::resume},
};

constexpr std::array verdict_commands = {
    std::pair{"approve", verdict::approved},
    std::pair{"request-changes", verdict::changes_requested},
    std::pair{"reject", verdict::rejected},
};

std::string_view noun(node_kind x) {
  switch (x) {
  case node_kind::task:
    return "a task";
  case node_kind::phase:
    return "a phase";
  case node_kind::gate:
    return "a gate";
  case node_kind::service:
    return "a service";
  }
  return "something else";
}

void refuse(control_request& out, refusal_code code, std::string text) {
  if (out.mistake.empty()) {
    out.code = code;
    out.mistake = std::move(text);
  }
}

} // namespace

control_reader::control_reader(const plan& work) : plan_(&work) {
}

void control_reader::refuse_name(std::string_view kind, std::string_view name,
                                 control_request& out) const {
  std::vector<std::string_view> names;
  if (kind != "gate") {
    add_names(names, plan_->tasks);
    if (kind == "task")
      add_names(names, plan_->phases);
  }
  if (kind != "task")
    add_names(names, plan_->gates);
  auto hint = config::suggester{}.hint(name, names);
  refuse(out, refusal_code::unknown_name,
         fmt::format("there is no {} '{}' in plan '{}'{}{}", kind, name,
                     plan_->name, hint.empty() ? "" : "; ", hint));
}

void control_reader::resolve(std::string_view name,
                             control_request& out) const {
  auto i = find_node(*plan_, name);
  bool verdict = out.call.kind == control_kind::give_verdict;
  bool explain = out.call.kind == control_kind::explain;
  std::string_view kind = verdict ? "gate" : explain ? "task or gate" : "task";
  if (!i)
    return refuse_name(kind, name, out);
  auto of = *i;
  bool fits = of.kind == node_kind::gate ? verdict || explain
            : of.kind == node_kind::task
                ? !verdict
                : !verdict && !explain && of.kind == node_kind::phase;
  if (!fits)
    return refuse(out, refusal_code::unknown_name,
                  fmt::format("'{}' is {}, no {}", name, noun(of.kind), kind));
  out.call.subject = of;
}

void control_reader::read_verdict(request_reader& in, verdict what,
                                  control_request& out) const {
  out.call.kind = control_kind::give_verdict;
  out.call.verdict = what;
  resolve(in.required_text("gate"), out);
  out.call.who = in.required_text("as");
  out.call.text = in.text("message");
  auto names = in.texts("to");
  if (!names.empty() && what != verdict::changes_requested)
    in.mistake("only who requests changes says \"to\" whom");
  for (const auto& name : names) {
    auto i = find_node(*plan_, name);
    if (!i)
      refuse_name("task", name, out);
    else if (i->kind == node_kind::task)
      out.call.tasks.push_back(task_id{i->index});
    else if (i->kind == node_kind::phase)
      for (auto task : plan_->phases[i->index].tasks)
        out.call.tasks.push_back(task);
    else
      refuse(out, refusal_code::unknown_name,
             fmt::format("'{}' is {}, no task", name, noun(i->kind)));
  }
}

control_request control_reader::parse(std::string_view line) const {
  control_request result;
  request_reader in{line};
  auto command = in.required_text("command");
  bool known = true;
  if (command == "hello")
    result.topic = control_topic::hello;
  else if (command == "status") {
    result.topic = control_topic::status;
    result.as_text = in.flag("as_text", false);
    auto columns = in.integer("columns", 0);
    if (columns < 0)
      in.mistake("\"columns\" is 0 or more");
    result.columns = static_cast<std::size_t>(columns);
  } else if (command == "explain") {
    result.call.kind = control_kind::explain;
    resolve(in.required_text("subject"), result);
  } else if (command == to_string(control_kind::drain_node)) {
    result.call.kind = control_kind::drain_node;
    result.call.text = in.required_text("node");
  } else {
    known = false;
  }
  for (auto [name, kind] : task_commands)
    if (command == name) {
      known = true;
      result.call.kind = kind;
      result.call.who = in.text("as");
      resolve(in.required_text("task"), result);
    }
  for (auto [name, what] : verdict_commands)
    if (command == name) {
      known = true;
      read_verdict(in, what, result);
    }
  if (!known)
    in.mistake(fmt::format("there is no command \"{}\"", command));
  in.no_others();
  // What cannot be understood goes before names in it that do not exist.
  if (!in.mistake().empty()) {
    result.code = refusal_code::bad_request;
    result.mistake = in.mistake();
  }
  return result;
}

} // namespace tutti::control
