// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tutti {

/// What a value is. `json` is an array, an object or null, kept as JSON text.
enum class value_kind : std::uint8_t { boolean, number, text, json };

[[nodiscard]] std::string_view to_string(value_kind x);

/// A scalar, or a piece of JSON, as text: "true", "3.5", "hello", "[1,2]".
struct value {
  value_kind kind = value_kind::text;
  std::string text;

  friend bool operator==(const value&, const value&) = default;
};

[[nodiscard]] value make_boolean(bool x);
[[nodiscard]] value make_text(std::string x);

/// How `if` reads a value: false, the text "false", the empty text, the number
/// 0 and null are false; everything else is true (semantics §7).
[[nodiscard]] bool is_true(const value& x);

/// Equality as `==` in a plan means it: as numbers where both read as numbers,
/// as booleans where both read as booleans, else as text.
[[nodiscard]] bool equal_values(const value& x, const value& y);

/// Order as `<` in a plan means it: numbers as numbers, else text by bytes.
[[nodiscard]] bool less_value(const value& x, const value& y);

/// One named result of a task.
struct output {
  std::string name;
  tutti::value value;

  friend bool operator==(const output&, const output&) = default;
};

/// The results of a task, sorted by name, each name once.
using outputs = std::vector<output>;

[[nodiscard]] const value* find_output(const outputs& xs,
                                       std::string_view name);

} // namespace tutti
