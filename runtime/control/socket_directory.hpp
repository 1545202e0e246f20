// SPDX-License-Identifier: BSD-3-Clause
// Where the sockets of live runs lie: a folder of the user alone, as short as
// socket paths have to be.
#pragma once

#include "messages/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tutti::control {

/// Looks up an environment variable; null where it is not set.
using environment_lookup = const char* (*)(const char* name);

/// The folders that may hold sockets of this user, the preferred first:
/// $XDG_RUNTIME_DIR/tutti, and tutti-UID under the temporary directory. They
/// need not exist.
[[nodiscard]] std::vector<std::string>
socket_directories(environment_lookup env);
/// The same by the environment of this process.
[[nodiscard]] std::vector<std::string> socket_directories();

/// None where the folder is a real one, this user's, and closed to all others;
/// else why it cannot be trusted and what to do about it.
[[nodiscard]] std::string distrust(const std::string& folder);

/// The first of these folders that exists or can be made, with mode 0700. One
/// that cannot be trusted is an error, never passed over: somebody may have put
/// it there.
[[nodiscard]] expected<std::string>
make_socket_directory(const std::vector<std::string>& folders);

/// The two sockets of a run in a folder.
[[nodiscard]] std::string control_path(std::string_view folder,
                                       std::string_view run_id);
[[nodiscard]] std::string live_path(std::string_view folder,
                                    std::string_view run_id);

/// Removes them from these folders.
void remove_sockets(const std::vector<std::string>& folders,
                    const std::string& run_id);

/// A run whose control socket lies in a folder.
struct found_socket {
  std::string run_id;
  std::string path;
};

/// The control sockets in these folders that somebody listens on, by run id.
/// Those that nobody listens on any more are removed, with their run's live
/// socket: their run was killed (rule 10). So are live sockets of killed nodes.
[[nodiscard]] std::vector<found_socket>
live_sockets(const std::vector<std::string>& folders);

} // namespace tutti::control
