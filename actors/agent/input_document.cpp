// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/input_document.hpp"

#include "actors/agent/json_forms.hpp"
#include "actors/agent/work_scope.hpp"
#include "messages/json/json_values.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

namespace tutti {

namespace {

using nlohmann::json;

/// The tasks that needs name, phases expanded; sorted.
std::vector<task_id> expanded(const plan& p, const std::vector<need>& needs) {
  std::vector<task_id> result;
  for (const auto& n : needs)
    if (n.of.kind == node_kind::task)
      result.emplace_back(n.of.index);
    else if (n.of.kind == node_kind::phase)
      for (auto t : p.phases[n.of.index].tasks)
        result.push_back(t);
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

bool holds(const std::vector<task_id>& sorted, task_id x) {
  return std::binary_search(sorted.begin(), sorted.end(), x);
}

json contract_json(const known_contract& x) {
  json result = {{"version", x.version}};
  if (x.schema != nullptr)
    result["schema"] = parsed_or_text(*x.schema);
  if (x.mock != nullptr)
    result["mock"] = parsed_or_text(*x.mock);
  return result;
}

/// Those that a task provides, or whose provider or definer it builds on.
json contracts_json(const plan& p, const attempt_work& w) {
  const auto& t = p.tasks[w.task.value];
  auto now = expanded(p, t.needs);
  auto later = expanded(p, t.needs_later);
  auto builds_on = [&](task_id x) {
    return holds(now, x) || holds(later, x);
  };
  auto result = json::object();
  for (std::size_t i = 0; i < p.contracts.size(); ++i) {
    const auto& c = p.contracts[i];
    if (t.provides != contract_id{i} && !builds_on(c.provider)
        && !builds_on(c.defined_by))
      continue;
    auto known = find_contract(p, contract_id{i}, w.handed);
    if (known.schema != nullptr)
      result[c.name] = contract_json(known);
  }
  return result;
}

/// A task that is needed later and has not arrived: what is known of it.
json pending_json(const plan& p, task_id task, bool can_come,
                  const std::vector<handoff>& handed) {
  json result = {
      {"status", can_come ? "pending" : to_string(task_state::left_out)}};
  auto provides = p.tasks[task.value].provides;
  if (!provides.valid())
    return result;
  auto known = find_contract(p, provides, handed);
  if (known.schema == nullptr)
    return result;
  auto contract = contract_json(known);
  contract["name"] = p.contracts[provides.value].name;
  result["contract"] = std::move(contract);
  return result;
}

/// What was handed, sorted into what was needed and what comes later.
struct handed_forms {
  json needs = json::object();
  json later = json::object();
};

handed_forms handed_json(const plan& p, const attempt_work& x) {
  handed_forms result;
  const auto& t = p.tasks[x.task.value];
  auto later = needed_later(p, t);
  auto now = expanded(p, t.needs);
  auto triggers = t.after_each;
  std::sort(triggers.begin(), triggers.end());
  for (auto y : later)
    result.later[p.tasks[y.value].name] =
        pending_json(p, y, more_can_come(t, x.phase), x.handed);
  for (const auto& h : x.handed) {
    bool is_needed = holds(now, h.from);
    bool is_later = !is_needed && holds(later, h.from);
    if (!is_needed && !is_later && holds(triggers, h.from))
      continue; // `triggers` has it
    auto& place = is_later ? result.later : result.needs;
    place[p.tasks[h.from.value].name] = handoff_json(p, h);
  }
  return result;
}

json trigger_json(const plan& p, const attempt_work& x, const work_item& item) {
  handoff stand_in{item.from, x.task, item.version, item.status, nullptr};
  for (const auto& h : x.handed)
    if (h.from == item.from)
      stand_in.details = h.details;
  auto result = handoff_json(p, stand_in);
  result["task"] = p.tasks[item.from.value].name;
  return result;
}

json triggers_json(const plan& p, const attempt_work& x) {
  auto result = json::array();
  for (const auto& item : x.details->items)
    if (item.request == 0)
      result.push_back(trigger_json(p, x, item));
  return result;
}

json requests_json(const plan& p, const attempt_work& x) {
  auto result = json::array();
  for (const auto& item : x.details->items)
    if (item.request != 0)
      result.push_back({{"id", request_name(item.request)},
                        {"from", p.tasks[item.from.value].name},
                        {"text", item.text},
                        {"note", item.note}});
  return result;
}

json answers_json(const plan& p, const attempt_work& x) {
  auto result = json::array();
  for (const auto& answer : x.answers)
    result.push_back(answer_json(p, answer));
  return result;
}

json gates_json(const plan& p, const attempt_work& x) {
  auto result = json::object();
  for (const auto& c : x.details->comments)
    result[p.gates[c.gate.value].name] = {{"comment", c.text}};
  return result;
}

/// An object as text, member by member: most are short or empty, and a tree of
/// them all would cost as much as all else that is done to start a process.
class object_text {
public:
  void add(std::string_view key, const std::string& x) {
    add_text(key, json_text(x));
  }
  void add(std::string_view key, std::uint32_t x) {
    add_text(key, std::to_string(x));
  }
  void add(std::string_view key, const json& x) {
    bool bare = x.is_structured() && x.empty();
    add_text(key, !bare ? json_text(x) : x.is_array() ? "[]" : "{}");
  }
  [[nodiscard]] std::string take() {
    return std::move(text_) + "}\n";
  }

private:
  void add_text(std::string_view key, std::string_view x) {
    text_ += text_.empty() ? "{\"" : ",\"";
    text_.append(key).append("\":").append(x);
  }

  std::string text_;
};

} // namespace

std::vector<task_id> needed_later(const plan& p, const task& t) {
  return expanded(p, t.needs_later);
}

bool more_can_come(const task& t, work_phase phase) {
  return phase == work_phase::run || t.integrate_each;
}

known_contract find_contract(const plan& p, contract_id contract,
                             const std::vector<handoff>& handed) {
  const auto& c = p.contracts[contract.value];
  known_contract result;
  result.contract = contract;
  auto know = [&result](const std::string& schema, const std::string& mock) {
    result.schema = schema.empty() ? nullptr : &schema;
    result.mock = mock.empty() ? nullptr : &mock;
  };
  know(c.schema, c.mock);
  for (const auto& h : handed) {
    if (h.from != c.defined_by || !h.details)
      continue;
    for (const auto& made : h.details->contracts)
      if (made.contract == contract) {
        know(made.schema, made.mock);
        result.version = h.version;
      }
  }
  return result;
}

std::string input_document(const plan& p, agent_id agent,
                           const attempt_work& x) {
  auto handed = handed_json(p, x);
  object_text result; // sorted
  result.add("agent", p.agents[agent.value].name);
  result.add("answers", answers_json(p, x));
  result.add("attempt", x.attempt);
  result.add("contracts", contracts_json(p, x));
  if (x.phase == work_phase::integrate)
    result.add("earlier", details_json(x.details->earlier.get()));
  result.add("feedback", x.details->feedback);
  result.add("gates", gates_json(p, x));
  result.add("later", handed.later);
  result.add("needs", handed.needs);
  result.add("phase", std::string{to_string(x.phase)});
  result.add("prompt", prompt_of(p, x));
  result.add("requests", requests_json(p, x));
  result.add("round", x.details->round);
  result.add("task", p.tasks[x.task.value].name);
  result.add("triggers", triggers_json(p, x));
  result.add("version", x.version);
  return result.take();
}

} // namespace tutti
