// SPDX-License-Identifier: BSD-3-Clause
#include "config/matrix_values.hpp"

#include "config/load_matrix.hpp"
#include "config/load_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>
#include <utility>

namespace tutti::config {

namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view letters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view name_hint =
    "use letters, digits, '_' and '-', with a letter or '_' first";

/// A longer part makes no name that anybody would read.
constexpr std::size_t part_size_max = 100;

bool is_letter_or_digit(char c) {
  return letters.find(c) != letters.npos || digits.find(c) != digits.npos;
}

/// The text as a part of a name: what no name may hold becomes '-'.
std::string part_of(std::string_view text) {
  std::string result;
  for (auto c : text) {
    if (is_letter_or_digit(c) || c == '_' || c == '.')
      result += c;
    else if (!result.empty() && result.back() != '-')
      result += '-';
  }
  while (!result.empty() && (result.front() == '.' || result.front() == '-'))
    result.erase(0, 1);
  while (!result.empty() && result.back() == '-')
    result.pop_back();
  return result;
}

std::optional<std::string> read_scalar(loader_context& c, std::string_view name,
                                       node_id x) {
  auto n = c.node(x);
  if (n.kind != yaml_kind::scalar || n.is_null()) {
    c.error(x, fmt::format("'{}' must be a text, a number, or true or false",
                           name));
    return {};
  }
  if (has_template(n.text)) {
    c.error(x, "no '${{ }}' in a matrix",
            "its tasks are made before anything runs");
    return {};
  }
  if (n.text.find('\0') != n.text.npos) {
    c.error(x, fmt::format("a NUL character in '{}'", name), "remove it");
    return {};
  }
  return std::string{n.text};
}

/// Of a mapping its `name`, or all of its values.
void set_part(loader_context& c, matrix_value& x) {
  const auto* named = find_variable(x.variables, fmt::format("{}.name", x.key));
  std::string text;
  if (named != nullptr)
    text = named->text;
  else
    for (const auto& y : x.variables)
      text += (text.empty() ? "" : "-") + y.text;
  x.part = part_of(text);
  if (x.part.empty())
    c.error(x.node, "nothing of this value can stand in a task's name",
            "names are made of letters, digits, '_', '-' and '.'");
  else if (x.part.size() > part_size_max)
    c.error(x.node,
            fmt::format("this value is too long to stand in a task's name: "
                        "more than {} characters",
                        part_size_max),
            fmt::format("write {{ name: short, value: long }} and use "
                        "matrix.{}.value",
                        x.key));
}

/// A whole number and nothing else.
std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t result = 0;
  auto last = text.data() + text.size();
  auto [end, failure] = std::from_chars(text.data(), last, result);
  if (text.empty() || end != last || failure != std::errc{})
    return {};
  return result;
}

} // namespace

bool is_axis_name(std::string_view x) {
  return !x.empty() && (letters.find(x[0]) != x.npos || x[0] == '_')
      && std::all_of(x.begin(), x.end(), [](char c) {
           return is_letter_or_digit(c) || c == '_' || c == '-';
         });
}

const matrix_variable* find_variable(const std::vector<matrix_variable>& xs,
                                     std::string_view name) {
  auto at = std::find_if(xs.begin(), xs.end(), [&](const matrix_variable& x) {
    return x.name == name;
  });
  return at == xs.end() ? nullptr : &*at;
}

std::optional<matrix_value> read_matrix_value(loader_context& c,
                                              std::string_view key, node_id x) {
  matrix_value result{key, x, {}, {}};
  if (c.node(x).kind == yaml_kind::mapping) {
    for (auto [inner, value] : c.tree.entries(x)) {
      auto word = c.node(inner).text;
      auto name = fmt::format("{}.{}", key, word);
      if (!is_axis_name(word))
        c.error(inner, fmt::format("'{}' is no name for a value", word),
                std::string{name_hint});
      else if (auto text = read_scalar(c, name, value))
        result.variables.push_back({std::move(name), std::move(*text)});
    }
    if (result.variables.empty() && !c.has_error_in(x))
      c.error(x, fmt::format("a value of '{}' is empty", key));
  } else if (auto text = read_scalar(c, key, x)) {
    result.variables.push_back({std::string{key}, std::move(*text)});
  }
  if (c.has_error_in(x))
    return {};
  set_part(c, result);
  return result;
}

bool read_matrix_range(loader_context& c, matrix_axis& made, node_id x) {
  auto n = c.node(x);
  auto dots = n.text.find("..");
  if (n.kind != yaml_kind::scalar || !n.plain || dots == n.text.npos)
    return false;
  auto text = n.text.substr(0, dots);
  auto first = number_of(text);
  auto last = number_of(n.text.substr(dots + 2));
  if (!first && !last)
    return false;
  if (!first || !last || *first < 0 || *last < *first) {
    bool down = first && last && *last >= 0 && *last < *first;
    c.error(x, fmt::format("'{}' is no range", n.text),
            down ? fmt::format("a range goes up: {}..{}", *last, *first)
                 : std::string{"a range is two whole numbers, as 1..5; a text "
                               "goes in quotes"});
    return true;
  }
  if (static_cast<std::uint64_t>(*last - *first) >= matrix_rows_max) {
    c.error(x, fmt::format("'{}' stands for more than {} values", n.text,
                           matrix_rows_max));
    return true;
  }
  // Zeros in front keep names in order: 01 to 12.
  auto width = text.size() > 1 && text[0] == '0' ? text.size() : 1;
  for (auto i = *first; i <= *last; ++i) {
    auto shown = fmt::format("{:0{}}", i, width);
    made.values.push_back(
        {made.name, x, {{std::string{made.name}, shown}}, shown});
  }
  return true;
}

} // namespace tutti::config
