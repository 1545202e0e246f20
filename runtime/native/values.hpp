// SPDX-License-Identifier: BSD-3-Clause
// Outputs as C++ values.
#pragma once

#include "messages/value.hpp"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tutti::native {

/// "true" and "false", as booleans or as texts.
[[nodiscard]] std::optional<bool> read_boolean(const value& x);
/// A whole number, or a text that is one.
[[nodiscard]] std::optional<std::int64_t> read_integer(const value& x);
[[nodiscard]] std::optional<double> read_number(const value& x);

[[nodiscard]] value make_integer(std::int64_t x);
[[nodiscard]] value make_unsigned(std::uint64_t x);
/// Throws std::invalid_argument where it is not finite.
[[nodiscard]] value make_number(double x);

/// A value as a T: bool, a number that it fits in, or std::string, which takes
/// any value as its text. None where it does not read as one.
template <class T>
[[nodiscard]] std::optional<T> read(const value& x) {
  if constexpr (std::same_as<T, bool>) {
    return read_boolean(x);
  } else if constexpr (std::integral<T>) {
    auto number = read_integer(x);
    return number && std::in_range<T>(*number)
             ? std::optional<T>{static_cast<T>(*number)}
             : std::nullopt;
  } else if constexpr (std::floating_point<T>) {
    auto number = read_number(x);
    return number ? std::optional<T>{static_cast<T>(*number)} : std::nullopt;
  } else {
    static_assert(std::same_as<T, std::string>,
                  "read as bool, a number or std::string");
    return x.text;
  }
}

template <class T>
[[nodiscard]] value make_value(const T& x) {
  if constexpr (std::same_as<T, bool>)
    return make_boolean(x);
  else if constexpr (std::signed_integral<T>)
    return make_integer(x);
  else if constexpr (std::unsigned_integral<T>)
    return make_unsigned(x);
  else if constexpr (std::floating_point<T>)
    return make_number(x);
  else
    return make_text(std::string{x});
}

} // namespace tutti::native
