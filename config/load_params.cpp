// SPDX-License-Identifier: BSD-3-Clause
#include "config/load_parts.hpp"
#include "config/load_settings.hpp"
#include "config/load_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

namespace tutti::config {

namespace {

enum class param_kind { text, number, boolean, choice };

constexpr std::array<std::string_view, 4> kind_names{"string", "number",
                                                     "boolean", "choice"};

struct param_form {
  std::optional<param_kind> kind;
  node_id type = no_node;
  node_id initial = no_node;
  std::vector<std::string> choices;
  bool has_choices = false;
};

bool is_number(std::string_view x) {
  double ignored = 0;
  auto last = x.data() + x.size();
  auto [end, failure] = std::from_chars(x.data(), last, ignored);
  return failure == std::errc{} && end == last
      && x.find_first_of("0123456789") != std::string_view::npos;
}

param_kind kind_of(const yaml_node& x) {
  if (x.plain && (x.text == "true" || x.text == "false"))
    return param_kind::boolean;
  return x.plain && is_number(x.text) ? param_kind::number : param_kind::text;
}

/// The value of a text for a parameter, or why it cannot be.
struct param_reading {
  value content;
  std::string mistake;
  std::string hint;
};

param_reading read_param(std::string_view text, const param_form& form) {
  std::string whole{text};
  switch (form.kind.value_or(param_kind::text)) {
  case param_kind::text:
    return {make_text(whole), {}, {}};
  case param_kind::number:
    if (is_number(text))
      return {{value_kind::number, whole}, {}, {}};
    return {{}, fmt::format("'{}' is no number", text), {}};
  case param_kind::boolean:
    if (text == "true" || text == "false")
      return {make_boolean(text == "true"), {}, {}};
    return {{}, fmt::format("'{}' is neither true nor false", text), {}};
  case param_kind::choice:
    if (std::find(form.choices.begin(), form.choices.end(), whole)
        != form.choices.end())
      return {make_text(whole), {}, {}};
    return {{},
            fmt::format("'{}' is none of the choices", text),
            fmt::format("the choices are {}", fmt::join(form.choices, ", "))};
  }
  return {};
}

void read_type(loader_context& c, param_form& form, node_id x) {
  form.type = x;
  auto text = read_text(c, x, "type");
  if (!text)
    return;
  auto at = std::find(kind_names.begin(), kind_names.end(), *text);
  if (at == kind_names.end()) {
    auto hint = c.suggest.hint(*text, kind_names);
    c.error(x, fmt::format("there is no type '{}'", *text),
            hint.empty()
                ? fmt::format("the types are {}", fmt::join(kind_names, ", "))
                : hint);
    return;
  }
  form.kind = static_cast<param_kind>(at - kind_names.begin());
}

param_form read_form(loader_context& c, node_id body) {
  param_form form;
  if (c.node(body).kind != yaml_kind::mapping) {
    form.initial = body;
    return form;
  }
  for_each_key(c, place::param, body, [&](const key_row& row, node_id x) {
    if (row.id == key::type) {
      read_type(c, form, x);
    } else if (row.id == key::default_) {
      form.initial = x;
    } else if (row.id == key::choices) {
      form.has_choices = true;
      form.choices = read_texts(c, x, "choices");
    } else {
      static_cast<void>(read_text(c, x, "doc"));
    }
  });
  bool choice = form.kind == param_kind::choice;
  if (choice && form.choices.empty())
    c.error(form.type, "a choice must list its 'choices'",
            "write { type: choice, choices: [a, b] }");
  else if (form.has_choices && form.type == no_node)
    form.kind = param_kind::choice;
  else if (form.has_choices && form.kind && !choice)
    c.error(form.type, "only a choice has 'choices'", "write type: choice");
  return form;
}

/// The value that counts last among those of `--set`.
const std::string* find_set(const loader_context& c, std::string_view name) {
  const std::string* result = nullptr;
  for (const auto& x : c.options.set)
    if (x.first == name)
      result = &x.second;
  return result;
}

std::optional<value> initial_value(loader_context& c, param_form& form) {
  auto n = c.node(form.initial);
  if (n.kind != yaml_kind::scalar || n.is_null()) {
    c.error(form.initial,
            "a default must be a text, a number, or true or false",
            "leave 'default' out where --set must give a value");
    return {};
  }
  if (has_template(n.text)) {
    c.error(form.initial, "no '${{ }}' in a parameter");
    return {};
  }
  if (!form.kind && form.type == no_node)
    form.kind = kind_of(n);
  auto reading = read_param(n.text, form);
  if (reading.mistake.empty())
    return reading.content;
  c.error(form.initial, reading.mistake, reading.hint);
  return {};
}

void declare_param(loader_context& c, node_id name, node_id body) {
  auto text = c.node(name).text;
  if (auto at = c.params.find(text); at != c.params.end()) {
    c.error(
        name, fmt::format("there is a parameter '{}' already", text),
        fmt::format("the other is on {}", c.line_text(at->second.where, name)));
    return;
  }
  c.broken_params.push_back(text);
  if (!is_good_name(c, name, "a parameter"))
    return;
  auto form = read_form(c, body);
  std::optional<value> content;
  if (form.initial != no_node && !c.node(body).is_null()) {
    content = initial_value(c, form);
    if (!content)
      return;
  }
  if (const auto* given = find_set(c, text)) {
    auto reading = read_param(*given, form);
    if (!reading.mistake.empty()) {
      c.found.error(span::none(),
                    fmt::format("--set {}: {}", text, reading.mistake),
                    reading.hint);
      return;
    }
    content = reading.content;
  }
  if (!content) {
    if (!c.has_error_in(body))
      c.error(name, fmt::format("parameter '{}' has no value", text),
              fmt::format("start with --set {}=…, or give it a default", text));
    return;
  }
  c.broken_params.pop_back();
  c.params.emplace(text, param_value{*content, c.place_of(name), false});
}

} // namespace

void declare_params(loader_context& c, node_id params) {
  if (!is_mapping(c, params, "'params'"))
    return;
  auto elder = no_node;
  for (auto [name, body] : c.tree.entries(params)) {
    if (!is_comma_mistake(c, params, name, elder))
      declare_param(c, name, body);
    elder = body;
  }
}

void check_set_params(loader_context& c) {
  for (const auto& [name, text] : c.options.set) {
    bool known = c.params.contains(name)
              || std::find(c.broken_params.begin(), c.broken_params.end(), name)
                     != c.broken_params.end();
    if (known)
      continue;
    auto hint = c.hint_of(name, c.params);
    c.found.error(span::none(),
                  fmt::format("--set {}: the plan has no such parameter", name),
                  hint);
  }
}

} // namespace tutti::config
