// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>

namespace tutti::runtime {

/// The version of this build, "0.1.0", from the top CMakeLists.txt.
[[nodiscard]] std::string_view version();

} // namespace tutti::runtime
