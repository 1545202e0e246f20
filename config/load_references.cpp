// SPDX-License-Identifier: BSD-3-Clause
#include "config/load_parts.hpp"
#include "config/load_settings.hpp"
#include "config/load_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_set>

namespace tutti::config {

namespace {

constexpr std::array conditions{
    need_condition::succeeded, need_condition::failed,
    need_condition::completed, need_condition::started};

std::optional<need_condition> read_need_condition(loader_context& c,
                                                  node_id x) {
  auto n = c.node(x);
  if (n.is_null())
    return need_condition::succeeded;
  std::vector<std::string_view> names;
  for (auto y : conditions) {
    if (n.kind == yaml_kind::scalar && n.text == to_string(y))
      return y;
    names.push_back(to_string(y));
  }
  if (n.kind != yaml_kind::scalar) {
    c.error(x, fmt::format("a need asks for {}", fmt::join(names, ", ")));
    return {};
  }
  auto hint = c.suggest.hint(n.text, names);
  // "fail", "failure" and "success" are further away than a slip of the pen.
  constexpr std::size_t stem = 4;
  for (auto y : names)
    if (hint.empty() && n.text.size() >= stem
        && y.starts_with(n.text.substr(0, stem)))
      hint = fmt::format("did you mean '{}'?", y);
  c.error(x, fmt::format("no need can ask for '{}'", n.text),
          hint.empty()
              ? fmt::format("it can ask for {}", fmt::join(names, ", "))
              : hint);
  return {};
}

/// Collects references and reports what is listed twice.
class need_reader {
public:
  explicit need_reader(loader_context& c) : c_(c) {
  }

  void add(node_id name, need_condition condition) {
    auto ref = find_node(c_, name, "needs");
    if (!ref)
      return;
    bool gate = ref->kind == node_kind::gate;
    if ((gate || ref->kind == node_kind::service)
        && condition != need_condition::succeeded) {
      c_.error(name,
               fmt::format("{} '{}' can only be needed to be {}",
                           word_of(ref->kind), c_.node(name).text,
                           gate ? "open" : "ready"),
               "write its name alone");
      return;
    }
    if (listed(*ref))
      c_.warning(name, lint::listed_twice,
                 fmt::format("'{}' is listed twice", c_.node(name).text));
    else
      needs.push_back({*ref, condition});
  }

  void add_mapping(node_id x) {
    auto elder = no_node;
    for (auto [name, value] : c_.tree.entries(x)) {
      if (!is_comma_mistake(c_, x, name, elder))
        if (auto condition = read_need_condition(c_, value))
          add(name, *condition);
      elder = value;
    }
  }

  std::vector<need> needs;

private:
  bool listed(node_ref x) {
    constexpr std::size_t small = 16;
    if (needs.size() < small)
      return std::any_of(needs.begin(), needs.end(), [&](const need& y) {
        return y.of == x;
      });
    auto number = [](node_ref y) {
      return std::uint64_t{y.index} << 2 | static_cast<std::uint64_t>(y.kind);
    };
    if (seen_.empty())
      for (const auto& y : needs)
        seen_.insert(number(y.of));
    return !seen_.insert(number(x)).second;
  }

  loader_context& c_;
  std::unordered_set<std::uint64_t> seen_;
};

} // namespace

std::optional<agent_id> find_agent(loader_context& c, node_id x) {
  auto n = c.node(x);
  if (n.kind != yaml_kind::scalar || n.is_null()) {
    c.error(x, "'agent' must be the name of an agent, or { any-of: [a, b] }",
            n.kind == yaml_kind::sequence
                ? "for one of several, write { any-of: [a, b] }"
                : "");
    return {};
  }
  auto at = c.agents.find(n.text);
  if (at == c.agents.end()) {
    auto hint = c.hint_of(n.text, c.agents);
    if (n.text == "local")
      hint = "leave 'agent' out for an agent that needs no name";
    else if (has_template(n.text))
      hint = "names are not filled in: write them out";
    else if (auto list = words_as_list(n.text); !list.empty())
      hint = fmt::format("for one of several, write {{ any-of: {} }}", list);
    else if (hint.empty() && is_name(n.text))
      hint = fmt::format("define it: agents: {{ {}: {{}} }}", n.text);
    c.error(x, fmt::format("there is no agent '{}'", n.text), hint);
    return {};
  }
  c.agent_used[at->second.value] = true;
  return at->second;
}

namespace {

/// What can stand behind a key that names others.
std::string_view wanted_by(std::string_view key) {
  if (key == "defined-by")
    return "task";
  if (key == "needs")
    return "task, phase, gate or service";
  return key == "blocks" ? "task, phase or service" : "task or phase";
}

} // namespace

std::optional<node_ref> find_node(loader_context& c, node_id x,
                                  std::string_view what) {
  auto n = c.node(x);
  if (n.kind != yaml_kind::scalar || n.is_null()) {
    c.error(x, fmt::format("'{}' must list names of tasks and phases", what));
    return {};
  }
  if (auto found = c.find_name(n.text))
    return found;
  if (c.contracts.contains(n.text)) {
    c.error(x,
            fmt::format("nobody provides contract '{}', so its name stands for "
                        "no task",
                        n.text),
            fmt::format("let a task say provides: {}", n.text));
    return {};
  }
  auto hint = c.hint_of(n.text, c.names);
  if (hint.empty())
    hint = c.hint_of(n.text, c.contracts);
  if (hint.empty() && c.agents.contains(n.text))
    hint = fmt::format("'{}' is an agent; name one of its tasks", n.text);
  if (auto list = words_as_list(n.text); !list.empty())
    hint = fmt::format("for several, write {}", list);
  if (has_template(n.text))
    hint = "names are not filled in: write them out";
  c.error(x, fmt::format("there is no {} '{}'", wanted_by(what), n.text), hint);
  return {};
}

std::vector<need> read_needs(loader_context& c, node_id x) {
  need_reader reader{c};
  if (c.node(x).kind == yaml_kind::mapping) {
    reader.add_mapping(x);
    return std::move(reader.needs);
  }
  for (auto item : read_list(c, x, "needs")) {
    if (c.node(item).kind == yaml_kind::mapping)
      reader.add_mapping(item);
    else
      reader.add(item, need_condition::succeeded);
  }
  return std::move(reader.needs);
}

std::vector<node_ref> read_names(loader_context& c, node_id x,
                                 std::string_view what) {
  std::vector<node_ref> result;
  if (c.node(x).kind == yaml_kind::mapping) {
    c.error(
        x,
        fmt::format("'{}' is a list of names and asks for nothing else", what),
        fmt::format("write {}: [a, b]", what));
    return result;
  }
  std::unordered_set<std::string_view> seen;
  for (auto item : read_list(c, x, what)) {
    auto ref = find_node(c, item, what);
    if (!ref)
      continue;
    auto name = c.node(item).text;
    if (ref->kind == node_kind::gate || ref->kind == node_kind::service)
      c.error(
          item, fmt::format("'{}' is a {}", name, word_of(ref->kind)),
          fmt::format("a {} is needed: needs: {}", word_of(ref->kind), name));
    else if (!seen.insert(name).second)
      c.warning(item, lint::listed_twice,
                fmt::format("'{}' is listed twice", name));
    else
      result.push_back(*ref);
  }
  return result;
}

std::vector<agent_id> read_agents(loader_context& c, node_id x) {
  std::vector<agent_id> result;
  if (c.node(x).kind != yaml_kind::mapping) {
    if (auto one = find_agent(c, x))
      result.push_back(*one);
    return result;
  }
  auto list = no_node;
  for_each_key(c, place::agent_choice, x, [&](const key_row&, node_id value) {
    list = value;
  });
  auto items =
      list == no_node ? std::vector<node_id>{} : read_list(c, list, "any-of");
  if (items.empty() && !c.has_error_in(x))
    c.error(list == no_node ? x : list, "'any-of' names no agent",
            "write { any-of: [a, b] }");
  for (auto item : items) {
    auto one = find_agent(c, item);
    if (one && std::find(result.begin(), result.end(), *one) != result.end())
      c.warning(item, lint::listed_twice,
                fmt::format("'{}' is listed twice", c.node(item).text));
    else if (one)
      result.push_back(*one);
  }
  return result;
}

} // namespace tutti::config
