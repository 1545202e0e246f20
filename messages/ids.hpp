// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>

namespace tutti {

/// A dense index into one of the plan's vectors. Ids of different kinds do not
/// convert into each other; `none` is what a default-constructed id holds.
template <class Tag>
struct dense_id {
  static constexpr std::uint32_t none =
      std::numeric_limits<std::uint32_t>::max();

  std::uint32_t value = none;

  constexpr dense_id() = default;
  constexpr explicit dense_id(std::size_t index)
    : value(static_cast<std::uint32_t>(index)) {
  }

  [[nodiscard]] constexpr bool valid() const {
    return value != none;
  }
  friend constexpr auto operator<=>(dense_id, dense_id) = default;
};

using task_id = dense_id<struct task_tag>;
using agent_id = dense_id<struct agent_tag>;
using gate_id = dense_id<struct gate_tag>;
using pool_id = dense_id<struct pool_tag>;
using phase_id = dense_id<struct phase_tag>;
using contract_id = dense_id<struct contract_tag>;
using service_id = dense_id<struct service_tag>;
using secret_id = dense_id<struct secret_tag>;
using node_id = dense_id<struct node_tag>;

} // namespace tutti

template <class Tag>
struct std::hash<tutti::dense_id<Tag>> {
  std::size_t operator()(tutti::dense_id<Tag> x) const noexcept {
    return std::hash<std::uint32_t>{}(x.value);
  }
};
