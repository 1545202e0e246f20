// SPDX-License-Identifier: BSD-3-Clause
// Unix stream sockets, without any framework: made, reached, and asked who is
// at the other end.
#pragma once

#include "messages/error.hpp"
#include "runtime/process/unique_fd.hpp"

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tutti::control {

/// Who made a connection, as the kernel says.
struct peer {
  pid_t pid = -1;
  uid_t uid = 0;
};

/// None where the kernel does not say.
[[nodiscard]] expected<peer> peer_of(int fd);

/// None where the process is gone; 0 where its parent is outside of the
/// container that we are in.
[[nodiscard]] std::optional<pid_t> parent_of(pid_t pid);

using parent_lookup = std::function<std::optional<pid_t>(pid_t)>;

/// Whether the process or one of its ancestors is among `roots`, of which there
/// may be any number. One that is gone already counts as a descendant: nobody
/// can tell any more. Orphans of a run are children of its supervisor, so
/// daemonising does not hide a process; one that was put into our container
/// from outside is none.
[[nodiscard]] bool descends_from(pid_t pid, const std::vector<pid_t>& roots,
                                 const parent_lookup& parent = parent_of);

/// A socket with mode 0600 that is listened on, appearing under its path only
/// when it is. The path is free or holds what is to be replaced. Does not
/// block.
[[nodiscard]] expected<process::unique_fd> listen_on(const std::string& path);

/// A connection; does not wait long for a full backlog.
[[nodiscard]] expected<process::unique_fd> connect_to(const std::string& path);

enum class presence : std::uint8_t {
  live,    ///< somebody listens
  dead,    ///< nobody does any more
  unknown, ///< it is not there, or cannot be reached
};

[[nodiscard]] presence probe(const std::string& path);

} // namespace tutti::control
