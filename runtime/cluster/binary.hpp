// SPDX-License-Identifier: BSD-3-Clause
// The inspectors that make bytes of values and values of bytes, for what
// crosses a link. CAF's own trust their input: they take any number for an
// enumerator, make room for a length before they look whether so much is there,
// and never come to the end of an infinite double. These do not: whatever the
// bytes are, reading ends with a value or without one, in memory and time that
// their size bounds.
//
// Integers are little-endian and of fixed size; a length is 32 bits; a variant
// begins with the byte of its alternative.
#pragma once

#include "messages/cluster.hpp"
#include "messages/plan.hpp"

#include <caf/meta/annotation.hpp>
#include <caf/meta/load_callback.hpp>

#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace tutti::cluster {

/// The last enumerator of an enum that crosses.
template <class Enum>
inline constexpr auto last_of = nullptr;

template <>
inline constexpr auto last_of<value_kind> = value_kind::json;
template <>
inline constexpr auto last_of<task_state> = task_state::cancelled;
template <>
inline constexpr auto last_of<attempt_end> = attempt_end::node_lost;
template <>
inline constexpr auto last_of<work_phase> = work_phase::integrate;
template <>
inline constexpr auto last_of<content_kind> = content_kind::log;
template <>
inline constexpr auto last_of<need_condition> = need_condition::started;
template <>
inline constexpr auto last_of<node_kind> = node_kind::service;
template <>
inline constexpr auto last_of<command_kind> = command_kind::argv;
template <>
inline constexpr auto last_of<task_kind> = task_kind::requests;
template <>
inline constexpr auto last_of<exhausted_action> = exhausted_action::human;
template <>
inline constexpr auto last_of<restart_policy> = restart_policy::always;
template <>
inline constexpr auto last_of<expression_op> = expression_op::concat;

namespace detail {

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_array = false;
template <class T, std::size_t N>
inline constexpr bool is_array<std::array<T, N>> = true;
template <class T>
inline constexpr bool is_variant = false;
template <class... Ts>
inline constexpr bool is_variant<std::variant<Ts...>> = true;

} // namespace detail

/// Appends to a string. Fails on a double that is not finite, and on what is
/// longer than 32 bits tell.
class binary_writer {
public:
  using result_type = bool;
  static constexpr bool reads_state = true;
  static constexpr bool writes_state = false;

  explicit binary_writer(std::string& to) : to_(to) {
  }

  template <class... Ts>
  bool operator()(Ts&&... xs) {
    return (apply(xs) && ...);
  }

private:
  template <class T>
  bool apply(T& x) {
    using type = std::remove_cv_t<T>;
    if constexpr (caf::meta::is_annotation<type>::value) {
      return true;
    } else if constexpr (std::is_enum_v<type>) {
      static_assert(sizeof(x) == 1
                    && !std::is_null_pointer_v<decltype(last_of<type>)>);
      return put(static_cast<std::uint8_t>(x));
    } else if constexpr (std::is_same_v<type, bool>) {
      return put(static_cast<std::uint8_t>(x ? 1 : 0));
    } else if constexpr (std::is_integral_v<type>) {
      return put(static_cast<std::make_unsigned_t<type>>(x));
    } else if constexpr (std::is_same_v<type, double>) {
      return std::isfinite(x) && put(std::bit_cast<std::uint64_t>(x));
    } else if constexpr (std::is_same_v<type, duration>) {
      return put(static_cast<std::uint64_t>(x.count()));
    } else if constexpr (std::is_same_v<type, std::string>) {
      if (!put_size(x.size()))
        return false;
      to_ += x;
      return true;
    } else if constexpr (detail::is_vector<type>) {
      return put_size(x.size()) && each(x);
    } else if constexpr (detail::is_array<type>) {
      return each(x);
    } else if constexpr (detail::is_variant<type>) {
      return put(static_cast<std::uint8_t>(x.index()))
          && std::visit(
                 [this](auto& y) {
                   return this->apply(y);
                 },
                 x);
    } else {
      // Inspectors are written for both ways; this one only reads.
      return inspect(*this, const_cast<type&>(x));
    }
  }

  template <class Range>
  bool each(Range& xs) {
    for (auto& x : xs)
      if (!apply(x))
        return false;
    return true;
  }

  template <class Unsigned>
  bool put(Unsigned x) {
    char bytes[sizeof(x)];
    for (std::size_t i = 0; i < sizeof(x); ++i)
      bytes[i] = static_cast<char>(static_cast<std::uint64_t>(x) >> (8 * i));
    to_.append(bytes, sizeof(x));
    return true;
  }

  bool put_size(std::size_t x) {
    return x <= UINT32_MAX && put(static_cast<std::uint32_t>(x));
  }

  std::string& to_;
};

/// Reads from bytes, which must outlive it; fails where they are no such value.
class binary_reader {
public:
  using result_type = bool;
  static constexpr bool reads_state = false;
  static constexpr bool writes_state = true;

  explicit binary_reader(std::string_view from) : left_(from) {
  }

  template <class... Ts>
  bool operator()(Ts&&... xs) {
    return (apply(xs) && ...);
  }

  [[nodiscard]] bool at_end() const {
    return left_.empty();
  }

private:
  template <class T>
  bool apply(T& x) {
    using type = std::remove_cv_t<T>;
    if constexpr (caf::meta::is_load_callback<type>::value) {
      return !x.fun();
    } else if constexpr (caf::meta::is_annotation<type>::value) {
      return true;
    } else if constexpr (std::is_enum_v<type>) {
      std::uint8_t raw = 0;
      if (!get(raw) || raw > static_cast<std::uint8_t>(last_of<type>))
        return false;
      x = static_cast<type>(raw);
      return true;
    } else if constexpr (std::is_same_v<type, bool>) {
      std::uint8_t raw = 0;
      if (!get(raw) || raw > 1)
        return false;
      x = raw == 1;
      return true;
    } else if constexpr (std::is_integral_v<type>) {
      std::make_unsigned_t<type> raw = 0;
      if (!get(raw))
        return false;
      x = static_cast<type>(raw);
      return true;
    } else if constexpr (std::is_same_v<type, double>) {
      std::uint64_t raw = 0;
      if (!get(raw))
        return false;
      x = std::bit_cast<double>(raw);
      return std::isfinite(x);
    } else if constexpr (std::is_same_v<type, duration>) {
      std::uint64_t raw = 0;
      if (!get(raw))
        return false;
      x = duration{static_cast<std::int64_t>(raw)};
      return true;
    } else if constexpr (std::is_same_v<type, std::string>) {
      std::uint32_t size = 0;
      if (!get(size) || size > left_.size())
        return false;
      x.assign(left_.data(), size);
      left_.remove_prefix(size);
      return true;
    } else if constexpr (detail::is_vector<type>) {
      return get_all(x);
    } else if constexpr (detail::is_array<type>) {
      for (auto& y : x)
        if (!apply(y))
          return false;
      return true;
    } else if constexpr (detail::is_variant<type>) {
      return get_one_of(x,
                        std::make_index_sequence<std::variant_size_v<type>>{});
    } else {
      return inspect(*this, x);
    }
  }

  /// No element takes no byte, so that a length cannot make room for more than
  /// is there.
  template <class T>
  bool get_all(std::vector<T>& xs) {
    std::uint32_t size = 0;
    xs.clear();
    if (!get(size) || size > left_.size())
      return false;
    for (; size > 0; --size)
      if (!apply(xs.emplace_back()))
        return false;
    return true;
  }

  template <class Variant, std::size_t... Is>
  bool get_one_of(Variant& x, std::index_sequence<Is...>) {
    std::uint8_t raw = 0;
    return get(raw) && ((raw == Is && apply(x.template emplace<Is>())) || ...);
  }

  template <class Unsigned>
  bool get(Unsigned& x) {
    if (left_.size() < sizeof(x))
      return false;
    std::uint64_t result = 0;
    for (std::size_t i = 0; i < sizeof(x); ++i)
      result |= std::uint64_t{static_cast<unsigned char>(left_[i])} << (8 * i);
    x = static_cast<Unsigned>(result);
    left_.remove_prefix(sizeof(x));
    return true;
  }

  std::string_view left_;
};

} // namespace tutti::cluster
