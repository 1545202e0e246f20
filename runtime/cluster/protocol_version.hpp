// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

namespace tutti::cluster {

/// Of what frames and envelopes hold: grows with each change of it. A function
/// of its own, so that a test can link a program that is of another version.
[[nodiscard]] std::uint32_t protocol_version();

} // namespace tutti::cluster
