// SPDX-License-Identifier: BSD-3-Clause
#include "messages/value.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace tutti {

namespace {

std::optional<double> as_number(const value& x) {
  if (x.kind == value_kind::boolean || x.kind == value_kind::json
      || x.text.empty())
    return std::nullopt;
  double result = 0;
  const auto* first = x.text.data();
  const auto* last = first + x.text.size();
  auto [end, failure] = std::from_chars(first, last, result);
  if (failure != std::errc{} || end != last)
    return std::nullopt;
  return result;
}

std::optional<bool> as_boolean(const value& x) {
  if (x.kind == value_kind::boolean || x.kind == value_kind::text) {
    if (x.text == "true")
      return true;
    if (x.text == "false")
      return false;
  }
  return std::nullopt;
}

} // namespace

std::string_view to_string(value_kind x) {
  switch (x) {
  case value_kind::boolean:
    return "boolean";
  case value_kind::number:
    return "number";
  case value_kind::text:
    return "text";
  case value_kind::json:
    return "json";
  }
  return "unknown";
}

value make_boolean(bool x) {
  return {value_kind::boolean, x ? "true" : "false"};
}

value make_text(std::string x) {
  return {value_kind::text, std::move(x)};
}

bool is_true(const value& x) {
  if (auto b = as_boolean(x))
    return *b;
  if (x.kind == value_kind::number)
    return as_number(x).value_or(1) != 0;
  if (x.kind == value_kind::json)
    return x.text != "null";
  return !x.text.empty();
}

bool equal_values(const value& x, const value& y) {
  auto a = as_number(x);
  auto b = as_number(y);
  if (a && b)
    return *a == *b;
  auto p = as_boolean(x);
  auto q = as_boolean(y);
  if (p && q)
    return *p == *q;
  return x.text == y.text;
}

bool less_value(const value& x, const value& y) {
  auto a = as_number(x);
  auto b = as_number(y);
  if (a && b)
    return *a < *b;
  return x.text < y.text;
}

const value* find_output(const outputs& xs, std::string_view name) {
  auto i = std::lower_bound(xs.begin(), xs.end(), name,
                            [](const output& x, std::string_view key) {
                              return x.name < key;
                            });
  return i != xs.end() && i->name == name ? &i->value : nullptr;
}

} // namespace tutti
