// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/cluster/frames.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tutti::test {

/// The frame of a batch.
inline std::string batch_of(std::uint64_t first,
                            const std::vector<cluster::envelope_part>& parts) {
  cluster::batch_writer result{first};
  for (const auto& x : parts)
    result.add(x.more, x.bytes);
  return result.finish();
}

} // namespace tutti::test
