// SPDX-License-Identifier: BSD-3-Clause
// The inspectors that make bytes of values and values of bytes, for what
// crosses a link. CAF's own trust their input: they take any number for an
// enumerator, make room for a length before they look whether so much is there,
// and never come to the end of an infinite double. These do not: whatever the
// bytes are, reading ends with a value or without one, in memory and time that
// their size bounds.
//
// Integers are little-endian and of fixed size; a length is 32 bits; a variant
// begins with the byte of its alternative. Of what an attempt left behind only
// what is there crosses, after a byte that says what is. A `string_view` that
// is read refers to the bytes.
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
#include <cstring>
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

/// As it is on the wire; its own inverse.
template <class Unsigned>
constexpr Unsigned little_endian(Unsigned x) {
  if constexpr (std::endian::native == std::endian::little)
    return x;
  Unsigned result = 0;
  for (std::size_t i = 0; i < sizeof(x); ++i)
    result = static_cast<Unsigned>(result
                                   | static_cast<Unsigned>(x >> (8 * i) & 0xff)
                                         << (8 * (sizeof(x) - 1 - i)));
  return result;
}

namespace detail {

/// What an attempt left behind, as bits: most leave little.
enum details_part : std::uint8_t {
  has_outputs = 1,
  has_note = 2,
  has_artifacts = 4,
  has_contracts = 8,
  has_message = 16,
  has_log = 32,
  has_leaked = 64,
  has_rest = 128, ///< `dropped_bytes` and `payload`
};

inline std::uint8_t parts_of(const attempt_details& x) {
  const auto& ref = x.payload;
  auto rest = x.dropped_bytes | ref.offset | ref.size_bytes | ref.digest[0]
            | ref.digest[1];
  auto bit = [](bool is_there, details_part part) {
    return is_there ? part : 0;
  };
  return static_cast<std::uint8_t>(
      bit(!x.outputs.empty(), has_outputs) | bit(!x.note.empty(), has_note)
      | bit(!x.artifacts.empty(), has_artifacts)
      | bit(!x.contracts.empty(), has_contracts)
      | bit(!x.message.empty(), has_message) | bit(!x.log.empty(), has_log)
      | bit(x.leaked, has_leaked) | bit(rest != 0, has_rest));
}

/// The same for who writes and who reads.
template <class Inspector>
bool inspect_parts(Inspector& f, std::uint8_t parts, attempt_details& x) {
  return ((parts & has_outputs) == 0 || f(x.outputs))
      && ((parts & has_note) == 0 || f(x.note))
      && ((parts & has_artifacts) == 0 || f(x.artifacts))
      && ((parts & has_contracts) == 0 || f(x.contracts))
      && ((parts & has_message) == 0 || f(x.message))
      && ((parts & has_log) == 0 || f(x.log))
      && ((parts & has_rest) == 0 || f(x.dropped_bytes, x.payload));
}

} // namespace detail

/// Only counts what a value takes.
struct byte_counter {
  std::size_t size = 0;

  void put(const void*, std::size_t n) {
    size += n;
  }
};

/// Writes to where there is room enough.
struct byte_writer {
  char* at;

  void put(const void* from, std::size_t n) {
    if (n > 0)
      std::memcpy(at, from, n);
    at += n;
  }
};

/// Fails on a double that is not finite, and on what is longer than 32 bits
/// tell.
template <class Sink>
class binary_output {
public:
  using result_type = bool;
  static constexpr bool reads_state = true;
  static constexpr bool writes_state = false;

  explicit binary_output(Sink& to) : to_(to) {
  }

  template <class... Ts>
  bool operator()(Ts&&... xs) {
    return (apply(xs) && ...);
  }

  /// What is encoded already.
  bool append(std::string_view x) {
    to_.put(x.data(), x.size());
    return true;
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
    } else if constexpr (
        std::is_same_v<type,
                       std::string> || std::is_same_v<type, std::string_view>) {
      if (!put_size(x.size()))
        return false;
      to_.put(x.data(), x.size());
      return true;
    } else if constexpr (std::is_same_v<type, std::vector<std::uint8_t>>) {
      if (!put_size(x.size()))
        return false;
      to_.put(x.data(), x.size());
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
    } else if constexpr (std::is_same_v<type, attempt_details>) {
      auto parts = detail::parts_of(x);
      return put(parts)
          && detail::inspect_parts(*this, parts, const_cast<type&>(x));
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
    auto bytes = little_endian(x);
    to_.put(&bytes, sizeof(bytes));
    return true;
  }

  bool put_size(std::size_t x) {
    return x <= UINT32_MAX && put(static_cast<std::uint32_t>(x));
  }

  Sink& to_;
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
  /// All that is left, unread.
  [[nodiscard]] std::string_view take_rest() {
    return std::exchange(left_, {});
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
    } else if constexpr (
        std::is_same_v<type,
                       std::string> || std::is_same_v<type, std::string_view>) {
      std::uint32_t size = 0;
      if (!get(size) || size > left_.size())
        return false;
      if (size > 0 || !x.empty())
        x = left_.substr(0, size);
      left_.remove_prefix(size);
      return true;
    } else if constexpr (std::is_same_v<type, std::vector<std::uint8_t>>) {
      std::string_view bytes;
      if (!apply(bytes))
        return false;
      x.assign(bytes.begin(), bytes.end());
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
    } else if constexpr (std::is_same_v<type, attempt_details>) {
      std::uint8_t parts = 0;
      if (!get(parts))
        return false;
      x.leaked = (parts & detail::has_leaked) != 0;
      return detail::inspect_parts(*this, parts, x);
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
    Unsigned bytes = 0;
    std::memcpy(&bytes, left_.data(), sizeof(bytes));
    x = little_endian(bytes);
    left_.remove_prefix(sizeof(x));
    return true;
  }

  std::string_view left_;
};

} // namespace tutti::cluster
