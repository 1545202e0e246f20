// SPDX-License-Identifier: BSD-3-Clause
// The classic patterns of `tutti stress` as a program of bare CAF has them:
// event-based actors, one small struct, work stealing over all cores, nothing
// counted or checked on the way.
#pragma once

#include <cstdint>
#include <string_view>

namespace tutti::bench {

struct bare_setup {
  std::uint32_t actors = 2;
  std::uint64_t count = 0; ///< operations, as `tutti stress` counts them
};

/// Messages handled a second; of `create` actors made and ended. Aborts on a
/// pattern that is none.
[[nodiscard]] double bare_messages_per_second(std::string_view pattern,
                                              const bare_setup& how);

} // namespace tutti::bench
