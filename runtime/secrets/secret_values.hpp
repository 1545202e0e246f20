// SPDX-License-Identifier: BSD-3-Clause
// The values of a plan's secrets, read once as a run begins. They go to the
// supervisor, which gives them to processes, and to who masks; to nobody else.
#pragma once

#include "messages/error.hpp"
#include "messages/plan.hpp"
#include "runtime/secrets/masker.hpp"
#include "runtime/secrets/secret_value.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace tutti::secrets {

/// Of one value; Linux takes 128 KiB in one variable.
inline constexpr std::size_t value_bytes_max = std::size_t{64} << 10;
/// Of all values of a plan; what looks for them takes some hundred times that.
inline constexpr std::size_t all_bytes_max = std::size_t{256} << 10;

struct read_secrets {
  std::vector<secret_value> values;
  /// Finds them in what leaves; null: there are none.
  std::shared_ptr<const masker> patterns;
  /// One sentence each: what is allowed and hardly meant.
  std::vector<std::string> warnings;
};

/// The descriptors that are open now, sorted. Call it before the program opens
/// any: only these can be secrets that were passed to it.
[[nodiscard]] std::vector<int> open_descriptors();

/// Reads all secrets of the plan. Those that nothing of this run names are read
/// where they can be, so that they are masked. Descriptors are read to their
/// end and closed. An error names secret and place; its code is `environment`.
/// From the first value on this process leaves no core dump and cannot be
/// looked into by others of the same user.
[[nodiscard]] expected<read_secrets> read_all(const plan& p,
                                              const std::vector<int>& given);

} // namespace tutti::secrets
