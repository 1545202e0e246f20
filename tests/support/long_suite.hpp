// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdlib>

namespace tutti::test {

/// Whether all cases of the long suite run (`script/test --long`).
[[nodiscard]] inline bool is_long() {
  return std::getenv("TUTTI_TEST_LONG") != nullptr;
}

} // namespace tutti::test
