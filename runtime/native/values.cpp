// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/native/values.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace tutti::native {

namespace {

template <class T>
std::optional<T> parse(const value& x) {
  T result{};
  const auto* end = x.text.data() + x.text.size();
  auto [stop, code] = std::from_chars(x.text.data(), end, result);
  if (code != std::errc{} || stop != end)
    return {};
  return result;
}

template <class T>
value number(T x) {
  std::array<char, 32> text{};
  auto end = std::to_chars(text.data(), text.data() + text.size(), x).ptr;
  return {value_kind::number, std::string{text.data(), end}};
}

} // namespace

std::optional<bool> read_boolean(const value& x) {
  if (x.kind == value_kind::json || (x.text != "true" && x.text != "false"))
    return {};
  return x.text == "true";
}

std::optional<std::int64_t> read_integer(const value& x) {
  return parse<std::int64_t>(x);
}

std::optional<double> read_number(const value& x) {
  auto result = parse<double>(x);
  return result && std::isfinite(*result) ? result : std::nullopt;
}

value make_integer(std::int64_t x) {
  return number(x);
}

value make_unsigned(std::uint64_t x) {
  return number(x);
}

value make_number(double x) {
  if (!std::isfinite(x))
    throw std::invalid_argument{"an output is a finite number"};
  return number(x);
}

} // namespace tutti::native
