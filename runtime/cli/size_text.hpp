// SPDX-License-Identifier: BSD-3-Clause
// Sizes of files as people write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tutti::cli {

/// Reads "500MiB", "1.5 GiB", "2GB", "64k", "0B": a number with a unit. KiB and
/// K are 1024 bytes, kB is 1000. None: it is no size.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

/// "0 B", "900 B", "1.2 KiB", "34 MiB": at most 8 characters below 1000 TiB.
[[nodiscard]] std::string size_text(std::uint64_t bytes);

} // namespace tutti::cli
