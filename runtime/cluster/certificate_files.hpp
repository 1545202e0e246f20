// SPDX-License-Identifier: BSD-3-Clause
// The folder that certificates and keys are in: whose it is, who holds it, and
// files that appear whole.
#pragma once

#include "messages/error.hpp"
#include "runtime/process/unique_fd.hpp"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tutti::cluster {

[[nodiscard]] std::string certificate_path(const std::string& directory,
                                           const std::string& name);
[[nodiscard]] std::string key_path(const std::string& directory,
                                   const std::string& name);
[[nodiscard]] bool is_there(const std::string& path);

enum class hold_kind : std::uint8_t { reading, writing };

/// While it lasts no other process writes in the folder; nor reads, where one
/// writes. Waits for those that do. Nobody writes in one that others may enter.
[[nodiscard]] expected<process::unique_fd> hold(const std::string& directory,
                                                hold_kind how);

/// The same for writing; makes the folder where it is missing, for its owner
/// alone.
[[nodiscard]] expected<process::unique_fd>
make_and_hold(const std::string& directory);

/// A file that everybody may read.
[[nodiscard]] expected<std::string> read_part(const std::string& path);

/// One that others may read is refused.
[[nodiscard]] expected<std::string> read_secret(const std::string& path);

/// Makes or replaces a file: it is there as a whole or not at all, also after a
/// power loss.
[[nodiscard]] std::optional<error>
write_new(const std::string& path, std::string_view content, ::mode_t mode);

} // namespace tutti::cluster
